//! Two-dimensional Fourier transforms of square arrays.

use rayon::prelude::*;
use rustfft::{FftDirection, FftPlanner, num_complex::Complex32};

/// Transforms a square array in place, without scaling, and leaves it transposed.
pub(crate) fn transform(values: &mut [Complex32], side: usize, direction: FftDirection) {
    let fft = FftPlanner::new().plan_fft(side, direction);
    // Most rows of a pattern's spectrum are empty.
    let zero = Complex32::default();
    let filled = values.chunks_exact_mut(side).filter(|row| row.iter().any(|value| *value != zero));
    filled.for_each(|row| fft.process(row));
    transpose(values, side);
    rows(values, side, direction);
}

/// Transforms every row of `side` values in place, without scaling.
pub(crate) fn rows(values: &mut [Complex32], side: usize, direction: FftDirection) {
    let fft = FftPlanner::new().plan_fft(side, direction);
    values.par_chunks_exact_mut(side).with_min_len(16).for_each(|row| fft.process(row));
}

fn transpose(values: &mut [Complex32], side: usize) {
    for y in 0..side {
        for x in 0..y {
            values.swap(y * side + x, x * side + y);
        }
    }
}
