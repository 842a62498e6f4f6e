//! Assets and manifests by the SHA-256 of their bytes; never changed, never named otherwise.

use std::{fs, path::Path, sync::Arc};

use object_store::{
    ObjectStore as _, ObjectStoreExt as _, PutMode, PutOptions, local::LocalFileSystem,
    path::Path as Key,
};
use types::Sha256;

use crate::{ObjectError, disk::sync_folder};

/// A content-addressed store in a folder.
///
/// # Contract
/// `put` returns when the bytes are durable; the same bytes may be put any number of times.
/// `get` gives exactly the bytes of the digest, or an error.
#[derive(Debug, Clone)]
pub struct Objects {
    store: Arc<LocalFileSystem>,
}

impl Objects {
    /// Opens or makes the store in `folder`.
    ///
    /// # Errors
    /// [`ObjectError::Store`] when the folder cannot be used.
    pub fn open(folder: &Path) -> Result<Self, ObjectError> {
        fs::create_dir_all(folder).map_err(|error| ObjectError::Store(error.to_string()))?;
        let store = LocalFileSystem::new_with_prefix(folder).map_err(failed)?;
        Ok(Self { store: Arc::new(store) })
    }

    /// Stores bytes under their digest.
    ///
    /// # Errors
    /// [`ObjectError::Store`] when they cannot be written.
    pub async fn put(&self, bytes: &[u8]) -> Result<Sha256, ObjectError> {
        let digest = Sha256::of(bytes);
        let key = key(&digest);
        let create = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        match self.store.put_opts(&key, bytes.to_vec().into(), create).await {
            Ok(_) => self.sync(key).await?,
            Err(object_store::Error::AlreadyExists { .. }) => {}
            Err(error) => return Err(failed(error)),
        }
        Ok(digest)
    }

    /// The bytes of a digest.
    ///
    /// # Errors
    /// [`ObjectError::Missing`], or [`ObjectError::Damaged`] when they have changed on disk.
    pub async fn get(&self, digest: &Sha256) -> Result<Vec<u8>, ObjectError> {
        let found = match self.store.get(&key(digest)).await {
            Ok(found) => found,
            Err(object_store::Error::NotFound { .. }) => return Err(ObjectError::Missing(*digest)),
            Err(error) => return Err(failed(error)),
        };
        let bytes = found.bytes().await.map_err(failed)?.to_vec();
        if Sha256::of(&bytes) == *digest { Ok(bytes) } else { Err(ObjectError::Damaged(*digest)) }
    }

    /// The store renames a finished file into place but leaves durability to us.
    async fn sync(&self, key: Key) -> Result<(), ObjectError> {
        let path = self.store.path_to_filesystem(&key).map_err(failed)?;
        let synced = tokio::task::spawn_blocking(move || {
            fs::File::open(&path)?.sync_all()?;
            path.ancestors().skip(1).take(2).try_for_each(sync_folder)
        });
        let synced = synced.await.map_err(|error| ObjectError::Store(error.to_string()))?;
        synced.map_err(|error| ObjectError::Store(error.to_string()))
    }
}

/// Two levels keep folders small.
fn key(digest: &Sha256) -> Key {
    let name = digest.to_string();
    let (folder, _) = name.split_at(2);
    Key::from(format!("{folder}/{name}"))
}

fn failed(error: object_store::Error) -> ObjectError {
    ObjectError::Store(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn bytes_come_back_and_damage_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let objects = Objects::open(folder.path()).unwrap();
        let digest = objects.put(b"picture").await.unwrap();
        assert_eq!(objects.put(b"picture").await.unwrap(), digest);
        assert_eq!(objects.get(&digest).await.unwrap(), b"picture");
        assert!(matches!(objects.get(&Sha256::of(b"other")).await, Err(ObjectError::Missing(_))));
        let name = digest.to_string();
        fs::write(folder.path().join(&name[..2]).join(&name), b"changed").unwrap();
        assert!(matches!(objects.get(&digest).await, Err(ObjectError::Damaged(_))));
    }
}
