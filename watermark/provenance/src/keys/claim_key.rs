//! The key that signs claims, wherever it lies.

use std::fmt;

use ed25519_dalek::{SigningKey as Ed25519, pkcs8::EncodePrivateKey as _};
use p256::ecdsa::{Signature as Signature256, SigningKey as P256, signature::Signer as _};
use p384::ecdsa::{Signature as Signature384, SigningKey as P384};
use rand_core::OsRng;
use rsa::{
    RsaPrivateKey,
    pkcs1::EncodeRsaPublicKey as _,
    pkcs1v15::SigningKey as Pkcs1,
    pss::BlindedSigningKey,
    sha2::Sha256,
    signature::{RandomizedSigner as _, SignatureEncoding as _},
    traits::PublicKeyParts as _,
};
use zeroize::Zeroizing;

use super::{
    Algorithm, pkcs8,
    token::{TokenKey, TokenSettings},
};
use crate::ProvenanceError;

/// Size of new RSA keys, in bits.
const RSA_BITS: usize = 3072;
/// Shorter ones are refused by validators (C2PA 2.4, section 14.5.1).
const RSA_BITS_MIN: usize = 2048;

/// A private key; wiped from memory on drop, and never shown.
pub struct ClaimKey {
    kind: Kind,
    /// The contents of the bit string in `SubjectPublicKeyInfo` (RFC 5280, section 4.1).
    public: Vec<u8>,
}

enum Kind {
    Ed25519(Ed25519),
    Es256(P256),
    Es384(P384),
    Ps256(Box<BlindedSigningKey<Sha256>>),
    Token(Box<TokenKey>),
}

impl fmt::Debug for ClaimKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClaimKey({}, …)", self.algorithm())
    }
}

impl ClaimKey {
    /// A new key of the operating system's random numbers.
    ///
    /// # Errors
    /// [`ProvenanceError::Key`] when there are none.
    pub fn generate(algorithm: Algorithm) -> Result<Self, ProvenanceError> {
        Ok(match algorithm {
            Algorithm::Ed25519 => Self::ed25519(Ed25519::generate(&mut OsRng)),
            Algorithm::Es256 => Self::es256(P256::random(&mut OsRng)),
            Algorithm::Es384 => Self::es384(P384::random(&mut OsRng)),
            Algorithm::Ps256 => {
                Self::ps256(RsaPrivateKey::new(&mut OsRng, RSA_BITS).map_err(wrong)?)?
            }
        })
    }

    /// Reads a PKCS#8 key in PEM, plain or encrypted with a passphrase (PBES2).
    ///
    /// # Errors
    /// [`ProvenanceError::Key`] saying what to do; nothing of the key stands in it.
    pub fn from_pem(pem: &str, passphrase: Option<&str>) -> Result<Self, ProvenanceError> {
        let key = pkcs8::private_key(pem, passphrase)?;
        match pkcs8::algorithm(key.as_bytes())? {
            Algorithm::Ed25519 => {
                let read = <Ed25519 as ed25519_dalek::pkcs8::DecodePrivateKey>::from_pkcs8_der;
                read(key.as_bytes()).map(Self::ed25519).map_err(wrong)
            }
            Algorithm::Es256 => {
                let read = <P256 as p256::pkcs8::DecodePrivateKey>::from_pkcs8_der;
                read(key.as_bytes()).map(Self::es256).map_err(wrong)
            }
            Algorithm::Es384 => {
                let read = <P384 as p384::pkcs8::DecodePrivateKey>::from_pkcs8_der;
                read(key.as_bytes()).map(Self::es384).map_err(wrong)
            }
            Algorithm::Ps256 => {
                let read = <RsaPrivateKey as rsa::pkcs8::DecodePrivateKey>::from_pkcs8_der;
                Self::ps256(read(key.as_bytes()).map_err(wrong)?)
            }
        }
    }

    /// A key in a PKCS#11 token.
    ///
    /// # Errors
    /// [`ProvenanceError::Key`] saying what of module, token, PIN or key is wrong.
    pub fn in_token(settings: TokenSettings) -> Result<Self, ProvenanceError> {
        TokenKey::open(settings).map(Self::of_token)
    }

    /// The same; a key that is missing is made there, and never leaves it.
    ///
    /// # Errors
    /// Those of [`Self::in_token`].
    pub fn obtain_in_token(
        settings: TokenSettings,
        algorithm: Algorithm,
    ) -> Result<Self, ProvenanceError> {
        TokenKey::obtain(settings, algorithm).map(Self::of_token)
    }

    /// The key as PKCS#8 in PEM, plain.
    ///
    /// # Errors
    /// [`ProvenanceError::Key`] when it does not leave its token.
    pub fn to_pem(&self) -> Result<Zeroizing<String>, ProvenanceError> {
        let ending = ed25519_dalek::pkcs8::spki::der::pem::LineEnding::LF;
        let pem = match &self.kind {
            Kind::Ed25519(key) => key.to_pkcs8_pem(ending),
            Kind::Es256(key) => key.to_pkcs8_pem(ending),
            Kind::Es384(key) => key.to_pkcs8_pem(ending),
            Kind::Ps256(key) => rsa_key(key).to_pkcs8_pem(ending),
            Kind::Token(_) => {
                return Err(ProvenanceError::Key("it does not leave its token".to_owned()));
            }
        };
        pem.map_err(wrong)
    }

    /// How it signs.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        match &self.kind {
            Kind::Ed25519(_) => Algorithm::Ed25519,
            Kind::Es256(_) => Algorithm::Es256,
            Kind::Es384(_) => Algorithm::Es384,
            Kind::Ps256(_) => Algorithm::Ps256,
            Kind::Token(key) => key.algorithm,
        }
    }

    /// Signs in the form that COSE wants (RFC 9053, section 2; RFC 8230, section 2).
    ///
    /// # Errors
    /// [`ProvenanceError::Key`] when the token does not.
    pub fn sign(&self, data: &[u8]) -> Result<Vec<u8>, ProvenanceError> {
        Ok(match &self.kind {
            Kind::Ed25519(key) => key.sign(data).to_vec(),
            Kind::Es256(key) => {
                let signature: Signature256 = key.sign(data);
                signature.to_vec()
            }
            Kind::Es384(key) => {
                let signature: Signature384 = key.sign(data);
                signature.to_vec()
            }
            Kind::Ps256(key) => key.try_sign_with_rng(&mut OsRng, data).map_err(wrong)?.to_vec(),
            Kind::Token(key) => key.sign(data)?,
        })
    }

    /// Signs in the form that certificates and requests for them want: ECDSA as DER, RSA by
    /// PKCS#1 v1.5.
    pub(crate) fn sign_request(&self, data: &[u8]) -> Result<Vec<u8>, ProvenanceError> {
        Ok(match &self.kind {
            Kind::Es256(key) => {
                let signature: p256::ecdsa::DerSignature = key.sign(data);
                signature.as_bytes().to_vec()
            }
            Kind::Es384(key) => {
                let signature: p384::ecdsa::DerSignature = key.sign(data);
                signature.as_bytes().to_vec()
            }
            Kind::Ps256(key) => {
                let key = Pkcs1::<Sha256>::new(rsa_key(key).clone());
                key.try_sign_with_rng(&mut OsRng, data).map_err(wrong)?.to_vec()
            }
            Kind::Ed25519(_) => self.sign(data)?,
            Kind::Token(key) => match key.algorithm {
                Algorithm::Ed25519 => key.sign(data)?,
                Algorithm::Ps256 => key.sign_pkcs1(data)?,
                Algorithm::Es256 => {
                    let signature = Signature256::from_slice(&key.sign(data)?).map_err(wrong)?;
                    signature.to_der().as_bytes().to_vec()
                }
                Algorithm::Es384 => {
                    let signature = Signature384::from_slice(&key.sign(data)?).map_err(wrong)?;
                    signature.to_der().as_bytes().to_vec()
                }
            },
        })
    }

    /// How many bytes a signature has.
    pub(crate) const fn signature_bytes(&self) -> usize {
        match self.algorithm() {
            Algorithm::Ed25519 | Algorithm::Es256 => 64,
            Algorithm::Es384 => 96,
            // The public key holds the modulus, which is as long as a signature.
            Algorithm::Ps256 => self.public.len(),
        }
    }

    /// The public key, as it stands in certificates.
    pub(crate) fn public(&self) -> &[u8] {
        &self.public
    }

    fn of_token(key: TokenKey) -> Self {
        Self { public: key.public.clone(), kind: Kind::Token(Box::new(key)) }
    }

    fn ed25519(key: Ed25519) -> Self {
        Self { public: key.verifying_key().as_bytes().to_vec(), kind: Kind::Ed25519(key) }
    }

    fn es256(key: P256) -> Self {
        let point = key.verifying_key().to_encoded_point(false);
        Self { public: point.as_bytes().to_vec(), kind: Kind::Es256(key) }
    }

    fn es384(key: P384) -> Self {
        let point = key.verifying_key().to_encoded_point(false);
        Self { public: point.as_bytes().to_vec(), kind: Kind::Es384(key) }
    }

    fn ps256(key: RsaPrivateKey) -> Result<Self, ProvenanceError> {
        let bits = key.n().bits();
        if bits < RSA_BITS_MIN {
            return Err(ProvenanceError::Key(format!(
                "an RSA key of {bits} bits is too short: make one of at least {RSA_BITS_MIN}"
            )));
        }
        let public = key.to_public_key().to_pkcs1_der().map_err(wrong)?.as_bytes().to_vec();
        let key = BlindedSigningKey::new(key);
        Ok(Self { public, kind: Kind::Ps256(Box::new(key)) })
    }
}

impl rcgen::PublicKeyData for ClaimKey {
    fn der_bytes(&self) -> &[u8] {
        &self.public
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        Self::algorithm(self).in_certificates()
    }
}

impl rcgen::SigningKey for ClaimKey {
    fn sign(&self, data: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        self.sign_request(data).map_err(|_| rcgen::Error::RemoteKeyError)
    }
}

fn rsa_key(key: &BlindedSigningKey<Sha256>) -> &RsaPrivateKey {
    key.as_ref()
}

fn wrong(error: impl fmt::Display) -> ProvenanceError {
    ProvenanceError::Key(error.to_string())
}
