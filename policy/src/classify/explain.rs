//! Why a sentence got its score: the words that speak most for the category.

use std::ops::Range;

use types::Span;

use super::{
    features::{self, ROWS},
    model::Model,
};
use crate::normalise::View;

/// So many stretches are shown at most.
const MARKS_MAX: usize = 3;
/// Weaker ones than this part of the strongest are left out.
const PART: i32 = 3;

/// The stretches of a sentence with the highest sums of weights, as code points of the original.
pub(super) fn marks(model: &Model, view: &View<'_>, place: usize) -> Vec<Span> {
    let mut sums: Vec<(Range<usize>, i32)> = Vec::new();
    features::visit(view.text(), &mut |feature| {
        if feature.row >= ROWS {
            return;
        }
        let weight = model.weight(feature.row, place);
        match sums.iter_mut().rev().take(4).find(|(bytes, _)| *bytes == feature.bytes) {
            Some((_, sum)) => *sum += weight,
            None => sums.push((feature.bytes, weight)),
        }
    });
    sums.sort_by_key(|(bytes, sum)| (-sum, bytes.start));
    let strongest = sums.first().map_or(0, |(_, sum)| *sum);
    let telling = sums.into_iter().take(MARKS_MAX);
    let telling = telling.filter(|(_, sum)| *sum > 0 && sum.saturating_mul(PART) >= strongest);
    telling.map(|(bytes, _)| view.span(bytes)).collect()
}
