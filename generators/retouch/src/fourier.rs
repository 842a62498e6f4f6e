//! Fourier transforms of planes.

#![expect(clippy::indexing_slicing, reason = "kernels: mirrored coordinates lie inside the plane")]

use rustfft::{FftPlanner, num_complex::Complex32};

use crate::plane::Plane;

/// A spectrum, row by row.
#[derive(Clone)]
pub(crate) struct Spectrum {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) data: Vec<Complex32>,
}

impl Spectrum {
    pub(crate) fn of(plane: &Plane) -> Self {
        let data = plane.data.iter().map(|value| Complex32::new(*value, 0.0)).collect();
        let mut spectrum = Self { width: plane.width, height: plane.height, data };
        spectrum.transform(false);
        spectrum
    }

    /// The real part of the plane that has this spectrum.
    pub(crate) fn plane(mut self) -> Plane {
        self.transform(true);
        let scale = 1.0 / (self.width * self.height) as f32;
        let data = self.data.iter().map(|value| value.re * scale).collect();
        Plane { width: self.width, height: self.height, data }
    }

    /// Frequencies of a place in cycles per pixel, −½ to ½.
    pub(crate) fn frequency(&self, place: usize) -> (f32, f32) {
        let signed = |k: usize, n: usize| {
            if 2 * k > n { (k as f32 - n as f32) / n as f32 } else { k as f32 / n as f32 }
        };
        (signed(place % self.width, self.width), signed(place / self.width, self.height))
    }

    fn transform(&mut self, inverse: bool) {
        let mut planner = FftPlanner::new();
        let mut plan = |length| {
            if inverse {
                planner.plan_fft_inverse(length)
            } else {
                planner.plan_fft_forward(length)
            }
        };
        let (across, down) = (plan(self.width), plan(self.height));
        across.process(&mut self.data);
        let mut columns = transposed(&self.data, self.width, self.height);
        down.process(&mut columns);
        self.data = transposed(&columns, self.height, self.width);
    }
}

/// The plane with mirror images of at least `margin` pixels around, such that its sides are quick to
/// transform.
pub(crate) fn padded(plane: &Plane, margin: usize) -> Plane {
    let (width, height) = (handy(plane.width + 2 * margin), handy(plane.height + 2 * margin));
    let margin = margin as isize;
    Plane::from_fn(width, height, |x, y| {
        let x = mirrored(x as isize - margin, plane.width);
        plane.at(x, mirrored(y as isize - margin, plane.height))
    })
}

/// Back from [`padded`], to the size of `like`.
pub(crate) fn unpadded(plane: &Plane, like: &Plane, margin: usize) -> Plane {
    Plane::from_fn(like.width, like.height, |x, y| plane.at(x + margin, y + margin))
}

fn transposed(data: &[Complex32], width: usize, height: usize) -> Vec<Complex32> {
    let mut result = vec![Complex32::default(); data.len()];
    for (y, row) in data.chunks(width).enumerate() {
        for (x, value) in row.iter().enumerate() {
            result[x * height + y] = *value;
        }
    }
    result
}

/// A coordinate folded into a side, the border pixel repeated.
fn mirrored(place: isize, side: usize) -> usize {
    let period = 2 * side as isize;
    let place = place.rem_euclid(period);
    place.min(period - 1 - place) as usize
}

/// The next length that has only small prime factors.
fn handy(length: usize) -> usize {
    (length..)
        .find(|n| {
            let mut rest = *n;
            for factor in [2, 3, 5] {
                while rest % factor == 0 {
                    rest /= factor;
                }
            }
            rest == 1
        })
        .unwrap_or(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plane_comes_back() {
        for (width, height) in [(1, 1), (13, 7), (40, 31)] {
            let plane = Plane::from_fn(width, height, |x, y| ((x * 31 + y * 17) % 97) as f32);
            let back = unpadded(&Spectrum::of(&padded(&plane, 9)).plane(), &plane, 9);
            let worst = back.zip(&plane, |a, b| (a - b).abs()).quantile(1.0);
            assert!(worst < 1e-3, "{worst}");
        }
    }
}
