//! The small functions between the products: norms, activations, soft-max.
//!
//! Written with additions and multiplications alone, so that a compiler may use any width of
//! register and every machine gives the same numbers.

use pulp::Arch;

use super::product::share_out;

/// e to the power of `x`, within 2 units of the last place; 0 below −87.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    // x = n · ln 2 + r with |r| ≤ ln 2 / 2; ln 2 in two parts, so that r is exact.
    let clamped = x.clamp(-87.0, 88.0);
    let n = (clamped * std::f32::consts::LOG2_E).round_ties_even();
    let r = clamped - n * 0.693_359_4;
    let r = r - n * -2.121_944_4e-4;
    let p = 1.987_569_2e-4;
    let p = p * r + 1.398_199_9e-3;
    let p = p * r + 8.333_452e-3;
    let p = p * r + 4.166_579_6e-2;
    let p = p * r + 1.666_666_5e-1;
    let p = p * r + 0.5;
    let value = p * r * r + r + 1.0;
    // Two to the power of n by its bits: −126 ≤ n ≤ 127.
    let power = f32::from_bits(((n as i32 + 127) as u32) << 23);
    if x < -87.0 { 0.0 } else { value * power }
}

#[inline(always)]
fn tanh(x: f32) -> f32 {
    1.0 - 2.0 / (exp(2.0 * x) + 1.0)
}

/// The gate of a feed-forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Activation {
    /// x · sigmoid(x)
    Silu,
    /// GELU by its hyperbolic tangent.
    GeluTanh,
}

/// From rows of gates and ups, side by side, the rows of activated products.
pub(crate) fn gated(activation: Activation, both: &[f32], inner: usize) -> Vec<f32> {
    let mut out = vec![0.0; both.len() / 2];
    // A number costs about as much as thirty-two multiplications.
    share_out(&mut out, inner, 16 * both.len(), |row, out| {
        let both = both.get(2 * row * inner..2 * (row + 1) * inner).unwrap_or_default();
        let (gates, ups) = both.split_at(both.len() / 2);
        Arch::new().dispatch(|| gate(activation, gates, ups, out));
    });
    out
}

#[inline(always)]
fn gate(activation: Activation, gates: &[f32], ups: &[f32], out: &mut [f32]) {
    match activation {
        Activation::Silu => {
            for ((out, x), up) in out.iter_mut().zip(gates).zip(ups) {
                *out = x / (1.0 + exp(-x)) * up;
            }
        }
        Activation::GeluTanh => {
            for ((out, x), up) in out.iter_mut().zip(gates).zip(ups) {
                // √(2/π)
                let bent = 0.797_884_6 * (x + 0.044_715 * x * x * x);
                *out = 0.5 * x * (1.0 + tanh(bent)) * up;
            }
        }
    }
}

/// Keeps every number within ± `cap`, softly.
pub(crate) fn soften(values: &mut [f32], cap: f32) {
    Arch::new().dispatch(|| {
        for value in &mut *values {
            *value = cap * tanh(*value / cap);
        }
    });
}

/// Numbers that are added up side by side: the order of additions is the same on every machine.
const LANES: usize = 16;

/// The sum of `f` over all values.
#[inline(always)]
fn sum(values: &[f32], f: impl Fn(f32) -> f32) -> f32 {
    let mut lanes = [0.0; LANES];
    let (whole, rest) = values.as_chunks::<LANES>();
    for some in whole {
        for (lane, value) in lanes.iter_mut().zip(some) {
            *lane += f(*value);
        }
    }
    for (lane, value) in lanes.iter_mut().zip(rest) {
        *lane += f(*value);
    }
    lanes.iter().sum()
}

/// Divides each row of as many numbers as `weight` by the root of its mean square, times `weight`.
pub(crate) fn rms_norm(rows: &mut [f32], weight: &[f32], epsilon: f32) {
    Arch::new().dispatch(|| {
        for row in rows.chunks_exact_mut(weight.len()) {
            let mean = sum(row, |x| x * x) / weight.len() as f32;
            let scale = 1.0 / (mean + epsilon).sqrt();
            for (x, weight) in row.iter_mut().zip(weight) {
                *x = *x * scale * weight;
            }
        }
    });
}

/// Turns scores into shares that sum to 1 and gives back what they are yet to be divided by.
/// Scores outside `seen` become 0.
pub(crate) fn shares(scores: &mut [f32], seen: std::ops::Range<usize>) -> f32 {
    let mut total = 0.0;
    Arch::new().dispatch(|| {
        let within = scores.get(seen.clone()).unwrap_or_default();
        let largest = within.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let (start, end) = (seen.start.min(scores.len()), seen.end.min(scores.len()));
        if let Some(before) = scores.get_mut(..start) {
            before.fill(0.0);
        }
        if let Some(after) = scores.get_mut(end..) {
            after.fill(0.0);
        }
        for score in scores.get_mut(start..end).unwrap_or_default() {
            *score = exp(*score - largest);
        }
        total = sum(scores, |x| x);
    });
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponential_is_close_everywhere() {
        for step in -8700..8800 {
            let x = step as f32 / 100.0;
            let exact = f64::from(x).exp();
            let error = (f64::from(exp(x)) - exact).abs() / exact;
            assert!(error < 3e-7, "{x}: {error}");
        }
        assert_eq!(exp(-90.0), 0.0);
        assert_eq!(exp(f32::NEG_INFINITY), 0.0);
        assert!(exp(f32::NAN).is_nan());
    }

    #[test]
    fn shares_outside_what_is_seen_are_nothing() {
        let mut scores = [9.0, 1.0, 1.0, f32::NAN];
        let total = shares(&mut scores, 1..3);
        assert_eq!((scores, total), ([0.0, 1.0, 1.0, 0.0], 2.0));
    }

    #[test]
    fn activations_are_those_of_their_definitions() {
        let inputs = [-3.0_f32, -0.5, 0.0, 0.7, 4.0];
        let both: Vec<f32> = inputs.into_iter().chain([2.0; 5]).collect();
        let exact = |x: f64| -> (f64, f64) {
            let bent = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044_715 * x.powi(3));
            (2.0 * x / (1.0 + (-x).exp()), x * (1.0 + bent.tanh()))
        };
        let silu = gated(Activation::Silu, &both, 5);
        let gelu = gated(Activation::GeluTanh, &both, 5);
        for (index, x) in inputs.into_iter().enumerate() {
            let (s, g) = exact(f64::from(x));
            assert!((f64::from(silu[index]) - s).abs() < 1e-5);
            assert!((f64::from(gelu[index]) - g).abs() < 1e-5);
        }
    }

    #[test]
    fn a_norm_divides_by_the_root_of_the_mean_square() {
        let mut rows = [3.0, 4.0, 0.0, 0.0];
        rms_norm(&mut rows, &[1.0, 2.0], 0.0);
        let root = 12.5_f32.sqrt();
        assert!((rows[0] - 3.0 / root).abs() < 1e-6 && (rows[1] - 8.0 / root).abs() < 1e-6);
        assert!(rows[2].is_nan());
    }
}
