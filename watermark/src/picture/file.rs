//! Files to rasters and back.

use std::io::Cursor;

use image::{
    AnimationDecoder as _, ColorType, DynamicImage, ImageDecoder, ImageEncoder, ImageReader,
    Limits,
    codecs::{
        gif::{GifDecoder, GifEncoder},
        jpeg::JpegEncoder,
        png::{CompressionType, FilterType, PngEncoder},
        tiff::TiffEncoder,
        webp::WebPEncoder,
    },
};
use types::MediaType;

use super::{
    avif::{self, Avif},
    metadata,
};
use crate::WatermarkError;

/// The greatest number of pixels.
const PIXELS_MAX: u64 = 50_000_000;
/// The most memory that a picture and its luma may take, in bytes.
const MEMORY_MAX: u64 = 480 << 20;
/// JPEG's quality for marked pictures: its loss stays below that of the mark.
const JPEG_QUALITY: u8 = 95;
/// How coarsely a GIF's palette may be fitted, from 1, the best, to 30.
const GIF_SPEED: i32 = 10;

/// Reads a PNG, JPEG, WebP, TIFF, GIF or AVIF file. An orientation in metadata is not applied, as
/// it stays with the file; one in the structure of an AVIF file is. Of several pictures the first
/// is read.
pub(crate) fn decode(file: &[u8]) -> Result<DynamicImage, WatermarkError> {
    if MediaType::sniff(file) == Some(MediaType::Avif) {
        let picture = Avif::read(file)?;
        fits(picture.dimensions(), picture.color_type(), avif::PIXELS_MAX)?;
        return picture.decode();
    }
    let decoder = decoder(file)?;
    fits(decoder.dimensions(), decoder.color_type(), PIXELS_MAX)?;
    DynamicImage::from_decoder(decoder).map_err(unreadable)
}

/// Checks that a picture and its luma fit into memory.
fn fits((width, height): (u32, u32), kind: ColorType, most: u64) -> Result<(), WatermarkError> {
    let pixels = u64::from(width) * u64::from(height);
    // Every pixel is also kept as luma, a number of four bytes.
    let bytes = pixels.saturating_mul(u64::from(kind.bytes_per_pixel()) + 4);
    if pixels > most || bytes > MEMORY_MAX {
        let pixels_max = most.min(pixels.saturating_mul(MEMORY_MAX) / bytes.max(1));
        return Err(WatermarkError::TooLarge { width, height, pixels_max });
    }
    Ok(())
}

fn decoder(file: &[u8]) -> Result<impl ImageDecoder + '_, WatermarkError> {
    let mut reader =
        ImageReader::new(Cursor::new(file)).with_guessed_format().map_err(unreadable)?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY_MAX);
    reader.limits(limits);
    reader.into_decoder().map_err(unreadable)
}

/// Writes `picture` in the format of `source`, with the metadata of that file.
pub(crate) fn encode(
    picture: &DynamicImage,
    media_type: MediaType,
    source: &[u8],
) -> Result<Vec<u8>, WatermarkError> {
    let mut bytes = Vec::new();
    match media_type {
        MediaType::Png => {
            let (speed, filter) = (CompressionType::Fast, FilterType::Paeth);
            let encoder = PngEncoder::new_with_quality(&mut bytes, speed, filter);
            picture.write_with_encoder(encoder).map_err(unwritable)?;
            return metadata::carry_png(bytes, source);
        }
        MediaType::Jpeg => {
            let encoder = JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY);
            picture.write_with_encoder(encoder).map_err(unwritable)?;
            return metadata::carry_jpeg(bytes, source, picture.color().has_color());
        }
        MediaType::Webp => write(picture, WebPEncoder::new_lossless(&mut bytes), source)?,
        MediaType::Tiff => {
            // TIFF's writer knows no transparent greys.
            let coloured = match picture {
                DynamicImage::ImageLumaA8(_) => Some(picture.to_rgba8().into()),
                DynamicImage::ImageLumaA16(_) => Some(picture.to_rgba16().into()),
                _ => None,
            };
            let encoder = TiffEncoder::new(Cursor::new(&mut bytes));
            write(coloured.as_ref().unwrap_or(picture), encoder, source)?;
        }
        MediaType::Gif => {
            let rgba = picture.to_rgba8();
            let (width, height) = rgba.dimensions();
            let colours = image::ExtendedColorType::Rgba8;
            GifEncoder::new_with_speed(&mut bytes, GIF_SPEED)
                .encode(&rgba, width, height, colours)
                .map_err(unwritable)?;
        }
        MediaType::Avif => return avif::encode(picture, source),
        other => {
            return Err(WatermarkError::Unsupported {
                reason: format!(
                    "{other} is not written here: give PNG, JPEG, WebP, TIFF, GIF or AVIF"
                ),
            });
        }
    }
    Ok(bytes)
}

/// Writes a picture with the profile and the descriptions of `source`, where its format has room.
fn write(
    picture: &DynamicImage,
    mut encoder: impl ImageEncoder,
    source: &[u8],
) -> Result<(), WatermarkError> {
    let mut decoder = decoder(source)?;
    // What cannot be read is left out: it is beside the picture.
    let profile = decoder.icc_profile().ok().flatten();
    let space: &[u8] = if picture.color().has_color() { b"RGB " } else { b"GRAY" };
    if let Some(profile) = profile.filter(|profile| profile.get(16..20) == Some(space)) {
        encoder.set_icc_profile(profile).map_err(unreadable)?;
    }
    if let Some(exif) = decoder.exif_metadata().ok().flatten() {
        // TIFF's writer has no room for it.
        let _ = encoder.set_exif_metadata(exif);
    }
    picture.write_with_encoder(encoder).map_err(unwritable)
}

/// Checks that `file` is what it is said to be, and one still picture.
pub(crate) fn sniffed(file: &[u8], media_type: MediaType) -> Result<(), WatermarkError> {
    let unsupported = |reason: &str| Err(WatermarkError::Unsupported { reason: reason.to_owned() });
    let several = match MediaType::sniff(file) {
        Some(found) if found != media_type => {
            return unsupported(&format!("it is {found} and not a {media_type} picture"));
        }
        Some(MediaType::Png) => metadata::is_animated_png(file),
        Some(MediaType::Webp) => metadata::is_animated_webp(file),
        Some(MediaType::Tiff) => metadata::has_pages(file),
        Some(MediaType::Gif) => is_animated_gif(file)?,
        // The reader of AVIF refuses what is animated.
        Some(MediaType::Jpeg | MediaType::Avif) => false,
        Some(other) => return unsupported(&format!("it is {other} and not a picture")),
        None => {
            let reason = "it is of no known kind".to_owned();
            return Err(WatermarkError::Unreadable { reason });
        }
    };
    if several {
        return unsupported("it is animated or has pages: give one still picture");
    }
    Ok(())
}

fn is_animated_gif(file: &[u8]) -> Result<bool, WatermarkError> {
    // Its frames are only decoded if they are not too large.
    let (width, height) = decoder(file)?.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS_MAX {
        return Err(WatermarkError::TooLarge { width, height, pixels_max: PIXELS_MAX });
    }
    let decoder = GifDecoder::new(Cursor::new(file)).map_err(unreadable)?;
    Ok(decoder.into_frames().take(2).filter(Result::is_ok).count() > 1)
}

fn unwritable(error: impl ToString) -> WatermarkError {
    WatermarkError::Unwritable { reason: error.to_string() }
}

fn unreadable(error: impl ToString) -> WatermarkError {
    WatermarkError::Unreadable { reason: error.to_string() }
}
