//! Values that lie outside of the vault, but open only with a person's key in it.

use zeroize::Zeroizing;

use super::{Subject, Vault, VaultError, cipher::DataKey};

impl Vault {
    /// Encrypts a value under the person's key, to be kept elsewhere; `purpose` says for what, and
    /// the value opens for no other. 40 bytes longer than what was given. `log_size` gives the log's
    /// size, and is asked when the person's first key is made.
    ///
    /// # Errors
    /// Those of [`Self::keep`].
    pub fn seal(
        &self,
        subject: Subject,
        log_size: impl Fn() -> u64,
        purpose: &str,
        plain: &[u8],
    ) -> Result<Vec<u8>, VaultError> {
        let seal = |_: &super::Store, key: &DataKey| key.seal(&context(subject, purpose), plain);
        self.with_key(subject, log_size, seal, |_, _| Ok(()))
    }

    /// What [`Self::seal`] took; `None` when the person's key was destroyed since, or the value is
    /// another's, for another purpose, or altered. Wiped from memory when dropped.
    ///
    /// # Errors
    /// [`VaultError::WrongKey`] when the person's key cannot be opened.
    pub fn unseal(
        &self,
        subject: Subject,
        purpose: &str,
        sealed: &[u8],
    ) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        let key = self.read().key(&self.inner.key, subject)?;
        Ok(key.and_then(|key| key.open(&context(subject, purpose), sealed)))
    }
}

fn context(subject: Subject, purpose: &str) -> Vec<u8> {
    [b"imprimatur vault value ".as_slice(), purpose.as_bytes(), &[0], subject.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::{EvidenceKey, Ground};

    #[test]
    fn a_sealed_value_opens_for_its_person_and_purpose_until_they_are_erased() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(folder.path(), EvidenceKey::new([7; 32])).unwrap();
        let (ada, grace) = (Subject::from_bytes([1; 16]), Subject::from_bytes([2; 16]));
        let sealed = vault.seal(ada, || 0, "profile", b"likes short words").unwrap();
        assert!(!sealed.windows(5).any(|window| window == b"short"));
        let opens = |subject, purpose: &str| vault.unseal(subject, purpose, &sealed).unwrap();
        assert_eq!(opens(ada, "profile").unwrap().as_slice(), b"likes short words");
        assert!(opens(ada, "other").is_none() && opens(grace, "profile").is_none());
        vault.erase(ada, Ground::Request).unwrap();
        vault.recorded(ada).unwrap();
        assert!(opens(ada, "profile").is_none());
        vault.seal(ada, || 0, "profile", b"new").unwrap();
        assert!(opens(ada, "profile").is_none());
    }
}
