//! What a starter text model was trained to read: `imprimatur.json` beside its weights.

use std::collections::BTreeMap;

use serde::Deserialize;

/// What a model was trained to read.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Schema {
    pub(crate) format: Format,
    pub(crate) defaults: Limits,
    pub(crate) kinds: BTreeMap<String, Kind>,
    /// By key, then language: the values the model has learned. It copies others as they stand.
    pub(crate) known: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

/// What stands around a prompt.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Format {
    pub(crate) special: Markers,
    /// Words of an instruction that ask for a headline.
    pub(crate) headline_words: Vec<String>,
}

/// The tokens around a prompt.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Markers {
    pub(crate) end: Marker,
    pub(crate) start: Marker,
    pub(crate) en: Marker,
    pub(crate) zh: Marker,
    pub(crate) headline: Marker,
}

/// A token by its text.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Marker {
    pub(crate) token: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Limits {
    /// A prompt without facts is cut to this many tokens.
    pub(crate) prompt_tokens_max: usize,
}

/// A kind of facts, for example `river`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Kind {
    #[serde(default)]
    pub(crate) aliases: Vec<String>,
    /// In the order in which the model reads them.
    pub(crate) keys: Vec<Key>,
}

/// One fact of a kind, for example `level_cm`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Key {
    pub(crate) key: String,
    #[serde(default)]
    pub(crate) aliases: Vec<String>,
    pub(crate) shape: Shape,
}

/// What a value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Shape {
    /// 1–40 characters.
    Text,
    /// Up to seven digits, with a sign and up to two decimals.
    Number,
    /// `18:30`
    Time,
    /// `2-1`
    Score,
}

impl Shape {
    /// Whether a value has this shape.
    pub(crate) fn fits(self, value: &str) -> bool {
        match self {
            Self::Text => (1..=40).contains(&value.chars().count()),
            Self::Number => {
                let unsigned = value.strip_prefix(['+', '-']).unwrap_or(value);
                let (whole, decimals) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
                digits(whole, 7) && digits(decimals, 2)
            }
            Self::Time => pair(value, &[':']),
            Self::Score => pair(value, &['-', ':']),
        }
    }

    /// The shape in words.
    pub(crate) const fn says(self) -> &'static str {
        match self {
            Self::Text => "a text of 1 to 40 characters",
            Self::Number => "a number of at most 7 digits and 2 decimals",
            Self::Time => "a time like 18:30",
            Self::Score => "a score like 2-1",
        }
    }
}

fn digits(text: &str, count_max: usize) -> bool {
    (1..=count_max).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Two numbers of one or two digits with one of `between` between them.
fn pair(text: &str, between: &[char]) -> bool {
    let Some((left, right)) = text.split_once(between) else { return false };
    digits(left.trim_end(), 2) && digits(right.trim_start(), 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_exact() {
        let fits = |shape: Shape, text| shape.fits(text);
        for number in ["0", "-12", "+1234567", "3.25"] {
            assert!(fits(Shape::Number, number), "{number}");
        }
        for other in ["", "-", "12345678", "1.234", "1.", "1e3", "१२"] {
            assert!(!fits(Shape::Number, other), "{other}");
        }
        assert!(fits(Shape::Time, "8:05") && !fits(Shape::Time, "8-05"));
        assert!(fits(Shape::Score, "10 - 2") && !fits(Shape::Score, "1-2-3"));
        assert!(!fits(Shape::Text, "") && !fits(Shape::Text, &"字".repeat(41)));
    }
}
