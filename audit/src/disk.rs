//! The few operations that the log needs of a disk, so that tests can break each of them.

mod files;

use std::{
    fmt, fs,
    io::{self, Read as _},
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
    thread,
};

pub use self::files::{Files, SystemFiles};
pub(crate) use self::files::{create_all, replace, replace_by, shred, sync_folder};

/// A folder of segments.
///
/// # Contract
/// `create` returns when the file has its full length and both file and folder entry are durable;
/// after an error the file may exist, filled with zeros, and `create` may be called again. `write`
/// may leave anything between `offset` and the end of `bytes` when it fails; `sync` returns when all
/// earlier writes are durable. After an error of these two the caller stops for good: what a failed
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

/// Name of the file that becomes the next segment.
const SPARE: &str = "next.spare";

/// A folder of the operating system. The next file is filled with zeros ahead of its use.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    open: Option<(String, fs::File)>,
    spare: Option<thread::JoinHandle<io::Result<(fs::File, u64)>>>,
}

impl Folder {
    /// Writes into `path`, which must exist.
    #[must_use]
    pub const fn new(path: PathBuf) -> Self {
        Self { path, open: None, spare: None }
    }

    fn file(&mut self, name: &str) -> io::Result<&fs::File> {
        let open = match self.open.take() {
            Some((open, file)) if open == name => (open, file),
            _ => (name.to_owned(), fs::OpenOptions::new().write(true).open(self.path.join(name))?),
        };
        Ok(&self.open.insert(open).1)
    }

    /// The file made ahead, or one made now.
    fn take_spare(&mut self, bytes: u64) -> io::Result<fs::File> {
        let ahead = self.spare.take().and_then(|spare| spare.join().ok());
        match ahead {
            Some(Ok((file, length))) if length == bytes => Ok(file),
            _ => fill(&self.path.join(SPARE), bytes),
        }
    }
}

impl Disk for Folder {
    fn create(&mut self, name: &str, bytes: u64) -> io::Result<()> {
        let path = self.path.join(name);
        if !is_unwritten(&path)? {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let file = self.take_spare(bytes)?;
        fs::rename(self.path.join(SPARE), &path)?;
        sync_folder(&self.path)?;
        self.open = Some((name.to_owned(), file));
        let spare = self.path.join(SPARE);
        let ahead = thread::Builder::new().name("log-spare".to_owned());
        // Where no thread can be had, the next file is made when it is needed.
        self.spare = ahead.spawn(move || Ok((fill(&spare, bytes)?, bytes))).ok();
        Ok(())
    }

    fn write(&mut self, name: &str, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.file(name)?.write_all_at(bytes, offset)
    }

    fn sync(&mut self, name: &str) -> io::Result<()> {
        self.file(name)?.sync_data()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Some(spare) = self.spare.take() {
            drop(spare.join());
            // It can be made again, and a folder at rest holds records only.
            drop(fs::remove_file(self.path.join(SPARE)));
        }
    }
}

/// A file of zeros, durable. They are written out: a sparse file would grow, and sync its size, with
/// every record.
fn fill(path: &Path, bytes: u64) -> io::Result<fs::File> {
    let mut file = fs::File::create(path)?;
    let filled = io::copy(&mut io::repeat(0).take(bytes), &mut file);
    match filled.and_then(|_| file.sync_all()) {
        Ok(()) => Ok(file),
        Err(error) => {
            // On a full disk half a file must not take the room that others need.
            drop(fs::remove_file(path));
            Err(error)
        }
    }
}

/// Whether nothing but zeros is there: what a failed `create` leaves may be replaced.
fn is_unwritten(path: &Path) -> io::Result<bool> {
    match fs::read(path) {
        Ok(bytes) => Ok(bytes.iter().all(|byte| *byte == 0)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}
