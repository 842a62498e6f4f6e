//! Filling by what patches that look alike have in common.

#![expect(clippy::indexing_slicing, reason = "kernels: masks and planes have one size")]

use crate::{
    RetouchError,
    denoise::{collaborative::Filter, transform::SIDE},
    plane::Plane,
    progress::Steps,
};

/// Rounds of filtering, each with a lower threshold.
pub(crate) const ROUNDS: u32 = 14;
/// Threshold of the first and of the last round, as deviation of noise.
const SIGMAS: (f32, f32) = (25.0, 1.2);

/// Replaces missing pixels, which hold a first guess, by estimates that get ever sharper. All planes
/// have sides of at least [`SIDE`]; each round is one step.
pub(crate) fn sharpened(
    channels: &mut [Plane; 3],
    missing: &[bool],
    steps: &mut Steps<'_>,
) -> Result<(), RetouchError> {
    debug_assert!(channels[0].width >= SIDE && channels[0].height >= SIDE);
    for round in 0..ROUNDS {
        let along = round as f32 / (ROUNDS - 1) as f32;
        let sigma = SIGMAS.0 * (SIGMAS.1 / SIGMAS.0).powf(along);
        let filter = Filter {
            guide: &channels[0],
            noisy: &channels[..],
            basic: None,
            sigmas: &[sigma; 3],
            stride: if round % 2 == 0 { 3 } else { 2 },
            reach: 12,
            distance_max: 6000.0,
            wanted: Some(missing),
        };
        let estimate = filter.run(&mut Steps::start(&mut |_, _| true, 0)?)?;
        for (channel, estimate) in channels.iter_mut().zip(&estimate) {
            for (place, _) in missing.iter().enumerate().filter(|(_, missing)| **missing) {
                channel.data[place] = estimate.data[place];
            }
        }
        steps.step()?;
    }
    Ok(())
}
