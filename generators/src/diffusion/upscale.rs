//! The network that makes the small picture eight times as wide and high, with crisp edges.
//! `training/image/upscaler.py` is its twin.

use candle_core::{Result, Tensor};
use candle_nn::{Conv2d, Module as _, VarBuilder, ops};

use super::{config::UpscalerConfig, unet::same_size};

/// First enlargement: channels are unfolded into 4×4 pixels.
const COARSE_FACTOR: usize = 4;
/// Second enlargement: 2×2 pixels.
const FINE_FACTOR: usize = 2;
/// How much wider and higher the picture becomes.
pub(crate) const FACTOR: usize = COARSE_FACTOR * FINE_FACTOR;

/// The network.
#[derive(Debug)]
pub(crate) struct Upscaler {
    first: Conv2d,
    blocks: Vec<[Conv2d; 2]>,
    coarse: Conv2d,
    fine: Conv2d,
    last: Conv2d,
}

impl Upscaler {
    /// Takes its weights out of `weights`.
    pub(crate) fn new(config: &UpscalerConfig, weights: &VarBuilder<'_>) -> Result<Self> {
        let UpscalerConfig { width, blocks, fine } = *config;
        let block = |index| {
            let weights = weights.pp("blocks").pp(index);
            let conv = |name| same_size(width, width, weights.pp(name));
            Ok([conv("conv1")?, conv("conv2")?])
        };
        let unfolded = COARSE_FACTOR * COARSE_FACTOR * fine;
        Ok(Self {
            first: same_size(3, width, weights.pp("first"))?,
            blocks: (0..blocks).map(block).collect::<Result<_>>()?,
            coarse: same_size(width, unfolded, weights.pp("coarse"))?,
            fine: same_size(fine, fine, weights.pp("fine"))?,
            last: same_size(fine, 3 * FINE_FACTOR * FINE_FACTOR, weights.pp("last"))?,
        })
    }

    /// Enlarges `picture` (1 × 3 × side × side): what it learned, added to a bilinear enlargement.
    pub(crate) fn enlarge(&self, picture: &Tensor) -> Result<Tensor> {
        let (_, _, height, width) = picture.dims4()?;
        let mut h = self.first.forward(picture)?.relu()?;
        for [first, second] in &self.blocks {
            h = (&h + second.forward(&first.forward(&h)?.relu()?)?)?;
        }
        let h = ops::pixel_shuffle(&self.coarse.forward(&h)?, COARSE_FACTOR)?.relu()?;
        let h = self.fine.forward(&h)?.relu()?;
        let detail = ops::pixel_shuffle(&self.last.forward(&h)?, FINE_FACTOR)?;
        picture.upsample_bilinear2d(FACTOR * height, FACTOR * width, false)? + detail
    }
}
