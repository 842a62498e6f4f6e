//! Reads invisible marks, by what a file is: pictures, sounds and videos by their payload, texts by
//! the key's bias in the choice of words, or by characters that nobody sees.

use std::{ops::Range, sync::Arc};

use generators::{Generator, Token};
use serde::Serialize;
use types::{MarkId, MediaType, Modality};
use watermark::{
    WatermarkError, audio, image,
    text::{self, characters},
    video,
};

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
    /// The parts that carry the mark, where they are known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// Whether the file is large enough to tell: a short text says neither yes nor no.
    pub decidable: bool,
}

/// How sure a detection is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Confidence {
    /// Bound on the probability of this evidence without a mark, all hypotheses counted.
    pub p_value: f64,
    /// Text: standard deviations above unmarked text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub z: Option<f64>,
    /// Payloads: corrected bit errors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bit_errors: Option<u32>,
}

/// Where in a file a mark is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Part {
    /// Of a sound or video, in milliseconds from its start.
    Time {
        /// Its beginning.
        from_ms: u64,
        /// Its end.
        to_ms: u64,
    },
    /// Of a text, in code points.
    Text {
        /// The first.
        start: usize,
        /// The one after the last.
        end: usize,
    },
}

impl MarkFound {
    /// Nothing found.
    const fn none(algorithm: &'static str, decidable: bool) -> Self {
        Self { found: false, algorithm, id: None, confidence: None, parts: Vec::new(), decidable }
    }

    /// An id that was read from a payload.
    fn read(algorithm: &'static str, id: MarkId, p_value: f64, bit_errors: u32) -> Self {
        let confidence = Confidence { p_value, bit_errors: Some(bit_errors), z: None };
        let (id, confidence) = (Some(id), Some(confidence));
        Self { found: true, id, confidence, ..Self::none(algorithm, true) }
    }

    /// The same where two places were searched; `None` when that is not sure enough to be claimed.
    fn one_of_two_looks(mut self, from_ms: u64, to_ms: u64) -> Option<Self> {
        self.parts = vec![Part::Time { from_ms, to_ms }];
        let sure = self.confidence.as_mut()?;
        sure.p_value *= 2.0;
        (sure.p_value < P_VALUE_MAX).then_some(self)
    }

    /// What strangers hear: whether there is a mark and which, but not how much of it is left. A
    /// claimed mark has the bound that every claim keeps.
    #[must_use]
    pub fn coarse(&self) -> Self {
        let p_value = if self.found { P_VALUE_MAX } else { 1.0 };
        let confidence = self.confidence.map(|_| Confidence { p_value, ..Confidence::default() });
        Self { confidence, parts: Vec::new(), ..self.clone() }
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
    /// [`WatermarkError`] when the file is not of a kind that carries marks, or cannot be read.
    pub fn detect(&self, bytes: &[u8]) -> Result<MarkFound, WatermarkError> {
        let modality = MediaType::sniff(bytes).map(MediaType::modality);
        let (algorithm, searched) = match (modality, std::str::from_utf8(bytes)) {
            (Some(Modality::Text), Ok(text)) => return Ok(self.text(text)),
            (Some(Modality::Audio), _) => (audio::ALGORITHM, self.sound(bytes)),
            (Some(Modality::Video), _) => (video::ALGORITHM, self.video(bytes)),
            _ => (image::ALGORITHM, self.picture(bytes)),
        };
        match searched {
            // Too small to tell is an answer.
            Err(WatermarkError::TooSmall { .. } | WatermarkError::TooShort { .. }) => {
                Ok(MarkFound::none(algorithm, false))
            }
            searched => searched,
        }
    }

    fn picture(&self, bytes: &[u8]) -> Result<MarkFound, WatermarkError> {
        let found = image::detect(self.keys.all(), bytes)?;
        Ok(found.map_or(MarkFound::none(image::ALGORITHM, true), |found| {
            MarkFound::read(image::ALGORITHM, found.id, found.p_value, found.bit_errors)
        }))
    }

    fn sound(&self, bytes: &[u8]) -> Result<MarkFound, WatermarkError> {
        let sound = audio::read(bytes)?;
        if let Some(found) = audio::find(self.keys.all(), &sound)? {
            let parts = vec![Part::Time { from_ms: found.from_ms, to_ms: found.to_ms }];
            let read = MarkFound::read(audio::ALGORITHM, found.id, found.p_value, found.bit_errors);
            return Ok(MarkFound { parts, ..read });
        }
        // The key may show where the id is lost.
        let p_value = audio::presence(self.keys.all(), &sound)?.p_value;
        let confidence = Some(Confidence { p_value, ..Confidence::default() });
        let none = MarkFound::none(audio::ALGORITHM, sound.length_ms() >= audio::LENGTH_MS_MIN);
        Ok(MarkFound { found: p_value < P_VALUE_MAX, confidence, ..none })
    }

    /// The pictures are looked at first, then the sound: it may be whole where they are not, or of a
    /// kind that is not read. Looking twice is paid for in the p-value (Bonferroni).
    fn video(&self, bytes: &[u8]) -> Result<MarkFound, WatermarkError> {
        let keys = self.keys.all();
        let pictures = video::detect(keys, bytes);
        let seen = pictures.as_ref().ok().copied().flatten().and_then(|found| {
            let read = MarkFound::read(video::ALGORITHM, found.id, found.p_value, found.bit_errors);
            read.one_of_two_looks(found.from_ms, found.to_ms)
        });
        let heard = || {
            let found = audio::detect_soundtrack(keys, bytes).ok().flatten()?;
            let read = MarkFound::read(audio::ALGORITHM, found.id, found.p_value, found.bit_errors);
            read.one_of_two_looks(found.from_ms, found.to_ms)
        };
        if let Some(found) = seen.or_else(heard) {
            return Ok(found);
        }
        pictures.map(|_| MarkFound::none(video::ALGORITHM, true))
    }

    /// An id in characters that nobody sees names the asset, so it comes before the choice of words.
    fn text(&self, text: &str) -> MarkFound {
        if let Some(found) = characters::detect(self.keys.all(), text) {
            let confidence = Some(Confidence { p_value: found.p_value, ..Confidence::default() });
            let none = MarkFound::none(characters::ALGORITHM, true);
            return MarkFound { found: true, id: Some(found.id), confidence, ..none };
        }
        self.words(text)
    }

    /// The best of all readings; looking several times is paid for in the p-value (Bonferroni).
    fn words(&self, text: &str) -> MarkFound {
        let mut readings: Vec<Vec<Token>> = Vec::new();
        for tokens in self.readers.iter().filter_map(|reader| reader.tokens(text)) {
            if !readings.contains(&tokens) {
                readings.push(tokens);
            }
        }
        let looks = u32::try_from(readings.len()).map_or(f64::INFINITY, f64::from);
        let search = |tokens: &Vec<Token>| {
            let ids: Vec<u32> = tokens.iter().map(|token| token.id).collect();
            let found = text::detect(self.keys.all(), &ids);
            let passages = found.passages.iter();
            let parts: Vec<Part> = passages.filter_map(|one| span(tokens, &one.tokens)).collect();
            (found, parts)
        };
        let searched: Vec<_> = readings.iter().map(search).collect();
        let decidable = searched.iter().any(|(reading, _)| reading.decidable);
        // Where one reading is long enough to tell, those that are not have no say.
        let telling = searched.iter().filter(|(reading, _)| reading.decidable == decidable);
        let best = telling.min_by(|a, b| a.0.p_value.total_cmp(&b.0.p_value));
        let confidence = best.map(|(best, _)| {
            let p_value = (best.p_value * looks).min(1.0);
            Confidence { p_value, z: Some(best.z), bit_errors: None }
        });
        let found = decidable && confidence.is_some_and(|sure| sure.p_value < P_VALUE_MAX);
        let parts = best.filter(|_| found).map(|(_, parts)| parts.clone()).unwrap_or_default();
        MarkFound { found, confidence, parts, ..MarkFound::none(text::ALGORITHM, decidable) }
    }
}

/// The characters of a run of tokens.
fn span(tokens: &[Token], run: &Range<usize>) -> Option<Part> {
    let tokens = tokens.get(run.clone())?;
    let (first, last) = (tokens.first()?, tokens.last()?);
    Some(Part::Text { start: first.span.start, end: last.span.end })
}
