//! The seam between the line and a model that writes down what is said.

use std::{fmt, fmt::Write as _, sync::Arc};

use async_trait::async_trait;
use serde::{Serialize, Serializer, ser::SerializeStruct as _};

use crate::{EventSender, GeneratorError, ModelCard, Warning};

/// Samples of a second of the sound that a recogniser takes.
pub const RATE: u32 = 16_000;

/// A model that writes down what is said.
///
/// Contract: as [`crate::Generator`]: the same model and hearing give the same transcript, runs that
/// are too many are [`GeneratorError::Busy`], and who drops the receiver of the events stops the run
/// within one token. A token event carries the text of a segment as soon as it is final; a step
/// event counts the seconds that were heard.
#[async_trait]
pub trait Recogniser: fmt::Debug + Send + Sync {
    /// What the model is; known before its weights are in memory.
    fn card(&self) -> &ModelCard;

    /// Writes down what is said. A sound in which nobody speaks gives a transcript without segments.
    ///
    /// # Errors
    /// [`GeneratorError`] by what the caller can do about it.
    async fn hear(
        &self,
        hearing: Hearing,
        events: EventSender,
    ) -> Result<Transcript, GeneratorError>;
}

/// What is to be heard, and how.
#[derive(Clone, PartialEq)]
pub struct Hearing {
    /// The sound: one channel, 16 kHz, full scale 1.
    pub samples: Arc<[f32]>,
    /// The language that is spoken, by ISO 639-1; found out where nobody says.
    pub language: Option<String>,
    /// Whether what is said is written in English, whatever language it is said in.
    pub to_english: bool,
    /// A text that comes before: names and style are taken from it.
    pub prompt: Option<String>,
    /// 0 takes the likeliest words, and others where those cannot be right; up to 1 draws them.
    pub temperature: f32,
    /// Whether each word has its times.
    pub word_times: bool,
}

impl Hearing {
    /// A sound of one channel at 16 kHz, with nothing said about it.
    #[must_use]
    pub fn new(samples: impl Into<Arc<[f32]>>) -> Self {
        Self {
            samples: samples.into(),
            language: None,
            to_english: false,
            prompt: None,
            temperature: 0.0,
            word_times: false,
        }
    }

    /// How long it is.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.samples.len() as f64 / f64::from(RATE)
    }

    /// Checks what every recogniser needs.
    pub(crate) fn check(&self) -> Result<(), GeneratorError> {
        let wrong = |parameter, reason: &str| {
            Err(GeneratorError::Parameter { parameter, reason: reason.to_owned() })
        };
        if self.samples.is_empty() {
            return wrong("file", "holds no sound");
        }
        if !self.samples.iter().all(|sample| sample.is_finite()) {
            return wrong("file", "holds samples that are no numbers: make the file again");
        }
        if !(0.0..=1.0).contains(&self.temperature) {
            return wrong("temperature", "must be 0 to 1");
        }
        Ok(())
    }
}

impl fmt::Debug for Hearing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Neither the sound nor the prompt belongs in a log.
        f.debug_struct("Hearing")
            .field("seconds", &self.seconds())
            .field("language", &self.language)
            .field("to_english", &self.to_english)
            .finish_non_exhaustive()
    }
}

/// What was said.
///
/// As JSON it is OpenAI's `verbose_json` without `task`, with the language by its ISO 639-1 code.
#[derive(Debug, Clone, PartialEq)]
pub struct Transcript {
    /// The language that is spoken, by ISO 639-1; `und` where nobody speaks.
    pub language: String,
    /// How long the sound is.
    pub seconds: f64,
    /// What was said, piece by piece, in order.
    pub segments: Vec<Segment>,
    /// What the person should know about it.
    pub warnings: Vec<Warning>,
}

/// A piece of what was said.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Segment {
    /// Where it begins, in seconds.
    pub start: f64,
    /// Where it ends, in seconds.
    pub end: f64,
    /// The words; they begin with a space where one belongs between them and what came before.
    pub text: String,
    /// The model's tokens, with those for times.
    pub tokens: Vec<u32>,
    /// The temperature at which it was written.
    pub temperature: f32,
    /// The mean logarithm of the probability of its tokens.
    pub avg_logprob: f32,
    /// How likely it is that nobody speaks there.
    pub no_speech_prob: f32,
    /// How well the text compresses; above 2.4 it repeats itself.
    pub compression_ratio: f32,
    /// Each word with its times, if they were asked for.
    #[serde(skip)]
    pub words: Vec<Word>,
}

/// A word and when it is said.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Word {
    /// The word, with what belongs to it: spaces before, marks after.
    #[serde(rename = "word")]
    pub text: String,
    /// Where it begins, in seconds.
    pub start: f64,
    /// Where it ends, in seconds.
    pub end: f64,
}

impl Transcript {
    /// All that was said as one text.
    #[must_use]
    pub fn text(&self) -> String {
        let all: String = self.segments.iter().map(|segment| segment.text.as_str()).collect();
        all.trim().to_owned()
    }

    /// Subtitles in the form of SubRip.
    #[must_use]
    pub fn to_srt(&self) -> String {
        let mut out = String::new();
        for (index, segment) in self.shown().enumerate() {
            let (from, to) = (clock(segment.start, ','), clock(segment.end, ','));
            // Writing to a string cannot fail.
            let _ = write!(out, "{}\n{from} --> {to}\n{}\n\n", index + 1, line(&segment.text));
        }
        out
    }

    /// Subtitles in the form of WebVTT.
    #[must_use]
    pub fn to_vtt(&self) -> String {
        let mut out = "WEBVTT\n\n".to_owned();
        for segment in self.shown() {
            let (from, to) = (clock(segment.start, '.'), clock(segment.end, '.'));
            let text = line(&segment.text).replace('&', "&amp;").replace('<', "&lt;");
            // Writing to a string cannot fail.
            let _ = write!(out, "{from} --> {to}\n{}\n\n", text.replace('>', "&gt;"));
        }
        out
    }

    fn shown(&self) -> impl Iterator<Item = &Segment> {
        self.segments.iter().filter(|segment| !segment.text.trim().is_empty())
    }
}

/// A cue is one line: an empty line within would end it, and an arrow would be read as times.
fn line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace("-->", "→")
}

/// Hours, minutes, seconds and thousandths.
fn clock(seconds: f64, point: char) -> String {
    let thousandths = (seconds.max(0.0) * 1_000.0).round() as u64;
    let (whole, rest) = (thousandths / 1_000, thousandths % 1_000);
    let (hours, minutes, seconds) = (whole / 3_600, whole / 60 % 60, whole % 60);
    format!("{hours:02}:{minutes:02}:{seconds:02}{point}{rest:03}")
}

impl Serialize for Transcript {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Numbered<'a> {
            id: usize,
            /// The frame of 10 ms where it begins.
            seek: u64,
            #[serde(flatten)]
            segment: &'a Segment,
        }
        let number = |(id, segment): (usize, &'_ Segment)| (id, (segment.start * 100.0) as u64);
        let segments: Vec<Numbered<'_>> = self
            .segments
            .iter()
            .enumerate()
            .map(|(id, segment)| {
                let (id, seek) = number((id, segment));
                Numbered { id, seek, segment }
            })
            .collect();
        let words: Vec<&Word> = self.segments.iter().flat_map(|segment| &segment.words).collect();
        let mut out = serializer.serialize_struct("Transcript", 5)?;
        out.serialize_field("language", &self.language)?;
        out.serialize_field("duration", &self.seconds)?;
        out.serialize_field("text", &self.text())?;
        out.serialize_field("segments", &segments)?;
        if words.is_empty() {
            out.skip_field("words")?;
        } else {
            out.serialize_field("words", &words)?;
        }
        out.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(start: f64, end: f64, text: &str) -> Segment {
        Segment {
            start,
            end,
            text: text.to_owned(),
            tokens: vec![1],
            temperature: 0.0,
            avg_logprob: -0.5,
            no_speech_prob: 0.25,
            compression_ratio: 1.0,
            words: Vec::new(),
        }
    }

    fn transcript() -> Transcript {
        Transcript {
            language: "en".to_owned(),
            seconds: 3_700.5,
            segments: vec![
                segment(0.0, 1.5, " Good morning."),
                segment(1.5, 2.0, " "),
                segment(3_661.0, 3_662.040_4, " A <b> & c\n\n--> 2"),
            ],
            warnings: Vec::new(),
        }
    }

    #[test]
    fn subtitles_have_their_forms() {
        let srt = "1\n00:00:00,000 --> 00:00:01,500\nGood morning.\n\n\
                   2\n01:01:01,000 --> 01:01:02,040\nA <b> & c → 2\n\n";
        assert_eq!(transcript().to_srt(), srt);
        let vtt = "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nGood morning.\n\n\
                   01:01:01.000 --> 01:01:02.040\nA &lt;b&gt; &amp; c → 2\n\n";
        assert_eq!(transcript().to_vtt(), vtt);
    }

    #[test]
    fn json_is_the_verbose_form() {
        let mut transcript = transcript();
        let word = Word { text: " Good".to_owned(), start: 0.0, end: 0.5 };
        transcript.segments[0].words.push(word);
        let json = serde_json::to_value(&transcript).unwrap();
        assert_eq!(json["duration"], 3_700.5);
        assert_eq!(json["segments"][2]["seek"], 366_100);
        assert_eq!(json["segments"][0]["id"], 0);
        assert_eq!(json["words"][0]["word"], " Good");
        assert!(json["segments"][0].get("words").is_none());
    }

    #[test]
    fn sounds_that_cannot_be_heard_are_refused() {
        let check = |hearing: Hearing, said: &str| {
            let error = hearing.check().unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        };
        check(Hearing::new([]), "no sound");
        check(Hearing::new([0.0, f32::NAN]), "no numbers");
        check(Hearing { temperature: f32::NAN, ..Hearing::new([0.0]) }, "0 to 1");
    }
}
