//! A log's name and keys: who can have signed its checkpoints and receipts, and until when.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::VerifyingKey;
use types::Receipt;

use super::{ED25519, NoteKey, SignatureLine, SignedNote, receipt, wrong};
use crate::LogError;

/// A log's name and its keys: one, or a chain of them when the key was rotated.
///
/// Each key counts for its own time only: a key that was rotated away can sign neither a checkpoint
/// above the size at which the next one took over, nor a receipt for a record after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verifier {
    origin: String,
    /// The keys before, oldest first.
    earlier: Vec<Span>,
    current: Span,
}

/// A key and the sizes of the log for which it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) key: NoteKey,
    /// The log's size when the key took over.
    pub(crate) from: u64,
    /// The log's size when the next key took over.
    pub(crate) until: Option<u64>,
}

impl Span {
    fn covers_size(&self, size: u64) -> bool {
        size >= self.from && self.until.is_none_or(|until| size <= until)
    }

    fn covers_index(&self, index: u64) -> bool {
        index >= self.from && self.until.is_none_or(|until| index < until)
    }
}

impl Verifier {
    /// The verifier of a log with one key.
    #[must_use]
    pub fn new(origin: String, key: VerifyingKey) -> Self {
        let key = NoteKey::new(origin.clone(), ED25519, key);
        Self { origin, earlier: Vec::new(), current: Span { key, from: 0, until: None } }
    }

    /// The verifier of a log whose key was rotated.
    pub(crate) const fn with_chain(origin: String, earlier: Vec<Span>, current: Span) -> Self {
        Self { origin, earlier, current }
    }

    /// Reads a vkey.
    ///
    /// # Errors
    /// [`LogError::Note`] when it is not one or its id does not fit.
    pub fn parse(vkey: &str) -> Result<Self, LogError> {
        let key = NoteKey::parse(vkey, ED25519)?;
        Ok(Self::new(key.name().to_owned(), *key.key()))
    }

    /// The log's name.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// `NAME+ID+KEY` of the current key, as other tools take it.
    #[must_use]
    pub fn vkey(&self) -> String {
        self.current.key.vkey()
    }

    /// All keys, oldest first, each with the sizes between which it counts.
    pub fn vkeys(&self) -> impl Iterator<Item = (String, u64, Option<u64>)> {
        self.spans().map(|span| (span.key.vkey(), span.from, span.until))
    }

    /// Whether a vkey is one of this log's keys, of whatever time.
    #[must_use]
    pub fn knows(&self, vkey: &str) -> bool {
        self.vkeys().any(|(known, ..)| known == vkey.trim())
    }

    /// The same log with the keys of another verifier too, each for all sizes.
    pub(crate) fn or(&self, other: &Self) -> Self {
        let anytime = |span: &Span| Span { from: 0, until: None, ..span.clone() };
        let mut earlier: Vec<Span> = self.spans().map(anytime).collect();
        let current = anytime(&other.current);
        earlier.retain(|known| *known != current);
        Self { origin: self.origin.clone(), earlier, current }
    }

    /// The verified signature lines of this log's keys in a note, each with its newline.
    pub(crate) fn lines(&self, note: &str) -> Vec<String> {
        let Ok(SignedNote { text, signatures }) = SignedNote::parse(note, "note") else {
            return Vec::new();
        };
        let ours = |line: &&SignatureLine<'_>| {
            let mut keys = self.spans().map(|span| &span.key);
            keys.any(|key| key.made(line) && key.verifies(text.as_bytes(), &line.signature))
        };
        signatures.iter().filter(ours).map(|line| format!("{}\n", line.line)).collect()
    }

    /// The public keys, oldest first.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &VerifyingKey> {
        self.spans().map(|span| span.key.key())
    }

    fn spans(&self) -> impl Iterator<Item = &Span> {
        self.earlier.iter().chain([&self.current])
    }

    /// The text of a note and the keys that signed it, at least one. A line that names one of the
    /// keys but is not by it spoils the note; other lines are not looked at.
    pub(crate) fn open<'a>(
        &self,
        note: &'a str,
        what: &'static str,
    ) -> Result<(&'a str, Vec<&Span>), LogError> {
        let SignedNote { text, signatures } = SignedNote::parse(note, what)?;
        let mut signers: Vec<&Span> = Vec::new();
        for line in &signatures {
            let Some(span) = self.spans().find(|span| span.key.made(line)) else { continue };
            if !span.key.verifies(text.as_bytes(), &line.signature) {
                return Err(wrong(what, "a signature in the log's name is not by its key"));
            }
            if !signers.contains(&span) {
                signers.push(span);
            }
        }
        if signers.is_empty() {
            return Err(wrong(what, "no signature is by the expected key"));
        }
        Ok((text, signers))
    }

    /// The text of a note that a key has signed which counts at `size`.
    pub(crate) fn open_at<'a>(
        &self,
        note: &'a str,
        what: &'static str,
        size: impl FnOnce(&'a str) -> Result<u64, LogError>,
    ) -> Result<&'a str, LogError> {
        let (text, signers) = self.open(note, what)?;
        let size = size(text)?;
        let counts = signers.iter().any(|span| span.covers_size(size));
        counts
            .then_some(text)
            .ok_or_else(|| wrong(what, "it is signed by a key that had been rotated away"))
    }

    /// Whether a receipt is this log's promise for its index and leaf.
    #[must_use]
    pub fn verifies_receipt(&self, promise: &Receipt) -> bool {
        let message = receipt::message(&promise.origin, promise.index, &promise.leaf_hash);
        let Ok(signature) = STANDARD.decode(&promise.signature) else { return false };
        let mut keys = self.spans().filter(|span| span.covers_index(promise.index));
        promise.origin == self.origin
            && keys.any(|span| span.key.verifies(message.as_bytes(), &signature))
    }
}
