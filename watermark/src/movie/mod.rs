//! MP4 files with H.264 pictures: reading, decoding, encoding and writing them.
//!
//! Reading order: `container` finds the tracks and samples of a file without trusting its counts,
//! `decoding` makes frames of them in the order of presentation, `encoding` makes samples of
//! frames, `assembly` makes tracks of them, and `writing` puts the tracks into a new file. `soundtrack`
//! decodes and encodes the sound beside the pictures. Nothing here knows of marks.

mod assembly;
mod container;
mod decoding;
mod encoding;
mod frame;
mod soundtrack;
mod track;
mod writing;

pub(crate) use assembly::{fresh, others, recoded, replaced, without_pictures};
pub(crate) use container::Movie;
pub(crate) use decoding::Pictures;
pub(crate) use encoding::{Colours, Encoder, SIDE_MAX, group};
pub(crate) use frame::Frame;
#[cfg(test)]
pub(crate) use soundtrack::tests as soundtrack_tests;
pub(crate) use soundtrack::{Soundtrack, read_back, soundtracks};
pub(crate) use track::{Clip, Timing};
pub(crate) use writing::{Stream, Track};

use crate::WatermarkError;

fn unreadable(reason: impl ToString) -> WatermarkError {
    WatermarkError::Unreadable { reason: reason.to_string() }
}

fn unsupported(reason: impl ToString) -> WatermarkError {
    WatermarkError::Unsupported { reason: reason.to_string() }
}

fn unwritable(reason: impl ToString) -> WatermarkError {
    WatermarkError::Unwritable { reason: reason.to_string() }
}
