//! Keys of notes: name, algorithm and Ed25519 key, and the `NAME+ID+KEY` form of them.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::Digest as _;

use super::{SignatureLine, wrong};
use crate::LogError;

/// Ed25519 over the note's text.
pub(crate) const ED25519: u8 = 0x01;
/// Ed25519 over a time and a checkpoint's text (C2SP tlog-cosignature).
pub(crate) const COSIGNATURE: u8 = 0x04;

/// Who can have signed a note, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NoteKey {
    name: String,
    algorithm: u8,
    key: VerifyingKey,
}

impl NoteKey {
    pub(crate) const fn new(name: String, algorithm: u8, key: VerifyingKey) -> Self {
        Self { name, algorithm, key }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) const fn key(&self) -> &VerifyingKey {
        &self.key
    }

    /// First four bytes of SHA-256 over name, newline, algorithm and key.
    pub(crate) fn id(&self) -> [u8; 4] {
        let digest = sha2::Sha256::new()
            .chain_update(self.name.as_bytes())
            .chain_update([b'\n', self.algorithm])
            .chain_update(self.key.as_bytes())
            .finalize();
        let [a, b, c, d, ..] = <[u8; 32]>::from(digest);
        [a, b, c, d]
    }

    /// `NAME+ID+KEY`, as other tools take it.
    pub(crate) fn vkey(&self) -> String {
        let id: String = self.id().iter().map(|byte| format!("{byte:02x}")).collect();
        let mut key = vec![self.algorithm];
        key.extend(self.key.as_bytes());
        format!("{}+{id}+{}", self.name, STANDARD.encode(key))
    }

    /// Reads a vkey of one algorithm.
    pub(crate) fn parse(vkey: &str, algorithm: u8) -> Result<Self, LogError> {
        let wrong = |reason: &str| wrong("vkey", reason);
        // Base64 may contain a plus sign: the first two separators count.
        let mut fields = vkey.trim().splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (fields.next(), fields.next(), fields.next())
        else {
            return Err(wrong("it is not NAME+ID+KEY"));
        };
        if !valid_name(name) {
            return Err(wrong("the name is empty or contains a space"));
        }
        let bytes = STANDARD.decode(key).map_err(|_| wrong("the key is not base64"))?;
        let Some((found, key)) = bytes.split_first() else {
            return Err(wrong("the key is empty"));
        };
        if *found != algorithm {
            return Err(wrong(&format!(
                "its signature type is {found:#04x}, {algorithm:#04x} is needed: logs have 0x01, witnesses 0x04"
            )));
        }
        let key: [u8; 32] = key.try_into().map_err(|_| wrong("the key does not have 32 bytes"))?;
        let key =
            VerifyingKey::from_bytes(&key).map_err(|_| wrong("the key is not on the curve"))?;
        let parsed = Self::new(name.to_owned(), algorithm, key);
        let fits = parsed.vkey().split('+').nth(1) == Some(id);
        fits.then_some(parsed).ok_or_else(|| wrong("the id does not belong to the key"))
    }

    /// A signature line by this key, with its newline.
    pub(crate) fn line(&self, signature: &[u8]) -> String {
        let mut bytes = self.id().to_vec();
        bytes.extend(signature);
        format!("— {} {}\n", self.name, STANDARD.encode(bytes))
    }

    /// Whether a line says that it is by this key.
    pub(crate) fn made(&self, line: &SignatureLine<'_>) -> bool {
        line.name == self.name && line.id == self.id()
    }

    /// Whether `signature` is this key's over `message`.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let Ok(signature) = Signature::from_slice(signature) else { return false };
        self.key.verify_strict(message, &signature).is_ok()
    }
}

/// Names are not empty and contain neither spaces nor plus signs.
pub(crate) fn valid_name(name: &str) -> bool {
    let allowed = |c: char| !c.is_whitespace() && !c.is_control() && c != '+';
    !name.is_empty() && name.chars().all(allowed)
}
