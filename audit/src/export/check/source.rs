//! The files of a bag, in a ZIP or a folder.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Read, Seek as _, SeekFrom},
    path::{Path, PathBuf},
};

use sha2::Digest as _;
use types::Sha256;
use zip::ZipArchive;

use super::super::{Fault, names};

/// The signature of a file's header in the central directory of a ZIP.
const HEADER: [u8; 4] = *b"PK\x01\x02";

/// An opened bag.
#[derive(Debug)]
pub(super) struct Source {
    files: Files,
    /// Names inside the bag, and where each is found.
    places: BTreeMap<String, String>,
}

#[derive(Debug)]
enum Files {
    Zip(Box<ZipArchive<fs::File>>),
    Folder(PathBuf),
}

impl Source {
    pub(super) fn open(path: &Path) -> Result<Self, Fault> {
        let (files, found) = if path.is_dir() {
            let mut found = Vec::new();
            walk(path, "", &mut found)?;
            (Files::Folder(path.to_path_buf()), found)
        } else {
            let zip = archive(path)?;
            let found = zip.file_names().map(|name| name.map(std::borrow::Cow::into_owned));
            let found: Result<Vec<String>, _> = found.collect();
            let mut found = found.map_err(|error| Fault::Unreadable(error.to_string()))?;
            found.retain(|name| !name.ends_with('/'));
            (Files::Zip(Box::new(zip)), found)
        };
        let base = base(&found)?;
        let mut places = BTreeMap::new();
        for place in found {
            let name = place.strip_prefix(&base).map(str::to_owned);
            let name = name.ok_or_else(|| Fault::Added(place.clone()))?;
            if name.split('/').any(|part| matches!(part, "" | "." | "..")) || name.contains('\\') {
                return Err(Fault::Layout(format!("{name:?} is no name of a file in a bag")));
            }
            places.insert(name, place);
        }
        Ok(Self { files, places })
    }

    /// The names of all files, in order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.places.keys().map(String::as_str)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.places.contains_key(name)
    }

    /// A file's bytes; longer ones than `max` are refused.
    pub(super) fn bytes(&mut self, name: &str, max: u64) -> Result<Vec<u8>, Fault> {
        let mut bytes = Vec::new();
        self.read(name, |file| file.take(max + 1).read_to_end(&mut bytes).map(drop))?;
        if bytes.len() as u64 > max {
            return Err(Fault::broken(name, format!("it has more than {max} bytes")));
        }
        Ok(bytes)
    }

    /// A file's digest and length.
    pub(super) fn digest(&mut self, name: &str) -> Result<(Sha256, u64), Fault> {
        let mut digest = sha2::Sha256::new();
        let mut bytes = 0_u64;
        self.read(name, |file| {
            let mut buffer = vec![0; 64 << 10];
            loop {
                let read = file.read(&mut buffer)?;
                if read == 0 {
                    return Ok(());
                }
                digest.update(buffer.get(..read).unwrap_or_default());
                bytes += read as u64;
            }
        })?;
        Ok((Sha256::from(<[u8; 32]>::from(digest.finalize())), bytes))
    }

    /// A copy that can be read beside other files.
    pub(super) fn spool(&mut self, name: &str) -> Result<fs::File, Fault> {
        let mut copy =
            tempfile::tempfile().map_err(|error| Fault::Unreadable(error.to_string()))?;
        self.read(name, |file| io::copy(file, &mut copy).map(drop))?;
        copy.rewind().map_err(|error| Fault::Unreadable(error.to_string()))?;
        Ok(copy)
    }

    fn read(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut dyn Read) -> io::Result<()>,
    ) -> Result<(), Fault> {
        let place = self.places.get(name).ok_or_else(|| Fault::Missing(name.to_owned()))?;
        let done = match &mut self.files {
            Files::Zip(zip) => match zip.by_name(place) {
                Ok(mut file) => read(&mut file),
                Err(error) => Err(io::Error::other(error.to_string())),
            },
            Files::Folder(folder) => {
                fs::File::open(folder.join(place)).and_then(|mut file| read(&mut file))
            }
        };
        done.map_err(|error| Fault::broken(name, error))
    }
}

/// Opens a ZIP; of two files with one name readers may see either, so that is refused.
fn archive(path: &Path) -> Result<ZipArchive<fs::File>, Fault> {
    let unreadable = |error: &dyn std::fmt::Display| Fault::Unreadable(error.to_string());
    let mut file = fs::File::open(path).map_err(|error| unreadable(&error))?;
    let copy = file.try_clone().map_err(|error| unreadable(&error))?;
    let zip = ZipArchive::new(copy).map_err(|error| unreadable(&error))?;
    file.seek(SeekFrom::Start(zip.central_directory_start()))
        .map_err(|error| unreadable(&error))?;
    let headers = headers(&mut io::BufReader::new(file)).map_err(|error| unreadable(&error))?;
    if headers != zip.len() {
        return Err(Fault::Layout(format!("{headers} files have {} names", zip.len())));
    }
    Ok(zip)
}

/// How many files a central directory lists.
fn headers(directory: &mut impl Read) -> io::Result<usize> {
    let mut count = 0;
    loop {
        let mut header = Vec::with_capacity(46);
        io::Read::by_ref(directory).take(46).read_to_end(&mut header)?;
        if header.len() < 46 || !header.starts_with(&HEADER) {
            return Ok(count);
        }
        let length = |at: usize| match header.get(at..at + 2) {
            Some([low, high]) => u64::from(u16::from_le_bytes([*low, *high])),
            _ => 0,
        };
        let rest = length(28) + length(30) + length(32);
        io::copy(&mut io::Read::by_ref(directory).take(rest), &mut io::sink())?;
        count += 1;
    }
}

/// The one base folder of the bag, with its slash; empty when the files lie at the top.
fn base(found: &[String]) -> Result<String, Fault> {
    let declarations: Vec<&str> = found
        .iter()
        .filter_map(|name| name.strip_suffix(names::BAGIT))
        .filter(|base| base.is_empty() || (base.ends_with('/') && base.matches('/').count() == 1))
        .collect();
    match declarations.as_slice() {
        [base] => Ok((*base).to_owned()),
        [] => Err(Fault::Layout("there is no bagit.txt".to_owned())),
        _ => Err(Fault::Layout("there is more than one bagit.txt".to_owned())),
    }
}

/// All files below a folder; links are refused, they may lead out of it.
fn walk(folder: &Path, prefix: &str, found: &mut Vec<String>) -> Result<(), Fault> {
    let unreadable = |error: io::Error| Fault::Unreadable(format!("{}: {error}", folder.display()));
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let kind = entry.file_type().map_err(unreadable)?;
        let name = entry.file_name().into_string();
        let name = name.map_err(|name| Fault::Layout(format!("{} is no name", name.display())))?;
        let name = format!("{prefix}{name}");
        if kind.is_dir() {
            walk(&entry.path(), &format!("{name}/"), found)?;
        } else if kind.is_file() {
            found.push(name);
        } else {
            return Err(Fault::Layout(format!("{name} is not a file")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn all_names_of_a_long_directory_are_counted() {
        let path = tempfile::NamedTempFile::new().unwrap().into_temp_path();
        let mut zip = zip::ZipWriter::new(fs::File::create(&path).unwrap());
        for n in 0..1000 {
            zip.start_file(format!("bag/{n}"), zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(b"x").unwrap();
        }
        zip.finish().unwrap();
        assert_eq!(archive(&path).unwrap().len(), 1000);
    }
}
