//! From noise to a picture along the straight paths that rectified flow learns (Liu et al.,
//! "Flow Straight and Fast", 2022), with classifier-free guidance (Ho and Salimans, 2022).

use candle_core::Tensor;

use super::{config::SamplerConfig, unet::Unet};
use crate::GeneratorError;

/// Follows the velocity from `noise` (1 × 3 × side × side) in equal Euler steps; values of the
/// result are clamped to −1 to 1. `done` hears of each finished step and may end the run.
pub(crate) fn sample(
    unet: &Unet,
    config: &SamplerConfig,
    words: &[usize],
    noise: Tensor,
    mut done: impl FnMut(u32) -> Result<(), GeneratorError>,
) -> Result<Tensor, GeneratorError> {
    let both = Tensor::cat(&[unet.embed(words)?, unet.embed(&[])?], 0)?;
    let mut x = noise;
    for step in 0..config.steps {
        let time = 1.0 - f64::from(step) / f64::from(config.steps);
        let velocity = unet.velocity(&Tensor::cat(&[&x, &x], 0)?, time, &both)?;
        let (named, unnamed) = (velocity.narrow(0, 0, 1)?, velocity.narrow(0, 1, 1)?);
        let guided = (&unnamed + ((named - &unnamed)? * config.guidance)?)?;
        x = (x - (guided / f64::from(config.steps))?)?;
        done(step + 1)?;
    }
    Ok(x.clamp(-1.0, 1.0)?)
}
