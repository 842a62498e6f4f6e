//! Content Credentials over the marked bytes.

use std::{sync::Arc, time::Instant};

use provenance::{DigitalSourceType, Ingredient, Model, Signed, SigningRequest, SoftBinding};
use types::{Mark, Sha256};

use crate::{case::Case, marking::MarkedAsset, outcome::Fingerprint, pipeline::LineError};

/// An asset whose bytes do not change any more.
#[derive(Debug)]
pub(crate) struct SignedAsset {
    pub(crate) marked: MarkedAsset,
    pub(crate) signed: Signed,
    pub(crate) sha256: Sha256,
    /// SHA-256 of the certificate that signed.
    pub(crate) certificate: Sha256,
}

/// Signs; the manifest repeats what became of the mark.
pub(crate) async fn sign(
    case: &mut Case,
    mut asset: MarkedAsset,
) -> Result<SignedAsset, LineError> {
    let start = Instant::now();
    let request = request(case, &mut asset);
    let signer = Arc::clone(&case.stages.signer);
    let bytes = std::mem::take(&mut asset.bytes);
    let media_type = asset.media_type;
    let certificate = signer.certificate()?;
    let signing = tokio::task::spawn_blocking(move || signer.sign(&request, &bytes, media_type));
    let signed = signing.await.map_err(|_| LineError::Stopped)??;
    let sha256 = Sha256::of(&signed.bytes);
    case.stages.metrics.stage("provenance", start);
    if let Some(reason) = &signed.unstamped {
        tracing::warn!(%reason, "signed without a time-stamp");
        asset.warnings.push("signed without a time-stamp: the authority gave none".to_owned());
    }
    Ok(SignedAsset { marked: asset, signed, sha256, certificate })
}

/// What the manifest states: nothing about people, nothing of the prompt.
fn request(case: &Case, asset: &mut MarkedAsset) -> SigningRequest {
    let title = format!("{}.{}", case.asset_id(), asset.media_type.extension());
    let media_type = asset.media_type;
    let original = asset.original.take();
    let ingredients =
        original.map(|bytes| Ingredient { title: "original".to_owned(), bytes, media_type });
    SigningRequest {
        title,
        // How a picture that was brought in came about, nobody has told us.
        source: match case.card() {
            Some(_) => DigitalSourceType::TrainedAlgorithmicMedia,
            None => DigitalSourceType::Unstated,
        },
        model: case.card().map(|card| Model {
            name: card.name.clone(),
            version: card.version.clone(),
            sha256: card.sha256,
        }),
        soft_binding: soft_binding(asset),
        not_marked: match &asset.mark {
            Mark::NotMarkable { reason } => Some(reason.clone()),
            Mark::Embedded { .. } | Mark::Statistical { .. } => None,
        },
        ingredients: ingredients.into_iter().collect(),
    }
}

/// What leads back to the manifest when it was removed: the mark's payload, or the fingerprint.
fn soft_binding(asset: &MarkedAsset) -> Option<SoftBinding> {
    match (&asset.mark, &asset.fingerprint) {
        (Mark::Embedded { algorithm, id }, _) => Some(SoftBinding {
            algorithm: algorithm.clone(),
            value: id.to_u64().to_be_bytes().to_vec(),
        }),
        (Mark::Statistical { algorithm, .. }, Fingerprint::Text(text)) => {
            Some(SoftBinding { algorithm: algorithm.clone(), value: text.to_bytes() })
        }
        _ => None,
    }
}
