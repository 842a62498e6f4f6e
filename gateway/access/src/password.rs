//! Passwords: argon2id, as PHC strings.

use std::fmt;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::AccessError;

/// Shorter ones are guessed.
pub const PASSWORD_CHARS_MIN: usize = 12;
/// Longer ones only cost time.
pub const PASSWORD_CHARS_MAX: usize = 256;

/// OWASP's first choice for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;

/// A password's hash as a PHC string; never printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Phc(String);

impl fmt::Debug for Phc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phc(…)")
    }
}

impl Phc {
    /// Hashes a password; takes tens of milliseconds.
    pub(crate) fn of(password: &str) -> Result<Self, AccessError> {
        let hashed = hasher()?.hash_password(password.as_bytes());
        let hashed = hashed.map_err(|error| AccessError::Invalid(error.to_string()))?;
        Ok(Self(hashed.to_string()))
    }

    /// Whether this is the password; takes tens of milliseconds.
    pub(crate) fn is(&self, password: &str) -> bool {
        let (Ok(hasher), Ok(hash)) = (hasher(), PasswordHash::new(&self.0)) else { return false };
        hasher.verify_password(password.as_bytes(), &hash).is_ok()
    }
}

/// A password that may be set.
///
/// # Errors
/// [`AccessError::Invalid`] saying what is wrong with it.
pub(crate) fn acceptable(name: &str, password: &str) -> Result<Zeroizing<String>, AccessError> {
    let length = password.chars().count();
    let problem = if length < PASSWORD_CHARS_MIN {
        format!("a password has at least {PASSWORD_CHARS_MIN} characters")
    } else if length > PASSWORD_CHARS_MAX {
        format!("a password has at most {PASSWORD_CHARS_MAX} characters")
    } else if password.eq_ignore_ascii_case(name) {
        "a password is not the name".to_owned()
    } else {
        return Ok(Zeroizing::new(password.to_owned()));
    };
    Err(AccessError::Invalid(problem))
}

fn hasher() -> Result<Argon2<'static>, AccessError> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None);
    let params = params.map_err(|error| AccessError::Invalid(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_kept_as_an_argon2id_hash_with_its_own_salt() {
        let (one, other) = (Phc::of("correct horse").unwrap(), Phc::of("correct horse").unwrap());
        assert!(one.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", one.0);
        assert_ne!(one, other);
        assert!(one.is("correct horse") && !one.is("correct horsf"));
        assert_eq!(format!("{one:?}"), "Phc(…)");
        assert!(!Phc("garbage".to_owned()).is("garbage"));
    }

    #[test]
    fn short_endless_and_obvious_passwords_are_refused() {
        assert!(acceptable("ada", "correct horse").is_ok());
        assert!(acceptable("ada", "四个汉字再加八个汉字共十二字").is_ok());
        for wrong in ["", "elevenchars", &"x".repeat(257)] {
            assert!(acceptable("ada", wrong).is_err(), "{wrong}");
        }
        assert!(acceptable("ada@press.example", "Ada@Press.Example").is_err());
    }
}
