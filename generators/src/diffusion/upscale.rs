//! The network that makes the small picture eight times as wide and high, with crisp edges.
//! `training/image/upscaler.py` is its twin.

use candle_core::{Device, Result, Tensor};
use candle_nn::VarBuilder;

use super::{config::UpscalerConfig, layers::square};
use crate::math::{Convolution, Curve, Map, Walk};

/// First enlargement: channels are unfolded into 4×4 pixels.
const COARSE_FACTOR: usize = 4;
/// Second enlargement: 2×2 pixels.
const FINE_FACTOR: usize = 2;
/// How much wider and higher the picture becomes.
pub(crate) const FACTOR: usize = COARSE_FACTOR * FINE_FACTOR;

/// The network.
#[derive(Debug)]
pub(crate) struct Upscaler {
    first: Convolution,
    blocks: Vec<[Convolution; 2]>,
    coarse: Convolution,
    fine: Convolution,
    last: Convolution,
}

impl Upscaler {
    /// Takes its weights out of `weights`.
    pub(crate) fn new(config: &UpscalerConfig, weights: &VarBuilder<'_>) -> Result<Self> {
        let UpscalerConfig { width, blocks, fine } = *config;
        let block = |index| {
            let weights = weights.pp("blocks").pp(index);
            let conv = |name| square(width, width, &weights.pp(name));
            Ok([conv("conv1")?, conv("conv2")?])
        };
        let unfolded = COARSE_FACTOR * COARSE_FACTOR * fine;
        Ok(Self {
            first: square(3, width, &weights.pp("first"))?,
            blocks: (0..blocks).map(block).collect::<Result<_>>()?,
            coarse: square(width, unfolded, &weights.pp("coarse"))?,
            fine: square(fine, fine, &weights.pp("fine"))?,
            last: square(fine, 3 * FINE_FACTOR * FINE_FACTOR, &weights.pp("last"))?,
        })
    }

    /// Enlarges `picture` (three channels): what it learned, added to a bilinear enlargement; the
    /// result is 1 × 3 × height × width.
    pub(crate) fn enlarge(&self, picture: &Map) -> Result<Tensor> {
        let mut h = bent(self.first.forward(picture, Walk::Same));
        for [first, second] in &self.blocks {
            let inside = bent(first.forward(&h, Walk::Same));
            h = second.onto(&inside, Walk::Same, h);
        }
        let h = bent(self.coarse.forward(&h, Walk::Same).unfolded(COARSE_FACTOR));
        let h = bent(self.fine.forward(&h, Walk::Same));
        let detail = tensor(&self.last.forward(&h, Walk::Same).unfolded(FINE_FACTOR))?;
        let (height, width) = (FACTOR * picture.height, FACTOR * picture.width);
        tensor(picture)?.upsample_bilinear2d(height, width, false)? + detail
    }
}

fn bent(mut map: Map) -> Map {
    Curve::Relu.bend(&mut map.data);
    map
}

/// By channel, row and column.
pub(super) fn tensor(map: &Map) -> Result<Tensor> {
    let shape = (map.batch, map.channels, map.height, map.width);
    Tensor::from_vec(map.planes(), shape, &Device::Cpu)
}
