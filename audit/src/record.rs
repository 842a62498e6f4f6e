//! One record: what happened, without personal data and without any prompt.
//!
//! Records are canonical JSON (RFC 8785), so that one record has exactly one byte string and one
//! leaf hash. People appear as keyed pseudonyms, texts as digests, rules by id and version.

pub mod carried;
pub mod dialogue;
mod event;
pub mod examined;
mod fitting;

use serde::{Deserialize, Serialize};
use types::{
    Action, AssetId, Category, CheckRun, Decision, ImageFingerprint, Mark, MediaType, Modality,
    Part, PolicyVersion, RequestId, Sha256, Span, Task, TextFingerprint,
};

pub(crate) use fitting::fit;

pub use self::{
    carried::CarriedRecord, dialogue::DialogueRecord, event::Event, examined::ExaminedRecord,
};
use crate::{EpochRecord, LabelsRecord, LogError, canonical};

/// Records are kept short: their details live in manifests and objects.
pub const RECORD_BYTES_MAX: usize = 4096;
/// At most this many findings are written out; `findings_total` counts all.
const FINDINGS_MAX: usize = 8;
/// At most this many spans of a finding are written out.
const SPANS_MAX: usize = 4;

/// One record. `time`, `clock_adjusted` and `tenant_seq` are set by the log when it is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The record format.
    pub schema: String,
    /// RFC 3339 UTC; never earlier than the record before.
    pub time: String,
    /// The clock went back, so the time of the record before was taken.
    #[serde(default, skip_serializing_if = "is_false")]
    pub clock_adjusted: bool,
    /// What happened.
    pub event: Event,
    /// The organisation.
    pub tenant: String,
    /// Gap-free number within the tenant, from 0.
    pub tenant_seq: u64,
    /// Keyed pseudonym of who acted.
    pub actor: String,
    /// The desk that asked, within the organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desk: Option<String>,
    /// The request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<RequestId>,
    /// The asset; also the GB 45438 `ProduceID`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset_id: Option<AssetId>,
    /// What was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modality: Option<Modality>,
    /// Keyed commitment to the prompt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt_commitment: Option<Sha256>,
    /// The decision about the input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<PolicyRecord>,
    /// The decision about the output.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<PolicyRecord>,
    /// What was to be done with pictures that came with the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inputs: Option<InputsRecord>,
    /// Marks of origin in files that came with the request, and what became of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carried: Option<CarriedRecord>,
    /// Which model ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generator: Option<GeneratorRecord>,
    /// Which log this one takes the place of, in its first record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<EpochRecord>,
    /// The delivered bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<ContentRecord>,
    /// What became of the mark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<Mark>,
    /// What people see, hear or read of the asset's origin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<LabelsRecord>,
    /// The C2PA manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub c2pa: Option<C2paRecord>,
    /// A reviewer's decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<ReviewRecord>,
    /// What was published, corrected or withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publication: Option<PublicationRecord>,
    /// What was verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked: Option<CheckedRecord>,
    /// What a released file showed when the program looked at it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub examined: Option<ExaminedRecord>,
    /// How a dialogue began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dialogue: Option<DialogueRecord>,
    /// Keyed commitment to the request's idempotency key, tenant, caller and path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency: Option<Sha256>,
    /// What the evidence vault keeps about this, or what was done with what it keeps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vault: Option<crate::vault::VaultRecord>,
    /// A short code: why something failed, which key, how much was exported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// A decision without any matched text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicyRecord {
    /// The strictest action.
    pub action: Action,
    /// The first findings, strictest first.
    pub findings: Vec<FindingRecord>,
    /// How many findings there were.
    pub findings_total: usize,
    /// Which checks ran and which did not.
    pub checks: Vec<CheckRun>,
    /// The rules in force.
    pub policy: PolicyVersion,
}

/// A finding without its message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of types::Finding")]
pub struct FindingRecord {
    pub rule: String,
    pub rule_version: u32,
    pub action: Action,
    pub category: Category,
    pub spans: Vec<Span>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub shadow: bool,
}

/// What was to be done with pictures that came with a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputsRecord {
    /// The task.
    pub task: Task,
    /// The files.
    pub files: Vec<InputRecord>,
    /// Keyed commitment to where the agreement of the person shown is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<Sha256>,
}

/// A file that came with a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputRecord {
    /// What it was there for.
    pub part: Part,
    /// SHA-256 of the file.
    pub sha256: Sha256,
}

/// Which model ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GeneratorRecord {
    /// The configured name.
    pub model: String,
    /// The model's version.
    pub version: String,
    /// SHA-256 over its files.
    pub sha256: Sha256,
    /// The seed, which makes the run repeatable, as a decimal: JSON numbers lose its last bits.
    pub seed: String,
}

/// The delivered bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentRecord {
    /// What they are.
    pub media_type: MediaType,
    /// Their SHA-256.
    pub sha256: Sha256,
    /// Their number.
    pub bytes: u64,
    /// The picture's fingerprint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_fingerprint: Option<ImageFingerprint>,
    /// The text's fingerprint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_fingerprint: Option<TextFingerprint>,
}

/// The C2PA manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct C2paRecord {
    /// Its label.
    pub manifest_label: String,
    /// SHA-256 of the manifest store, under which it is kept.
    pub manifest_sha256: Sha256,
    /// SHA-256 of the certificate that signed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_sha256: Option<Sha256>,
    /// It has no time-stamp, because the authority gave none.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unstamped: bool,
}

impl C2paRecord {
    /// A manifest whose signer is not said.
    #[must_use]
    pub const fn new(manifest_label: String, manifest_sha256: Sha256) -> Self {
        Self { manifest_label, manifest_sha256, certificate_sha256: None, unstamped: false }
    }
}

/// A reviewer's decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewRecord {
    /// The reviewer's role, not their name.
    pub role: types::Role,
    /// Why, as a short code.
    pub reason: String,
}

/// What stands behind a publication, a correction or a withdrawal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicationRecord {
    /// Index of the record in which somebody approved the asset before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<u64>,
    /// The role of who approved it, not their name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<types::Role>,
    /// Where readers find the article, or the notice of a correction or withdrawal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The asset that takes its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<AssetId>,
}

/// What was verified: nothing of the file but its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckedRecord {
    /// SHA-256 of the file.
    pub sha256: Sha256,
    /// The verdict's name, such as `trusted`.
    pub verdict: String,
}

impl Record {
    /// A record of `event` with nothing else set.
    #[must_use]
    pub fn new(event: Event, tenant: impl Into<String>, actor: impl Into<String>) -> Self {
        Self {
            schema: "imprimatur.record.1".to_owned(),
            time: String::new(),
            clock_adjusted: false,
            event,
            tenant: tenant.into(),
            tenant_seq: 0,
            actor: actor.into(),
            desk: None,
            request_id: None,
            asset_id: None,
            modality: None,
            prompt_commitment: None,
            input: None,
            output: None,
            inputs: None,
            carried: None,
            generator: None,
            epoch: None,
            content: None,
            mark: None,
            labels: None,
            c2pa: None,
            review: None,
            publication: None,
            checked: None,
            examined: None,
            dialogue: None,
            idempotency: None,
            vault: None,
            detail: None,
        }
    }

    /// The canonical bytes: the log's entry.
    ///
    /// # Errors
    /// [`LogError::RecordTooLarge`] above [`RECORD_BYTES_MAX`].
    pub fn canonical(&self) -> Result<Vec<u8>, LogError> {
        let bytes = self.bytes()?;
        if bytes.len() > RECORD_BYTES_MAX {
            return Err(LogError::RecordTooLarge { bytes: bytes.len(), max: RECORD_BYTES_MAX });
        }
        Ok(bytes)
    }

    /// The canonical bytes, however many.
    fn bytes(&self) -> Result<Vec<u8>, LogError> {
        let bytes = canonical::to_vec(self);
        bytes.map_err(|error| LogError::Note { what: "record", reason: error.to_string() })
    }

    /// Reads an entry.
    ///
    /// # Errors
    /// [`LogError::Note`] when it is not a record.
    pub fn parse(entry: &[u8]) -> Result<Self, LogError> {
        let wrong =
            |error: serde_json::Error| LogError::Note { what: "record", reason: error.to_string() };
        serde_json::from_slice(entry).map_err(wrong)
    }
}

impl From<&Decision> for PolicyRecord {
    fn from(decision: &Decision) -> Self {
        let mut findings: Vec<_> = decision.findings.iter().collect();
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.action));
        let kept = findings.iter().take(FINDINGS_MAX).map(|finding| FindingRecord {
            rule: finding.rule.clone(),
            rule_version: finding.rule_version,
            action: finding.action,
            category: finding.category,
            spans: finding.spans.iter().take(SPANS_MAX).copied().collect(),
            shadow: finding.shadow,
        });
        Self {
            action: decision.action,
            findings: kept.collect(),
            findings_total: decision.findings.len(),
            checks: decision.checks.clone(),
            policy: decision.policy.clone(),
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_false(value: &bool) -> bool {
    !*value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_survives_its_canonical_bytes() {
        let mut record = Record::new(Event::Released, "press", "abc");
        record.asset_id = Some(AssetId::new());
        record.mark = Some(Mark::NotMarkable { reason: "short".into() });
        let bytes = record.canonical().unwrap();
        assert_eq!(Record::parse(&bytes).unwrap(), record);
        assert!(bytes.starts_with(b"{\"actor\":"), "members are sorted");
    }

    #[test]
    fn a_long_record_is_refused() {
        let mut record = Record::new(Event::Failed, "press", "abc");
        record.detail = Some("x".repeat(5000));
        assert!(matches!(record.canonical(), Err(LogError::RecordTooLarge { .. })));
    }
}
