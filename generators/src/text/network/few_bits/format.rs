//! What the formats of few bits have in common.

use half::f16;

use super::{
    activations::{Rows, Style},
    lanes::Lanes,
};

/// A format: blocks of a row's columns, with scales.
pub(super) trait Format {
    /// Columns of a block.
    const COLUMNS: usize;
    /// Bytes of a block in a file.
    const BYTES: usize;
    /// Rows of a panel: as many as the products compute side by side.
    const LANES: usize;
    /// Scales of a block of a panel.
    const SCALES: usize;
    /// How rows that are multiplied with it are wanted.
    const STYLE: Style;
    /// The same block of all rows of a panel, in the order in which it is read.
    type Block: Copy + Send + Sync;

    /// A block of nothing.
    fn empty() -> Self::Block;

    /// Puts a row's block, as stored, into its lane.
    fn put(block: &mut Self::Block, scales: &mut [f16], lane: usize, stored: &[u8]);

    /// The numbers of a row's block.
    fn widen(block: &Self::Block, scales: &[f16], lane: usize, to: &mut [f32]);

    /// The dot products of all rows of a panel with each of `rows`: [`Self::LANES`] for each.
    fn tile<L: Lanes, const R: usize>(
        lanes: L,
        panel: Panel<'_, Self::Block>,
        rows: Rows<'_, R>,
        out: &mut [f32],
    );
}

/// Some rows of a matrix, block by block.
#[derive(Debug)]
pub(super) struct Panel<'a, B> {
    pub(super) blocks: &'a [B],
    pub(super) scales: &'a [f32],
}

impl<B> Clone for Panel<'_, B> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<B> Copy for Panel<'_, B> {}
