//! Numbers as waves: how the network is told of time, sizes and guidance.

use crate::{
    GeneratorError,
    math::{Curve, Linear},
    stable::parts::Parts,
};

/// `width` sines and cosines of `number`, from fast to slow.
pub(crate) fn waves(number: f64, width: usize, flipped: bool, shift: f64) -> Vec<f32> {
    let half = width / 2;
    let rate = |index: usize| (-10_000_f64.ln() * index as f64 / (half as f64 - shift)).exp();
    let angles = (0..half).map(|index| number * rate(index));
    let (sines, cosines): (Vec<f32>, Vec<f32>) =
        angles.map(|angle| (angle.sin() as f32, angle.cos() as f32)).unzip();
    let (first, second) = if flipped { (cosines, sines) } else { (sines, cosines) };
    let mut waves = [first, second].concat();
    waves.resize(width, 0.0);
    waves
}

/// Two linear maps with a curve between.
#[derive(Debug)]
pub(crate) struct Embedding {
    inputs: usize,
    first: Linear,
    second: Linear,
    width: usize,
}

impl Embedding {
    /// Builds it from `linear_1` and `linear_2`.
    ///
    /// # Errors
    /// [`GeneratorError::File`] when a tensor is missing or has another shape.
    pub(crate) fn new(
        inputs: usize,
        width: usize,
        parts: &Parts<'_>,
    ) -> Result<Self, GeneratorError> {
        let first = parts.at("linear_1").linear(inputs, width, true)?;
        let second = parts.at("linear_2").linear(width, width, true)?;
        Ok(Self { inputs, first, second, width })
    }

    /// Applies it to rows.
    pub(crate) fn forward(&self, rows: &[f32]) -> Vec<f32> {
        let mut wide = self.first.forward(rows, self.inputs);
        Curve::Silu.bend(&mut wide);
        self.second.forward(&wide, self.width)
    }
}
