//! Whom an original is about, and what kind of original it is.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::VaultError;

/// A person as the log knows them: the 16 bytes of their pseudonym.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Subject([u8; 16]);

impl Subject {
    pub(super) const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    pub(super) const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Subject {
    type Err = VaultError;

    fn from_str(text: &str) -> Result<Self, VaultError> {
        let wrong = || VaultError::Subject(text.to_owned());
        let lower = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if text.len() != 32 || !lower {
            return Err(wrong());
        }
        u128::from_str_radix(text, 16).map(|bits| Self(bits.to_be_bytes())).map_err(|_| wrong())
    }
}

impl TryFrom<String> for Subject {
    type Error = VaultError;

    fn try_from(text: String) -> Result<Self, VaultError> {
        text.parse()
    }
}

impl From<Subject> for String {
    fn from(subject: Subject) -> Self {
        subject.to_string()
    }
}

/// What an original is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Kind {
    /// What a person wrote.
    Prompt,
    /// A file that a person brought.
    Input,
    /// What a model wrote and policy refused.
    RefusedOutput,
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn a_pseudonym_survives_its_text(bytes: [u8; 16]) {
            let subject = Subject::from_bytes(bytes);
            proptest::prop_assert_eq!(subject.to_string().parse::<Subject>().unwrap(), subject);
        }
    }

    #[test]
    fn other_texts_are_no_pseudonyms() {
        for text in
            ["", "ada", "+0000000000000000000000000000000", &"A".repeat(32), &"0".repeat(33)]
        {
            assert!(text.parse::<Subject>().is_err(), "{text}");
        }
    }
}
