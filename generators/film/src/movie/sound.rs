//! Sound to Opus packets.

use std::f64::consts::PI;

use opus_pure::{Application, MAX_PACKET_BYTES, OpusEncoder};

use super::{Sample, failed};
use crate::{error::FilmError, storyboard::Sound};

/// Samples a second of all sound in a film.
pub(crate) const RATE: u32 = 48_000;
/// Samples of a packet: 20 ms.
const PACKET: usize = 960;
const BITS: i32 = 64_000;
/// Samples on each side that a resampled one is made of, at the same rate.
const SIDE: f64 = 16.0;

/// Encodes sound as it comes.
pub(crate) struct Packets {
    encoder: OpusEncoder,
    /// Samples that do not fill a packet yet.
    waiting: Vec<f32>,
}

impl std::fmt::Debug for Packets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Packets")
    }
}

impl Packets {
    pub(crate) fn new() -> Result<Self, FilmError> {
        let encoder = OpusEncoder::new(RATE as i32, 1, Application::Audio);
        let mut encoder = encoder.map_err(failed)?;
        encoder.bitrate_bps = BITS;
        Ok(Self { encoder, waiting: Vec::new() })
    }

    /// How many samples a decoder must leave out at the start.
    pub(crate) fn skip(&self) -> u16 {
        self.encoder.lookahead() as u16
    }

    /// The packets that these samples fill.
    pub(crate) fn push(&mut self, samples: &[f32]) -> Result<Vec<Sample>, FilmError> {
        self.waiting.extend(samples.iter().map(|sample| sample.clamp(-1.0, 1.0)));
        let whole = self.waiting.len() / PACKET * PACKET;
        let rest = self.waiting.split_off(whole);
        let ready = std::mem::replace(&mut self.waiting, rest);
        ready.as_chunks::<PACKET>().0.iter().map(|block| self.packet(block)).collect()
    }

    /// The packets that hold what the encoder has not given yet.
    pub(crate) fn finish(&mut self) -> Result<Vec<Sample>, FilmError> {
        let missing = usize::from(self.skip()) + self.waiting.len();
        let silence = missing.next_multiple_of(PACKET) - self.waiting.len();
        self.push(&vec![0.0; silence])
    }

    fn packet(&mut self, block: &[f32]) -> Result<Sample, FilmError> {
        let mut bytes = vec![0; MAX_PACKET_BYTES];
        let length = self.encoder.encode(block, PACKET, &mut bytes).map_err(failed)?;
        bytes.truncate(length);
        Ok(Sample { bytes, duration: PACKET as u32, is_key: true })
    }
}

/// All packets of a sound that is cut at `seconds`, the samples to skip, and those that are heard.
pub(crate) fn encoded(sound: &Sound, seconds: f64) -> Result<(Vec<Sample>, u16, u64), FilmError> {
    let mut resampler = Resampler::new(sound.rate)?;
    let mut samples = resampler.push(&sound.samples)?;
    samples.extend(resampler.finish());
    samples.truncate((seconds * f64::from(RATE)).round() as usize);
    let mut packets = Packets::new()?;
    let mut all = packets.push(&samples)?;
    all.extend(packets.finish()?);
    // The last packet ends where the sound does.
    let heard = samples.len() as u64;
    let length = heard + u64::from(packets.skip());
    let whole = all.len() as u64 * PACKET as u64;
    if let Some(last) = all.last_mut() {
        last.duration -= (whole - length).min(u64::from(last.duration) - 1) as u32;
    }
    Ok((all, packets.skip(), heard))
}

/// Sound at another rate, piece by piece, by a windowed sinc.
#[derive(Debug)]
pub(crate) struct Resampler {
    rate: u32,
    /// Samples from `first` on that are still needed.
    kept: Vec<f32>,
    first: u64,
    /// How many samples were given out.
    given: u64,
    /// Weights of the given samples around each place between two of them that occurs.
    weights: Vec<Option<Box<[f32]>>>,
}

impl Resampler {
    /// From `rate` samples a second to [`RATE`].
    pub(crate) fn new(rate: u32) -> Result<Self, FilmError> {
        if !(8_000..=192_000).contains(&rate) {
            let reason = format!("{rate} samples a second: give 8,000 to 192,000");
            return Err(FilmError::Sound(reason));
        }
        let places = (RATE / divisor(rate, RATE)) as usize;
        Ok(Self { rate, kept: Vec::new(), first: 0, given: 0, weights: vec![None; places] })
    }

    /// What can be said after these samples.
    pub(crate) fn push(&mut self, samples: &[f32]) -> Result<Vec<f32>, FilmError> {
        if samples.iter().any(|sample| !sample.is_finite()) {
            let reason = "a sample is no number: give samples from -1 to 1".to_owned();
            return Err(FilmError::Sound(reason));
        }
        if self.rate == RATE {
            return Ok(samples.to_vec());
        }
        self.kept.extend_from_slice(samples);
        let known = self.first + self.kept.len() as u64;
        Ok(self.until(known.saturating_sub(self.reach() + 1)))
    }

    /// The rest, as if silence followed.
    pub(crate) fn finish(&mut self) -> Vec<f32> {
        let known = self.first + self.kept.len() as u64;
        if self.rate == RATE { Vec::new() } else { self.until(known) }
    }

    /// Given samples on each side that count.
    fn reach(&self) -> u64 {
        (SIDE * (f64::from(self.rate) / f64::from(RATE)).max(1.0)).ceil() as u64
    }

    /// All samples whose place is before the given sample `end`.
    fn until(&mut self, end: u64) -> Vec<f32> {
        let (rate, to, reach) = (u64::from(self.rate), u64::from(RATE), self.reach());
        let step = u64::from(divisor(self.rate, RATE));
        let mut new = Vec::new();
        while self.given * rate < end * to {
            let (whole, rest) = (self.given * rate / to, self.given * rate % to);
            let weights = self.weights.get_mut((rest / step) as usize);
            let weights = weights.map(|kept| {
                &**kept
                    .get_or_insert_with(|| weights_of(rest as f64 / to as f64, (self.rate, reach)))
            });
            // The weights start with the sample `whole - reach`, which may be before the first.
            let start = whole.saturating_sub(reach).max(self.first);
            let left_out = (start + reach).saturating_sub(whole) as usize;
            let near = self.kept.iter().skip((start - self.first) as usize);
            let sum: f32 = weights
                .unwrap_or_default()
                .iter()
                .skip(left_out)
                .zip(near)
                .map(|(w, s)| w * s)
                .sum();
            new.push(sum);
            self.given += 1;
        }
        let needed = (self.given * rate / to).saturating_sub(reach).max(self.first);
        let old = ((needed - self.first) as usize).min(self.kept.len());
        self.kept.drain(..old);
        self.first += old as u64;
        new
    }
}

/// Weights of the samples from `reach` before to `reach` after, for a place `share` behind one.
fn weights_of(share: f64, (rate, reach): (u32, u64)) -> Box<[f32]> {
    let cut = (f64::from(RATE) / f64::from(rate)).min(1.0) * 0.97;
    let reach = reach as i64;
    let weights = (-reach..=reach).map(|at| {
        let away = at as f64 - share;
        let window = (away / (reach as f64 + 1.0) * PI / 2.0).cos().powi(2);
        (cut * sinc(away * cut) * window) as f32
    });
    weights.collect()
}

/// The greatest common divisor.
const fn divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { divisor(b, a % b) }
}

fn sinc(x: f64) -> f64 {
    if x.abs() < 1e-9 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(rate: u32, seconds: f64) -> Vec<f32> {
        let count = (f64::from(rate) * seconds) as u32;
        (0..count)
            .map(|at| (f64::from(at) / f64::from(rate) * 440.0 * 2.0 * PI).sin() as f32 * 0.5)
            .collect()
    }

    #[test]
    fn a_tone_stays_itself_at_another_rate() {
        for rate in [8_000, 22_050, 44_100, 96_000] {
            let mut resampler = Resampler::new(rate).unwrap();
            let mut samples = Vec::new();
            for piece in tone(rate, 0.5).chunks(977) {
                samples.extend(resampler.push(piece).unwrap());
            }
            samples.extend(resampler.finish());
            let expected = tone(RATE, 0.5);
            assert!(samples.len().abs_diff(expected.len()) <= 6, "{rate}: {}", samples.len());
            let inner = samples.iter().zip(&expected).skip(2000).take(18_000);
            let worst = inner.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst < 0.01, "{rate}: {worst}");
        }
    }

    #[test]
    fn packets_hold_all_of_the_sound() {
        for count in [0, 1, 959, 960, 961, 48_000] {
            let sound = Sound { rate: RATE, samples: vec![0.1; count] };
            let (packets, skip, heard) = encoded(&sound, 10.0).unwrap();
            let length: u64 = packets.iter().map(|packet| u64::from(packet.duration)).sum();
            assert_eq!(heard, count as u64);
            assert_eq!(length, heard + u64::from(skip), "{count}");
        }
    }

    #[test]
    fn sounds_that_are_none_are_refused() {
        assert!(Resampler::new(0).is_err());
        assert!(Resampler::new(48_000).unwrap().push(&[f32::NAN]).is_err());
    }
}
