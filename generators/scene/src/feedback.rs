//! What people do in front of a session.

use serde::{Deserialize, Serialize};

use crate::SceneError;

/// The weather of a scene.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Weather {
    Clear,
    Cloudy,
    Rain,
    Snow,
    Fog,
}

/// The hour of a scene.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Hour {
    Dawn,
    Day,
    Dusk,
    Night,
}

/// Where somebody looks or goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The camera turns to the left.
    Left,
    /// The camera turns to the right.
    Right,
    /// The camera rises.
    Up,
    /// The camera sinks.
    Down,
    /// The camera comes nearer.
    Closer,
    /// The camera goes away.
    Farther,
    /// The camera goes where it began.
    Back,
}

/// An event. In JSON: `{"type": "click", "target": "boat-1"}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Feedback {
    /// Somebody chose a thing, a character or a part of an advertisement.
    Click {
        /// Its id: a node, a character, or `headline`, `copy`, `call`, `product`, `facts`.
        target: String,
    },
    /// Somebody looked at it for a while.
    Dwell {
        /// As for a click.
        target: String,
        /// For how long.
        seconds: f64,
    },
    /// More of it.
    Like {
        /// As for a click.
        target: String,
    },
    /// Less of it.
    Dislike {
        /// As for a click.
        target: String,
    },
    /// Somebody speaks to a character.
    Say {
        /// To whom; without one, to whoever is nearest.
        #[serde(default)]
        to: Option<String>,
        /// What; at most 500 characters.
        text: String,
    },
    /// One of the document's options.
    Choose {
        /// Its id.
        option: String,
    },
    /// The camera moves.
    Look {
        /// Where to.
        direction: Direction,
    },
    /// Other weather.
    Weather {
        /// Which.
        weather: Weather,
    },
    /// Another hour.
    Time {
        /// Which.
        time: Hour,
    },
    /// Another audience, in a few words.
    Audience {
        /// Whom; at most 120 characters.
        group: String,
    },
    /// Time goes by.
    Tick {
        /// How much.
        seconds: f64,
    },
    /// Somebody passes over what is shown.
    Skip,
}

impl Feedback {
    /// Reads an event from JSON.
    ///
    /// # Errors
    /// Says what of it cannot be read or is too long.
    pub fn parse(json: &[u8]) -> Result<Self, SceneError> {
        if json.len() > 16_384 {
            return Err(SceneError::TooLong { what: "event", given: json.len(), most: 16_384 });
        }
        serde_json::from_slice(json)
            .map_err(|error| SceneError::Unreadable { what: "event", fault: error.to_string() })
    }

    /// Checks lengths and ranges.
    pub(crate) fn check(&self) -> Result<(), SceneError> {
        let (what, text, most) = match self {
            Self::Click { target } | Self::Like { target } | Self::Dislike { target } => {
                ("target", target.as_str(), 80)
            }
            Self::Dwell { target, seconds } => {
                in_range(*seconds)?;
                ("target", target.as_str(), 80)
            }
            Self::Say { to, text } => {
                let name = to.as_deref().unwrap_or_default();
                short("target", name, 80)?;
                if !crate::brief::is_said(text) {
                    return Err(SceneError::Empty("text"));
                }
                ("text", text.as_str(), 500)
            }
            Self::Choose { option } => ("option", option.as_str(), 80),
            Self::Audience { group } => ("group", group.as_str(), 120),
            Self::Tick { seconds } => return in_range(*seconds),
            Self::Look { .. } | Self::Weather { .. } | Self::Time { .. } | Self::Skip => {
                return Ok(());
            }
        };
        short(what, text, most)
    }
}

fn short(what: &'static str, text: &str, most: usize) -> Result<(), SceneError> {
    let given = text.chars().count();
    if given <= most { Ok(()) } else { Err(SceneError::TooLong { what, given, most }) }
}

fn in_range(seconds: f64) -> Result<(), SceneError> {
    if (0.0..=86_400.0).contains(&seconds) { Ok(()) } else { Err(SceneError::Seconds) }
}
