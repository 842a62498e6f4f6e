//! Rows of floats as whole numbers from −127 to 127, with a scale for each block of columns.

use std::sync::OnceLock;

use pulp::{Arch, cast};

use crate::text::network::product::share;

/// The largest whole number.
const LARGEST: f32 = 127.0;
/// Columns whose whole numbers are added up: a step of all formats.
const GROUP: usize = 16;
/// Rows that are multiplied with a block while it is in the registers.
pub(super) const TILE: usize = 4;

/// How a format wants its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Style {
    /// Columns that share a scale.
    pub(super) block: usize,
    /// Columns in 32 bits: two short integers or four bytes.
    pub(super) to_a_word: usize,
    /// Whether two sums of [`GROUP`] columns each follow for every 32 columns.
    pub(super) sums: bool,
}

/// Up to [`TILE`] rows that are multiplied together: their words, scales and sums by turns.
#[derive(Debug, Default)]
pub(super) struct Tile {
    rows: usize,
    words: Vec<i32>,
    scales: Vec<f32>,
    /// Two short integers each.
    sums: Vec<i32>,
}

/// What a tile of `R` rows holds, a row beside the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows<'a, const R: usize> {
    pub(super) words: &'a [[i32; R]],
    pub(super) scales: &'a [[f32; R]],
    pub(super) sums: &'a [[i32; R]],
}

/// Rows of floats as tiles.
pub(super) fn tiles(x: &[f32], columns: usize, style: Style) -> Vec<Tile> {
    let pieces: Vec<&[f32]> = x.chunks(TILE * columns).collect();
    let tiles: Vec<OnceLock<Tile>> = pieces.iter().map(|_| OnceLock::new()).collect();
    // A number costs about as much as eight multiplications.
    share(pieces.len(), 8 * x.len(), |range| {
        for (piece, place) in pieces[range.clone()].iter().zip(&tiles[range]) {
            place.get_or_init(|| Tile::new(piece, columns, style));
        }
    });
    tiles.into_iter().map(|tile| tile.into_inner().unwrap_or_default()).collect()
}

impl Tile {
    fn new(x: &[f32], columns: usize, style: Style) -> Self {
        let rows = x.len() / columns;
        let mut tile = Self {
            rows,
            words: vec![0; x.len() / style.to_a_word],
            scales: vec![0.0; x.len() / style.block],
            sums: vec![0; if style.sums { x.len() / (2 * GROUP) } else { 0 }],
        };
        for (row, x) in x.chunks_exact(columns).enumerate() {
            Arch::new().dispatch(|| tile.take(row, x, style));
        }
        tile
    }

    #[inline(always)]
    fn take(&mut self, row: usize, x: &[f32], style: Style) {
        let step = self.rows;
        let mut words = self.words.iter_mut().skip(row).step_by(step);
        let mut sums = self.sums.iter_mut().skip(row).step_by(step);
        let scales = self.scales.iter_mut().skip(row).step_by(step);
        for (block, own) in x.chunks_exact(style.block).zip(scales) {
            *own = scale(block);
            let inverse = if *own > 0.0 { 1.0 / *own } else { 0.0 };
            for some in block.as_chunks::<{ 2 * GROUP }>().0 {
                let whole = some.map(|x| nearest(x * inverse));
                if style.to_a_word == 2 {
                    let from: [i32; GROUP] = cast(whole);
                    words.by_ref().zip(from).for_each(|(to, from)| *to = from);
                } else {
                    let from: [i32; 8] = cast(whole.map(|x| x as i8));
                    words.by_ref().zip(from).for_each(|(to, from)| *to = from);
                }
                if style.sums
                    && let Some(to) = sums.next()
                {
                    let (first, second) = whole.split_at(GROUP);
                    *to = cast([sum(first), sum(second)]);
                }
            }
        }
    }

    pub(super) const fn rows(&self) -> usize {
        self.rows
    }

    /// Its parts, if it holds `R` rows.
    pub(super) fn of<const R: usize>(&self) -> Rows<'_, R> {
        Rows {
            words: self.words.as_chunks().0,
            scales: self.scales.as_chunks().0,
            sums: self.sums.as_chunks().0,
        }
    }
}

/// What the whole numbers of a block are to be multiplied by. It is not a number where one of
/// the block is none or without end: such a result must stay visible.
#[inline(always)]
fn scale(block: &[f32]) -> f32 {
    let mut largest = [0.0_f32; GROUP];
    let mut spoilt = [0.0_f32; GROUP];
    for some in block.as_chunks::<GROUP>().0 {
        for ((largest, spoilt), x) in largest.iter_mut().zip(&mut spoilt).zip(some) {
            let size = x.abs();
            *largest = if size > *largest { size } else { *largest };
            *spoilt += size * 0.0;
        }
    }
    let largest = largest.into_iter().fold(0.0, |a, b| if b > a { b } else { a });
    largest / LARGEST + spoilt.into_iter().sum::<f32>()
}

/// At most 16 · 127.
#[inline(always)]
fn sum(whole: &[i16]) -> i16 {
    whole.iter().fold(0, |sum, x| sum.wrapping_add(*x))
}

/// The nearest whole number of one that is within ± 2^22, by the rounding of an addition.
#[inline(always)]
fn nearest(x: f32) -> i16 {
    const SHIFT: f32 = 12_582_912.0;
    ((x + SHIFT).to_bits() as i16).clamp(-127, 127)
}
