//! What a form must carry, so that another site cannot send it.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use subtle::ConstantTimeEq as _;
use types::Sha256;

/// Keeps this apart from other uses of the session's secret.
const LABEL: &[u8] = b"imprimatur form of a session";

/// An HMAC under the session's secret: who does not have the cookie cannot make one, and it says
/// nothing of the cookie.
#[derive(Clone, PartialEq, Eq)]
pub struct Csrf(String);

impl Csrf {
    pub(crate) fn of(secret: &str) -> Self {
        // HMAC takes a key of any length, so this cannot fail; an empty token fits nothing.
        let Ok(mut mac) = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()) else {
            return Self(String::new());
        };
        mac.update(LABEL);
        let bytes = <[u8; 32]>::from(mac.finalize().into_bytes());
        Self(Sha256::from(bytes).to_string())
    }

    /// Whether a form carries the right one, in a time that does not say how much of it is right.
    #[must_use]
    pub fn is(&self, given: &str) -> bool {
        !self.0.is_empty() && bool::from(self.0.as_bytes().ct_eq(given.as_bytes()))
    }

    /// What a form carries.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Csrf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Csrf(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_form_of_another_session_does_not_fit(one in "[0-9a-f]{64}", other in "[0-9a-f]{64}") {
            let (first, second) = (Csrf::of(&one), Csrf::of(&other));
            prop_assert!(first.is(first.as_str()));
            prop_assert_eq!(first.is(second.as_str()), one == other);
            prop_assert!(!first.as_str().contains(&one));
        }

        #[test]
        fn what_is_made_up_does_not_fit(secret in "[0-9a-f]{64}", given in "\\PC{0,80}") {
            prop_assert!(!Csrf::of(&secret).is(&given));
        }
    }
}
