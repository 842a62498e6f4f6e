//! What of a case goes into its record: never a name, never a prompt.

use access::Key;
use audit::{
    AssetEntry, C2paRecord, CheckedRecord, ContentRecord, DialogueRecord, Event, ExaminedRecord,
    GeneratorRecord, InputRecord, InputsRecord, LogError, PolicyRecord, Record, Subject,
    VaultError,
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use types::{Principal, Sha256};

use crate::{
    case::Case, lookup::Verification, outcome::Fingerprint, pipeline::LineError, secret::Secret,
    signing::SignedAsset, wiring::Stages,
};

/// Longest reason that is recorded.
const DETAIL_CHARS_MAX: usize = 120;

/// A keyed commitment: says nothing without the key, and cannot be guessed from a list.
pub(crate) fn commitment(key: &Secret, label: &str, text: &str) -> Sha256 {
    // HMAC takes a key of any length, so this cannot fail; an all-zero digest would say nothing.
    let Ok(mut mac) = Hmac::<sha2::Sha256>::new_from_slice(key.bytes()) else {
        return Sha256::from([0; 32]);
    };
    mac.update(label.as_bytes());
    mac.update(&[0]);
    mac.update(text.as_bytes());
    Sha256::from(<[u8; 32]>::from(mac.finalize().into_bytes()))
}

/// The pseudonym of a caller: the first 16 bytes of a commitment.
pub(crate) fn pseudonym(key: &Secret, principal: &Principal) -> String {
    let name = format!("{}\n{}", principal.tenant, principal.subject);
    commitment(key, "actor", &name).to_string().chars().take(32).collect()
}

/// The same pseudonym as the vault knows it.
pub(crate) fn subject(key: &Secret, principal: &Principal) -> Result<Subject, VaultError> {
    pseudonym(key, principal).parse()
}

/// The facts that every record of a case has.
pub(crate) fn record(case: &Case, event: Event) -> Record {
    let key = &case.stages.pseudonym_key;
    let mut record =
        Record::new(event, case.principal.tenant.clone(), pseudonym(key, &case.principal));
    record.desk = Some(case.principal.desk.clone()).filter(|desk| !desk.is_empty());
    record.request_id = Some(case.request_id());
    record.idempotency = case.idempotency;
    record.modality = Some(case.modality());
    record.prompt_commitment = case.evidence.prompt_commitment;
    if matches!(event, Event::Admitted | Event::Refused) {
        record.inputs = inputs(case);
        record.vault = case.evidence.record();
    }
    record.input = case.input.as_ref().map(PolicyRecord::from);
    record.output = case.output.as_ref().map(PolicyRecord::from);
    record.generator = case.card().map(|card| GeneratorRecord {
        model: card.name.clone(),
        version: card.version.clone(),
        sha256: card.sha256,
        seed: case.request.sampling.seed.to_string(),
    });
    record
}

/// The files that came with a request, by their digests.
fn inputs(case: &Case) -> Option<InputsRecord> {
    let request = &case.request;
    if request.attachments.is_empty() {
        return None;
    }
    let files = request.attachments.iter();
    let files = files.map(|file| InputRecord { part: file.part, sha256: Sha256::of(&file.bytes) });
    let key = &case.stages.pseudonym_key;
    let consent = request.consent.as_ref().map(|place| commitment(key, "consent", place));
    Some(InputsRecord { task: request.drawing.task, files: files.collect(), consent })
}

/// A failure: its class is recorded, not its text, which may name paths.
pub(crate) fn failure(case: &Case, event: Event, error: &LineError) -> Record {
    let mut record = record(case, event);
    record.detail = Some(error.class().to_owned());
    record
}

/// The terminal record of a finished asset.
pub(crate) fn finished(
    case: &Case,
    event: Event,
    asset: &SignedAsset,
    manifest_sha256: Sha256,
) -> Record {
    let mut record = record(case, event);
    record.asset_id = Some(case.asset_id());
    let (image_fingerprint, text_fingerprint) = match &asset.marked.fingerprint {
        Some(Fingerprint::Image(image)) => (Some(*image), None),
        Some(Fingerprint::Text(text)) => (None, Some(text.as_ref().clone())),
        None => (None, None),
    };
    record.content = Some(ContentRecord {
        media_type: asset.marked.media_type,
        sha256: asset.sha256,
        bytes: asset.signed.bytes.len() as u64,
        image_fingerprint,
        text_fingerprint,
    });
    record.mark = Some(asset.marked.mark.clone());
    record.labels = Some(asset.marked.labels.clone());
    record.carried = asset.carried.clone();
    record.c2pa = Some(C2paRecord {
        manifest_label: asset.signed.manifest_label.clone(),
        manifest_sha256,
        certificate_sha256: Some(asset.certificate),
        unstamped: asset.signed.unstamped.is_some(),
    });
    record
}

/// That somebody we know had a file verified: its digest and the verdict, nothing else of it.
pub(crate) fn verified(
    tenant: &str,
    actor: String,
    sha256: Sha256,
    found: &Verification,
) -> Record {
    let mut record = Record::new(Event::Verified, tenant, actor);
    let verdict = found.report.verdict.name().to_owned();
    record.checked = Some(CheckedRecord { sha256, verdict });
    let origin = found.origins.iter().find(|origin| origin.asset.tenant == tenant);
    record.asset_id = origin.map(|origin| origin.asset.asset_id);
    record
}

/// How a dialogue began.
pub(crate) fn dialogue(stages: &Stages, who: &Principal, dialogue: DialogueRecord) -> Record {
    let actor = pseudonym(&stages.pseudonym_key, who);
    let mut record = Record::new(Event::DialogueBegun, who.tenant.clone(), actor);
    record.dialogue = Some(dialogue);
    record
}

/// What the program found in a file that it had released: among the records of its organisation.
pub(crate) fn examined(entry: &AssetEntry, examined: ExaminedRecord) -> Record {
    let mut record = Record::new(Event::AssetExamined, entry.tenant.clone(), "operator");
    record.asset_id = Some(entry.asset_id);
    record.modality = Some(entry.media_type.modality());
    record.examined = Some(examined);
    record
}

/// Keys come and go on record, too.
pub(crate) async fn key_event(stages: &Stages, event: Event, key: &Key) -> Result<(), LogError> {
    let actor = pseudonym(&stages.pseudonym_key, &key.principal);
    let mut record = Record::new(event, key.principal.tenant.clone(), actor);
    record.detail = Some(
        format!("key {} role {} scopes {}", key.id, key.principal.role, key.scopes)
            .chars()
            .take(DETAIL_CHARS_MAX)
            .collect(),
    );
    stages.log.append(record).await?;
    Ok(())
}

/// People come and go, sign in and fail to, on record: by their pseudonyms.
pub(crate) async fn person_event(
    stages: &Stages,
    event: Event,
    who: &Principal,
    detail: &str,
) -> Result<(), LogError> {
    let actor = pseudonym(&stages.pseudonym_key, who);
    let mut record = Record::new(event, who.tenant.clone(), actor);
    record.detail = Some(detail.chars().take(DETAIL_CHARS_MAX).collect());
    stages.log.append(record).await.map(drop)
}
