//! Key files: PKCS#8 in PEM (RFC 5958, RFC 7468), plain or encrypted (PBES2, RFC 8018).

use pkcs8::{EncryptedPrivateKeyInfoRef, PrivateKeyInfoRef, SecretDocument};

use super::Algorithm;
use crate::ProvenanceError;

const ED25519: &str = "1.3.101.112";
const EC: &str = "1.2.840.10045.2.1";
const P256: &str = "1.2.840.10045.3.1.7";
const P384: &str = "1.3.132.0.34";
const RSA: &str = "1.2.840.113549.1.1.1";

/// The private key of a PEM text, DER; wiped on drop.
pub(super) fn private_key(
    pem: &str,
    passphrase: Option<&str>,
) -> Result<SecretDocument, ProvenanceError> {
    let (label, document) = SecretDocument::from_pem(pem).map_err(|error| {
        wrong(format!(
            "it is no PEM text ({error}): it must begin with -----BEGIN PRIVATE KEY-----"
        ))
    })?;
    match (label, passphrase) {
        ("PRIVATE KEY", _) => Ok(document),
        ("ENCRYPTED PRIVATE KEY", Some(passphrase)) => decrypted(document.as_bytes(), passphrase),
        ("ENCRYPTED PRIVATE KEY", None) => {
            Err(wrong("it is encrypted: name the file with its passphrase".to_owned()))
        }
        (other, _) => Err(wrong(format!(
            "it is a PEM text of {other:?}, not PKCS#8: convert it with `openssl pkcs8 -topk8 -in OLD -out NEW`"
        ))),
    }
}

/// Which algorithm a private key (DER) is for.
pub(super) fn algorithm(key: &[u8]) -> Result<Algorithm, ProvenanceError> {
    let key = PrivateKeyInfoRef::try_from(key).map_err(|error| wrong(error.to_string()))?;
    let curve = key.algorithm.parameters_oid().map(|oid| oid.to_string());
    match (key.algorithm.oid.to_string().as_str(), curve.as_deref()) {
        (ED25519, _) => Ok(Algorithm::Ed25519),
        (EC, Ok(P256)) => Ok(Algorithm::Es256),
        (EC, Ok(P384)) => Ok(Algorithm::Es384),
        (RSA, _) => Ok(Algorithm::Ps256),
        (EC, _) => Err(wrong("its curve is neither P-256 nor P-384".to_owned())),
        (other, _) => Err(wrong(format!(
            "it is for the algorithm {other}: Ed25519, ECDSA over P-256 or P-384, and RSA can sign claims"
        ))),
    }
}

fn decrypted(document: &[u8], passphrase: &str) -> Result<SecretDocument, ProvenanceError> {
    let encrypted = EncryptedPrivateKeyInfoRef::try_from(document)
        .map_err(|error| wrong(format!("its encryption is not PBES2 ({error}): convert it with `openssl pkcs8 -topk8 -v2 aes-256-cbc -in OLD -out NEW`")))?;
    let decrypted = encrypted.decrypt(passphrase);
    decrypted.map_err(|_| {
        wrong("the passphrase does not open it, or it is not encrypted with AES and PBKDF2 or scrypt over SHA-2".to_owned())
    })
}

fn wrong(reason: String) -> ProvenanceError {
    ProvenanceError::Key(reason)
}

#[cfg(test)]
mod tests {
    use pkcs8::{LineEnding, pkcs5::pbes2::Parameters};

    use super::*;
    use crate::ClaimKey;

    fn encrypted(key: &ClaimKey, parameters: Parameters) -> String {
        let plain = private_key(&key.to_pem().unwrap(), None).unwrap();
        let key = PrivateKeyInfoRef::try_from(plain.as_bytes()).unwrap();
        let encrypted = key.encrypt_with_params(parameters, "correct horse").unwrap();
        encrypted.to_pem("ENCRYPTED PRIVATE KEY", LineEnding::LF).unwrap().to_string()
    }

    #[test]
    fn a_passphrase_opens_a_key() {
        let key = ClaimKey::generate(Algorithm::Es256).unwrap();
        let by_hashing = Parameters::generate_pbkdf2_sha256_aes256cbc(2048, b"saltsalt", [7; 16]);
        let pem = encrypted(&key, by_hashing.unwrap());
        let opened = ClaimKey::from_pem(&pem, Some("correct horse")).unwrap();
        assert_eq!(opened.to_pem().unwrap(), key.to_pem().unwrap());
        for (passphrase, expected) in [(Some("wrong horse"), "does not open"), (None, "encrypted")]
        {
            let said = ClaimKey::from_pem(&pem, passphrase).unwrap_err().to_string();
            assert!(said.contains(expected) && !said.contains("horse"), "{said}");
        }
    }

    #[test]
    fn what_is_no_key_of_ours_is_refused_with_its_cure() {
        let pem = |label: &'static str, der: &[u8]| {
            SecretDocument::try_from(der).unwrap().to_pem(label, LineEnding::LF).unwrap()
        };
        let p521 = [
            0x30, 0x1c, 2, 1, 0, 0x30, 0x10, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 5, 0x2b,
            0x81, 4, 0, 0x23, 4, 5, 0x30, 3, 2, 1, 1,
        ];
        let cases = [
            (pem("EC PRIVATE KEY", &p521), "openssl pkcs8 -topk8"),
            (pem("PRIVATE KEY", &p521), "neither P-256 nor P-384"),
            ("nothing".to_owned().into(), "BEGIN PRIVATE KEY"),
        ];
        for (pem, expected) in cases {
            let said = ClaimKey::from_pem(&pem, None).unwrap_err().to_string();
            assert!(said.contains(expected), "{said}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text: String, bytes: Vec<u8>) {
            proptest::prop_assert!(ClaimKey::from_pem(&text, Some("x")).is_err());
            let _ = algorithm(&bytes);
        }
    }

    #[test]
    fn a_key_never_shows() {
        let key = ClaimKey::generate(Algorithm::Ed25519).unwrap();
        assert_eq!(format!("{key:?}"), "ClaimKey(ed25519, …)");
    }
}
