//! A text with the evidence of every token.

use std::{collections::HashMap, ops::Range};

use super::{
    chance::{ln_tail, ln_tail_bound},
    evidence::Evidence,
    tournament::Tournament,
};
use crate::WatermarkKey;

/// A text under one key.
pub(super) struct Scored {
    /// Per token after the first: its evidence, and where its context came before.
    pairs: Vec<(i32, Option<usize>)>,
}

impl Scored {
    pub(super) fn new(key: &WatermarkKey, tokens: &[u32]) -> Self {
        let (tournament, table) = (Tournament::new(key), Evidence::table());
        let mut last = HashMap::new();
        let pairs = tokens.iter().zip(tokens.iter().skip(1)).enumerate();
        let pairs = pairs.map(|(at, (previous, token))| {
            (table.of(tournament.luck(*previous, *token)), last.insert(*previous, at))
        });
        Self { pairs: pairs.collect() }
    }

    /// How many tokens the text has; 0 also for a single one, which has no context.
    pub(super) const fn tokens(&self) -> usize {
        if self.pairs.is_empty() { 0 } else { self.pairs.len() + 1 }
    }

    /// The evidence of every token after the first, also of those whose context has come before.
    pub(super) fn evidence(&self) -> impl DoubleEndedIterator<Item = i32> + ExactSizeIterator {
        self.pairs.iter().map(|pair| pair.0)
    }

    /// A part by itself: a context counts when it comes for the first time in this part, so that
    /// no two coins are the same one.
    pub(super) fn part(&self, range: Range<usize>) -> Part {
        let pairs = self.pairs.iter().take(range.end.saturating_sub(1)).skip(range.start);
        let fresh = pairs.filter(|(_, before)| before.is_none_or(|before| before < range.start));
        let (scored, sum) =
            fresh.fold((0, 0), |(scored, sum), pair| (scored + 1, sum + i64::from(pair.0)));
        Part { range, scored, sum }
    }
}

/// The evidence of a part of a text.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) range: Range<usize>,
    /// How many tokens count.
    pub(super) scored: usize,
    /// Their evidence together.
    pub(super) sum: i64,
}

impl Part {
    /// The logarithm of the chance of this much evidence or more.
    pub(super) fn ln_p(&self) -> f64 {
        ln_tail(self.scored, self.sum)
    }

    /// A bound above [`Self::ln_p`] that is quick to get.
    pub(super) fn ln_p_bound(&self) -> f64 {
        ln_tail_bound(self.scored, self.sum)
    }
}
