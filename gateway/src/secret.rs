//! Secret keys in files: 32 random bytes as hexadecimal text, readable by the owner only.

use std::{
    fmt, fs,
    io::{self, Write as _},
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::Path,
};

use zeroize::{Zeroize as _, ZeroizeOnDrop};

/// 32 secret bytes; wiped on drop and never printed.
#[derive(Clone, ZeroizeOnDrop)]
pub struct Secret([u8; 32]);

impl Secret {
    /// Random bytes from the operating system's generator.
    #[must_use]
    pub fn random() -> Self {
        Self(rand::random())
    }

    /// The bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Writes a new file with mode 0600.
    ///
    /// # Errors
    /// Any I/O error; `AlreadyExists` rather than overwriting a key.
    pub fn create(&self, path: &Path) -> io::Result<()> {
        let mut file =
            fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        let mut text = self.0.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        text.push('\n');
        let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
        text.zeroize();
        written
    }

    /// Reads what [`Self::create`] wrote.
    ///
    /// # Errors
    /// `InvalidData` when the file is not 64 hexadecimal digits, `PermissionDenied` when others can
    /// read it, else any I/O error.
    pub fn read(path: &Path) -> io::Result<Self> {
        if fs::metadata(path)?.permissions().mode() & 0o077 != 0 {
            let message =
                format!("{} can be read by others: run `chmod 600` on it", path.display());
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, message));
        }
        let mut text = fs::read_to_string(path)?;
        let digest = text.trim().parse::<types::Sha256>();
        text.zeroize();
        let wrong = || {
            io::Error::new(
                io::ErrorKind::InvalidData,
                format!("{} is not a key file", path.display()),
            )
        };
        digest.map(|key| Self(*key.as_bytes())).map_err(|_| wrong())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_its_file_and_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("k.key");
        let secret = Secret::random();
        secret.create(&path).unwrap();
        assert_eq!(Secret::read(&path).unwrap().bytes(), secret.bytes());
        assert_eq!(secret.create(&path).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("k.key");
        Secret::random().create(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(Secret::read(&path).unwrap_err().kind(), io::ErrorKind::PermissionDenied);
    }

    #[test]
    fn a_key_never_shows_in_debug_output() {
        assert_eq!(format!("{:?}", Secret::random()), "Secret(…)");
    }
}
