//! `cosignature/v1`: a witness's Ed25519 signature over a time and a checkpoint's text.

use ed25519_dalek::VerifyingKey;

use crate::{
    Checkpoint, LogError, LogKey,
    note::{self, COSIGNATURE, NoteKey, SignatureLine, SignedNote},
};

/// A witness's name and public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigner {
    key: NoteKey,
}

/// A witness's word about a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosignature {
    /// The witness's name.
    pub witness: String,
    /// When it was given, Unix seconds.
    pub time_unix_s: u64,
    /// The signature line, with its newline.
    pub line: String,
}

impl Cosigner {
    /// The witness of this name and key.
    ///
    /// # Errors
    /// [`LogError::Note`] when the name is empty or contains spaces or plus signs.
    pub fn new(name: &str, key: VerifyingKey) -> Result<Self, LogError> {
        // A name that survives its vkey is a name that survives a note.
        Self::parse(&NoteKey::new(name.to_owned(), COSIGNATURE, key).vkey())
    }

    /// Reads the vkey of a witness (signature type 0x04).
    ///
    /// # Errors
    /// [`LogError::Note`] when it is not one.
    pub fn parse(vkey: &str) -> Result<Self, LogError> {
        Ok(Self { key: NoteKey::parse(vkey, COSIGNATURE)? })
    }

    /// The witness's name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.key.name()
    }

    /// `NAME+ID+KEY`, as other tools take it.
    #[must_use]
    pub fn vkey(&self) -> String {
        self.key.vkey()
    }

    /// Whether both have the same key, under whatever names.
    pub(crate) fn same_key(&self, other: &Self) -> bool {
        self.key.key() == other.key.key()
    }

    /// This witness's cosignature of a checkpoint; `None` when the note carries none.
    ///
    /// # Errors
    /// [`LogError::Note`] when a line in the witness's name is not by it: the note is spoilt.
    pub fn find(&self, checkpoint: &str) -> Result<Option<Cosignature>, LogError> {
        let note = SignedNote::parse(checkpoint, WHAT)?;
        self.among(note.text, &note.signatures)
    }

    /// This witness's cosignature of `checkpoint` in an answer to `add-checkpoint`; lines of others
    /// are passed over.
    ///
    /// # Errors
    /// [`LogError::Note`] when the answer is not of signature lines, or one in the witness's name is
    /// not by it.
    pub fn answered(
        &self,
        checkpoint: &Checkpoint,
        answer: &str,
    ) -> Result<Option<Cosignature>, LogError> {
        self.among(checkpoint.text(), &note::signature_lines(answer, WHAT)?)
    }

    /// This witness's cosignature of `text` among signature lines, the latest if there are several.
    pub(crate) fn among(
        &self,
        text: &str,
        lines: &[SignatureLine<'_>],
    ) -> Result<Option<Cosignature>, LogError> {
        let mut latest: Option<Cosignature> = None;
        for line in lines.iter().filter(|line| self.key.made(line)) {
            let time_unix_s = self
                .verified(text, &line.signature)
                .ok_or_else(|| note::wrong(WHAT, "a line in the witness's name is not by it"))?;
            if latest.as_ref().is_none_or(|known| known.time_unix_s < time_unix_s) {
                let (witness, line) = (self.name().to_owned(), format!("{}\n", line.line));
                latest = Some(Cosignature { witness, time_unix_s, line });
            }
        }
        Ok(latest)
    }

    /// The time that a timestamped signature over `text` states.
    fn verified(&self, text: &str, signature: &[u8]) -> Option<u64> {
        let (time, signature) = signature.split_first_chunk::<8>()?;
        let time = u64::from_be_bytes(*time);
        let in_range = time != 0 && i64::try_from(time).is_ok();
        let verified = self.key.verifies(message(time, text).as_bytes(), signature);
        (in_range && verified).then_some(time)
    }

    /// Signs `text` at a time; the signature line with its newline.
    pub(crate) fn sign(&self, key: &LogKey, text: &str, time_unix_s: u64) -> String {
        let mut signature = time_unix_s.to_be_bytes().to_vec();
        signature.extend(key.sign(message(time_unix_s, text).as_bytes()).to_bytes());
        self.key.line(&signature)
    }
}

const WHAT: &str = "cosignature";

fn message(time: u64, text: &str) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

#[cfg(test)]
mod tests {
    use types::Sha256;

    use super::*;

    fn key() -> LogKey {
        LogKey::create(&tempfile::tempdir().unwrap().path().join("k")).unwrap()
    }

    #[test]
    fn a_cosignature_is_for_one_text_one_time_and_one_key() {
        let (log, witness) = (key(), key());
        let cosigner = Cosigner::new("w.example/1", witness.verifying_key()).unwrap();
        assert_eq!(Cosigner::parse(&cosigner.vkey()).unwrap(), cosigner);
        let checkpoint = Checkpoint::sign(&log, "example.com/log", 7, Sha256::of(b"root"));
        assert_eq!(cosigner.find(&checkpoint.note).unwrap(), None);
        let line = cosigner.sign(&witness, checkpoint.text(), 1_679_315_147);
        let cosigned = checkpoint.with_lines([line.as_str()]);
        let found = cosigner.find(&cosigned.note).unwrap().unwrap();
        assert_eq!((found.time_unix_s, found.line.as_str()), (1_679_315_147, line.as_str()));

        let other = Checkpoint::sign(&log, "example.com/log", 8, Sha256::of(b"root"));
        assert!(cosigner.find(&other.with_lines([line.as_str()]).note).is_err(), "another text");
        let stranger = Cosigner::new("w.example/1", key().verifying_key()).unwrap();
        assert_eq!(stranger.find(&cosigned.note).unwrap(), None, "another key of the same name");
    }

    #[test]
    fn a_changed_time_or_none_is_refused() {
        let witness = key();
        let cosigner = Cosigner::new("w", witness.verifying_key()).unwrap();
        let sign = |time| {
            let mut bytes = u64::to_be_bytes(time).to_vec();
            bytes.extend(witness.sign(message(time, "text\n").as_bytes()).to_bytes());
            bytes
        };
        assert_eq!(cosigner.verified("text\n", &sign(5)), Some(5));
        assert_eq!(cosigner.verified("text\n", &sign(0)), None);
        assert_eq!(cosigner.verified("text\n", &sign(u64::MAX)), None);
        let mut later = sign(5);
        later[7] = 6;
        assert_eq!(cosigner.verified("text\n", &later), None);
    }

    #[test]
    fn logs_and_witnesses_have_different_keys() {
        let key = key();
        let log = crate::Verifier::new("x".into(), key.verifying_key());
        assert!(Cosigner::parse(&log.vkey()).unwrap_err().to_string().contains("0x04"));
        let witness = Cosigner::new("x", key.verifying_key()).unwrap();
        assert!(crate::Verifier::parse(&witness.vkey()).is_err());
        assert!(Cosigner::new("a b", key.verifying_key()).is_err());
    }
}
