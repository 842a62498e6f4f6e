//! The keyed coins of token pairs, and the tournament that favours tokens with lucky coins.
//!
//! Tournament sampling (Dathathri and others, Nature 634, 2024) in closed form: in every round two
//! candidates meet and the one with the luckier coin wins. Averaged over all keys every token keeps
//! its probability.

use std::hash::Hasher as _;

use siphasher::sip::SipHasher24;

use super::ALGORITHM;
use crate::WatermarkKey;

/// Coins of a pair of tokens, and rounds of the tournament.
const ROUNDS: u32 = 30;
/// How many of the most probable candidates play; the rest keep their probabilities.
const PLAYERS: usize = 64;

/// The weights of a score; `COINS_PER_WEIGHT` rounds have each of them, the first rounds the
/// greatest: later rounds find less freedom left.
pub(super) const WEIGHTS: [u32; 10] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
/// Rounds with the same weight.
pub(super) const COINS_PER_WEIGHT: u32 = ROUNDS / 10;
/// The mean score of a token that knows nothing of the key: half of 3 · (1 + … + 10).
pub(super) const SCORE_MEAN: f64 = 82.5;
/// The variance of such a score: a quarter of 3 · (1² + … + 10²).
pub(super) const SCORE_VARIANCE: f64 = 288.75;

/// The coins of one key.
#[derive(Clone)]
pub(super) struct Tournament {
    key: (u64, u64),
}

impl Tournament {
    pub(super) fn new(key: &WatermarkKey) -> Self {
        let mut numbers = key.numbers(ALGORITHM);
        Self { key: (numbers.bits(), numbers.bits()) }
    }

    /// The weighted lucky coins of `token` after `previous`.
    pub(super) fn score(&self, previous: u32, token: u32) -> u32 {
        score(self.coins(previous, token))
    }

    /// Plays every round among the leading candidates. Returns by how much the score of the token
    /// to be drawn is now expected to exceed [`SCORE_MEAN`].
    pub(super) fn play(&self, previous: u32, candidates: &mut [(u32, f32)]) -> f64 {
        let (players, _) = candidates.split_at_mut(candidates.len().min(PLAYERS));
        let share: f64 = players.iter().map(|player| f64::from(player.1)).sum();
        if !(share > 0.0 && share.is_finite()) {
            return 0.0;
        }
        let coins: Vec<u32> = players.iter().map(|player| self.coins(previous, player.0)).collect();
        let mut odds: Vec<f64> = players.iter().map(|player| f64::from(player.1) / share).collect();
        for round in 0..ROUNDS {
            let lucky = |coins: u32| f64::from(coins >> round & 1);
            let mean: f64 = odds.iter().zip(&coins).map(|(odds, coins)| odds * lucky(*coins)).sum();
            // A lucky token wins against every unlucky opponent, and half of its other games.
            let rows = odds.iter_mut().zip(&coins);
            rows.for_each(|(odds, coins)| *odds *= 1.0 + lucky(*coins) - mean);
        }
        players.iter_mut().zip(&odds).for_each(|(player, odds)| player.1 = (odds * share) as f32);
        let expected: f64 =
            odds.iter().zip(&coins).map(|(odds, coins)| odds * f64::from(score(*coins))).sum();
        share * (expected - SCORE_MEAN)
    }

    /// One bit a round, fair and independent for whoever does not know the key.
    fn coins(&self, previous: u32, token: u32) -> u32 {
        let mut hasher = SipHasher24::new_with_keys(self.key.0, self.key.1);
        hasher.write(&previous.to_le_bytes());
        hasher.write(&token.to_le_bytes());
        (hasher.finish() >> (u64::BITS - ROUNDS)) as u32
    }
}

/// A coin of round `r` counts once in every prefix of 3, 6, … 30 rounds that holds it.
fn score(coins: u32) -> u32 {
    (1..=10).map(|weight| (coins & ((1 << (weight * COINS_PER_WEIGHT)) - 1)).count_ones()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tournament() -> Tournament {
        Tournament::new(&WatermarkKey::new([5; 32]))
    }

    #[test]
    fn early_rounds_weigh_more() {
        let cases = [(0, 0), (1, 10), (0b1000, 9), (1 << 29, 1), ((1 << 30) - 1, 165)];
        for (coins, expected) in cases {
            assert_eq!(score(coins), expected, "{coins:b}");
        }
    }

    #[test]
    fn scores_of_strangers_have_the_stated_moments() {
        let tournament = tournament();
        let scores: Vec<f64> =
            (0..20_000).map(|token| f64::from(tournament.score(token / 100, token))).collect();
        let mean = scores.iter().sum::<f64>() / 20_000.0;
        let variance = scores.iter().map(|score| (score - mean).powi(2)).sum::<f64>() / 20_000.0;
        // Five standard errors of each.
        assert!((mean - SCORE_MEAN).abs() < 0.6, "{mean}");
        assert!((variance - SCORE_VARIANCE).abs() < 15.0, "{variance}");
    }

    #[test]
    fn a_tournament_keeps_the_sum_and_the_losers() {
        let mut candidates: Vec<(u32, f32)> = (0..100).map(|token| (token, 0.01)).collect();
        let gain = tournament().play(7, &mut candidates);
        let sum: f32 = candidates.iter().map(|candidate| candidate.1).sum();
        assert!((sum - 1.0).abs() < 1e-5);
        assert!(candidates[PLAYERS..].iter().all(|candidate| candidate.1 == 0.01));
        assert!(gain > 10.0, "64 equal tokens give much freedom: {gain}");
    }

    #[test]
    fn a_certain_token_stays_certain() {
        let mut candidates = vec![(1, 1.0), (2, 0.0)];
        tournament().play(7, &mut candidates);
        assert_eq!(candidates, [(1, 1.0), (2, 0.0)]);
        assert_eq!(tournament().play(7, &mut []), 0.0);
        assert_eq!(tournament().play(7, &mut [(1, f32::NAN)]), 0.0);
    }

    #[test]
    fn over_all_keys_no_token_is_preferred() {
        let mut sum = [0.0; 3];
        for secret in 0..2000_u32 {
            let key = WatermarkKey::new(std::array::from_fn(|i| secret.to_le_bytes()[i % 4]));
            let mut candidates = [(0, 0.6), (1, 0.3), (2, 0.1)];
            Tournament::new(&key).play(9, &mut candidates);
            candidates.iter().zip(&mut sum).for_each(|(candidate, sum)| *sum += candidate.1);
        }
        for (sum, expected) in sum.iter().zip([0.6, 0.3, 0.1]) {
            // Five standard errors: a single outcome lies between 0 and 1.
            assert!((sum / 2000.0 - expected).abs() < 0.055, "{sum}");
        }
    }
}
