//! Marking frames while they are encoded for the first time.

use std::fmt;

use types::MarkId;

use super::{SIDE_MIN, pattern::Pattern};
use crate::{
    WatermarkError, WatermarkKey,
    label::{MovieStyle, movie::Overlay},
    movie::{self, Colours, Encoder, Frame, SIDE_MAX},
};

/// Makes a marked MP4 file of frames that come one after the other.
pub struct Writer {
    size: (usize, usize),
    frames_per_second: f64,
    pattern: Pattern,
    label: Option<Overlay>,
    frames: u32,
    encoder: Option<Encoder>,
}

impl Writer {
    /// A writer of frames of this size, `width` and `height` in pixels and even.
    ///
    /// # Errors
    /// [`WatermarkError::TooSmall`] or [`WatermarkError::TooLarge`] by the size,
    /// [`WatermarkError::Unsupported`] when a side is odd or `frames_per_second` is not within 1
    /// and 240.
    pub fn new(
        key: &WatermarkKey,
        id: MarkId,
        width: u32,
        height: u32,
        frames_per_second: f64,
    ) -> Result<Self, WatermarkError> {
        if width.min(height) < SIDE_MIN {
            return Err(WatermarkError::TooSmall { width, height, min: SIDE_MIN });
        }
        let (long, short) = SIDE_MAX;
        if width.max(height) > long || width.min(height) > short {
            let pixels_max = u64::from(long) * u64::from(short);
            return Err(WatermarkError::TooLarge { width, height, pixels_max });
        }
        if !width.is_multiple_of(2) || !height.is_multiple_of(2) {
            return Err(unsupported(format!("{width}×{height} pixels: both must be even")));
        }
        if !(1.0..=240.0).contains(&frames_per_second) {
            return Err(unsupported(format!("{frames_per_second} frames a second: give 1 to 240")));
        }
        let size = (width as usize, height as usize);
        let pattern = Pattern::new(key, id, size);
        Ok(Self { size, frames_per_second, pattern, label: None, frames: 0, encoder: None })
    }

    /// The same, with a label that people see.
    ///
    /// # Errors
    /// [`WatermarkError::Label`] when the frames have no room for it.
    pub fn labelled(mut self, style: &MovieStyle) -> Result<Self, WatermarkError> {
        self.label = Some(Overlay::new(self.size, style)?);
        Ok(self)
    }

    /// Marks and encodes the next frame: 8-bit RGB, or planar YUV 4:2:0, which the length tells
    /// apart. RGB is written as BT.601 of limited range, and the file says so.
    ///
    /// # Errors
    /// [`WatermarkError::Unsupported`] when `frame` has neither length,
    /// [`WatermarkError::Unwritable`] when the encoder refuses.
    pub fn push(&mut self, frame: &[u8]) -> Result<(), WatermarkError> {
        let (width, height) = self.size;
        let is_rgb = frame.len() == width * height * 3;
        let mut frame = if is_rgb {
            Frame::of_rgb(self.size, frame)
        } else {
            Frame::planar(self.size, frame).ok_or_else(|| {
                unsupported(format!(
                    "a frame of {} bytes is neither RGB nor planar YUV 4:2:0 of {width}×{height}",
                    frame.len()
                ))
            })?
        };
        if let Some(label) = &self.label {
            label.lay(&mut frame, f64::from(self.frames) / self.frames_per_second);
        }
        self.frames += 1;
        self.pattern.add(&mut frame);
        let encoder = match &mut self.encoder {
            Some(encoder) => encoder,
            none => {
                let colours = is_rgb.then_some(Colours::Bt601);
                none.insert(Encoder::new(self.frames_per_second, colours)?)
            }
        };
        encoder.push(&frame)
    }

    /// The MP4 file.
    ///
    /// # Errors
    /// [`WatermarkError::Unwritable`] when there were no frames.
    pub fn finish(self) -> Result<Vec<u8>, WatermarkError> {
        let stream = self.encoder.map(Encoder::finish).unwrap_or_default();
        // Sides are at most 3840.
        let size = (self.size.0 as u16, self.size.1 as u16);
        movie::fresh(&stream, size, self.frames_per_second)
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").field("size", &self.size).finish_non_exhaustive()
    }
}

fn unsupported(reason: String) -> WatermarkError {
    WatermarkError::Unsupported { reason }
}
