//! Signed notes, verifier keys, checkpoints and proofs, to the byte as C2SP specifies them:
//! <https://c2sp.org/signed-note>, <https://c2sp.org/tlog-checkpoint>, <https://c2sp.org/tlog-proof>.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::Digest as _;
use types::{Receipt, Sha256};

use crate::{LogError, LogKey, merkle};

/// The algorithm byte of Ed25519 in key hashes and verifier keys.
const ED25519: u8 = 1;

/// A log's name and public key: who can have signed a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verifier {
    origin: String,
    key: VerifyingKey,
}

impl Verifier {
    /// The verifier of a log.
    #[must_use]
    pub const fn new(origin: String, key: VerifyingKey) -> Self {
        Self { origin, key }
    }

    /// The log's name.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The public key.
    pub(crate) const fn key(&self) -> &VerifyingKey {
        &self.key
    }

    /// `NAME+HASH+KEY`, as other tools take it.
    #[must_use]
    pub fn vkey(&self) -> String {
        let hash: String = self.key_hash().iter().map(|byte| format!("{byte:02x}")).collect();
        let mut key = vec![ED25519];
        key.extend(self.key.as_bytes());
        format!("{}+{hash}+{}", self.origin, STANDARD.encode(key))
    }

    /// Reads a vkey.
    ///
    /// # Errors
    /// [`LogError::Note`] when it is not one or its hash does not fit.
    pub fn parse(vkey: &str) -> Result<Self, LogError> {
        let wrong = |reason: &str| LogError::Note { what: "vkey", reason: reason.to_owned() };
        // Base64 may contain a plus sign: the first two separators count.
        let mut fields = vkey.trim().splitn(3, '+');
        let (Some(origin), Some(hash), Some(key)) = (fields.next(), fields.next(), fields.next())
        else {
            return Err(wrong("it is not NAME+HASH+KEY"));
        };
        let bytes = STANDARD.decode(key).map_err(|_| wrong("the key is not base64"))?;
        let Some((&ED25519, key)) = bytes.split_first() else {
            return Err(wrong("the key is not Ed25519"));
        };
        let key: [u8; 32] = key.try_into().map_err(|_| wrong("the key does not have 32 bytes"))?;
        let key =
            VerifyingKey::from_bytes(&key).map_err(|_| wrong("the key is not on the curve"))?;
        let verifier = Self::new(origin.to_owned(), key);
        let fits = verifier.vkey().split('+').nth(1) == Some(hash);
        fits.then_some(verifier).ok_or_else(|| wrong("the hash does not belong to the key"))
    }

    /// First four bytes of SHA-256 over name, newline, algorithm and key.
    fn key_hash(&self) -> [u8; 4] {
        let digest = sha2::Sha256::new()
            .chain_update(self.origin.as_bytes())
            .chain_update([b'\n', ED25519])
            .chain_update(self.key.as_bytes())
            .finalize();
        let [a, b, c, d, ..] = <[u8; 32]>::from(digest);
        [a, b, c, d]
    }

    /// The text of a note, if one of its signatures is this key's.
    fn open<'a>(&self, note: &'a str, what: &'static str) -> Result<&'a str, LogError> {
        let wrong = |reason: &str| LogError::Note { what, reason: reason.to_owned() };
        let end = note.rfind("\n\n").ok_or_else(|| wrong("there is no signature"))?;
        let (text, signatures) = note.split_at(end + 1);
        let prefix = format!("— {} ", self.origin);
        let mut mine = signatures.lines().filter_map(|line| line.strip_prefix(&prefix));
        let verified = mine.any(|signature| self.verifies(text, signature));
        verified.then_some(text).ok_or_else(|| wrong("no signature is by the expected key"))
    }

    fn verifies(&self, text: &str, signature: &str) -> bool {
        let Ok(bytes) = STANDARD.decode(signature) else { return false };
        let Some((hash, signature)) = bytes.split_at_checked(4) else { return false };
        let Ok(signature) = Signature::from_slice(signature) else { return false };
        hash == self.key_hash() && self.key.verify_strict(text.as_bytes(), &signature).is_ok()
    }

    /// Whether a receipt is this log's promise for its index and leaf.
    #[must_use]
    pub fn verifies_receipt(&self, receipt: &Receipt) -> bool {
        let message = receipt_message(&receipt.origin, receipt.index, &receipt.leaf_hash);
        let Ok(bytes) = STANDARD.decode(&receipt.signature) else { return false };
        let Ok(signature) = Signature::from_slice(&bytes) else { return false };
        receipt.origin == self.origin
            && self.key.verify_strict(message.as_bytes(), &signature).is_ok()
    }
}

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
        let mut line = Verifier::new(origin.to_owned(), key.verifying_key()).key_hash().to_vec();
        line.extend(key.sign(text.as_bytes()).to_bytes());
        let note = format!("{text}\n— {origin} {}\n", STANDARD.encode(line));
        Self { origin: origin.to_owned(), size, root, note }
    }

    /// Reads a checkpoint that `verifier`'s key has signed.
    ///
    /// # Errors
    /// [`LogError::Note`] saying what is wrong with it.
    pub fn open(note: &str, verifier: &Verifier) -> Result<Self, LogError> {
        let wrong = |reason: &str| LogError::Note { what: "checkpoint", reason: reason.to_owned() };
        let mut lines = verifier.open(note, "checkpoint")?.lines();
        let origin = lines.next().filter(|origin| *origin == verifier.origin);
        let origin = origin.ok_or_else(|| wrong("it is another log's"))?.to_owned();
        let size = lines
            .next()
            .and_then(|size| size.parse().ok())
            .ok_or_else(|| wrong("the size is no number"))?;
        let root = lines.next().and_then(hash).ok_or_else(|| wrong("the root is no hash"))?;
        Ok(Self { origin, size, root, note: note.to_owned() })
    }
}

/// The size in a checkpoint, before anything about it is verified.
pub(crate) fn size(note: &str) -> Option<u64> {
    note.lines().nth(1)?.parse().ok()
}

/// Whether a checkpoint may take the place of `published`: it covers more, or the same with the same
/// root, and then only its signatures differ.
///
/// # Errors
/// [`LogError::Superseded`] when it covers less, [`LogError::Forked`] when the roots differ.
pub(crate) fn advances(published: &str, checkpoint: &Checkpoint) -> Result<(), LogError> {
    let held = size(published).ok_or_else(|| LogError::Note {
        what: "checkpoint",
        reason: "the published one has no size".to_owned(),
    })?;
    let body = |note: &str| note.lines().take(3).map(str::to_owned).collect::<Vec<_>>();
    if held > checkpoint.size {
        return Err(LogError::Superseded { held, offered: checkpoint.size });
    }
    if held == checkpoint.size && body(published) != body(&checkpoint.note) {
        return Err(LogError::Forked(format!("two roots over {held} records are signed")));
    }
    Ok(())
}

/// What a receipt's signature covers.
fn receipt_message(origin: &str, index: u64, leaf: &Sha256) -> String {
    format!("imprimatur receipt v1\n{origin}\n{index}\n{}\n", STANDARD.encode(leaf.as_bytes()))
}

/// Signs the promise that `leaf` is durable at `index`.
pub(crate) fn receipt(key: &LogKey, origin: &str, index: u64, leaf_hash: Sha256) -> Receipt {
    let signature = key.sign(receipt_message(origin, index, &leaf_hash).as_bytes());
    let signature = STANDARD.encode(signature.to_bytes());
    Receipt { index, leaf_hash, log_size: index + 1, origin: origin.to_owned(), signature }
}

/// A self-contained proof that an entry is in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The entry's index.
    pub index: u64,
    /// Its audit path.
    pub path: Vec<Sha256>,
    /// The checkpoint's note.
    pub checkpoint: String,
}

impl Proof {
    /// The text of a `.tlog-proof` file.
    #[must_use]
    pub fn text(&self) -> String {
        let path: String =
            self.path.iter().map(|hash| STANDARD.encode(hash.as_bytes()) + "\n").collect();
        format!("c2sp.org/tlog-proof@v1\nindex {}\n{path}\n{}", self.index, self.checkpoint)
    }

    /// Reads the text of a `.tlog-proof` file.
    ///
    /// # Errors
    /// [`LogError::Note`] saying what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, LogError> {
        let wrong = |reason: &str| LogError::Note { what: "proof", reason: reason.to_owned() };
        let body = text
            .strip_prefix("c2sp.org/tlog-proof@v1\n")
            .ok_or_else(|| wrong("the first line differs"))?;
        let (head, checkpoint) =
            body.split_once("\n\n").ok_or_else(|| wrong("there is no checkpoint"))?;
        let mut lines = head.lines().skip_while(|line| line.starts_with("extra "));
        let index = lines.next().and_then(|line| line.strip_prefix("index ")?.parse().ok());
        let index = index.ok_or_else(|| wrong("there is no index"))?;
        let path =
            lines.map(hash).collect::<Option<Vec<_>>>().ok_or_else(|| wrong("a hash is broken"))?;
        Ok(Self { index, path, checkpoint: checkpoint.to_owned() })
    }

    /// Whether it proves `entry` under `verifier`'s key.
    #[must_use]
    pub fn verifies(&self, entry: &[u8], verifier: &Verifier) -> bool {
        Checkpoint::open(&self.checkpoint, verifier).is_ok_and(|checkpoint| {
            let leaf = merkle::leaf_hash(entry);
            merkle::verify_inclusion(
                leaf,
                self.index,
                checkpoint.size,
                &self.path,
                &checkpoint.root,
            )
        })
    }
}

fn hash(text: &str) -> Option<Sha256> {
    let bytes: [u8; 32] = STANDARD.decode(text).ok()?.try_into().ok()?;
    Some(Sha256::from(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> LogKey {
        let folder = tempfile::tempdir().unwrap();
        LogKey::create(&folder.path().join("k")).unwrap()
    }

    #[test]
    fn a_checkpoint_opens_with_its_key_only_and_not_when_changed() {
        let (mine, other) = (key(), key());
        let checkpoint = Checkpoint::sign(&mine, "example.com/log", 7, Sha256::of(b"root"));
        let verifier = |key: &LogKey| Verifier::new("example.com/log".into(), key.verifying_key());
        assert_eq!(Checkpoint::open(&checkpoint.note, &verifier(&mine)).unwrap(), checkpoint);
        assert!(Checkpoint::open(&checkpoint.note, &verifier(&other)).is_err());
        let changed = checkpoint.note.replace("\n7\n", "\n8\n");
        assert!(Checkpoint::open(&changed, &verifier(&mine)).is_err());
        let parsed = Verifier::parse(&verifier(&mine).vkey()).unwrap();
        assert_eq!(parsed, verifier(&mine));
    }

    #[test]
    fn a_receipt_is_for_one_index_and_one_leaf() {
        let key = key();
        let verifier = Verifier::new("log".into(), key.verifying_key());
        let receipt = receipt(&key, "log", 3, Sha256::of(b"leaf"));
        assert!(verifier.verifies_receipt(&receipt));
        assert!(!verifier.verifies_receipt(&Receipt { index: 4, ..receipt.clone() }));
        assert!(!verifier.verifies_receipt(&Receipt { leaf_hash: Sha256::of(b"x"), ..receipt }));
    }

    proptest::proptest! {
        #[test]
        fn a_proof_survives_its_text(index: u64, path: Vec<[u8; 32]>) {
            let path = path.into_iter().map(Sha256::from).collect();
            let checkpoint = Checkpoint::sign(&key(), "log", 1, Sha256::of(b"")).note;
            let proof = Proof { index, path, checkpoint };
            proptest::prop_assert_eq!(Proof::parse(&proof.text()).unwrap(), proof);
        }

        #[test]
        fn no_text_makes_the_parsers_panic(text: String) {
            let verifier = Verifier::new("log".into(), key().verifying_key());
            drop((Proof::parse(&text), Verifier::parse(&text), Checkpoint::open(&text, &verifier)));
        }
    }
}
