//! Layers by the names of their weights, as PyTorch stores them.

use candle_core::{Result, Tensor};
use candle_nn::{Init, VarBuilder, init};

use super::config::UnetConfig;
use crate::math::{Convolution, Linear, Norm};

/// The smallest variance that a norm divides by.
const NORM_EPSILON: f64 = 1e-5;

/// A convolution over squares of `side` places.
pub(super) fn convolution(
    (inputs, outputs, side): (usize, usize, usize),
    weights: &VarBuilder<'_>,
) -> Result<Convolution> {
    let weight = matrix(weights, &[outputs, inputs, side, side])?;
    Ok(Convolution::new((inputs, outputs, side), &weight, bias(weights, outputs)?))
}

/// A 3×3 convolution.
pub(super) fn square(
    inputs: usize,
    outputs: usize,
    weights: &VarBuilder<'_>,
) -> Result<Convolution> {
    convolution((inputs, outputs, 3), weights)
}

/// A linear map.
pub(super) fn linear(inputs: usize, outputs: usize, weights: &VarBuilder<'_>) -> Result<Linear> {
    let weight = matrix(weights, &[outputs, inputs])?;
    Ok(Linear::new(inputs, outputs, &weight, bias(weights, outputs)?))
}

/// Linear maps of a place, stored as one convolution of 1×1 whose outputs lie one map after the other.
pub(super) fn maps<const N: usize>(
    inputs: usize,
    outputs: usize,
    weights: &VarBuilder<'_>,
) -> Result<[Linear; N]> {
    let weight = matrix(weights, &[N * outputs, inputs, 1, 1])?;
    let bias = bias(weights, N * outputs)?;
    let mut parts = weight.chunks_exact(inputs * outputs).zip(bias.chunks_exact(outputs));
    Ok(std::array::from_fn(|_| {
        let (weight, bias) = parts.next().unwrap_or_default();
        Linear::new(inputs, outputs, weight, bias.to_vec())
    }))
}

/// A norm over groups of channels.
pub(super) fn norm(channels: usize, weights: &VarBuilder<'_>) -> Result<Norm> {
    let weight = numbers(&weights.get_with_hints(channels, "weight", Init::Const(1.0))?)?;
    Ok(Norm { weight, bias: bias(weights, channels)?, epsilon: NORM_EPSILON })
}

/// Numbers of a tensor, row by row.
pub(super) fn numbers(tensor: &Tensor) -> Result<Vec<f32>> {
    tensor.flatten_all()?.to_vec1()
}

fn matrix(weights: &VarBuilder<'_>, shape: &[usize]) -> Result<Vec<f32>> {
    numbers(&weights.get_with_hints(shape, "weight", init::DEFAULT_KAIMING_NORMAL)?)
}

fn bias(weights: &VarBuilder<'_>, outputs: usize) -> Result<Vec<f32>> {
    numbers(&weights.get_with_hints(outputs, "bias", Init::Const(0.0))?)
}

/// What all levels of the network share.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    pub(super) embedding: usize,
    pub(super) heads: usize,
    pub(super) groups: usize,
}

impl From<&UnetConfig> for Shape {
    fn from(config: &UnetConfig) -> Self {
        Self { embedding: config.embedding, heads: config.heads, groups: config.groups }
    }
}
