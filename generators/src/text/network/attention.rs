//! Each token looks back at the tokens of its own sequence.
//!
//! Sums run over positions in one order and in blocks that begin at the same positions whatever
//! else is computed, so a token's result does not depend on its batch.

#![expect(clippy::indexing_slicing, reason = "kernels: the lengths follow from the configuration")]

use std::{
    array,
    ops::Range,
    sync::{Mutex, PoisonError},
};

use pulp::{Arch, Simd, WithSimd};

use super::{
    functions::{shares, soften},
    memory::{BLOCK, Memory},
    product::share,
};
use crate::text::config::{Config, LayerKind};

/// Query rows that one thread takes at a time.
const ROWS: usize = 32;

/// New tokens of one sequence.
pub(crate) struct Span<'a> {
    pub(crate) memory: &'a Memory,
    /// The first of its rows in the batch.
    pub(crate) first: usize,
    pub(crate) tokens: usize,
    /// The position of its first token.
    pub(crate) start: usize,
}

/// A piece of work: some tokens of a span, one head of keys.
struct Piece<'a> {
    span: &'a Span<'a>,
    head: usize,
    tokens: Range<usize>,
}

/// One layer's attention for a batch.
pub(crate) struct Attention<'a> {
    pub(crate) config: &'a Config,
    pub(crate) kind: LayerKind,
    pub(crate) layer: usize,
}

impl Attention<'_> {
    /// `queries` are rows of all heads, turned and scaled; so are the rows of the result.
    pub(crate) fn look(&self, spans: &[Span<'_>], queries: &[f32]) -> Vec<f32> {
        let pieces = self.pieces(spans);
        let (group, size) = (self.group(), self.config.head_size);
        let mut results = vec![0.0; queries.len()];
        {
            let mut rest = results.as_mut_slice();
            let mut places = Vec::with_capacity(pieces.len());
            for piece in &pieces {
                let (place, after) = rest.split_at_mut(piece.tokens.len() * group * size);
                places.push(Mutex::new(place));
                rest = after;
            }
            let seen = spans.iter().map(|span| span.tokens * (span.start + span.tokens));
            let work = 2 * self.config.heads * size * seen.sum::<usize>();
            share(pieces.len(), work, |range| {
                for index in range {
                    // Nobody else ever takes this lock.
                    let mut out = places[index].lock().unwrap_or_else(PoisonError::into_inner);
                    self.piece(&pieces[index], queries, &mut out);
                }
            });
        }
        self.rows(&pieces, &results)
    }

    const fn group(&self) -> usize {
        self.config.heads / self.config.kv_heads
    }

    fn pieces<'a>(&self, spans: &'a [Span<'a>]) -> Vec<Piece<'a>> {
        let step = (ROWS / self.group()).max(1);
        let mut pieces = Vec::new();
        for span in spans {
            for first in (0..span.tokens).step_by(step) {
                let tokens = first..span.tokens.min(first + step);
                let heads = 0..self.config.kv_heads;
                pieces.extend(heads.map(|head| Piece { span, head, tokens: tokens.clone() }));
            }
        }
        pieces
    }

    /// Where the queries of a piece lie in a batch, in the order of its result.
    fn places<'a>(&'a self, piece: &'a Piece<'_>) -> impl Iterator<Item = usize> + 'a {
        let (heads, group, size) = (self.config.heads, self.group(), self.config.head_size);
        piece.tokens.clone().flat_map(move |token| {
            let row = (piece.span.first + token) * heads + piece.head * group;
            (row..row + group).map(move |head| head * size)
        })
    }

    fn rows(&self, pieces: &[Piece<'_>], results: &[f32]) -> Vec<f32> {
        let size = self.config.head_size;
        let mut rows = vec![0.0; results.len()];
        let mut results = results.chunks_exact(size);
        for piece in pieces {
            for (to, from) in self.places(piece).zip(results.by_ref().take(self.count(piece))) {
                rows[to..to + size].copy_from_slice(from);
            }
        }
        rows
    }

    fn count(&self, piece: &Piece<'_>) -> usize {
        piece.tokens.len() * self.group()
    }

    fn piece(&self, piece: &Piece<'_>, queries: &[f32], out: &mut [f32]) {
        let size = self.config.head_size;
        let mut own = Vec::with_capacity(out.len());
        for from in self.places(piece) {
            own.extend_from_slice(&queries[from..from + size]);
        }
        let at = |token: usize| piece.span.start + token;
        let window = self.kind.window.unwrap_or(usize::MAX);
        let oldest = (at(piece.tokens.start) + 1).saturating_sub(window) / BLOCK * BLOCK;
        let width = (at(piece.tokens.end) - oldest).next_multiple_of(BLOCK);
        let mut scores = vec![0.0; width * self.count(piece)];
        let blocks = || {
            let blocks = (oldest..oldest + width).step_by(BLOCK);
            blocks.map(|from| (from, piece.span.memory.blocks()[from / BLOCK].as_ref()))
        };
        for (from, block) in blocks() {
            let (keys, out) = (block.keys(self.layer, piece.head), &mut scores[from - oldest..]);
            Arch::new().dispatch(Score { queries: &own, keys, size, stride: width, out });
        }
        if let Some(cap) = self.config.attention_cap {
            soften(&mut scores, cap);
        }
        let rows = scores.chunks_exact_mut(width).enumerate();
        let totals = rows.map(|(row, scores)| {
            let now = at(piece.tokens.start + row / self.group());
            let first = (now + 1).saturating_sub(window).max(oldest);
            shares(scores, first - oldest..now + 1 - oldest)
        });
        let totals: Vec<f32> = totals.collect();
        for (from, block) in blocks() {
            let tokens = BLOCK.min(at(piece.tokens.end) - from);
            let values = block.values(self.layer, piece.head, tokens);
            let shares = &scores[from - oldest..];
            Arch::new().dispatch(Mix { shares, stride: width, values, size, out });
        }
        for (out, total) in out.chunks_exact_mut(size).zip(totals) {
            out.iter_mut().for_each(|x| *x /= total);
        }
    }
}

/// How well each query, of `size` numbers, fits each key of a block; `out` has `stride` places for
/// each query.
struct Score<'a> {
    queries: &'a [f32],
    keys: &'a [f32],
    size: usize,
    stride: usize,
    out: &'a mut [f32],
}

impl WithSimd for Score<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { queries, keys, size, stride, out } = self;
        let keys = S::as_simd_f32s(keys).0;
        let mut fours = queries.chunks_exact(4 * size);
        let mut outs = out.chunks_mut(4 * stride);
        for (four, out) in fours.by_ref().zip(outs.by_ref()) {
            let queries: [&[f32]; 4] = array::from_fn(|row| &four[row * size..][..size]);
            for column in (0..BLOCK / S::F32_LANES).step_by(2) {
                score::<S, 4, 2>(simd, queries, keys, column, (stride, out));
            }
        }
        let outs = outs.next().unwrap_or_default().chunks_mut(stride);
        for (query, out) in fours.remainder().chunks_exact(size).zip(outs) {
            for column in (0..BLOCK / S::F32_LANES).step_by(4) {
                score::<S, 1, 4>(simd, [query], keys, column, (stride, out));
            }
        }
    }
}

/// `R` queries with `C` registers of keys, from the register `column` of a block on.
#[inline(always)]
fn score<S: Simd, const R: usize, const C: usize>(
    simd: S,
    queries: [&[f32]; R],
    keys: &[S::f32s],
    column: usize,
    (stride, out): (usize, &mut [f32]),
) {
    let mut sums = [[simd.splat_f32s(0.0); C]; R];
    for (number, keys) in keys.chunks_exact(BLOCK / S::F32_LANES).enumerate() {
        let keys: [S::f32s; C] = array::from_fn(|index| keys[column + index]);
        for (sums, query) in sums.iter_mut().zip(queries) {
            let own = simd.splat_f32s(query[number]);
            for (sum, keys) in sums.iter_mut().zip(keys) {
                *sum = simd.mul_add_e_f32s(own, keys, *sum);
            }
        }
    }
    for (row, sums) in sums.iter().enumerate() {
        let out = S::as_mut_simd_f32s(&mut out[row * stride..][..BLOCK]).0;
        out[column..][..C].copy_from_slice(sums);
    }
}

/// Adds to each row of `out` the rows of `values` by their shares.
struct Mix<'a> {
    shares: &'a [f32],
    stride: usize,
    values: &'a [f32],
    size: usize,
    out: &'a mut [f32],
}

impl WithSimd for Mix<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { shares, stride, values, size, out } = self;
        let tokens = values.len() / size;
        let row = |row: usize| &shares[row * stride..][..tokens];
        if !size.is_multiple_of(2 * S::F32_LANES) {
            for (index, out) in out.chunks_exact_mut(size).enumerate() {
                add(row(index), values, out);
            }
            return;
        }
        let values = S::as_simd_f32s(values).0;
        let mut first = 0;
        let mut fours = out.chunks_exact_mut(4 * size);
        for out in fours.by_ref() {
            let shares: [&[f32]; 4] = array::from_fn(|index| row(first + index));
            mix(simd, shares, values, S::as_mut_simd_f32s(out).0);
            first += 4;
        }
        for out in fours.into_remainder().chunks_exact_mut(size) {
            mix(simd, [row(first)], values, S::as_mut_simd_f32s(out).0);
            first += 1;
        }
    }
}

#[inline(always)]
fn mix<S: Simd, const R: usize>(
    simd: S,
    shares: [&[f32]; R],
    values: &[S::f32s],
    out: &mut [S::f32s],
) {
    let size = out.len() / R;
    for column in (0..size).step_by(2) {
        let mut sums: [[S::f32s; 2]; R] =
            array::from_fn(|row| [out[row * size + column], out[row * size + column + 1]]);
        for (token, values) in values.chunks_exact(size).enumerate() {
            let values = [values[column], values[column + 1]];
            for (sums, shares) in sums.iter_mut().zip(shares) {
                let share = simd.splat_f32s(shares[token]);
                for (sum, value) in sums.iter_mut().zip(values) {
                    *sum = simd.mul_add_e_f32s(share, value, *sum);
                }
            }
        }
        for (row, sums) in sums.iter().enumerate() {
            out[row * size + column..][..2].copy_from_slice(sums);
        }
    }
}

/// The same for heads of odd sizes.
#[inline(always)]
fn add(shares: &[f32], values: &[f32], out: &mut [f32]) {
    for (share, values) in shares.iter().zip(values.chunks_exact(out.len())) {
        for (out, value) in out.iter_mut().zip(values) {
            *out += share * value;
        }
    }
}
