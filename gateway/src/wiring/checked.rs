//! Whether a configuration could be used, without opening the log.

use types::PolicyVersion;

use super::{
    WiringError,
    changing::{signer, verifier},
};
use crate::{
    checking::Checkers, installation::Installation, labelling::Labelling, listening::tls,
    mark_keys::MarkKeys, models::Models, rulebook, screening::PictureLists,
};

/// Builds whatever is built from configuration, keys and models, and drops it again.
///
/// # Errors
/// [`WiringError`] naming the part that cannot be built.
pub fn check(installation: &Installation) -> Result<PolicyVersion, WiringError> {
    let engine = rulebook::engine(installation)?;
    PictureLists::open(installation)?;
    Checkers::open(installation).map_err(WiringError::Checker)?;
    Labelling::new(&installation.config().labels)?;
    MarkKeys::load(installation)?;
    tls::open(installation)?;
    verifier(installation)?;
    signer(installation)?;
    Models::open(installation, &Models::default())?;
    Ok(engine.version().clone())
}
