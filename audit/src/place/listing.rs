//! What lies in a place, and the beginnings of what does.

use object_store::{GetOptions, GetRange, ObjectStoreExt as _, path::Path as Key};
use types::VaultId;

use super::{Place, failed};
use crate::ObjectError;

/// What lies directly below a name, by the last part of its own name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Below {
    /// Objects, sorted.
    pub objects: Vec<String>,
    /// Names below which more lies, sorted.
    pub folders: Vec<String>,
}

impl Place {
    /// Lists what lies directly below `folder`; nothing, if nothing does.
    ///
    /// # Errors
    /// [`ObjectError::Store`] when it cannot be listed.
    pub async fn below(&self, folder: &str) -> Result<Below, ObjectError> {
        let listed = self.store.list_with_delimiter(Some(&Key::from(folder))).await;
        let listed = listed.map_err(failed)?;
        let name = |key: &Key| key.filename().map(str::to_owned);
        let mut objects: Vec<String> =
            listed.objects.iter().filter_map(|found| name(&found.location)).collect();
        let mut folders: Vec<String> = listed.common_prefixes.iter().filter_map(name).collect();
        objects.sort_unstable();
        folders.sort_unstable();
        Ok(Below { objects, folders })
    }

    /// The first bytes of an object, all if it is shorter.
    ///
    /// # Errors
    /// [`ObjectError::Store`] when it cannot be read.
    pub async fn beginning(&self, key: &str, bytes: u64) -> Result<Option<Vec<u8>>, ObjectError> {
        let range = Some(GetRange::Bounded(0..bytes));
        let options = GetOptions { range, ..GetOptions::default() };
        match self.store.get_opts(&Key::from(key), options).await {
            Ok(found) => Ok(Some(found.bytes().await.map_err(failed)?.to_vec())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    /// Whether replaced and removed objects can be brought back, because the store keeps versions.
    /// An empty object is stored under `probe` to find out.
    ///
    /// # Errors
    /// [`ObjectError::Store`] when it cannot be stored.
    pub async fn keeps_versions(&self, probe: &str) -> Result<bool, ObjectError> {
        if self.folder.is_some() {
            return Ok(false);
        }
        let stored = self.store.put(&Key::from(probe), Vec::new().into()).await.map_err(failed)?;
        // S3 names the version only where there are any; `null` is the one of a suspended bucket.
        Ok(stored.version.is_some_and(|version| version != "null"))
    }

    /// Whether the store refuses to create what is there and to replace what was not seen, as
    /// [`Self::create`] and [`Self::swap`] need it: some S3 servers take such conditions and ignore
    /// them. The object `probe` is changed to find out.
    ///
    /// # Errors
    /// [`ObjectError::Store`] when it cannot be read or changed.
    pub async fn keeps_conditions(&self, probe: &str) -> Result<bool, ObjectError> {
        // Two programs may find out at once: each writes something that nobody else does.
        let unique = || VaultId::new().as_bytes().to_vec();
        self.create(probe, unique()).await?;
        if self.create(probe, unique()).await? {
            return Ok(false);
        }
        let Some(seen) = self.read(probe).await? else { return Ok(false) };
        self.swap(probe, Some(&seen), unique()).await?;
        Ok(!self.swap(probe, Some(&seen), unique()).await?)
    }
}
