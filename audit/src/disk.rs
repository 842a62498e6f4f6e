//! The few operations that the log needs of a disk, so that tests can break each of them.

use std::{
    fmt, fs,
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

/// A folder of segments.
///
/// # Contract
/// `create` returns when the file has its full length and both file and folder entry are durable.
/// `write` may leave anything between `offset` and the end of `bytes` when it fails; `sync` returns
/// when all earlier writes are durable. After any error the caller stops for good: what a failed
/// sync has kept is unknowable.
pub trait Disk: fmt::Debug + Send {
    /// Makes a zero-filled file.
    ///
    /// # Errors
    /// Any I/O error.
    fn create(&mut self, name: &str, bytes: u64) -> io::Result<()>;
    /// Writes at an offset of the file last created or opened.
    ///
    /// # Errors
    /// Any I/O error.
    fn write(&mut self, name: &str, offset: u64, bytes: &[u8]) -> io::Result<()>;
    /// Makes earlier writes durable.
    ///
    /// # Errors
    /// Any I/O error.
    fn sync(&mut self, name: &str) -> io::Result<()>;
}

/// A folder of the operating system.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    open: Option<(String, fs::File)>,
}

impl Folder {
    /// Writes into `path`, which must exist.
    #[must_use]
    pub const fn new(path: PathBuf) -> Self {
        Self { path, open: None }
    }

    fn file(&mut self, name: &str) -> io::Result<&mut fs::File> {
        let open = match self.open.take() {
            Some((open, file)) if open == name => (open, file),
            _ => (name.to_owned(), fs::OpenOptions::new().write(true).open(self.path.join(name))?),
        };
        Ok(&mut self.open.insert(open).1)
    }
}

impl Disk for Folder {
    fn create(&mut self, name: &str, bytes: u64) -> io::Result<()> {
        let path = self.path.join(name);
        let mut file = fs::OpenOptions::new().write(true).create_new(true).open(&path)?;
        // Zeros are written out: a sparse file would grow, and sync its size, with every record.
        io::copy(&mut io::repeat(0).take(bytes), &mut file)?;
        file.sync_all()?;
        sync_folder(&self.path)?;
        self.open = Some((name.to_owned(), file));
        Ok(())
    }

    fn write(&mut self, name: &str, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let file = self.file(name)?;
        file.seek(SeekFrom::Start(offset))?;
        file.write_all(bytes)
    }

    fn sync(&mut self, name: &str) -> io::Result<()> {
        self.file(name)?.sync_data()
    }
}

/// Makes a folder's entries durable.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    fs::File::open(path)?.sync_all()
}

/// Replaces a small file as a whole: readers see the old or the new one, also after a crash.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension("new");
    let mut file = fs::File::create(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    path.parent().map_or(Ok(()), sync_folder)
}
