//! Backups of the data folder, and their way back.
//!
//! A backup is a ZIP of the folder as it is while no server runs, with a list of every file's
//! SHA-256. [`restore`] puts it back only if the log that results is not behind a checkpoint that is
//! known here, and erases again who was erased since the backup was made.

mod restoring;
mod swapping;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use audit::{Log, LogError, LogKey, LogOptions};
pub use restoring::{Options, Restored, restore};
use serde::{Deserialize, Serialize};
use sha2::Digest as _;
pub use swapping::cut_off;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use types::Sha256;
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::{installation::Installation, rulebook, wiring::WiringError};

/// The list of files in a backup.
const LIST: &str = "backup.json";
/// What is rebuilt or belongs to a process.
const LEFT_OUT: [&str; 2] = ["log/index", "log/lock"];

/// Why there is no backup, or why it was not restored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The file is not a backup, or a part of it is damaged.
    #[error("{}: {reason}; nothing was changed", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The log would be behind what is known.
    #[error(
        "the backup's log ends after {backup} records but a checkpoint over {known} is known: restore a later backup, or keep the newer log with --keep-log; nothing was changed"
    )]
    Behind {
        /// Records in the log that would be in force.
        backup: u64,
        /// Records under the known checkpoint.
        known: u64,
    },
    /// There is no key to check the log with.
    #[error(
        "the backup holds no keys and {} has none: put the keys there first; nothing was changed", .0.display()
    )]
    NoKeys(PathBuf),
    /// The log cannot be opened or checked.
    #[error(transparent)]
    Log(#[from] LogError),
    /// Erasures could not be repeated.
    #[error("erasures could not be repeated: {0}")]
    Follow(#[from] audit::vault::FollowError),
    /// What was restored cannot be opened.
    #[error("what was restored cannot be opened: {0}")]
    Open(#[from] WiringError),
}

impl BackupError {
    fn file(path: &Path) -> impl Fn(io::Error) -> Self + use<> {
        let path = path.to_path_buf();
        move |source| Self::File { path: path.clone(), source }
    }

    fn unreadable(path: &Path, reason: impl ToString) -> Self {
        Self::Unreadable { path: path.to_path_buf(), reason: reason.to_string() }
    }
}

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// The format.
    pub format: u32,
    /// When it was made, RFC 3339.
    pub made_at: String,
    /// Records in the log.
    pub log_size: u64,
    /// Whether the secret keys are in it.
    pub with_keys: bool,
    /// Every file with its digest.
    pub files: BTreeMap<String, Sha256>,
}

/// Writes the data folder to `output`; refuses while a server runs.
///
/// # Errors
/// [`BackupError::Log`] when the log is in use or damaged, [`BackupError::File`].
pub async fn back_up(
    installation: &Installation,
    output: &Path,
    with_keys: bool,
) -> Result<Listing, BackupError> {
    let key = LogKey::load(&installation.log_key())?;
    let options = LogOptions::new(installation.config().audit.origin.clone());
    let log = Log::open(&installation.log(), key, options)?;
    let log_size = log.checkpoint_now().await?.size;
    let (installation, output) = (installation.clone(), output.to_path_buf());
    let writing = tokio::task::spawn_blocking(move || {
        let output = std::path::absolute(&output).map_err(BackupError::file(&output))?;
        let folder = installation.folder().to_path_buf();
        let mut files = Vec::new();
        for part in parts(&installation, with_keys) {
            collect(&folder, &part, &mut files)?;
        }
        let made_at = OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default();
        let listing = Listing { format: 1, made_at, log_size, with_keys, files: BTreeMap::new() };
        write(&folder, &output, &files, listing)
    });
    let listing = writing.await.map_err(|_| LogError::Closed)?;
    // The log's lock has kept everybody else out until here.
    drop(log);
    listing
}

/// What of the data folder is in a backup. Models are not: they are large and come from elsewhere.
fn parts(installation: &Installation, with_keys: bool) -> BTreeSet<PathBuf> {
    let pack = installation.config().policy.pack.as_deref();
    let pack = pack.filter(|path| path.is_relative()).map(|path| installation.resolve(path));
    let mut parts = BTreeSet::from([
        installation.config_file(),
        installation.policy_file(),
        installation.log(),
        installation.state(),
        installation.objects(),
        installation.vault(),
        installation.folder().join("trust"),
    ]);
    parts.extend(
        pack.iter().map(|pack| rulebook::signature_file(pack)).filter(|path| path.exists()),
    );
    parts.extend(pack);
    if with_keys {
        parts.insert(installation.keys());
    }
    parts
}

/// Every file at or below a path, in order.
fn collect(top: &Path, path: &Path, files: &mut Vec<PathBuf>) -> Result<(), BackupError> {
    let left_out = |below: &Path| LEFT_OUT.iter().any(|name| below == Path::new(name));
    if path.strip_prefix(top).is_ok_and(left_out) {
        return Ok(());
    }
    // A file that is just being written takes the place of the one that is copied.
    if path.extension().is_some_and(|extension| extension == "new") {
        return Ok(());
    }
    if path.is_file() {
        files.push(path.to_path_buf());
        return Ok(());
    }
    if !path.is_dir() {
        return Ok(());
    }
    let failed = BackupError::file(path);
    let below = fs::read_dir(path).map_err(&failed)?.map(|entry| Ok(entry?.path()));
    let mut below = below.collect::<io::Result<Vec<_>>>().map_err(&failed)?;
    below.sort_unstable();
    below.iter().try_for_each(|path| collect(top, path, files))
}

fn write(
    folder: &Path,
    output: &Path,
    files: &[PathBuf],
    mut listing: Listing,
) -> Result<Listing, BackupError> {
    let unfinished = output.with_extension("unfinished");
    let failed = BackupError::file(output);
    let wrong = |error: zip::result::ZipError| BackupError::unreadable(output, error);
    let mut options = fs::OpenOptions::new();
    let options = options.write(true).create(true).truncate(true).mode(0o600);
    let file = options.open(&unfinished).map_err(&failed)?;
    let mut zip = ZipWriter::new(file);
    let each = SimpleFileOptions::default().large_file(true);
    for path in files {
        let name = path.strip_prefix(folder).unwrap_or(path).to_string_lossy().into_owned();
        zip.start_file(name.as_str(), each).map_err(wrong)?;
        let mut source = fs::File::open(path).map_err(BackupError::file(path))?;
        let digest = copy(&mut source, &mut zip).map_err(BackupError::file(path))?;
        listing.files.insert(name, digest);
    }
    zip.start_file(LIST, each).map_err(wrong)?;
    let text = serde_json::to_vec_pretty(&listing).unwrap_or_default();
    zip.write_all(&text).map_err(&failed)?;
    let file = zip.finish().map_err(wrong)?;
    file.sync_all().map_err(&failed)?;
    fs::rename(&unfinished, output).map_err(&failed)?;
    output.parent().map_or(Ok(()), swapping::sync_folder).map_err(&failed)?;
    Ok(listing)
}

/// Copies and digests.
fn copy(from: &mut impl io::Read, to: &mut impl io::Write) -> io::Result<Sha256> {
    let mut digest = sha2::Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = from.read(&mut buffer)?;
        let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        digest.update(bytes);
        to.write_all(bytes)?;
    }
    Ok(Sha256::from(<[u8; 32]>::from(digest.finalize())))
}
