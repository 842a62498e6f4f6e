//! Noise: how strong it is, and taking it away.

pub(crate) mod collaborative;
mod matching;
pub(crate) mod noise;
pub(crate) mod transform;

use collaborative::{Filter, SLICES};

use crate::{RetouchError, plane::Plane, progress::Steps};

/// Steps that [`denoised`] tells.
pub(crate) const STEPS: u32 = 2 * SLICES;

/// Weaker noise is not worth the detail that is lost with it.
pub(crate) const SIGMA_MIN: f32 = 3.0;

/// Opponent channels without noise of the given deviations.
pub(crate) fn denoised(
    channels: &[Plane; 3],
    sigmas: [f32; 3],
    steps: &mut Steps<'_>,
) -> Result<[Plane; 3], RetouchError> {
    let padded = channels.clone().map(|plane| at_least(&plane, transform::SIDE));
    let mut filter = Filter {
        guide: &padded[0],
        noisy: &padded,
        basic: None,
        sigmas: &sigmas,
        stride: 4,
        reach: 12,
        distance_max: 2500.0 + 6.0 * sigmas[0] * sigmas[0],
        wanted: None,
    };
    let basic = filter.run(steps)?;
    filter.guide = basic.first().unwrap_or(&padded[0]);
    filter.basic = Some(&basic);
    filter.distance_max = 1200.0;
    let last = filter.run(steps)?;
    let size = (channels[0].width, channels[0].height);
    let mut last = last.into_iter().map(|plane| cropped(&plane, size));
    Ok(channels.clone().map(|plane| last.next().unwrap_or(plane)))
}

/// A plane with sides of at least `side`: the border goes on.
pub(crate) fn at_least(plane: &Plane, side: usize) -> Plane {
    if plane.width >= side && plane.height >= side {
        return plane.clone();
    }
    Plane::from_fn(plane.width.max(side), plane.height.max(side), |x, y| {
        plane.clamped(x as isize, y as isize)
    })
}

/// The top left part of a plane.
pub(crate) fn cropped(plane: &Plane, (width, height): (usize, usize)) -> Plane {
    if (plane.width, plane.height) == (width, height) {
        return plane.clone();
    }
    Plane::from_fn(width, height, |x, y| plane.at(x, y))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lots::Lots;

    #[test]
    fn most_of_the_noise_goes() {
        let mut lots = Lots::new(3);
        let clean =
            Plane::from_fn(
                72,
                64,
                |x, y| if (x / 9 + y / 8).is_multiple_of(2) { 60.0 } else { 180.0 },
            );
        let noisy = [0, 1, 2].map(|_| {
            let mut plane = clean.clone();
            plane.data.iter_mut().for_each(|v| *v += 15.0 * lots.normal());
            plane
        });
        let mut told = |_, _| true;
        let mut steps = Steps::start(&mut told, STEPS).unwrap();
        let result = denoised(&noisy, [15.0; 3], &mut steps).unwrap();
        let error = |plane: &Plane| plane.zip(&clean, |a, b| (a - b) * (a - b)).mean();
        assert!(error(&result[0]) < 0.25 * error(&noisy[0]), "{}", error(&result[0]));
    }
}
