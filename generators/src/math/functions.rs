//! Curves between the layers, over whole vectors of numbers.

use pulp::{Arch, Simd, WithSimd};

/// e to the power of x, to a few units in the last place; 0 far below, large but finite far above.
#[inline(always)]
fn exp(x: f32) -> f32 {
    // The sum's lowest bits are the whole number next to the product.
    const MAGIC: f32 = 12_582_912.0;
    const LN2_HIGH: f32 = 0.693_359_4;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    let x = x.clamp(-87.0, 88.0);
    let shifted = x.mul_add(std::f32::consts::LOG2_E, MAGIC);
    let whole = shifted - MAGIC;
    let rest = whole.mul_add(-LN2_LOW, whole.mul_add(-LN2_HIGH, x));
    // e^rest = 1 + rest + rest²·p(rest) for rest of at most half of ln 2.
    let mut p = 1.987_569_2e-4_f32;
    for next in [1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 0.166_666_66, 0.5] {
        p = p.mul_add(rest, next);
    }
    let power = (p * rest).mul_add(rest, rest) + 1.0;
    let scale = f32::from_bits(shifted.to_bits().wrapping_add(127) << 23);
    power * scale
}

#[inline(always)]
fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// x·Φ(x) with the error function by a rational approximation (Abramowitz and Stegun, 7.1.26),
/// whose error is below 2e-7.
#[inline(always)]
fn gelu(x: f32) -> f32 {
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / 0.327_591_1_f32.mul_add(z, 1.0);
    let mut p = 1.061_405_4_f32;
    for next in [-1.453_152, 1.421_413_7, -0.284_496_74, 0.254_829_6] {
        p = p.mul_add(t, next);
    }
    let tail = 0.5 * p * t * exp(-z * z);
    x * if x < 0.0 { tail } else { 1.0 - tail }
}

/// A curve that text encoders and networks are trained with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Curve {
    /// x·σ(x).
    Silu,
    /// x·Φ(x).
    Gelu,
    /// x·σ(1.702·x).
    QuickGelu,
    /// x, or 0 where it is less.
    Relu,
}

impl Curve {
    /// By the name that configurations of text encoders use.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "silu" | "swish" => Some(Self::Silu),
            "gelu" => Some(Self::Gelu),
            "quick_gelu" => Some(Self::QuickGelu),
            _ => None,
        }
    }

    /// Bends every number.
    pub(crate) fn bend(self, numbers: &mut [f32]) {
        Arch::new().dispatch(Bend(self, numbers));
    }
}

/// A type and not a closure: what is not inlined into the code for wide registers would call a function
/// for each product with a sum.
struct Bend<'a>(Curve, &'a mut [f32]);

impl WithSimd for Bend<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self(curve, numbers) = self;
        match curve {
            Curve::Silu => numbers.iter_mut().for_each(|x| *x *= sigmoid(*x)),
            Curve::Gelu => numbers.iter_mut().for_each(|x| *x = gelu(*x)),
            Curve::QuickGelu => numbers.iter_mut().for_each(|x| *x *= sigmoid(1.702 * *x)),
            // `max` would hide numbers that are none.
            Curve::Relu => numbers.iter_mut().for_each(|x| *x = if *x < 0.0 { 0.0 } else { *x }),
        }
    }
}

/// `values` · gelu(`gates`) of rows that hold `width` values and as many gates.
pub(crate) fn gated(rows: &[f32], width: usize) -> Vec<f32> {
    let mut out = vec![0.0; rows.len() / 2];
    Arch::new().dispatch(Gated { rows, width, out: &mut out });
    out
}

struct Gated<'a> {
    rows: &'a [f32],
    width: usize,
    out: &'a mut [f32],
}

impl WithSimd for Gated<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { rows, width, out } = self;
        for (row, out) in rows.chunks_exact(2 * width).zip(out.chunks_exact_mut(width)) {
            let (values, gates) = row.split_at(width);
            for ((out, value), gate) in out.iter_mut().zip(values).zip(gates) {
                *out = value * gelu(*gate);
            }
        }
    }
}

/// Turns a row of scores into weights that sum to 1.
pub(crate) fn softmax(scores: &mut [f32], scale: f32) {
    Arch::new().dispatch(Softmax { scores, scale });
}

struct Softmax<'a> {
    scores: &'a mut [f32],
    scale: f32,
}

impl WithSimd for Softmax<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { scores, scale } = self;
        let mut lanes = [f32::NEG_INFINITY; 16];
        let (whole, rest) = scores.as_chunks::<16>();
        for chunk in whole {
            for (lane, score) in lanes.iter_mut().zip(chunk) {
                *lane = if *score > *lane { *score } else { *lane };
            }
        }
        let most = lanes.iter().chain(rest).copied().fold(f32::NEG_INFINITY, f32::max);
        let mut sums = [0.0_f32; 16];
        let (whole, rest) = scores.as_chunks_mut::<16>();
        for chunk in whole {
            for (sum, score) in sums.iter_mut().zip(chunk) {
                *score = exp((*score - most) * scale);
                *sum += *score;
            }
        }
        let mut sum: f32 = sums.iter().sum();
        for score in rest {
            *score = exp((*score - most) * scale);
            sum += *score;
        }
        let share = 1.0 / sum;
        scores.iter_mut().for_each(|score| *score *= share);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_are_what_they_are_called() {
        for index in -800..=800 {
            let x = f64::from(index) * 0.02;
            let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
            let check = |curve: Curve, expected: f64| {
                let mut found = [x as f32];
                curve.bend(&mut found);
                let error = (f64::from(found[0]) - expected).abs();
                assert!(
                    error < 2e-6 * (1.0 + x.abs()),
                    "{curve:?} of {x}: {} {expected}",
                    found[0]
                );
            };
            check(Curve::Silu, x * sigmoid(x));
            check(Curve::QuickGelu, x * sigmoid(1.702 * x));
            check(Curve::Relu, x.max(0.0));
            assert!((f64::from(exp(x as f32)) / x.exp() - 1.0).abs() < 1e-6, "{x}");
        }
        let mut known = [-3.0, -1.0, -0.1, 0.0, 0.5, 2.0];
        Curve::Gelu.bend(&mut known);
        let expected = [-0.004_049_7, -0.158_655_3, -0.046_017_2, 0.0, 0.345_731_2, 1.954_499_7];
        for (found, expected) in known.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
    }

    #[test]
    fn weights_of_attention_sum_to_one_also_for_large_scores() {
        let mut scores: Vec<f32> = (0..37).map(|index| index as f32 * 30.0).collect();
        softmax(&mut scores, 0.1);
        assert!((scores.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert!((scores[36] / scores[35] - 3.0_f32.exp()).abs() < 1e-3);
    }

    #[test]
    fn what_is_not_a_number_stays_visible() {
        for curve in [Curve::Silu, Curve::Gelu, Curve::QuickGelu, Curve::Relu] {
            let mut numbers = [f32::NAN];
            curve.bend(&mut numbers);
            assert!(numbers[0].is_nan(), "{curve:?}");
        }
    }
}
