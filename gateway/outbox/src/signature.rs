//! Signatures by [Standard Webhooks](https://www.standardwebhooks.com): HMAC-SHA256 over id, time and
//! body, with a secret that both sides have.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use zeroize::Zeroizing;

use crate::OutboxError;

const PREFIX: &str = "whsec_";
/// As the standard asks for.
const BYTES_MIN: usize = 24;
const BYTES_MAX: usize = 64;

/// What both sides have. It is never shown.
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// `whsec_` and base64 of 24 to 64 bytes.
    ///
    /// # Errors
    /// [`OutboxError::Secret`] saying what it lacks.
    pub fn parse(text: &str) -> Result<Self, OutboxError> {
        let encoded = text.trim().strip_prefix(PREFIX);
        let encoded = encoded.ok_or(OutboxError::Secret("does not begin with whsec_"))?;
        let bytes = STANDARD.decode(encoded).map_err(|_| OutboxError::Secret("is no base64"))?;
        let bytes = Zeroizing::new(bytes);
        if !(BYTES_MIN..=BYTES_MAX).contains(&bytes.len()) {
            return Err(OutboxError::Secret("does not have 24 to 64 bytes"));
        }
        Ok(Self(bytes))
    }

    /// The secrets in a file, one a line: while receivers change to the next one, both sign.
    ///
    /// # Errors
    /// [`OutboxError::Secret`] for the first that is none, or when there is none.
    pub fn parse_all(text: &str) -> Result<Vec<Self>, OutboxError> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let secrets: Vec<Self> = lines.map(Self::parse).collect::<Result<_, _>>()?;
        if secrets.is_empty() { Err(OutboxError::Secret("is missing")) } else { Ok(secrets) }
    }

    fn sign(&self, id: &str, timestamp: i64, body: &str) -> String {
        // HMAC takes a key of any length, so this cannot fail; an empty signature fits nothing.
        let Ok(mut mac) = Hmac::<sha2::Sha256>::new_from_slice(&self.0) else {
            return String::new();
        };
        mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

/// The value of `webhook-signature`: one signature for each secret.
#[must_use]
pub fn signatures(secrets: &[Secret], id: &str, timestamp: i64, body: &str) -> String {
    let each: Vec<String> = secrets.iter().map(|secret| secret.sign(id, timestamp, body)).collect();
    each.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    /// The example of the standard's own libraries.
    #[test]
    fn a_signature_is_that_of_the_standard() {
        let secrets = Secret::parse_all(SECRET).unwrap();
        let (id, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", r#"{"test": 2432232314}"#);
        assert_eq!(
            signatures(&secrets, id, 1_614_265_330, body),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn while_a_secret_is_changed_both_sign() {
        let next = format!("whsec_{}", STANDARD.encode([7; 32]));
        let secrets = Secret::parse_all(&format!("{SECRET}\n\n {next}\n")).unwrap();
        let signed = signatures(&secrets, "id", 1, "{}");
        assert_eq!(signed.split(' ').filter(|one| one.starts_with("v1,")).count(), 2);
    }

    #[test]
    fn what_is_no_secret_says_so_without_being_shown() {
        for text in ["", "hunter2", "whsec_hunter2", "whsec_aHVudGVyMg=="] {
            let error = Secret::parse_all(text).unwrap_err().to_string();
            assert!(error.contains("openssl") && !error.contains("hunter2"), "{error}");
        }
        assert_eq!(format!("{:?}", Secret::parse(SECRET).unwrap()), "Secret(…)");
    }
}
