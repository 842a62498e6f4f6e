//! What one gateway minds where others write to the same log.

pub(crate) mod presence;

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use audit::{LogError, Record, StateError};
use presence::Presence;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use types::RequestId;

use crate::{
    pipeline::Line,
    vaulting,
    wiring::{Stages, WiringError},
};

/// Whose turn it is to close what gateways that were killed have left unfinished.
const TURN: &[u8] = b"lease/unfinished";

/// A record whose commit broke off is stored, or known not to be, within this: the log waits 5 seconds
/// for the database, and then 30 to learn what became of the commit.
const SETTLED: Duration = Duration::from_secs(40);

/// Whose turn it is to destroy evidence that has reached its term.
const EXPIRY_TURN: &[u8] = b"lease/expiry";

/// Whose turn it is to look again at what was released.
const EXAMINATION_TURN: &[u8] = b"lease/examination";

/// For how long: each gateway asks once a day, so another takes over if this one is gone.
const EXPIRY_TERM: Duration = Duration::from_secs(12 * 60 * 60);

/// How soon a person whom another gateway has erased is forgotten here.
const FOLLOWING: Duration = Duration::from_secs(5);

/// One gateway among several.
#[derive(Debug)]
pub(crate) struct Sharing {
    /// Who this process is to the others.
    holder: String,
    /// A request that was admitted longer ago is not under way anywhere.
    under_way_max: Duration,
    every: Duration,
    /// Everybody who was there a moment ago, this gateway among them.
    present: Mutex<Vec<Presence>>,
}

impl Sharing {
    /// `request_seconds_max` is when every gateway gives a request up.
    pub(crate) fn new(request_seconds_max: u64) -> Self {
        Self {
            holder: RequestId::new().to_string(),
            // The clocks of two machines differ a little.
            under_way_max: Duration::from_secs(request_seconds_max.saturating_mul(2)) + SETTLED,
            every: Duration::from_secs(request_seconds_max.clamp(1, 60)),
            present: Mutex::default(),
        }
    }

    /// Who this process is to the others.
    pub(crate) fn holder(&self) -> &str {
        &self.holder
    }

    /// Everybody who was there a moment ago, this gateway among them.
    pub(crate) fn present(&self) -> Vec<Presence> {
        // Lists are exchanged whole.
        self.present.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn saw(&self, present: Vec<Presence>) {
        *self.present.lock().unwrap_or_else(PoisonError::into_inner) = present;
    }

    /// Whether another gateway may still be working on a request: then it ends it, too.
    pub(crate) fn may_be_under_way(&self, admitted: &Record) -> bool {
        // A time that cannot be read is no reason to end somebody else's request.
        OffsetDateTime::parse(&admitted.time, &Rfc3339)
            .map_or(true, |time| OffsetDateTime::now_utc() - time < self.under_way_max)
    }
}

impl Stages {
    /// Whether this gateway is the one that closes what was left unfinished. Whoever has the turn
    /// knows what the one before has written.
    pub(crate) async fn takes_turn(&self) -> Result<bool, LogError> {
        let Some(sharing) = &self.sharing else { return Ok(true) };
        let taken = self.lease(TURN, sharing.every * 2).await;
        let taken = taken.map_err(|error| LogError::Unreachable(error.to_string()))?;
        if taken {
            self.log.catch_up().await?;
        }
        Ok(taken)
    }

    /// A request that was admitted longer ago has no end that is still being written, here or elsewhere.
    pub(crate) fn under_way_max(&self) -> Duration {
        let seconds_max = self.installation.config().server.request_seconds_max;
        let alone = Duration::from_secs(seconds_max);
        self.sharing.as_ref().map_or(alone, |sharing| sharing.under_way_max)
    }

    /// Waits until everything can be found here that any gateway has written by now.
    pub(crate) async fn read_to_the_end(&self) -> Result<(), LogError> {
        if self.sharing.is_some() { self.log.catch_up().await } else { Ok(()) }
    }

    /// Whether this gateway is the one that destroys what has reached its term.
    pub(crate) async fn takes_turn_to_expire(&self) -> Result<bool, StateError> {
        self.lease(EXPIRY_TURN, EXPIRY_TERM).await
    }

    /// Whether this gateway is the one that looks again at what was released.
    pub(crate) async fn takes_turn_to_examine(&self) -> Result<bool, StateError> {
        self.lease(EXAMINATION_TURN, EXPIRY_TERM).await
    }

    /// Takes or keeps a turn; nobody else asks for it where there is one gateway.
    async fn lease(&self, turn: &[u8], term: Duration) -> Result<bool, StateError> {
        let Some(sharing) = &self.sharing else { return Ok(true) };
        self.state.lease(turn, sharing.holder(), OffsetDateTime::now_utc(), term).await
    }

    /// Does what gateways that were killed have left undone, if it is this one's turn; how many
    /// requests were closed.
    async fn stand_in(&self) -> Result<usize, WiringError> {
        let closed = self.close_unfinished().await?;
        if self.takes_turn().await? {
            vaulting::record_interrupted(self).await?;
        }
        Ok(closed)
    }
}

impl Line {
    /// Goes on closing what other gateways leave unfinished when they are killed: requests, and
    /// erasures that are not on record. Ends at once where there are none.
    pub(crate) async fn close_for_others(self) {
        let Some(sharing) = self.stages().sharing.clone() else { return };
        loop {
            tokio::time::sleep(sharing.every).await;
            match self.stages().stand_in().await {
                Ok(0) => {}
                Ok(closed) => tracing::warn!(closed, "closed requests of a gateway that is gone"),
                Err(error) => tracing::warn!(%error, "what others left undone could not be closed"),
            }
        }
    }

    /// Tells others that this gateway is there, and sees who else is; ends at once where it is alone.
    pub(crate) async fn appear(self) {
        let Some(sharing) = self.stages().sharing.clone() else { return };
        let mut known = Vec::new();
        loop {
            match presence::appear(&self.stages(), sharing.holder()).await {
                Ok(present) => {
                    let found = presence::differences(&present, presence::now());
                    for difference in found.iter().filter(|found| !known.contains(*found)) {
                        tracing::warn!("{difference}");
                    }
                    known = found;
                    sharing.saw(present);
                }
                Err(error) => tracing::warn!(%error, "other gateways cannot be seen"),
            }
            tokio::time::sleep(presence::TELLING).await;
        }
    }

    /// Tells others that this gateway has ended.
    pub(crate) async fn disappear(&self) {
        let stages = self.stages();
        let Some(sharing) = &stages.sharing else { return };
        if let Err(error) = presence::leave(&*stages.state, sharing.holder()).await {
            tracing::warn!(%error, "other gateways do not know that this one has ended");
        }
    }

    /// Follows, again and again, what other gateways put on record for the vault: holds, and whom they
    /// have erased, so that no key of theirs is remembered here.
    pub(crate) async fn follow_others(self) {
        let stages = self.stages();
        if stages.sharing.is_none() {
            return;
        }
        let (all, entries) = (stages.vault.clone(), stages.log.clone());
        // A newer configuration has its own stages: these must not be kept.
        drop(stages);
        loop {
            tokio::time::sleep(FOLLOWING).await;
            let (vault, log) = (all.clone(), entries.clone());
            match tokio::task::spawn_blocking(move || vault.follow(&log)).await {
                Ok(Ok(0)) => {}
                Ok(Ok(erased)) => tracing::info!(erased, "erased whom another gateway has erased"),
                Ok(Err(error)) => tracing::error!(%error, "the vault cannot follow the log"),
                Err(error) => tracing::error!(%error, "the vault cannot follow the log"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use audit::Event;
    use time::format_description::well_known::Rfc3339;

    use super::*;

    fn check(admitted_seconds_ago: i64, expected: bool) {
        let mut record = Record::new(Event::Admitted, "press", "actor");
        let time = OffsetDateTime::now_utc() - time::Duration::seconds(admitted_seconds_ago);
        record.time = time.format(&Rfc3339).unwrap();
        assert_eq!(Sharing::new(600).may_be_under_way(&record), expected);
    }

    #[test]
    fn only_what_every_gateway_has_given_up_is_closed_for_it() {
        check(-5, true);
        check(0, true);
        check(1100, true);
        check(1230, true);
        check(1300, false);
    }
}
