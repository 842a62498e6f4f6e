//! Proofs that an entry is in a log (C2SP tlog-proof).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use types::Sha256;

use super::{Checkpoint, PATH_HASHES_MAX, Verifier, decimal, hash, wrong};
use crate::{LogError, merkle};

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";
const WHAT: &str = "proof";

/// A self-contained proof that an entry is in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The entry's index.
    pub index: u64,
    /// Its audit path.
    pub path: Vec<Sha256>,
    /// The checkpoint's note, with cosignatures of witnesses where there are some.
    pub checkpoint: String,
}

impl Proof {
    /// The text of a `.tlog-proof` file.
    #[must_use]
    pub fn text(&self) -> String {
        let path: String =
            self.path.iter().map(|hash| STANDARD.encode(hash.as_bytes()) + "\n").collect();
        format!("{FIRST_LINE}\nindex {}\n{path}\n{}", self.index, self.checkpoint)
    }

    /// Reads the text of a `.tlog-proof` file. Its `extra` line proves nothing and is dropped.
    ///
    /// # Errors
    /// [`LogError::Note`] saying what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, LogError> {
        let wrong = |reason: &str| wrong(WHAT, reason);
        let (head, checkpoint) =
            text.split_once("\n\n").ok_or_else(|| wrong("there is no checkpoint"))?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(FIRST_LINE) {
            return Err(wrong("the first line differs"));
        }
        if let Some(extra) = lines.next_if(|line| line.starts_with("extra ")) {
            let data = extra.strip_prefix("extra ").map(|data| STANDARD.decode(data));
            data.and_then(Result::ok).ok_or_else(|| wrong("the extra line is not base64"))?;
        }
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(decimal);
        let index = index.ok_or_else(|| wrong("there is no index"))?;
        let path: Option<Vec<Sha256>> = lines.map(hash).collect();
        let path = path.ok_or_else(|| wrong("a hash is broken"))?;
        if path.len() > PATH_HASHES_MAX {
            return Err(wrong("the path is longer than any tree is high"));
        }
        Ok(Self { index, path, checkpoint: checkpoint.to_owned() })
    }

    /// Whether it proves `entry` under `verifier`'s key.
    #[must_use]
    pub fn verifies(&self, entry: &[u8], verifier: &Verifier) -> bool {
        Checkpoint::open(&self.checkpoint, verifier).is_ok_and(|checkpoint| {
            let leaf = merkle::leaf_hash(entry);
            let (size, root) = (checkpoint.size, &checkpoint.root);
            merkle::verify_inclusion(leaf, self.index, size, &self.path, root)
        })
    }
}
