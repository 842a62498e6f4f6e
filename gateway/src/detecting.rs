//! Reads invisible marks: from pixels by their payload, from text by the key's bias.

use std::sync::Arc;

use generators::Generator;
use serde::Serialize;
use types::{MarkId, MediaType, Modality};
use watermark::WatermarkError;

use crate::mark_keys::MarkKeys;

/// A mark is claimed only below this probability under unmarked content, all keys counted.
const P_VALUE_MAX: f64 = 1e-6;

/// What the search for a mark has shown.
#[derive(Debug, Clone, Serialize)]
pub struct MarkFound {
    /// Whether a mark is claimed.
    pub found: bool,
    /// The algorithm's name in soft bindings.
    pub algorithm: &'static str,
    /// The payload, if the mark carries one.
    pub id: Option<MarkId>,
    /// How sure; `None` where nothing could be measured.
    pub confidence: Option<Confidence>,
    /// Whether the file is large enough to tell: a short text says neither yes nor no.
    pub decidable: bool,
}

/// How sure a detection is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Confidence {
    /// Bound on the probability of this evidence without a mark, all hypotheses counted.
    pub p_value: f64,
    /// Text: standard deviations above unmarked text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub z: Option<f64>,
    /// Pictures: corrected bit errors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bit_errors: Option<u32>,
}

impl MarkFound {
    /// What strangers hear: whether there is a mark and which, but not how much of it is left. A
    /// claimed mark has the bound that every claim keeps.
    #[must_use]
    pub fn coarse(&self) -> Self {
        let p_value = if self.found { P_VALUE_MAX } else { 1.0 };
        let confidence = self.confidence.map(|_| Confidence { p_value, z: None, bit_errors: None });
        Self { confidence, ..self.clone() }
    }
}

/// Searches files for the marks of all keys.
#[derive(Debug, Clone)]
pub struct Detector {
    keys: MarkKeys,
    /// The models whose tokens a text is read in.
    readers: Vec<Arc<dyn Generator>>,
}

impl Detector {
    /// A detector that reads texts in the tokens of every text model among `generators`.
    pub fn new<'a>(
        keys: MarkKeys,
        generators: impl IntoIterator<Item = &'a Arc<dyn Generator>>,
    ) -> Self {
        let texts = generators.into_iter().filter(|made| made.card().modality == Modality::Text);
        Self { keys, readers: texts.map(Arc::clone).collect() }
    }

    /// Searches; blocks while it does.
    ///
    /// # Errors
    /// [`WatermarkError`] when the file is neither text nor a readable picture.
    pub fn detect(&self, bytes: &[u8]) -> Result<MarkFound, WatermarkError> {
        match (MediaType::sniff(bytes), std::str::from_utf8(bytes)) {
            (Some(MediaType::PlainText), Ok(text)) => Ok(self.text(text)),
            _ => self.picture(bytes),
        }
    }

    fn picture(&self, bytes: &[u8]) -> Result<MarkFound, WatermarkError> {
        let algorithm = watermark::image::ALGORITHM;
        let none = |decidable| MarkFound {
            found: false,
            algorithm,
            id: None,
            confidence: None,
            decidable,
        };
        match self.keys.all().iter().find_map(|key| watermark::image::detect(key, bytes).transpose()).transpose() {
            Ok(Some(detection)) => {
                let (p_value, bit_errors) = (detection.p_value, Some(detection.bit_errors));
                let confidence = Some(Confidence { p_value, z: None, bit_errors });
                Ok(MarkFound { found: true, id: Some(detection.id), confidence, ..none(true) })
            }
            Ok(None) => Ok(none(true)),
            Err(WatermarkError::TooSmall { .. }) => Ok(none(false)),
            Err(error) => Err(error),
        }
    }

    /// The best of all readings; looking several times is paid for in the p-value (Bonferroni).
    fn text(&self, text: &str) -> MarkFound {
        let mut readings: Vec<Vec<u32>> = Vec::new();
        for tokens in self.readers.iter().filter_map(|reader| reader.tokens(text)) {
            if !readings.contains(&tokens) {
                readings.push(tokens);
            }
        }
        let looks = u32::try_from(readings.len()).map_or(f64::INFINITY, f64::from);
        let searched: Vec<_> =
            readings.iter().flat_map(|tokens| self.keys.all().iter().map(|key| watermark::text::detect(key, tokens))).collect();
        let decidable = searched.iter().any(|reading| reading.decidable);
        // Where one reading is long enough to tell, those that are not have no say.
        let telling = searched.iter().filter(|reading| reading.decidable == decidable);
        let best = telling.min_by(|a, b| a.p_value.total_cmp(&b.p_value));
        let confidence = best.map(|best| {
            let p_value = (best.p_value * looks).min(1.0);
            Confidence { p_value, z: Some(best.z), bit_errors: None }
        });
        MarkFound {
            found: decidable && confidence.is_some_and(|sure| sure.p_value < P_VALUE_MAX),
            algorithm: watermark::text::ALGORITHM,
            id: None,
            confidence,
            decidable,
        }
    }
}
