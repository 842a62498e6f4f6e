//! Enlargement by a whole factor.

#![expect(
    clippy::indexing_slicing,
    reason = "kernels: the large plane is a multiple of the small one"
)]

use rayon::prelude::*;

use crate::{
    Picture, RetouchError,
    picture::check_size,
    plane::{self, Plane},
    progress::{Steps, Told},
};

/// Rounds of back-projection.
const ROUNDS: u32 = 8;

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
    let mut steps = Steps::start(told, ROUNDS)?;
    let factor = factor as usize;
    let small = plane::split(picture);
    let mut planes = small.clone().map(|plane| enlarged(&plane, factor));
    for _ in 0..ROUNDS {
        for (plane, small) in planes.iter_mut().zip(&small) {
            project(plane, small, factor);
        }
        steps.step()?;
    }
    plane::join(&planes)
}

/// By cubic convolution.
pub(crate) fn enlarged(plane: &Plane, factor: usize) -> Plane {
    let scale = 1.0 / factor as f32;
    Plane::from_fn(plane.width * factor, plane.height * factor, |x, y| {
        plane.cubic((x as f32 + 0.5) * scale - 0.5, (y as f32 + 0.5) * scale - 0.5)
    })
}

/// Adds what the means of the squares lack.
pub(crate) fn project(plane: &mut Plane, small: &Plane, factor: usize) {
    let lack = small.zip(&averaged(plane, factor), |wanted, is| wanted - is);
    let lack = enlarged(&lack, factor);
    plane.data.par_iter_mut().zip(&lack.data).for_each(|(value, lack)| *value += lack);
}

/// Means over squares.
pub(crate) fn averaged(plane: &Plane, factor: usize) -> Plane {
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
