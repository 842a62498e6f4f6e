//! Attention over all places, and to the text.

use super::{config::Level, residual::Grouping};
use crate::{
    GeneratorError,
    math::{Heads, Linear, Map, Norm, gated},
    stable::parts::Parts,
};

/// The smallest number under the root of these norms.
const EPSILON: f64 = 1e-6;
const ROW_EPSILON: f64 = 1e-5;

/// The rows of the texts: as many for each picture of a batch.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    pub(crate) width: usize,
    pub(crate) rows: Vec<f32>,
}

/// A stack of transformer blocks over the places of a map.
#[derive(Debug)]
pub(crate) struct Transformer {
    groups: usize,
    norm: Norm,
    inwards: Linear,
    blocks: Vec<Block>,
    outwards: Linear,
}

#[derive(Debug)]
struct Block {
    heads: usize,
    first_norm: Norm,
    to_itself: Attention,
    second_norm: Norm,
    to_text: Attention,
    third_norm: Norm,
    wide: Linear,
    narrow: Linear,
}

#[derive(Debug)]
struct Attention {
    queries: Linear,
    keys: Linear,
    values: Linear,
    out: Linear,
}

impl Transformer {
    /// Builds it.
    ///
    /// # Errors
    /// [`GeneratorError::File`] when a tensor is missing or has another shape.
    pub(crate) fn new(
        level: &Level,
        grouping: Grouping,
        parts: &Parts<'_>,
    ) -> Result<Self, GeneratorError> {
        let channels = level.channels;
        let block = |index| Block::new(level, &parts.at("transformer_blocks").at(index));
        Ok(Self {
            groups: grouping.groups,
            norm: parts.at("norm").norm(channels, EPSILON)?,
            inwards: parts.at("proj_in").linear(channels, channels, true)?,
            blocks: (0..level.depth).map(block).collect::<Result<_, _>>()?,
            outwards: parts.at("proj_out").linear(channels, channels, true)?,
        })
    }

    /// Applies it.
    pub(crate) fn forward(&self, x: Map, text: &Context) -> Map {
        let normed = self.norm.groups(&x, self.groups, None);
        let mut rows = self.inwards.forward(&normed.data, x.channels);
        drop(normed);
        for block in &self.blocks {
            rows = block.forward(rows, x.channels, x.batch, text);
        }
        let data = self.outwards.onto(&rows, x.channels, x.data);
        Map { data, ..x }
    }
}

impl Block {
    fn new(level: &Level, parts: &Parts<'_>) -> Result<Self, GeneratorError> {
        let channels = level.channels;
        let norm = |name| parts.at(name).norm(channels, ROW_EPSILON);
        Ok(Self {
            heads: level.heads,
            first_norm: norm("norm1")?,
            to_itself: Attention::new(channels, channels, &parts.at("attn1"))?,
            second_norm: norm("norm2")?,
            to_text: Attention::new(channels, level.context, &parts.at("attn2"))?,
            third_norm: norm("norm3")?,
            wide: parts.at("ff.net.0.proj").linear(channels, 8 * channels, true)?,
            narrow: parts.at("ff.net.2").linear(4 * channels, channels, true)?,
        })
    }

    fn forward(&self, x: Vec<f32>, width: usize, batch: usize, text: &Context) -> Vec<f32> {
        let heads = Heads { batch, heads: self.heads, width, causal: false };
        let normed = self.first_norm.rows(&x);
        let x = self.to_itself.onto(heads, &normed, (&normed, width), x);
        let normed = self.second_norm.rows(&x);
        let x = self.to_text.onto(heads, &normed, (&text.rows, text.width), x);
        let wide = self.wide.forward(&self.third_norm.rows(&x), width);
        self.narrow.onto(&gated(&wide, 4 * width), 4 * width, x)
    }
}

impl Attention {
    fn new(channels: usize, context: usize, parts: &Parts<'_>) -> Result<Self, GeneratorError> {
        Ok(Self {
            queries: parts.at("to_q").linear(channels, channels, false)?,
            keys: parts.at("to_k").linear(context, channels, false)?,
            values: parts.at("to_v").linear(context, channels, false)?,
            out: parts.at("to_out.0").linear(channels, channels, true)?,
        })
    }

    /// What `asking` takes from `asked`, added to `x`.
    fn onto(
        &self,
        heads: Heads,
        asking: &[f32],
        (asked, length): (&[f32], usize),
        x: Vec<f32>,
    ) -> Vec<f32> {
        let queries = self.queries.forward(asking, heads.width);
        let keys = self.keys.forward(asked, length);
        let values = self.values.forward(asked, length);
        self.out.onto(&heads.attend(&queries, &keys, &values), heads.width, x)
    }
}
