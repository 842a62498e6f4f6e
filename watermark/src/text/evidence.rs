//! What the luck of one token says about the mark: a table of log-likelihood ratios.
//!
//! A token of a marked text was either drawn by the tournament, and then the coins of heavy rounds
//! were likelier to be lucky, or put in by an edit, and then they were fair. The evidence of its
//! luck `s` is `ln(ε + (1 − ε) · exp(θ s) / E[exp(θ S)])`: the ratio of that mixture to fair coins.
//! It grows like the luck where luck is great, and an edited token costs at most `ln ε`.

use std::sync::LazyLock;

use super::tournament::{COINS_PER_WEIGHT, LUCK_MAX, WEIGHTS};

/// `ε`: the share of tokens that edits are expected to have put in.
const EDITED: f64 = 0.25;
/// `θ`: how fast the odds of a lucky coin grow with its weight. Its value lies between what wordings
/// of 2 and of 6 bits a token do to the coins.
const LEANING: f64 = 0.065;
/// Parts of a nat that are told apart: sums of integers have an exact distribution.
const PER_NAT: f64 = 16.0;

/// The evidence of every luck, in sixteenths of a nat, and what fair coins give.
#[derive(Debug)]
pub(super) struct Evidence {
    by_luck: Vec<i32>,
    /// The least evidence of a token.
    pub(super) least: i32,
    /// Chances of `least`, `least + 1`, … under fair coins.
    pub(super) chances: Vec<f64>,
    /// The mean evidence under fair coins: below 0.
    pub(super) mean: f64,
    /// The variance of the evidence under fair coins.
    pub(super) variance: f64,
}

static EVIDENCE: LazyLock<Evidence> = LazyLock::new(Evidence::new);

impl Evidence {
    pub(super) fn table() -> &'static Self {
        &EVIDENCE
    }

    /// The evidence of a token with this luck.
    pub(super) fn of(&self, luck: u32) -> i32 {
        self.by_luck.get(luck as usize).copied().unwrap_or(self.least)
    }

    fn new() -> Self {
        let moment: f64 = WEIGHTS
            .iter()
            .map(|weight| f64::midpoint(1.0, (LEANING * f64::from(*weight)).exp()))
            .map(|coin| coin.powf(f64::from(COINS_PER_WEIGHT)))
            .product();
        let by_luck: Vec<i32> = (0..=LUCK_MAX)
            .map(|luck| (LEANING * f64::from(luck)).exp() / moment)
            .map(|drawn| ((EDITED + (1.0 - EDITED) * drawn).ln() * PER_NAT).round() as i32)
            .collect();
        // The ratio grows with the luck, so that the first is the least and the last the greatest.
        let least = by_luck.first().copied().unwrap_or_default();
        let most = by_luck.last().copied().unwrap_or_default();
        let mut chances = vec![0.0; (most - least) as usize + 1];
        for (value, chance) in by_luck.iter().zip(luck_chances()) {
            if let Some(sum) = chances.get_mut((value - least) as usize) {
                *sum += chance;
            }
        }
        let values = || chances.iter().zip(least..).map(|(p, value)| (p, f64::from(value)));
        let mean: f64 = values().map(|(p, value)| p * value).sum();
        let variance = values().map(|(p, value)| p * (value - mean).powi(2)).sum();
        Self { by_luck, least, chances, mean, variance }
    }
}

/// The chances of a luck of 0, 1, … under fair coins, by adding one coin after another.
fn luck_chances() -> Vec<f64> {
    let mut chances = vec![1.0];
    for weight in WEIGHTS.iter().flat_map(|w| (0..COINS_PER_WEIGHT).map(|_| *w as usize)) {
        let unlucky = chances.iter().map(|p| p / 2.0).chain(std::iter::repeat_n(0.0, weight));
        let lucky = std::iter::repeat_n(0.0, weight).chain(chances.iter().map(|p| p / 2.0));
        chances = unlucky.zip(lucky).map(|(a, b)| a + b).collect();
    }
    chances
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_are_a_distribution_with_the_stated_moments() {
        let table = Evidence::table();
        assert!((table.chances.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert!(table.mean < 0.0, "fair coins speak against the mark: {}", table.mean);
        let luck = luck_chances();
        assert_eq!(luck.len(), 166);
        let mean: f64 = luck.iter().zip(0..).map(|(p, s)| p * f64::from(s)).sum();
        assert!((mean - 82.5).abs() < 1e-9, "{mean}");
    }

    #[test]
    fn evidence_is_a_likelihood_ratio() {
        // The mean of a ratio under the hypothesis below the line is 1, up to rounding.
        let table = Evidence::table();
        let ratio = |value: i32| (f64::from(value) / PER_NAT).exp();
        let mean: f64 =
            luck_chances().iter().zip(0..).map(|(p, luck)| p * ratio(table.of(luck))).sum();
        assert!((mean - 1.0).abs() < 0.01, "{mean}");
    }

    #[test]
    fn evidence_grows_with_luck_and_edits_cost_little() {
        let table = Evidence::table();
        assert!((0..165).all(|luck| table.of(luck) <= table.of(luck + 1)));
        assert_eq!(table.of(0), table.least);
        assert!(f64::from(table.least) >= EDITED.ln() * PER_NAT - 0.5);
    }
}
