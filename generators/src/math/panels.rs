//! Weights packed for the processor's registers, and products with them.
//!
//! `candle`'s convolution lays out every patch in memory and its products go through `gemm`; here a
//! product reads its rows where they are, so that a convolution needs no patches at all. Sums have
//! one order whatever the batch and the number of threads are.

#![expect(clippy::indexing_slicing, reason = "kernels: the lengths are checked where they enter")]

use std::{
    array,
    ops::Range,
    sync::{Mutex, PoisonError},
};

use pulp::{Arch, Simd, WithSimd};

use crate::threads;

/// Rows that are multiplied at once: with four vectors of outputs the registers are full.
const ROWS: usize = 6;
/// Weight rows of a panel that are used before the next: they stay in the nearest cache.
const DEPTH: usize = 128;
/// Places that a thread takes at once, at most.
const BAND: usize = 96;

/// A matrix of `depth` × `outputs`, in panels of as many outputs as the registers hold.
#[derive(Debug, Clone, Default)]
pub(crate) struct Panels {
    depth: usize,
    outputs: usize,
    /// Floats of a vector register.
    lanes: usize,
    /// Vectors of a whole panel.
    vectors: usize,
    data: Vec<f32>,
}

/// How wide the registers are: floats of a vector, vectors of a panel.
struct Width;

impl WithSimd for Width {
    type Output = (usize, usize);

    fn with_simd<S: Simd>(self, _: S) -> Self::Output {
        (S::F32_LANES, if S::F32_LANES >= 16 { 4 } else { 2 })
    }
}

impl Panels {
    /// Packs a matrix whose number at (`row`, `output`) is `at(row, output)`.
    pub(crate) fn pack(depth: usize, outputs: usize, at: impl Fn(usize, usize) -> f32) -> Self {
        let (lanes, vectors) = Arch::new().dispatch(Width);
        let mut panels = Self { depth, outputs, lanes, vectors, data: Vec::new() };
        let floats = (0..panels.count()).map(|panel| depth * panels.width(panel)).sum();
        panels.data = vec![0.0; floats];
        for panel in 0..panels.count() {
            let (width, first) = (panels.width(panel), panel * panels.whole());
            let here = outputs.min(first + width) - first;
            let from = panels.start(panel);
            for row in 0..depth {
                let to = &mut panels.data[from + row * width..][..here];
                for (column, number) in to.iter_mut().enumerate() {
                    *number = at(row, first + column);
                }
            }
        }
        panels
    }

    pub(crate) const fn outputs(&self) -> usize {
        self.outputs
    }

    /// Floats of a whole panel's row.
    const fn whole(&self) -> usize {
        self.lanes * self.vectors
    }

    const fn count(&self) -> usize {
        if self.whole() == 0 { 0 } else { self.outputs.div_ceil(self.whole()) }
    }

    /// Floats of a row of this panel; the last panel may be narrower.
    fn width(&self, panel: usize) -> usize {
        let rest = self.outputs - panel * self.whole();
        rest.div_ceil(self.lanes).min(self.vectors) * self.lanes
    }

    const fn start(&self, panel: usize) -> usize {
        panel * self.whole() * self.depth
    }
}

/// The rows on the left of a product: every place has `taps` pieces of `channels` floats that are
/// one long row together.
pub(crate) trait Rows: Sync {
    fn taps(&self) -> usize;
    fn channels(&self) -> usize;
    /// The piece `tap` of `place`.
    fn piece(&self, place: usize, tap: usize) -> &[f32];
}

/// Rows that lie in memory one after the other, perhaps with a gap.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dense<'a> {
    pub(crate) data: &'a [f32],
    pub(crate) length: usize,
    pub(crate) stride: usize,
}

impl<'a> Dense<'a> {
    /// Rows of `length` floats without gaps.
    pub(crate) const fn new(data: &'a [f32], length: usize) -> Self {
        Self { data, length, stride: length }
    }
}

impl Rows for Dense<'_> {
    fn taps(&self) -> usize {
        1
    }

    fn channels(&self) -> usize {
        self.length
    }

    fn piece(&self, place: usize, _: usize) -> &[f32] {
        &self.data[place * self.stride..][..self.length]
    }
}

/// Adds the product of `rows` and `panels` to `out`, which has `panels.outputs()` floats a place;
/// the work is shared among the threads.
pub(crate) fn multiply(rows: &impl Rows, panels: &Panels, out: &mut [f32]) {
    let outputs = panels.outputs.max(1);
    let places = out.len() / outputs;
    debug_assert_eq!(rows.taps() * rows.channels(), panels.depth, "the matrix fits its rows");
    let share = places.div_ceil(rayon::current_num_threads());
    let band = share.next_multiple_of(ROWS).clamp(ROWS, BAND);
    let bands: Vec<Mutex<&mut [f32]>> = out.chunks_mut(band * outputs).map(Mutex::new).collect();
    threads::share(bands.len(), |pieces| {
        for piece in pieces {
            // Nobody else ever takes this lock.
            let mut out = bands[piece].lock().unwrap_or_else(PoisonError::into_inner);
            multiply_here(rows, panels, piece * band, &mut out);
        }
    });
}

/// The same on this thread alone, for the places from `first` on.
pub(crate) fn multiply_here(rows: &impl Rows, panels: &Panels, first: usize, out: &mut [f32]) {
    Arch::new().dispatch(Band { rows, panels, first, out });
}

struct Band<'a, R> {
    rows: &'a R,
    panels: &'a Panels,
    first: usize,
    out: &'a mut [f32],
}

impl<R: Rows> WithSimd for Band<'_, R> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { rows, panels, first, out } = self;
        let channels = rows.channels();
        for panel in 0..panels.count() {
            let (width, from) = (panels.width(panel), panels.start(panel));
            let column = panel * panels.whole();
            for tap in 0..rows.taps() {
                for start in (0..channels).step_by(DEPTH) {
                    let piece = start..channels.min(start + DEPTH);
                    let at = from + (tap * channels + start) * width;
                    let weights = &panels.data[at..][..piece.len() * width];
                    let part = Part { weights, column, outputs: panels.outputs, tap, piece };
                    match width / panels.lanes {
                        1 => part.places::<S, R, 1>(simd, rows, first, out),
                        2 => part.places::<S, R, 2>(simd, rows, first, out),
                        3 => part.places::<S, R, 3>(simd, rows, first, out),
                        _ => part.places::<S, R, 4>(simd, rows, first, out),
                    }
                }
            }
        }
    }
}

/// Some rows of one panel.
struct Part<'a> {
    weights: &'a [f32],
    column: usize,
    outputs: usize,
    tap: usize,
    piece: Range<usize>,
}

impl Part<'_> {
    #[inline(always)]
    fn places<S: Simd, R: Rows, const V: usize>(
        &self,
        simd: S,
        rows: &R,
        first: usize,
        out: &mut [f32],
    ) {
        let mut place = first;
        let mut blocks = out.chunks_exact_mut(ROWS * self.outputs);
        for out in blocks.by_ref() {
            self.tile::<S, R, V, ROWS>(simd, rows, place, out);
            place += ROWS;
        }
        for out in blocks.into_remainder().chunks_exact_mut(self.outputs) {
            self.tile::<S, R, V, 1>(simd, rows, place, out);
            place += 1;
        }
    }

    /// `N` places with `V` vectors of outputs: all sums stay in registers.
    #[inline(always)]
    fn tile<S: Simd, R: Rows, const V: usize, const N: usize>(
        &self,
        simd: S,
        rows: &R,
        place: usize,
        out: &mut [f32],
    ) {
        let (weights, _) = S::as_simd_f32s(self.weights).0.as_chunks::<V>();
        let left: [&[f32]; N] = array::from_fn(|index| {
            &rows.piece(place + index, self.tap)[self.piece.clone()][..weights.len()]
        });
        let mut sums = [[simd.splat_f32s(0.0); V]; N];
        // By numbers: iterators over arrays would keep the sums in memory.
        for (step, weights) in weights.iter().enumerate() {
            for row in 0..N {
                let number = simd.splat_f32s(left[row][step]);
                for vector in 0..V {
                    let sum = &mut sums[row][vector];
                    *sum = simd.mul_add_e_f32s(number, weights[vector], *sum);
                }
            }
        }
        let whole = self.outputs >= self.column + V * S::F32_LANES;
        for row in 0..N {
            let out = &mut out[row * self.outputs..][..self.outputs][self.column..];
            if whole {
                let (out, _) = S::as_mut_simd_f32s(&mut out[..V * S::F32_LANES]);
                for vector in 0..V {
                    out[vector] = simd.add_f32s(out[vector], sums[row][vector]);
                }
            } else {
                for (sum, out) in sums[row].iter().zip(out.chunks_mut(S::F32_LANES)) {
                    let before = simd.partial_load_f32s(out);
                    simd.partial_store_f32s(out, simd.add_f32s(before, *sum));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn a_product_is_the_sum_of_its_products(
            depth in 1_usize..300, outputs in 1_usize..150, places in 1_usize..40,
        ) {
            let wave = |index: usize, step: f32| (index as f32 * step).sin();
            let left: Vec<f32> = (0..places * depth).map(|index| wave(index, 0.7)).collect();
            let right = |row: usize, output: usize| wave(row * outputs + output, 0.31);
            let panels = Panels::pack(depth, outputs, right);
            let mut out = vec![1.0; places * outputs];
            multiply(&Dense::new(&left, depth), &panels, &mut out);
            for place in 0..places {
                for output in 0..outputs {
                    let exact: f64 = (0..depth)
                        .map(|row| f64::from(left[place * depth + row] * right(row, output)))
                        .sum();
                    let found = f64::from(out[place * outputs + output]);
                    prop_assert!((exact + 1.0 - found).abs() < 1e-4, "{exact} {found}");
                }
            }
        }
    }
}
