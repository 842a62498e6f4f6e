//! A newer configuration over the same log, and new rules on record.

use std::sync::Arc;

use audit::{Event, Filter, LogError, Order, Query, Record};
use provenance::{Credentials, Verifier};

use super::{Stages, WiringError, secret};
use crate::{
    checking::Checkers, guests::Guests, installation::Installation, labelling::Labelling,
    listening::tls, mark_keys::MarkKeys, models::Models, rulebook, screening::PictureLists,
    signing_keys, trusting,
};

/// Between the rules before and those after, in the record of a change.
const TO: &str = " → ";

impl Stages {
    /// The rooms by a newer configuration. Log, state, objects, vault, counters and whatever runs are
    /// shared with these; so are models whose section and files are the same.
    ///
    /// # Errors
    /// [`WiringError`] naming the part that cannot be built; these rooms are as they were.
    pub fn reloaded(&self, installation: Installation) -> Result<Self, WiringError> {
        let models = Models::open(&installation, &self.models)?;
        let (old, new) = (&self.installation.config().auth, &installation.config().auth);
        // Whoever has had a share keeps having had it, unless the shares are others.
        let guests = match new.anonymous_checks_per_minute {
            same if same == old.anonymous_checks_per_minute => Arc::clone(&self.guests),
            other => Arc::new(Guests::new(other)),
        };
        let admitting = self.admitting.reloaded(old, &installation, Arc::clone(&self.state))?;
        Ok(Self {
            admitting,
            engine: rulebook::engine(&installation)?,
            picture_lists: PictureLists::open(&installation)?,
            checkers: Checkers::open(&installation).map_err(WiringError::Checker)?,
            generators: models.by_name.clone(),
            models,
            mark_keys: MarkKeys::load(&installation)?,
            labelling: Labelling::new(&installation.config().labels)?,
            pseudonym_key: secret(&installation.pseudonym_key())?,
            verifier: verifier(&installation)?,
            signer: signer(&installation)?,
            tls: tls::open(&installation)?,
            guests,
            installation,
            ..self.clone()
        })
    }

    /// New rules come into force on record.
    pub(crate) async fn record_policy(&self) -> Result<(), LogError> {
        let version = self.engine.version();
        let now = format!("{} {} sha256:{}", version.id, version.version, version.sha256);
        let before = self.policy_on_record()?;
        if before.as_deref() == Some(&now) {
            return Ok(());
        }
        let event = if before.is_some() { Event::PolicyChanged } else { Event::PolicyLoaded };
        let mut record = Record::new(event, "installation", "operator");
        record.detail = Some(before.map_or(now.clone(), |before| format!("{before}{TO}{now}")));
        self.log.append(record).await.map(drop)
    }

    /// The rules that came into force last, as the log says.
    fn policy_on_record(&self) -> Result<Option<String>, LogError> {
        let newest = |event| {
            let filters = vec![Filter::Event(event)];
            let query = Query { filters, order: Order::Newest, limit: 1, ..Query::default() };
            Ok::<_, LogError>(self.log.find(&query)?.indices.pop())
        };
        let last = newest(Event::PolicyLoaded)?.max(newest(Event::PolicyChanged)?);
        let Some(index) = last else { return Ok(None) };
        let record = Record::parse(&self.log.entry(index)?)?;
        let detail = record.detail.unwrap_or_default();
        let after = detail.rsplit_once(TO).filter(|_| record.event == Event::PolicyChanged);
        Ok(Some(after.map_or(detail.as_str(), |(_, after)| after).to_owned()))
    }
}

pub(super) fn verifier(installation: &Installation) -> Result<Arc<Verifier>, WiringError> {
    let own = signing_keys::own_list(installation)?;
    Ok(Arc::new(Verifier::new(trusting::with_stored(own, installation)?)?))
}

pub(super) fn signer(installation: &Installation) -> Result<Arc<Credentials>, WiringError> {
    Ok(Arc::new(Credentials::of(signing_keys::signing(installation)?)?))
}
