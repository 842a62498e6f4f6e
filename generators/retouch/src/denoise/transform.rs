//! The transforms of a stack of patches: cosines within a patch, Walsh–Hadamard across the stack.

#![expect(clippy::indexing_slicing, reason = "kernels: patches have a fixed size")]

use std::sync::LazyLock;

/// Side of a patch in pixels.
pub(crate) const SIDE: usize = 8;
/// Pixels of a patch.
pub(crate) const AREA: usize = SIDE * SIDE;

/// The pixels or coefficients of a patch.
pub(crate) type Patch = [f32; AREA];

type Square = [[f32; SIDE]; SIDE];

/// The cosines by rows, and their transpose.
static COSINES: LazyLock<(Square, Square)> = LazyLock::new(|| {
    let mut rows = [[0.0; SIDE]; SIDE];
    let mut columns = rows;
    for (k, row) in rows.iter_mut().enumerate() {
        let scale = if k == 0 { (1.0 / SIDE as f64).sqrt() } else { (2.0 / SIDE as f64).sqrt() };
        for (n, value) in row.iter_mut().enumerate() {
            let angle = std::f64::consts::PI * (n as f64 + 0.5) * k as f64 / SIDE as f64;
            *value = (scale * angle.cos()) as f32;
            columns[n][k] = *value;
        }
    }
    (rows, columns)
});

/// Both matrices, looked up once for many patches.
#[derive(Clone, Copy)]
pub(crate) struct Cosines(&'static Square, &'static Square);

impl Cosines {
    pub(crate) fn get() -> Self {
        let (rows, columns) = &*COSINES;
        Self(rows, columns)
    }

    /// Coefficients of a patch, transposed: nothing here depends on which way is across.
    pub(crate) fn forward(self, patch: &mut Patch) {
        multiply(self.0, patch);
        transpose(patch);
        multiply(self.0, patch);
    }

    /// The patch of such coefficients.
    pub(crate) fn inverse(self, patch: &mut Patch) {
        multiply(self.1, patch);
        transpose(patch);
        multiply(self.1, patch);
    }
}

fn multiply(matrix: &Square, patch: &mut Patch) {
    let mut result = [0.0; AREA];
    for (row, out) in matrix.iter().zip(result.chunks_exact_mut(SIDE)) {
        for (factor, values) in row.iter().zip(patch.chunks_exact(SIDE)) {
            for (place, value) in out.iter_mut().zip(values) {
                *place += factor * value;
            }
        }
    }
    *patch = result;
}

fn transpose(patch: &mut Patch) {
    for y in 1..SIDE {
        for x in 0..y {
            patch.swap(y * SIDE + x, x * SIDE + y);
        }
    }
}

/// Walsh–Hadamard across a stack whose height is a power of two; its own inverse.
pub(crate) fn across(stack: &mut [Patch]) {
    let scale = 1.0 / (stack.len() as f32).sqrt();
    let mut half = 1;
    while half < stack.len() {
        for pair in stack.chunks_mut(2 * half) {
            let (low, high) = pair.split_at_mut(half);
            for (a, b) in low.iter_mut().flatten().zip(high.iter_mut().flatten()) {
                (*a, *b) = (*a + *b, *a - *b);
            }
        }
        half *= 2;
    }
    for value in stack.iter_mut().flatten() {
        *value *= scale;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_transforms_turn_back_and_keep_energy() {
        let mut stack: Vec<Patch> =
            (0..4).map(|k| std::array::from_fn(|i| ((i * 7 + k * 13) % 31) as f32)).collect();
        let before = stack.clone();
        let energy = |stack: &[Patch]| stack.iter().flatten().map(|v| v * v).sum::<f32>();
        stack.iter_mut().for_each(|patch| Cosines::get().forward(patch));
        across(&mut stack);
        assert!((energy(&stack) / energy(&before) - 1.0).abs() < 1e-4);
        across(&mut stack);
        stack.iter_mut().for_each(|patch| Cosines::get().inverse(patch));
        for (a, b) in stack.iter().flatten().zip(before.iter().flatten()) {
            assert!((a - b).abs() < 1e-3);
        }
    }
}
