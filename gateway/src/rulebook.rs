//! The rule pack in force, and who answers for it.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use policy::{Engine, PackSignature, PolicyError, Signer};

use crate::{
    installation::{Installation, InstallationError},
    wiring::WiringError,
};

/// The configured rule pack, or the built-in one. Where `policy.signers` names somebody, a pack without their
/// signature does not come into force.
///
/// # Errors
/// [`WiringError`] when it cannot be read, fails its own tests, or is not signed as it has to be.
pub fn engine(installation: &Installation) -> Result<Engine, WiringError> {
    let text = text(installation)?;
    let settings = &installation.config().policy;
    if settings.signers.is_empty() {
        return Ok(Engine::from_toml(&text)?);
    }
    // Whoever demands signatures has not signed what is built in.
    let pack = settings.pack.as_deref().ok_or(PolicyError::Signature)?;
    let signers = settings.signers.iter().map(|path| {
        let pem = read(installation.resolve(path))?;
        Ok(Signer::from_pem(&pem)?)
    });
    let signers = signers.collect::<Result<Vec<_>, WiringError>>()?;
    let signature = read(signature_file(&installation.resolve(pack)))?;
    let signature = decoded(&signature).ok_or(PolicyError::Signature)?;
    Ok(Engine::from_signed(&text, &signature, &signers)?)
}

/// The text of the configured rule pack, or of the built-in one.
///
/// # Errors
/// [`InstallationError::File`] when it cannot be read.
pub(crate) fn text(installation: &Installation) -> Result<String, InstallationError> {
    match &installation.config().policy.pack {
        None => Ok(policy::NEWSROOM_PACK.to_owned()),
        Some(pack) => read(installation.resolve(pack)),
    }
}

/// Where the signature under a pack lies: beside it, `.sig` after its name.
pub(crate) fn signature_file(pack: &Path) -> PathBuf {
    let mut name = OsString::from(pack);
    name.push(".sig");
    name.into()
}

/// A signature as it is written into its file.
pub(crate) fn encoded(signature: &PackSignature) -> String {
    STANDARD.encode(signature) + "\n"
}

fn decoded(text: &str) -> Option<PackSignature> {
    STANDARD.decode(text.trim()).ok()?.try_into().ok()
}

fn read(path: PathBuf) -> Result<String, InstallationError> {
    fs::read_to_string(&path).map_err(|source| InstallationError::File { path, source })
}
