//! How likely a sum of scores is by chance alone.

use rustfft::{FftPlanner, num_complex::Complex64};

use super::tournament::{COINS_PER_WEIGHT, SCORE_MEAN, SCORE_VARIANCE, WEIGHTS};

/// `ln P[S ≥ sum]` for the sum of the scores of `tokens` tokens chosen without the key.
///
/// Exact up to rounding: the distribution is tilted until its mean is `sum`, so that the terms that
/// matter are large, and read off its characteristic function by one Fourier transform.
pub(super) fn ln_tail(tokens: usize, sum: u64) -> f64 {
    let (n, sum) = (tokens as f64, sum as f64);
    let most = 2.0 * SCORE_MEAN * n;
    if sum <= 0.0 {
        return 0.0;
    }
    if sum > most {
        return f64::NEG_INFINITY;
    }
    // Below the mean the other tail is the short one; the distribution is symmetric.
    if sum <= most / 2.0 {
        return libm::log1p(-ln_tail(tokens, (most - sum) as u64 + 1).exp());
    }
    if sum >= most {
        return -f64::from(COINS_PER_WEIGHT) * WEIGHTS.len() as f64 * n * std::f64::consts::LN_2;
    }
    let tilted = Tilted::with_mean(sum / n);
    tilted.ln_tail(n, sum)
}

/// The distribution of one score, weighted by `exp(tilt · score)`.
struct Tilted {
    tilt: f64,
}

impl Tilted {
    /// The tilt with this mean, by bisection; the mean lies inside `0..165`.
    fn with_mean(mean: f64) -> Self {
        let (mut low, mut high) = (-40.0, 40.0);
        for _ in 0..80 {
            let tilt = f64::midpoint(low, high);
            let found: f64 = weights().map(|w| coins() * w / (1.0 + (-tilt * w).exp())).sum();
            if found < mean { low = tilt } else { high = tilt }
        }
        Self { tilt: f64::midpoint(low, high) }
    }

    fn ln_tail(&self, n: f64, sum: f64) -> f64 {
        // Twelve standard deviations on each side: what is folded over weighs less than 1e-30.
        let length = (24.0 * (SCORE_VARIANCE * n).sqrt()).max(512.0) as usize;
        let length = length.next_power_of_two();
        let mut terms: Vec<Complex64> = (0..length)
            .map(|k| self.characteristic(std::f64::consts::TAU * k as f64 / length as f64, n, sum))
            .collect();
        FftPlanner::new().plan_fft_forward(length).process(&mut terms);
        // Term x is now length · Q[S = sum + x], the second half being what lies below the sum.
        let upper = terms.iter().take(length / 2).enumerate();
        let tail: f64 =
            upper.map(|(x, q)| q.re / length as f64 * (-self.tilt * x as f64).exp()).sum();
        self.ln_moment() * n - self.tilt * sum + tail.max(f64::MIN_POSITIVE).ln()
    }

    /// The characteristic function of `n` scores around `sum`.
    fn characteristic(&self, angle: f64, n: f64, sum: f64) -> Complex64 {
        let factors = weights().map(|w| {
            let odds = (-self.tilt * w).exp();
            (Complex64::cis(angle * w) + odds) / (1.0 + odds)
        });
        let one: Complex64 = factors.product();
        one.powf(coins() * n) * Complex64::cis(-angle * sum)
    }

    /// `ln E[exp(tilt · score)]`.
    fn ln_moment(&self) -> f64 {
        weights().map(|w| coins() * (f64::midpoint(1.0, (self.tilt * w).exp())).ln()).sum()
    }
}

fn weights() -> impl Iterator<Item = f64> {
    WEIGHTS.iter().map(|weight| f64::from(*weight))
}

fn coins() -> f64 {
    f64::from(COINS_PER_WEIGHT)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The distribution by adding one coin after another: slow, and exact where it does not underflow.
    fn added_coin_by_coin(tokens: usize) -> Vec<f64> {
        let mut distribution = vec![1.0];
        for weight in WEIGHTS.iter().flat_map(|w| std::iter::repeat_n(*w as usize, 3 * tokens)) {
            let mut next = vec![0.0; distribution.len() + weight];
            for (sum, p) in distribution.iter().enumerate() {
                next[sum] += p / 2.0;
                next[sum + weight] += p / 2.0;
            }
            distribution = next;
        }
        distribution
    }

    #[test]
    fn tails_are_those_of_coins_thrown_one_by_one() {
        for tokens in [1, 2, 7, 40] {
            let distribution = added_coin_by_coin(tokens);
            for sum in (0..=165 * tokens).step_by(1 + 13 * tokens) {
                let expected: f64 = distribution[sum..].iter().rev().sum();
                let found = ln_tail(tokens, sum as u64).exp();
                let wrong = (found - expected).abs() / expected;
                assert!(wrong < 1e-6, "{tokens} tokens, {sum}: {found} is not {expected}");
            }
        }
    }

    #[test]
    fn far_tails_do_not_vanish() {
        assert_eq!(ln_tail(10, 1651), f64::NEG_INFINITY);
        assert!((ln_tail(10, 1650) / 300.0 + std::f64::consts::LN_2).abs() < 1e-12);
        let far = ln_tail(200, 82 * 200 + 200 * 45);
        assert!((-1000.0..-500.0).contains(&far), "{far}");
    }
}
