//! AVIF: pictures that are coded as one key frame of AV1 (AOM, "AV1 Image File Format" 1.1).

mod colours;
mod encode;
mod properties;
mod reading;
#[cfg(test)]
mod tests;

use std::panic::{self, AssertUnwindSafe};

use avif_parse::{AV1Metadata, AvifData};
use image::{ColorType, DynamicImage, metadata::Orientation};
use re_rav1d::dav1d::{self, Decoder, Picture, Settings};

use self::{colours::Converter, properties::Properties};
use crate::WatermarkError;

pub(crate) use encode::encode;
pub use reading::read_avif;

/// The greatest number of pixels: the decoder keeps a second copy of them.
pub(super) const PIXELS_MAX: u64 = 25_000_000;

/// An AVIF file of one still picture, whose pixels are not decoded yet.
pub(crate) struct Avif {
    data: AvifData,
    about: AV1Metadata,
    properties: Properties,
}

impl Avif {
    /// Reads the boxes of a file and the header of its picture.
    ///
    /// # Errors
    ///
    /// [`WatermarkError::Unreadable`] if the file is damaged, and [`WatermarkError::Unsupported`]
    /// if it is animated, made of tiles, or stored in another way that is not read here.
    pub(crate) fn read(file: &[u8]) -> Result<Self, WatermarkError> {
        guarded(|| Self::opened(file))
    }

    fn opened(file: &[u8]) -> Result<Self, WatermarkError> {
        let data = avif_parse::read_avif(&mut &file[..]).map_err(|error| match error {
            avif_parse::Error::Unsupported(reason) => unsupported(reason),
            error => unreadable(error),
        })?;
        if data.premultiplied_alpha {
            return Err(unsupported("its colours are multiplied by their opacity"));
        }
        let about = data.primary_item_metadata().map_err(unreadable)?;
        let properties = Properties::read(file);
        if properties.is_cut_out {
            return Err(unsupported("only a part of its picture is shown (clap)"));
        }
        Ok(Self { data, about, properties })
    }

    /// Pixels across and down, of the picture as it is shown.
    pub(crate) fn dimensions(&self) -> (u32, u32) {
        let (width, height) = self.coded();
        match self.properties.orientation {
            Some(orientation) if is_upended(orientation) => (height, width),
            _ => (width, height),
        }
    }

    /// Pixels across and down before the picture is turned.
    fn coded(&self) -> (u32, u32) {
        (self.about.max_frame_width.get(), self.about.max_frame_height.get())
    }

    /// What [`Self::decode`] gives.
    pub(crate) fn color_type(&self) -> ColorType {
        let alpha = self.data.alpha_item.is_some();
        match (self.about.bit_depth > 8, self.about.monochrome, alpha) {
            (false, true, false) => ColorType::L8,
            (false, true, true) => ColorType::La8,
            (false, false, false) => ColorType::Rgb8,
            (false, false, true) => ColorType::Rgba8,
            (true, true, false) => ColorType::L16,
            (true, true, true) => ColorType::La16,
            (true, false, false) => ColorType::Rgb16,
            (true, false, true) => ColorType::Rgba16,
        }
    }

    /// Decodes the picture as it is shown: turned and mirrored as the file asks.
    pub(crate) fn decode(&self) -> Result<DynamicImage, WatermarkError> {
        guarded(|| {
            let frame = self.frame(&self.data.primary_item)?;
            let alpha = self.data.alpha_item.as_ref().map(|item| self.frame(item)).transpose()?;
            let converter = Converter::new(&frame, alpha.as_ref(), self.properties.colours)?;
            let mut picture = converter.picture(self.color_type())?;
            if let Some(orientation) = self.properties.orientation {
                picture.apply_orientation(orientation);
            }
            Ok(picture)
        })
    }

    /// Primaries and transfer of the colours, by their numbers in ITU-T H.273.
    fn colours(&self) -> Result<(u16, u16), WatermarkError> {
        if let Some(stated) = self.properties.colours {
            return Ok((stated.primaries, stated.transfer));
        }
        guarded(|| {
            let frame = self.frame(&self.data.primary_item)?;
            Ok((frame.color_primaries() as u16, frame.transfer_characteristic() as u16))
        })
    }

    fn frame(&self, item: &[u8]) -> Result<Picture, WatermarkError> {
        let decode = || -> Result<Picture, dav1d::Error> {
            let mut settings = Settings::new();
            settings.set_n_threads(1);
            settings.set_max_frame_delay(1);
            settings.set_frame_size_limit(PIXELS_MAX as u32);
            let mut decoder = Decoder::with_settings(&settings)?;
            decoder.send_data(item.to_vec(), None, None, None)?;
            decoder.get_picture()
        };
        let frame = decode().map_err(|error| match error {
            dav1d::Error::Again => unreadable("the picture is not whole"),
            error => unreadable(error),
        })?;
        if (frame.width(), frame.height()) != self.coded() {
            return Err(unreadable("its parts differ in size"));
        }
        Ok(frame)
    }
}

/// Parser and decoder are not ours, and stop for example at numbers that the standard reserves: a file
/// that they do not survive is unreadable.
fn guarded<T>(work: impl FnOnce() -> Result<T, WatermarkError>) -> Result<T, WatermarkError> {
    let done = panic::catch_unwind(AssertUnwindSafe(work));
    done.unwrap_or_else(|_| Err(unreadable("its structure stops the decoder")))
}

/// Whether width and height change places.
fn is_upended(orientation: Orientation) -> bool {
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    matches!(orientation, Rotate90 | Rotate90FlipH | Rotate270 | Rotate270FlipH)
}

fn other_kind() -> WatermarkError {
    unreadable("its frame is of another kind than its header says")
}

fn unsupported(reason: &str) -> WatermarkError {
    let reason = format!("this kind of AVIF is not read here ({reason}): give PNG or JPEG");
    WatermarkError::Unsupported { reason }
}

fn unreadable(error: impl ToString) -> WatermarkError {
    WatermarkError::Unreadable { reason: error.to_string() }
}
