//! Where a witness keeps what it must not forget, as a seam that tests can break.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

use crate::{LogError, disk};

/// Small files that are replaced as a whole.
///
/// # Contract
/// `replace` returns when the new contents are durable; when it fails, either the old or the new
/// contents are there, never a mixture, also after a crash at any moment.
pub(super) trait Shelf: fmt::Debug + Send + Sync {
    /// The contents of a file, `None` when there is none.
    fn read(&self, name: &str) -> io::Result<Option<String>>;
    /// Replaces a file.
    fn replace(&self, name: &str, contents: &str) -> io::Result<()>;
}

/// A folder of the operating system.
#[derive(Debug)]
pub(super) struct FolderShelf(PathBuf);

impl FolderShelf {
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        disk::sync_folder(folder)?;
        folder.parent().map_or(Ok(()), disk::sync_folder)?;
        Ok(Self(folder.to_path_buf()))
    }
}

impl Shelf for FolderShelf {
    fn read(&self, name: &str) -> io::Result<Option<String>> {
        match fs::read_to_string(self.0.join(name)) {
            Ok(contents) => Ok(Some(contents)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn replace(&self, name: &str, contents: &str) -> io::Result<()> {
        disk::replace(&self.0.join(name), contents.as_bytes())
    }
}

/// Keeps a folder for one process at a time, until the file is dropped.
pub(super) fn lock(folder: &Path) -> Result<fs::File, LogError> {
    let path = folder.join("lock");
    let file = fs::File::create(&path).map_err(|error| LogError::file(&path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(LogError::InUse(folder.to_path_buf())),
        Err(fs::TryLockError::Error(error)) => Err(LogError::file(&path, &error)),
    }
}
