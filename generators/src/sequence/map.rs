//! The parts of a layer that look at one row at a time.

use pulp::Arch;

use crate::{
    GeneratorError, math,
    stable::parts::Parts,
    text::network::{
        functions::{exp, rms_norm},
        matrix::{Linear, Matrix},
    },
};

/// A linear map of rows.
#[derive(Debug)]
pub(crate) enum Map {
    /// Packed for many rows at once; 32-bit floats.
    Packed(math::Linear, usize),
    /// In the number format of its file, for few rows.
    Stored(Linear),
}

impl Map {
    /// Takes `weight`, and `bias` where there is one, out of `parts`.
    ///
    /// # Errors
    /// [`GeneratorError::File`] when a tensor is missing or has another shape.
    pub(crate) fn stored(
        parts: &Parts<'_>,
        inputs: usize,
        outputs: usize,
    ) -> Result<Self, GeneratorError> {
        let weight = Matrix::new(parts.stored("weight", &[outputs, inputs])?)?;
        let bias = parts.has("bias").then(|| parts.tensor("bias", &[outputs])).transpose()?;
        Ok(Self::Stored(Linear::new(vec![weight], bias.filter(|bias| !bias.is_empty()))))
    }

    /// The same, packed.
    ///
    /// # Errors
    /// [`GeneratorError::File`] when a tensor is missing or has another shape.
    pub(crate) fn packed(
        parts: &Parts<'_>,
        inputs: usize,
        outputs: usize,
    ) -> Result<Self, GeneratorError> {
        Ok(Self::Packed(parts.linear(inputs, outputs, parts.has("bias"))?, inputs))
    }

    /// Applies it to each row of `x`.
    ///
    /// # Errors
    /// [`GeneratorError::Failed`] when a product fails.
    pub(crate) fn forward(&self, x: &[f32]) -> Result<Vec<f32>, GeneratorError> {
        match self {
            Self::Packed(map, inputs) => Ok(map.forward(x, *inputs)),
            Self::Stored(map) => map.forward(x.to_vec()),
        }
    }
}

/// A normalisation of rows.
#[derive(Debug)]
pub(crate) enum Norm {
    /// To mean 0 and variance 1.
    Layer(math::Norm),
    /// By the root of the mean square (T5).
    Root(Vec<f32>, f32),
}

impl Norm {
    /// One of mean and variance.
    ///
    /// # Errors
    /// [`GeneratorError::File`] when a tensor is missing or has another shape.
    pub(crate) fn layer(parts: &Parts<'_>, width: usize) -> Result<Self, GeneratorError> {
        Ok(Self::Layer(parts.norm(width, 1e-5)?))
    }

    /// One of the mean square.
    ///
    /// # Errors
    /// [`GeneratorError::File`] when a tensor is missing or has another shape.
    pub(crate) fn root(
        parts: &Parts<'_>,
        width: usize,
        epsilon: f32,
    ) -> Result<Self, GeneratorError> {
        Ok(Self::Root(parts.tensor("weight", &[width])?, epsilon))
    }

    /// Normalises every row.
    pub(crate) fn rows(&self, x: &[f32]) -> Vec<f32> {
        match self {
            Self::Layer(norm) => norm.rows(x),
            Self::Root(weight, epsilon) => {
                let mut rows = x.to_vec();
                rms_norm(&mut rows, weight, *epsilon);
                rows
            }
        }
    }
}

/// A curve between two maps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Curve {
    /// max(0, x).
    Relu,
    /// x·σ(x).
    Silu,
    /// x·Φ(x).
    Gelu,
    /// GELU by its hyperbolic tangent.
    GeluTanh,
}

impl Curve {
    /// By the name that configurations use.
    ///
    /// # Errors
    /// A sentence naming those that are served.
    pub(crate) fn named(name: &str) -> Result<Self, String> {
        match name {
            "relu" => Ok(Self::Relu),
            "silu" | "swish" => Ok(Self::Silu),
            "gelu" => Ok(Self::Gelu),
            "gelu_new" | "gelu_pytorch_tanh" => Ok(Self::GeluTanh),
            other => Err(format!(
                "its activation is `{other}`; relu, silu, gelu and gelu_new are supported"
            )),
        }
    }

    /// Bends every number.
    pub(crate) fn bend(self, numbers: &mut [f32]) {
        Arch::new().dispatch(|| match self {
            Self::Relu => {
                for x in &mut *numbers {
                    // `max` would hide numbers that are none.
                    *x = if *x < 0.0 { 0.0 } else { *x };
                }
            }
            Self::Silu => {
                for x in &mut *numbers {
                    *x /= 1.0 + exp(-*x);
                }
            }
            Self::Gelu => {
                for x in &mut *numbers {
                    *x = gelu(*x);
                }
            }
            Self::GeluTanh => {
                for x in &mut *numbers {
                    // √(2/π)
                    let bent = 0.797_884_6 * (*x + 0.044_715 * *x * *x * *x);
                    *x *= 1.0 - 1.0 / (exp(2.0 * bent) + 1.0);
                }
            }
        });
    }
}

/// x·Φ(x) with the error function by a rational approximation (Abramowitz and Stegun, 7.1.26),
/// whose error is below 2e-7.
#[inline(always)]
fn gelu(x: f32) -> f32 {
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / (0.327_591_1 * z + 1.0);
    let p = 1.061_405_4_f32;
    let p = p * t - 1.453_152;
    let p = p * t + 1.421_413_7;
    let p = p * t - 0.284_496_74;
    let p = p * t + 0.254_829_6;
    let tail = 0.5 * p * t * exp(-z * z);
    x * if x < 0.0 { tail } else { 1.0 - tail }
}

/// What follows attention in a layer.
#[derive(Debug)]
pub(crate) struct Feed {
    pub(crate) wide: Map,
    /// Multiplies what `wide` gives, in gated layers.
    pub(crate) gate: Option<Map>,
    pub(crate) narrow: Map,
    pub(crate) curve: Curve,
}

impl Feed {
    /// Applies it to each row.
    ///
    /// # Errors
    /// [`GeneratorError::Failed`] when a product fails.
    pub(crate) fn forward(&self, x: &[f32]) -> Result<Vec<f32>, GeneratorError> {
        let mut wide = self.wide.forward(x)?;
        self.curve.bend(&mut wide);
        if let Some(gate) = &self.gate {
            let gates = gate.forward(x)?;
            wide.iter_mut().zip(gates).for_each(|(x, gate)| *x *= gate);
        }
        self.narrow.forward(&wide)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_are_what_they_are_called() {
        let check = |curve: Curve, expected: [f32; 4]| {
            let mut found = [-3.0, -0.1, 0.5, 2.0];
            curve.bend(&mut found);
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() < 2e-6, "{curve:?}: {found} {expected}");
            }
        };
        check(Curve::Relu, [0.0, 0.0, 0.5, 2.0]);
        check(Curve::Silu, [-0.142_277_6, -0.047_502_08, 0.311_229_65, 1.761_594_2]);
        check(Curve::Gelu, [-0.004_049_7, -0.046_017_2, 0.345_731_2, 1.954_499_7]);
        check(Curve::GeluTanh, [-0.003_637_39, -0.046_017_1, 0.345_714, 1.954_597_7]);
        assert!(Curve::named("tanh").is_err());
    }

    #[test]
    fn what_is_not_a_number_stays_visible() {
        for curve in [Curve::Relu, Curve::Silu, Curve::Gelu, Curve::GeluTanh] {
            let mut numbers = [f32::NAN];
            curve.bend(&mut numbers);
            assert!(numbers[0].is_nan(), "{curve:?}");
        }
    }
}
