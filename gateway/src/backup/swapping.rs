//! Puts a staged folder into the place of another, so that a crash is noticed and can be finished.

use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use audit::LogError;

use super::BackupError;

/// Where a backup is unpacked.
pub(super) const STAGING: &str = ".restore";
/// Where what is replaced lies until the end.
pub(super) const REPLACED: &str = ".replaced";
/// Immutable files named by their digest: they are added, never replaced.
const OBJECTS: &str = "objects";

/// Whether a restore into this folder was cut off, so that it must be finished first.
#[must_use]
pub fn cut_off(folder: &Path) -> bool {
    folder.join(REPLACED).exists()
}

/// Keeps servers and other commands out while the value lives.
pub(super) fn lock(target: &Path) -> Result<Option<fs::File>, BackupError> {
    let path = target.join("log/lock");
    if !path.parent().is_some_and(Path::is_dir) {
        return Ok(None);
    }
    let file = fs::File::create(&path).map_err(BackupError::file(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(fs::TryLockError::WouldBlock) => Err(LogError::InUse(target.to_path_buf()).into()),
        Err(fs::TryLockError::Error(source)) => Err(BackupError::File { path, source }),
    }
}

/// An empty staging folder.
pub(super) fn stage(target: &Path) -> Result<PathBuf, BackupError> {
    discard(target)?;
    let staging = target.join(STAGING);
    fs::create_dir_all(&staging).map_err(BackupError::file(&staging))?;
    Ok(staging)
}

/// Removes the staging folder.
pub(super) fn discard(target: &Path) -> Result<(), BackupError> {
    let staging = target.join(STAGING);
    gone(destroy(&staging)).map_err(BackupError::file(&staging))
}

/// A new private file with its folders.
pub(super) fn create(path: &Path) -> Result<fs::File, BackupError> {
    let failed = BackupError::file(path);
    let mut folders = fs::DirBuilder::new();
    folders.recursive(true).mode(0o700);
    path.parent().map_or(Ok(()), |folder| folders.create(folder)).map_err(&failed)?;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true).mode(0o600).open(path).map_err(failed)
}

/// Undoes a restore that was cut off: what was moved aside and not yet replaced comes back.
pub(super) fn go_back(target: &Path) -> Result<(), BackupError> {
    let aside = target.join(REPLACED);
    let failed = BackupError::file(&aside);
    for name in names(&aside).map_err(&failed)? {
        if !target.join(&name).exists() {
            fs::rename(aside.join(&name), target.join(&name)).map_err(&failed)?;
        }
    }
    sync_folder(target).map_err(&failed)
}

/// Replaces what is staged, then destroys what was replaced.
pub(super) fn swap(target: &Path) -> Result<(), BackupError> {
    let (staging, aside) = (target.join(STAGING), target.join(REPLACED));
    let failed = BackupError::file(target);
    sync_folders(&staging).map_err(&failed)?;
    fs::create_dir_all(&aside).map_err(&failed)?;
    sync_folder(target).map_err(&failed)?;
    for name in names(&staging).map_err(&failed)? {
        let (new, old) = (staging.join(&name), target.join(&name));
        if name == OBJECTS {
            add(&new, &old).map_err(&failed)?;
            continue;
        }
        if old.exists() {
            let moved = aside.join(&name);
            // After a cut-off run, what lies there was replaced before.
            gone(destroy(&moved)).map_err(&failed)?;
            fs::rename(&old, moved).map_err(&failed)?;
        }
        fs::rename(new, old).map_err(&failed)?;
        sync_folder(target).map_err(&failed)?;
    }
    gone(destroy(&staging)).map_err(&failed)?;
    gone(destroy(&aside)).map_err(&failed)?;
    sync_folder(target).map_err(&failed)
}

/// Moves files that are not there yet, folder by folder.
fn add(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for name in names(from)? {
        let (new, old) = (from.join(&name), to.join(&name));
        if new.is_dir() {
            add(&new, &old)?;
        } else if !old.exists() {
            fs::rename(new, old)?;
        }
    }
    sync_folder(to)
}

/// Removes a file or folder; key files are overwritten first, because an erasure that comes later
/// would not find them any more.
fn destroy(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        for keys in [path.join("keys"), path.join("vault/keys")] {
            if keys.is_file() {
                overwrite(&keys)?;
            }
        }
        for name in names(path)? {
            destroy(&path.join(name))?;
        }
        return fs::remove_dir(path);
    }
    fs::remove_file(path)
}

fn overwrite(path: &Path) -> io::Result<()> {
    use io::Read as _;
    let mut file = fs::OpenOptions::new().write(true).open(path)?;
    let length = file.metadata()?.len();
    io::copy(&mut io::repeat(0).take(length), &mut file)?;
    file.sync_all()
}

fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn names(folder: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}

/// Makes a folder's entries durable.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

fn sync_folders(folder: &Path) -> io::Result<()> {
    for name in names(folder)? {
        let below = folder.join(name);
        if below.is_dir() {
            sync_folders(&below)?;
        }
    }
    sync_folder(folder)
}
