//! Blur: how wide it is, and taking it back.

#![expect(clippy::indexing_slicing, reason = "kernels: planes and spectra have one size")]

use rustfft::num_complex::Complex32;

use crate::{
    RetouchError,
    fourier::{self, Spectrum},
    plane::{Plane, quantile},
    progress::Steps,
};

/// Edges of usual photos are at least this wide, as the deviation of a Gaussian in pixels.
const USUAL: f32 = 0.3;
/// Narrower edges are usual: twelve photos have .5 to .74, and blurred by 1.2 pixels more than 1.1.
const BLUR_MIN: f32 = 0.88;
/// Share of the edges that may be sharper than the width that counts.
const SHARPER: f32 = 0.4;
/// Wider blur than this leaves nothing to be taken back.
const BLUR_MAX: f32 = 4.0;
/// By how much a plane is blurred again to see how wide its edges are.
const AGAIN: f32 = 1.0;
/// Steps that [`sharpened`] tells.
pub(crate) const ROUNDS: u32 = 7;
/// Width of the mirrored border.
const MARGIN: usize = 24;

/// Deviation in pixels of the Gaussian by which a plane seems to be blurred beyond what is usual; 0
/// if it is as sharp as usual. Blurring once more changes sharp edges more than soft ones.
pub(crate) fn blur(luma: &Plane, noise: f32) -> f32 {
    if luma.width < 32 || luma.height < 32 {
        return 0.0;
    }
    let (steep, again) = (steepness(luma), steepness(&luma.blurred(AGAIN)));
    let strong = steep.quantile(0.96).max(6.0 * noise).max(4.0);
    let mut widths = Vec::new();
    for y in 1..luma.height - 1 {
        for x in 1..luma.width - 1 {
            let (sharp, soft) = (steep.at(x, y), again.at(x, y));
            if sharp >= strong && sharp > 1.02 * soft && soft > 0.0 && is_crest(&steep, x, y) {
                widths.push(AGAIN / ((sharp / soft) * (sharp / soft) - 1.0).sqrt());
            }
        }
    }
    if widths.len() < 60 {
        return 0.0;
    }
    let width = quantile(&mut widths, SHARPER);
    if width < BLUR_MIN { 0.0 } else { (width * width - USUAL * USUAL).sqrt().min(BLUR_MAX) }
}

/// Nothing beside is steeper.
fn is_crest(steep: &Plane, x: usize, y: usize) -> bool {
    let here = steep.at(x, y);
    (y - 1..=y + 1).all(|row| (x - 1..=x + 1).all(|column| steep.at(column, row) <= here))
}

fn steepness(plane: &Plane) -> Plane {
    Plane::from_fn(plane.width, plane.height, |x, y| {
        let (x, y) = (x as isize, y as isize);
        let across = plane.clamped(x + 1, y) - plane.clamped(x - 1, y);
        let down = plane.clamped(x, y + 1) - plane.clamped(x, y - 1);
        0.5 * across.hypot(down)
    })
}

/// The plane as it may have been before a Gaussian blur of `sigma` pixels: the one whose blur is the
/// plane and whose differences of neighbours sum up to least (half-quadratic splitting after Wang,
/// Yang, Yin and Zhang, "A new alternating minimization algorithm for total variation image
/// reconstruction", 2008). `noise` is the deviation of what noise is left.
pub(crate) fn sharpened(
    luma: &Plane,
    sigma: f32,
    noise: f32,
    steps: &mut Steps<'_>,
) -> Result<Plane, RetouchError> {
    let padded = fourier::padded(luma, MARGIN).map(|value| value / 255.0);
    let blurred = Spectrum::of(&padded);
    let noise = (noise.max(0.6) / 255.0).powi(2);
    let fidelity = 0.12 / noise;
    let gains: Vec<(f32, f32)> = (0..blurred.data.len())
        .map(|place| {
            let (fx, fy) = blurred.frequency(place);
            let turn = std::f32::consts::TAU * sigma;
            let kernel = (-0.5 * turn * turn * (fx * fx + fy * fy)).exp();
            let slope = |f: f32| 2.0 - 2.0 * (std::f32::consts::TAU * f).cos();
            (kernel, slope(fx) + slope(fy))
        })
        .collect();
    let mut sharp = padded;
    let mut weight = 4.0;
    for _ in 0..ROUNDS {
        let slopes = Spectrum::of(&shrunk_divergence(&sharp, 1.0 / weight));
        let mut next = blurred.clone();
        let values = next.data.iter_mut().zip(&slopes.data).zip(&gains);
        values.for_each(|((value, slope), (kernel, power)): ((&mut Complex32, _), _)| {
            let sum = *value * (fidelity * kernel) + slope * weight;
            *value = sum / (fidelity * kernel * kernel + weight * power + 1e-9);
        });
        sharp = next.plane();
        weight *= 3.0;
        steps.step()?;
    }
    Ok(fourier::unpadded(&sharp, luma, MARGIN).map(|value| value * 255.0))
}

/// Differences of neighbours, each made shorter by `limit`, put back to where they pull.
fn shrunk_divergence(plane: &Plane, limit: f32) -> Plane {
    let (width, height) = (plane.width, plane.height);
    let (mut across, mut down) = (plane.clone(), plane.clone());
    for y in 0..height {
        for x in 0..width {
            let here = plane.at(x, y);
            let a = plane.at((x + 1) % width, y) - here;
            let b = plane.at(x, (y + 1) % height) - here;
            let length = a.hypot(b);
            let share = if length > limit { 1.0 - limit / length } else { 0.0 };
            across.data[y * width + x] = a * share;
            down.data[y * width + x] = b * share;
        }
    }
    Plane::from_fn(width, height, |x, y| {
        let left = across.at((x + width - 1) % width, y);
        let up = down.at(x, (y + height - 1) % height);
        left - across.at(x, y) + up - down.at(x, y)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tiles() -> Plane {
        let tile =
            |x: usize, y: usize| if (x / 22 + y / 26).is_multiple_of(2) { 50.0 } else { 190.0 };
        Plane::from_fn(192, 160, tile).blurred(0.4)
    }

    #[test]
    fn the_width_of_a_blur_is_found() {
        assert_eq!(blur(&tiles(), 0.0), 0.0);
        for sigma in [1.5f32, 2.5] {
            let found = blur(&tiles().blurred(sigma), 0.0);
            assert!((found / sigma - 1.0).abs() < 0.25, "{sigma}: {found}");
        }
    }

    #[test]
    fn a_blur_is_taken_back() {
        let blurred = tiles().blurred(1.5);
        let mut told = |_, _| true;
        let mut steps = Steps::start(&mut told, ROUNDS).unwrap();
        let sharp = sharpened(&blurred, 1.5, 0.5, &mut steps).unwrap();
        let error = |plane: &Plane| plane.zip(&tiles(), |a, b| (a - b) * (a - b)).mean();
        assert!(error(&sharp) < 0.3 * error(&blurred), "{} {}", error(&sharp), error(&blurred));
    }
}
