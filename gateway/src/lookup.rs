//! The way back: from bytes to credentials, else to the mark, else to a near fingerprint, and from
//! there to the registry and the record.
//!
//! A recovered id is "possible" unless the content fingerprint also matches, because marks can be
//! copied from one picture to another.

use std::{sync::Arc, time::Instant};

use audit::AssetEntry;
use provenance::{Report, Verdict};
use serde::Serialize;
use types::{AssetId, MarkId, MediaType, Modality, Receipt, Sha256};

use crate::{outcome::Fingerprint, wiring::Stages};

/// Near-identical pictures differ in at most this many of 256 bits (PDQ's published threshold).
const IMAGE_DISTANCE_MAX: u32 = 31;
/// Light edits keep at least this share of a text's shingles.
const TEXT_SIMILARITY_MIN: f32 = 0.5;
/// A text mark is claimed only below this probability under unmarked text.
const TEXT_P_VALUE_MAX: f64 = 1e-6;

/// What is to be looked up.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The file's bytes.
    pub bytes: Vec<u8>,
    /// A manifest that lies beside it.
    pub sidecar: Option<Vec<u8>>,
    /// The format by file extension or media type, where the bytes do not tell.
    pub format: Option<String>,
    /// Look for mark and fingerprint also when the credentials are intact.
    pub recover: bool,
}

impl Subject {
    /// Bytes alone.
    #[must_use]
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, sidecar: None, format: None, recover: false }
    }
}

/// What was found.
#[derive(Debug)]
pub struct Verification {
    /// What the credentials say.
    pub report: Report,
    /// The mark, if it was looked for.
    pub mark: Option<MarkFound>,
    /// The asset that this came from, possibly.
    pub recovered: Option<Recovered>,
    /// The terminal record's receipt, if the asset is in our log.
    pub receipt: Option<Receipt>,
    /// How long it took.
    pub ms: u64,
}

/// A mark that was read, or a text that carries our key's bias.
#[derive(Debug, Clone, Serialize)]
pub struct MarkFound {
    /// Whether a mark is claimed.
    pub found: bool,
    /// The algorithm's name in soft bindings.
    pub algorithm: &'static str,
    /// The payload, if the mark carries one.
    pub id: Option<MarkId>,
    /// How sure.
    pub confidence: Confidence,
}

/// How sure a detection is.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Confidence {
    /// Bound on the probability of this evidence without a mark.
    pub p_value: Option<f64>,
    /// Standard deviations above unmarked text.
    pub z: Option<f64>,
    /// Corrected bit errors.
    pub bit_errors: Option<u32>,
}

/// An asset that the subject came from, possibly.
#[derive(Debug, Clone, Serialize)]
pub struct Recovered {
    /// The asset.
    pub asset_id: AssetId,
    /// Its manifest.
    pub manifest_label: String,
    /// `sha256`, `watermark`, `watermark+fingerprint` or `fingerprint`.
    pub how: &'static str,
    /// Whether more than one thing points at it.
    pub certainty: &'static str,
}

/// Verifies credentials and, where they do not settle it, recovers.
pub async fn verify(stages: &Arc<Stages>, subject: Subject) -> Verification {
    let start = Instant::now();
    let stages = Arc::clone(stages);
    let looking = tokio::task::spawn_blocking(move || look(&stages, &subject));
    let (report, mark, recovered, receipt) = match looking.await {
        Ok(found) => found,
        Err(_) => (Report::unreadable("the check ended unexpectedly"), None, None, None),
    };
    let ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    Verification { report, mark, recovered, receipt, ms }
}
