//! Files to rasters and back.

use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder as _, ImageReader, Limits,
    codecs::{
        jpeg::JpegEncoder,
        png::{CompressionType, FilterType, PngEncoder},
    },
};
use types::MediaType;

use super::metadata;
use crate::WatermarkError;

/// The greatest number of pixels: what a large camera takes, and 0.8 GB at 16 bits.
const PIXELS_MAX: u64 = 100_000_000;
/// The most memory a decoder may ask for, in bytes.
const MEMORY_MAX: u64 = 1 << 30;
/// JPEG's quality for marked pictures: its loss stays below that of the mark.
const JPEG_QUALITY: u8 = 95;

/// Reads a PNG, JPEG or WebP file, as stored: an orientation in its metadata is not applied.
pub(crate) fn decode(file: &[u8]) -> Result<DynamicImage, WatermarkError> {
    let mut reader =
        ImageReader::new(Cursor::new(file)).with_guessed_format().map_err(unreadable)?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY_MAX);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(unreadable)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS_MAX {
        return Err(WatermarkError::TooLarge { width, height, pixels_max: PIXELS_MAX });
    }
    DynamicImage::from_decoder(decoder).map_err(unreadable)
}

/// Writes `picture` in the format of `source`, with the metadata of that file.
pub(crate) fn encode(
    picture: &DynamicImage,
    media_type: MediaType,
    source: &[u8],
) -> Result<Vec<u8>, WatermarkError> {
    let mut bytes = Vec::new();
    let unwritable =
        |error: image::ImageError| WatermarkError::Unwritable { reason: error.to_string() };
    match media_type {
        MediaType::Png => {
            let (speed, filter) = (CompressionType::Default, FilterType::Adaptive);
            let encoder = PngEncoder::new_with_quality(&mut bytes, speed, filter);
            picture.write_with_encoder(encoder).map_err(unwritable)?;
            metadata::carry_png(bytes, source)
        }
        MediaType::Jpeg => {
            let encoder = JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY);
            picture.write_with_encoder(encoder).map_err(unwritable)?;
            metadata::carry_jpeg(bytes, source, picture.color().has_color())
        }
        other => Err(WatermarkError::Unsupported {
            reason: format!("{other} is not a picture: give PNG or JPEG"),
        }),
    }
}

/// Checks that `file` is what it is said to be, and one still picture.
pub(crate) fn sniffed(file: &[u8], media_type: MediaType) -> Result<(), WatermarkError> {
    let unsupported = |reason: String| Err(WatermarkError::Unsupported { reason });
    match MediaType::sniff(file) {
        Some(found) if found == media_type && matches!(found, MediaType::Png | MediaType::Jpeg) => {
            if metadata::is_animated(file) {
                return unsupported("it is animated: give one still picture".to_owned());
            }
            Ok(())
        }
        Some(found) => unsupported(format!("it is {found} and not a {media_type} picture")),
        None => Err(WatermarkError::Unreadable { reason: "it is neither PNG nor JPEG".to_owned() }),
    }
}

fn unreadable(error: impl ToString) -> WatermarkError {
    WatermarkError::Unreadable { reason: error.to_string() }
}
