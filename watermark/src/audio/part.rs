//! A part of a sound, and the ways to read it.

use std::ops::Range;

use rayon::prelude::*;

use super::{
    PERIOD, Sound,
    contrast::Contrast,
    embedding::pairs,
    extent::extent,
    pattern::Pattern,
    reading::{self, Reading},
    search::{self, Folded, Place},
    spectrogram::Spectrogram,
};
use crate::WatermarkError;

/// A sound is examined in parts of this length, and from one to the next, in seconds.
const LENGTH: u64 = 64;
const STEP: u64 = 56;
/// Frames of a piece that is read by itself, without a search: 12 s.
const PIECE: usize = 1500;
/// From one piece to the next.
const PIECE_STEP: usize = PIECE / 2;
/// Pieces of a part at most.
const PIECES: usize = 12;
/// Offsets that are read of a whole part; of each piece, one.
const WHOLE_READ: usize = 3;
/// Places that are read after a search.
const PLACES: usize = 12;

/// How often a checksum is compared for one part and key at most.
pub(super) const READINGS: u64 = (WHOLE_READ + PIECES + PLACES) as u64;

/// A reading, and the frames in which its mark is heard.
pub(super) struct Heard {
    pub(super) reading: Reading,
    pub(super) frames: Range<usize>,
}

/// A part of a sound, made visible.
pub(super) struct Part {
    start_ms: u64,
    spectrogram: Spectrogram,
    /// As it is, neither tuned nor stretched.
    plain: Contrast,
}

impl Part {
    /// The parts of a sound, in samples.
    pub(super) fn ranges(sound: &Sound) -> Vec<Range<usize>> {
        let rate = u64::from(sound.rate());
        let (length, step) = ((LENGTH * rate) as usize, (STEP * rate) as usize);
        let overlap = length - step;
        // A part that lies in the one before it is none.
        let starts = (0..sound.frames().saturating_sub(overlap).max(1)).step_by(step);
        starts.map(|start| start..(start + length).min(sound.frames())).collect()
    }

    pub(super) fn new(sound: &Sound, samples: Range<usize>) -> Result<Self, WatermarkError> {
        let start_ms = samples.start as u64 * 1000 / u64::from(sound.rate());
        let channels = sound.channels().iter();
        let channels: Vec<&[f32]> =
            channels.map(|channel| channel.get(samples.clone()).unwrap_or_default()).collect();
        let spectrogram = Spectrogram::new(&pairs(&channels, sound.rate())?);
        let plain = Contrast::new(&spectrogram, 1.0);
        Ok(Self { start_ms, spectrogram, plain })
    }

    /// When the part begins, in milliseconds.
    pub(super) const fn start_ms(&self) -> u64 {
        self.start_ms
    }

    /// Reads the part as it is, and piece by piece.
    pub(super) fn quick(&self, pattern: &Pattern) -> Option<Heard> {
        let frames = self.plain.frames();
        let starts = (0..frames.saturating_sub(PIECE_STEP)).step_by(PIECE_STEP).take(PIECES);
        let pieces = starts.filter(|_| frames > PIECE);
        let pieces = pieces.map(|start| (start..(start + PIECE).min(frames), 1));
        std::iter::once((0..frames, WHOLE_READ)).chain(pieces).find_map(|(range, most)| {
            let folded = Folded::new(&self.plain, range, 1.0);
            folded.offsets(pattern, most).into_iter().find_map(|(offset, score)| {
                let place = Place { pitch: 1.0, tempo: 1.0, offset, score };
                let reading = reading::read(&folded, pattern, place)?;
                Some(Heard { frames: extent(&self.plain, pattern, &reading), reading })
            })
        })
    }

    /// Reads the likeliest places at all pitches and tempos.
    pub(super) fn thorough(&self, pattern: &Pattern) -> Option<Heard> {
        let tuned = self.tuned();
        let places =
            tuned.iter().flat_map(|(pitch, contrast)| search::scan(contrast, *pitch, pattern));
        let frames = self.plain.frames();
        let places = search::best(places.collect(), frames, PLACES);
        places.into_par_iter().find_map_first(|place| {
            let (_, contrast) = tuned.iter().find(|(pitch, _)| *pitch == place.pitch)?;
            let place = search::settle(contrast, pattern, place);
            let folded = Folded::new(contrast, 0..frames, place.tempo);
            let reading = reading::read(&folded, pattern, place)?;
            Some(Heard { frames: extent(contrast, pattern, &reading), reading })
        })
    }

    /// How well the sync cells agree at best, in standard deviations of fair coins, and among how
    /// many hypotheses.
    pub(super) fn agreement(&self, pattern: &Pattern) -> (f32, usize) {
        let frames = self.plain.frames();
        let tuned = self.tuned();
        let places =
            tuned.iter().flat_map(|(pitch, contrast)| search::scan(contrast, *pitch, pattern));
        let best = search::best(places.collect(), frames, 1).into_iter().next();
        let score = best.and_then(|place| {
            let (_, contrast) = tuned.iter().find(|(pitch, _)| *pitch == place.pitch)?;
            let folded = Folded::new(contrast, 0..frames, place.tempo);
            Some(folded.coins(&pattern.sync, place.offset))
        });
        (score.unwrap_or_default(), tuned.len() * search::tempos(frames) * PERIOD)
    }

    /// The part at all pitches that are tried.
    fn tuned(&self) -> Vec<(f32, Contrast)> {
        let pitches = search::pitches().into_par_iter();
        pitches.map(|pitch| (pitch, Contrast::new(&self.spectrogram, pitch))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::Depth;

    #[test]
    fn parts_overlap_and_cover_a_sound() {
        for (seconds, count) in [(0, 1), (1, 1), (64, 1), (65, 2), (120, 2), (121, 3), (300, 6)] {
            let frames = seconds * 4_000;
            let sound = Sound::new(4_000, Depth::Int16, vec![vec![0.0; frames]]).unwrap();
            let ranges = Part::ranges(&sound);
            assert_eq!(ranges.len(), count, "{seconds}");
            assert_eq!(ranges.last().unwrap().end, frames, "{seconds}");
            assert!(ranges.windows(2).all(|pair| pair[1].start < pair[0].end), "{seconds}");
        }
    }
}
