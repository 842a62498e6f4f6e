//! The network that predicts the velocity: a UNet that sees the noisy picture, the time and a sum
//! of word embeddings. `training/image/unet.py` is its twin; names of weights are the same.

use candle_core::{D, Result, Tensor};
use candle_nn::{
    Conv2d, Conv2dConfig, GroupNorm, Linear, Module as _, VarBuilder, conv2d, group_norm, linear,
    ops,
};

use super::config::UnetConfig;

const NORM_EPSILON: f64 = 1e-5;
/// Frequencies of the sines and cosines that stand for the time.
const FREQUENCIES: u16 = 32;
/// The picture is folded so that a position holds this many pixels a side.
const FOLD: usize = 2;

/// The network.
#[derive(Debug)]
pub(crate) struct Unet {
    words: Tensor,
    time: [Linear; 2],
    input: Conv2d,
    down: Vec<Level>,
    middle: Level,
    up: Vec<Level>,
    output_norm: GroupNorm,
    output: Conv2d,
}

/// Two blocks at one resolution, attention on the coarse ones, and a change of resolution.
#[derive(Debug)]
struct Level {
    first: Block,
    second: Block,
    attention: Option<Attention>,
    resize: Option<Conv2d>,
}

/// Two convolutions; time and words scale and shift the features between them.
#[derive(Debug)]
struct Block {
    norm1: GroupNorm,
    conv1: Conv2d,
    modulation: Linear,
    norm2: GroupNorm,
    conv2: Conv2d,
    skip: Option<Conv2d>,
}

/// Self-attention over all positions, added to its input.
#[derive(Debug)]
struct Attention {
    heads: usize,
    norm: GroupNorm,
    qkv: Conv2d,
    out: Conv2d,
}

/// Channels into the first and second block, and out of the level.
struct Widths(usize, usize, usize);

impl Unet {
    /// Takes the weights of a network for `words` words out of `weights`.
    pub(crate) fn new(config: &UnetConfig, words: usize, weights: &VarBuilder<'_>) -> Result<Self> {
        let embedding = config.embedding;
        let pixels = 3 * FOLD * FOLD;
        let finest = config.channels.first().copied().unwrap_or(0);
        let coarsest = config.channels.last().copied().unwrap_or(0);
        let time = weights.pp("time");
        let (mut down, mut up, mut width) = (Vec::new(), Vec::new(), finest);
        for (level, &channels) in config.channels.iter().enumerate() {
            let stride = if level + 1 < config.channels.len() { Some(2) } else { None };
            let widths = Widths(width, channels, channels);
            down.push(Level::new(config, level, widths, stride, &weights.pp("down").pp(level))?);
            width = channels;
        }
        let middle = Widths(coarsest, coarsest, coarsest);
        let last = config.channels.len() - 1;
        for (index, &channels) in config.channels.iter().rev().enumerate() {
            let widths = Widths(width + channels, 2 * channels, channels);
            let weights = weights.pp("up").pp(index);
            up.push(Level::new(config, last - index, widths, Some(1), &weights)?);
            width = channels;
        }
        Ok(Self {
            words: weights.get((words + 1, embedding), "words.weight")?,
            time: [
                linear(2 * usize::from(FREQUENCIES), embedding, time.pp("0"))?,
                linear(embedding, embedding, time.pp("2"))?,
            ],
            input: same_size(pixels, finest, weights.pp("input"))?,
            down,
            middle: Level::new(config, last, middle, None, &weights.pp("middle"))?,
            up,
            output_norm: norm(config, finest, weights.pp("output_norm"))?,
            output: same_size(finest, pixels, weights.pp("output"))?,
        })
    }

    /// The sum of the embeddings of words, by their places in the vocabulary: 1 × embedding.
    pub(crate) fn embed(&self, words: &[usize]) -> Result<Tensor> {
        let none = self.words.narrow(0, 0, 1)?.zeros_like()?;
        words.iter().try_fold(none, |sum, word| sum + self.words.narrow(0, word + 1, 1)?)
    }

    /// The velocity at `pictures` (batch × 3 × side × side) for embedded `words` (batch × embedding)
    /// at `time`, 1 for noise and 0 for a picture.
    pub(crate) fn velocity(&self, pictures: &Tensor, time: f64, words: &Tensor) -> Result<Tensor> {
        let condition = self.time_embedding(time)?.broadcast_add(words)?.silu()?;
        let mut x = self.input.forward(&ops::pixel_unshuffle(pictures, FOLD)?)?;
        let mut kept = Vec::new();
        for level in &self.down {
            x = level.first.forward(&x, &condition)?;
            kept.push(x.clone());
            x = level.attend(&level.second.forward(&x, &condition)?)?;
            kept.push(x.clone());
            x = level.resize(&x)?;
        }
        x = self.middle.first.forward(&x, &condition)?;
        x = self.middle.second.forward(&self.middle.attend(&x)?, &condition)?;
        for (index, level) in self.up.iter().enumerate() {
            x = level.first.forward(&join(&x, kept.pop())?, &condition)?;
            x = level.attend(&level.second.forward(&join(&x, kept.pop())?, &condition)?)?;
            if index + 1 < self.up.len() {
                let (_, _, height, width) = x.dims4()?;
                x = x.upsample_nearest2d(2 * height, 2 * width)?;
            }
            x = level.resize(&x)?;
        }
        let folded = self.output.forward(&self.output_norm.forward(&x)?.silu()?)?;
        ops::pixel_shuffle(&folded, FOLD)
    }

    fn time_embedding(&self, time: f64) -> Result<Tensor> {
        let angle = |i: u16| {
            let frequency = (-(1000f64.ln()) * f64::from(i) / f64::from(FREQUENCIES)).exp();
            time * 1000.0 * frequency
        };
        let sines = (0..FREQUENCIES).map(|i| angle(i).sin() as f32);
        let cosines = (0..FREQUENCIES).map(|i| angle(i).cos() as f32);
        let waves: Vec<f32> = sines.chain(cosines).collect();
        let waves =
            Tensor::from_vec(waves, (1, 2 * usize::from(FREQUENCIES)), self.words.device())?;
        let [first, second] = &self.time;
        second.forward(&first.forward(&waves)?.silu()?)
    }
}

impl Level {
    fn new(
        config: &UnetConfig,
        level: usize,
        Widths(first, second, channels): Widths,
        stride: Option<usize>,
        weights: &VarBuilder<'_>,
    ) -> Result<Self> {
        let attends = level >= config.attention_from_level;
        let attention = || Attention::new(config, channels, &weights.pp("attention"));
        let resize = |stride| {
            let shape = Conv2dConfig { padding: 1, stride, ..Conv2dConfig::default() };
            conv2d(channels, channels, 3, shape, weights.pp("resize"))
        };
        Ok(Self {
            first: Block::new(config, first, channels, &weights.pp("first"))?,
            second: Block::new(config, second, channels, &weights.pp("second"))?,
            attention: attends.then(attention).transpose()?,
            resize: stride.map(resize).transpose()?,
        })
    }

    fn attend(&self, x: &Tensor) -> Result<Tensor> {
        self.attention.as_ref().map_or_else(|| Ok(x.clone()), |attention| attention.forward(x))
    }

    fn resize(&self, x: &Tensor) -> Result<Tensor> {
        self.resize.as_ref().map_or_else(|| Ok(x.clone()), |conv| conv.forward(x))
    }
}

impl Block {
    fn new(
        config: &UnetConfig,
        inputs: usize,
        outputs: usize,
        weights: &VarBuilder<'_>,
    ) -> Result<Self> {
        let skip = || conv2d(inputs, outputs, 1, Conv2dConfig::default(), weights.pp("skip"));
        Ok(Self {
            norm1: norm(config, inputs, weights.pp("norm1"))?,
            conv1: same_size(inputs, outputs, weights.pp("conv1"))?,
            modulation: linear(config.embedding, 2 * outputs, weights.pp("modulation"))?,
            norm2: norm(config, outputs, weights.pp("norm2"))?,
            conv2: same_size(outputs, outputs, weights.pp("conv2"))?,
            skip: (inputs != outputs).then(skip).transpose()?,
        })
    }

    fn forward(&self, x: &Tensor, condition: &Tensor) -> Result<Tensor> {
        let h = self.conv1.forward(&self.norm1.forward(x)?.silu()?)?;
        let modulation = self.modulation.forward(condition)?.unsqueeze(2)?.unsqueeze(3)?;
        let channels = modulation.dim(1)? / 2;
        let scale = (modulation.narrow(1, 0, channels)? + 1.0)?;
        let shift = modulation.narrow(1, channels, channels)?;
        let h = self.norm2.forward(&h)?.broadcast_mul(&scale)?.broadcast_add(&shift)?;
        let h = self.conv2.forward(&h.silu()?)?;
        match &self.skip {
            Some(skip) => skip.forward(x)? + h,
            None => x + h,
        }
    }
}

impl Attention {
    fn new(config: &UnetConfig, channels: usize, weights: &VarBuilder<'_>) -> Result<Self> {
        let point = Conv2dConfig::default();
        Ok(Self {
            heads: config.heads,
            norm: norm(config, channels, weights.pp("norm"))?,
            qkv: conv2d(channels, 3 * channels, 1, point, weights.pp("qkv"))?,
            out: conv2d(channels, channels, 1, point, weights.pp("out"))?,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (batch, channels, height, width) = x.dims4()?;
        let size = channels / self.heads;
        let qkv = self.qkv.forward(&self.norm.forward(x)?)?;
        let qkv = qkv.reshape((batch, 3, self.heads, size, height * width))?;
        let part = |index| qkv.narrow(1, index, 1)?.squeeze(1)?.transpose(2, 3)?.contiguous();
        let (queries, keys, values) = (part(0)?, part(1)?, part(2)?);
        let scores = (queries.matmul(&keys.t()?.contiguous()?)? / (size as f64).sqrt())?;
        let mixed = ops::softmax(&scores, D::Minus1)?.matmul(&values)?;
        let mixed = mixed.transpose(2, 3)?.reshape((batch, channels, height, width))?;
        x + self.out.forward(&mixed)?
    }
}

fn norm(config: &UnetConfig, channels: usize, weights: VarBuilder<'_>) -> Result<GroupNorm> {
    group_norm(config.groups, channels, NORM_EPSILON, weights)
}

/// A 3×3 convolution that keeps height and width.
pub(super) fn same_size(inputs: usize, outputs: usize, weights: VarBuilder<'_>) -> Result<Conv2d> {
    let shape = Conv2dConfig { padding: 1, ..Conv2dConfig::default() };
    conv2d(inputs, outputs, 3, shape, weights)
}

fn join(x: &Tensor, kept: Option<Tensor>) -> Result<Tensor> {
    match kept {
        Some(kept) => Tensor::cat(&[x, &kept], 1),
        None => Ok(x.clone()),
    }
}
