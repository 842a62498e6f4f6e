//! Counts of a day or a minute in the state store, taken in batches.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use audit::StateStore;
use tokio::sync::Mutex as TurnLock;

use super::{Left, LimitError, OverLimit, Unit};
use crate::{Clock, token::place};

/// For how long a budget is, and how it is shared out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Period {
    /// What its rows begin with.
    prefix: &'static str,
    seconds: i64,
    /// A batch is this part of a budget.
    batches: u64,
}

/// From midnight to midnight (UTC).
pub(super) const DAY: Period = Period { prefix: "budget/", seconds: 86_400, batches: 64 };
/// From full minute to full minute. What a gateway does not use of its batch nobody has, so a batch is small
/// for its length.
pub(super) const MINUTE: Period = Period { prefix: "rate/", seconds: 60, batches: 32 };

/// Counters by what they count.
#[derive(Debug)]
pub(super) struct Purses {
    state: Arc<dyn StateStore>,
    clock: Clock,
    period: Period,
    current: Mutex<Current>,
}

/// What is counted in the period that has not ended.
#[derive(Debug, Default)]
struct Current {
    number: i64,
    purses: HashMap<(String, Unit), Arc<TurnLock<Purse>>>,
}

/// What this gateway has taken out of a budget and not used yet.
#[derive(Debug, Default)]
struct Purse {
    left: u64,
    /// What all gateways have taken out, when this one last looked.
    taken: u64,
}

impl Purses {
    pub(super) fn new(state: Arc<dyn StateStore>, clock: Clock, period: Period) -> Self {
        Self { state, clock, period, current: Mutex::default() }
    }

    pub(super) async fn take(
        &self,
        name: &str,
        unit: Unit,
        limit: u64,
        amount: u64,
    ) -> Result<(), LimitError> {
        let (number, purse) = self.purse(name, unit);
        let mut purse = purse.lock().await;
        if purse.left < amount {
            let missing = amount - purse.left;
            self.fill(&mut purse, &self.row(number, name, unit, limit), missing, false)
                .await
                .map_err(|error| match error {
                    Some(error) => error,
                    None => LimitError::Over(self.over(unit, limit)),
                })?;
        }
        purse.left -= amount.min(purse.left);
        Ok(())
    }

    pub(super) async fn open(&self, name: &str, unit: Unit, limit: u64) -> Result<(), LimitError> {
        let (number, purse) = self.purse(name, unit);
        let mut purse = purse.lock().await;
        if purse.left > 0 {
            return Ok(());
        }
        let filled = self.fill(&mut purse, &self.row(number, name, unit, limit), 1, false).await;
        filled.map_err(|error| error.unwrap_or_else(|| LimitError::Over(self.over(unit, limit))))
    }

    pub(super) async fn charge(
        &self,
        name: &str,
        unit: Unit,
        limit: u64,
        amount: u64,
    ) -> Result<(), LimitError> {
        let (number, purse) = self.purse(name, unit);
        let mut purse = purse.lock().await;
        if purse.left < amount {
            let missing = amount - purse.left;
            let filled =
                self.fill(&mut purse, &self.row(number, name, unit, limit), missing, true).await;
            filled.map_err(|error| {
                error.unwrap_or_else(|| LimitError::Over(self.over(unit, limit)))
            })?;
        }
        purse.left -= amount.min(purse.left);
        Ok(())
    }

    pub(super) async fn left(&self, name: &str, unit: Unit, limit: u64) -> Left {
        let purse = self.purse(name, unit).1;
        let purse = purse.lock().await;
        let remaining = limit.saturating_sub(purse.taken).saturating_add(purse.left).min(limit);
        Left { limit, remaining, reset: self.until_the_end() }
    }

    /// Takes a batch of at least `missing`; `Err(None)` when there is not so much, unless it was used
    /// already.
    async fn fill(
        &self,
        purse: &mut Purse,
        row: &Row,
        missing: u64,
        used: bool,
    ) -> Result<(), Option<LimitError>> {
        loop {
            let stored = self.state.get(&row.key).await.map_err(|error| Some(error.into()))?;
            let text = stored.as_deref().and_then(|value| std::str::from_utf8(value).ok());
            let taken: u64 = text.and_then(|text| text.parse().ok()).unwrap_or(0);
            purse.taken = taken;
            let available = row.limit.saturating_sub(taken);
            if available < missing && !used {
                return Err(None);
            }
            let batch = (row.limit / self.period.batches).max(missing).min(available.max(missing));
            let after = taken.saturating_add(batch);
            let value = after.to_string().into_bytes();
            let swapped =
                self.state.compare_and_swap(&row.key, stored.as_deref(), Some(&value)).await;
            if swapped.map_err(|error| Some(error.into()))? {
                purse.left = purse.left.saturating_add(batch);
                purse.taken = after;
                return Ok(());
            }
        }
    }

    fn purse(&self, name: &str, unit: Unit) -> (i64, Arc<TurnLock<Purse>>) {
        let now = self.clock.now().div_euclid(self.period.seconds);
        // Whoever panicked had looked up a whole purse.
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.number != now {
            *current = Current { number: now, purses: HashMap::new() };
            self.forget_before(now);
        }
        let purse = current.purses.entry((name.to_owned(), unit)).or_default();
        (now, Arc::clone(purse))
    }

    /// Removes the counts of periods that are over, beside the request.
    fn forget_before(&self, now: i64) {
        let (state, prefix) = (Arc::clone(&self.state), self.period.prefix);
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(async move {
            let rows = state.scan(prefix.as_bytes()).await.unwrap_or_default();
            // A gateway whose clock is a little behind may still count the one before.
            let old = rows
                .into_iter()
                .filter(|row| number_of(&row.0, prefix).is_none_or(|number| number < now - 1));
            for (name, value) in old {
                if let Err(error) = state.compare_and_swap(&name, Some(&value), None).await {
                    tracing::warn!(%error, "an old count could not be removed");
                }
            }
        });
    }

    /// Where a budget is counted, and what it is.
    fn row(&self, number: i64, name: &str, unit: Unit, limit: u64) -> Row {
        let prefix = format!("{}{number}/", self.period.prefix);
        Row { key: place(&prefix, &format!("{unit}\n{name}")), limit }
    }

    fn over(&self, unit: Unit, limit: u64) -> OverLimit {
        OverLimit { unit, limit, wait: self.until_the_end() }
    }

    fn until_the_end(&self) -> Duration {
        let left = self.period.seconds - self.clock.now().rem_euclid(self.period.seconds);
        Duration::from_secs(u64::try_from(left).unwrap_or(0))
    }
}

struct Row {
    key: Vec<u8>,
    limit: u64,
}

/// Which period a row counts.
fn number_of(row: &[u8], prefix: &str) -> Option<i64> {
    let rest = row.get(prefix.len()..)?;
    std::str::from_utf8(rest).ok()?.split('/').next()?.parse().ok()
}
