//! The network that predicts the velocity: a UNet that sees the noisy picture, the time and a sum
//! of word embeddings. `training/image/unet.py` is its twin; names of weights are the same.

use candle_core::Result;
use candle_nn::VarBuilder;

use super::{
    config::UnetConfig,
    layers,
    level::{Level, Widths},
};
use crate::math::{Convolution, Curve, Linear, Map, Norm, Walk};

/// Frequencies of the sines and cosines that stand for the time.
const FREQUENCIES: u16 = 32;
/// The picture is folded so that a position holds this many pixels a side.
const FOLD: usize = 2;

/// The network.
#[derive(Debug)]
pub(crate) struct Unet {
    /// A row for each word, after one for none.
    words: Vec<f32>,
    embedding: usize,
    groups: usize,
    time: [Linear; 2],
    input: Convolution,
    down: Vec<Level>,
    middle: Level,
    up: Vec<Level>,
    output_norm: Norm,
    output: Convolution,
}

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
            let halves = level + 1 < config.channels.len();
            let widths = Widths(width, channels, channels);
            down.push(Level::new(config, level, widths, halves, &weights.pp("down").pp(level))?);
            width = channels;
        }
        let middle = Widths(coarsest, coarsest, coarsest);
        let last = config.channels.len() - 1;
        for (index, &channels) in config.channels.iter().rev().enumerate() {
            let widths = Widths(width + channels, 2 * channels, channels);
            let weights = weights.pp("up").pp(index);
            up.push(Level::new(config, last - index, widths, true, &weights)?);
            width = channels;
        }
        Ok(Self {
            words: layers::numbers(&weights.get((words + 1, embedding), "words.weight")?)?,
            embedding,
            groups: config.groups,
            time: [
                layers::linear(2 * usize::from(FREQUENCIES), embedding, &time.pp("0"))?,
                layers::linear(embedding, embedding, &time.pp("2"))?,
            ],
            input: layers::square(pixels, finest, &weights.pp("input"))?,
            down,
            middle: Level::new(config, last, middle, false, &weights.pp("middle"))?,
            up,
            output_norm: layers::norm(finest, &weights.pp("output_norm"))?,
            output: layers::square(finest, pixels, &weights.pp("output"))?,
        })
    }

    /// The sum of the embeddings of words, by their places in the vocabulary.
    pub(crate) fn embed(&self, words: &[usize]) -> Vec<f32> {
        let mut sum = vec![0.0; self.embedding];
        for word in words {
            let row = self.words.chunks_exact(self.embedding).nth(word + 1).unwrap_or_default();
            sum.iter_mut().zip(row).for_each(|(sum, number)| *sum += number);
        }
        sum
    }

    /// The velocity at `pictures`, squares of three channels, for one row of embedded `words` each, at
    /// `time`, 1 for noise and 0 for a picture.
    pub(crate) fn velocity(&self, pictures: &Map, time: f64, words: &[f32]) -> Map {
        let condition = self.condition(time, words);
        let mut x = self.input.forward(&pictures.folded(FOLD), Walk::Same);
        let mut kept = Vec::new();
        for level in &self.down {
            x = level.first.forward(x, &condition);
            kept.push(x.clone());
            x = level.attend(level.second.forward(x, &condition));
            kept.push(x.clone());
            x = level.resize(x, Walk::Halve);
        }
        x = self.middle.first.forward(x, &condition);
        x = self.middle.second.forward(self.middle.attend(x), &condition);
        for (index, level) in self.up.iter().enumerate() {
            x = level.first.forward(join(x, kept.pop()), &condition);
            x = level.attend(level.second.forward(join(x, kept.pop()), &condition));
            let enlarged = Walk::Enlarged(2 * x.height, 2 * x.width);
            let walk = if index + 1 < self.up.len() { enlarged } else { Walk::Same };
            x = level.resize(x, walk);
        }
        let bent = self.output_norm.groups(&x, self.groups, Some(Curve::Silu));
        self.output.forward(&bent, Walk::Same).unfolded(FOLD)
    }

    /// A bent row for each row of `words`: what blocks are told of the time and the words.
    fn condition(&self, time: f64, words: &[f32]) -> Vec<f32> {
        let angle = |i: u16| {
            let frequency = (-(1000f64.ln()) * f64::from(i) / f64::from(FREQUENCIES)).exp();
            time * 1000.0 * frequency
        };
        let sines = (0..FREQUENCIES).map(|i| angle(i).sin() as f32);
        let waves: Vec<f32> =
            sines.chain((0..FREQUENCIES).map(|i| angle(i).cos() as f32)).collect();
        let [first, second] = &self.time;
        let mut wide = first.forward(&waves, waves.len());
        Curve::Silu.bend(&mut wide);
        let time = second.forward(&wide, self.embedding);
        let mut condition: Vec<f32> =
            words.iter().zip(time.iter().cycle()).map(|(word, time)| word + time).collect();
        Curve::Silu.bend(&mut condition);
        condition
    }
}

fn join(x: Map, kept: Option<Map>) -> Map {
    match kept {
        Some(kept) => x.beside(&kept),
        None => x,
    }
}
