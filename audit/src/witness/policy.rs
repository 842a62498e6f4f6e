//! How many of which witnesses are enough.

use super::{Cosignature, Cosigner};
use crate::{
    LogError,
    note::{self, SignedNote},
};

/// `needed` of these witnesses must have cosigned.
#[derive(Debug, Clone)]
pub struct Quorum {
    witnesses: Vec<Cosigner>,
    needed: usize,
}

impl Quorum {
    /// `needed` of `witnesses`.
    ///
    /// # Errors
    /// [`LogError::Note`] when more are needed than there are, or one key counts twice.
    pub fn new(witnesses: Vec<Cosigner>, needed: usize) -> Result<Self, LogError> {
        if needed > witnesses.len() {
            let (there, reason) = (witnesses.len(), "more witnesses are needed than there are");
            return Err(note::wrong(WHAT, &format!("{reason}: {needed} of {there}")));
        }
        for (place, one) in witnesses.iter().enumerate() {
            if witnesses.iter().take(place).any(|other| other.same_key(one)) {
                return Err(note::wrong(WHAT, &format!("the key of {} counts twice", one.name())));
            }
        }
        Ok(Self { witnesses, needed })
    }

    /// How many are needed.
    #[must_use]
    pub const fn needed(&self) -> usize {
        self.needed
    }

    /// The witnesses that count.
    #[must_use]
    pub fn witnesses(&self) -> &[Cosigner] {
        &self.witnesses
    }

    /// The cosignatures of these witnesses in a checkpoint's note, one for each at most.
    ///
    /// # Errors
    /// [`LogError::Note`] when a line in a witness's name is not by it.
    pub fn cosignatures(&self, checkpoint: &str) -> Result<Vec<Cosignature>, LogError> {
        let note = SignedNote::parse(checkpoint, WHAT)?;
        let found = self.witnesses.iter().map(|one| one.among(note.text, &note.signatures));
        found.filter_map(Result::transpose).collect()
    }

    /// Whether enough of them have cosigned.
    #[must_use]
    pub fn met(&self, checkpoint: &str) -> bool {
        self.cosignatures(checkpoint).is_ok_and(|found| found.len() >= self.needed)
    }
}

const WHAT: &str = "quorum";

#[cfg(test)]
mod tests {
    use types::Sha256;

    use super::*;
    use crate::{Checkpoint, LogKey};

    #[test]
    fn a_quorum_counts_each_witness_once() {
        let folder = tempfile::tempdir().unwrap();
        let key = |name: &str| LogKey::create(&folder.path().join(name)).unwrap();
        let keys = ["a", "b", "c"].map(key);
        let cosigner = |n: usize| Cosigner::new(&format!("w{n}"), keys[n].verifying_key()).unwrap();
        let quorum = Quorum::new(vec![cosigner(0), cosigner(1)], 2).unwrap();
        let checkpoint = Checkpoint::sign(&key("log"), "log", 1, Sha256::of(b""));
        let line = |n: usize, time| cosigner(n).sign(&keys[n], checkpoint.text(), time);
        let met = |lines: &[String]| {
            quorum.met(&checkpoint.with_lines(lines.iter().map(String::as_str)).note)
        };
        assert!(!met(&[]));
        assert!(!met(&[line(0, 1), line(0, 2)]), "the same witness twice");
        assert!(!met(&[line(0, 1), line(2, 1)]), "one of them does not count");
        assert!(met(&[line(0, 1), line(2, 1), line(1, 1)]));

        assert!(Quorum::new(vec![cosigner(0)], 2).is_err());
        let again = Cosigner::new("other-name", keys[0].verifying_key()).unwrap();
        assert!(Quorum::new(vec![cosigner(0), again], 1).is_err());
    }
}
