//! Checkpoints (C2SP tlog-checkpoint).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use types::Sha256;

use super::{ED25519, NoteKey, SignedNote, Verifier, decimal, hash, wrong};
use crate::{LogError, LogKey};

/// A signed statement about the whole log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name.
    pub origin: String,
    /// How many entries it covers.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Sha256,
    /// The signed note.
    pub note: String,
}

impl Checkpoint {
    /// Signs size and root.
    #[must_use]
    pub fn sign(key: &LogKey, origin: &str, size: u64, root: Sha256) -> Self {
        let text = format!("{origin}\n{size}\n{}\n", STANDARD.encode(root.as_bytes()));
        let signer = NoteKey::new(origin.to_owned(), ED25519, key.verifying_key());
        let line = signer.line(&key.sign(text.as_bytes()).to_bytes());
        let note = format!("{text}\n{line}");
        Self { origin: origin.to_owned(), size, root, note }
    }

    /// Reads a checkpoint that one of `verifier`'s keys has signed in its time. Lines of others,
    /// such as cosignatures of witnesses, are kept but not looked at.
    ///
    /// # Errors
    /// [`LogError::Note`] saying what is wrong with it.
    pub fn open(note: &str, verifier: &Verifier) -> Result<Self, LogError> {
        let text = verifier.open_at(note, WHAT, |text| Ok(Self::read(text)?.1))?;
        let (origin, size, root) = Self::read(text)?;
        if origin != verifier.origin() {
            return Err(wrong(WHAT, "it is another log's"));
        }
        Ok(Self { origin: origin.to_owned(), size, root, note: note.to_owned() })
    }

    /// Reads a checkpoint without looking at its signatures: for what is verified otherwise.
    pub(crate) fn unverified(note: &str) -> Result<Self, LogError> {
        let parsed = SignedNote::parse(note, WHAT)?;
        let (origin, size, root) = Self::read(parsed.text)?;
        Ok(Self { origin: origin.to_owned(), size, root, note: note.to_owned() })
    }

    /// Origin, size and root of a checkpoint's text.
    pub(crate) fn read(text: &str) -> Result<(&str, u64, Sha256), LogError> {
        let body = text.strip_suffix('\n').ok_or_else(|| wrong(WHAT, "its text does not end"))?;
        let mut lines = body.split('\n');
        let origin = lines.next().filter(|origin| !origin.is_empty());
        let origin = origin.ok_or_else(|| wrong(WHAT, "it names no log"))?;
        let size = lines.next().and_then(decimal);
        let size = size.ok_or_else(|| wrong(WHAT, "the size is no number"))?;
        let root = lines.next().and_then(hash);
        let root = root.ok_or_else(|| wrong(WHAT, "the root is no hash"))?;
        if lines.any(str::is_empty) {
            return Err(wrong(WHAT, "an extension line is empty"));
        }
        Ok((origin, size, root))
    }

    /// The signed text, with its last newline: what cosignatures cover.
    #[must_use]
    pub fn text(&self) -> &str {
        self.note.rfind("\n\n").and_then(|end| self.note.get(..=end)).unwrap_or(&self.note)
    }

    /// The same with more signature lines, each with its newline; known lines are not repeated.
    #[must_use]
    pub fn with_lines<'a>(&self, lines: impl IntoIterator<Item = &'a str>) -> Self {
        let mut note = self.note.clone();
        for line in lines {
            if !note.lines().any(|known| known == line.trim_end_matches('\n')) {
                note.push_str(line);
            }
        }
        Self { note, ..self.clone() }
    }

    /// The same with this key's signature too.
    #[must_use]
    pub(crate) fn signed_also_by(&self, key: &LogKey) -> Self {
        let signed = Self::sign(key, &self.origin, self.size, self.root);
        let lines = signed.note.rsplit_once("\n\n").map_or("", |(_, lines)| lines).to_owned();
        self.with_lines([lines.as_str()])
    }
}

const WHAT: &str = "checkpoint";
