//! Assets and manifests by the SHA-256 of their bytes; never changed, never named otherwise.

use std::path::Path;

use types::Sha256;

use crate::{ObjectError, Place};

/// A content-addressed store in any [`Place`].
///
/// # Contract
/// `put` returns when the bytes are durable; the same bytes may be put any number of times.
/// `get` gives exactly the bytes of the digest, or an error.
#[derive(Debug, Clone)]
pub struct Objects {
    place: Place,
}

impl Objects {
    /// Opens or makes the store in `folder`.
    ///
    /// # Errors
    /// [`ObjectError::Store`] when the folder cannot be used.
    pub fn open(folder: &Path) -> Result<Self, ObjectError> {
        Ok(Self::at(Place::folder(folder)?))
    }

    /// The store in a place.
    #[must_use]
    pub const fn at(place: Place) -> Self {
        Self { place }
    }

    /// Stores bytes under their digest.
    ///
    /// # Errors
    /// [`ObjectError::Store`] when they cannot be written.
    pub async fn put(&self, bytes: &[u8]) -> Result<Sha256, ObjectError> {
        let digest = Sha256::of(bytes);
        // Whatever has the name already has the digest, or `get` says that it is damaged.
        self.place.create(&key(&digest), bytes.to_vec()).await?;
        Ok(digest)
    }

    /// Stores several objects, each under its digest.
    ///
    /// # Errors
    /// [`ObjectError::Store`] when they cannot all be written.
    pub async fn put_all<const N: usize>(
        &self,
        objects: [&[u8]; N],
    ) -> Result<[Sha256; N], ObjectError> {
        let digests = objects.map(Sha256::of);
        let named =
            digests.iter().zip(objects).map(|(digest, bytes)| (key(digest), bytes.to_vec()));
        self.place.create_all(named.collect()).await?;
        Ok(digests)
    }

    /// The bytes of a digest.
    ///
    /// # Errors
    /// [`ObjectError::Missing`], or [`ObjectError::Damaged`] when they have changed.
    pub async fn get(&self, digest: &Sha256) -> Result<Vec<u8>, ObjectError> {
        let found = self.place.read(&key(digest)).await?;
        let bytes = found.ok_or(ObjectError::Missing(*digest))?.bytes;
        if Sha256::of(&bytes) == *digest { Ok(bytes) } else { Err(ObjectError::Damaged(*digest)) }
    }
}

/// Two levels keep folders small.
fn key(digest: &Sha256) -> String {
    let name = digest.to_string();
    let (folder, _) = name.split_at(2);
    format!("{folder}/{name}")
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
        std::fs::write(folder.path().join(&name[..2]).join(&name), b"changed").unwrap();
        assert!(matches!(objects.get(&digest).await, Err(ObjectError::Damaged(_))));
    }
}
