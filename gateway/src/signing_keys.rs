//! In whose name assets are signed: the configured identity, or the installed one, with its
//! time-stamp authority; and the list `own` of all that this installation has signed with.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, sync::Arc};

use provenance::{
    Chain, ClaimKey, Identity, ProvenanceError, Signing, TimeStampAuthority, TimeStampRule,
    TrustLists,
    keys::{Kept, KeyFolder},
};
use zeroize::Zeroizing;

use crate::{
    config::{Provenance, TimeStamp},
    installation::Installation,
    stamping::RemoteAuthority,
};

/// The name of the list of time-stamp authorities that the configuration trusts.
const TSA: &str = "tsa";

/// The folder of installed identities.
#[must_use]
pub fn folder(installation: &Installation) -> KeyFolder {
    KeyFolder::new(installation.provenance())
}

/// All that signing needs. Without a usable identity the rest of the program works, and every
/// request to sign is told why it is not.
///
/// # Errors
/// [`ProvenanceError`] when the own roots, or the certificates of `tsa_trust`, cannot be read.
pub fn signing(installation: &Installation) -> Result<Signing, ProvenanceError> {
    let rule = match settings(installation).time_stamp {
        TimeStamp::Required => TimeStampRule::Required,
        TimeStamp::Optional => TimeStampRule::Optional,
    };
    Ok(Signing {
        identity: identity(installation).map_err(|error| error.to_string()),
        time_stamps: time_stamps(installation)?,
        rule,
        anchors: folder(installation).roots()?,
    })
}

/// The identity that signs.
///
/// # Errors
/// [`ProvenanceError`] saying what is missing, damaged or revoked, and the cure.
pub fn identity(installation: &Installation) -> Result<Identity, ProvenanceError> {
    let (settings, folder) = (settings(installation), folder(installation));
    let (chain, key) = match configured_chain(installation)? {
        Some(chain) => (chain, configured_key(installation)?),
        None => {
            let kept = folder.current()?;
            let key = installed_key(installation, &kept)?;
            (kept.chain, key)
        }
    };
    folder.not_revoked(&chain)?;
    let passphrase = passphrase(installation, settings)?;
    let key = ClaimKey::from_pem(&key, passphrase.as_ref().map(|text| text.as_str()))?;
    Identity::new(key, chain)
}

/// The certificates that sign.
///
/// # Errors
/// [`ProvenanceError`] when they cannot be read.
pub fn current_chain(installation: &Installation) -> Result<Chain, ProvenanceError> {
    match configured_chain(installation)? {
        Some(chain) => Ok(chain),
        None => Ok(folder(installation).current()?.chain),
    }
}

/// The list `own`.
///
/// # Errors
/// [`ProvenanceError`] when installed certificates or the revocations are damaged.
pub fn own_list(installation: &Installation) -> Result<TrustLists, ProvenanceError> {
    // Certificates that cannot be read sign nothing that would have to be verified.
    let configured = configured_chain(installation).ok().flatten();
    folder(installation).own_list(configured.as_ref())
}

/// Whoever stamps the time of claim signatures.
///
/// # Errors
/// [`ProvenanceError`] when the certificates of `tsa_trust`, or those of the own authority, cannot be
/// read.
pub fn time_stamps(
    installation: &Installation,
) -> Result<Arc<dyn TimeStampAuthority>, ProvenanceError> {
    let settings = settings(installation);
    let Some(url) = settings.tsa_url.clone() else {
        return Ok(Arc::new(folder(installation).time_stamps()?));
    };
    let trust = settings.tsa_trust.as_ref().map(|path| {
        let pem = read(&installation.resolve(path))?;
        let mut lists = TrustLists::default();
        lists.add_pem(TSA, &pem).map(|()| lists)
    });
    Ok(Arc::new(RemoteAuthority::new(url, trust.transpose()?)))
}

/// A file that only its owner can read, without the line end of its last line.
///
/// # Errors
/// [`ProvenanceError::File`] when it cannot be read, or by others, too.
pub fn secret(path: &Path) -> Result<Zeroizing<String>, ProvenanceError> {
    let wrong = |reason: String| ProvenanceError::File { path: path.to_path_buf(), reason };
    let mode = fs::metadata(path).map_err(|error| wrong(error.to_string()))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(wrong("others can read it: run `chmod 600` on it".to_owned()));
    }
    let text = fs::read_to_string(path).map(Zeroizing::new);
    let text = text.map_err(|error| wrong(error.to_string()))?;
    Ok(Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned()))
}

fn settings(installation: &Installation) -> &Provenance {
    &installation.config().provenance
}

fn configured_chain(installation: &Installation) -> Result<Option<Chain>, ProvenanceError> {
    let Some(path) = &settings(installation).signing_chain else { return Ok(None) };
    let path = installation.resolve(path);
    let chain = Chain::from_pem(&read(&path)?);
    chain.map(Some).map_err(|error| ProvenanceError::File { path, reason: error.to_string() })
}

fn configured_key(installation: &Installation) -> Result<Zeroizing<String>, ProvenanceError> {
    let settings = settings(installation);
    match (&settings.signing_key, &settings.signing_key_file) {
        (Some(key), _) => Ok(Zeroizing::new(key.reveal().to_owned())),
        (None, Some(file)) => secret(&installation.resolve(file)),
        (None, None) => Err(ProvenanceError::Key(
            "it is not named: set provenance.signing_key_file or IMPRIMATUR__PROVENANCE__SIGNING_KEY"
                .to_owned(),
        )),
    }
}

fn installed_key(_: &Installation, kept: &Kept) -> Result<Zeroizing<String>, ProvenanceError> {
    match &kept.key_file {
        Some(file) => secret(file),
        None => Err(ProvenanceError::Key(
            "it is not in keys/provenance: restore it from a backup".to_owned(),
        )),
    }
}

fn passphrase(
    installation: &Installation,
    settings: &Provenance,
) -> Result<Option<Zeroizing<String>>, ProvenanceError> {
    match (&settings.passphrase, &settings.passphrase_file) {
        (Some(text), _) => Ok(Some(Zeroizing::new(text.reveal().to_owned()))),
        (None, Some(file)) => secret(&installation.resolve(file)).map(Some),
        (None, None) => Ok(None),
    }
}

fn read(path: &Path) -> Result<String, ProvenanceError> {
    fs::read_to_string(path).map_err(|error| ProvenanceError::File {
        path: path.to_path_buf(),
        reason: error.to_string(),
    })
}
