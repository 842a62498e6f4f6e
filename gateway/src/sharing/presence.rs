//! Which gateways work on the same log, and what they disagree about.
//!
//! Each tells in a row of state, again and again, what it runs with. Two that have other rules or other
//! keys would decide differently about the same request, so operators are told; it is no reason to
//! refuse work, because a rolling upgrade or reload passes through such a state.

use std::{fmt, time::Duration};

use audit::{StateError, StateStore};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{recording, wiring::Stages};

const PREFIX: &str = "gateway/";
/// How often a gateway tells that it is there.
pub(super) const TELLING: Duration = Duration::from_secs(10);
/// Whoever was silent for longer is gone, seconds.
const GONE_S: i64 = 60;
/// Whoever was silent for longer is forgotten, seconds.
const FORGOTTEN_S: i64 = 24 * 60 * 60;
/// Clocks may differ by what their rows are old, and by this, seconds.
const CLOCKS_APART_MAX_S: i64 = 5;

/// What a gateway says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Presence {
    /// The program's version.
    pub(crate) version: String,
    /// The rule pack's id and version.
    pub(crate) policy: String,
    /// SHA-256 of the rule pack.
    pub(crate) policy_sha256: String,
    /// A commitment under the key of pseudonyms: another one means that `keys` was not copied.
    pub(crate) keys: String,
    /// When it said so by its own clock, Unix seconds.
    pub(crate) at: i64,
}

/// What two gateways should not disagree about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Difference {
    /// They are of different versions.
    Version,
    /// They judge by different rules.
    Rules,
    /// They have different keys.
    Keys,
    /// Their clocks differ.
    Clock,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Version => "another gateway runs another version of the program",
            Self::Rules => "another gateway judges by another rule pack",
            Self::Keys => "another gateway has other keys: copy the folder `keys` to it",
            Self::Clock => "another gateway's clock is ahead of this one's",
        })
    }
}

impl Presence {
    fn of(stages: &Stages) -> Self {
        let policy = stages.policy().version();
        let keys = recording::commitment(&stages.pseudonym_key, "gateways", "").to_string();
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            policy: format!("{} {}", policy.id, policy.version),
            policy_sha256: policy.sha256.to_string(),
            keys: keys.chars().take(16).collect(),
            at: now(),
        }
    }

    fn differs(&self, other: &Self) -> Vec<Difference> {
        let found = [
            (self.version != other.version, Difference::Version),
            (self.policy_sha256 != other.policy_sha256, Difference::Rules),
            (self.keys != other.keys, Difference::Keys),
        ];
        found
            .into_iter()
            .filter(|(differs, _)| *differs)
            .map(|(_, difference)| difference)
            .collect()
    }
}

/// Everybody who is there, by the name under which each takes turns; rows of long ago are removed.
///
/// # Errors
/// [`StateError`] when state cannot be read.
pub(crate) async fn present(state: &dyn StateStore) -> Result<Vec<Presence>, StateError> {
    let mut present = Vec::new();
    for (key, value) in state.scan(PREFIX.as_bytes()).await? {
        // A row of another version may be of another form: what is not understood is left alone.
        let Ok(presence) = serde_json::from_slice::<Presence>(&value) else { continue };
        let silent_s = now() - presence.at;
        if silent_s > FORGOTTEN_S {
            state.compare_and_swap(&key, Some(&value), None).await?;
        } else if silent_s <= GONE_S {
            present.push(presence);
        }
    }
    Ok(present)
}

/// Everything that any two of these disagree about, or one with the clock here.
pub(crate) fn differences(all: &[Presence], now: i64) -> Vec<Difference> {
    let pairs = all.iter().flat_map(|one| all.iter().map(move |other| (one, other)));
    let mut found: Vec<Difference> = pairs.flat_map(|(one, other)| one.differs(other)).collect();
    let ahead = all.iter().any(|presence| presence.at > now + CLOCKS_APART_MAX_S);
    found.extend(ahead.then_some(Difference::Clock));
    found.sort_unstable();
    found.dedup();
    found
}

/// Tells that this gateway is there, and gives everybody who is.
pub(super) async fn appear(stages: &Stages, holder: &str) -> Result<Vec<Presence>, StateError> {
    let (state, key) = (&stages.state, key(holder));
    let new = serde_json::to_vec(&Presence::of(stages)).unwrap_or_default();
    let old = state.get(&key).await?;
    state.compare_and_swap(&key, old.as_deref(), Some(&new)).await?;
    present(&**state).await
}

/// Tells that this gateway has ended.
pub(super) async fn leave(state: &dyn StateStore, holder: &str) -> Result<(), StateError> {
    let old = state.get(&key(holder)).await?;
    state.compare_and_swap(&key(holder), old.as_deref(), None).await.map(drop)
}

fn key(holder: &str) -> Vec<u8> {
    format!("{PREFIX}{holder}").into_bytes()
}

pub(crate) fn now() -> i64 {
    OffsetDateTime::now_utc().unix_timestamp()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn presence() -> Presence {
        Presence {
            version: "1.0.0".into(),
            policy: "newsroom 1".into(),
            policy_sha256: "aa".into(),
            keys: "k".into(),
            at: 1_000,
        }
    }

    fn check(change: impl Fn(&mut Presence), expected: &[Difference]) {
        let mut other = presence();
        change(&mut other);
        assert_eq!(differences(&[presence(), other], 1_000), expected);
    }

    #[test]
    fn what_two_gateways_disagree_about_is_named_once() {
        check(|_| {}, &[]);
        check(|other| other.at = 990, &[]);
        check(|other| other.version = "1.1.0".into(), &[Difference::Version]);
        check(|other| other.policy_sha256 = "bb".into(), &[Difference::Rules]);
        check(|other| other.at = 1_030, &[Difference::Clock]);
        let both = [Difference::Version, Difference::Keys];
        check(|other| (other.version, other.keys) = ("2".into(), "x".into()), &both);
    }

    #[tokio::test]
    async fn who_is_silent_is_gone_and_later_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let state = audit::SledState::open(folder.path()).unwrap();
        for (holder, silent_s) in [("here", 5), ("gone", 100), ("long-gone", 100_000)] {
            let row = Presence { at: now() - silent_s, ..presence() };
            let row = serde_json::to_vec(&row).unwrap();
            assert!(state.compare_and_swap(&key(holder), None, Some(&row)).await.unwrap());
        }
        assert_eq!(present(&state).await.unwrap().len(), 1);
        assert_eq!(state.scan(PREFIX.as_bytes()).await.unwrap().len(), 2);
        leave(&state, "here").await.unwrap();
        assert!(present(&state).await.unwrap().is_empty());
    }
}
