//! Regimes: what is asked, by which law, since when, and where that is written. Data, not code.

use serde::{Deserialize, Serialize};

use super::Words;

/// The regimes that come with the program: the name and the data file.
const REGIMES: [(&str, &str); 5] = [
    ("eu-art50", include_str!("../../regimes/eu-art50.toml")),
    ("sb942", include_str!("../../regimes/sb942.toml")),
    ("cn-gb45438", include_str!("../../regimes/cn-gb45438.toml")),
    ("ny-fair", include_str!("../../regimes/ny-fair.toml")),
    ("internal", include_str!("../../regimes/internal.toml")),
];
/// The checks of the log itself, which every regime includes.
const LOG: &str = include_str!("../../regimes/log.toml");

/// A regime cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum RegimeError {
    /// There is none of this name.
    #[error("there is no regime {0}: choose one of eu-art50, sb942, cn-gb45438, ny-fair, internal")]
    Unknown(String),
    /// Its data file is broken.
    #[error("the regime file {name} cannot be used: {reason}")]
    Broken {
        /// The file's name.
        name: String,
        /// What is wrong.
        reason: String,
    },
}

/// What a regime asks.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regime {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: Words,
    /// Its checks, in the order of the report.
    #[serde(rename = "check")]
    pub checks: Vec<Check>,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Its id, for example `EU-50.2-a`.
    pub id: String,
    /// The law or standard.
    pub law: String,
    /// The article or section.
    pub article: String,
    /// What is asked.
    pub title: Words,
    /// The media it is about.
    pub medium: Vec<String>,
    /// The date on which the fact of law was noted, ISO 8601.
    pub as_of: String,
    /// Where it is written.
    pub source: String,
    /// What a pass does not show.
    #[serde(default, skip_serializing_if = "Words::is_empty")]
    pub limit: Words,
    /// The evaluator that decides it.
    pub evaluator: String,
    /// The evaluator's parameters.
    #[serde(default, skip_serializing_if = "toml::Table::is_empty")]
    pub parameters: toml::Table,
}

impl Regime {
    /// The names of all regimes.
    pub fn names() -> impl Iterator<Item = &'static str> {
        REGIMES.into_iter().map(|(name, _)| name)
    }

    /// A regime that comes with the program, with the checks of the log behind its own.
    ///
    /// # Errors
    /// [`RegimeError::Unknown`]; [`RegimeError::Broken`] is a bug in a data file.
    pub fn named(name: &str) -> Result<Self, RegimeError> {
        let known = REGIMES.into_iter().find(|(known, _)| *known == name);
        let (_, text) = known.ok_or_else(|| RegimeError::Unknown(name.to_owned()))?;
        let mut regime = Self::parse(name, text)?;
        regime.checks.extend(Self::parse("log", LOG)?.checks);
        Ok(regime)
    }

    fn parse(name: &str, text: &str) -> Result<Self, RegimeError> {
        toml::from_str(text).map_err(|error| RegimeError::Broken {
            name: name.to_owned(),
            reason: error.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Facts, evaluators};

    #[test]
    fn every_regime_is_well_formed_and_names_evaluators_that_exist() {
        for name in Regime::names() {
            let regime = Regime::named(name).unwrap();
            assert_eq!(regime.id, name);
            let mut ids: Vec<&str> = regime.checks.iter().map(|check| check.id.as_str()).collect();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), regime.checks.len(), "{name}: an id appears twice");
            for check in &regime.checks {
                let built = evaluators::build(check, &Facts::default());
                assert!(built.is_ok(), "{name} {}: {}", check.id, check.evaluator);
                assert!(!check.title.en.is_empty() && !check.title.zh.is_empty(), "{}", check.id);
                assert!(check.as_of.len() == 10 && !check.source.is_empty(), "{}", check.id);
            }
            assert!(ids.contains(&"LOG-1") && ids.contains(&"LOG-5"));
        }
        assert!(matches!(Regime::named("mars"), Err(RegimeError::Unknown(_))));
    }
}
