//! The network that predicts noise: UNet2DConditionModel.
//!
//! Candle's own is not used: its groups, embeddings and heads are partly fixed, it knows no added
//! conditions (SDXL is wrong without them), and its convolutions take three times as long.

mod config;
mod embedding;
mod residual;
mod transformer;

use self::{config::Level, embedding::Embedding, transformer::Transformer};
pub(crate) use self::{
    config::{Added, UnetConfig},
    embedding::waves,
    residual::{Grouping, Residual},
    transformer::Context,
};
use super::parts::Parts;
use crate::{
    GeneratorError,
    math::{Convolution, Curve, Linear, Map, Norm, Walk},
};

/// The network.
#[derive(Debug)]
pub(crate) struct Unet {
    config: UnetConfig,
    time: Embedding,
    guidance: Option<Linear>,
    added: Option<Embedding>,
    first: Convolution,
    down: Vec<Side>,
    middle: (Residual, Transformer, Residual),
    up: Vec<Side>,
    last_norm: Norm,
    last: Convolution,
}

/// One level, on the way down or up.
#[derive(Debug)]
struct Side {
    steps: Vec<(Residual, Option<Transformer>)>,
    /// Halves or doubles.
    resize: Option<Convolution>,
}

/// What the network is told besides the latent pictures.
#[derive(Debug, Clone)]
pub(crate) struct Conditions {
    /// The rows of the texts.
    pub(crate) text: Context,
    /// For each picture its pooled text and the waves of its sizes; empty where the network takes
    /// none.
    pub(crate) added: Vec<f32>,
    /// The guidance, where it was distilled into the network.
    pub(crate) guidance: f64,
}

impl Unet {
    /// Builds it from its tensors.
    ///
    /// # Errors
    /// [`GeneratorError::File`] when a tensor is missing or has another shape.
    pub(crate) fn new(config: &UnetConfig, parts: &Parts<'_>) -> Result<Self, GeneratorError> {
        let (first, time) = (config.first(), config.time());
        let grouping = Grouping { groups: config.groups, epsilon: config.epsilon };
        let guidance = match config.guidance {
            Some(width) => Some(parts.at("time_embedding.cond_proj").linear(width, first, false)?),
            None => None,
        };
        let added = match config.added {
            Some(Added { size, pooled }) => {
                Some(Embedding::new(6 * size + pooled, time, &parts.at("add_embedding"))?)
            }
            None => None,
        };
        Ok(Self {
            time: Embedding::new(first, time, &parts.at("time_embedding"))?,
            guidance,
            added,
            first: parts.at("conv_in").convolution(config.inputs, first, 3)?,
            down: down(config, parts)?,
            middle: middle(config, parts)?,
            up: up(config, parts)?,
            last_norm: parts.at("conv_norm_out").norm(first, grouping.epsilon)?,
            last: parts.at("conv_out").convolution(first, config.outputs, 3)?,
            config: config.clone(),
        })
    }

    /// What it predicts of `x` at a time.
    pub(crate) fn forward(&self, x: &Map, time: f64, conditions: &Conditions) -> Map {
        let time = self.bent_time(time, x.batch, conditions);
        let text = &conditions.text;
        let mut x = self.first.forward(x, Walk::Same);
        let mut kept = vec![x.clone()];
        for side in &self.down {
            for (residual, transformer) in &side.steps {
                x = attended(residual.forward(x, &time), transformer.as_ref(), text);
                kept.push(x.clone());
            }
            if let Some(halve) = &side.resize {
                x = halve.forward(&x, Walk::Halve);
                kept.push(x.clone());
            }
        }
        let (before, attention, after) = &self.middle;
        x = after.forward(attention.forward(before.forward(x, &time), text), &time);
        for side in &self.up {
            for (residual, transformer) in &side.steps {
                if let Some(skipped) = kept.pop() {
                    x = x.beside(&skipped);
                }
                x = attended(residual.forward(x, &time), transformer.as_ref(), text);
            }
            // Odd sizes are not simply doubled: the next kept map says how large it must become.
            if let (Some(double), Some(next)) = (&side.resize, kept.last()) {
                x = double.forward(&x, Walk::Enlarged(next.height, next.width));
            }
        }
        let x = self.last_norm.groups(&x, self.config.groups, Some(Curve::Silu));
        self.last.forward(&x, Walk::Same)
    }

    /// Time and added conditions as one row for each picture, bent as the blocks want it.
    fn bent_time(&self, time: f64, batch: usize, conditions: &Conditions) -> Vec<f32> {
        let UnetConfig { flipped, shift, guidance, .. } = self.config;
        let mut row = waves(time, self.config.first(), flipped, f64::from(shift));
        if let (Some(map), Some(width)) = (&self.guidance, guidance) {
            // These waves are spaced as in the networks that were distilled with them.
            let guidance = waves(1000.0 * (conditions.guidance - 1.0), width, false, 1.0);
            row = map.onto(&guidance, width, row);
        }
        let mut rows = self.time.forward(&row).repeat(batch);
        if let Some(added) = &self.added {
            let more = added.forward(&conditions.added);
            rows.iter_mut().zip(more).for_each(|(x, more)| *x += more);
        }
        Curve::Silu.bend(&mut rows);
        rows
    }
}

fn attended(x: Map, transformer: Option<&Transformer>, text: &Context) -> Map {
    match transformer {
        Some(transformer) => transformer.forward(x, text),
        None => x,
    }
}

/// A step of a level: where it is, what comes in, whether it attends.
struct Step<'a> {
    parts: &'a Parts<'a>,
    index: usize,
    inputs: usize,
    attends: bool,
}

fn step(
    config: &UnetConfig,
    level: &Level,
    Step { parts, index, inputs, attends }: Step<'_>,
) -> Result<(Residual, Option<Transformer>), GeneratorError> {
    let grouping = Grouping { groups: config.groups, epsilon: config.epsilon };
    let channels = (inputs, level.channels);
    let residual =
        Residual::new(channels, config.time(), grouping, &parts.at("resnets").at(index))?;
    let transformer = match attends {
        true => Some(Transformer::new(level, grouping, &parts.at("attentions").at(index))?),
        false => None,
    };
    Ok((residual, transformer))
}

fn down(config: &UnetConfig, parts: &Parts<'_>) -> Result<Vec<Side>, GeneratorError> {
    let mut inputs = config.first();
    let last = config.levels.len() - 1;
    let mut sides = Vec::new();
    for (index, level) in config.levels.iter().enumerate() {
        let parts = &parts.at("down_blocks").at(index);
        let mut steps = Vec::new();
        for index in 0..level.layers {
            let attends = level.attends_down;
            steps.push(step(config, level, Step { parts, index, inputs, attends })?);
            inputs = level.channels;
        }
        let resize = parts.at("downsamplers.0.conv");
        let resize = match index == last {
            true => None,
            false => Some(resize.convolution(level.channels, level.channels, 3)?),
        };
        sides.push(Side { steps, resize });
    }
    Ok(sides)
}

fn middle(
    config: &UnetConfig,
    parts: &Parts<'_>,
) -> Result<(Residual, Transformer, Residual), GeneratorError> {
    let none = || GeneratorError::Unsupported { reason: "the network has no levels".to_owned() };
    let level = config.levels.last().ok_or_else(none)?;
    let grouping = Grouping { groups: config.groups, epsilon: config.epsilon };
    let parts = parts.at("mid_block");
    let residual = |index: usize| {
        let channels = (level.channels, level.channels);
        Residual::new(channels, config.time(), grouping, &parts.at("resnets").at(index))
    };
    let attention = Transformer::new(level, grouping, &parts.at("attentions.0"))?;
    Ok((residual(0)?, attention, residual(1)?))
}

fn up(config: &UnetConfig, parts: &Parts<'_>) -> Result<Vec<Side>, GeneratorError> {
    let levels = &config.levels;
    let mut below = levels.last().map_or(0, |level| level.channels);
    let mut sides = Vec::new();
    for (index, level) in levels.iter().rev().enumerate() {
        let parts = &parts.at("up_blocks").at(index);
        // The finest kept map of a level comes from the level before it.
        let before = levels.len().checked_sub(index + 2).and_then(|at| levels.get(at));
        let finest = before.map_or(config.first(), |level| level.channels);
        let mut steps = Vec::new();
        for index in 0..=level.layers {
            let kept = if index == level.layers { finest } else { level.channels };
            let inputs = kept + if index == 0 { below } else { level.channels };
            let attends = level.attends_up;
            steps.push(step(config, level, Step { parts, index, inputs, attends })?);
        }
        below = level.channels;
        let resize = parts.at("upsamplers.0.conv");
        let resize = match before {
            None => None,
            Some(_) => Some(resize.convolution(level.channels, level.channels, 3)?),
        };
        sides.push(Side { steps, resize });
    }
    Ok(sides)
}
