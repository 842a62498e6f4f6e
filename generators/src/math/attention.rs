//! Attention of rows to rows, head by head.

#![expect(clippy::indexing_slicing, reason = "kernels: the lengths are checked where they enter")]

use std::sync::{Mutex, PoisonError};

use super::{
    functions::softmax,
    panels::{Dense, Panels, multiply_here},
};
use crate::threads;

/// Asking rows that a thread takes at once: their scores stay in the cache.
const BAND: usize = 24;

/// Shapes of an attention.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Heads {
    pub(crate) batch: usize,
    pub(crate) heads: usize,
    /// Floats of a row, all heads together.
    pub(crate) width: usize,
    /// Whether a row sees only those up to itself.
    pub(crate) causal: bool,
}

impl Heads {
    /// What each asking row takes from `values`, by how its `queries` fit the `keys`.
    pub(crate) fn attend(&self, queries: &[f32], keys: &[f32], values: &[f32]) -> Vec<f32> {
        let Self { batch, heads, width, .. } = *self;
        let head = width / heads;
        let (asking, asked) = (queries.len() / (batch * width), keys.len() / (batch * width));
        let packed: Vec<(Panels, Panels)> = (0..batch * heads)
            .map(|index| {
                let at = (index / heads) * asked * width + (index % heads) * head;
                let key = |row: usize, other: usize| keys[at + other * width + row];
                let value = |row: usize, column: usize| values[at + row * width + column];
                (Panels::pack(head, asked, key), Panels::pack(asked, head, value))
            })
            .collect();
        let mut taken = vec![0.0; queries.len()];
        {
            let bands = asking.div_ceil(BAND);
            let places = taken.chunks_mut(asking * head);
            let outs: Vec<Mutex<&mut [f32]>> =
                places.flat_map(|one| one.chunks_mut(BAND * head)).map(Mutex::new).collect();
            threads::share(outs.len(), |pieces| {
                for piece in pieces {
                    let (index, first) = (piece / bands, piece % bands * BAND);
                    let at = (index / heads) * asking * width + (index % heads) * head;
                    let rows = Dense { data: &queries[at..], length: head, stride: width };
                    // Nobody else ever takes this lock.
                    let mut out = outs[piece].lock().unwrap_or_else(PoisonError::into_inner);
                    self.band(rows, first, (&packed[index], asked), &mut out);
                }
            });
        }
        self.together(&taken, asking)
    }

    fn band(
        &self,
        rows: Dense<'_>,
        first: usize,
        ((keys, values), asked): (&(Panels, Panels), usize),
        out: &mut [f32],
    ) {
        let count = out.len() / rows.length;
        let mut scores = vec![0.0; count * asked];
        multiply_here(&rows, keys, first, &mut scores);
        let scale = 1.0 / (rows.length as f32).sqrt();
        for (index, scores) in scores.chunks_exact_mut(asked).enumerate() {
            let seen = if self.causal { first + index + 1 } else { asked };
            let (seen, unseen) = scores.split_at_mut(seen.min(asked));
            softmax(seen, scale);
            unseen.fill(0.0);
        }
        multiply_here(&Dense::new(&scores, asked), values, 0, out);
    }

    /// From head after head to row after row.
    fn together(&self, taken: &[f32], asking: usize) -> Vec<f32> {
        let Self { heads, width, .. } = *self;
        let head = width / heads;
        if heads == 1 {
            return taken.to_vec();
        }
        let mut out = vec![0.0; taken.len()];
        for (index, one) in taken.chunks_exact(asking * head).enumerate() {
            let at = (index / heads) * asking * width + (index % heads) * head;
            for (row, numbers) in one.chunks_exact(head).enumerate() {
                out[at + row * width..][..head].copy_from_slice(numbers);
            }
        }
        out
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
        for causal in [false, true] {
            let shape = Heads { batch: 2, heads: 3, width: 12, causal };
            let (asking, asked) = (30, if causal { 30 } else { 7 });
            let queries = wave(2 * asking * 12, 0.7);
            let (keys, values) = (wave(2 * asked * 12, 0.3), wave(2 * asked * 12, 0.9));
            let found = shape.attend(&queries, &keys, &values);
            for image in 0..2 {
                for row in 0..asking {
                    for column in 0..12 {
                        let first = column / 4 * 4;
                        let score = |other: usize| -> f64 {
                            (first..first + 4)
                                .map(|c| {
                                    let query = queries[(image * asking + row) * 12 + c];
                                    f64::from(query * keys[(image * asked + other) * 12 + c])
                                })
                                .sum::<f64>()
                                / 2.0
                        };
                        let last = if causal { row + 1 } else { asked };
                        let weights: Vec<f64> = (0..last).map(|other| score(other).exp()).collect();
                        let sum: f64 = weights.iter().sum();
                        let mixed: f64 = weights
                            .iter()
                            .enumerate()
                            .map(|(other, weight)| {
                                let value = values[(image * asked + other) * 12 + column];
                                weight / sum * f64::from(value)
                            })
                            .sum();
                        let ours = f64::from(found[(image * asking + row) * 12 + column]);
                        assert!((ours - mixed).abs() < 1e-5, "{ours} {mixed}");
                    }
                }
            }
        }
    }
}
