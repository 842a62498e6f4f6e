//! How much somebody may: requests a minute, and tokens, pictures and seconds a day.
//!
//! Days are counted in the state store, in batches of a 64th of the budget, so any number of gateways share
//! a budget without asking for every request. What is known beforehand (pictures) is never exceeded. What is
//! known only afterwards (tokens, seconds) is exceeded at most by the requests that were under way when the
//! budget ran out. A batch that a gateway has taken and not used when it ends is lost for that day.
//!
//! Rates are counted by each gateway as they flow (GCRA). Several gateways count each full minute in the state
//! store, too, in batches of a 32nd.

mod purse;

use std::{fmt, num::NonZeroU32, sync::Arc, time::Duration};

use audit::StateStore;
use governor::{
    Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
    middleware::StateInformationMiddleware,
    state::keyed::DashMapStateStore,
};
use purse::{DAY, MINUTE, Purses};
use serde::{Deserialize, Serialize};

use crate::{AccessError, Clock, Pass};

/// From so many counters on, those that are full again are forgotten.
const COUNTERS_MAX: usize = 100_000;

type Rates =
    RateLimiter<String, DashMapStateStore<String>, DefaultClock, StateInformationMiddleware>;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Requests, by the minute.
    Requests,
    /// Tokens read and written, by the day.
    Tokens,
    /// Pictures, by the day.
    Images,
    /// Seconds of sound and video, by the day.
    Seconds,
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Requests => "requests a minute",
            Self::Tokens => "tokens a day",
            Self::Images => "images a day",
            Self::Seconds => "seconds a day",
        })
    }
}

/// How much; zero sets no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Amount {
    /// Requests in a minute.
    pub requests_per_minute: u32,
    /// Tokens, read and written, in a day (UTC).
    pub tokens_per_day: u64,
    /// Pictures in a day.
    pub images_per_day: u64,
    /// Seconds of sound and video in a day.
    pub seconds_per_day: u64,
}

impl Amount {
    const fn of(&self, unit: Unit) -> u64 {
        match unit {
            Unit::Requests => self.requests_per_minute as u64,
            Unit::Tokens => self.tokens_per_day,
            Unit::Images => self.images_per_day,
            Unit::Seconds => self.seconds_per_day,
        }
    }
}

/// What all who fit it share; what is not given fits everybody.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Budget {
    /// The organisation.
    pub tenant: Option<String>,
    /// The desk.
    pub desk: Option<String>,
    /// A key's id, or a person's name.
    pub key: Option<String>,
    /// Requests in a minute; zero sets no limit.
    pub requests_per_minute: u32,
    /// Tokens, read and written, in a day (UTC); zero sets no limit.
    pub tokens_per_day: u64,
    /// Pictures in a day; zero sets no limit.
    pub images_per_day: u64,
    /// Seconds of sound and video in a day; zero sets no limit.
    pub seconds_per_day: u64,
}

impl Budget {
    const fn amount(&self) -> Amount {
        Amount {
            requests_per_minute: self.requests_per_minute,
            tokens_per_day: self.tokens_per_day,
            images_per_day: self.images_per_day,
            seconds_per_day: self.seconds_per_day,
        }
    }
}

/// There is no more for now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("The limit of {limit} {unit} is reached.")]
pub struct OverLimit {
    /// What there is no more of.
    pub unit: Unit,
    /// The limit.
    pub limit: u64,
    /// When there is some again.
    pub wait: Duration,
}

/// How far a limit is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// The limit.
    pub limit: u64,
    /// What is left of it, as far as this gateway knows.
    pub remaining: u64,
    /// When all of it is there again.
    pub reset: Duration,
}

/// Who is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    tenant: String,
    desk: String,
    key: String,
}

impl From<&Pass> for Counted {
    fn from(pass: &Pass) -> Self {
        let principal = &pass.principal;
        let key = pass.counted_as().to_owned();
        Self { tenant: principal.tenant.clone(), desk: principal.desk.clone(), key }
    }
}

/// One rule: who it is about, and how much.
struct Rule {
    /// `None`: each key by itself.
    shared: Option<Budget>,
    amount: Amount,
    rates: Option<Rates>,
}

impl Rule {
    fn new(shared: Option<Budget>, amount: Amount) -> Self {
        let quota = NonZeroU32::new(amount.requests_per_minute).map(Quota::per_minute);
        let rates = quota.map(|quota| RateLimiter::dashmap(quota).with_middleware());
        Self { shared, amount, rates }
    }

    fn fits(&self, who: &Counted) -> bool {
        let Some(Budget { tenant, desk, key, .. }) = &self.shared else { return true };
        let same = |wanted: &Option<String>, is: &str| wanted.as_ref().is_none_or(|w| w == is);
        same(tenant, &who.tenant) && same(desk, &who.desk) && same(key, &who.key)
    }

    /// Under which name it counts.
    fn name(&self, who: &Counted) -> String {
        let named = match &self.shared {
            None => serde_json::json!(["each", who.tenant, who.key]),
            Some(Budget { tenant, desk, key, .. }) => serde_json::json!(["all", tenant, desk, key]),
        };
        named.to_string()
    }
}

/// Limits of an installation; a clone counts with the same counters.
#[derive(Clone)]
pub struct Limits {
    rules: Arc<[Rule]>,
    purses: Arc<Purses>,
    /// Where other gateways count, too.
    minutes: Option<Arc<Purses>>,
}

impl Limits {
    /// `each` key or person has so much, and those who fit a budget share it.
    #[must_use]
    pub fn new(
        state: Arc<dyn StateStore>,
        clock: Clock,
        each: Amount,
        budgets: Vec<Budget>,
    ) -> Self {
        let shared = budgets.into_iter().map(|budget| {
            let amount = budget.amount();
            Rule::new(Some(budget), amount)
        });
        let rules = std::iter::once(Rule::new(None, each)).chain(shared);
        let purses = Arc::new(Purses::new(state, clock, DAY));
        Self { rules: rules.collect(), purses, minutes: None }
    }

    /// The same where other gateways let requests in, too, and count in the same state.
    #[must_use]
    pub fn among_others(self, state: Arc<dyn StateStore>, clock: Clock) -> Self {
        Self { minutes: Some(Arc::new(Purses::new(state, clock, MINUTE))), ..self }
    }

    /// Counts a request; how far the tightest rate is used, if there is one.
    ///
    /// # Errors
    /// [`LimitError::Over`] when there were too many, [`LimitError::Access`] when others' requests cannot be
    /// counted.
    pub async fn admit(&self, who: &Counted) -> Result<Option<Left>, LimitError> {
        let mut tightest: Option<Left> = None;
        for rule in self.rules.iter() {
            let Some(rates) = rule.rates.as_ref().filter(|_| rule.fits(who)) else { continue };
            if rates.len() > COUNTERS_MAX {
                rates.retain_recent();
            }
            let limit = rule.amount.of(Unit::Requests);
            let name = rule.name(who);
            let state = rates.check_key(&name).map_err(|full| {
                let wait = full.wait_time_from(DefaultClock::default().now());
                OverLimit { unit: Unit::Requests, limit, wait }
            })?;
            let remaining = u64::from(state.remaining_burst_capacity());
            let used = u32::try_from(limit.saturating_sub(remaining)).unwrap_or(u32::MAX);
            let reset = state.quota().replenish_interval().saturating_mul(used);
            tightest = tighter(tightest, Left { limit, remaining, reset });
            if let Some(minutes) = &self.minutes {
                minutes.take(&name, Unit::Requests, limit, 1).await?;
                let left = minutes.left(&name, Unit::Requests, limit).await;
                tightest = tighter(tightest, left);
            }
        }
        Ok(tightest)
    }

    /// Takes what is known beforehand.
    ///
    /// # Errors
    /// [`LimitError::Over`] when there is not so much left: then nothing is taken of that budget.
    pub async fn take(&self, who: &Counted, unit: Unit, amount: u64) -> Result<(), LimitError> {
        for (name, limit) in self.daily(who, unit) {
            self.purses.take(&name, unit, limit, amount).await?;
        }
        Ok(())
    }

    /// Whether anything is left of what is known only afterwards.
    ///
    /// # Errors
    /// [`LimitError::Over`] when nothing is left.
    pub async fn open(&self, who: &Counted, unit: Unit) -> Result<(), LimitError> {
        for (name, limit) in self.daily(who, unit) {
            self.purses.open(&name, unit, limit).await?;
        }
        Ok(())
    }

    /// Counts what has been used, also beyond the limit.
    ///
    /// # Errors
    /// [`LimitError::Access`] when it cannot be counted.
    pub async fn charge(&self, who: &Counted, unit: Unit, amount: u64) -> Result<(), LimitError> {
        for (name, limit) in self.daily(who, unit) {
            self.purses.charge(&name, unit, limit, amount).await?;
        }
        Ok(())
    }

    /// How far the tightest daily budget is used, as far as this gateway knows.
    pub async fn left(&self, who: &Counted, unit: Unit) -> Option<Left> {
        let mut tightest = None;
        for (name, limit) in self.daily(who, unit) {
            tightest = tighter(tightest, self.purses.left(&name, unit, limit).await);
        }
        tightest
    }

    fn daily(&self, who: &Counted, unit: Unit) -> Vec<(String, u64)> {
        let rules = self.rules.iter().filter(|rule| rule.amount.of(unit) > 0 && rule.fits(who));
        rules.map(|rule| (rule.name(who), rule.amount.of(unit))).collect()
    }
}

fn tighter(one: Option<Left>, other: Left) -> Option<Left> {
    // Of two limits the one of which the smaller part is left.
    let part = |left: &Left| {
        u128::from(left.remaining) * u128::from(u64::MAX) / u128::from(left.limit.max(1))
    };
    Some(one.filter(|one| part(one) <= part(&other)).unwrap_or(other))
}

/// Why something is not counted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LimitError {
    /// There is no more for now.
    #[error(transparent)]
    Over(#[from] OverLimit),
    /// State could not be read or written.
    #[error(transparent)]
    Access(#[from] AccessError),
}

impl From<audit::StateError> for LimitError {
    fn from(error: audit::StateError) -> Self {
        Self::Access(error.into())
    }
}

impl fmt::Debug for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Limits({} rules)", self.rules.len())
    }
}

#[cfg(test)]
mod tests;
