//! From a sound of any length to a transcript: windows, what to do where a window cannot be right,
//! and where the next one begins.
//!
//! The steps and their thresholds are those of the original program (`transcribe.py`).

use super::{
    decoding::{Asked, Writer, Written},
    front::{self, Front, HOP, RATE},
    repeats, words,
};
use crate::{
    Event, EventSender, GeneratorError,
    recogniser::{Hearing, Segment, Transcript},
    sequence::Source,
};

/// Windows whose samples are all below this are silent: −80 dB of full scale.
const SILENT: f32 = 1e-4;

/// When a window is taken for silence or is written again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Thresholds {
    /// A text that compresses better repeats itself.
    pub(crate) compression_ratio: f32,
    /// What is less likely is written again.
    pub(crate) logprob: f32,
    /// Where silence is likelier and the words are not, nobody speaks.
    pub(crate) no_speech: f32,
    /// Whether a window may be written again at a higher temperature.
    pub(crate) again: bool,
    /// Whether a window reads what was written before it.
    pub(crate) remember: bool,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { compression_ratio: 2.4, logprob: -1.0, no_speech: 0.6, again: true, remember: true }
    }
}

/// One model listens to one sound.
pub(crate) struct Listener<'a> {
    pub(crate) front: &'a Front,
    pub(crate) writer: Writer<'a>,
    pub(crate) thresholds: Thresholds,
    /// Layers and heads that look where the words are.
    pub(crate) heads: &'a [(usize, usize)],
    pub(crate) hearing: &'a Hearing,
    pub(crate) events: &'a EventSender,
}

/// How far it has come.
struct Course {
    /// The token of the language, once it is known.
    language: Option<u32>,
    task: u32,
    /// The first frame that was not heard.
    seek: usize,
    frames: usize,
    loudest: f32,
    /// What the next window reads.
    before: Vec<u32>,
    segments: Vec<Segment>,
    repeats: repeats::Guard,
}

impl Listener<'_> {
    /// Listens to all of it.
    ///
    /// # Errors
    /// [`GeneratorError`] by what the caller can do about it.
    pub(crate) fn listen(&self) -> Result<Transcript, GeneratorError> {
        let hearing = self.hearing;
        let mut course = self.begin()?;
        while let Some(first) = self.next_sound(course.seek * HOP) {
            // A silent stretch is passed over; a window begins on a frame.
            course.seek = course.seek.max((first / HOP).saturating_sub(MARGIN));
            self.window(&mut course)?;
            self.tell(course.seek.min(course.frames))?;
        }
        self.tell(course.frames)?;
        let english = || if course.segments.is_empty() { "und" } else { "en" };
        let code = |id: u32| {
            let known = self.writer.vocabulary.languages.iter();
            known.clone().find(|(_, token)| *token == id).map(|(code, _)| code.clone())
        };
        let language = course.language.and_then(code).or_else(|| self.said());
        Ok(Transcript {
            language: language.unwrap_or_else(|| english().to_owned()),
            seconds: hearing.seconds(),
            warnings: course.repeats.warnings(),
            segments: course.segments,
        })
    }

    fn begin(&self) -> Result<Course, GeneratorError> {
        let vocabulary = self.writer.vocabulary;
        let before = match &self.hearing.prompt {
            Some(prompt) if !prompt.trim().is_empty() => {
                vocabulary.encode(&format!(" {}", prompt.trim()))?
            }
            _ => Vec::new(),
        };
        let task =
            if self.hearing.to_english { vocabulary.translate } else { vocabulary.transcribe };
        Ok(Course {
            language: self.asked_language()?,
            task,
            seek: 0,
            frames: front::frames(self.hearing.samples.len()),
            // Silence has no loudest place, and is soon done.
            loudest: self.next_sound(0).map_or(0.0, |_| self.front.loudest(&self.hearing.samples)),
            before,
            segments: Vec::new(),
            repeats: repeats::Guard::default(),
        })
    }

    /// The language that the caller names, as a code.
    fn said(&self) -> Option<String> {
        let code = self.hearing.language.as_deref()?.trim().to_lowercase();
        let code = code.split(['-', '_']).next().unwrap_or_default().to_owned();
        // The files have Javanese under its old code.
        let old = code == "jv" && self.writer.vocabulary.language("jv").is_none();
        Some(if old { "jw".to_owned() } else { code }).filter(|code| !code.is_empty())
    }

    fn asked_language(&self) -> Result<Option<u32>, GeneratorError> {
        let vocabulary = self.writer.vocabulary;
        let wrong = |reason| Err(GeneratorError::Parameter { parameter: "language", reason });
        let Some(code) = self.said() else { return Ok(None) };
        if vocabulary.languages.is_empty() {
            let reason = format!("is `{code}`; this model knows English alone (en)");
            return if code == "en" { Ok(None) } else { wrong(reason) };
        }
        if let Some(id) = vocabulary.language(&code) {
            return Ok(Some(id));
        }
        let known: Vec<&str> = vocabulary.languages.iter().map(|(code, _)| code.as_str()).collect();
        wrong(format!("is `{code}`; the model knows {}", known.join(", ")))
    }

    /// The first sample from `from` on that is not silent.
    fn next_sound(&self, from: usize) -> Option<usize> {
        let rest = self.hearing.samples.get(from..)?;
        rest.iter().position(|sample| sample.abs() >= SILENT).map(|at| from + at)
    }

    fn tell(&self, frames: usize) -> Result<(), GeneratorError> {
        let seconds = |frames: usize| u32::try_from(frames * HOP / RATE).unwrap_or(u32::MAX);
        let total = seconds(front::frames(self.hearing.samples.len()));
        self.events.send_blocking(Event::Step { done: seconds(frames), total })
    }

    /// Hears one window and moves on.
    fn window(&self, course: &mut Course) -> Result<(), GeneratorError> {
        let network = self.writer.network;
        let length = network.frames().min(course.frames - course.seek);
        let picture = self.front.picture(
            &self.hearing.samples,
            course.loudest,
            course.seek,
            network.frames(),
        );
        self.events.wanted()?;
        let encoded = network.encode(&picture)?;
        let source = network.source(&encoded)?;
        if course.language.is_none() {
            course.language = self.writer.language(&source)?;
        }
        let written = self.write(&source, course)?;
        if self.is_silence(&written) {
            course.seek += length;
            return Ok(());
        }
        let offset = seconds(course.seek);
        let (mut segments, heard) = self.cut(&written, offset, length);
        if self.hearing.word_times {
            let asked = (course.language, course.task, length);
            words::find(self.writer, self.heads, &source, asked, (offset, &mut segments))?;
        }
        // A window that ends where it began would be heard for ever.
        course.seek += if heard == 0 { length } else { heard.min(length) };
        if written.temperature > 0.5 || !self.thresholds.remember {
            course.before.clear();
        }
        for segment in segments {
            self.keep(segment, &written, course)?;
        }
        Ok(())
    }

    fn keep(
        &self,
        segment: Segment,
        written: &Written,
        course: &mut Course,
    ) -> Result<(), GeneratorError> {
        if segment.text.trim().is_empty() || segment.start >= segment.end {
            return Ok(());
        }
        if !course.repeats.fits(&segment, self.thresholds.again) {
            course.before.clear();
            return Ok(());
        }
        if self.thresholds.remember && written.temperature <= 0.5 {
            course.before.extend_from_slice(&segment.tokens);
        }
        self.events.send_blocking(Event::token(segment.text.clone()))?;
        course.segments.push(segment);
        Ok(())
    }

    /// Writes a window, and again at higher temperatures while it cannot be right.
    fn write(&self, source: &Source, course: &Course) -> Result<Written, GeneratorError> {
        let asked = |temperature: f32| Asked {
            before: &course.before,
            language: course.language,
            task: course.task,
            temperature,
            seed: course.seek as u64,
        };
        let first = self.hearing.temperature;
        let mut written = self.writer.write(source, &asked(first), self.events)?;
        // Who asked for a temperature gets it.
        if first > 0.0 || !self.thresholds.again {
            return Ok(written);
        }
        for tenths in [2_u8, 4, 6, 8, 10] {
            if self.is_silence(&written) || !self.is_doubtful(&written) {
                break;
            }
            let temperature = f32::from(tenths) / 10.0;
            written = self.writer.write(source, &asked(temperature), self.events)?;
        }
        Ok(written)
    }

    fn is_doubtful(&self, written: &Written) -> bool {
        written.compression_ratio > self.thresholds.compression_ratio
            || written.avg_logprob < self.thresholds.logprob
    }

    fn is_silence(&self, written: &Written) -> bool {
        written.no_speech_prob > self.thresholds.no_speech
            && written.avg_logprob < self.thresholds.logprob
    }

    /// The pieces of a window by its pairs of times, and how many frames they take.
    fn cut(&self, written: &Written, offset: f64, length: usize) -> (Vec<Segment>, usize) {
        let vocabulary = self.writer.vocabulary;
        let tokens = &written.tokens;
        let is_time = |index: usize| tokens.get(index).is_some_and(|id| vocabulary.is_time(*id));
        // A token for a time counts 20 ms, two frames.
        let frames = |id: u32| 2 * (id.saturating_sub(vocabulary.times)) as usize;
        let count = tokens.len();
        let mut cuts: Vec<usize> =
            (1..count).filter(|index| is_time(index - 1) && is_time(*index)).collect();
        let lone_end = count >= 2 && is_time(count - 1) && !is_time(count - 2);
        if cuts.is_empty() {
            let last = tokens.iter().rev().find(|id| **id > vocabulary.times);
            let ends = last.map_or(length, |id| frames(*id));
            return (vec![self.segment(written, tokens, (offset, 0, ends))], length);
        }
        if lone_end {
            cuts.push(count);
        }
        let (mut segments, mut from, mut last) = (Vec::new(), 0, 0);
        for cut in cuts {
            let piece = tokens.get(from..cut).unwrap_or_default();
            let (Some(start), Some(end)) = (piece.first(), piece.last()) else { continue };
            last = frames(*end);
            segments.push(self.segment(written, piece, (offset, frames(*start), last)));
            from = cut;
        }
        (segments, if lone_end { length } else { last })
    }

    fn segment(
        &self,
        written: &Written,
        tokens: &[u32],
        (offset, start, end): (f64, usize, usize),
    ) -> Segment {
        // The whole window could be decoded, and a part of it leaves at most a cut character.
        let text = self.writer.vocabulary.decode(tokens).unwrap_or_default();
        Segment {
            start: offset + seconds(start),
            end: offset + seconds(end),
            text,
            tokens: tokens.to_vec(),
            temperature: written.temperature,
            avg_logprob: written.avg_logprob,
            no_speech_prob: written.no_speech_prob,
            compression_ratio: written.compression_ratio,
            words: Vec::new(),
        }
    }
}

/// Frames of silence that a window begins with.
const MARGIN: usize = 20;

/// When a frame begins.
fn seconds(frame: usize) -> f64 {
    (frame * HOP) as f64 / RATE as f64
}
