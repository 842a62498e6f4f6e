//! What callers present: `imp_{id}_{secret}`, and secrets of 256 bits by themselves.

use rand::random;
use subtle::ConstantTimeEq as _;
use types::Sha256;

/// Longest name of a key.
const ID_CHARS_MAX: usize = 32;
/// Longer texts are no secrets of ours.
const SECRET_CHARS_MAX: usize = 128;

/// The two parts of an API key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    /// Names the key.
    pub(crate) id: &'a str,
    /// Proves that the caller has it.
    pub(crate) secret: &'a str,
}

impl<'a> Token<'a> {
    /// Reads a key; `None` for anything that cannot be one.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (id, secret) = text.strip_prefix("imp_")?.split_once('_')?;
        let plain = |c: u8| c.is_ascii_digit() || c.is_ascii_lowercase();
        let named = (1..=ID_CHARS_MAX).contains(&id.len()) && id.bytes().all(plain);
        let proved = (1..=SECRET_CHARS_MAX).contains(&secret.len());
        (named && proved).then_some(Self { id, secret })
    }
}

/// A fresh name of a key: 48 random bits.
pub(crate) fn fresh_id() -> String {
    format!("{:012x}", random::<u64>() >> 16)
}

/// A fresh secret of 256 bits, as 64 hexadecimal digits.
pub(crate) fn fresh_secret() -> String {
    Sha256::from(random::<[u8; 32]>()).to_string()
}

/// What is stored of a secret. It has 256 random bits, so there is nothing to guess and one SHA-256
/// is enough.
pub(crate) fn hashed(secret: &str) -> Sha256 {
    Sha256::of(secret.as_bytes())
}

/// Whether two hashes are one, in a time that does not say how much of them is.
pub(crate) fn same(one: &Sha256, other: &Sha256) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

/// The first 160 bits of a hash as a part of a name in the state store, whose keys are short.
pub(crate) fn place(prefix: &str, secret: &str) -> Vec<u8> {
    let digest = hashed(secret).to_string();
    let short: String = digest.chars().take(40).collect();
    format!("{prefix}{short}").into_bytes()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_key_has_a_name_and_a_secret() {
        let token = Token::parse("imp_0a1b2c3d4e5f_s3cret_with_lines").unwrap();
        assert_eq!((token.id, token.secret), ("0a1b2c3d4e5f", "s3cret_with_lines"));
        for wrong in ["", "imp_", "imp__x", "imp_a_", "imp_a", "IMP_a_b", "imp_A_b", "imp_a/b_c"] {
            assert_eq!(Token::parse(wrong), None, "{wrong}");
        }
        assert_eq!(Token::parse(&format!("imp_{}_x", "a".repeat(33))), None);
        assert_eq!(Token::parse(&format!("imp_a_{}", "x".repeat(129))), None);
    }

    #[test]
    fn fresh_secrets_differ_and_their_places_are_short() {
        let (one, other) = (fresh_secret(), fresh_secret());
        assert_ne!(one, other);
        assert_eq!(one.len(), 64);
        assert!(place("session/", &one).len() <= audit::state::KEY_BYTES_MAX);
    }

    proptest! {
        #[test]
        fn what_is_made_is_read(id in "[0-9a-z]{1,32}", secret in "[0-9a-f]{1,128}") {
            let text = format!("imp_{id}_{secret}");
            let read = Token::parse(&text).unwrap();
            prop_assert_eq!((read.id, read.secret), (id.as_str(), secret.as_str()));
        }

        #[test]
        fn anything_is_read_or_refused_and_nothing_panics(text in "\\PC{0,200}") {
            if let Some(token) = Token::parse(&text) {
                prop_assert_eq!(format!("imp_{}_{}", token.id, token.secret), text.clone());
            }
        }
    }
}
