//! The identities of an installation, in one folder.
//!
//! ```text
//! root.pem chain.pem signing.key.pem tsa.pem tsa.key.pem   number 0, which a new installation makes
//! identities/N/…                                           later ones
//! identities/current                                       the number of the one that signs; else 0
//! revoked.json                                             certificates that count no more
//! ```
//!
//! One of an installation's own has all five files; one of another authority has its chain, and its
//! key unless that lies in a token. None is ever overwritten or removed: what an old one signed is
//! still to be verified.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use types::Sha256;

use super::{
    Algorithm, Chain, ChainProblem, Revocations,
    revocations::{replace, sync},
};
use crate::{
    Authority, ProvenanceError, TrustLists, authority, timestamp::Development, trust::OWN,
};

/// Fewer digits of a fingerprint name nothing for certain.
const PREFIX_DIGITS_MIN: usize = 8;

/// The folder of an installation's identities.
#[derive(Debug, Clone)]
pub struct KeyFolder {
    folder: PathBuf,
}

/// One identity of a folder.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Its number.
    pub number: u32,
    /// Its certificates.
    pub chain: Chain,
    /// The installation issued them itself.
    pub own: bool,
    /// Its key; `None` when that is kept elsewhere.
    pub key_file: Option<PathBuf>,
}

impl KeyFolder {
    /// A folder that [`Authority::create`] has filled.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Every identity, by number.
    ///
    /// # Errors
    /// [`ProvenanceError::File`] naming what is missing or damaged.
    pub fn all(&self) -> Result<Vec<Kept>, ProvenanceError> {
        self.numbers()?.into_iter().map(|number| self.kept(number)).collect()
    }

    /// The identity that signs.
    ///
    /// # Errors
    /// [`ProvenanceError::File`] naming what is missing or damaged.
    pub fn current(&self) -> Result<Kept, ProvenanceError> {
        let path = self.identities().join("current");
        let number = match fs::read_to_string(&path) {
            Ok(text) => text.trim().parse().map_err(|_| ProvenanceError::File {
                path,
                reason: "it must hold the number of an identity".to_owned(),
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(error) => return Err(file(&path, &error)),
        };
        self.kept(number)
    }

    /// The identity whose fingerprint begins with these digits, or is the current one.
    ///
    /// # Errors
    /// [`ProvenanceError::Key`] when there is none, or more than one.
    pub fn find(&self, name: &str) -> Result<Kept, ProvenanceError> {
        if name == "current" {
            return self.current();
        }
        let fingerprint = |kept: &Kept| kept.chain.fingerprint();
        let begins = |kept: &Kept| fingerprint(kept).to_string().starts_with(name);
        let long_enough = name.len() >= PREFIX_DIGITS_MIN;
        let mut found = self.all()?.into_iter().filter(|kept| long_enough && begins(kept));
        // One that was imported again is there twice.
        let same =
            |last: Kept, next: Kept| (fingerprint(&last) == fingerprint(&next)).then_some(next);
        let last = found.next().and_then(|first| found.try_fold(first, same));
        last.ok_or_else(|| {
            ProvenanceError::Key(format!(
                "`{name}` names none of this installation: give `current`, or at least {PREFIX_DIGITS_MIN} digits of a fingerprint (`imprimatur keys list` shows them)"
            ))
        })
    }

    /// Keeps a chain, and its key (PEM) unless that lies elsewhere. It does not sign yet.
    ///
    /// # Errors
    /// [`ProvenanceError::File`] when it cannot be written.
    pub fn keep(&self, chain: &Chain, key: Option<&str>) -> Result<u32, ProvenanceError> {
        self.add(|folder| {
            authority::write(&folder.join("chain.pem"), &chain.to_pem(), 0o644)?;
            match key {
                Some(key) => authority::write(&folder.join("signing.key.pem"), key, 0o600),
                None => Ok(()),
            }
        })
    }

    /// Makes a new identity of the installation's own, under a new root, because the key of the root
    /// before was not kept. It does not sign yet.
    ///
    /// # Errors
    /// [`ProvenanceError::File`] when it cannot be written.
    pub fn make_own(&self, publisher: &str, algorithm: Algorithm) -> Result<u32, ProvenanceError> {
        self.add(|folder| Authority::create_with(folder, publisher, algorithm).map(drop))
    }

    /// This identity signs from now on; durable on return.
    ///
    /// # Errors
    /// [`ProvenanceError::File`] when it does not exist or the choice cannot be written.
    pub fn make_current(&self, number: u32) -> Result<Kept, ProvenanceError> {
        let kept = self.kept(number)?;
        replace(&self.identities().join("current"), &format!("{number}\n"))?;
        Ok(kept)
    }

    /// What is revoked.
    ///
    /// # Errors
    /// Those of [`Revocations::load`].
    pub fn revocations(&self) -> Result<Revocations, ProvenanceError> {
        Revocations::load(&self.folder)
    }

    /// That no certificate of a chain is revoked: with a revoked one nothing is signed, whatever
    /// the time since which it does not count.
    ///
    /// # Errors
    /// [`ProvenanceError::Chain`] when one is.
    pub fn not_revoked(&self, chain: &Chain) -> Result<(), ProvenanceError> {
        let revocations = self.revocations()?;
        let revoked = chain.certificates().iter().find_map(|der| revocations.of(Sha256::of(der)));
        match revoked {
            Some(revoked) => {
                Err(ProvenanceError::Chain(ChainProblem::Revoked { since: revoked.since }))
            }
            None => Ok(()),
        }
    }

    /// The roots of the installation's own identities, PEM.
    ///
    /// # Errors
    /// [`ProvenanceError::File`] naming what is missing or damaged.
    pub fn roots(&self) -> Result<String, ProvenanceError> {
        let own = self.all()?.into_iter().filter(|kept| kept.own);
        own.map(|kept| read(&self.place(kept.number).join("root.pem"))).collect()
    }

    /// The list `own`: whoever the own roots vouch for, and the certificates of other authorities
    /// one by one; without what is revoked.
    ///
    /// # Errors
    /// [`ProvenanceError::File`] or [`ProvenanceError::Certificate`] naming what is damaged.
    pub fn own_list(&self, configured: Option<&Chain>) -> Result<TrustLists, ProvenanceError> {
        let mut pem = self.roots()?;
        let kept = self.all()?;
        let others = kept.iter().filter(|kept| !kept.own).map(|kept| &kept.chain);
        pem.extend(others.chain(configured).map(Chain::signer_pem));
        let mut lists = TrustLists::default();
        lists.add_pem(OWN, &pem)?;
        self.revocations()?.apply(&mut lists);
        Ok(lists)
    }

    /// The time-stamp authority of the newest own identity.
    ///
    /// # Errors
    /// [`ProvenanceError::File`] naming what is missing or damaged.
    pub fn time_stamps(&self) -> Result<Development, ProvenanceError> {
        let newest = self.all()?.into_iter().rfind(|kept| kept.own);
        authority::time_stamps(&self.place(newest.map_or(0, |kept| kept.number)))
    }

    fn kept(&self, number: u32) -> Result<Kept, ProvenanceError> {
        let place = self.place(number);
        let path = place.join("chain.pem");
        let chain = Chain::from_pem(&read(&path)?);
        let chain =
            chain.map_err(|error| ProvenanceError::File { path, reason: error.to_string() })?;
        let key_file = Some(place.join("signing.key.pem")).filter(|path| path.exists());
        Ok(Kept { number, chain, own: place.join("root.pem").exists(), key_file })
    }

    /// Number 0, then the later ones in order.
    fn numbers(&self) -> Result<Vec<u32>, ProvenanceError> {
        let folder = self.identities();
        let listing = match fs::read_dir(&folder) {
            Ok(listing) => listing,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(vec![0]),
            Err(error) => return Err(file(&folder, &error)),
        };
        let mut numbers = vec![0];
        for entry in listing {
            let entry = entry.map_err(|error| file(&folder, &error))?;
            numbers.extend(entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()));
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// A new identity appears at once, or not at all.
    fn add(
        &self,
        fill: impl FnOnce(&Path) -> Result<(), ProvenanceError>,
    ) -> Result<u32, ProvenanceError> {
        let folder = self.identities();
        let new = folder.join("new");
        // What a crash left of an earlier try was never used.
        match fs::remove_dir_all(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(file(&new, &error));
            }
            _ => {}
        }
        fs::create_dir_all(&new).map_err(|error| file(&new, &error))?;
        fill(&new)?;
        sync(&new)?;
        let number = self.numbers()?.last().map_or(1, |last| last + 1);
        let place = self.place(number);
        fs::rename(&new, &place).map_err(|error| file(&place, &error))?;
        sync(&folder)?;
        Ok(number)
    }

    fn place(&self, number: u32) -> PathBuf {
        match number {
            0 => self.folder.clone(),
            number => self.identities().join(number.to_string()),
        }
    }

    fn identities(&self) -> PathBuf {
        self.folder.join("identities")
    }
}

fn read(path: &Path) -> Result<String, ProvenanceError> {
    fs::read_to_string(path).map_err(|error| file(path, &error))
}

fn file(path: &Path, error: &io::Error) -> ProvenanceError {
    ProvenanceError::File { path: path.to_path_buf(), reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::*;
    use crate::keys::{Reason, Revocation};

    #[test]
    fn identities_join_and_none_is_lost() {
        let place = tempfile::tempdir().unwrap();
        Authority::create(place.path(), "Test Press").unwrap();
        let folder = KeyFolder::new(place.path());
        let first = folder.current().unwrap();
        assert!(first.number == 0 && first.own && first.key_file.is_some());

        let second = folder.make_own("Test Press", Algorithm::Es256).unwrap();
        assert_eq!(folder.current().unwrap().number, 0, "it does not sign yet");
        fs::create_dir(place.path().join("identities/new")).unwrap();
        let third = folder.keep(&first.chain, None).unwrap();
        assert_eq!((second, third), (1, 2));
        folder.make_current(2).unwrap();
        let third = folder.current().unwrap();
        assert!(third.number == 2 && !third.own && third.key_file.is_none());
        assert!(folder.make_current(7).is_err());
        assert_eq!(folder.roots().unwrap().matches("BEGIN CERTIFICATE").count(), 2);
        let second = folder.all().unwrap().swap_remove(1).chain;
        assert_eq!(folder.find(&second.fingerprint().to_string()[..8]).unwrap().number, 1);
        let again = folder.find(&first.chain.fingerprint().to_string()).unwrap();
        assert_eq!(again.number, 2);
        for name in ["", "0", "zzzzzzzz"] {
            assert!(folder.find(name).is_err(), "{name}");
        }
        let stamp = folder.time_stamps().unwrap();
        assert!(format!("{stamp:?}").contains("Development"));
    }

    #[test]
    fn nothing_is_signed_with_what_is_revoked() {
        let place = tempfile::tempdir().unwrap();
        Authority::create(place.path(), "Test Press").unwrap();
        let folder = KeyFolder::new(place.path());
        let chain = folder.current().unwrap().chain;
        folder.not_revoked(&chain).unwrap();
        let (certificate, since) = (chain.fingerprint(), OffsetDateTime::now_utc());
        let revocation = Revocation { certificate, since, reason: Reason::KeyCompromise };
        folder.revocations().unwrap().add(revocation).unwrap();
        let said = folder.not_revoked(&chain).unwrap_err().to_string();
        assert!(said.contains("revoked since") && said.contains("rotate --signing"), "{said}");
    }
}
