//! How strongly the waves of a picture swing, by size and direction, and together in its channels.
//!
//! What a bank of linear filters tells of a picture (the products of their answers) follows from
//! these powers alone, whatever the filters are. So the powers of one picture are given to another,
//! wave by wave, each wave moved as little as possible: edges stay where they were.

#![expect(clippy::indexing_slicing, reason = "kernels: bins are computed from the same bounds")]

use rustfft::num_complex::Complex32;

use super::transport::transport;
use crate::{
    eigen::Symmetric,
    fourier::{self, Spectrum},
    plane::Plane,
};

/// Rings of wave lengths, each half as long as the one before it… and sectors of directions.
const RINGS: usize = 12;
const SECTORS: usize = 4;
/// The width of the mirrored border.
const MARGIN: usize = 16;
/// A wave is made at most so many times as strong, or as weak.
const GAIN_MAX: f64 = 5.0;

/// The cross powers of three channels in every bin.
pub(super) struct Powers(Vec<Symmetric>);

/// The three spectra of a picture.
pub(super) struct Waves {
    channels: [Spectrum; 3],
}

impl Waves {
    pub(super) fn of(planes: &[Plane; 3]) -> Self {
        let channels = planes.each_ref().map(|plane| Spectrum::of(&fourier::padded(plane, MARGIN)));
        Self { channels }
    }

    pub(super) fn powers(&self) -> Powers {
        let mut sums = vec![[0.0f64; 9]; RINGS * SECTORS];
        let mut counts = vec![0.0f64; RINGS * SECTORS];
        let size = self.channels[0].data.len() as f64;
        for place in 1..self.channels[0].data.len() {
            let waves = self.channels.each_ref().map(|channel| channel.data[place]);
            for (bin, share) in bins(self.channels[0].frequency(place)) {
                counts[bin] += share;
                for i in 0..3 {
                    for j in 0..3 {
                        let product = (waves[i] * waves[j].conj()).re;
                        sums[bin][3 * i + j] += share * f64::from(product) / size;
                    }
                }
            }
        }
        let bins = sums.iter().zip(&counts).map(|(sum, count)| {
            let mut values: Vec<f64> = sum.iter().map(|v| v / count.max(1.0)).collect();
            for i in 0..3 {
                // What rounding to levels leaves of a flat picture.
                values[4 * i] += 0.1;
            }
            Symmetric { size: 3, values }
        });
        Powers(bins.collect())
    }

    /// The planes whose waves have the wanted powers: shares of the way for each ring, from the
    /// longest waves to the shortest. The means stay.
    pub(super) fn moved(&self, own: &Powers, wanted: &Powers, shares: &[f32; RINGS]) -> [Plane; 3] {
        let maps: Vec<[f32; 9]> = own
            .0
            .iter()
            .zip(&wanted.0)
            .enumerate()
            .map(|(bin, (from, to))| {
                let map = transport(from, to).mapped(|gain| gain.clamp(1.0 / GAIN_MAX, GAIN_MAX));
                let share = shares[bin / SECTORS];
                std::array::from_fn(|k| {
                    let same = if k % 4 == 0 { 1.0 } else { 0.0 };
                    same + share * (map.values[k] as f32 - same)
                })
            })
            .collect();
        let mut result = self.channels.clone();
        for place in 1..result[0].data.len() {
            let waves = self.channels.each_ref().map(|channel| channel.data[place]);
            let mut map = [0.0f32; 9];
            for (bin, share) in bins(self.channels[0].frequency(place)) {
                for (sum, value) in map.iter_mut().zip(&maps[bin]) {
                    *sum += share as f32 * value;
                }
            }
            for (row, channel) in map.chunks_exact(3).zip(result.iter_mut()) {
                channel.data[place] =
                    row.iter().zip(waves).map(|(factor, wave)| wave * *factor).sum::<Complex32>();
            }
        }
        result.map(Spectrum::plane)
    }

    /// The planes without the border, of the size of `like`.
    pub(super) fn cropped(planes: &[Plane; 3], like: &Plane) -> [Plane; 3] {
        planes.each_ref().map(|plane| fourier::unpadded(plane, like, MARGIN))
    }
}

/// All the way for rings before `ring`, so far for the others.
pub(super) fn shares(ring: usize, share: f32) -> [f32; RINGS] {
    std::array::from_fn(|r| if r < ring { 1.0 } else { share })
}

/// The four bins nearest to a frequency, with shares that sum up to 1.
fn bins((fx, fy): (f32, f32)) -> [(usize, f64); 4] {
    // Half an octave a ring, down from the shortest waves.
    let radius = fx.hypot(fy).max(1e-6);
    let ring = f64::from((RINGS - 1) as f32 + 2.0 * (radius / 0.5).log2());
    let ring = ring.clamp(0.0, (RINGS - 1) as f64 - 1e-6);
    let angle = f64::from(fy.atan2(fx)) / std::f64::consts::PI + 1.0;
    let sector = angle.fract() * SECTORS as f64;
    let (r, s) = (ring.floor(), sector.floor());
    let (a, b) = (ring - r, sector - s);
    let bin = |r: f64, s: f64| r as usize * SECTORS + s as usize % SECTORS;
    [
        (bin(r, s), (1.0 - a) * (1.0 - b)),
        (bin(r + 1.0, s), a * (1.0 - b)),
        (bin(r, s + 1.0), (1.0 - a) * b),
        (bin(r + 1.0, s + 1.0), a * b),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_bins_sum_up() {
        for place in [(0.001f32, 0.0f32), (0.5, -0.5), (-0.1, 0.2), (0.0, 0.3), (-0.4, 0.0)] {
            let sum: f64 = bins(place).iter().map(|(_, share)| share).sum();
            assert!((sum - 1.0).abs() < 1e-9);
            assert!(bins(place).iter().all(|(bin, _)| *bin < RINGS * SECTORS));
        }
    }

    #[test]
    fn powers_become_those_of_the_style() {
        let planes = |a: f32, b: f32| {
            [0, 1, 2].map(|c| {
                Plane::from_fn(64, 64, |x, y| {
                    let (x, y) = (x as f32, y as f32 + c as f32);
                    100.0 + a * (x * 1.7 + (y * 0.9).sin()).sin() + b * (0.3 * y).cos()
                })
            })
        };
        let (content, style) = (Waves::of(&planes(10.0, 20.0)), Waves::of(&planes(18.0, 9.0)));
        let (own, wanted) = (content.powers(), style.powers());
        let moved =
            Waves::cropped(&content.moved(&own, &wanted, &shares(0, 1.0)), &planes(1.0, 1.0)[0]);
        let apart = |a: &Powers| -> f64 {
            let pairs = a.0.iter().zip(&wanted.0);
            pairs.map(|(a, b)| (a.values[0].ln() - b.values[0].ln()).powi(2)).sum()
        };
        assert!(apart(&Waves::of(&moved).powers()) < 0.3 * apart(&own));
    }
}
