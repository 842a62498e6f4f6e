//! Matrices in panels of a few rows, and their products.

use half::{f16, slice::HalfFloatSliceExt as _};
use pulp::NullaryFnOnce;
#[cfg(target_arch = "x86_64")]
use pulp::x86::V3;

use super::{
    activations::{TILE, Tile, tiles},
    format::{Format, Panel},
    lanes::{Lanes, Plain},
};
use crate::text::network::product::{by_parts, share_out};

/// Columns of all rows, rounded to whole numbers, that stay in a processor's own cache.
const NEAR: usize = 1 << 17;

/// Whether the products here are faster than number by number.
pub(super) fn are_fast() -> bool {
    #[cfg(target_arch = "x86_64")]
    let fast = V3::try_new().is_some();
    #[cfg(not(target_arch = "x86_64"))]
    let fast = false;
    fast
}

/// A matrix, panel after panel; the last is filled up with rows of nothing.
pub(super) struct Panels<F: Format> {
    blocks: Vec<F::Block>,
    scales: Vec<f16>,
    rows: usize,
    /// Blocks of a panel.
    length: usize,
}

impl<F: Format> std::fmt::Debug for Panels<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Panels").field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl<F: Format> Panels<F> {
    pub(super) fn new(bytes: &[u8], (rows, columns): (usize, usize)) -> Option<Self> {
        let length = columns / F::COLUMNS;
        let row_bytes = length * F::BYTES;
        let fits =
            columns.is_multiple_of(F::COLUMNS) && row_bytes.checked_mul(rows)? == bytes.len();
        if !fits || row_bytes == 0 {
            return None;
        }
        let count = rows.div_ceil(F::LANES) * length;
        let mut blocks = vec![F::empty(); count];
        let mut scales = vec![f16::ZERO; count * F::SCALES];
        for (row, stored) in bytes.chunks_exact(row_bytes).enumerate() {
            let (first, lane) = (row / F::LANES * length, row % F::LANES);
            let blocks = blocks.iter_mut().skip(first);
            let scales = scales.chunks_exact_mut(F::SCALES).skip(first);
            for ((block, scales), stored) in blocks.zip(scales).zip(stored.chunks_exact(F::BYTES)) {
                F::put(block, scales, lane, stored);
            }
        }
        Some(Self { blocks, scales, rows, length })
    }

    pub(super) fn joined(&self, other: &Self) -> Option<Self> {
        if !self.rows.is_multiple_of(F::LANES) || self.length != other.length {
            return None;
        }
        Some(Self {
            blocks: [&self.blocks[..], &other.blocks].concat(),
            scales: [&self.scales[..], &other.scales].concat(),
            rows: self.rows + other.rows,
            length: self.length,
        })
    }

    pub(super) fn row(&self, index: usize, to: &mut [f32]) {
        let (panel, lane) = (index / F::LANES, index % F::LANES);
        let blocks = self.blocks.iter().skip(panel * self.length);
        let scales = self.scales.chunks_exact(F::SCALES).skip(panel * self.length);
        for ((block, scales), to) in blocks.zip(scales).zip(to.chunks_exact_mut(F::COLUMNS)) {
            F::widen(block, scales, lane, to);
        }
    }

    pub(super) fn product(&self, x: &[f32], columns: usize) -> Vec<f32> {
        by_parts(x, columns, NEAR, |x| {
            let rows = x.len() / columns;
            let tiles = tiles(x, columns, F::STYLE);
            // Threads write whole stretches of memory: the numbers of one panel.
            let mut banded = vec![0.0; self.rows.div_ceil(F::LANES) * F::LANES * rows];
            let work = self.rows * x.len();
            share_out(&mut banded, F::LANES * rows, work, |index, out| {
                self.band(index, &tiles, out);
            });
            if rows == 1 {
                banded.truncate(self.rows);
                return banded;
            }
            self.in_rows(&banded, rows)
        })
    }

    #[cfg(test)]
    pub(super) fn parts(&self) -> (&[F::Block], Vec<f32>) {
        (&self.blocks, self.scales.iter().map(|scale| scale.to_f32()).collect())
    }

    /// The numbers of one panel.
    fn band(&self, index: usize, tiles: &[Tile], out: &mut [f32]) {
        let from = index * self.length;
        let mut scales = vec![0.0; self.length * F::SCALES];
        self.scales[from * F::SCALES..][..scales.len()].convert_to_f32_slice(&mut scales);
        let panel = Panel { blocks: &self.blocks[from..from + self.length], scales: &scales };
        #[cfg(target_arch = "x86_64")]
        if let Some(lanes) = V3::try_new() {
            return lanes.vectorize(Band::<V3, F> { lanes, panel, tiles, out });
        }
        Band::<Plain, F> { lanes: Plain, panel, tiles, out }.call();
    }

    /// Panels beside each other.
    fn in_rows(&self, banded: &[f32], rows: usize) -> Vec<f32> {
        let mut out = Vec::with_capacity(rows * self.rows);
        for row in 0..rows {
            for band in banded.chunks_exact(F::LANES * rows) {
                out.extend_from_slice(&band[row * F::LANES..][..F::LANES]);
            }
            out.truncate((row + 1) * self.rows);
        }
        out
    }
}

/// The numbers of one panel with all rows.
pub(super) struct Band<'a, L, F: Format> {
    pub(super) lanes: L,
    pub(super) panel: Panel<'a, F::Block>,
    pub(super) tiles: &'a [Tile],
    pub(super) out: &'a mut [f32],
}

impl<L: Lanes, F: Format> NullaryFnOnce for Band<'_, L, F> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { lanes, panel, tiles, out } = self;
        for (tile, out) in tiles.iter().zip(out.chunks_mut(TILE * F::LANES)) {
            match tile.rows() {
                1 => F::tile(lanes, panel, tile.of::<1>(), out),
                2 => F::tile(lanes, panel, tile.of::<2>(), out),
                3 => F::tile(lanes, panel, tile.of::<3>(), out),
                _ => F::tile(lanes, panel, tile.of::<TILE>(), out),
            }
        }
    }
}
