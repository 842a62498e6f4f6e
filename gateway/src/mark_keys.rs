//! Keys of invisible marks: one for the installation, one for each tenant that has its own, and those
//! that they replaced, with which marks in circulation are still read.
//!
//! ```text
//! keys/watermark.key                  the installation's
//! keys/watermark/N.key                the installation's before, by number
//! keys/watermark/TENANT/current.key   a tenant's own
//! keys/watermark/TENANT/N.key         the tenant's before
//! ```

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use watermark::WatermarkKey;

use crate::{
    installation::{Installation, InstallationError},
    secret::Secret,
};

/// Each key makes a search longer and its error bound larger in proportion.
const KEYS_MAX: usize = 64;
const CURRENT: &str = "current.key";

/// All keys by which marks are made or read.
#[derive(Debug, Clone)]
pub struct MarkKeys {
    /// The installation's key comes first.
    all: Arc<[WatermarkKey]>,
    /// Where a tenant's own key is in the list.
    own: BTreeMap<String, usize>,
}

impl MarkKeys {
    /// Reads the keys of an installation.
    ///
    /// # Errors
    /// [`InstallationError::File`] when one is missing, damaged or readable by others, or when there
    /// are more than 64.
    pub fn load(installation: &Installation) -> Result<Self, InstallationError> {
        let folder = folder(installation);
        let mut keys = vec![read(&installation.watermark_key())?];
        let mut own = BTreeMap::new();
        for tenant in tenants(&folder)? {
            own.insert(tenant.clone(), keys.len());
            keys.push(read(&folder.join(&tenant).join(CURRENT))?);
        }
        for place in [folder.clone()].into_iter().chain(own.keys().map(|name| folder.join(name))) {
            for number in retired(&place)? {
                keys.push(read(&place.join(format!("{number}.key")))?);
            }
        }
        if keys.len() > KEYS_MAX {
            let reason = format!("there are {} keys, at most {KEYS_MAX} can be tried", keys.len());
            return Err(file(&folder, io::Error::other(reason)));
        }
        Ok(Self { all: keys.into(), own })
    }

    /// The key by which a tenant's assets are marked.
    #[must_use]
    pub fn of(&self, tenant: &str) -> &WatermarkKey {
        let own = self.own.get(tenant).and_then(|place| self.all.get(*place));
        own.unwrap_or_else(|| self.installation())
    }

    /// The key by which assets of tenants without an own one are marked.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "`load` puts the installation's key first")]
    pub fn installation(&self) -> &WatermarkKey {
        &self.all[0]
    }

    /// Every key that may have made a mark, the installation's first.
    #[must_use]
    pub fn all(&self) -> &[WatermarkKey] {
        &self.all
    }
}

/// A new key takes the place of the installation's, or of a tenant's; the one before is kept to read
/// the marks that it made. The file of the new key.
///
/// # Errors
/// [`InstallationError::File`] when a file cannot be written; then the key before still counts.
pub fn rotate(
    installation: &Installation,
    tenant: Option<&str>,
) -> Result<PathBuf, InstallationError> {
    let folder = folder(installation);
    let (place, current) = match tenant {
        None => (folder, installation.watermark_key()),
        Some(tenant) => {
            let place = folder.join(checked(tenant)?);
            let current = place.join(CURRENT);
            (place, current)
        }
    };
    fs::create_dir_all(&place).map_err(|source| file(&place, source))?;
    if current.exists() {
        let number = retired(&place)?.last().map_or(1, |last| last + 1);
        let kept = place.join(format!("{number}.key"));
        fs::hard_link(&current, &kept).map_err(|source| file(&kept, source))?;
    }
    // What a crash left of an earlier try was never used.
    let new = place.join("new.key");
    match fs::remove_file(&new) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => return Err(file(&new, source)),
        _ => {}
    }
    Secret::random().create(&new).map_err(|source| file(&new, source))?;
    fs::rename(&new, &current).map_err(|source| file(&current, source))?;
    let synced = fs::File::open(&place).and_then(|folder| folder.sync_all());
    synced.map_err(|source| file(&place, source))?;
    Ok(current)
}

/// A tenant's name that is safe as the name of a folder.
fn checked(tenant: &str) -> Result<&str, InstallationError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    if !tenant.is_empty() && tenant.len() <= 64 && tenant.chars().all(plain) {
        return Ok(tenant);
    }
    let reason = "a tenant with its own key has a name of letters, digits, - and _";
    Err(file(Path::new(tenant), io::Error::new(io::ErrorKind::InvalidInput, reason)))
}

fn folder(installation: &Installation) -> PathBuf {
    installation.keys().join("watermark")
}

/// Tenants with a key of their own, by name.
fn tenants(folder: &Path) -> Result<Vec<String>, InstallationError> {
    let mut names: Vec<String> = entries(folder)?
        .into_iter()
        .filter(|name| folder.join(name).join(CURRENT).is_file())
        .collect();
    names.sort();
    Ok(names)
}

/// Numbers of the keys that were replaced, ascending.
fn retired(place: &Path) -> Result<Vec<u32>, InstallationError> {
    let names = entries(place)?;
    let number = |name: &String| name.strip_suffix(".key")?.parse().ok();
    let mut numbers: Vec<u32> = names.iter().filter_map(number).collect();
    numbers.sort_unstable();
    Ok(numbers)
}

fn entries(folder: &Path) -> Result<Vec<String>, InstallationError> {
    let listing = match fs::read_dir(folder) {
        Ok(listing) => listing,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(file(folder, source)),
    };
    let names = listing.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    names.collect::<io::Result<_>>().map_err(|source| file(folder, source))
}

fn read(path: &Path) -> Result<WatermarkKey, InstallationError> {
    let secret = Secret::read(path).map_err(|source| file(path, source))?;
    Ok(WatermarkKey::new(*secret.bytes()))
}

fn file(path: &Path, source: io::Error) -> InstallationError {
    InstallationError::File { path: path.to_path_buf(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(path: &Path) -> [u8; 32] {
        *Secret::read(path).unwrap().bytes()
    }

    #[test]
    fn a_key_that_was_replaced_is_still_read_and_a_tenant_can_have_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let installation = Installation::create(folder.path(), "Example Press").unwrap();
        assert_eq!(MarkKeys::load(&installation).unwrap().all().len(), 1);
        let first = bytes(&installation.watermark_key());
        let current = rotate(&installation, None).unwrap();
        assert_eq!(current, installation.watermark_key());
        assert_ne!(bytes(&current), first);
        let kept = installation.keys().join("watermark");
        assert_eq!(bytes(&kept.join("1.key")), first);

        let own = rotate(&installation, Some("press")).unwrap();
        let before = bytes(&own);
        rotate(&installation, Some("press")).unwrap();
        rotate(&installation, Some("press")).unwrap();
        assert_eq!(bytes(&kept.join("press/1.key")), before);
        let keys = MarkKeys::load(&installation).unwrap();
        assert_eq!(keys.all().len(), 5, "two in use, three that were replaced");
        assert!(std::ptr::eq(keys.of("press"), &keys.all()[1]));
        assert!(std::ptr::eq(keys.of("rival"), &keys.all()[0]));
        for name in ["", "../press", "a b", "新闻"] {
            assert!(rotate(&installation, Some(name)).is_err(), "{name}");
        }
    }
}
