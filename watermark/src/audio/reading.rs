//! Reading an id where the pattern lies.

use types::MarkId;

use super::{
    pattern::Pattern,
    payload,
    search::{Folded, Place},
};

/// An id that was read, and how well the cells agree with it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Reading {
    pub(super) id: MarkId,
    pub(super) place: Place,
    pub(super) bit_errors: u32,
    pub(super) bits: u32,
}

/// Reads the payload of a sound that is folded as `place` says.
pub(super) fn read(folded: &Folded, pattern: &Pattern, place: Place) -> Option<Reading> {
    let cells = pattern.payload.iter();
    let soft: Vec<f32> = cells.map(|cell| cell.sign * folded.cell(cell, place.offset)).collect();
    let id = payload::decode(&soft)?;
    let (bit_errors, bits) = payload::errors(&soft, id);
    Some(Reading { id, place, bit_errors, bits })
}
