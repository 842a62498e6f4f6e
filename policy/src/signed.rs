//! Signatures under packs: who answers for what a pack says.
//!
//! Signed is the digest of the canonical form, so layout and comments may change and no rule may. Keys are PEM
//! (RFC 8410), as `openssl genpkey -algorithm ed25519` and `openssl pkey -pubout` write them.

use ed25519_dalek::{
    Signature, Signer as _, SigningKey, VerifyingKey,
    pkcs8::{DecodePrivateKey as _, DecodePublicKey as _},
};
use types::PolicyVersion;

use crate::{Engine, PolicyError, pack::Pack};

/// What is signed begins with this, so that a signature made for something else is none for a pack.
const CONTEXT: &[u8] = b"imprimatur policy pack v1\n";

/// An Ed25519 signature (RFC 8032).
pub type PackSignature = [u8; 64];

/// Whose signature counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer(VerifyingKey);

impl Signer {
    /// Reads a public key.
    ///
    /// # Errors
    /// [`PolicyError::Key`] when it is none of Ed25519.
    pub fn from_pem(pem: &str) -> Result<Self, PolicyError> {
        let key = VerifyingKey::from_public_key_pem(pem);
        key.map(Self).map_err(|error| PolicyError::Key(error.to_string()))
    }
}

/// Signs a pack with a private key in PKCS#8.
///
/// # Errors
/// [`PolicyError::Key`] when the key cannot be read, or another when the pack does not load: what fails its own
/// tests is not signed.
pub fn sign(pack: &str, key: &str) -> Result<PackSignature, PolicyError> {
    let key = SigningKey::from_pkcs8_pem(key);
    let key = key.map_err(|error| PolicyError::Key(error.to_string()))?;
    let engine = Engine::from_toml(pack)?;
    Ok(key.sign(&message(engine.version())).to_bytes())
}

/// Which version was signed, if one of the signers signed this pack.
///
/// # Errors
/// [`PolicyError::Signature`] when none of them did, or the pack cannot be read.
pub fn verify(
    pack: &str,
    signature: &PackSignature,
    signers: &[Signer],
) -> Result<PolicyVersion, PolicyError> {
    let version = Pack::parse(pack)?.version();
    let (signature, message) = (Signature::from_bytes(signature), message(&version));
    let signed = |signer: &Signer| signer.0.verify_strict(&message, &signature).is_ok();
    if signers.iter().any(signed) { Ok(version) } else { Err(PolicyError::Signature) }
}

impl Engine {
    /// Reads a pack only if one of the signers signed it.
    ///
    /// # Errors
    /// As [`verify`] and [`Engine::from_toml`].
    pub fn from_signed(
        pack: &str,
        signature: &PackSignature,
        signers: &[Signer],
    ) -> Result<Self, PolicyError> {
        verify(pack, signature, signers)?;
        Self::from_toml(pack)
    }
}

fn message(version: &PolicyVersion) -> Vec<u8> {
    [CONTEXT, version.sha256.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::pkcs8::{
        EncodePrivateKey as _, EncodePublicKey as _, spki::der::pem::LineEnding,
    };

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
        let signer = |secret: [u8; 32]| {
            let key = SigningKey::from_bytes(&secret);
            let public = key.verifying_key().to_public_key_pem(LineEnding::LF).unwrap();
            (key.to_pkcs8_pem(LineEnding::LF).unwrap(), Signer::from_pem(&public).unwrap())
        };
        let ((secret, public), (_, other)) = (signer([7; 32]), signer([8; 32]));
        let signature = sign(PACK, &secret).unwrap();
        let spaced = PACK.replace("action = ", "# why\naction   = ");
        for pack in [PACK, &spaced] {
            assert!(
                Engine::from_signed(pack, &signature, &[other.clone(), public.clone()]).is_ok()
            );
        }
        let changed = PACK.replace("flag", "label");
        assert_eq!(
            verify(&changed, &signature, std::slice::from_ref(&public)),
            Err(PolicyError::Signature)
        );
        assert_eq!(verify(PACK, &signature, &[other]), Err(PolicyError::Signature));
        assert_eq!(verify(PACK, &[0; 64], &[public]), Err(PolicyError::Signature));
        assert_eq!(verify(PACK, &signature, &[]), Err(PolicyError::Signature));
        assert!(matches!(sign(PACK, "no key"), Err(PolicyError::Key(_))));
        assert!(matches!(Signer::from_pem(&secret), Err(PolicyError::Key(_))), "a private key");
    }
}
