//! Files of a watched folder, and those that are put beside.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use types::MediaType;

/// Manifests beside files belong to them.
const SIDECAR: &str = "c2pa";
/// Folders within folders.
const DEPTH_MAX: usize = 16;

/// A file that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// Where it is.
    pub(super) path: PathBuf,
    /// Its length.
    pub(super) bytes: u64,
    /// When it was last written.
    pub(super) changed: SystemTime,
}

/// Files that have not changed for a while, at most `most`, by name. Hidden ones, manifests beside files
/// and links are left out: a link could lead out of the folder.
pub(super) fn settled(folder: &Path, settle: Duration, most: usize) -> Vec<Found> {
    let mut found = Vec::new();
    let mut folders = vec![(folder.to_path_buf(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        // A folder that is gone or closed is looked at again the next time.
        let Ok(entries) = fs::read_dir(folder) else { continue };
        for entry in entries.flatten() {
            let (path, Ok(about)) = (entry.path(), entry.metadata()) else { continue };
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            if hidden || about.is_symlink() {
                continue;
            }
            if about.is_dir() && depth < DEPTH_MAX {
                folders.push((path, depth + 1));
            } else if about.is_file() && path.extension().is_none_or(|end| end != SIDECAR) {
                let Ok(changed) = about.modified() else { continue };
                // A time in the future says nothing: the file is taken.
                let rested = changed.elapsed().map_or(true, |age| age >= settle);
                if rested && about.len() > 0 && found.len() < most {
                    found.push(Found { path, bytes: about.len(), changed });
                }
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// What the bytes say, else what the name says.
pub(crate) fn kind(path: &Path, bytes: &[u8]) -> MediaType {
    let named = path.extension().and_then(|end| MediaType::from_extension(&end.to_string_lossy()));
    match MediaType::sniff(bytes) {
        // The bytes of both are alike.
        Some(MediaType::PlainText) if named == Some(MediaType::Markdown) => MediaType::Markdown,
        Some(known) => known,
        None => MediaType::Binary,
    }
}

/// Writes a signed file, its manifest first, each whole or not at all.
pub(super) fn put(to: &Path, bytes: &[u8], sidecar: Option<&[u8]>) -> io::Result<()> {
    if let Some(sidecar) = sidecar {
        whole(&with_end(to, ".c2pa"), sidecar)?;
    }
    whole(to, bytes)?;
    // It could not be signed before, and now it was.
    match fs::remove_file(with_end(to, ".error.txt")) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Writes why a file is not there.
pub(super) fn tell(to: &Path, reason: &str) -> io::Result<()> {
    whole(&with_end(to, ".error.txt"), format!("{reason}\n").as_bytes())
}

fn whole(to: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    let part = with_end(to, ".part");
    fs::write(&part, bytes)?;
    fs::rename(part, to)
}

fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_files_of_the_folder_are_taken() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("below")).unwrap();
        for name in ["b.png", "below/a.png", ".hidden.png", "b.png.c2pa"] {
            fs::write(at(name), b"x").unwrap();
        }
        fs::write(at("empty.png"), b"").unwrap();
        fs::write(at("outside"), b"x").unwrap();
        std::os::unix::fs::symlink("/etc/hostname", at("link.png")).unwrap();
        let names = |settle: u64, most: usize| -> Vec<String> {
            let found = settled(folder.path(), Duration::from_secs(settle), most);
            let name = |found: Found| {
                found.path.strip_prefix(folder.path()).unwrap().display().to_string()
            };
            found.into_iter().map(name).collect()
        };
        assert_eq!(names(0, 9), ["b.png", "below/a.png", "outside"]);
        assert!(names(60, 9).is_empty(), "they were written just now");
        assert_eq!(names(0, 1).len(), 1);
    }

    #[test]
    fn a_file_that_could_be_signed_takes_the_place_of_its_error() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("deep/a.txt");
        tell(&to, "no").unwrap();
        assert!(with_end(&to, ".error.txt").exists() && !to.exists());
        put(&to, b"signed", Some(b"manifest")).unwrap();
        assert_eq!(fs::read(&to).unwrap(), b"signed");
        assert_eq!(fs::read(with_end(&to, ".c2pa")).unwrap(), b"manifest");
        assert!(!with_end(&to, ".error.txt").exists());
    }
}
