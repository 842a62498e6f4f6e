//! Signatures under packs: who answers for what a pack says.
//!
//! Signed is the digest of the canonical form, so layout and comments may change and no rule may.

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use types::PolicyVersion;

use crate::{Engine, PolicyError, pack::Pack};

/// What is signed begins with this, so that a signature made for something else is none for a pack.
const CONTEXT: &[u8] = b"imprimatur policy pack v1\n";

/// An Ed25519 signature (RFC 8032).
pub type PackSignature = [u8; 64];

/// Signs a pack with the 32 secret bytes of an Ed25519 key (RFC 8032).
///
/// # Errors
/// [`PolicyError`] when the pack does not load: what fails its own tests is not signed.
pub fn sign(pack: &str, secret: &[u8; 32]) -> Result<PackSignature, PolicyError> {
    let engine = Engine::from_toml(pack)?;
    Ok(SigningKey::from_bytes(secret).sign(&message(engine.version())).to_bytes())
}

/// Which version was signed, if one of the public keys signed this pack.
///
/// # Errors
/// [`PolicyError::Signature`] when none of them did, or the pack cannot be read.
pub fn verify(
    pack: &str,
    signature: &PackSignature,
    keys: &[[u8; 32]],
) -> Result<PolicyVersion, PolicyError> {
    let version = Pack::parse(pack)?.version();
    let (signature, message) = (Signature::from_bytes(signature), message(&version));
    let signed = |key: &[u8; 32]| {
        VerifyingKey::from_bytes(key)
            .is_ok_and(|key| key.verify_strict(&message, &signature).is_ok())
    };
    if keys.iter().any(signed) { Ok(version) } else { Err(PolicyError::Signature) }
}

impl Engine {
    /// Reads a pack only if one of the public keys signed it.
    ///
    /// # Errors
    /// As [`verify`] and [`Engine::from_toml`].
    pub fn from_signed(
        pack: &str,
        signature: &PackSignature,
        keys: &[[u8; 32]],
    ) -> Result<Self, PolicyError> {
        verify(pack, signature, keys)?;
        Self::from_toml(pack)
    }
}

fn message(version: &PolicyVersion) -> Vec<u8> {
    [CONTEXT, version.sha256.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACK: &str = r#"
id = "p"
version = "1"

[[rule]]
id = "a"
version = 1
category = "pii"
when = { terms = ["x"] }
action = "flag"
message = { en = "m" }
"#;

    #[test]
    fn a_signature_holds_for_what_the_pack_says_and_for_nothing_else() {
        let secret = [7; 32];
        let public = SigningKey::from_bytes(&secret).verifying_key().to_bytes();
        let other = SigningKey::from_bytes(&[8; 32]).verifying_key().to_bytes();
        let signature = sign(PACK, &secret).unwrap();
        let spaced = PACK.replace("action = ", "# why\naction   = ");
        for pack in [PACK, &spaced] {
            assert!(Engine::from_signed(pack, &signature, &[other, public]).is_ok());
        }
        let changed = PACK.replace("flag", "label");
        assert_eq!(verify(&changed, &signature, &[public]), Err(PolicyError::Signature));
        assert_eq!(verify(PACK, &signature, &[other]), Err(PolicyError::Signature));
        assert_eq!(verify(PACK, &[0; 64], &[public]), Err(PolicyError::Signature));
        assert_eq!(verify(PACK, &signature, &[]), Err(PolicyError::Signature));
    }
}
