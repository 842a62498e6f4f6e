//! What a key is for: a part of what its role may.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::AccessError;

/// A kind of work that a key can be limited to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Scope {
    /// Texts, and what is written down of sounds.
    #[serde(rename = "generate:text")]
    GenerateText,
    /// Pictures.
    #[serde(rename = "generate:image")]
    GenerateImage,
    /// Speech.
    #[serde(rename = "generate:audio")]
    GenerateAudio,
    /// Videos.
    #[serde(rename = "generate:video")]
    GenerateVideo,
    /// Judging without generating.
    #[serde(rename = "moderate")]
    Moderate,
    /// Saying what a file's credentials and mark say.
    #[serde(rename = "verify")]
    Verify,
    /// Deciding about held assets.
    #[serde(rename = "review")]
    Review,
    /// Entries of the log, exports, the vault.
    #[serde(rename = "audit")]
    Audit,
    /// Publishing, correcting, withdrawing.
    #[serde(rename = "publish")]
    Publish,
    /// Keys, people, configuration.
    #[serde(rename = "admin")]
    Admin,
}

impl Scope {
    /// Every scope with its name.
    pub const ALL: [(Self, &'static str); 10] = [
        (Self::GenerateText, "generate:text"),
        (Self::GenerateImage, "generate:image"),
        (Self::GenerateAudio, "generate:audio"),
        (Self::GenerateVideo, "generate:video"),
        (Self::Moderate, "moderate"),
        (Self::Verify, "verify"),
        (Self::Review, "review"),
        (Self::Audit, "audit"),
        (Self::Publish, "publish"),
        (Self::Admin, "admin"),
    ];
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::ALL.iter().find(|(scope, _)| scope == self).map_or("", |row| row.1))
    }
}

impl FromStr for Scope {
    type Err = AccessError;

    fn from_str(text: &str) -> Result<Self, AccessError> {
        let known = Self::ALL.iter().find(|(_, name)| *name == text);
        known.map(|(scope, _)| *scope).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|row| row.1).collect();
            AccessError::Invalid(format!("`{text}` is no scope; there are {}", names.join(", ")))
        })
    }
}

/// The scopes of a key; none means all that its role may.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// These scopes, each once.
    #[must_use]
    pub fn new(scopes: impl IntoIterator<Item = Scope>) -> Self {
        let mut scopes: Vec<Scope> = scopes.into_iter().collect();
        scopes.sort_unstable();
        scopes.dedup();
        Self(scopes)
    }

    /// Whether work of this kind is covered; `None` is covered by every key.
    #[must_use]
    pub fn cover(&self, scope: Option<Scope>) -> bool {
        self.0.is_empty() || scope.is_none_or(|scope| self.0.contains(&scope))
    }

    /// Whether there is no limit.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(if names.is_empty() { "all" } else { "" })?;
        f.write_str(&names.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_and_its_name_are_one() {
        for (scope, name) in Scope::ALL {
            assert_eq!(name.parse::<Scope>().unwrap(), scope);
            assert_eq!(scope.to_string(), name);
            assert_eq!(serde_json::to_value(scope).unwrap(), name);
        }
        let error = "generate".parse::<Scope>().unwrap_err().to_string();
        assert!(error.contains("generate:text"), "{error}");
    }

    #[test]
    fn no_scope_is_every_scope() {
        let all = Scopes::default();
        assert!(all.cover(Some(Scope::Admin)) && all.cover(None));
        assert_eq!(all.to_string(), "all");
        let some = Scopes::new([Scope::Verify, Scope::GenerateText, Scope::Verify]);
        assert!(some.cover(Some(Scope::Verify)) && some.cover(None));
        assert!(!some.cover(Some(Scope::Admin)));
        assert_eq!(some.to_string(), "generate:text,verify");
    }
}
