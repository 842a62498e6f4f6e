//! Exact tails of fair coins: what chance alone would do.

/// `ln P[X ≥ successes]` of a fair binomial with `trials` throws.
///
/// Exact: the terms are summed, each from the one before, until they no longer count.
pub(crate) fn ln_upper_tail(trials: u64, successes: u64) -> f64 {
    if successes == 0 {
        return 0.0;
    }
    if successes > trials {
        return f64::NEG_INFINITY;
    }
    // Below the mean the terms grow; the other tail is the one to sum.
    if 2 * successes <= trials {
        let other = ln_upper_tail(trials, trials - successes + 1);
        return libm::log1p(-other.exp());
    }
    let (n, k) = (trials as f64, successes as f64);
    let first = ln_choose(n, k) - n * std::f64::consts::LN_2;
    let (mut sum, mut term) = (1.0, 1.0);
    for i in successes..trials {
        term *= (trials - i) as f64 / (i + 1) as f64;
        sum += term;
        if term < sum * f64::EPSILON {
            break;
        }
    }
    first + f64::ln(sum)
}

/// `ln P[X ≤ successes]` of a fair binomial: the mirror image of the upper tail.
pub(crate) fn ln_lower_tail(trials: u64, successes: u64) -> f64 {
    ln_upper_tail(trials, trials.saturating_sub(successes))
}

fn ln_choose(n: f64, k: f64) -> f64 {
    libm::lgamma(n + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(n - k + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_are_exact() {
        // sum(math.comb(n, i) for i in range(k, n + 1)) / 2**n with Python's integers.
        let cases = [
            (10, 0, 1.0),
            (10, 5, 0.623_046_875),
            (10, 8, 0.054_687_5),
            (10, 10, 1.0 / 1024.0),
            (10, 11, 0.0),
            (6000, 3000, 0.5051501081013353),
            (6000, 3200, 1.2824608239136594e-07),
            (6000, 2900, 0.9952719063911123),
            (30_000, 16_000, 3.8904369649340823e-31),
        ];
        for (trials, successes, expected) in cases {
            let found = ln_upper_tail(trials, successes).exp();
            let wrong = (found - expected).abs() / f64::max(expected, f64::MIN_POSITIVE);
            assert!(wrong < 1e-9, "{trials} {successes}: {found} is not {expected}");
        }
    }

    #[test]
    fn the_lower_tail_mirrors_the_upper() {
        for (trials, successes) in [(10, 3), (1040, 200), (1040, 600)] {
            let mirror = ln_upper_tail(trials, trials - successes);
            assert!((ln_lower_tail(trials, successes) - mirror).abs() < 1e-12);
        }
    }
}
