//! Ed25519 keys of logs and witnesses, each in a PKCS#8 PEM file that only its owner can read.

use std::{
    fmt, fs,
    io::Write as _,
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::Path,
};

use ed25519_dalek::{
    Signature, Signer as _, SigningKey, VerifyingKey,
    pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, spki::der::pem::LineEnding},
};

use crate::{LogError, disk::sync_folder};

/// The key that signs checkpoints and receipts, or a witness's cosignatures; never both.
#[derive(Clone)]
pub struct LogKey(SigningKey);

impl LogKey {
    /// Makes a key and writes it to a new file with mode 0600.
    ///
    /// # Errors
    /// [`LogError::Key`] when the file exists or cannot be written.
    pub fn create(path: &Path) -> Result<Self, LogError> {
        let mut seed = [0; 32];
        let wrong = |reason: String| LogError::Key { path: path.to_path_buf(), reason };
        getrandom::fill(&mut seed).map_err(|error| wrong(error.to_string()))?;
        let key = SigningKey::from_bytes(&seed);
        let pem = key.to_pkcs8_pem(LineEnding::LF).map_err(|error| wrong(error.to_string()))?;
        let opened = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        let mut file = opened.map_err(|error| wrong(error.to_string()))?;
        let written = file.write_all(pem.as_bytes()).and_then(|()| file.sync_all());
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let synced = written.and_then(|()| sync_folder(folder.unwrap_or_else(|| Path::new("."))));
        synced.map_err(|error| wrong(error.to_string()))?;
        Ok(Self(key))
    }

    /// Reads what [`Self::create`] wrote.
    ///
    /// # Errors
    /// [`LogError::Key`] when it is missing, not a key, or readable by others.
    pub fn load(path: &Path) -> Result<Self, LogError> {
        let wrong = |reason: String| LogError::Key { path: path.to_path_buf(), reason };
        let metadata = fs::metadata(path).map_err(|error| wrong(error.to_string()))?;
        if metadata.permissions().mode() & 0o077 != 0 {
            return Err(wrong("others can read it: run `chmod 600` on it".to_owned()));
        }
        let key =
            SigningKey::read_pkcs8_pem_file(path).map_err(|error| wrong(error.to_string()))?;
        Ok(Self(key))
    }

    /// Reads the key, or makes it when the file does not exist.
    ///
    /// # Errors
    /// Those of [`Self::create`] and [`Self::load`].
    pub fn load_or_create(path: &Path) -> Result<Self, LogError> {
        if path.exists() { Self::load(path) } else { Self::create(path) }
    }

    /// The public half.
    #[must_use]
    pub fn verifying_key(&self) -> VerifyingKey {
        self.0.verifying_key()
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Signature {
        self.0.sign(message)
    }
}

impl fmt::Debug for LogKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LogKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_its_file_and_stays_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.key");
        let key = LogKey::create(&path).unwrap();
        assert_eq!(LogKey::load(&path).unwrap().verifying_key(), key.verifying_key());
        assert!(LogKey::create(&path).is_err(), "a key is never overwritten");
        assert_eq!(format!("{key:?}"), "LogKey(…)");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(LogKey::load(&path).is_err());
    }
}
