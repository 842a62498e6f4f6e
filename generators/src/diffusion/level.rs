//! One resolution of the network that predicts the velocity.

use candle_core::Result;
use candle_nn::VarBuilder;

use super::{
    config::UnetConfig,
    layers::{self, Shape},
};
use crate::math::{Convolution, Curve, Heads, Linear, Map, Norm, Walk};

/// Two blocks at one resolution, attention on the coarse ones, and a change of resolution.
#[derive(Debug)]
pub(super) struct Level {
    pub(super) first: Block,
    pub(super) second: Block,
    attention: Option<Attention>,
    resize: Option<Convolution>,
}

/// Channels into the first and second block, and out of the level.
pub(super) struct Widths(pub(super) usize, pub(super) usize, pub(super) usize);

impl Level {
    /// Takes the weights of the level `index`; `resizes` says whether its size changes at the end.
    pub(super) fn new(
        config: &UnetConfig,
        index: usize,
        Widths(first, second, channels): Widths,
        resizes: bool,
        weights: &VarBuilder<'_>,
    ) -> Result<Self> {
        let shape = Shape::from(config);
        let attends = index >= config.attention_from_level;
        let attention = || Attention::new(shape, channels, &weights.pp("attention"));
        let resize = || layers::square(channels, channels, &weights.pp("resize"));
        Ok(Self {
            first: Block::new(shape, first, channels, &weights.pp("first"))?,
            second: Block::new(shape, second, channels, &weights.pp("second"))?,
            attention: attends.then(attention).transpose()?,
            resize: resizes.then(resize).transpose()?,
        })
    }

    pub(super) fn attend(&self, x: Map) -> Map {
        match &self.attention {
            Some(attention) => attention.forward(x),
            None => x,
        }
    }

    pub(super) fn resize(&self, x: Map, walk: Walk) -> Map {
        self.resize.as_ref().map_or(x.clone(), |resize| resize.forward(&x, walk))
    }
}

/// Two convolutions; time and words scale and shift the features between them.
#[derive(Debug)]
pub(super) struct Block {
    shape: Shape,
    norm1: Norm,
    conv1: Convolution,
    modulation: Linear,
    norm2: Norm,
    conv2: Convolution,
    skip: Option<Convolution>,
}

impl Block {
    fn new(shape: Shape, inputs: usize, outputs: usize, weights: &VarBuilder<'_>) -> Result<Self> {
        let skip = || layers::convolution((inputs, outputs, 1), &weights.pp("skip"));
        Ok(Self {
            shape,
            norm1: layers::norm(inputs, &weights.pp("norm1"))?,
            conv1: layers::square(inputs, outputs, &weights.pp("conv1"))?,
            modulation: layers::linear(shape.embedding, 2 * outputs, &weights.pp("modulation"))?,
            norm2: layers::norm(outputs, &weights.pp("norm2"))?,
            conv2: layers::square(outputs, outputs, &weights.pp("conv2"))?,
            skip: (inputs != outputs).then(skip).transpose()?,
        })
    }

    /// Applies it; `condition` has one row for each picture.
    pub(super) fn forward(&self, x: Map, condition: &[f32]) -> Map {
        let Shape { embedding, groups, .. } = self.shape;
        let h = self.norm1.groups(&x, groups, Some(Curve::Silu));
        let h = self.conv1.forward(&h, Walk::Same);
        let told = self.modulation.forward(condition, embedding);
        let h = self.norm2.told(&h, groups, &told, Some(Curve::Silu));
        let around = match &self.skip {
            Some(skip) => skip.forward(&x, Walk::Same),
            None => x,
        };
        self.conv2.onto(&h, Walk::Same, around)
    }
}

/// Self-attention over all places, added to its input.
#[derive(Debug)]
struct Attention {
    shape: Shape,
    norm: Norm,
    /// Queries, keys, values.
    parts: [Linear; 3],
    out: Linear,
}

impl Attention {
    fn new(shape: Shape, channels: usize, weights: &VarBuilder<'_>) -> Result<Self> {
        let [out] = layers::maps(channels, channels, &weights.pp("out"))?;
        Ok(Self {
            shape,
            norm: layers::norm(channels, &weights.pp("norm"))?,
            parts: layers::maps(channels, channels, &weights.pp("qkv"))?,
            out,
        })
    }

    fn forward(&self, x: Map) -> Map {
        let width = x.channels;
        let normed = self.norm.groups(&x, self.shape.groups, None);
        let [queries, keys, values] =
            self.parts.each_ref().map(|part| part.forward(&normed.data, width));
        let heads = Heads { batch: x.batch, heads: self.shape.heads, width, causal: false };
        let mixed = heads.attend(&queries, &keys, &values);
        Map { data: self.out.onto(&mixed, width, x.data), ..x }
    }
}
