//! Evidence for others: a ZIP that anyone can check offline, and the check of the own log.
//!
//! The bundle holds `entries.jsonl` (the exact leaf bytes, one a line), `proofs/N.tlog-proof` for
//! each, `checkpoint`, `vkey`, and a README with the steps in words. Its checker needs the log's key
//! from elsewhere to be sure: the one in the bundle shows only that the bundle fits together.

use std::{
    fs,
    io::{Cursor, Read as _, Write as _},
    path::Path,
};

use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

use crate::{
    Checkpoint, Log, LogError, Proof, Record, Verifier, disk, log,
    merkle::{self, Tree},
    segment, segments,
};

/// What the README in a bundle says.
const README: &str = include_str!("export.README.txt");
/// Longest file of a bundle that is read.
const FILE_BYTES_MAX: u64 = 4 << 30;

/// What a check has confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// How many entries.
    pub entries: u64,
    /// The checkpoint that covers them.
    pub checkpoint: Checkpoint,
    /// The key by which it was checked.
    pub vkey: String,
}

/// Why an export does not check out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// It cannot be read.
    #[error("the export cannot be read: {0}")]
    Unreadable(String),
    /// An entry is not what the log holds.
    #[error("entry {index} is not proved: it was changed, moved or left out")]
    Entry {
        /// Its index.
        index: u64,
    },
    /// Entries are missing at the end.
    #[error("the checkpoint covers {promised} entries but the export holds {found}")]
    Short {
        /// Entries found.
        found: u64,
        /// Entries that the checkpoint covers.
        promised: u64,
    },
    /// The checkpoint or a proof is broken.
    #[error(transparent)]
    Log(#[from] LogError),
}

/// Writes everything under a fresh checkpoint to `path`; how many entries.
///
/// # Errors
/// [`LogError::File`] when the ZIP cannot be written.
pub async fn export(log: &Log, path: &Path) -> Result<u64, LogError> {
    let checkpoint = log.checkpoint_now().await?;
    let (log, path) = (log.clone(), path.to_path_buf());
    let writing = tokio::task::spawn_blocking(move || {
        let bytes = bundle(&log, &checkpoint).map_err(|error| error.or_file(&path))?;
        disk::replace(&path, &bytes).map_err(|error| LogError::file(&path, &error))?;
        Ok(checkpoint.size)
    });
    writing.await.map_err(|_| LogError::Closed)?
}

/// Either our error or the ZIP's.
enum BundleError {
    Log(LogError),
    Zip(String),
}

impl BundleError {
    fn or_file(self, path: &Path) -> LogError {
        match self {
            Self::Log(error) => error,
            Self::Zip(reason) => LogError::File { path: path.to_path_buf(), reason },
        }
    }
}

impl From<LogError> for BundleError {
    fn from(error: LogError) -> Self {
        Self::Log(error)
    }
}

impl From<zip::result::ZipError> for BundleError {
    fn from(error: zip::result::ZipError) -> Self {
        Self::Zip(error.to_string())
    }
}

impl From<std::io::Error> for BundleError {
    fn from(error: std::io::Error) -> Self {
        Self::Zip(error.to_string())
    }
}

fn bundle(log: &Log, checkpoint: &Checkpoint) -> Result<Vec<u8>, BundleError> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut file = |name: &str, bytes: &[u8]| -> Result<(), BundleError> {
        zip.start_file(name, SimpleFileOptions::default())?;
        Ok(zip.write_all(bytes)?)
    };
    let entries = log.entries(0, checkpoint.size)?;
    let mut lines = Vec::new();
    for entry in &entries {
        lines.extend(entry);
        lines.push(b'\n');
    }
    file("entries.jsonl", &lines)?;
    file("checkpoint", checkpoint.note.as_bytes())?;
    file("vkey", format!("{}\n", log.verifier().vkey()).as_bytes())?;
    file("README.txt", README.as_bytes())?;
    for index in 0..checkpoint.size {
        file(&format!("proofs/{index}.tlog-proof"), log.proof(index)?.text().as_bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}

/// Checks a bundle against the key in it: that nothing was changed, moved, or left out.
///
/// # Errors
/// [`ExportError`] naming the first entry at fault.
pub fn verify_export(path: &Path) -> Result<Verified, ExportError> {
    let unreadable = |error: &dyn std::fmt::Display| ExportError::Unreadable(error.to_string());
    let file = fs::File::open(path).map_err(|error| unreadable(&error))?;
    let mut zip = ZipArchive::new(file).map_err(|error| unreadable(&error))?;
    let vkey = text(&mut zip, "vkey")?.trim().to_owned();
    let verifier = Verifier::parse(&vkey)?;
    let checkpoint = Checkpoint::open(&text(&mut zip, "checkpoint")?, &verifier)?;
    let lines = text(&mut zip, "entries.jsonl")?;
    let mut tree = Tree::default();
    for (index, line) in (0..).zip(lines.lines()) {
        let proof = Proof::parse(&text(&mut zip, &format!("proofs/{index}.tlog-proof"))?)?;
        if proof.index != index || !proof.verifies(line.as_bytes(), &verifier) {
            return Err(ExportError::Entry { index });
        }
        tree.push(merkle::leaf_hash(line.as_bytes()));
    }
    if tree.size() != checkpoint.size {
        return Err(ExportError::Short { found: tree.size(), promised: checkpoint.size });
    }
    if tree.root(tree.size()) != Some(checkpoint.root) {
        return Err(ExportError::Entry { index: 0 });
    }
    Ok(Verified { entries: tree.size(), checkpoint, vkey })
}

fn text(zip: &mut ZipArchive<fs::File>, name: &str) -> Result<String, ExportError> {
    let unreadable =
        |error: &dyn std::fmt::Display| ExportError::Unreadable(format!("{name}: {error}"));
    let file = zip.by_name(name).map_err(|error| unreadable(&error))?;
    let mut text = String::new();
    file.take(FILE_BYTES_MAX).read_to_string(&mut text).map_err(|error| unreadable(&error))?;
    Ok(text)
}

/// Reads every segment of a closed or open log and compares it with its checkpoint.
///
/// # Errors
/// [`LogError::Damaged`] naming the first index at fault, [`LogError::Behind`] when records are missing.
pub fn verify_log(folder: &Path, verifier: &Verifier) -> Result<Verified, LogError> {
    let mut tree = Tree::default();
    let mut sequences = std::collections::HashMap::<String, u64>::new();
    let path = folder.join("checkpoint");
    let note = fs::read_to_string(&path).map_err(|error| LogError::file(&path, &error))?;
    let checkpoint = Checkpoint::open(&note, verifier)?;
    segment::read(&folder.join("segments"), |index, entry| {
        let damaged = |reason: String| LogError::Damaged { index, reason };
        let record = Record::parse(&entry).map_err(|error| damaged(error.to_string()))?;
        let next = sequences.entry(record.tenant.clone()).or_default();
        if record.tenant_seq != *next {
            return Err(damaged(format!("tenant_seq is {} but {next} follows", record.tenant_seq)));
        }
        *next += 1;
        tree.push(merkle::leaf_hash(&entry));
        Ok(())
    })?;
    let doubts = segments::first_difference(folder, &tree);
    log::confirm(&tree, &checkpoint, doubts)?;
    Ok(Verified { entries: tree.size(), vkey: verifier.vkey(), checkpoint })
}
