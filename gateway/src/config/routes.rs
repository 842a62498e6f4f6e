//! `[routes.NAME]`

use std::{collections::BTreeMap, time::Duration};

use generators::{Hedge, Queue, RouteSettings};
use serde::{Deserialize, Serialize};

use super::GeneratorSection;

/// `[routes.NAME]`: models under one name, which stand in for each other.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteSection {
    /// The configured models, in the order in which they are asked.
    pub models: Vec<String>,
    /// Their shares of the requests, in the same order; without them the first is asked and the
    /// others stand in. A model of share 0 only stands in.
    pub weights: Option<Vec<u32>>,
    /// `"p95"`, or the milliseconds after which a second server is asked where the first is slow;
    /// without it never.
    pub hedge: Option<HedgeAfter>,
    /// How many requests may be under way at once; 1024 if absent.
    pub requests_max: Option<usize>,
    /// How many more may wait; 64 if absent.
    pub queue_max: Option<usize>,
    /// How long each of them waits.
    pub queue_seconds_max: Option<u64>,
}

/// When a second server is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum HedgeAfter {
    /// After so many milliseconds without a piece.
    Milliseconds(u64),
    /// After the time within which nineteen of twenty answers began.
    Learned(Learned),
}

/// What is learned from the requests before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Learned {
    /// The time within which nineteen of twenty began.
    P95,
}

/// A queue as sections have it.
pub(crate) fn queue(waiting_max: Option<usize>, seconds_max: Option<u64>) -> Queue {
    let usual = Queue::default();
    Queue {
        waiting_max: waiting_max.unwrap_or(usual.waiting_max),
        wait_max: seconds_max.map(Duration::from_secs).or(usual.wait_max),
    }
}

impl RouteSection {
    /// How the route chooses.
    pub(crate) fn settings(&self) -> RouteSettings {
        RouteSettings {
            weights: self.weights.clone(),
            hedge: match self.hedge {
                None => Hedge::Never,
                Some(HedgeAfter::Milliseconds(after)) => Hedge::After(Duration::from_millis(after)),
                Some(HedgeAfter::Learned(Learned::P95)) => Hedge::P95,
            },
            requests_max: self.requests_max.unwrap_or(RouteSettings::default().requests_max),
            queue: queue(self.queue_max, self.queue_seconds_max),
        }
    }
}

/// What fits no rule, in words.
pub(super) fn problem(
    routes: &BTreeMap<String, RouteSection>,
    models: &BTreeMap<String, GeneratorSection>,
) -> Option<String> {
    for (name, route) in routes {
        let wrong = |reason: String| Some(format!("[routes.{name}] {reason}"));
        if models.contains_key(name) {
            return wrong("has the name of a model: each name stands for one".to_owned());
        }
        if route.models.is_empty() {
            return wrong("names no models: list them in `models`".to_owned());
        }
        let unknown = |model: &&String| !models.contains_key(*model);
        if let Some(model) = route.models.iter().find(unknown) {
            let known: Vec<&str> = models.keys().map(String::as_str).collect();
            let known = known.join(", ");
            return wrong(format!("names `{model}`, which is not configured; there are {known}"));
        }
        let weights = route.weights.as_ref().filter(|weights| {
            weights.len() != route.models.len() || weights.iter().all(|weight| *weight == 0)
        });
        if weights.is_some() {
            return wrong("needs as many `weights` as `models`, one of them above 0".to_owned());
        }
        if route.requests_max == Some(0) {
            return wrong("lets no request through: `requests_max` is at least 1".to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    /// The route `desk` beside two models, and what is wrong with it.
    fn read(name: &str, keys: &str) -> Result<RouteSection, String> {
        let models = "[generators.a]\nkind = \"null\"\n[generators.b]\nkind = \"null\"\n";
        let config: Config = toml::from_str(&format!("{models}[routes.{name}]\n{keys}"))
            .map_err(|error| error.to_string())?;
        match problem(&config.routes, &config.generators) {
            Some(problem) => Err(problem),
            None => Ok(config.routes[name].clone()),
        }
    }

    #[test]
    fn a_route_names_models_that_there_are() {
        let route = read("desk", "models = [\"a\", \"b\"]\nweights = [3, 1]\nhedge = \"p95\"");
        assert_eq!(route.unwrap().settings().hedge, Hedge::P95);
        let route = read("desk", "models = [\"a\"]\nhedge = 250\nqueue_max = 3").unwrap();
        assert_eq!(route.settings().hedge, Hedge::After(Duration::from_millis(250)));
        assert_eq!(route.settings().queue.waiting_max, 3);
        for (keys, expected) in [
            ("models = []", "names no models"),
            ("models = [\"a\", \"c\"]", "`c`, which is not configured; there are a, b"),
            ("models = [\"a\"]\nweights = [1, 2]", "as many `weights`"),
            ("models = [\"a\"]\nweights = [0]", "as many `weights`"),
            ("models = [\"a\"]\nrequests_max = 0", "at least 1"),
            ("models = [\"a\"]\nhedge = \"p50\"", "hedge"),
        ] {
            let error = read("desk", keys).unwrap_err();
            assert!(error.contains(expected), "{keys}: {error}");
        }
        assert!(read("a", "models = [\"b\"]").unwrap_err().contains("the name of a model"));
    }
}
