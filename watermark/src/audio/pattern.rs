//! Which cells of time and frequency a key uses, and with which sign.

use super::{ALGORITHM, BANDS, SLOTS};
use crate::WatermarkKey;

/// Cells that carry no payload and show where the pattern lies.
pub(super) const SYNC: usize = BANDS * SLOTS * 3 / 20;
/// Cells that carry the payload.
#[cfg(test)]
pub(super) const PAYLOAD: usize = BANDS * SLOTS - SYNC;

/// A cell of the period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cell {
    /// Its place in time: 0 to [`SLOTS`].
    pub(super) slot: usize,
    /// Its place in frequency: 0 to [`BANDS`].
    pub(super) band: usize,
    /// Louder or softer. Whoever does not know the key sees fair coins.
    pub(super) sign: f32,
}

/// The cells of one key, in the order of the code's bits.
#[derive(Debug)]
pub(super) struct Pattern {
    pub(super) sync: Vec<Cell>,
    pub(super) payload: Vec<Cell>,
}

impl Pattern {
    pub(super) fn new(key: &WatermarkKey) -> Self {
        let mut numbers = key.numbers(ALGORITHM);
        let mut places: Vec<usize> = (0..BANDS * SLOTS).collect();
        numbers.shuffle(&mut places);
        let cells = places.into_iter().map(|place| Cell {
            slot: place / BANDS,
            band: place % BANDS,
            sign: if numbers.bits() & 1 == 0 { 1.0 } else { -1.0 },
        });
        let mut sync: Vec<Cell> = cells.collect();
        let payload = sync.split_off(SYNC);
        Self { sync, payload }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_is_used_once() {
        let pattern = Pattern::new(&WatermarkKey::new([1; 32]));
        assert_eq!((pattern.sync.len(), pattern.payload.len()), (SYNC, PAYLOAD));
        let mut places: Vec<usize> =
            pattern.sync.iter().chain(&pattern.payload).map(|c| c.slot * BANDS + c.band).collect();
        places.sort_unstable();
        assert!(places.into_iter().eq(0..BANDS * SLOTS));
    }

    #[test]
    fn keys_have_different_signs() {
        let signs = |key| Pattern::new(&WatermarkKey::new([key; 32])).payload;
        let same = signs(1).iter().zip(&signs(2)).filter(|(a, b)| a.sign == b.sign).count();
        // Fair coins: a standard deviation is 28.
        assert!(same.abs_diff(PAYLOAD / 2) < 150, "{same}");
    }
}
