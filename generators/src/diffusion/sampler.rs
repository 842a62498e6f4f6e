//! From noise to a picture along the straight paths that rectified flow learns (Liu et al.,
//! "Flow Straight and Fast", 2022), with classifier-free guidance (Ho and Salimans, 2022).

use super::{config::SamplerConfig, unet::Unet};
use crate::{GeneratorError, math::Map};

/// Follows the velocity from `noise`, a square of three channels, in equal Euler steps; values of the
/// result are clamped to −1 to 1. `done` hears of each finished step and may end the run.
pub(crate) fn sample(
    unet: &Unet,
    config: &SamplerConfig,
    words: &[usize],
    noise: Map,
    mut done: impl FnMut(u32) -> Result<(), GeneratorError>,
) -> Result<Map, GeneratorError> {
    let both = [unet.embed(words), unet.embed(&[])].concat();
    let (guidance, share) = (config.guidance as f32, 1.0 / config.steps as f32);
    let mut x = noise;
    for step in 0..config.steps {
        let time = 1.0 - f64::from(step) / f64::from(config.steps);
        let velocity = unet.velocity(&x.repeated(2), time, &both);
        let (named, unnamed) = velocity.data.split_at(x.data.len());
        for ((x, named), unnamed) in x.data.iter_mut().zip(named).zip(unnamed) {
            *x -= (unnamed + (named - unnamed) * guidance) * share;
        }
        done(step + 1)?;
    }
    x.data.iter_mut().for_each(|x| *x = x.clamp(-1.0, 1.0));
    Ok(x)
}
