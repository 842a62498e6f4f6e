//! Enlargement by a whole factor.

#![expect(
    clippy::indexing_slicing,
    reason = "kernels: the large plane is a multiple of the small one"
)]

use rayon::prelude::*;

use crate::{
    Picture, RetouchError,
    denoise::{
        at_least,
        collaborative::{Filter, SLICES},
        cropped,
        transform::SIDE,
    },
    picture::check_size,
    plane::{self, LIGHT, Plane, from_opponent, to_opponent},
    progress::{Steps, Told},
};

/// Rounds of back-projection before and after each filtering.
const ROUNDS: usize = 3;
/// Thresholds of the filterings, as deviation of noise in levels: what patches that look alike do
/// not share goes, and with it the stairs that enlarging leaves.
const SIGMAS: [f32; 3] = [6.0, 4.0, 2.5];

/// The picture `factor` times as wide and as high. Averaged over squares of `factor` × `factor`
/// pixels, the result is again the picture: detail is added, none is lost.
///
/// # Errors
/// [`RetouchError::FactorOutOfRange`] unless the factor is 2, 3 or 4, [`RetouchError::TooLarge`] if
/// the result would be, [`RetouchError::Cancelled`].
pub fn enlarge(picture: &Picture, factor: u32, told: Told<'_>) -> Result<Picture, RetouchError> {
    if !(2..=4).contains(&factor) {
        return Err(RetouchError::FactorOutOfRange(factor));
    }
    let large = |side: u32| side.saturating_mul(factor);
    check_size(large(picture.width()), large(picture.height()))?;
    let mut steps = Steps::start(told, SIGMAS.len() as u32 * SLICES)?;
    let factor = factor as usize;
    let small = to_opponent(&plane::split(picture));
    let mut planes = small.clone().map(|plane| enlarged(&plane, factor));
    projected(&mut planes, &small, factor);
    for sigma in SIGMAS {
        let light = at_least(&planes[0], SIDE);
        let filter = Filter {
            guide: &light,
            noisy: std::slice::from_ref(&light),
            basic: None,
            sigmas: &[sigma * LIGHT],
            stride: 4,
            reach: 8,
            distance_max: 600.0,
            wanted: None,
        };
        if let Some(filtered) = filter.run(&mut steps)?.first() {
            planes[0] = cropped(filtered, (planes[0].width, planes[0].height));
        }
        projected(&mut planes, &small, factor);
    }
    plane::join(&from_opponent(&planes))
}

fn projected(planes: &mut [Plane; 3], small: &[Plane; 3], factor: usize) {
    for (plane, small) in planes.iter_mut().zip(small) {
        for _ in 0..ROUNDS {
            project(plane, small, factor);
        }
    }
}

/// By cubic convolution.
fn enlarged(plane: &Plane, factor: usize) -> Plane {
    let scale = 1.0 / factor as f32;
    Plane::from_fn(plane.width * factor, plane.height * factor, |x, y| {
        plane.cubic((x as f32 + 0.5) * scale - 0.5, (y as f32 + 0.5) * scale - 0.5)
    })
}

/// Adds what the means of the squares lack.
fn project(plane: &mut Plane, small: &Plane, factor: usize) {
    let lack = small.zip(&averaged(plane, factor), |wanted, is| wanted - is);
    let lack = enlarged(&lack, factor);
    plane.data.par_iter_mut().zip(&lack.data).for_each(|(value, lack)| *value += lack);
}

/// Means over squares.
fn averaged(plane: &Plane, factor: usize) -> Plane {
    let scale = 1.0 / (factor * factor) as f32;
    Plane::from_fn(plane.width / factor, plane.height / factor, |x, y| {
        let rows = y * factor..(y + 1) * factor;
        let sum: f32 = rows
            .map(|row| {
                let start = row * plane.width + x * factor;
                plane.data[start..start + factor].iter().sum::<f32>()
            })
            .sum();
        sum * scale
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averages_are_the_picture() {
        let pixels: Vec<u8> = (0..24 * 20 * 3).map(|i| 60 + (i * 7 % 120) as u8).collect();
        let small = Picture::new(24, 20, pixels).unwrap();
        for factor in [2, 3, 4] {
            let large = enlarge(&small, factor, &mut |_, _| true).unwrap();
            let wanted = plane::split(&small);
            for (large, small) in plane::split(&large).iter().zip(&wanted) {
                let means = averaged(large, factor as usize);
                let far = means.zip(small, |a, b| (a - b).abs()).quantile(0.95);
                assert!(far < 4.0, "{factor}: {far}");
            }
        }
        let error = enlarge(&small, 5, &mut |_, _| true).unwrap_err();
        assert_eq!(error, RetouchError::FactorOutOfRange(5));
    }
}
