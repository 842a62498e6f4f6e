//! In whose name assets are signed: the configured identity, or the installed one, with its
//! time-stamp authority; and the list `own` of all that this installation has signed with.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, sync::Arc};

use provenance::{
    Chain, ClaimKey, Identity, ProvenanceError, Signing, TimeStampAuthority, TimeStampRule,
    TrustLists,
    keys::{KeyFolder, TokenSettings},
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
    let folder = folder(installation);
    let (chain, key_file) = match configured_chain(installation)? {
        Some(chain) => (chain, None),
        None => {
            let kept = folder.current()?;
            (kept.chain, Some(kept.key_file))
        }
    };
    folder.not_revoked(&chain)?;
    let key = match key_file {
        Some(Some(file)) => from_pem(installation, &secret(&file)?)?,
        Some(None) => in_token(installation)?,
        None => configured_key(installation)?,
    };
    Identity::new(key, chain)
}

/// The configured key in a token.
///
/// # Errors
/// [`ProvenanceError::Key`] when there is none, or it cannot be used.
pub fn in_token(installation: &Installation) -> Result<ClaimKey, ProvenanceError> {
    ClaimKey::in_token(token(installation)?)
}

/// Where the configured token is, and what opens it.
///
/// # Errors
/// [`ProvenanceError::Key`] when none is configured, [`ProvenanceError::File`] about its PIN.
pub fn token(installation: &Installation) -> Result<TokenSettings, ProvenanceError> {
    let settings = settings(installation);
    let pin = match (&settings.pkcs11_pin, &settings.pkcs11_pin_file) {
        (Some(pin), _) => Some(Zeroizing::new(pin.reveal().to_owned())),
        (None, Some(file)) => Some(secret(&installation.resolve(file))?),
        (None, None) => None,
    };
    let named = (&settings.pkcs11_module, &settings.pkcs11_token, &settings.pkcs11_key, pin);
    let (Some(module), Some(token), Some(key), Some(pin)) = named else {
        let missing = "it is not in keys/provenance, and no token is configured: restore it from a backup, or set provenance.pkcs11_module";
        return Err(ProvenanceError::Key(missing.to_owned()));
    };
    let (module, token, key) = (installation.resolve(module), token.clone(), key.clone());
    Ok(TokenSettings { module, token, key, pin })
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
    let trust = tsa_list(installation)?;
    Ok(Arc::new(RemoteAuthority::new(url, trust)))
}

/// Whom the time-stamp authority must lead to, where that is configured.
///
/// # Errors
/// [`ProvenanceError`] when the certificates cannot be read.
pub fn tsa_list(installation: &Installation) -> Result<Option<TrustLists>, ProvenanceError> {
    let Some(path) = &settings(installation).tsa_trust else { return Ok(None) };
    let pem = read(&installation.resolve(path))?;
    let mut lists = TrustLists::default();
    lists.add_pem(TSA, &pem)?;
    Ok(Some(lists))
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

fn configured_key(installation: &Installation) -> Result<ClaimKey, ProvenanceError> {
    let settings = settings(installation);
    match (&settings.signing_key, &settings.signing_key_file) {
        (Some(key), _) => from_pem(installation, key.reveal()),
        (None, Some(file)) => from_pem(installation, &secret(&installation.resolve(file))?),
        (None, None) if settings.pkcs11_module.is_some() => in_token(installation),
        (None, None) => Err(ProvenanceError::Key(
            "it is not named: set provenance.signing_key_file or IMPRIMATUR__PROVENANCE__SIGNING_KEY"
                .to_owned(),
        )),
    }
}

fn from_pem(installation: &Installation, pem: &str) -> Result<ClaimKey, ProvenanceError> {
    let passphrase = passphrase(installation, settings(installation))?;
    ClaimKey::from_pem(pem, passphrase.as_ref().map(|text| text.as_str()))
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
