//! Keys and ciphers: XChaCha20-Poly1305 under keys drawn at random, HMAC-SHA-256 below them.
//!
//! A data key is never used directly: one key for ciphertexts and one for commitments are derived
//! from it, so that what is published in records says nothing about what is encrypted.

use std::fmt;

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use hmac::{Hmac, Mac as _};
use types::Sha256;
use zeroize::Zeroizing;

use super::{Subject, VaultError};

pub(super) const NONCE_BYTES: usize = 24;
pub(super) const TAG_BYTES: usize = 16;
/// A data key, encrypted.
pub(super) const WRAPPED_BYTES: usize = 32 + TAG_BYTES;

/// The key that wraps all data keys; wiped on drop and never printed.
#[derive(Clone)]
pub struct EvidenceKey(Zeroizing<[u8; 32]>);

impl EvidenceKey {
    /// A key from its 32 secret bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    pub(super) fn wrap(&self, subject: Subject, key: &DataKey) -> Result<Wrapped, VaultError> {
        let nonce = random()?;
        let sealed = seal(&self.0, nonce, &context(subject), key.0.as_slice())?;
        let bytes = sealed.try_into().map_err(|_| broken("a wrapped key has another length"))?;
        Ok(Wrapped { nonce, bytes })
    }

    pub(super) fn unwrap(&self, subject: Subject, key: &Wrapped) -> Result<DataKey, VaultError> {
        let opened = open(&self.0, key.nonce, &context(subject), &key.bytes);
        let opened = Zeroizing::new(opened.ok_or(VaultError::WrongKey)?);
        let bytes = opened.as_slice().try_into().map_err(|_| VaultError::WrongKey)?;
        Ok(DataKey(Zeroizing::new(bytes)))
    }
}

impl fmt::Debug for EvidenceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EvidenceKey(…)")
    }
}

/// A data key under the evidence key.
#[derive(Clone, Copy)]
pub(super) struct Wrapped {
    pub(super) nonce: [u8; NONCE_BYTES],
    pub(super) bytes: [u8; WRAPPED_BYTES],
}

/// The key of one person's originals.
pub(super) struct DataKey(Zeroizing<[u8; 32]>);

impl DataKey {
    pub(super) fn random() -> Result<Self, VaultError> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut_slice()).map_err(|error| broken(&error.to_string()))?;
        Ok(Self(bytes))
    }

    /// Nonce and ciphertext.
    pub(super) fn seal(&self, associated: &[u8], plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        let nonce = random()?;
        let sealed = seal(&self.derive(b"encrypt"), nonce, associated, plain)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// What [`Self::seal`] took, if nothing of it or of its context was changed.
    pub(super) fn open(&self, associated: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_BYTES)?;
        let nonce = nonce.try_into().ok()?;
        open(&self.derive(b"encrypt"), nonce, associated, sealed).map(Zeroizing::new)
    }

    /// A digest that can be checked, or guessed at, only with this key.
    pub(super) fn commit(&self, label: &str, bytes: &[u8]) -> Sha256 {
        mac(&self.derive(b"commit"), &[label.as_bytes(), &[0], bytes])
    }

    fn derive(&self, purpose: &[u8]) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(*mac(&self.0, &[b"imprimatur vault ", purpose]).as_bytes())
    }
}

fn mac(key: &[u8; 32], parts: &[&[u8]]) -> Sha256 {
    // HMAC takes a key of any length, so this cannot fail; an all-zero digest would open nothing.
    let Ok(mut mac) = Hmac::<sha2::Sha256>::new_from_slice(key) else {
        return Sha256::from([0; 32]);
    };
    parts.iter().for_each(|part| mac.update(part));
    Sha256::from(<[u8; 32]>::from(mac.finalize().into_bytes()))
}

fn seal(
    key: &[u8; 32],
    nonce: [u8; NONCE_BYTES],
    aad: &[u8],
    msg: &[u8],
) -> Result<Vec<u8>, VaultError> {
    let cipher = XChaCha20Poly1305::new(&(*key).into());
    let sealed = cipher.encrypt(&XNonce::from(nonce), Payload { msg, aad });
    sealed.map_err(|error| broken(&error.to_string()))
}

fn open(key: &[u8; 32], nonce: [u8; NONCE_BYTES], aad: &[u8], msg: &[u8]) -> Option<Vec<u8>> {
    let cipher = XChaCha20Poly1305::new(&(*key).into());
    cipher.decrypt(&XNonce::from(nonce), Payload { msg, aad }).ok()
}

fn random() -> Result<[u8; NONCE_BYTES], VaultError> {
    let mut nonce = [0; NONCE_BYTES];
    getrandom::fill(&mut nonce).map_err(|error| broken(&error.to_string()))?;
    Ok(nonce)
}

/// A wrapped key moved to another person's slot does not open.
fn context(subject: Subject) -> Vec<u8> {
    [b"imprimatur vault key ".as_slice(), subject.as_bytes()].concat()
}

fn broken(reason: &str) -> VaultError {
    VaultError::Cipher(reason.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: Subject = Subject::from_bytes([1; 16]);
    const GRACE: Subject = Subject::from_bytes([2; 16]);

    proptest::proptest! {
        #[test]
        fn what_is_sealed_opens_only_unchanged_and_in_its_context(
            plain: Vec<u8>, context: Vec<u8>, at: proptest::sample::Index
        ) {
            let key = DataKey::random().unwrap();
            let mut sealed = key.seal(&context, &plain).unwrap();
            let opened = key.open(&context, &sealed).unwrap();
            proptest::prop_assert_eq!(opened.as_slice(), plain.as_slice());
            let other = [context.as_slice(), b"x"].concat();
            proptest::prop_assert!(key.open(&other, &sealed).is_none());
            proptest::prop_assert!(DataKey::random().unwrap().open(&context, &sealed).is_none());
            let at = at.index(sealed.len());
            sealed[at] ^= 1;
            proptest::prop_assert!(key.open(&context, &sealed).is_none());
        }
    }

    #[test]
    fn a_wrapped_key_opens_for_its_person_and_key_only() {
        let (evidence, key) = (EvidenceKey::new([7; 32]), DataKey::random().unwrap());
        let wrapped = evidence.wrap(ADA, &key).unwrap();
        assert_eq!(evidence.unwrap(ADA, &wrapped).unwrap().0, key.0);
        assert!(matches!(evidence.unwrap(GRACE, &wrapped), Err(VaultError::WrongKey)));
        let other = EvidenceKey::new([8; 32]);
        assert!(matches!(other.unwrap(ADA, &wrapped), Err(VaultError::WrongKey)));
    }

    #[test]
    fn equal_texts_of_two_people_have_two_commitments() {
        let (one, two) = (DataKey::random().unwrap(), DataKey::random().unwrap());
        assert_eq!(one.commit("prompt", b"yes"), one.commit("prompt", b"yes"));
        assert_ne!(one.commit("prompt", b"yes"), two.commit("prompt", b"yes"));
        assert_ne!(one.commit("prompt", b"yes"), one.commit("input", b"yes"));
    }

    #[test]
    fn keys_are_not_printed() {
        assert_eq!(format!("{:?}", EvidenceKey::new([7; 32])), "EvidenceKey(…)");
    }
}
