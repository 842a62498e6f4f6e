//! Where objects lie: a folder, S3, or any other `object_store`, with two writes that never destroy.

mod folder;
mod listing;
mod wiping;

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use futures::future::try_join_all;
pub use listing::Below;
use object_store::{
    ObjectStore, ObjectStoreExt as _, PutMode, PutOptions, UpdateVersion, aws::AmazonS3Builder,
    local::LocalFileSystem, path::Path as Key, prefix::PrefixStore,
};

use crate::ObjectError;
use wiping::swap_file;

/// A place for objects. Cheap to clone.
///
/// # Contract
/// - [`Self::create`] and [`Self::create_all`] never replace: of several that create one name at
///   once, one does.
/// - [`Self::swap`] replaces only what its caller has seen.
/// - All return when the bytes are durable.
#[derive(Debug, Clone)]
pub struct Place {
    store: Arc<dyn ObjectStore>,
    /// Where the store is a folder: `object_store` has no compare-and-swap there.
    folder: Option<PathBuf>,
}

/// An object as it was read.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Its bytes.
    pub bytes: Vec<u8>,
    version: UpdateVersion,
    stored: SystemTime,
}

impl Seen {
    /// How long ago it was stored, by the clocks of the place and of this machine.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.stored.elapsed().unwrap_or_default()
    }
}

impl Place {
    /// `file:PATH` or `s3://BUCKET[/PREFIX]`. Keys, region and endpoint of S3 come from the
    /// environment as `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT`.
    ///
    /// # Errors
    /// [`ObjectError::Store`] when it is neither or cannot be used.
    pub fn open(url: &str) -> Result<Self, ObjectError> {
        if let Some(path) = url.strip_prefix("file:") {
            return Self::folder(Path::new(path.strip_prefix("//").unwrap_or(path)));
        }
        let Some(rest) = url.strip_prefix("s3://") else {
            let said = format!("`{url}` is neither file:PATH nor s3://BUCKET/PREFIX");
            return Err(ObjectError::Store(said));
        };
        provide_cryptography();
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let built = AmazonS3Builder::from_env().with_bucket_name(bucket).build();
        let store: Arc<dyn ObjectStore> = match built.map_err(failed)? {
            s3 if prefix.is_empty() => Arc::new(s3),
            s3 => Arc::new(PrefixStore::new(s3, prefix)),
        };
        Ok(Self::on(store))
    }

    /// A folder, made if it does not exist.
    ///
    /// # Errors
    /// [`ObjectError::Store`] when it cannot be used.
    pub fn folder(path: &Path) -> Result<Self, ObjectError> {
        fs::create_dir_all(path).map_err(|error| ObjectError::Store(error.to_string()))?;
        let store = LocalFileSystem::new_with_prefix(path).map_err(failed)?.with_fsync(true);
        Ok(Self { store: Arc::new(store), folder: Some(path.to_path_buf()) })
    }

    /// Any store that creates only and swaps by ETag or version.
    #[must_use]
    pub fn on(store: Arc<dyn ObjectStore>) -> Self {
        Self { store, folder: None }
    }

    /// Stores bytes under a new name; `false` when the name is taken, whatever lies there.
    ///
    /// # Errors
    /// [`ObjectError::Store`] when it is unknown whether they were stored.
    pub async fn create(&self, key: &str, bytes: Vec<u8>) -> Result<bool, ObjectError> {
        let create = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        match self.store.put_opts(&Key::from(key), bytes.into(), create).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::AlreadyExists { .. }) => Ok(false),
            Err(error) => Err(failed(error)),
        }
    }

    /// Stores several new objects as [`Self::create`] does, with less to wait for.
    ///
    /// # Errors
    /// [`ObjectError::Store`] when it is unknown whether they were stored; some may have been.
    pub async fn create_all(&self, new: Vec<(String, Vec<u8>)>) -> Result<Vec<bool>, ObjectError> {
        let Some(top) = self.folder.clone() else {
            let each = new.into_iter();
            let each = each.map(|(key, bytes)| async move { self.create(&key, bytes).await });
            return try_join_all(each).await;
        };
        on_disk(move || {
            let new: Vec<_> = new.into_iter().map(|(key, bytes)| (top.join(key), bytes)).collect();
            folder::create_all(&top, &new)
        })
        .await
    }

    /// What lies under a name.
    ///
    /// # Errors
    /// [`ObjectError::Store`] when it cannot be read.
    pub async fn read(&self, key: &str) -> Result<Option<Seen>, ObjectError> {
        let found = match self.store.get(&Key::from(key)).await {
            Ok(found) => found,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let (e_tag, version) = (found.meta.e_tag.clone(), found.meta.version.clone());
        let stored = SystemTime::from(found.meta.last_modified);
        let bytes = found.bytes().await.map_err(failed)?.to_vec();
        Ok(Some(Seen { bytes, version: UpdateVersion { e_tag, version }, stored }))
    }

    /// Replaces what was seen (nothing, if `None`) by new bytes; `false` when something else lies
    /// there by now. Two who put the same bytes there at once may both hear `true`.
    ///
    /// # Errors
    /// [`ObjectError::Store`] when it is unknown whether it was replaced.
    pub async fn swap(
        &self,
        key: &str,
        seen: Option<&Seen>,
        new: Vec<u8>,
    ) -> Result<bool, ObjectError> {
        let Some(seen) = seen else { return self.create(key, new).await };
        if let Some(folder) = &self.folder {
            let (path, seen) = (folder.join(key), seen.bytes.clone());
            return on_disk(move || swap_file(&path, &seen, &new)).await;
        }
        let mode = PutMode::Update(seen.version.clone());
        let swap = PutOptions { mode, ..PutOptions::default() };
        match self.store.put_opts(&Key::from(key), new.clone().into(), swap).await {
            Ok(_) => Ok(true),
            // A first attempt that was stored but not answered is refused when it is repeated.
            Err(object_store::Error::Precondition { .. }) => {
                Ok(self.read(key).await?.is_some_and(|now| now.bytes == new))
            }
            Err(error) => Err(failed(error)),
        }
    }
}

/// Programs that share a folder take turns by a lock beside the file, until this is dropped.
fn turn(path: &Path) -> io::Result<fs::File> {
    let lock = fs::File::create(path.with_extension("lock"))?;
    lock.lock()?;
    Ok(lock)
}

/// Does what blocks on another thread.
async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, ObjectError> {
    let done = tokio::task::spawn_blocking(work).await;
    let done = done.map_err(|error| ObjectError::Store(error.to_string()))?;
    done.map_err(|error| ObjectError::Store(error.to_string()))
}

/// TLS needs one implementation of cryptography for the whole process; the first choice stands.
pub(crate) fn provide_cryptography() {
    drop(rustls::crypto::ring::default_provider().install_default());
}

fn failed(error: object_store::Error) -> ObjectError {
    ObjectError::Store(error.to_string())
}
