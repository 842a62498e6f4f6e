//! Webhooks: other systems are told what the log says.
//!
//! The couriers are in `outbox`; here is who is configured, how is sent, and what is overdue.

mod calling;

use std::{sync::Arc, time::Duration};

use audit::{Log, StateStore};
use outbox::{Courier, OutboxError, Secret, Subscription, Surroundings, SystemTime};
use tokio::task::JoinSet;

pub(crate) use self::calling::Calling;
use crate::{config::WebhookSection, installation::Installation, signing_keys};

/// The longest that one call may take: a round must end within its turn.
const SECONDS_MAX: u64 = 30;

/// Why a webhook cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("[webhooks.{name}]: {reason}")]
pub struct WebhookError {
    /// Its name.
    name: String,
    /// What is wrong and what to do.
    reason: String,
}

/// Who is told. A clone shares the couriers.
#[derive(Debug, Default, Clone)]
pub struct Webhooks {
    couriers: Vec<Arc<Courier>>,
}

impl Webhooks {
    /// The configured webhooks; nobody is called yet. `holder` is who this process is to others that
    /// write to the same log.
    ///
    /// # Errors
    /// [`WebhookError`] naming the one that cannot be used.
    pub fn open(
        installation: &Installation,
        log: &Log,
        state: &Arc<dyn StateStore>,
        holder: Option<&str>,
    ) -> Result<Self, WebhookError> {
        let courier = |(name, section): (&String, &WebhookSection)| {
            let around = Surroundings {
                log: log.clone(),
                state: Arc::clone(state),
                transport: Arc::new(Calling::new(section.allow_private)),
                time: Arc::new(SystemTime),
                holder: holder.map(str::to_owned),
            };
            Ok(Arc::new(Courier::new(subscription(installation, name, section)?, around)))
        };
        let couriers = installation.config().webhooks.iter().map(courier);
        Ok(Self { couriers: couriers.collect::<Result<_, _>>()? })
    }

    /// Begins to tell; ends when the set is dropped.
    #[must_use]
    pub fn start(&self) -> JoinSet<()> {
        let mut tasks = JoinSet::new();
        for courier in &self.couriers {
            let courier = Arc::clone(courier);
            // A slow receiver keeps its own courier busy, nobody else's.
            tasks.spawn(async move { courier.run().await });
        }
        tasks
    }

    /// Those who carry, for numbers.
    pub(crate) fn couriers(&self) -> &[Arc<Courier>] {
        &self.couriers
    }

    /// What was given up or disabled, a sentence each: nothing fails because of it, but somebody
    /// should look.
    #[must_use]
    pub fn overdue(&self) -> Vec<String> {
        let each = self.couriers.iter();
        each.filter_map(|courier| owed(courier.name(), &courier.standing())).collect()
    }
}

/// What somebody should do about a webhook, as a sentence.
pub(crate) fn owed(name: &str, standing: &outbox::Standing) -> Option<String> {
    if standing.disabled.is_some() {
        return Some(format!("webhook {name} is disabled: its receiver has answered 410"));
    }
    let parked = standing.parked;
    let given_up = || format!("webhook {name}: {parked} messages were given up after a day");
    (parked > 0).then(given_up)
}

/// What a section says.
///
/// # Errors
/// [`WebhookError`] naming what is wrong.
pub(crate) fn subscription(
    installation: &Installation,
    name: &str,
    section: &WebhookSection,
) -> Result<Subscription, WebhookError> {
    let wrong = |reason: String| WebhookError { name: name.to_owned(), reason };
    let unusable = |error: OutboxError| wrong(error.to_string());
    address(&section.url, section.allow_private).map_err(|reason| wrong(reason.to_owned()))?;
    let secrets = signing_keys::secret(&installation.resolve(&section.secret_file));
    let secrets = secrets.map_err(|error| wrong(format!("secret_file: {error}")))?;
    let secrets = Secret::parse_all(&secrets).map_err(unusable)?;
    let mut subscription = Subscription::new(name, &section.url, secrets).map_err(unusable)?;
    if !section.events.is_empty() {
        let kinds: Result<_, _> = section.events.iter().map(|name| name.parse()).collect();
        subscription.kinds = kinds.map_err(unusable)?;
    }
    subscription.tenants = section.tenants.iter().cloned().collect();
    subscription.desks = section.desks.iter().cloned().collect();
    if let Some(seconds) = section.seconds_max {
        if !(1..=SECONDS_MAX).contains(&seconds) {
            return Err(wrong(format!("seconds_max is 1 to {SECONDS_MAX}")));
        }
        subscription.deadline = Duration::from_secs(seconds);
    }
    Ok(subscription)
}

fn address(url: &str, allow_private: bool) -> Result<(), &'static str> {
    let rest = url.strip_prefix("https://");
    let rest = rest.or_else(|| url.strip_prefix("http://").filter(|_| allow_private));
    let rest = rest.ok_or("its url must begin with https://, or with http:// and allow_private")?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match host {
        "" => Err("its url names no host"),
        _ if host.contains('@') => {
            Err("its url holds a name or password: the secret signs instead")
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_https_or_meant_to_be_private() {
        for (url, private, fits) in [
            ("https://cms.example/hook", false, true),
            ("http://cms.example/hook", false, false),
            ("http://127.0.0.1:9000/hook", true, true),
            ("https://u:hunter2@cms.example/", true, false),
            ("https:///hook", true, false),
            ("ftp://cms.example/", true, false),
        ] {
            assert_eq!(address(url, private).is_ok(), fits, "{url}");
        }
    }

    #[test]
    fn what_somebody_should_look_at_is_said() {
        let standing = outbox::Standing { waiting: 3, ..outbox::Standing::default() };
        assert_eq!(owed("cms", &standing), None, "it is tried again by itself");
        let parked = outbox::Standing { parked: 2, ..standing.clone() };
        assert!(owed("cms", &parked).unwrap().contains("2 messages"));
        let disabled = outbox::Standing { disabled: Some(1), ..standing };
        assert!(owed("cms", &disabled).unwrap().contains("410"));
    }
}
