//! Products of 32-bit floats whose every number is the same in every batch.
//!
//! One number is one dot product: lanes are added up in a fixed order that depends only on the
//! length. Blocking over rows and threads changes which numbers are computed together, never how.

#![expect(clippy::indexing_slicing, reason = "kernels: the lengths are checked where they enter")]

use std::{
    array,
    ops::Range,
    sync::{Mutex, PoisonError},
};

use half::{f16, slice::HalfFloatSliceExt as _};
use pulp::{Arch, Simd, WithSimd};

use crate::threads;

/// Weight rows that one thread takes at a time.
const BAND: usize = 16;

/// Floats of a matrix, as stored.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Floats<'a> {
    F32(&'a [f32]),
    F16(&'a [f16]),
    /// The upper halves of 32-bit floats.
    Bf16(&'a [u16]),
}

impl Floats<'_> {
    fn len(self) -> usize {
        match self {
            Self::F32(floats) => floats.len(),
            Self::F16(floats) => floats.len(),
            Self::Bf16(floats) => floats.len(),
        }
    }

    /// Writes the floats from `from` on as 32-bit floats.
    pub(crate) fn widen(self, from: usize, to: &mut [f32]) {
        let range = from..from + to.len();
        match self {
            Self::F32(floats) => to.copy_from_slice(&floats[range]),
            Self::F16(floats) => floats[range].convert_to_f32_slice(to),
            Self::Bf16(floats) => Arch::new().dispatch(|| widen_bf16(&floats[range.clone()], to)),
        }
    }
}

#[inline(always)]
fn widen_bf16(from: &[u16], to: &mut [f32]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = f32::from_bits(u32::from(*from) << 16);
    }
}

/// Floats of `x` that stay in a processor's own cache while the weights pass by.
const NEAR: usize = 1 << 16;

/// `x` · `weights`ᵗ: `x` holds rows of `columns` floats, `weights` too; the result has one row for
/// each row of `x` with one number for each row of `weights`.
pub(crate) fn product(weights: Floats<'_>, x: &[f32], columns: usize) -> Vec<f32> {
    let outputs = weights.len() / columns;
    by_parts(x, columns, NEAR, |x| {
        let rows = x.len() / columns;
        // Threads write whole stretches of memory: one for each weight row.
        let mut turned = vec![0.0; outputs * rows];
        share_out(&mut turned, BAND * rows, weights.len() * rows, |index, out| {
            band(weights, index * BAND * columns, x, columns, out);
        });
        if rows == 1 { turned } else { turn(&turned, outputs, rows) }
    })
}

/// What `run` gives for some rows after the others, of about `floats` floats.
pub(crate) fn by_parts(
    x: &[f32],
    columns: usize,
    floats: usize,
    run: impl Fn(&[f32]) -> Vec<f32>,
) -> Vec<f32> {
    // Whole tiles of any number of rows.
    let length = (floats / columns).next_multiple_of(12) * columns;
    if x.len() <= length {
        return run(x);
    }
    let mut all = Vec::new();
    for x in x.chunks(length) {
        all.extend_from_slice(&run(x));
    }
    all
}

/// Shares pieces of `length` numbers of `out` among the threads, unless all work is small.
pub(crate) fn share_out(
    out: &mut [f32],
    length: usize,
    work: usize,
    run: impl Fn(usize, &mut [f32]) + Sync,
) {
    let pieces: Vec<Mutex<&mut [f32]>> = out.chunks_mut(length.max(1)).map(Mutex::new).collect();
    share(pieces.len(), work, |range| {
        for index in range {
            // Nobody else ever takes this lock.
            run(index, &mut pieces[index].lock().unwrap_or_else(PoisonError::into_inner));
        }
    });
}

/// Additions and multiplications that are done before another thread has woken up.
const SMALL: usize = 1 << 16;

/// Shares pieces of work among the threads, unless all of it is small.
pub(crate) fn share(pieces: usize, work: usize, run: impl Fn(Range<usize>) + Sync) {
    if work < SMALL {
        run(0..pieces);
    } else {
        threads::share(pieces, run);
    }
}

/// The numbers of one band of weight rows, from the float `from` on.
fn band(weights: Floats<'_>, from: usize, x: &[f32], columns: usize, out: &mut [f32]) {
    let rows = x.len() / columns;
    let floats = out.len() / rows * columns;
    let mut wide = Vec::new();
    let weights = if let Floats::F32(floats_32) = weights {
        &floats_32[from..from + floats]
    } else {
        wide.resize(floats, 0.0);
        weights.widen(from, &mut wide);
        &wide
    };
    Arch::new().dispatch(Dots { left: weights, right: x, length: columns, stride: rows, out });
}

/// Rows to columns.
fn turn(turned: &[f32], outputs: usize, rows: usize) -> Vec<f32> {
    let mut out = vec![0.0; turned.len()];
    // In blocks, so that both sides stay in the cache.
    for first in (0..outputs).step_by(BAND) {
        for row in 0..rows {
            for output in first..outputs.min(first + BAND) {
                out[row * outputs + output] = turned[output * rows + row];
            }
        }
    }
    out
}

/// The dot product of every row of `left` with every row of `right`, rows of `length` floats;
/// `out` has `stride` places for each row of `left`.
struct Dots<'a> {
    left: &'a [f32],
    right: &'a [f32],
    length: usize,
    stride: usize,
    out: &'a mut [f32],
}

impl WithSimd for Dots<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { left, right, length, stride, out } = self;
        let mut strips = left.chunks_exact(4 * length);
        let mut outs = out.chunks_mut(4 * stride);
        for (left, out) in strips.by_ref().zip(outs.by_ref()) {
            strip::<S, 4>(simd, left, right, length, (stride, out));
        }
        let rest = strips.remainder().chunks_exact(length);
        let outs = outs.next().unwrap_or_default();
        for (left, out) in rest.zip(outs.chunks_mut(stride)) {
            strip::<S, 1>(simd, left, right, length, (stride, out));
        }
    }
}

/// `L` rows of `left` with all rows of `right`.
#[inline(always)]
fn strip<S: Simd, const L: usize>(
    simd: S,
    left: &[f32],
    right: &[f32],
    length: usize,
    (stride, out): (usize, &mut [f32]),
) {
    let rows = right.len() / length;
    let left: [&[f32]; L] = array::from_fn(|row| &left[row * length..][..length]);
    let at = |row: usize| &right[row * length..][..length];
    let mut row = 0;
    // As many sums as the registers hold.
    if S::F32_LANES >= 16 {
        while row + 4 <= rows {
            let sums = tile::<S, L, 4>(simd, left, array::from_fn(|index| at(row + index)));
            put(&sums, stride, row, out);
            row += 4;
        }
    } else {
        while row + 3 <= rows {
            let sums = tile::<S, L, 3>(simd, left, array::from_fn(|index| at(row + index)));
            put(&sums, stride, row, out);
            row += 3;
        }
    }
    while row + 2 <= rows {
        let sums = tile::<S, L, 2>(simd, left, array::from_fn(|index| at(row + index)));
        put(&sums, stride, row, out);
        row += 2;
    }
    if row < rows {
        put(&tile::<S, L, 1>(simd, left, [at(row)]), stride, row, out);
    }
}

#[inline(always)]
fn put<const L: usize, const R: usize>(
    sums: &[[f32; R]; L],
    stride: usize,
    row: usize,
    out: &mut [f32],
) {
    for (index, sums) in sums.iter().enumerate() {
        out[index * stride + row..][..R].copy_from_slice(sums);
    }
}

/// `L` × `R` dot products at once.
#[inline(always)]
fn tile<S: Simd, const L: usize, const R: usize>(
    simd: S,
    left: [&[f32]; L],
    right: [&[f32]; R],
) -> [[f32; R]; L] {
    let (whole, rest) = S::as_simd_f32s(left[0]);
    let (vectors, rest) = (whole.len(), rest.len());
    let lefts: [&[S::f32s]; L] = array::from_fn(|row| &S::as_simd_f32s(left[row]).0[..vectors]);
    let rights: [&[S::f32s]; R] = array::from_fn(|row| &S::as_simd_f32s(right[row]).0[..vectors]);
    let mut sums = [[simd.splat_f32s(0.0); R]; L];
    for index in 0..vectors {
        let across: [S::f32s; R] = array::from_fn(|row| rights[row][index]);
        for (sums, row) in sums.iter_mut().zip(lefts) {
            let down = row[index];
            for (sum, across) in sums.iter_mut().zip(across) {
                *sum = simd.mul_add_e_f32s(down, across, *sum);
            }
        }
    }
    if rest > 0 {
        let last = |row: &[f32]| simd.partial_load_f32s(&row[row.len() - rest..]);
        for (sums, row) in sums.iter_mut().zip(left) {
            for (sum, across) in sums.iter_mut().zip(right) {
                *sum = simd.mul_add_e_f32s(last(row), last(across), *sum);
            }
        }
    }
    sums.map(|sums| sums.map(|sum| simd.reduce_sum_f32s(sum)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that are neither round nor all alike.
    fn numbers(count: usize, step: f32) -> Vec<f32> {
        (0..count).map(|index| (index as f32 * step).sin()).collect()
    }

    #[test]
    fn every_number_is_the_dot_product_and_the_same_in_every_batch() {
        for (outputs, rows, columns) in [(1, 1, 1), (33, 7, 50), (64, 9, 96), (5, 2, 17)] {
            let (weights, x) = (numbers(outputs * columns, 0.7), numbers(rows * columns, 0.3));
            let all = product(Floats::F32(&weights), &x, columns);
            for row in 0..rows {
                let x = &x[row * columns..][..columns];
                let alone = product(Floats::F32(&weights), x, columns);
                assert_eq!(alone, all[row * outputs..][..outputs]);
                for (output, found) in alone.iter().enumerate() {
                    let weights = &weights[output * columns..][..columns];
                    let exact: f64 = weights.iter().zip(x).map(|(a, b)| f64::from(a * b)).sum();
                    assert!((exact - f64::from(*found)).abs() < 1e-4, "{exact} {found}");
                }
            }
        }
    }

    #[test]
    fn stored_halves_count_as_the_floats_that_they_are() {
        let wide: Vec<f32> = numbers(40, 0.9).iter().map(|x| f16::from_f32(*x).to_f32()).collect();
        let halves: Vec<f16> = wide.iter().copied().map(f16::from_f32).collect();
        let x = numbers(20, 0.2);
        let expected = product(Floats::F32(&wide), &x, 20);
        assert_eq!(product(Floats::F16(&halves), &x, 20), expected);
        let upper: Vec<u16> = wide.iter().map(|x| (x.to_bits() >> 16) as u16).collect();
        let cut: Vec<f32> = upper.iter().map(|x| f32::from_bits(u32::from(*x) << 16)).collect();
        let expected = product(Floats::F32(&cut), &x, 20);
        assert_eq!(product(Floats::Bf16(&upper), &x, 20), expected);
    }
}
