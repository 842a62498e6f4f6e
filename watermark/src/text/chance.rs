//! How likely a sum of evidence is by chance alone.

use std::sync::LazyLock;

use rustfft::{FftPlanner, num_complex::Complex64};

use super::evidence::Evidence;

/// Tilts at which the bound is tried, and the step between them.
const TILTS: usize = 200;
const TILT_STEP: f64 = 0.002;

/// `ln P[S ≥ sum]` for the sum of the evidence of `tokens` tokens chosen without the key.
///
/// Exact up to rounding: the distribution is tilted until its mean is `sum`, so that the terms that
/// matter are large, and convolved with itself by one Fourier transform.
pub(super) fn ln_tail(tokens: usize, sum: i64) -> f64 {
    let table = Evidence::table();
    let n = tokens as f64;
    let most = f64::from(table.least) + (table.chances.len() - 1) as f64;
    if sum as f64 > most * n {
        return f64::NEG_INFINITY;
    }
    if sum as f64 <= f64::from(table.least) * n {
        return 0.0;
    }
    if sum as f64 >= most * n {
        return table.chances.last().copied().unwrap_or_default().ln() * n;
    }
    if sum as f64 <= table.mean * n {
        return libm::log1p(-Tilted::new(0.0).beside(tokens, sum, Side::Below));
    }
    let tilted = Tilted::with_mean(sum as f64 / n);
    let tail = tilted.beside(tokens, sum, Side::From).max(f64::MIN_POSITIVE);
    (tilted.ln_moment * n - tilted.tilt * sum as f64 + tail.ln()).min(0.0)
}

/// An upper bound on `ln P[S ≥ sum]` (Chernoff 1952) that costs a few additions.
pub(super) fn ln_tail_bound(tokens: usize, sum: i64) -> f64 {
    let (n, sum) = (tokens as f64, sum as f64);
    let at = |(ln_moment, step): (&f64, i32)| n * ln_moment - TILT_STEP * f64::from(step) * sum;
    LN_MOMENTS.iter().zip(0..).map(at).fold(0.0, f64::min)
}

/// `ln E[exp(tilt · evidence)]` at every tilt of the bound.
static LN_MOMENTS: LazyLock<Vec<f64>> = LazyLock::new(|| {
    (0..TILTS).map(|step| Tilted::new(TILT_STEP * step as f64).ln_moment).collect()
});

/// The distribution of one token's evidence, weighted by `exp(tilt · evidence)`.
struct Tilted {
    tilt: f64,
    ln_moment: f64,
    chances: Vec<f64>,
}

impl Tilted {
    fn new(tilt: f64) -> Self {
        let table = Evidence::table();
        let values = || (table.least..).map(f64::from);
        // The greatest exponent is taken out, so that nothing overflows.
        let most = values().take(table.chances.len()).map(|v| tilt * v).fold(f64::MIN, f64::max);
        let weights = table.chances.iter().zip(values()).map(|(p, v)| p * (tilt * v - most).exp());
        let mut chances: Vec<f64> = weights.collect();
        let sum: f64 = chances.iter().sum();
        chances.iter_mut().for_each(|p| *p /= sum);
        Self { tilt, ln_moment: sum.ln() + most, chances }
    }

    fn mean(&self) -> f64 {
        let values = (Evidence::table().least..).map(f64::from);
        self.chances.iter().zip(values).map(|(p, v)| p * v).sum()
    }

    fn variance(&self) -> f64 {
        let (mean, values) = (self.mean(), (Evidence::table().least..).map(f64::from));
        self.chances.iter().zip(values).map(|(p, v)| p * (v - mean).powi(2)).sum()
    }

    /// The tilt with this mean, by bisection; the mean lies between that of fair coins and the most.
    fn with_mean(mean: f64) -> Self {
        let (mut low, mut high) = (0.0, 20.0);
        for _ in 0..60 {
            let tilt = f64::midpoint(low, high);
            if Self::new(tilt).mean() < mean { low = tilt } else { high = tilt }
        }
        Self::new(f64::midpoint(low, high))
    }

    /// The tilted chance of a sum on one side of `sum`, with the tilt taken out up to a constant.
    fn beside(&self, tokens: usize, sum: i64, side: Side) -> f64 {
        let n = tokens as f64;
        // Twelve standard deviations on each side: what is folded over weighs less than 1e-30.
        let length = (24.0 * (self.variance() * n).sqrt()).max(512.0) as usize;
        let length = length.next_power_of_two();
        let mut terms = vec![Complex64::default(); length];
        terms.iter_mut().zip(&self.chances).for_each(|(term, p)| term.re = *p);
        let mut planner = FftPlanner::new();
        planner.plan_fft_forward(length).process(&mut terms);
        terms.iter_mut().for_each(|term| *term = term.powf(n));
        planner.plan_fft_inverse(length).process(&mut terms);
        // Term k is now length · Q[S − n · least ≡ k].
        let from_least = sum - i64::from(Evidence::table().least) * tokens as i64;
        let start = match side {
            Side::From => from_least,
            Side::Below => from_least - length as i64 / 2,
        };
        let start = start.rem_euclid(length as i64) as usize;
        let half = terms.iter().cycle().skip(start).take(length / 2).enumerate();
        half.map(|(x, q)| q.re / length as f64 * (-self.tilt * x as f64).exp()).sum()
    }
}

/// Which half of a distribution is summed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// The sum and what lies above it.
    From,
    /// What lies below the sum.
    Below,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The distribution by adding one token after another: slow, and exact where it does not
    /// underflow. The first entry is the chance of `tokens · least`.
    fn added_token_by_token(tokens: usize) -> Vec<f64> {
        let one = &Evidence::table().chances;
        let mut distribution = vec![1.0];
        for _ in 0..tokens {
            let mut next = vec![0.0; distribution.len() + one.len() - 1];
            for (sum, p) in distribution.iter().enumerate() {
                for (value, q) in one.iter().enumerate() {
                    next[sum + value] += p * q;
                }
            }
            distribution = next;
        }
        distribution
    }

    #[test]
    fn tails_are_those_of_tokens_added_one_by_one() {
        for tokens in [1, 2, 7, 40] {
            let distribution = added_token_by_token(tokens);
            let least = i64::from(Evidence::table().least) * tokens as i64;
            for at in (0..distribution.len()).step_by(1 + 3 * tokens) {
                let expected: f64 = distribution[at..].iter().rev().sum();
                if expected < 1e-290 {
                    break;
                }
                let sum = least + at as i64;
                let found = ln_tail(tokens, sum).exp();
                let wrong = (found - expected).abs() / expected;
                assert!(wrong < 1e-6, "{tokens} tokens, {sum}: {found} is not {expected}");
                let bound = ln_tail_bound(tokens, sum).exp();
                assert!(bound >= expected * (1.0 - 1e-9), "{tokens} tokens, {sum}: {bound}");
            }
        }
    }

    #[test]
    fn far_tails_do_not_vanish() {
        let table = Evidence::table();
        let most = i64::from(table.least) + table.chances.len() as i64 - 1;
        assert_eq!(ln_tail(10, 10 * most + 1), f64::NEG_INFINITY);
        let last = table.chances[table.chances.len() - 1].ln();
        assert!((ln_tail(10, 10 * most) / (10.0 * last) - 1.0).abs() < 1e-12);
        let far = ln_tail(200, 200 * most / 2);
        assert!((-2000.0..-200.0).contains(&far), "{far}");
    }
}
