//! The files of a model: a folder on disk, or bytes inside the program.

use std::{
    fs::{self, File},
    io::{self, Cursor, Read, Seek as _, SeekFrom},
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256 as Hasher};
use types::Sha256;

use crate::GeneratorError;

/// A file inside the program: its name and content.
pub(crate) type Embedded = (&'static str, &'static [u8]);

/// Where the files of a model lie.
#[derive(Debug, Clone)]
pub(crate) enum ModelFiles {
    /// A folder as downloaded.
    Folder(PathBuf),
    /// One file that holds everything.
    File(PathBuf),
    /// Files inside the program.
    Program(&'static [Embedded]),
}

/// An open file: its content from the start, and its length in bytes.
pub(crate) struct OpenFile {
    pub(crate) content: Box<dyn Read>,
    pub(crate) bytes: u64,
}

impl ModelFiles {
    /// The folder `path`.
    ///
    /// # Errors
    /// [`GeneratorError::File`] when it is not a folder.
    pub(crate) fn folder(path: &Path) -> Result<Self, GeneratorError> {
        let wrong = |reason| Err(GeneratorError::file(path, reason));
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => Ok(Self::Folder(path.to_path_buf())),
            Ok(_) => wrong("is not a folder: name the folder that holds config.json".to_owned()),
            Err(error) => wrong(error.to_string()),
        }
    }

    /// The folder `path`, or the one GGUF file `path`.
    ///
    /// # Errors
    /// [`GeneratorError::File`] when it is neither.
    pub(crate) fn folder_or_file(path: &Path) -> Result<Self, GeneratorError> {
        let gguf = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gguf"));
        if gguf && path.is_file() { Ok(Self::File(path.to_path_buf())) } else { Self::folder(path) }
    }

    /// Names of files with an ending, sorted.
    ///
    /// # Errors
    /// [`GeneratorError::File`] when the folder cannot be read.
    pub(crate) fn ending_with(&self, ending: &str) -> Result<Vec<String>, GeneratorError> {
        let mut names: Vec<String> = match self {
            Self::Folder(folder) => {
                let entries = fs::read_dir(folder);
                let entries = entries.map_err(|error| GeneratorError::file(folder, error))?;
                let names = entries.flatten().filter(|entry| entry.path().is_file());
                names.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
            }
            Self::File(path) => name_of(path).into_iter().map(str::to_owned).collect(),
            Self::Program(files) => files.iter().map(|file| file.0.to_owned()).collect(),
        };
        names.retain(|name| name.to_lowercase().ends_with(ending));
        names.sort();
        Ok(names)
    }

    /// How a file is named in messages.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        match self {
            Self::Folder(folder) => folder.join(name),
            Self::File(path) => path.clone(),
            Self::Program(_) => Path::new("(in the program)").join(name),
        }
    }

    /// Whether there is a file `name`.
    pub(crate) fn has(&self, name: &str) -> bool {
        match self {
            Self::Folder(folder) => folder.join(name).is_file(),
            Self::File(path) => name_of(path) == Some(name),
            Self::Program(files) => files.iter().any(|file| file.0 == name),
        }
    }

    /// Opens a file.
    ///
    /// # Errors
    /// [`GeneratorError::File`] when it is missing or cannot be read.
    pub(crate) fn open(&self, name: &str) -> Result<OpenFile, GeneratorError> {
        let wrong = |error: io::Error| GeneratorError::file(self.path(name), error);
        match self {
            Self::Folder(_) | Self::File(_) => {
                let file = File::open(self.path(name)).map_err(wrong)?;
                let bytes = file.metadata().map_err(wrong)?.len();
                Ok(OpenFile { content: Box::new(file), bytes })
            }
            Self::Program(files) => {
                let found = files.iter().find(|file| file.0 == name);
                let (_, content) = found.ok_or_else(|| wrong(io::ErrorKind::NotFound.into()))?;
                Ok(OpenFile {
                    content: Box::new(Cursor::new(content)),
                    bytes: content.len() as u64,
                })
            }
        }
    }

    /// Opens a file from the byte `offset` on.
    ///
    /// # Errors
    /// [`GeneratorError::File`] when it is missing or cannot be read.
    pub(crate) fn open_at(&self, name: &str, offset: u64) -> Result<Box<dyn Read>, GeneratorError> {
        let wrong = |error: io::Error| GeneratorError::file(self.path(name), error);
        if let Self::Program(_) = self {
            let mut content = self.open(name)?.content;
            io::copy(&mut content.by_ref().take(offset), &mut io::sink()).map_err(wrong)?;
            return Ok(content);
        }
        let mut file = File::open(self.path(name)).map_err(wrong)?;
        file.seek(SeekFrom::Start(offset)).map_err(wrong)?;
        Ok(Box::new(file))
    }

    /// Reads a small file; larger ones than `bytes_max` are refused.
    ///
    /// # Errors
    /// [`GeneratorError::File`] when it is missing, too large or cannot be read.
    pub(crate) fn read(&self, name: &str, bytes_max: u64) -> Result<Vec<u8>, GeneratorError> {
        let file = self.open(name)?;
        if file.bytes > bytes_max {
            let reason = format!("has {} bytes, at most {bytes_max} are read", file.bytes);
            return Err(GeneratorError::file(self.path(name), reason));
        }
        let mut content = Vec::new();
        let read = file.content.take(bytes_max).read_to_end(&mut content);
        read.map_err(|error| GeneratorError::file(self.path(name), error))?;
        Ok(content)
    }

    /// Reads every named file once and lists its length and digest.
    ///
    /// # Errors
    /// [`GeneratorError::File`] when one cannot be read.
    pub(crate) fn list(&self, names: &[String]) -> Result<Listing, GeneratorError> {
        let mut names = names.to_vec();
        names.sort();
        let list = |name: String| {
            let mut content = HashingReader::new(self.open(&name)?.content);
            let wrong = |error| GeneratorError::file(self.path(&name), error);
            let bytes = io::copy(&mut content, &mut io::sink()).map_err(wrong)?;
            Ok(ListedFile { name, bytes, sha256: content.sha256() })
        };
        names.into_iter().map(list).collect::<Result<_, _>>().map(Listing)
    }
}

fn name_of(path: &Path) -> Option<&str> {
    path.file_name().and_then(|name| name.to_str())
}

/// The files that make a model, sorted by name.
#[derive(Debug, Clone)]
pub(crate) struct Listing(Vec<ListedFile>);

/// A file of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedFile {
    /// Its name in the folder.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// Its digest.
    pub sha256: Sha256,
}

impl Listing {
    /// The digest of the listing that `sha256sum` prints for these files.
    pub(crate) fn sha256(&self) -> Sha256 {
        let line = |file: &ListedFile| format!("{}  {}\n", file.sha256, file.name);
        Sha256::of(self.0.iter().map(line).collect::<String>().as_bytes())
    }

    /// The files, sorted by name.
    pub(crate) fn files(&self) -> &[ListedFile] {
        &self.0
    }

    /// The digest of one file.
    pub(crate) fn of(&self, name: &str) -> Option<Sha256> {
        self.0.iter().find(|file| file.name == name).map(|file| file.sha256)
    }
}

/// Passes bytes on and takes their digest.
pub(crate) struct HashingReader {
    content: Box<dyn Read>,
    hasher: Hasher,
    bytes: u64,
}

impl HashingReader {
    pub(crate) fn new(content: Box<dyn Read>) -> Self {
        Self { content, hasher: Hasher::new(), bytes: 0 }
    }

    /// How many bytes were read.
    pub(crate) const fn passed(&self) -> u64 {
        self.bytes
    }

    /// The digest of all that was read.
    pub(crate) fn sha256(self) -> Sha256 {
        Sha256::from(<[u8; 32]>::from(self.hasher.finalize()))
    }
}

impl Read for HashingReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.content.read(buffer)?;
        self.bytes += read as u64;
        self.hasher.update(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_that_of_the_listing_of_sha256sum() {
        let files = ModelFiles::Program(&[("b", b""), ("a", b"abc")]);
        let listing = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a\n\
                       e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  b\n";
        let listed = files.list(&["b".into(), "a".into()]).unwrap();
        assert_eq!(listed.sha256(), Sha256::of(listing.as_bytes()));
    }

    #[test]
    fn a_missing_or_oversize_file_is_named() {
        let files = ModelFiles::Program(&[("a", b"abc")]);
        let missing = files.read("x.json", 9).unwrap_err().to_string();
        assert!(missing.contains("x.json"), "{missing}");
        let large = files.read("a", 2).unwrap_err().to_string();
        assert!(large.contains("has 3 bytes, at most 2"), "{large}");
    }
}
