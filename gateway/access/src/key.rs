//! An API key as it is stored and listed: without its secret.

use serde::{Deserialize, Serialize};
use types::{Principal, Sha256};

use crate::{
    Ending, Scopes,
    token::{hashed, same},
};

/// A key as it is stored and listed: without its secret.
///
/// All but the first four members came later; keys that were stored without them stay valid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// The part of the key that names it.
    pub id: String,
    /// Who presents the key.
    pub principal: Principal,
    /// SHA-256 of the secret.
    pub secret_sha256: Sha256,
    /// Whether the key has been ended.
    pub revoked: bool,
    /// What it is for; nothing means all that the role may.
    #[serde(default, skip_serializing_if = "Scopes::is_empty")]
    pub scopes: Scopes,
    /// When it was made, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<i64>,
    /// When it ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
    /// When it was last used, to within ten minutes; kept apart from the rest.
    #[serde(default, skip_serializing)]
    pub last_used_at: Option<i64>,
    /// The secret before a rotation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Previous>,
}

/// A secret that was replaced and is still good for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Previous {
    /// SHA-256 of the secret.
    pub secret_sha256: Sha256,
    /// Until when it is good, in seconds since 1970.
    pub until: i64,
}

/// What a new key is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKey {
    /// Who will present it.
    pub principal: Principal,
    /// What it is for; nothing means all that the role may.
    pub scopes: Scopes,
    /// When it ends by itself, in seconds since 1970.
    pub expires_at: Option<i64>,
}

impl Key {
    /// What lists show of the key itself.
    #[must_use]
    pub fn prefix(&self) -> String {
        format!("imp_{}_…", self.id)
    }

    /// Why it does not count at `now`, in seconds since 1970, if so.
    #[must_use]
    pub fn ending(&self, now: i64) -> Option<Ending> {
        if self.revoked {
            return Some(Ending::Revoked);
        }
        self.expires_at.is_some_and(|until| until <= now).then_some(Ending::Expired)
    }

    /// Whether this is its secret, or the one before while that is good.
    pub(crate) fn proves(&self, secret: &str, now: i64) -> bool {
        let given = hashed(secret);
        let before = self.previous.as_ref().filter(|previous| now < previous.until);
        let is_before = before.is_some_and(|previous| same(&given, &previous.secret_sha256));
        same(&given, &self.secret_sha256) || is_before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_an_older_version_is_read() {
        let text = r#"{"id":"0a1b2c3d4e5f","principal":{"tenant":"press","desk":"city",
            "role":"journalist","subject":"ada"},"secret_sha256":
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","revoked":false}"#;
        let key: Key = serde_json::from_str(text).unwrap();
        assert!(key.scopes.is_empty() && key.ending(i64::MAX).is_none());
        assert!(key.proves("", 0));
        assert_eq!(key.prefix(), "imp_0a1b2c3d4e5f_…");
    }
}
