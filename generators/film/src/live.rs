//! Films that are sent while they are made: an iterator over a whole storyboard, and a presenter
//! who is told piece by piece what to say.

use crate::{
    anchor::MouthShape,
    checking::SECONDS_MAX,
    error::FilmError,
    layer::Layer,
    movie::{Encoder, Fragments, Frame, Kind, Packets, Resampler, SOUND_RATE, Sample, Track},
    reel::Reel,
    render::drawn,
    storyboard::{Caption, Picture, Sound, Storyboard},
};

/// Seconds of a fragment.
const SECONDS: f64 = 0.5;
/// Fragments from one at which decoding can start to the next.
const KEY_FRAGMENTS: u32 = 4;

/// A piece of a fragmented MP4 file. All pieces one after the other are the file.
#[derive(Clone, PartialEq, Eq)]
pub struct Fragment {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Whether this is the start of the file, which has no pictures.
    pub is_start: bool,
    /// How many frames it has.
    pub frames: u32,
}

impl std::fmt::Debug for Fragment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fragment({} frames, {} bytes)", self.frames, self.bytes.len())
    }
}

/// A storyboard as fragments: the start of the file, then half a second each.
#[derive(Debug)]
pub struct Live<'a> {
    reel: Reel<'a>,
    sound: Option<&'a Sound>,
    stream: Stream,
    is_over: bool,
}

impl<'a> Live<'a> {
    /// Starts a film.
    ///
    /// # Errors
    /// As [`crate::render`].
    pub fn new(
        board: &'a Storyboard,
        pictures: &'a [Picture],
        sound: Option<&'a Sound>,
    ) -> Result<Self, FilmError> {
        let reel = Reel::of(board, pictures)?;
        let stream = Stream::new(board, sound.map(|sound| sound.rate))?;
        Ok(Self { reel, sound, stream, is_over: false })
    }

    /// Every text that is shown, for checks of what is said.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        self.reel.texts()
    }

    fn following(&mut self) -> Result<Option<Fragment>, FilmError> {
        if let Some(start) = self.stream.ready.take() {
            return Ok(Some(start));
        }
        let (done, all) = (self.stream.frames, self.reel.frames());
        if done >= all {
            return Ok(None);
        }
        let end = (done + self.stream.group).min(all);
        let frames = drawn(&self.reel, done..end);
        let sound = self.sound.map_or(&[][..], |sound| {
            let rate = f64::from(self.reel.board.rate);
            let place = |frame: u32| {
                let at = f64::from(frame) / rate * f64::from(sound.rate);
                (at.round() as usize).min(sound.samples.len())
            };
            sound.samples.get(place(done)..place(end)).unwrap_or_default()
        });
        self.stream.push(&frames, sound, end == all).map(Some)
    }
}

impl Iterator for Live<'_> {
    type Item = Result<Fragment, FilmError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let next = self.following().transpose();
        self.is_over = !matches!(next, Some(Ok(_)));
        next
    }
}

/// A presenter who speaks while it is not yet known what comes next.
///
/// The first scene of a storyboard is their studio; it lasts until they are finished, at most ten
/// minutes. Give whole sentences, each as soon as it is there.
#[derive(Debug)]
pub struct Presenter {
    board: Storyboard,
    pictures: Vec<Picture>,
    stream: Stream,
    /// Samples that are not sent yet, and how many were given in all.
    waiting: Vec<f32>,
    given: u64,
    rate: u32,
}

impl Presenter {
    /// A presenter whose sound has `rate` samples a second.
    ///
    /// # Errors
    /// [`FilmError::Unsuited`] when the first scene has no anchor; otherwise as [`crate::render`].
    pub fn new(
        mut board: Storyboard,
        pictures: Vec<Picture>,
        rate: u32,
    ) -> Result<Self, FilmError> {
        board.scenes.truncate(1);
        let is_anchor = |layer: &Layer| matches!(layer, Layer::Anchor(_));
        let scene = board.scenes.first_mut().ok_or(FilmError::NoScenes)?;
        scene.seconds = SECONDS_MAX;
        if !scene.layers.iter().any(is_anchor) {
            let reason = "the first scene has no anchor: give it one".to_owned();
            return Err(FilmError::Unsuited { what: "presenter", reason });
        }
        Reel::of(&board, &pictures)?;
        let stream = Stream::new(&board, Some(rate))?;
        Ok(Self { board, pictures, stream, waiting: Vec::new(), given: 0, rate })
    }

    /// How many seconds were given to speak so far.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.given as f64 / f64::from(self.rate)
    }

    /// Says something: its sound, what the mouth does and what is written meanwhile, in seconds
    /// from the start of this sound. Silence is said by samples of zero. Gives the fragments that
    /// are complete.
    ///
    /// # Errors
    /// As [`crate::render`]; [`FilmError::Time`] beyond ten minutes.
    pub fn speak(
        &mut self,
        samples: &[f32],
        mouth: &[MouthShape],
        captions: &[Caption],
    ) -> Result<Vec<Fragment>, FilmError> {
        let now = self.seconds();
        let given = self.given + samples.len() as u64;
        let seconds = given as f64 / f64::from(self.rate);
        if seconds > SECONDS_MAX {
            let allowed = format!("at most {SECONDS_MAX}, then start another film");
            return Err(FilmError::Time { what: "the film".to_owned(), value: seconds, allowed });
        }
        let later = mouth.iter().map(|shape| MouthShape {
            start: shape.start + now,
            end: shape.end + now,
            ..*shape
        });
        let scene = self.board.scenes.first_mut();
        for layer in scene.into_iter().flat_map(|scene| &mut scene.layers) {
            if let Layer::Anchor(anchor) = layer {
                anchor.mouth.extend(later.clone());
            }
        }
        self.board.captions.extend(captions.iter().map(|caption| Caption {
            start: caption.start + now,
            end: caption.end + now,
            text: caption.text.clone(),
        }));
        self.waiting.extend_from_slice(samples);
        self.given = given;
        self.send(false)
    }

    /// The fragments of what was said and is not sent yet.
    ///
    /// # Errors
    /// As [`Self::speak`].
    pub fn finish(mut self) -> Result<Vec<Fragment>, FilmError> {
        self.send(true)
    }

    fn send(&mut self, is_last: bool) -> Result<Vec<Fragment>, FilmError> {
        let mut fragments = Vec::new();
        let rate = f64::from(self.board.rate);
        let place = |frame: u32| (f64::from(frame) / rate * f64::from(self.rate)).round() as u64;
        let reel = Reel::of(&self.board, &self.pictures)?;
        loop {
            let done = self.stream.frames;
            let mut end = done + self.stream.group;
            let is_end = place(end) > self.given;
            if is_end && !is_last {
                break;
            }
            if is_end {
                end = (self.seconds() * rate).ceil() as u32;
            }
            if end <= done {
                break;
            }
            let count = (place(end) - place(done)).min(self.waiting.len() as u64) as usize;
            let sound: Vec<f32> = self.waiting.drain(..count).collect();
            let fragment = self.stream.push(&drawn(&reel, done..end), &sound, is_end)?;
            fragments.extend(self.stream.ready.take());
            fragments.push(fragment);
            if is_end {
                break;
            }
        }
        Ok(fragments)
    }
}

/// What both kinds have in common: encoders and the file.
#[derive(Debug)]
struct Stream {
    encoder: Encoder,
    sound: Option<(Resampler, Packets)>,
    file: Option<(Fragments, Vec<Kind>)>,
    /// The start of the file, until it is taken.
    ready: Option<Fragment>,
    /// Frames that were encoded, and frames of a fragment.
    frames: u32,
    group: u32,
    rate: u32,
    language: [u8; 3],
}

impl Stream {
    fn new(board: &Storyboard, sound: Option<u32>) -> Result<Self, FilmError> {
        let group = (f64::from(board.rate) * SECONDS).round() as u32;
        let sound = match sound {
            Some(rate) => Some((Resampler::new(rate)?, Packets::new()?)),
            None => None,
        };
        let mut stream = Self {
            encoder: Encoder::new(board.rate, group * KEY_FRAGMENTS)?,
            sound,
            file: None,
            ready: None,
            frames: 0,
            group,
            rate: board.rate,
            language: if board.language == "zh" { *b"zho" } else { *b"eng" },
        };
        stream.start(board)?;
        Ok(stream)
    }

    /// Writes the start of the file, for which the settings of an encoded frame are needed.
    fn start(&mut self, board: &Storyboard) -> Result<(), FilmError> {
        let (width, height) = board.size;
        let map = tiny_skia::Pixmap::new(width, height).ok_or(FilmError::Size { width, height })?;
        let mut trial = Encoder::new(board.rate, self.group * KEY_FRAGMENTS)?;
        trial.push(&Frame::of(&map))?;
        let mut kinds = vec![Kind::Pictures(Box::new(trial.description()?), self.rate)];
        kinds.extend(self.sound.as_ref().map(|(_, packets)| Kind::Sound(packets.skip())));
        let track = |kind: &Kind| Track {
            kind: kind.clone(),
            samples: Vec::new(),
            length: 0,
            language: self.language,
        };
        let tracks: Vec<Track> = kinds.iter().map(track).collect();
        let (bytes, fragments) = Fragments::start(&tracks)?;
        self.ready = Some(Fragment { bytes, is_start: true, frames: 0 });
        self.file = Some((fragments, kinds));
        Ok(())
    }

    fn push(
        &mut self,
        frames: &[Frame],
        sound: &[f32],
        is_last: bool,
    ) -> Result<Fragment, FilmError> {
        let mut pictures = Vec::with_capacity(frames.len());
        for frame in frames {
            pictures.push(self.encoder.push(frame)?);
        }
        self.frames += frames.len() as u32;
        let mut packets: Vec<Sample> = Vec::new();
        if let Some((resampler, encoder)) = &mut self.sound {
            packets = encoder.push(&resampler.push(sound)?)?;
            if is_last {
                packets.extend(encoder.push(&resampler.finish())?);
                packets.extend(encoder.finish()?);
            }
        }
        let Some((fragments, kinds)) = &mut self.file else {
            return Err(FilmError::Encoding("the file was not started".to_owned()));
        };
        let samples = [pictures.as_slice(), packets.as_slice()];
        let tracks: Vec<(&Kind, &[Sample])> = kinds.iter().zip(samples).collect();
        let bytes = fragments.fragment(&tracks)?;
        Ok(Fragment { bytes, is_start: false, frames: frames.len() as u32 })
    }
}

/// All sound in fragments has one rate.
const _: () = assert!(SOUND_RATE == 48_000);
