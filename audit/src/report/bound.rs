//! How large the share of failures may be among those that nobody has looked at.

/// How sure a bound is, in per cent.
pub(crate) const CONFIDENCE_PERCENT: u32 = 95;
/// Halvings of the interval: more than the digits of a share.
const STEPS: u32 = 60;

/// The upper bound (Clopper-Pearson, one-sided) of the share that fails, when `failed` of `looked`
/// that were drawn at random have failed. `None` where nothing was looked at.
///
/// Drawing without putting back makes the true bound smaller, never larger. Without any failure it is
/// about 3 / `looked`, the rule of three.
pub(crate) fn failing_share_max(looked: u64, failed: u64) -> Option<f64> {
    if looked == 0 {
        return None;
    }
    if failed >= looked {
        return Some(1.0);
    }
    let miss = 1.0 - f64::from(CONFIDENCE_PERCENT) / 100.0;
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..STEPS {
        let share = f64::midpoint(low, high);
        if at_most(looked, failed, share) > miss { low = share } else { high = share }
    }
    Some(high)
}

/// The probability of at most `failed` failures among `looked`, when each fails with probability `share`.
fn at_most(looked: u64, failed: u64, share: f64) -> f64 {
    let (all, odds) = (looked as f64, share.ln() - (-share).ln_1p());
    // Logarithms, because the first term is too small for a number when there are many.
    let mut term = all * (-share).ln_1p();
    let mut sum = term.exp();
    for one in 1..=failed {
        let one = one as f64;
        term += odds + (all - one + 1.0).ln() - one.ln();
        sum += term.exp();
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_those_of_tables() {
        // R: qbeta(0.95, failed + 1, looked - failed)
        let cases = [
            (1, 0, 0.95),
            (10, 0, 0.258_866),
            (10, 1, 0.394_163),
            (20, 2, 0.282_619),
            (100, 0, 0.029_513),
            (100_000, 0, 0.000_029_956),
            (10, 9, 0.994_884),
            (7, 7, 1.0),
        ];
        for (looked, failed, expected) in cases {
            let bound = failing_share_max(looked, failed).unwrap();
            assert!((bound - expected).abs() < 1e-4 * expected, "{looked} {failed}: {bound}");
        }
        assert_eq!(failing_share_max(0, 0), None);
    }
}
