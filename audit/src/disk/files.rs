//! Small files that are replaced as a whole: checkpoints, tiles, what else is noted beside them.

use std::{
    collections::BTreeSet,
    fmt, fs,
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

/// Up to so many files are synced one by one; more with the whole file system.
const SYNCED_SINGLY: usize = 4;

/// Operations on whole files.
///
/// # Contract
/// Nothing is durable before a sync has returned without error. A file whose sync has failed is
/// written again from the start, never synced again.
pub trait Files: fmt::Debug + Send + Sync {
    /// Writes a file from the start; what it held is gone. Not durable on return.
    ///
    /// # Errors
    /// Any I/O error.
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    /// Makes a file's content durable.
    ///
    /// # Errors
    /// Any I/O error.
    fn sync(&self, path: &Path) -> io::Result<()>;
    /// Makes everything on the file system of a folder durable.
    ///
    /// # Errors
    /// Any I/O error.
    fn sync_everything(&self, folder: &Path) -> io::Result<()>;
    /// Gives a file another name; one that had that name is gone.
    ///
    /// # Errors
    /// Any I/O error.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Makes the names in a folder durable.
    ///
    /// # Errors
    /// Any I/O error.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
    /// Makes a folder and those above it; their names are not durable on return.
    ///
    /// # Errors
    /// Any I/O error.
    fn create_folder(&self, folder: &Path) -> io::Result<()>;
}

/// The files of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemFiles;

impl Files for SystemFiles {
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        fs::File::create(path)?.write_all(bytes)
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        fs::File::open(path)?.sync_all()
    }

    fn sync_everything(&self, folder: &Path) -> io::Result<()> {
        Ok(rustix::fs::syncfs(fs::File::open(folder)?)?)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        sync_folder(folder)
    }

    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)
    }
}

/// Makes a folder's entries durable.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    fs::File::open(path)?.sync_all()
}

/// Overwrites a file, then removes it.
pub(crate) fn shred(path: &Path) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).open(path)?;
    let length = file.metadata()?.len();
    io::copy(&mut io::repeat(0).take(length), &mut file)?;
    file.sync_all()?;
    fs::remove_file(path)?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Replaces a small file as a whole: readers see the old or the new one, also after a crash.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace_by(&SystemFiles, path, bytes)
}

/// [`replace`] by other means.
pub(crate) fn replace_by(files: &dyn Files, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension("new");
    files.write(&temporary, bytes)?;
    files.sync(&temporary)?;
    files.rename(&temporary, path)?;
    path.parent().map_or(Ok(()), |folder| files.sync_folder(folder))
}

/// Makes files below `top`, in folders that need not exist; on return all are durable.
///
/// Each has its name only when its content is durable.
pub(crate) fn create_all(
    files: &dyn Files,
    top: &Path,
    new: &[(PathBuf, Vec<u8>)],
) -> io::Result<()> {
    let mut folders = BTreeSet::new();
    for folder in new.iter().filter_map(|(path, _)| path.parent()) {
        if folders.insert(folder) && !folder.exists() {
            files.create_folder(folder)?;
            let above = folder.ancestors().skip(1).take_while(|above| above.starts_with(top));
            folders.extend(above);
        }
    }
    let temporary = |path: &Path| path.with_extension("new");
    for (path, bytes) in new {
        files.write(&temporary(path), bytes)?;
    }
    if new.len() <= SYNCED_SINGLY {
        for (path, _) in new {
            files.sync(&temporary(path))?;
        }
    } else {
        files.sync_everything(top)?;
    }
    for (path, _) in new {
        files.rename(&temporary(path), path)?;
    }
    folders.into_iter().try_for_each(|folder| files.sync_folder(folder))
}
