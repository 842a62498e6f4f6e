//! Videos by fixed rules behind the seam: words, pictures, tables and sound become a storyboard, the
//! crate `voice` speaks and the crate `film` draws.
//!
//! `words` takes a prompt apart, `effects` and `anchor` lay it out; a request may bring a storyboard
//! instead.

mod anchor;
mod effects;
mod words;

use async_trait::async_trait;
use film::{Caption, FilmError, Picture, Sound, Storyboard};
use types::{Modality, Sha256, Task};
use voice::Speech;

use crate::{
    Event, EventSender, Generator, GeneratorError, Job, ModelCard, Output, Token, VideoOutput,
    Warning, seats::Seats,
};

/// One run keeps all cores busy.
const RUNNING_MAX: usize = 1;
/// Names the rules, whose code is part of the program.
const RULES: &str = concat!("film ", env!("CARGO_PKG_VERSION"));
/// Letters in a line of captions, and characters of Chinese.
const CAPTION_LETTERS: usize = 74;
const CAPTION_CHARACTERS: usize = 32;

/// Makes videos.
#[derive(Debug)]
pub struct Filming {
    card: ModelCard,
    seats: Seats,
}

impl Filming {
    /// The studio, under this name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let card = ModelCard {
            name: name.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            sha256: Sha256::of(RULES.as_bytes()),
            modality: Modality::Video,
            tasks: vec![Task::Effects, Task::Anchor],
            algorithmic: true,
            backend: "film".to_owned(),
            starter: true,
            architecture: "drawing and formant synthesis by fixed rules".to_owned(),
            parameters: 0,
            languages: vec!["en".to_owned(), "zh".to_owned()],
            licence: None,
        };
        Self { card, seats: Seats::new(RUNNING_MAX) }
    }
}

#[async_trait]
impl Generator for Filming {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    async fn generate(&self, job: Job, events: EventSender) -> Result<Output, GeneratorError> {
        let seat = self.seats.take(&events).await?;
        let run = tokio::task::spawn_blocking(move || {
            let _seat = seat;
            filmed(&job, &events).map(Output::Video)
        });
        run.await.map_err(|error| GeneratorError::Failed(error.to_string()))?
    }

    fn tokens(&self, _text: &str) -> Option<Vec<Token>> {
        None
    }
}

/// What is drawn, and what is heard and said with it.
#[derive(Debug, Default)]
struct Laid {
    board: Storyboard,
    sound: Option<Sound>,
    /// What is said.
    said: String,
    warnings: Vec<String>,
}

fn filmed(job: &Job, events: &EventSender) -> Result<VideoOutput, GeneratorError> {
    let mut laid = match (&job.filming.storyboard, job.drawing.task) {
        (Some(board), _) => brought(board, job)?,
        (None, Task::Anchor) => anchor::laid(job, events)?,
        (None, Task::Effects) => effects::laid(job, events)?,
        (None, task) => {
            let reason = format!("the task `{task}` makes no video");
            return Err(GeneratorError::Unsupported { reason });
        }
    };
    if let Some(size) = job.drawing.size {
        laid.board.size = size;
    }
    if let Some(burnt) = job.filming.captions {
        laid.board.burn_captions = burnt;
    }
    if laid.board.seed == 0 {
        laid.board.seed = job.sampling.seed;
    }
    let pictures: Vec<Picture> = job
        .material
        .pictures
        .iter()
        .map(|raster| Picture {
            width: raster.width,
            height: raster.height,
            rgb: raster.pixels.clone(),
        })
        .collect();
    let told = &mut |done, total| events.send_blocking(Event::Step { done, total }).is_ok();
    let film = film::render(&laid.board, &pictures, laid.sound.as_ref(), told).map_err(wrong)?;
    let mut transcript = film.texts.clone();
    transcript.push(laid.said);
    let warnings = laid.warnings.into_iter().chain(film.warnings);
    Ok(VideoOutput {
        bytes: film.bytes,
        transcript: transcript.join("\n").trim().to_owned(),
        captions: film.webvtt,
        seconds: film.seconds,
        warnings: warnings.map(Warning::Limit).collect(),
    })
}

/// A storyboard that came with the request, and its sound.
fn brought(board: &str, job: &Job) -> Result<Laid, GeneratorError> {
    let board: Storyboard = serde_json::from_str(board).map_err(|error| {
        let reason = format!("cannot be read: {error}");
        GeneratorError::Parameter { parameter: "storyboard", reason }
    })?;
    let said = if job.prompt().is_empty() {
        None
    } else {
        Some("the prompt was not read: a storyboard says all that is shown".to_owned())
    };
    Ok(Laid { board, sound: sound(job), said: String::new(), warnings: said.into_iter().collect() })
}

/// The sound that came with the request.
fn sound(job: &Job) -> Option<Sound> {
    let sound = job.material.sound.as_ref()?;
    Some(Sound { rate: sound.rate, samples: sound.samples.clone() })
}

/// What is said as captions, beginning so many seconds later: as it is written, marks included.
fn captions(speech: &Speech, later: f64) -> Vec<Caption> {
    let starts = placed(speech);
    let mut captions = Vec::new();
    let mut first = 0;
    for (at, word) in speech.words.iter().enumerate() {
        let begun = speech.words.get(first).unwrap_or(word);
        let is_wide = words::is_chinese(&word.text);
        let most = if is_wide { CAPTION_CHARACTERS } else { CAPTION_LETTERS };
        let end = starts.get(at).copied().unwrap_or_default() + word.text.len();
        let length = written(speech, &starts, first, end).chars().count();
        if word.sentence != begun.sentence || length > most {
            captions.extend(caption(speech, &starts, first..at, later));
            first = at;
        }
    }
    captions.extend(caption(speech, &starts, first..speech.words.len(), later));
    captions
}

/// Where each word stands in the text; one that is written otherwise stands where the one before ends.
fn placed(speech: &Speech) -> Vec<usize> {
    let mut at = 0;
    let place = |word: &voice::Timed| {
        let rest = speech.text.get(at..).unwrap_or_default();
        match rest.find(word.text.as_str()) {
            Some(found) => {
                let start = at + found;
                at = start + word.text.len();
                start
            }
            None => at,
        }
    };
    speech.words.iter().map(place).collect()
}

/// The text from a word on to a place.
fn written<'a>(speech: &'a Speech, starts: &[usize], first: usize, end: usize) -> &'a str {
    let start = starts.get(first).copied().unwrap_or_default();
    speech.text.get(start..end.max(start)).unwrap_or_default().trim()
}

/// One caption: its words and the marks after them.
fn caption(
    speech: &Speech,
    starts: &[usize],
    words: std::ops::Range<usize>,
    later: f64,
) -> Option<Caption> {
    let (first, last) =
        (speech.words.get(words.start)?, speech.words.get(words.end.checked_sub(1)?)?);
    let end = starts.get(words.end).copied().unwrap_or(speech.text.len());
    let text = written(speech, starts, words.start, end).to_owned();
    Some(Caption { start: first.start + later, end: last.end + later, text })
}

fn wrong(error: FilmError) -> GeneratorError {
    match error {
        FilmError::Cancelled => GeneratorError::Cancelled,
        error => {
            let reason = format!("cannot be made: {error}");
            GeneratorError::Parameter { parameter: "storyboard", reason }
        }
    }
}

#[cfg(test)]
mod tests;
