//! A label in a corner of a video. [`crate::video`] lays it into frames while it marks them: one
//! coding for both.

use super::{PictureStyle, stamp::Stamp};
use crate::{WatermarkError, movie::Frame, video};

/// More than is asked: a player may skip the first frame.
const SPARE_S: f64 = 0.5;

/// For how long a label is seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Span {
    /// In every frame.
    Whole,
    /// From the opening frame on.
    Opening {
        /// For so many seconds.
        seconds: f64,
    },
}

/// What a label in a video says, where, how large, and for how long.
#[derive(Debug, Clone, PartialEq)]
pub struct MovieStyle {
    /// As in a picture.
    pub picture: PictureStyle,
    /// For how long.
    pub span: Span,
}

/// Labels an MP4 file with H.264, whose pictures are coded again; all other tracks stay. Where a mark
/// is wanted too, [`crate::video::embed_labelled`] writes both in one coding.
///
/// # Errors
/// [`WatermarkError::Label`] when its pictures have no room for the label; else those of
/// [`crate::video::embed`].
pub fn movie(file: &[u8], style: &MovieStyle) -> Result<Vec<u8>, WatermarkError> {
    video::labelled(file, style)
}

/// A label for frames of one size.
#[derive(Debug)]
pub(crate) struct Overlay {
    stamp: Stamp,
    span: Span,
}

impl Overlay {
    /// # Errors
    /// [`WatermarkError::Label`] when the frames have no room for a label that can be read.
    pub(crate) fn new(size: (usize, usize), style: &MovieStyle) -> Result<Self, WatermarkError> {
        Ok(Self { stamp: Stamp::new(size, &style.picture)?, span: style.span })
    }

    /// Lays the label into a frame that is shown so many seconds after the first.
    pub(crate) fn lay(&self, frame: &mut Frame, seconds: f64) {
        match self.span {
            Span::Opening { seconds: until } if seconds > until + SPARE_S => {}
            _ => frame.cover(&self.stamp),
        }
    }
}
