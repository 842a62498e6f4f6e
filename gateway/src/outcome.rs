//! How a request can end.

use audit::LabelsRecord;
use generators::{SpokenWord, TokenLogprob, Transcript};
use serde::Serialize;
use types::{
    AssetId, Decision, ImageFingerprint, Mark, MediaType, Receipt, RequestId, Sha256,
    TextFingerprint,
};

/// How a request ended; in every case its terminal record is durable.
#[derive(Debug)]
pub enum Outcome {
    /// Released to the caller.
    Released(Box<Release>),
    /// Labelled, marked and signed, but kept until a person decides.
    Held(Box<Release>),
    /// Refused by policy or configuration.
    Refused(Box<Refusal>),
}

/// A finished asset.
#[derive(Debug, Clone, PartialEq)]
pub struct Release {
    /// The request.
    pub request_id: RequestId,
    /// The asset.
    pub asset_id: AssetId,
    /// What the bytes are.
    pub media_type: MediaType,
    /// The bytes that are delivered: nothing changes them after signing.
    pub bytes: Vec<u8>,
    /// SHA-256 of `bytes`.
    pub sha256: Sha256,
    /// The manifest beside the bytes, where the format cannot embed one.
    pub sidecar: Option<Vec<u8>>,
    /// The C2PA manifest's label.
    pub manifest_label: String,
    /// What became of the mark.
    pub mark: Mark,
    /// What people see, hear or read of its origin, or are to be shown.
    pub labels: Option<LabelsRecord>,
    /// What survives light changes.
    pub fingerprint: Option<Fingerprint>,
    /// The stricter of the decisions about input and output, with the findings of both.
    pub decision: Decision,
    /// The terminal record's receipt.
    pub receipt: Receipt,
    /// What the model could not do with the prompt, and what the line could not do with the output.
    pub warnings: Vec<String>,
    /// Model, token counts and why generation ended.
    pub generation: Generation,
}

/// A fingerprint of either kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Fingerprint {
    /// Of a picture.
    Image(ImageFingerprint),
    /// Of a text.
    Text(Box<TextFingerprint>),
}

/// What the generator says of its run.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Generation {
    /// The configured model's name.
    pub model: String,
    /// Tokens read.
    pub prompt_tokens: u32,
    /// Tokens written.
    pub completion_tokens: u32,
    /// OpenAI's `finish_reason`.
    pub finish_reason: String,
    /// How likely each token was, if that was asked for.
    pub logprobs: Option<Vec<TokenLogprob>>,
    /// When each word of a sound is said.
    pub words: Vec<SpokenWord>,
    /// What was said and when, of a transcript.
    pub transcript: Option<Transcript>,
    /// What is said in a video, as WebVTT.
    pub captions: Option<String>,
}

/// A refusal: an outcome, not an error.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// The request.
    pub request_id: RequestId,
    /// The rule that decided, if a rule did.
    pub rule: Option<String>,
    /// What to tell the person.
    pub message: String,
    /// The decision with its findings.
    pub decision: Decision,
    /// The terminal record's receipt.
    pub receipt: Receipt,
}
