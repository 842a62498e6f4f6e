//! Content Credentials over the marked bytes.

use std::{sync::Arc, time::Instant};

use provenance::{Action, DigitalSourceType, Signed, SigningRequest, SoftBinding};
use types::{Mark, Sha256};

use crate::{case::Case, marking::MarkedAsset, outcome::Fingerprint, pipeline::LineError};

/// An asset whose bytes do not change any more.
#[derive(Debug)]
pub(crate) struct SignedAsset {
    pub(crate) marked: MarkedAsset,
    pub(crate) signed: Signed,
    pub(crate) sha256: Sha256,
}

/// Signs; the manifest repeats what became of the mark.
pub(crate) async fn sign(case: &mut Case, mut asset: MarkedAsset) -> Result<SignedAsset, LineError> {
    let start = Instant::now();
    let request = request(case, &asset);
    let signer = Arc::clone(&case.stages.signer);
    let bytes = std::mem::take(&mut asset.bytes);
    let media_type = asset.media_type;
    let signing = tokio::task::spawn_blocking(move || signer.sign(&request, &bytes, media_type));
    let signed = signing.await.map_err(|_| LineError::Stopped)??;
    let sha256 = Sha256::of(&signed.bytes);
    case.stages.metrics.stage("provenance", start);
    Ok(SignedAsset { marked: asset, signed, sha256 })
}
