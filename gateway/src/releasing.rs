//! Stores the asset, writes the terminal record, and only then hands the asset out.

use std::time::Instant;

use audit::Event;

use crate::{
    case::Case,
    outcome::{Outcome, Release},
    pipeline::LineError,
    recording, reviews,
    signing::SignedAsset,
};

/// The last step; after it the request is closed.
pub(crate) async fn release(mut case: Case, asset: SignedAsset) -> Result<Outcome, LineError> {
    match finish(&mut case, asset).await {
        Ok(outcome) => Ok(outcome),
        Err(error) if case.is_open() => Err(case.fail(error).await),
        Err(error) => Err(error),
    }
}

async fn finish(case: &mut Case, asset: SignedAsset) -> Result<Outcome, LineError> {
    let start = Instant::now();
    if let Some(ending) = case.caller.as_ref().and_then(|pass| pass.standing.ending()) {
        return Err(LineError::Ended(ending));
    }
    let held = asset.marked.hold;
    // Objects first: a record never points at bytes that are not there.
    let objects = &case.stages.objects;
    let stored = objects.put_all([&asset.signed.bytes, &asset.signed.manifest_store]);
    let [_, manifest_sha256] = stored.await?;
    let event = if held { Event::Held } else { Event::Released };
    let record = recording::finished(case, event, &asset, manifest_sha256);
    let generation = &asset.marked.generation;
    case.trace.tokens = Some((generation.prompt_tokens, generation.completion_tokens))
        .filter(|tokens| *tokens != (0, 0));
    let receipt = case.close(record).await?;
    let release = Box::new(Release {
        request_id: case.request_id(),
        asset_id: case.asset_id(),
        media_type: asset.marked.media_type,
        sha256: asset.sha256,
        sidecar: asset.signed.sidecar,
        bytes: asset.signed.bytes,
        manifest_label: asset.signed.manifest_label,
        mark: asset.marked.mark,
        labels: Some(asset.marked.labels),
        fingerprint: asset.marked.fingerprint,
        decision: case.decision(),
        receipt,
        warnings: asset.marked.warnings,
        generation: asset.marked.generation,
    });
    if held {
        reviews::enqueue(&case.stages, release.asset_id).await?;
    }
    case.stage("release", start);
    Ok(if held { Outcome::Held(release) } else { Outcome::Released(release) })
}
