//! Replacing and removing so that the bytes that were there are gone.

use std::{
    fs,
    io::{self, Read as _, Seek as _, Write as _},
    path::Path,
};

use object_store::{ObjectStoreExt as _, path::Path as Key};

use super::{Place, Seen, failed, on_disk};
use crate::{ObjectError, disk};

impl Place {
    /// [`Place::swap`], after which the bytes that were seen are gone: in a folder they are
    /// overwritten; of an S3 bucket that keeps no versions nothing comes back either.
    ///
    /// # Errors
    /// [`ObjectError::Store`] when it is unknown whether it was replaced.
    pub async fn swap_wiping(
        &self,
        key: &str,
        seen: &Seen,
        new: Vec<u8>,
    ) -> Result<bool, ObjectError> {
        let Some(folder) = &self.folder else { return self.swap(key, Some(seen), new).await };
        let (path, seen) = (folder.join(key), seen.bytes.clone());
        on_disk(move || swap_file_wiping(&path, &seen, &new)).await
    }

    /// Removes an object, in a folder after overwriting it; one that is not there is removed.
    ///
    /// # Errors
    /// [`ObjectError::Store`] when it may still be there.
    pub async fn remove(&self, key: &str) -> Result<(), ObjectError> {
        if let Some(folder) = &self.folder {
            let path = folder.join(key);
            return on_disk(move || match disk::shred(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                removed => removed,
            })
            .await;
        }
        match self.store.delete(&Key::from(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(failed(error)),
        }
    }
}

fn swap_file_wiping(path: &Path, seen: &[u8], new: &[u8]) -> io::Result<bool> {
    let _turn = super::turn(path)?;
    let mut old = fs::OpenOptions::new().read(true).write(true).open(path)?;
    let mut bytes = Vec::new();
    old.read_to_end(&mut bytes)?;
    if bytes != seen {
        return Ok(false);
    }
    disk::replace(path, new)?;
    // The name is the new file's by now; the old one is reached by what is open only.
    old.rewind()?;
    old.write_all(&vec![0; bytes.len()])?;
    old.sync_all()?;
    Ok(true)
}

/// Replaces a file that still is what was seen; whether it was.
pub(super) fn swap_file(path: &Path, seen: &[u8], new: &[u8]) -> io::Result<bool> {
    let _turn = super::turn(path)?;
    let same = fs::read(path)? == seen;
    if same {
        disk::replace(path, new)?;
    }
    Ok(same)
}
