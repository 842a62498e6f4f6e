//! Where the log stands at a checkpoint: what opening would otherwise read every record for.
//!
//! The next number of each tenant, the last time, and the leaves behind the last complete tile, in
//! one signed file. It follows from the entries: without it, or with one that is not signed by the
//! log's key, they are all read. It is written after the checkpoint, so a checkpoint over less than
//! it was rolled back.

use std::{collections::BTreeMap, fs, io, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, VerifyingKey};
use serde::{Deserialize, Serialize};
use types::Sha256;

use crate::{
    LogError, LogKey,
    disk::{self, Files},
    merkle::Tree,
    tiles::TILE_HASHES,
};

const FILE: &str = "standing";

/// What is known of the first `size` entries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Standing {
    pub(crate) origin: String,
    pub(crate) size: u64,
    pub(crate) root: Sha256,
    /// The last time, RFC 3339.
    pub(crate) time: String,
    /// The next number of each tenant.
    pub(crate) tenants: BTreeMap<String, u64>,
    /// The leaves after the last complete tile.
    pub(crate) edge: Vec<Sha256>,
}

/// What the file says.
#[derive(Debug)]
pub(crate) enum Found {
    Signed(Box<Standing>),
    Nothing,
    /// It was changed, or is by another key.
    Unsigned(&'static str),
}

impl Standing {
    /// Reads it, as far as the log's key has signed it.
    pub(crate) fn load(folder: &Path, origin: &str, key: &VerifyingKey) -> Result<Found, LogError> {
        let path = folder.join(FILE);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
            Err(error) => return Err(LogError::file(&path, &error)),
        };
        let Some((text, signature)) = split(&bytes) else {
            return Ok(Found::Unsigned("it has no signature"));
        };
        if key.verify_strict(&message(text), &signature).is_err() {
            return Ok(Found::Unsigned("it is not signed by the log's key"));
        }
        match serde_json::from_slice::<Self>(text) {
            Ok(standing) if standing.origin == origin => Ok(Found::Signed(Box::new(standing))),
            _ => Ok(Found::Unsigned("it is another log's")),
        }
    }

    /// Signs and writes it.
    pub(crate) fn store(
        &self,
        folder: &Path,
        key: &LogKey,
        files: &dyn Files,
    ) -> Result<(), LogError> {
        let path = folder.join(FILE);
        let mut text = serde_json::to_vec(self)
            .map_err(|error| LogError::File { path: path.clone(), reason: error.to_string() })?;
        let signature = key.sign(&message(&text));
        text.extend(format!("\n{}\n", STANDARD.encode(signature.to_bytes())).into_bytes());
        disk::replace_by(files, &path, &text).map_err(|error| LogError::file(&path, &error))
    }

    /// Whether a tree that has grown beyond `size` holds these entries.
    pub(crate) fn holds(&self, tree: &Tree) -> bool {
        tree.root(self.size) == Some(self.root)
    }

    /// The first leaf of the edge that is not the tree's.
    pub(crate) fn first_difference(&self, tree: &Tree) -> Option<u64> {
        let mut noted = (self.size - self.size % TILE_HASHES..).zip(&self.edge);
        noted.find(|(index, leaf)| tree.node(0, *index) != Some(**leaf)).map(|found| found.0)
    }
}

fn split(bytes: &[u8]) -> Option<(&[u8], Signature)> {
    let bytes = bytes.strip_suffix(b"\n")?;
    let at = bytes.iter().rposition(|byte| *byte == b'\n')?;
    let signature = STANDARD.decode(bytes.get(at + 1..)?).ok()?;
    Some((bytes.get(..at)?, Signature::from_slice(&signature).ok()?))
}

fn message(text: &[u8]) -> Vec<u8> {
    [b"imprimatur standing v1\n".as_slice(), text].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::SystemFiles;

    #[test]
    fn only_what_the_key_has_signed_is_believed() {
        let folder = tempfile::tempdir().unwrap();
        let key = LogKey::create(&folder.path().join("key")).unwrap();
        let other = LogKey::create(&folder.path().join("other")).unwrap();
        let load = |key: &LogKey, origin| {
            Standing::load(folder.path(), origin, &key.verifying_key()).unwrap()
        };
        assert!(matches!(load(&key, "a"), Found::Nothing));
        let standing = Standing {
            origin: "a".into(),
            size: 3,
            root: crate::merkle::empty_root(),
            time: "2026-01-01T00:00:00Z".into(),
            tenants: [("press".to_owned(), 3)].into(),
            edge: vec![],
        };
        standing.store(folder.path(), &key, &SystemFiles).unwrap();
        assert!(matches!(load(&key, "a"), Found::Signed(found) if *found == standing));
        assert!(matches!(load(&key, "b"), Found::Unsigned(_)));
        assert!(matches!(load(&other, "a"), Found::Unsigned(_)));
        let path = folder.path().join(FILE);
        let whole = fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            fs::write(&path, &changed).unwrap();
            assert!(matches!(load(&key, "a"), Found::Unsigned(_)), "flip at {at}");
        }
    }
}
