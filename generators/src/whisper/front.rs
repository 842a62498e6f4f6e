//! From sound to the pictures of it that the encoder reads: logarithmic mel spectra.
//!
//! As the feature extractor of `transformers` computes them: Hann windows of 400 samples every 160,
//! power spectra, Slaney's mel filters, log10, at most 8 below the loudest, (x + 4) / 4. The module
//! of `candle-transformers` differs from it by more than 1: it frames the sound without the margin
//! of half a window at the beginning and finds the loudest place in other frames.
//!
//! The loudest place is sought in the whole sound, so a sound is gone through once before its
//! windows are asked for; no more than one window is in memory.

#![expect(clippy::indexing_slicing, reason = "kernels: the lengths are checked where they enter")]

use std::{f64::consts::PI, fmt, sync::Arc};

use rustfft::{
    Fft, FftDirection,
    algorithm::{
        MixedRadix,
        butterflies::{Butterfly5, Butterfly16},
    },
    num_complex::Complex64,
};

/// Samples of a second.
pub(crate) const RATE: usize = 16_000;
/// Samples between two frames.
pub(crate) const HOP: usize = 160;
/// Samples of a frame.
const FRAME: usize = 400;
/// Numbers of a power spectrum.
pub(crate) const FREQUENCIES: usize = FRAME / 2 + 1;
/// The quietest that is told apart.
const FLOOR: f64 = 1e-10;

/// Makes the pictures.
pub(crate) struct Front {
    window: Vec<f64>,
    fft: Arc<dyn Fft<f64>>,
    filters: Vec<Filter>,
}

/// One mel filter: its numbers from the first that is not 0 on.
#[derive(Debug)]
struct Filter {
    first: usize,
    weights: Vec<f64>,
}

impl fmt::Debug for Front {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Front").field("filters", &self.filters.len()).finish_non_exhaustive()
    }
}

impl Front {
    /// With the filters that a folder brings, a row each, or with Slaney's.
    pub(crate) fn new(bins: usize, brought: Option<Vec<Vec<f32>>>) -> Self {
        let rows = brought.map_or_else(
            || slaney(bins),
            |rows| rows.iter().map(|row| row.iter().map(|x| f64::from(*x)).collect()).collect(),
        );
        let hann = |index: usize| 0.5 - 0.5 * (2.0 * PI * index as f64 / FRAME as f64).cos();
        Self {
            window: (0..FRAME).map(hann).collect(),
            fft: transform(),
            filters: rows.iter().map(|row| Filter::new(row)).collect(),
        }
    }

    /// The logarithm of the loudest place among the frames of `samples`.
    pub(crate) fn loudest(&self, samples: &[f32]) -> f32 {
        let mut loudest = FLOOR.log10() as f32;
        let frames = frames(samples.len());
        for first in (0..frames).step_by(CHUNK) {
            let logs = self.logs(samples, first, CHUNK.min(frames - first));
            loudest = logs.iter().copied().fold(loudest, f32::max);
        }
        loudest
    }

    /// `count` frames from the frame `first` on, one row of filters a frame; beyond its end a sound
    /// is silent.
    pub(crate) fn picture(
        &self,
        samples: &[f32],
        loudest: f32,
        first: usize,
        count: usize,
    ) -> Vec<f32> {
        let mut logs = self.logs(samples, first, count);
        for x in &mut logs {
            *x = (x.max(loudest - 8.0) + 4.0) / 4.0;
        }
        logs
    }

    /// The logarithms themselves. Two frames are one complex transform.
    fn logs(&self, samples: &[f32], first: usize, count: usize) -> Vec<f32> {
        let bins = self.filters.len();
        let mut logs = vec![FLOOR.log10() as f32; count * bins];
        let mut buffer = vec![Complex64::default(); FRAME];
        let mut scratch = vec![Complex64::default(); self.fft.get_inplace_scratch_len()];
        let mut powers = [[0.0; FREQUENCIES]; 2];
        for (pair, rows) in logs.chunks_mut(2 * bins).enumerate() {
            let frame = first + 2 * pair;
            // Frames that lie beyond the end hold nothing.
            if frame * HOP >= samples.len() + FRAME / 2 {
                break;
            }
            for (index, (place, window)) in buffer.iter_mut().zip(&self.window).enumerate() {
                let at = |frame: usize| {
                    let at = (frame * HOP + index) as i64 - (FRAME / 2) as i64;
                    // The sound is mirrored at its beginning.
                    let sample = samples.get(at.unsigned_abs() as usize);
                    f64::from(sample.copied().unwrap_or(0.0))
                };
                *place = Complex64::new(at(frame) * window, at(frame + 1) * window);
            }
            self.fft.process_with_scratch(&mut buffer, &mut scratch);
            split(&buffer, &mut powers);
            for (row, powers) in rows.chunks_exact_mut(bins).zip(&powers) {
                for (log, filter) in row.iter_mut().zip(&self.filters) {
                    *log = filter.of(powers).max(FLOOR).log10() as f32;
                }
            }
        }
        logs
    }
}

/// The transform of a frame, put together by hand: a planner would bring every algorithm for every
/// length and every processor into this crate, a quarter of its machine code.
fn transform() -> Arc<dyn Fft<f64>> {
    let five = || Arc::new(Butterfly5::new(FftDirection::Forward));
    let sixteen = Arc::new(Butterfly16::new(FftDirection::Forward));
    Arc::new(MixedRadix::new(sixteen, Arc::new(MixedRadix::new(five(), five()))))
}

/// Frames that are looked at together.
const CHUNK: usize = 2_048;

/// Frames of a sound.
pub(crate) const fn frames(samples: usize) -> usize {
    samples.div_ceil(HOP)
}

/// The power spectra of the two real signals of one transform.
fn split(buffer: &[Complex64], powers: &mut [[f64; FREQUENCIES]; 2]) {
    for frequency in 0..FREQUENCIES {
        let (a, b) = (buffer[frequency], buffer[(FRAME - frequency) % FRAME].conj());
        powers[0][frequency] = (a + b).norm_sqr() / 4.0;
        powers[1][frequency] = (a - b).norm_sqr() / 4.0;
    }
}

impl Filter {
    fn new(row: &[f64]) -> Self {
        let first = row.iter().position(|x| *x != 0.0).unwrap_or(0);
        let last = row.iter().rposition(|x| *x != 0.0).map_or(first, |last| last + 1);
        Self { first, weights: row[first..last].to_vec() }
    }

    fn of(&self, powers: &[f64; FREQUENCIES]) -> f64 {
        self.weights.iter().zip(&powers[self.first..]).map(|(weight, power)| weight * power).sum()
    }
}

/// Triangles of equal area whose corners are evenly spaced on Slaney's mel scale up to 8 kHz.
fn slaney(bins: usize) -> Vec<Vec<f64>> {
    let top = mel(RATE as f64 / 2.0);
    let corners: Vec<f64> =
        (0..bins + 2).map(|index| hertz(top * index as f64 / (bins + 1) as f64)).collect();
    let filter = |corners: &[f64]| {
        let (left, middle, right) = (corners[0], corners[1], corners[2]);
        let weight = |index: usize| {
            let frequency = index as f64 * RATE as f64 / FRAME as f64;
            let up = (frequency - left) / (middle - left);
            let down = (right - frequency) / (right - middle);
            up.min(down).max(0.0) * 2.0 / (right - left)
        };
        (0..FREQUENCIES).map(weight).collect()
    };
    corners.windows(3).map(filter).collect()
}

/// Mels up to 1 kHz: linear; above: logarithmic.
fn mel(hertz: f64) -> f64 {
    if hertz < 1_000.0 {
        3.0 * hertz / 200.0
    } else {
        15.0 + (hertz / 1_000.0).ln() * 27.0 / 6.4_f64.ln()
    }
}

fn hertz(mel: f64) -> f64 {
    if mel < 15.0 {
        200.0 * mel / 3.0
    } else {
        1_000.0 * ((mel - 15.0) * 6.4_f64.ln() / 27.0).exp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_the_floor_and_a_tone_is_in_its_filter() {
        let front = Front::new(80, None);
        let silence = vec![0.0; RATE];
        assert!((front.loudest(&silence) + 10.0).abs() < 1e-6);
        let tone: Vec<f32> = (0..RATE)
            .map(|index| (2.0 * PI * 1_000.0 * index as f64 / RATE as f64).sin() as f32)
            .collect();
        let loudest = front.loudest(&tone);
        let picture = front.picture(&tone, loudest, 50, 1);
        let at = picture.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap().0;
        let middle = hertz(mel(8_000.0) * (at + 1) as f64 / 81.0);
        assert!((middle - 1_000.0).abs() < 40.0, "{middle}");
        assert!((picture[at] - (loudest + 4.0) / 4.0).abs() < 0.01);
    }

    #[test]
    fn a_picture_does_not_depend_on_where_its_windows_are_cut() {
        let front = Front::new(80, None);
        let sound: Vec<f32> = (0..RATE).map(|index| (index as f32 * 0.37).sin()).collect();
        let all = front.picture(&sound, 0.0, 0, 120);
        let part = front.picture(&sound, 0.0, 33, 70);
        for (a, b) in part.iter().zip(&all[33 * 80..]) {
            assert!((a - b).abs() < 1e-5);
        }
    }

    #[test]
    fn brought_filters_are_used() {
        let mut row = vec![0.0; FREQUENCIES];
        row[25] = 1.0;
        let front = Front::new(1, Some(vec![row]));
        let tone: Vec<f32> =
            (0..RATE).map(|index| (2.0 * PI * index as f64 / 16.0).sin() as f32).collect();
        // The window adds up to 200, half of it for either sign of the frequency.
        assert!((front.loudest(&tone) - 10_000_f32.log10()).abs() < 0.01);
    }
}
