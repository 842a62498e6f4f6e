//! Several new files in a folder at once: one thread, and syncs that share the file system's work.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use crate::disk::sync_folder;

/// A file that is being written ends in `#` and a number, as `object_store` calls its own.
static UNFINISHED: AtomicU32 = AtomicU32::new(1);

/// Makes files below `top`, each only if nothing has its name; whether it was made. What has its name
/// already stays. All are durable on return, and none has its name before its content is.
pub(super) fn create_all(top: &Path, new: &[(PathBuf, Vec<u8>)]) -> io::Result<Vec<bool>> {
    let mut unfinished = Vec::new();
    let made = write_all(top, new, &mut unfinished);
    if made.is_err() {
        // What is left has no name that anybody looks for.
        unfinished.iter().for_each(|path| drop(fs::remove_file(path)));
    }
    made
}

fn write_all(
    top: &Path,
    new: &[(PathBuf, Vec<u8>)],
    unfinished: &mut Vec<PathBuf>,
) -> io::Result<Vec<bool>> {
    let (mut files, mut folders) = (Vec::new(), BTreeSet::new());
    for (path, bytes) in new {
        let (mut file, staged) = stage(top, path, &mut folders)?;
        unfinished.push(staged);
        file.write_all(bytes)?;
        files.push(file);
        folders.extend(path.parent());
    }
    // The first sync takes most of the others' work with it.
    files.iter().try_for_each(fs::File::sync_all)?;
    let mut made = Vec::new();
    for ((path, _), staged) in new.iter().zip(unfinished.iter()) {
        made.push(match fs::hard_link(staged, path) {
            Ok(()) => true,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => false,
            Err(error) => return Err(error),
        });
        fs::remove_file(staged)?;
    }
    // Also for a name that was taken: whoever gave it may not have synced it yet.
    folders.into_iter().try_for_each(sync_folder)?;
    Ok(made)
}

/// A file of its own beside `path`; notes the folders that had to be made and what they lie in.
fn stage<'a>(
    top: &'a Path,
    path: &'a Path,
    folders: &mut BTreeSet<&'a Path>,
) -> io::Result<(fs::File, PathBuf)> {
    loop {
        let mut staged = path.as_os_str().to_owned();
        staged.push(format!("#{}", UNFINISHED.fetch_add(1, Ordering::Relaxed)));
        let staged = PathBuf::from(staged);
        match fs::OpenOptions::new().write(true).create_new(true).open(&staged) {
            Ok(file) => return Ok((file, staged)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let parent = path.parent().ok_or(error)?;
                fs::create_dir_all(parent)?;
                let above = parent.ancestors().take_while(|above| above.starts_with(top));
                folders.extend(above);
            }
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_stays_and_nothing_unfinished_is_left() {
        let top = tempfile::tempdir().unwrap();
        let file = |name: &str, bytes: &[u8]| (top.path().join(name), bytes.to_vec());
        let new = [file("ab/abc", b"one"), file("cd/e/cde", b"two"), file("ab/abd", b"three")];
        assert_eq!(create_all(top.path(), &new).unwrap(), [true, true, true]);
        let again = [file("ab/abc", b"other"), file("ab/new", b"four")];
        assert_eq!(create_all(top.path(), &again).unwrap(), [false, true]);
        assert_eq!(fs::read(top.path().join("ab/abc")).unwrap(), b"one");
        let names = fs::read_dir(top.path().join("ab")).unwrap().count();
        assert_eq!(names, 3, "abc, abd and new");
    }

    #[test]
    fn what_cannot_be_written_leaves_nothing() {
        let top = tempfile::tempdir().unwrap();
        fs::write(top.path().join("ab"), b"a file where a folder is needed").unwrap();
        let new = [(top.path().join("c"), b"1".to_vec()), (top.path().join("ab/c"), b"2".to_vec())];
        assert!(create_all(top.path(), &new).is_err());
        assert_eq!(fs::read_dir(top.path()).unwrap().count(), 1);
    }
}
