//! A label in a corner of a picture.

use image::DynamicImage;
use types::MediaType;

use super::{
    Corner,
    stamp::{Covered, Stamp},
};
use crate::{
    WatermarkError,
    picture::{self as files, Sample},
};

/// What a label in a picture says, where and how large.
#[derive(Debug, Clone, PartialEq)]
pub struct PictureStyle {
    /// What it says.
    pub text: String,
    /// Where it stands.
    pub corner: Corner,
    /// The least height of a full glyph in per cent of the shorter side, 1 to 30.
    pub height_percent: f64,
}

/// Labels a PNG, JPEG, WebP, TIFF, GIF or AVIF file; its format, depth and descriptions stay, and so
/// do all pixels beside the plate, as far as the format keeps pixels and this program descriptions.
///
/// # Errors
/// [`WatermarkError::Label`] when the picture has no room for a label that can be read or the font
/// lacks a character; [`WatermarkError::TooLarge`], [`WatermarkError::Unreadable`] or
/// [`WatermarkError::Unsupported`] by its bytes.
pub fn picture(
    file: &[u8],
    media_type: MediaType,
    style: &PictureStyle,
) -> Result<Vec<u8>, WatermarkError> {
    files::sniffed(file, media_type)?;
    let mut picture = files::decode(file)?;
    draw(&mut picture, style)?;
    files::encode(&picture, media_type, file)
}

/// Labels a raster. The label is opaque also where the picture is transparent.
///
/// # Errors
/// [`WatermarkError::Label`] when there is no room for it or the font lacks a character.
pub fn draw(picture: &mut DynamicImage, style: &PictureStyle) -> Result<(), WatermarkError> {
    let size = (picture.width() as usize, picture.height() as usize);
    lay(picture, &Stamp::new(size, style)?);
    Ok(())
}

fn lay(picture: &mut DynamicImage, stamp: &Stamp) {
    let width = picture.width() as usize;
    match picture {
        DynamicImage::ImageLuma8(buffer) => blend::<_, 1>(buffer, width, stamp),
        DynamicImage::ImageLumaA8(buffer) => blend::<_, 2>(buffer, width, stamp),
        DynamicImage::ImageRgb8(buffer) => blend::<_, 3>(buffer, width, stamp),
        DynamicImage::ImageRgba8(buffer) => blend::<_, 4>(buffer, width, stamp),
        DynamicImage::ImageLuma16(buffer) => blend::<_, 1>(buffer, width, stamp),
        DynamicImage::ImageLumaA16(buffer) => blend::<_, 2>(buffer, width, stamp),
        DynamicImage::ImageRgb16(buffer) => blend::<_, 3>(buffer, width, stamp),
        DynamicImage::ImageRgba16(buffer) => blend::<_, 4>(buffer, width, stamp),
        // Floating-point pictures are written with 16 bits anyway.
        other => {
            *other = DynamicImage::ImageRgba16(other.to_rgba16());
            lay(other, stamp);
        }
    }
}

fn blend<S: Sample, const CHANNELS: usize>(samples: &mut [S], width: usize, stamp: &Stamp) {
    let (pixels, _) = samples.as_chunks_mut::<CHANNELS>();
    for (y, row) in stamp.rows() {
        let start = y * width + stamp.left;
        let Some(target) = pixels.get_mut(start..start + row.len()) else { continue };
        target.iter_mut().zip(row).for_each(|(pixel, covered)| cover(pixel, *covered));
    }
}

/// Lays a cover over a pixel: "over" of Porter and Duff (1984). Pixels of two or four samples end
/// with their opacity.
fn cover<S: Sample>(pixel: &mut [S], covered: Covered) {
    let is_transparent = pixel.len().is_multiple_of(2);
    let (colours, opacity) = pixel.split_at_mut(pixel.len() - usize::from(is_transparent));
    let below = opacity.first().map_or(1.0, |alpha| alpha.value() / 255.0) * (1.0 - covered.alpha);
    let whole = covered.alpha + below;
    if whole <= 0.0 {
        return;
    }
    for colour in colours {
        *colour = S::of((covered.luma * covered.alpha + colour.value() * below) / whole);
    }
    for alpha in opacity {
        *alpha = S::of(255.0 * whole);
    }
}

#[cfg(test)]
mod tests {
    use image::{Rgba, RgbaImage};

    use super::*;

    fn style() -> PictureStyle {
        PictureStyle { text: "AI".to_owned(), corner: Corner::TopRight, height_percent: 5.0 }
    }

    #[test]
    fn only_the_plate_changes_and_it_is_opaque() {
        let before =
            RgbaImage::from_fn(200, 160, |x, y| Rgba([x as u8, y as u8, 77, (x + y) as u8]));
        let mut labelled = DynamicImage::ImageRgba8(before.clone());
        draw(&mut labelled, &style()).unwrap();
        let stamp = Stamp::new((200, 160), &style()).unwrap();
        let after = labelled.to_rgba8();
        for (x, y, pixel) in after.enumerate_pixels() {
            let column = (x as usize).checked_sub(stamp.left).filter(|x| *x < stamp.width);
            let row = (y as usize).checked_sub(stamp.top).filter(|y| *y < stamp.height);
            match column.zip(row).map(|(x, y)| stamp.pixels[y * stamp.width + x]) {
                Some(Covered { alpha, luma }) if alpha >= 1.0 => {
                    let grey = luma.round() as u8;
                    assert_eq!(pixel.0, [grey, grey, grey, 255], "{x} {y}");
                }
                Some(Covered { alpha, .. }) if alpha > 0.0 => {}
                _ => assert_eq!(pixel, before.get_pixel(x, y), "{x} {y}"),
            }
        }
    }

    #[test]
    fn every_kind_of_raster_gets_the_same_label() {
        let grey =
            DynamicImage::ImageRgba8(RgbaImage::from_pixel(160, 160, Rgba([120, 120, 120, 255])));
        let mut expected = grey.clone();
        draw(&mut expected, &style()).unwrap();
        let expected = expected.to_luma8();
        let kinds: [DynamicImage; 8] = [
            grey.to_luma8().into(),
            grey.to_luma_alpha8().into(),
            grey.to_rgb8().into(),
            grey.to_luma16().into(),
            grey.to_luma_alpha16().into(),
            grey.to_rgb16().into(),
            grey.to_rgba16().into(),
            grey.to_rgb32f().into(),
        ];
        for mut kind in kinds {
            draw(&mut kind, &style()).unwrap();
            for (a, b) in kind.to_luma8().iter().zip(expected.iter()) {
                assert!(a.abs_diff(*b) <= 1, "{:?}", kind.color());
            }
        }
    }

    #[test]
    fn a_file_that_is_no_picture_is_refused() {
        assert!(picture(b"no picture", MediaType::Png, &style()).is_err());
    }
}
