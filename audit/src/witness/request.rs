//! The body of `add-checkpoint` (C2SP tlog-witness).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use types::Sha256;

use crate::{
    LogError,
    note::{self, PATH_HASHES_MAX},
};

/// Longest body that is read: a note of some signatures, and a path.
pub(super) const BODY_BYTES_MAX: usize = note::NOTE_BYTES_MAX + 4096;

/// A log's request to cosign a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The size that the witness has cosigned last, as far as the log knows.
    pub old: u64,
    /// The proof that the checkpoint extends the tree of that size.
    pub proof: Vec<Sha256>,
    /// The checkpoint's note.
    pub checkpoint: String,
}

impl AddCheckpoint {
    /// The body.
    #[must_use]
    pub fn text(&self) -> String {
        let proof: String =
            self.proof.iter().map(|hash| STANDARD.encode(hash.as_bytes()) + "\n").collect();
        format!("old {}\n{proof}\n{}", self.old, self.checkpoint)
    }

    /// Reads a body.
    ///
    /// # Errors
    /// [`LogError::Note`] saying what is wrong with it.
    pub fn parse(body: &str) -> Result<Self, LogError> {
        let wrong = |reason: &str| note::wrong("request", reason);
        if body.len() > BODY_BYTES_MAX {
            return Err(wrong("it is too long"));
        }
        let (head, checkpoint) =
            body.split_once("\n\n").ok_or_else(|| wrong("no checkpoint follows"))?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old ")).and_then(note::decimal);
        let old = old.ok_or_else(|| wrong("the first line is not `old SIZE`"))?;
        let proof: Option<Vec<Sha256>> = lines.map(note::hash).collect();
        let proof = proof.ok_or_else(|| wrong("a hash of the proof is broken"))?;
        if proof.len() > PATH_HASHES_MAX {
            return Err(wrong("the proof has more than 63 hashes"));
        }
        Ok(Self { old, proof, checkpoint: checkpoint.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_specified_form_is_read() {
        let hash = "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=";
        let cases = [
            ("old 0\n\nnote", true),
            (&format!("old 20852014\n{hash}\n\nnote"), true),
            ("old 00\n\nnote", false),
            ("old 01\n\nnote", false),
            ("old -1\n\nnote", false),
            ("old  1\n\nnote", false),
            ("new 1\n\nnote", false),
            ("old 1\nAAAA\n\nnote", false),
            ("old 1\nnote", false),
            (&format!("old 1\n{}\nnote", format!("{hash}\n").repeat(64)), false),
            (&format!("old 1\n{}\nnote", format!("{hash}\n").repeat(63)), true),
        ];
        for (body, expected) in cases {
            assert_eq!(AddCheckpoint::parse(body).is_ok(), expected, "{body:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_request_survives_its_text(
            old: u64,
            proof in proptest::collection::vec(proptest::array::uniform32(0_u8..), 0..=63),
            checkpoint in "\\PC{0,20}",
        ) {
            let proof = proof.into_iter().map(Sha256::from).collect();
            let request = AddCheckpoint { old, proof, checkpoint };
            proptest::prop_assert_eq!(AddCheckpoint::parse(&request.text()).unwrap(), request);
        }

        #[test]
        fn no_body_makes_the_parser_panic(body in "(old [0-9+]{0,3}\n)?[A-Za-z=\n]{0,60}\\PC{0,8}") {
            drop(AddCheckpoint::parse(&body));
        }
    }
}
