//! How loud each frequency of a sound is over time.

use std::sync::Arc;

use rustfft::{Fft, FftDirection, FftPlanner, num_complex::Complex32};

use super::{HOP, RATE, WINDOW};

/// Frequencies of a frame, from 0 to half of the rate.
const BINS: usize = WINDOW / 2 + 1;

/// The distance of two frequencies of a frame, in Hz.
pub(super) const HERTZ: f32 = RATE as f32 / WINDOW as f32;

/// Short transforms of two channels at once: one is the real part, the other the imaginary part.
pub(super) struct Frames {
    forward: Arc<dyn Fft<f32>>,
    inverse: Arc<dyn Fft<f32>>,
    window: Vec<f32>,
}

impl Frames {
    pub(super) fn new() -> Self {
        let mut planner = FftPlanner::new();
        let turn = std::f32::consts::TAU / WINDOW as f32;
        Self {
            forward: planner.plan_fft(WINDOW, FftDirection::Forward),
            inverse: planner.plan_fft(WINDOW, FftDirection::Inverse),
            // Hann's; its squares at four places a window add up to a constant.
            window: (0..WINDOW).map(|at| 0.5 - 0.5 * (turn * at as f32).cos()).collect(),
        }
    }

    /// How many frames fit into so many samples.
    pub(super) const fn count(samples: usize) -> usize {
        if samples < WINDOW { 0 } else { (samples - WINDOW) / HOP + 1 }
    }

    /// The spectrum of a frame, not scaled.
    pub(super) fn spectrum(&self, pair: &[Complex32], frame: usize) -> Vec<Complex32> {
        let samples = pair.iter().skip(frame * HOP).zip(&self.window);
        let mut values: Vec<Complex32> = samples.map(|(sample, weight)| sample * weight).collect();
        values.resize(WINDOW, Complex32::default());
        self.forward.process(&mut values);
        values
    }

    /// Adds what a spectrum sounds like to `pair`; all frames together restore what they came from.
    pub(super) fn add(&self, mut spectrum: Vec<Complex32>, frame: usize, pair: &mut [Complex32]) {
        self.inverse.process(&mut spectrum);
        // The transforms scale by WINDOW, and Hann's squares add up to 3 / 8 of the frames that
        // overlap.
        let scale = 1.0 / (WINDOW as f32 * 0.375 * (WINDOW / HOP) as f32);
        let values = spectrum.iter().zip(&self.window);
        let samples = pair.iter_mut().skip(frame * HOP);
        samples.zip(values).for_each(|(sample, (value, weight))| *sample += value * weight * scale);
    }
}

/// Loudness over time and frequency, of all channels together.
pub(super) struct Spectrogram {
    /// For every frame, the magnitudes of all frequencies below each of `BINS + 1` edges, summed.
    sums: Vec<f32>,
    /// For every frame, the power of all frequencies.
    powers: Vec<f32>,
}

impl Spectrogram {
    /// The spectrogram of pairs of channels of one length at [`RATE`].
    pub(super) fn new(pairs: &[Vec<Complex32>]) -> Self {
        let frames = Frames::new();
        let count = pairs.iter().map(|pair| Frames::count(pair.len())).min().unwrap_or_default();
        let mut sums = Vec::with_capacity(count * (BINS + 1));
        let mut powers = Vec::with_capacity(count);
        for frame in 0..count {
            let mut power = vec![0.0; BINS];
            pairs.iter().for_each(|pair| gather(&frames.spectrum(pair, frame), &mut power));
            powers.push(power.iter().sum());
            let mut sum = 0.0;
            sums.push(sum);
            sums.extend(power.into_iter().map(|power| {
                sum += power.sqrt();
                sum
            }));
        }
        Self { sums, powers }
    }

    pub(super) const fn frames(&self) -> usize {
        self.powers.len()
    }

    /// The power of every frame.
    pub(super) fn powers(&self) -> &[f32] {
        &self.powers
    }

    /// The mean magnitude of a frame between each two neighbours of `edges`, in Hz.
    pub(super) fn bands<'a>(
        &'a self,
        frame: usize,
        edges: &'a [f32],
    ) -> impl Iterator<Item = f32> + 'a {
        let row = self.sums.get(frame * (BINS + 1)..(frame + 1) * (BINS + 1)).unwrap_or_default();
        let position = |edge: f32| edge / HERTZ;
        let below = move |edge: f32| {
            let position = position(edge);
            let (bin, part) = (position as usize, position.fract());
            let lower = row.get(bin).copied().unwrap_or_default();
            let upper = row.get(bin + 1).copied().unwrap_or(lower);
            lower + (upper - lower) * part
        };
        edges.array_windows().map(move |[lower, upper]| {
            let width = position(*upper) - position(*lower);
            (below(*upper) - below(*lower)).max(0.0) / width
        })
    }
}

/// Adds the power of both channels of a pair: opposite frequencies of their sum and difference.
fn gather(spectrum: &[Complex32], power: &mut [f32]) {
    let opposite = spectrum.iter().take(1).chain(spectrum.iter().rev());
    let both = spectrum.iter().zip(opposite).zip(power);
    both.for_each(|((value, other), power)| *power += 0.5 * (value.norm_sqr() + other.norm_sqr()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(hertz: f32, samples: usize) -> Vec<f32> {
        let turn = std::f32::consts::TAU * hertz / RATE as f32;
        (0..samples).map(|at| (turn * at as f32).sin()).collect()
    }

    #[test]
    fn frames_restore_what_they_came_from() {
        let pair: Vec<Complex32> = tone(440.0, 4000)
            .into_iter()
            .zip(tone(1900.0, 4000))
            .map(|(left, right)| Complex32::new(left, right))
            .collect();
        let frames = Frames::new();
        let mut sum = vec![Complex32::default(); 4000];
        for frame in 0..Frames::count(4000) {
            frames.add(frames.spectrum(&pair, frame), frame, &mut sum);
        }
        // The ends are covered by fewer frames.
        for (restored, sample) in sum.iter().zip(&pair).skip(WINDOW).take(4000 - 2 * WINDOW) {
            assert!((restored - sample).norm() < 1e-4, "{restored} is not {sample}");
        }
    }

    #[test]
    fn a_tone_is_in_its_band_and_both_channels_count() {
        let left = tone(1000.0, 4000);
        let quiet: Vec<Complex32> = left.iter().map(|x| Complex32::new(*x, 0.0)).collect();
        let both: Vec<Complex32> = left.iter().map(|x| Complex32::new(*x, -*x)).collect();
        let bands = |pair: Vec<Complex32>| -> Vec<f32> {
            Spectrogram::new(&[pair]).bands(5, &[0.0, 900.0, 1100.0, 8000.0]).collect()
        };
        let (one, two) = (bands(quiet), bands(both));
        assert!(one[1] > 50.0 * one[0] && one[1] > 50.0 * one[2], "{one:?}");
        assert!((two[1] / one[1] - 2.0_f32.sqrt()).abs() < 1e-3, "{two:?}");
    }
}
