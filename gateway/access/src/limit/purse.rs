//! Daily counts in the state store, taken in batches.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use audit::StateStore;
use tokio::sync::Mutex as TurnLock;

use super::{Left, LimitError, OverLimit, Unit};
use crate::{Clock, token::place};

const PREFIX: &str = "budget/";
const DAY_S: i64 = 86_400;
/// A batch is this part of a budget.
const BATCHES: u64 = 64;

/// Counters by what they count.
#[derive(Debug)]
pub(super) struct Purses {
    state: Arc<dyn StateStore>,
    clock: Clock,
    day: Mutex<Day>,
}

#[derive(Debug, Default)]
struct Day {
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
    pub(super) fn new(state: Arc<dyn StateStore>, clock: Clock) -> Self {
        Self { state, clock, day: Mutex::default() }
    }

    pub(super) async fn take(
        &self,
        name: &str,
        unit: Unit,
        limit: u64,
        amount: u64,
    ) -> Result<(), LimitError> {
        let (day, purse) = self.purse(name, unit);
        let mut purse = purse.lock().await;
        if purse.left < amount {
            let missing = amount - purse.left;
            self.fill(&mut purse, &row(day, name, unit), limit, missing, false).await.map_err(
                |error| match error {
                    Some(error) => error,
                    None => LimitError::Over(self.over(unit, limit)),
                },
            )?;
        }
        purse.left -= amount.min(purse.left);
        Ok(())
    }

    pub(super) async fn open(&self, name: &str, unit: Unit, limit: u64) -> Result<(), LimitError> {
        let (day, purse) = self.purse(name, unit);
        let mut purse = purse.lock().await;
        if purse.left > 0 {
            return Ok(());
        }
        let filled = self.fill(&mut purse, &row(day, name, unit), limit, 1, false).await;
        filled.map_err(|error| error.unwrap_or_else(|| LimitError::Over(self.over(unit, limit))))
    }

    pub(super) async fn charge(
        &self,
        name: &str,
        unit: Unit,
        limit: u64,
        amount: u64,
    ) -> Result<(), LimitError> {
        let (day, purse) = self.purse(name, unit);
        let mut purse = purse.lock().await;
        if purse.left < amount {
            let missing = amount - purse.left;
            let filled = self.fill(&mut purse, &row(day, name, unit), limit, missing, true).await;
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
        Left { limit, remaining, reset: self.until_midnight() }
    }

    /// Takes a batch of at least `missing`; `Err(None)` when there is not so much, unless it was used
    /// already.
    async fn fill(
        &self,
        purse: &mut Purse,
        row: &[u8],
        limit: u64,
        missing: u64,
        used: bool,
    ) -> Result<(), Option<LimitError>> {
        loop {
            let stored = self.state.get(row).await.map_err(|error| Some(error.into()))?;
            let text = stored.as_deref().and_then(|value| std::str::from_utf8(value).ok());
            let taken: u64 = text.and_then(|text| text.parse().ok()).unwrap_or(0);
            purse.taken = taken;
            let available = limit.saturating_sub(taken);
            if available < missing && !used {
                return Err(None);
            }
            let batch = (limit / BATCHES).max(missing).min(available.max(missing));
            let after = taken.saturating_add(batch);
            let value = after.to_string().into_bytes();
            let swapped = self.state.compare_and_swap(row, stored.as_deref(), Some(&value)).await;
            if swapped.map_err(|error| Some(error.into()))? {
                purse.left = purse.left.saturating_add(batch);
                purse.taken = after;
                return Ok(());
            }
        }
    }

    fn purse(&self, name: &str, unit: Unit) -> (i64, Arc<TurnLock<Purse>>) {
        let today = self.clock.now().div_euclid(DAY_S);
        // Whoever panicked had looked up a whole purse.
        let mut day = self.day.lock().unwrap_or_else(PoisonError::into_inner);
        if day.number != today {
            *day = Day { number: today, purses: HashMap::new() };
            self.forget_before(today);
        }
        let purse = day.purses.entry((name.to_owned(), unit)).or_default();
        (today, Arc::clone(purse))
    }

    /// Removes the counts of days that are over, beside the request.
    fn forget_before(&self, today: i64) {
        let state = Arc::clone(&self.state);
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(async move {
            let rows = state.scan(PREFIX.as_bytes()).await.unwrap_or_default();
            // A gateway whose clock is a little behind may still count yesterday.
            let old =
                rows.into_iter().filter(|row| day_of(&row.0).is_none_or(|day| day < today - 1));
            for (name, value) in old {
                if let Err(error) = state.compare_and_swap(&name, Some(&value), None).await {
                    tracing::warn!(%error, "an old count could not be removed");
                }
            }
        });
    }

    fn over(&self, unit: Unit, limit: u64) -> OverLimit {
        OverLimit { unit, limit, wait: self.until_midnight() }
    }

    fn until_midnight(&self) -> Duration {
        let left = DAY_S - self.clock.now().rem_euclid(DAY_S);
        Duration::from_secs(u64::try_from(left).unwrap_or(0))
    }
}

fn row(day: i64, name: &str, unit: Unit) -> Vec<u8> {
    place(&format!("{PREFIX}{day}/"), &format!("{unit}\n{name}"))
}

fn day_of(row: &[u8]) -> Option<i64> {
    let rest = row.get(PREFIX.len()..)?;
    std::str::from_utf8(rest).ok()?.split('/').next()?.parse().ok()
}
