//! A storyboard to a file, and to a single frame.

use std::sync::{Mutex, PoisonError};

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use tiny_skia::Pixmap;

use crate::{
    captions,
    error::FilmError,
    movie::{self, Encoder, Frame, Kind, Sample, Track},
    reel::Reel,
    storyboard::{Picture, Sound, Storyboard},
};

/// Frames that are drawn side by side; as many wait for the encoder.
const BATCH: u32 = 12;
/// Seconds from one frame at which decoding can start to the next.
const KEY_SECONDS: u32 = 2;
/// Seconds by which sound may be longer than the film without a word.
const LATE: f64 = 0.05;

/// A finished film.
#[derive(Clone, PartialEq)]
pub struct Film {
    /// An MP4 file: H.264, Opus when there is sound, and timed text when there are captions.
    pub bytes: Vec<u8>,
    /// How long it is, in seconds.
    pub seconds: f64,
    /// How many frames it has.
    pub frames: u32,
    /// Every text that is shown, for checks of what is said.
    pub texts: Vec<String>,
    /// What could not be shown as asked.
    pub warnings: Vec<String>,
    /// The captions as WebVTT; empty when there are none.
    pub webvtt: String,
}

impl std::fmt::Debug for Film {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Film({} frames, {} bytes)", self.frames, self.bytes.len())
    }
}

/// Makes a film. `told` gets the number of frames that are done and that of all; `false` from it
/// ends the work.
///
/// # Errors
/// [`FilmError::Cancelled`] when `told` says so; the other errors say what to change.
pub fn render(
    board: &Storyboard,
    pictures: &[Picture],
    sound: Option<&Sound>,
    told: &mut dyn FnMut(u32, u32) -> bool,
) -> Result<Film, FilmError> {
    let reel = Reel::of(board, pictures)?;
    let (seconds, frames) = (reel.seconds(), reel.frames());
    let heard = Mutex::new(None);
    let samples = rayon::in_place_scope(|scope| {
        if let Some(sound) = sound {
            let heard = &heard;
            scope.spawn(move |_| {
                let packets = movie::encoded(sound, seconds);
                *heard.lock().unwrap_or_else(PoisonError::into_inner) = Some(packets);
            });
        }
        pictured(&reel, frames, told)
    });
    let (description, samples) = samples?;
    let language = if board.language == "zh" { *b"zho" } else { *b"eng" };
    let mut tracks = vec![Track {
        kind: Kind::Pictures(Box::new(description), board.rate),
        samples,
        length: u64::from(frames),
        language: *b"und",
    }];
    if let Some(heard) = heard.into_inner().unwrap_or_else(PoisonError::into_inner) {
        let (samples, skip, length) = heard?;
        tracks.push(Track { kind: Kind::Sound(skip), samples, length, language });
    }
    if !board.captions.is_empty() {
        let samples = movie::subtitles(&board.captions, seconds);
        let length = samples.iter().map(|sample| u64::from(sample.duration)).sum();
        tracks.push(Track { kind: Kind::Captions(board.size), samples, length, language });
    }
    let mut warnings = reel.notes();
    warnings.extend(sound.and_then(|sound| cut(sound, seconds)));
    Ok(Film {
        bytes: movie::write(&tracks)?,
        seconds,
        frames,
        texts: reel.texts(),
        warnings,
        webvtt: if board.captions.is_empty() {
            String::new()
        } else {
            captions::webvtt(&board.captions)
        },
    })
}

fn cut(sound: &Sound, seconds: f64) -> Option<String> {
    let long = sound.samples.len() as f64 / f64::from(sound.rate);
    (long > seconds + LATE).then(|| {
        format!("the sound lasts {long:.2} s and was cut at the end of the film, {seconds:.2} s")
    })
}

/// All pictures of a film: a batch is drawn while the one before is encoded.
fn pictured(
    reel: &Reel<'_>,
    frames: u32,
    told: &mut dyn FnMut(u32, u32) -> bool,
) -> Result<(shiguredo_mp4::boxes::Avc1Box, Vec<Sample>), FilmError> {
    let mut encoder = Encoder::new(reel.board.rate, reel.board.rate * KEY_SECONDS)?;
    let mut samples = Vec::with_capacity(frames as usize);
    let mut ready = drawn(reel, 0..BATCH.min(frames));
    while !ready.is_empty() {
        let start = samples.len() as u32 + ready.len() as u32;
        let next = Mutex::new(Vec::new());
        rayon::in_place_scope(|scope| {
            scope.spawn(|_| {
                let batch = drawn(reel, start..(start + BATCH).min(frames));
                *next.lock().unwrap_or_else(PoisonError::into_inner) = batch;
            });
            for frame in &ready {
                samples.push(encoder.push(frame)?);
                if !told(samples.len() as u32, frames) {
                    return Err(FilmError::Cancelled);
                }
            }
            Ok(())
        })?;
        ready = next.into_inner().unwrap_or_else(PoisonError::into_inner);
    }
    Ok((encoder.description()?, samples))
}

/// Frames by their numbers, side by side.
pub(crate) fn drawn(reel: &Reel<'_>, numbers: std::ops::Range<u32>) -> Vec<Frame> {
    let rate = f64::from(reel.board.rate);
    let frames =
        numbers.into_par_iter().map(|number| Frame::of(&reel.frame(f64::from(number) / rate)));
    frames.collect()
}

/// One frame, `at` seconds of the film.
///
/// # Errors
/// [`FilmError::Time`] when the film has no such moment; otherwise as [`render`].
pub fn frame(board: &Storyboard, pictures: &[Picture], at: f64) -> Result<Picture, FilmError> {
    let reel = Reel::of(board, pictures)?;
    if !(0.0..=reel.seconds()).contains(&at) {
        let allowed = format!("0 to {}, the end of the film", reel.seconds());
        return Err(FilmError::Time { what: "the moment".to_owned(), value: at, allowed });
    }
    Ok(picture(&reel.frame(at)))
}

fn picture(map: &Pixmap) -> Picture {
    let rgb = map.data().as_chunks::<4>().0.iter().flat_map(|[r, g, b, _]| [*r, *g, *b]);
    Picture { width: map.width(), height: map.height(), rgb: rgb.collect() }
}
