//! From text to speech.

use crate::{
    RATE, compose::compose, error::VoiceError, loudness, markup, mouth::Mouth, reading,
    score::Score, sentence::Sentence, synth, voices::Voice,
};

/// The most characters that are read at once.
pub const CHARACTERS_MAX: usize = 200_000;

/// How a text is to be said.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Delivery {
    /// 1 is usual, 2 is twice as fast; from 0.25 to 4.
    pub speed: f32,
    /// Integrated loudness in LUFS after EBU R128; from −40 to −10.
    pub loudness: f64,
}

impl Default for Delivery {
    fn default() -> Self {
        Self { speed: 1.0, loudness: -23.0 }
    }
}

/// A word and when it is heard.
#[derive(Debug, Clone, PartialEq)]
pub struct Timed {
    /// As it is written, with the marks that stick to it.
    pub text: String,
    /// Seconds from the start of the samples.
    pub start: f64,
    /// Seconds from the start of the samples.
    pub end: f64,
    /// The sentence that it belongs to, from 0.
    pub sentence: usize,
}

/// A sound and when it is heard.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Phone {
    /// In the International Phonetic Alphabet; empty for a pause.
    pub symbol: &'static str,
    /// What the mouth looks like.
    pub mouth: Mouth,
    /// Seconds from the start of the samples.
    pub start: f64,
    /// Seconds from the start of the samples.
    pub end: f64,
}

/// What was said.
#[derive(Debug, Clone, PartialEq)]
pub struct Speech {
    /// [`RATE`] samples a second, mono, from −1 to 1, with true peaks of at most −1 dBTP.
    pub samples: Vec<f32>,
    /// Every word in order.
    pub words: Vec<Timed>,
    /// Every sound and pause in order, without gaps inside a sentence.
    pub phones: Vec<Phone>,
    /// The text that was read, without tags.
    pub text: String,
    /// What was left out or not understood.
    pub warnings: Vec<String>,
}

/// A sentence as it comes out of a [`Reader`].
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Its samples; with the pause before it.
    pub samples: Vec<f32>,
    /// Its words, in seconds from its own start.
    pub words: Vec<Timed>,
    /// Its sounds, in seconds from its own start.
    pub phones: Vec<Phone>,
}

/// Reads a text sentence by sentence: an iterator whose memory does not grow with the text's sound.
///
/// Samples come as they are synthesised, with levels of about the usual loudness but not brought to
/// [`Delivery::loudness`] as a whole; peaks stay below −1 dBFS.
#[derive(Debug)]
pub struct Reader {
    sentences: Vec<Sentence>,
    next: usize,
    voice: Voice,
    delivery: Delivery,
    text: String,
    warnings: Vec<String>,
}

impl Reader {
    /// Understands a text; nothing is synthesised yet.
    ///
    /// # Errors
    /// For an empty or overlong text, malformed markup, and values out of range.
    pub fn new(text: &str, voice: &Voice, delivery: &Delivery) -> Result<Self, VoiceError> {
        let count = text.chars().count();
        if count > CHARACTERS_MAX {
            return Err(VoiceError::TooLong { given: count, most: CHARACTERS_MAX });
        }
        if !(0.25..=4.0).contains(&delivery.speed) {
            return Err(VoiceError::SpeedOutOfRange(delivery.speed));
        }
        if !(-40.0..=-10.0).contains(&delivery.loudness) {
            return Err(VoiceError::LoudnessOutOfRange(delivery.loudness));
        }
        let (spans, mut warnings) = markup::spans(text)?;
        let (sentences, unread) = reading::sentences(&spans);
        if sentences.is_empty() {
            return Err(VoiceError::NothingToSay);
        }
        warnings.extend(unread.warnings());
        let text = visible(&spans);
        Ok(Self { sentences, next: 0, voice: *voice, delivery: *delivery, text, warnings })
    }

    /// How many sentences there are.
    pub fn sentences(&self) -> usize {
        self.sentences.len()
    }

    /// The text without tags.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What is left out or was not understood.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    fn raw(&mut self) -> Option<Part> {
        let sentence = self.sentences.get(self.next)?;
        let score = compose(sentence, self.voice.lively, self.delivery.speed);
        let samples = synth::render(&score, &self.voice);
        let (words, phones) = times(&score, sentence, self.next);
        self.next += 1;
        Some(Part { samples, words, phones })
    }
}

/// Level of raw samples at about −23 LUFS.
const RAW_GAIN: f32 = 0.05;

impl Iterator for Reader {
    type Item = Part;

    fn next(&mut self) -> Option<Part> {
        let mut part = self.raw()?;
        let gain = RAW_GAIN * 10f32.powf((self.delivery.loudness as f32 + 23.0) / 20.0);
        for sample in &mut part.samples {
            *sample *= gain;
        }
        loudness::limit(&mut part.samples);
        Some(part)
    }
}

/// Says a text: plain, or a small part of SSML when it begins with `<speak>`.
///
/// `told` hears before each sentence how many are done of how many; `false` stops.
///
/// # Errors
/// [`VoiceError`] for what cannot be said, malformed markup, values out of range, and when `told`
/// stops it.
pub fn speak(
    text: &str,
    voice: &Voice,
    delivery: &Delivery,
    told: &mut dyn FnMut(u32, u32) -> bool,
) -> Result<Speech, VoiceError> {
    let mut reader = Reader::new(text, voice, delivery)?;
    let total = reader.sentences() as u32;
    let mut speech = Speech {
        samples: Vec::new(),
        words: Vec::new(),
        phones: Vec::new(),
        text: std::mem::take(&mut reader.text),
        warnings: std::mem::take(&mut reader.warnings),
    };
    for done in 0..total {
        if !told(done, total) {
            return Err(VoiceError::Cancelled);
        }
        let Some(part) = reader.raw() else { break };
        let from = speech.samples.len() as f64 / f64::from(RATE);
        speech.samples.extend(part.samples);
        speech.words.extend(part.words.into_iter().map(|word| Timed {
            start: word.start + from,
            end: word.end + from,
            ..word
        }));
        speech.phones.extend(part.phones.into_iter().map(|phone| Phone {
            start: phone.start + from,
            end: phone.end + from,
            ..phone
        }));
    }
    speech.samples.extend(std::iter::repeat_n(0.0, RATE as usize / 8));
    if !told(total, total) {
        return Err(VoiceError::Cancelled);
    }
    loudness::normalise(&mut speech.samples, delivery.loudness)?;
    Ok(speech)
}

/// The text of spans, with blanks where paragraphs meet.
fn visible(spans: &[markup::Span]) -> String {
    let mut text = String::new();
    for span in spans {
        match span {
            markup::Span::Text { visible, .. } => text.push_str(visible),
            markup::Span::End { .. } if !text.is_empty() && !text.ends_with('\n') => {
                text.push('\n')
            }
            _ => {}
        }
    }
    text.trim().to_owned()
}

fn times(score: &Score, sentence: &Sentence, number: usize) -> (Vec<Timed>, Vec<Phone>) {
    let mut phones = Vec::with_capacity(score.sounds.len());
    let mut spans: Vec<Option<(f64, f64)>> = vec![None; sentence.items.len()];
    let mut at = 0.0;
    for said in &score.sounds {
        let (start, end) = (at, at + f64::from(said.ms) / 1000.0);
        at = end;
        phones.push(Phone { symbol: said.sound.ipa, mouth: said.sound.mouth, start, end });
        if let Some(span) = said.word.and_then(|word| spans.get_mut(word)) {
            *span = Some((span.map_or(start, |span| span.0), end));
        }
    }
    let timed = |(item, span): (&crate::sentence::Item, Option<(f64, f64)>)| {
        let (start, end) = span?;
        Some(Timed { text: item.visible.clone(), start, end, sentence: number })
    };
    (sentence.items.iter().zip(spans).filter_map(timed).collect(), phones)
}
