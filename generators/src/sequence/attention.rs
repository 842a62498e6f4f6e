//! Attention: rows take from other rows by how well they fit.

#![expect(clippy::indexing_slicing, reason = "kernels: the lengths are checked where they enter")]

use std::sync::{Mutex, PoisonError};

use pulp::Arch;

use super::{Map, memory::Rows};
use crate::text::network::{functions::exp, product::share};

/// An attention with its maps.
#[derive(Debug)]
pub(crate) struct Attention {
    pub(crate) queries: Map,
    pub(crate) keys: Map,
    pub(crate) values: Map,
    pub(crate) out: Map,
    pub(crate) heads: usize,
    /// What the fit of a query and a key is multiplied by.
    pub(crate) scale: f32,
}

/// What is added to a fit by how far a key is from its query (T5).
#[derive(Debug)]
pub(crate) struct Bias {
    /// For each head, for each distance from `-reach` to `reach`.
    table: Vec<f32>,
    reach: usize,
}

impl Bias {
    /// From the learned numbers, one row of `heads` a bucket, as T5 counts buckets: near distances
    /// one by one, far ones by their logarithm up to `farthest`. `both` ways for an encoder.
    pub(crate) fn new(learned: &[f32], heads: usize, farthest: usize, both: bool) -> Self {
        let buckets = learned.len() / heads.max(1);
        let distances = 2 * farthest + 1;
        let mut table = vec![0.0; heads * distances];
        if buckets > 0 {
            for (head, row) in table.chunks_exact_mut(distances).enumerate() {
                for (index, number) in row.iter_mut().enumerate() {
                    let distance = index as i64 - farthest as i64;
                    *number = learned[bucket(distance, buckets, farthest, both) * heads + head];
                }
            }
        }
        Self { table, reach: farthest }
    }

    fn add(&self, head: usize, position: usize, scores: &mut [f32]) {
        let row = &self.table[head * (2 * self.reach + 1)..][..2 * self.reach + 1];
        for (key, score) in scores.iter_mut().enumerate() {
            let at = (key + self.reach).saturating_sub(position).min(2 * self.reach);
            *score += row[at];
        }
    }
}

/// The bucket of a key that is `distance` after its query.
fn bucket(distance: i64, buckets: usize, farthest: usize, both: bool) -> usize {
    let (mut first, mut buckets) = (0, buckets);
    let away = if both {
        buckets /= 2;
        if distance > 0 {
            first = buckets;
        }
        distance.unsigned_abs() as usize
    } else {
        (-distance).max(0) as usize
    };
    let exact = buckets / 2;
    if away < exact {
        return first + away;
    }
    // In 32 bits as in the original: an edge may fall either way.
    let share = (away as f32 / exact as f32).ln() / (farthest as f32 / exact as f32).ln();
    let far = exact + (share * (buckets - exact) as f32) as usize;
    first + far.min(buckets - 1)
}

/// One row that asks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asking<'a> {
    pub(crate) query: &'a [f32],
    pub(crate) rows: &'a Rows,
    /// How many of the rows, from the first on, it sees.
    pub(crate) seen: usize,
    /// Where it stands itself.
    pub(crate) position: usize,
}

/// How rows are mixed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mixing<'a> {
    pub(crate) heads: usize,
    pub(crate) scale: f32,
    pub(crate) bias: Option<&'a Bias>,
}

impl Mixing<'_> {
    /// What every asking row takes; rows of `width` floats.
    pub(crate) fn mix(&self, asking: &[Asking<'_>], width: usize) -> Vec<f32> {
        let head = width / self.heads;
        let mut out = vec![0.0; asking.len() * width];
        {
            let pieces: Vec<Mutex<&mut [f32]>> = out.chunks_mut(head).map(Mutex::new).collect();
            let work = asking.iter().map(|one| one.seen * width).sum();
            share(pieces.len(), work, |range| {
                let mut scores = Vec::new();
                for index in range {
                    // Nobody else ever takes this lock.
                    let mut out = pieces[index].lock().unwrap_or_else(PoisonError::into_inner);
                    let (one, number) = (&asking[index / self.heads], index % self.heads);
                    self.weigh(one, number, width, &mut scores);
                    let values = &one.rows.values;
                    Arch::new().dispatch(|| gather(&scores, values, (width, number), &mut out));
                }
            });
        }
        out
    }

    /// How much the row takes of each row that it sees, by head `number`; sums to 1.
    pub(crate) fn weigh(
        &self,
        one: &Asking<'_>,
        number: usize,
        width: usize,
        scores: &mut Vec<f32>,
    ) {
        let head = width / self.heads;
        let query = &one.query[number * head..][..head];
        scores.clear();
        scores.resize(one.seen, 0.0);
        let keys = &one.rows.keys;
        Arch::new().dispatch(|| fit(query, keys, (width, number), self.scale, scores));
        if let Some(bias) = self.bias {
            bias.add(number, one.position, scores);
        }
        Arch::new().dispatch(|| soften(scores));
    }
}

const LANES: usize = 16;

#[inline(always)]
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; LANES];
    let (a, a_rest) = a.as_chunks::<LANES>();
    let (b, b_rest) = b.as_chunks::<LANES>();
    for (a, b) in a.iter().zip(b) {
        for index in 0..LANES {
            lanes[index] += a[index] * b[index];
        }
    }
    let mut sum = 0.0;
    for (a, b) in a_rest.iter().zip(b_rest) {
        sum += a * b;
    }
    for lane in lanes {
        sum += lane;
    }
    sum
}

#[inline(always)]
fn fit(
    query: &[f32],
    keys: &[f32],
    (width, number): (usize, usize),
    scale: f32,
    scores: &mut [f32],
) {
    let head = query.len();
    for (score, row) in scores.iter_mut().zip(keys.chunks_exact(width)) {
        *score = scale * dot(query, &row[number * head..][..head]);
    }
}

#[inline(always)]
fn gather(weights: &[f32], values: &[f32], (width, number): (usize, usize), out: &mut [f32]) {
    let head = out.len();
    for (weight, row) in weights.iter().zip(values.chunks_exact(width)) {
        for (out, value) in out.iter_mut().zip(&row[number * head..][..head]) {
            *out += weight * value;
        }
    }
}

#[inline(always)]
fn soften(scores: &mut [f32]) {
    let mut most = f32::NEG_INFINITY;
    for score in &*scores {
        most = if *score > most { *score } else { most };
    }
    let mut sum = 0.0;
    for score in &mut *scores {
        *score = exp(*score - most);
        sum += *score;
    }
    let share = 1.0 / sum;
    for score in scores {
        *score *= share;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_mixed_by_how_well_they_fit() {
        let wave = |count: usize, step: f32| -> Vec<f32> {
            (0..count).map(|index| (index as f32 * step).sin()).collect()
        };
        let (width, heads, head) = (36, 2, 18);
        let rows = Rows { keys: wave(7 * width, 0.3), values: wave(7 * width, 0.9) };
        let query = wave(width, 0.7);
        let asking = [Asking { query: &query, rows: &rows, seen: 5, position: 4 }];
        let found = Mixing { heads, scale: 0.5, bias: None }.mix(&asking, width);
        for (column, found) in found.iter().enumerate() {
            let first = column / head * head;
            let fit = |row: usize| -> f64 {
                let pairs = (first..first + head).map(|c| query[c] * rows.keys[row * width + c]);
                (pairs.map(f64::from).sum::<f64>() / 2.0).exp()
            };
            let sum: f64 = (0..5).map(fit).sum();
            let value = |row: usize| f64::from(rows.values[row * width + column]);
            let expected: f64 = (0..5).map(|row| fit(row) / sum * value(row)).sum();
            assert!((f64::from(*found) - expected).abs() < 1e-5, "{found} {expected}");
        }
    }

    #[test]
    fn distances_fall_into_the_buckets_of_t5() {
        // From transformers' `_relative_position_bucket` with 32 buckets up to 128.
        let check = |distance, both, expected| {
            assert_eq!(bucket(distance, 32, 128, both), expected, "{distance} {both}");
        };
        for (distance, expected) in [(0, 0), (-7, 7), (-8, 8), (-20, 10), (-127, 15), (-500, 15)] {
            check(distance, true, expected);
        }
        for (distance, expected) in [(1, 17), (7, 23), (9, 24), (64, 30), (500, 31)] {
            check(distance, true, expected);
        }
        for (distance, expected) in [(5, 0), (0, 0), (-15, 15), (-17, 16), (-50, 24), (-500, 31)] {
            check(distance, false, expected);
        }
    }
}
