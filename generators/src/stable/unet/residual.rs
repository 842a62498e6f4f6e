//! The residual block of network and autoencoder.

use crate::{
    GeneratorError,
    math::{Convolution, Curve, Linear, Map, Norm, Walk},
    stable::parts::Parts,
};

/// Two normalised convolutions beside a way around them.
#[derive(Debug)]
pub(crate) struct Residual {
    groups: usize,
    outputs: usize,
    first_norm: Norm,
    first: Convolution,
    time: Option<Linear>,
    second_norm: Norm,
    second: Convolution,
    shortcut: Option<Convolution>,
}

/// How the normalisations of a network are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grouping {
    pub(crate) groups: usize,
    pub(crate) epsilon: f64,
}

impl Residual {
    /// Builds it; `time` is how many numbers stand for the time, 0 where none do.
    ///
    /// # Errors
    /// [`GeneratorError::File`] when a tensor is missing or has another shape.
    pub(crate) fn new(
        (inputs, outputs): (usize, usize),
        time: usize,
        Grouping { groups, epsilon }: Grouping,
        parts: &Parts<'_>,
    ) -> Result<Self, GeneratorError> {
        let time = match time {
            0 => None,
            time => Some(parts.at("time_emb_proj").linear(time, outputs, true)?),
        };
        let shortcut = if inputs == outputs {
            None
        } else {
            Some(parts.at("conv_shortcut").convolution(inputs, outputs, 1)?)
        };
        Ok(Self {
            groups,
            outputs,
            first_norm: parts.at("norm1").norm(inputs, epsilon)?,
            first: parts.at("conv1").convolution(inputs, outputs, 3)?,
            time,
            second_norm: parts.at("norm2").norm(outputs, epsilon)?,
            second: parts.at("conv2").convolution(outputs, outputs, 3)?,
            shortcut,
        })
    }

    /// Applies it; `time` has one bent row for each picture.
    pub(crate) fn forward(&self, x: Map, time: &[f32]) -> Map {
        let normed = self.first_norm.groups(&x, self.groups, Some(Curve::Silu));
        let places = x.places();
        let start = match &self.time {
            Some(map) => {
                let rows = map.forward(time, time.len() / x.batch.max(1));
                rows.chunks_exact(self.outputs).flat_map(|row| row.repeat(places)).collect()
            }
            None => vec![0.0; x.batch * places * self.outputs],
        };
        let wide = self.first.onto(&normed, Walk::Same, x.with(self.outputs, start));
        drop(normed);
        let normed = self.second_norm.groups(&wide, self.groups, Some(Curve::Silu));
        drop(wide);
        let around = match &self.shortcut {
            Some(shortcut) => shortcut.forward(&x, Walk::Same),
            None => x,
        };
        self.second.onto(&normed, Walk::Same, around)
    }
}
