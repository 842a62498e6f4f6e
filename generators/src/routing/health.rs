//! How a model is doing, as plain numbers: for metrics, for `/readyz`, for whoever looks.

use serde::Serialize;

/// Whether a model, or a server of it, may be asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It works, as far as is known.
    #[default]
    Ready,
    /// It has failed and rested: the next request shows whether it works.
    Due,
    /// One request is showing whether it works; others stay away.
    Probing,
    /// It has failed too often, or asked for time: it is left alone for a while.
    Resting,
    /// It cannot be used until somebody mends it.
    Unusable,
}

impl State {
    /// Its name in metrics and answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Due => "due",
            Self::Probing => "probing",
            Self::Resting => "resting",
            Self::Unusable => "unusable",
        }
    }

    /// Whether a request may go there now.
    #[must_use]
    pub const fn is_usable(self) -> bool {
        matches!(self, Self::Ready | Self::Due)
    }
}

/// How a model is doing. Counts are those since the program started.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Health {
    /// Whether it may be asked.
    pub state: State,
    /// Requests under way.
    pub in_flight: usize,
    /// Requests that wait for their turn.
    pub queued: usize,
    /// Requests that were begun, tries again included.
    pub requests: u64,
    /// Those that failed, by the fault of the model or its server.
    pub failures: u64,
    /// Those that were tries again at the same model.
    pub retries: u64,
    /// Requests for which another model stood in.
    pub fallbacks: u64,
    /// Requests that were sent to a second server because the first was slow.
    pub hedges: u64,
    /// Those of them in which the second was first.
    pub hedges_won: u64,
    /// Requests that were turned away because too many waited, or for too long.
    pub turned_away: u64,
    /// How often it was left alone after failures.
    pub opened: u64,
    /// What it consists of: a model's servers by their addresses, a route's models by their names.
    pub parts: Vec<Part>,
}

/// A part of something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// The address, without keys, or the model's name.
    pub name: String,
    /// How it is doing.
    #[serde(flatten)]
    pub health: Health,
}

impl Health {
    /// Of something that cannot be used.
    #[must_use]
    pub fn unusable() -> Self {
        Self { state: State::Unusable, ..Self::default() }
    }

    /// Of parts of which one is enough: as good as the best, as busy as all.
    pub(crate) fn of(parts: Vec<Part>) -> Self {
        let state = parts.iter().map(|part| part.health.state).min();
        let sum = |count: fn(&Self) -> u64| parts.iter().map(|part| count(&part.health)).sum();
        Self {
            state: state.unwrap_or(State::Unusable),
            in_flight: parts.iter().map(|part| part.health.in_flight).sum(),
            requests: sum(|health| health.requests),
            failures: sum(|health| health.failures),
            opened: sum(|health| health.opened),
            parts,
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_is_as_good_as_its_best_part() {
        let part = |state, requests| Part {
            name: "x".to_owned(),
            health: Health { state, requests, ..Health::default() },
        };
        let health = Health::of(vec![part(State::Resting, 3), part(State::Due, 4)]);
        assert_eq!((health.state, health.requests), (State::Due, 7));
        assert_eq!(Health::of(Vec::new()).state, State::Unusable);
    }
}
