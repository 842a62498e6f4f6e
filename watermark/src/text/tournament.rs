//! The keyed coins of token pairs, and the tournament that favours tokens with lucky coins.
//!
//! Tournament sampling (Dathathri and others, Nature 634, 2024) in closed form: in every round two
//! candidates meet and the one with the luckier coin wins. Averaged over all keys every token keeps
//! its probability.

use std::hash::Hasher as _;

use siphasher::sip::SipHasher24;

use super::{ALGORITHM, evidence::Evidence};
use crate::WatermarkKey;

/// Coins of a pair of tokens, and rounds of the tournament.
const ROUNDS: u32 = 30;
/// How many of the most probable candidates play; the rest keep their probabilities. It bounds what
/// a token costs.
const PLAYERS: usize = 512;

/// Numbers that are added one after another.
const CHUNK: usize = 16;

/// The weights of luck; `COINS_PER_WEIGHT` rounds have each of them, the first rounds the
/// greatest: later rounds find less freedom left.
pub(super) const WEIGHTS: [u32; 10] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
/// Rounds with the same weight.
pub(super) const COINS_PER_WEIGHT: u32 = ROUNDS / 10;
/// The luck of a token with lucky coins only: 3 · (1 + … + 10).
pub(super) const LUCK_MAX: u32 = 165;

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

    /// The luck of `token` after `previous`: its lucky coins, weighted.
    pub(super) fn luck(&self, previous: u32, token: u32) -> u32 {
        luck(self.coins(previous, token))
    }

    /// Plays every round among the leading candidates. Returns what the detector is now to expect
    /// of the token that will be drawn.
    pub(super) fn play(&self, previous: u32, candidates: &mut [(u32, f32)]) -> Expected {
        let (players, rest) = candidates.split_at_mut(candidates.len().min(PLAYERS));
        let share = sum(players, |player| f64::from(player.1));
        if !(share > 0.0 && share.is_finite()) {
            return Expected::of_fair_coins();
        }
        let coins: Vec<u32> = players.iter().map(|player| self.coins(previous, player.0)).collect();
        let mut odds: Vec<f64> = players.iter().map(|player| f64::from(player.1) / share).collect();
        (0..ROUNDS).for_each(|round| play_round(round, &coins, &mut odds));
        players.iter_mut().zip(&odds).for_each(|(player, odds)| player.1 = (odds * share) as f32);
        let left = sum(rest, |candidate| f64::from(candidate.1));
        Expected::of_players(&odds, &coins).mixed(left / (share + left))
    }

    /// One bit a round, fair and independent for whoever does not know the key.
    fn coins(&self, previous: u32, token: u32) -> u32 {
        let mut hasher = SipHasher24::new_with_keys(self.key.0, self.key.1);
        hasher.write(&previous.to_le_bytes());
        hasher.write(&token.to_le_bytes());
        (hasher.finish() >> (u64::BITS - ROUNDS)) as u32
    }
}

/// Lets every two candidates meet once, with the odds of both.
fn play_round(round: u32, coins: &[u32], odds: &mut [f64]) {
    // A factor, not a branch: nobody can predict a coin.
    let luck = |coins: u32| f64::from(coins >> round & 1);
    let pairs = odds.chunks(CHUNK).zip(coins.chunks(CHUNK));
    let lucky = pairs.map(|(odds, coins)| -> f64 {
        odds.iter().zip(coins).map(|(odds, coins)| odds * luck(*coins)).sum()
    });
    let lucky: f64 = lucky.sum();
    // A lucky token wins against every unlucky opponent, and half of its other games. Rounding can
    // carry the sum above 1, which must not make odds negative.
    let (win, lose) = (2.0 - lucky, (1.0 - lucky).max(0.0));
    for (odds, coins) in odds.iter_mut().zip(coins) {
        *odds *= lose + luck(*coins) * (win - lose);
    }
}

/// Sums chunk by chunk: chunks do not wait for each other.
fn sum<T>(values: &[T], of: impl Fn(&T) -> f64) -> f64 {
    values.chunks(CHUNK).map(|chunk| chunk.iter().map(&of).sum::<f64>()).sum()
}

/// A coin of round `r` counts once in every prefix of 3, 6, … 30 rounds that holds it.
fn luck(coins: u32) -> u32 {
    (1..=10).map(|weight| (coins & ((1 << (weight * COINS_PER_WEIGHT)) - 1)).count_ones()).sum()
}

/// The mean and the variance of the evidence of a token that has yet to be drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Expected {
    pub(super) mean: f64,
    pub(super) variance: f64,
}

impl Expected {
    fn of_fair_coins() -> Self {
        let table = Evidence::table();
        Self { mean: table.mean, variance: table.variance }
    }

    fn of_players(odds: &[f64], coins: &[u32]) -> Self {
        let table = Evidence::table();
        let evidence = odds.iter().zip(coins).map(|(p, coins)| (p, table.of(luck(*coins))));
        let (first, second) = evidence.fold((0.0, 0.0), |(first, second), (p, evidence)| {
            let evidence = f64::from(evidence);
            (first + p * evidence, second + p * evidence * evidence)
        });
        Self { mean: first, variance: (second - first * first).max(0.0) }
    }

    /// With the chance `fair`, a token is drawn that has not played.
    fn mixed(self, fair: f64) -> Self {
        let coins = Self::of_fair_coins();
        let between = fair * (1.0 - fair) * (self.mean - coins.mean).powi(2);
        Self {
            mean: (1.0 - fair) * self.mean + fair * coins.mean,
            variance: (1.0 - fair) * self.variance + fair * coins.variance + between,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tournament() -> Tournament {
        Tournament::new(&WatermarkKey::new([5; 32]))
    }

    #[test]
    fn early_rounds_weigh_more() {
        let cases = [(0, 0), (1, 10), (0b1000, 9), (1 << 29, 1), ((1 << 30) - 1, LUCK_MAX)];
        for (coins, expected) in cases {
            assert_eq!(luck(coins), expected, "{coins:b}");
        }
    }

    #[test]
    fn the_luck_of_strangers_is_that_of_fair_coins() {
        let tournament = tournament();
        let luck: Vec<f64> =
            (0..20_000).map(|token| f64::from(tournament.luck(token / 100, token))).collect();
        let mean = luck.iter().sum::<f64>() / 20_000.0;
        let variance = luck.iter().map(|luck| (luck - mean).powi(2)).sum::<f64>() / 20_000.0;
        // Half of 165, and a quarter of 3 · (1² + … + 10²), each within five standard errors.
        assert!((mean - 82.5).abs() < 0.6, "{mean}");
        assert!((variance - 288.75).abs() < 15.0, "{variance}");
    }

    #[test]
    fn a_tournament_keeps_the_sum_and_who_does_not_play() {
        let all = PLAYERS + 36;
        let p = 1.0 / all as f32;
        let mut candidates: Vec<(u32, f32)> = (0..all as u32).map(|token| (token, p)).collect();
        let expected = tournament().play(7, &mut candidates);
        let sum: f32 = candidates.iter().map(|candidate| candidate.1).sum();
        assert!((sum - 1.0).abs() < 1e-4, "{sum}");
        assert!(candidates[PLAYERS..].iter().all(|candidate| candidate.1 == p));
        assert!(expected.mean > 16.0, "equal tokens give much freedom: {expected:?}");
    }

    #[test]
    fn a_certain_token_stays_certain() {
        let mut candidates = vec![(1, 1.0), (2, 0.0)];
        let expected = tournament().play(7, &mut candidates);
        assert_eq!(candidates, [(1, 1.0), (2, 0.0)]);
        assert_eq!(expected.variance, 0.0);
        let fair = Expected::of_fair_coins();
        assert_eq!(tournament().play(7, &mut []), fair);
        assert_eq!(tournament().play(7, &mut [(1, f32::NAN)]), fair);
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
