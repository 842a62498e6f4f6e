//! Normalisation over groups of channels and over rows.

#![expect(clippy::indexing_slicing, reason = "kernels: the lengths are checked where they enter")]

use std::sync::{Mutex, PoisonError};

use pulp::{Arch, Simd, WithSimd};

use super::{Curve, Map};
use crate::threads;

/// Places that a thread takes at once.
const BAND: usize = 256;

/// What was learned of a normalisation.
#[derive(Debug, Clone)]
pub(crate) struct Norm {
    pub(crate) weight: Vec<f32>,
    pub(crate) bias: Vec<f32>,
    pub(crate) epsilon: f64,
}

impl Norm {
    /// Normalises each of `groups` of channels over a whole picture, then bends it.
    pub(crate) fn groups(&self, map: &Map, groups: usize, curve: Option<Curve>) -> Map {
        self.told(map, groups, &[], curve)
    }

    /// The same, with the channels multiplied and moved before they are bent: `told` holds for each
    /// picture one number for each channel that is added to a factor of 1, and then one that is added to
    /// the channel; where it is empty, nothing of that is done.
    pub(crate) fn told(&self, map: &Map, groups: usize, told: &[f32], curve: Option<Curve>) -> Map {
        let mut out = map.clone();
        let (channels, size) = (map.channels, map.places() * map.channels);
        let mut told = told.chunks_exact(2 * channels.max(1));
        for image in out.data.chunks_mut(size.max(1)) {
            let (mut scale, mut shift) = self.affine(image, channels, groups);
            if let Some((factors, moves)) = told.next().map(|told| told.split_at(channels)) {
                for (channel, factor) in factors.iter().enumerate() {
                    scale[channel] *= 1.0 + factor;
                    shift[channel] = shift[channel] * (1.0 + factor) + moves[channel];
                }
            }
            let bands: Vec<Mutex<&mut [f32]>> =
                image.chunks_mut(BAND * channels).map(Mutex::new).collect();
            threads::share(bands.len(), |pieces| {
                for piece in pieces {
                    // Nobody else ever takes this lock.
                    let mut band = bands[piece].lock().unwrap_or_else(PoisonError::into_inner);
                    let (scale, shift) = (&scale, &shift);
                    Arch::new().dispatch(Affine { band: &mut band, scale, shift });
                    if let Some(curve) = curve {
                        curve.bend(&mut band);
                    }
                }
            });
        }
        out
    }

    /// What each channel is multiplied by, and what is added then.
    fn affine(&self, image: &[f32], channels: usize, groups: usize) -> (Vec<f32>, Vec<f32>) {
        let (sums, squares) = moments(image, channels);
        let size = channels / groups.max(1);
        let count = (image.len() / groups.max(1)) as f64;
        let (mut scale, mut shift) = (vec![0.0; channels], vec![0.0; channels]);
        for group in 0..groups {
            let range = group * size..(group + 1) * size;
            let mean = sums[range.clone()].iter().sum::<f64>() / count;
            let square = squares[range.clone()].iter().sum::<f64>() / count;
            // `max` would hide numbers that are none.
            let variance = square - mean * mean;
            let variance = if variance < 0.0 { 0.0 } else { variance };
            let inverse = 1.0 / (variance + self.epsilon).sqrt();
            for channel in range {
                let factor = inverse * f64::from(self.weight[channel]);
                scale[channel] = factor as f32;
                shift[channel] = (f64::from(self.bias[channel]) - mean * factor) as f32;
            }
        }
        (scale, shift)
    }

    /// Normalises every row of as many numbers as were learned.
    pub(crate) fn rows(&self, rows: &[f32]) -> Vec<f32> {
        let length = self.weight.len().max(1);
        let mut out = rows.to_vec();
        Arch::new().dispatch(|| {
            for row in out.chunks_exact_mut(length) {
                let mean = sum(row, |x| x) / length as f32;
                let variance = sum(row, |x| (x - mean) * (x - mean)) / length as f32;
                let inverse = 1.0 / (variance + self.epsilon as f32).sqrt();
                for ((x, weight), bias) in row.iter_mut().zip(&self.weight).zip(&self.bias) {
                    *x = (*x - mean) * inverse * weight + bias;
                }
            }
        });
        out
    }
}

#[inline(always)]
fn sum(row: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    let mut lanes = [0.0; 16];
    let (whole, rest) = row.as_chunks::<16>();
    for chunk in whole {
        for (lane, x) in lanes.iter_mut().zip(chunk) {
            *lane += of(*x);
        }
    }
    lanes.iter().sum::<f32>() + rest.iter().map(|x| of(*x)).sum::<f32>()
}

/// Multiplies each channel and adds to it.
struct Affine<'a> {
    band: &'a mut [f32],
    scale: &'a [f32],
    shift: &'a [f32],
}

impl WithSimd for Affine<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { band, scale, shift } = self;
        for row in band.chunks_exact_mut(scale.len()) {
            for ((x, scale), shift) in row.iter_mut().zip(scale).zip(shift) {
                *x = x.mul_add(*scale, *shift);
            }
        }
    }
}

/// Adds each channel's numbers and their squares.
struct Moments<'a> {
    band: &'a [f32],
    sums: &'a mut [f64],
    squares: &'a mut [f64],
}

impl WithSimd for Moments<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { band, sums, squares } = self;
        for row in band.chunks_exact(sums.len()) {
            for ((x, sum), square) in row.iter().zip(&mut *sums).zip(&mut *squares) {
                let x = f64::from(*x);
                *sum += x;
                *square += x * x;
            }
        }
    }
}

/// Sums of each channel's numbers and of their squares, in 64 bits.
fn moments(image: &[f32], channels: usize) -> (Vec<f64>, Vec<f64>) {
    let bands: Vec<&[f32]> = image.chunks(BAND * channels).collect();
    let empty = || (vec![0.0_f64; channels], vec![0.0_f64; channels]);
    let parts: Vec<Mutex<(Vec<f64>, Vec<f64>)>> =
        bands.iter().map(|_| Mutex::new(empty())).collect();
    threads::share(bands.len(), |pieces| {
        for piece in pieces {
            let mut part = parts[piece].lock().unwrap_or_else(PoisonError::into_inner);
            let (sums, squares) = &mut *part;
            Arch::new().dispatch(Moments { band: bands[piece], sums, squares });
        }
    });
    // Parts are added in one order, whoever computed them.
    let (mut sums, mut squares) = empty();
    for part in parts {
        let (s, q) = part.into_inner().unwrap_or_else(PoisonError::into_inner);
        sums.iter_mut().zip(s).for_each(|(sum, x)| *sum += x);
        squares.iter_mut().zip(q).for_each(|(sum, x)| *sum += x);
    }
    (sums, squares)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_have_mean_zero_and_variance_one() {
        let data: Vec<f32> = (0..600 * 6).map(|i| (i as f32 * 0.37).sin() * 3.0 + 5.0).collect();
        let map = Map { batch: 1, height: 20, width: 30, channels: 6, data };
        let norm = Norm { weight: vec![1.0; 6], bias: vec![0.0; 6], epsilon: 0.0 };
        let out = norm.groups(&map, 3, None);
        for group in 0..3 {
            let pick = |row: &[f32]| [row[2 * group], row[2 * group + 1]];
            let numbers: Vec<f32> = out.data.chunks(6).flat_map(pick).collect();
            let mean = numbers.iter().sum::<f32>() / numbers.len() as f32;
            let square = numbers.iter().map(|x| x * x).sum::<f32>() / numbers.len() as f32;
            assert!(mean.abs() < 1e-5 && (square - 1.0).abs() < 1e-4, "{mean} {square}");
        }
    }

    #[test]
    fn what_is_told_multiplies_and_moves_each_channel_of_its_picture() {
        let data: Vec<f32> = (0..2 * 9 * 4).map(|i| (i as f32 * 0.7).cos()).collect();
        let map = Map { batch: 2, height: 3, width: 3, channels: 4, data };
        let norm = Norm { weight: vec![0.5, 2.0, 1.0, 3.0], bias: vec![0.1; 4], epsilon: 1e-5 };
        let told: Vec<f32> = (0..16).map(|i| (i as f32 * 0.3).sin()).collect();
        let (plain, found) = (norm.groups(&map, 2, None), norm.told(&map, 2, &told, None));
        for (place, (plain, found)) in plain.data.iter().zip(&found.data).enumerate() {
            let (image, channel) = (place / 36, place % 4);
            let (factor, more) = (told[image * 8 + channel], told[image * 8 + 4 + channel]);
            assert!((plain * (1.0 + factor) + more - found).abs() < 1e-5, "{plain} {found}");
        }
    }
}
