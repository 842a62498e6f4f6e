//! Collaborative filtering: patches that look alike are stacked, and what only one of them shows is
//! noise (after Dabov et al., "Image denoising by sparse 3-D transform-domain collaborative
//! filtering", 2007).

#![expect(clippy::indexing_slicing, reason = "kernels: patches lie inside planes of one size")]

use std::sync::LazyLock;

use rayon::prelude::*;

use super::{
    matching::{Match, nearest},
    transform::{AREA, Cosines, Patch, SIDE, across},
};
use crate::{RetouchError, plane::Plane, progress::Steps};

/// Steps that [`Filter::run`] tells.
pub(crate) const SLICES: u32 = 8;
/// Coefficients below this many deviations of the noise are noise.
const THRESHOLD: f32 = 2.7;
/// Rows of references that are worked on as one.
const BAND: usize = 8;

/// What is filtered, and how.
pub(crate) struct Filter<'a> {
    /// Where patches are compared.
    pub(crate) guide: &'a Plane,
    /// The channels to be filtered.
    pub(crate) noisy: &'a [Plane],
    /// A first estimate of the channels: then its power decides, instead of a threshold.
    pub(crate) basic: Option<&'a [Plane]>,
    /// Deviation of the noise in each channel; a channel without noise stays as it is.
    pub(crate) sigmas: &'a [f32],
    /// From one reference to the next, in pixels.
    pub(crate) stride: usize,
    /// How far off patches may be, in pixels.
    pub(crate) reach: usize,
    /// How far apart patches may be, as mean square of a pixel.
    pub(crate) distance_max: f32,
    /// Pixels whose estimate matters; `None` for all.
    pub(crate) wanted: Option<&'a [bool]>,
}

/// Sums of estimates and of their weights over some rows.
struct Band {
    top: usize,
    sums: Vec<Vec<f32>>,
    weights: Vec<Vec<f32>>,
}

impl Filter<'_> {
    /// The filtered channels; where no estimate was asked for, they are as they were. Planes must
    /// have sides of at least [`SIDE`].
    pub(crate) fn run(&self, steps: &mut Steps<'_>) -> Result<Vec<Plane>, RetouchError> {
        let (width, height) = (self.guide.width, self.guide.height);
        let starts = references(height, self.stride);
        let bands: Vec<&[usize]> = starts.chunks(BAND).collect();
        let mut sums = vec![Plane::new(width, height, 0.0); self.noisy.len()];
        let mut weights = sums.clone();
        for slice in 0..SLICES as usize {
            let share = |slice: usize| slice * bands.len() / SLICES as usize;
            let done: Vec<Band> = bands[share(slice)..share(slice + 1)]
                .par_iter()
                .map(|rows| self.band(rows))
                .collect();
            for band in done {
                let start = band.top * width;
                for (plane, part) in sums.iter_mut().zip(&band.sums) {
                    add(&mut plane.data[start..start + part.len()], part);
                }
                for (plane, part) in weights.iter_mut().zip(&band.weights) {
                    add(&mut plane.data[start..start + part.len()], part);
                }
            }
            steps.step()?;
        }
        let channels = sums.iter().zip(&weights).zip(self.noisy);
        Ok(channels.map(|((sum, weight), noisy)| quotient(sum, weight, noisy)).collect())
    }

    fn band(&self, rows: &[usize]) -> Band {
        let (width, height) = (self.guide.width, self.guide.height);
        let first = rows.first().copied().unwrap_or(0);
        let last = rows.last().copied().unwrap_or(0);
        let top = first.saturating_sub(self.reach);
        let bottom = (last + self.reach + SIDE).min(height);
        let empty = vec![vec![0.0; (bottom - top) * width]; self.noisy.len()];
        let mut band = Band { top, sums: empty.clone(), weights: empty };
        let columns = references(width, self.stride);
        for &y in rows {
            for &x in columns.iter().filter(|x| self.is_wanted(**x, y)) {
                self.reference(x, y, &mut band);
            }
        }
        band
    }

    fn is_wanted(&self, x: usize, y: usize) -> bool {
        let Some(wanted) = self.wanted else { return true };
        let width = self.guide.width;
        (y..y + SIDE).any(|y| wanted[y * width + x..y * width + x + SIDE].iter().any(|w| *w))
    }

    fn reference(&self, x: usize, y: usize, band: &mut Band) {
        let distance_max = self.distance_max * AREA as f32;
        let places = nearest(self.guide, (x, y), self.reach, distance_max);
        let cosines = Cosines::get();
        for (channel, noisy) in self.noisy.iter().enumerate() {
            let sigma = self.sigmas[channel];
            if sigma <= 0.0 {
                continue;
            }
            let mut stack = stacked(noisy, &places, cosines);
            let weight = match self.basic {
                None => threshold(&mut stack, sigma),
                Some(basic) => {
                    attenuate(&mut stack, &stacked(&basic[channel], &places, cosines), sigma)
                }
            };
            across(&mut stack);
            for (patch, place) in stack.iter_mut().zip(&places) {
                cosines.inverse(patch);
                let start = (place.y - band.top) * self.guide.width + place.x;
                let sums = &mut band.sums[channel][start..];
                deposit(
                    patch,
                    weight,
                    self.guide.width,
                    (sums, &mut band.weights[channel][start..]),
                );
            }
        }
    }
}

/// Where references start along a side: the last one ends at the border.
fn references(side: usize, stride: usize) -> Vec<usize> {
    let last = side - SIDE;
    let mut starts: Vec<usize> = (0..last).step_by(stride).collect();
    starts.push(last);
    starts
}

fn add(sums: &mut [f32], part: &[f32]) {
    for (sum, value) in sums.iter_mut().zip(part) {
        *sum += value;
    }
}

fn quotient(sum: &Plane, weight: &Plane, noisy: &Plane) -> Plane {
    let values = sum.data.iter().zip(&weight.data).zip(&noisy.data);
    let data = values.map(|((s, w), n)| if *w > 0.0 { s / w } else { *n }).collect();
    Plane { width: sum.width, height: sum.height, data }
}

fn stacked(plane: &Plane, places: &[Match], cosines: Cosines) -> Vec<Patch> {
    let mut stack = vec![[0.0; AREA]; places.len()];
    for (patch, place) in stack.iter_mut().zip(places) {
        for (row, values) in patch.chunks_exact_mut(SIDE).enumerate() {
            let start = (place.y + row) * plane.width + place.x;
            values.copy_from_slice(&plane.data[start..start + SIDE]);
        }
        cosines.forward(patch);
    }
    across(&mut stack);
    stack
}

/// Drops what is below the noise; the weight of what is left.
fn threshold(stack: &mut [Patch], sigma: f32) -> f32 {
    let limit = THRESHOLD * sigma;
    let mut kept = 0.0;
    for (place, value) in stack.iter_mut().flatten().enumerate() {
        if value.abs() < limit && place > 0 {
            *value = 0.0;
        } else {
            kept += 1.0;
        }
    }
    1.0 / (sigma * sigma * kept)
}

/// Wiener's attenuation by the power of a first estimate; the weight of what is left.
fn attenuate(stack: &mut [Patch], basic: &[Patch], sigma: f32) -> f32 {
    let noise = sigma * sigma;
    let mut power = 0.0;
    for (value, estimate) in stack.iter_mut().flatten().zip(basic.iter().flatten()) {
        let gain = estimate * estimate / (estimate * estimate + noise);
        *value *= gain;
        power += gain * gain;
    }
    1.0 / (noise * power.max(1e-3))
}

/// Estimates near the middle of a patch are better than those at its border.
static WINDOW: LazyLock<Patch> = LazyLock::new(|| {
    let bell = |i: usize| {
        let t = 2.0 * i as f32 / (SIDE - 1) as f32 - 1.0;
        (-0.75 * t * t).exp()
    };
    std::array::from_fn(|i| bell(i / SIDE) * bell(i % SIDE))
});

fn deposit(patch: &Patch, weight: f32, width: usize, (sums, weights): (&mut [f32], &mut [f32])) {
    let window = &*WINDOW;
    for (row, (values, bell)) in patch.chunks_exact(SIDE).zip(window.chunks_exact(SIDE)).enumerate()
    {
        let places = row * width..row * width + SIDE;
        let (sums, weights) = (&mut sums[places.clone()], &mut weights[places]);
        for (((sum, total), value), bell) in sums.iter_mut().zip(weights).zip(values).zip(bell) {
            *sum += weight * bell * value;
            *total += weight * bell;
        }
    }
}
