//! Rasters to AVIF files.

use avif_serialize::{
    Aviffy,
    constants::{ColorPrimaries, MatrixCoefficients, TransferCharacteristics},
};
use image::{DynamicImage, Rgba};
use ravif::{Encoder, PixelRange};

use super::{Avif, unsupported};
use crate::WatermarkError;

/// High enough that its loss stays below that of the mark, from 1 to 100.
const QUALITY: f32 = 95.0;
/// The fastest preset: at this quality slower ones save little.
const SPEED: u8 = 10;
/// Into how many parts a picture is cut; the bytes must not depend on the number of processors.
const TILES: usize = 4;

/// Writes `picture` as AVIF with the colours, the depth and the opacity of `source`, all chroma
/// samples kept. Its Exif and XMP descriptions do not come along.
///
/// # Errors
///
/// [`WatermarkError::Unsupported`] if the file would lose its profile or some of its twelve bits.
pub(crate) fn encode(picture: &DynamicImage, source: &[u8]) -> Result<Vec<u8>, WatermarkError> {
    let source = Avif::read(source)?;
    if source.properties.has_profile {
        return Err(unsupported("its colour profile cannot be carried over"));
    }
    if source.about.bit_depth > 10 {
        return Err(unsupported("it has twelve bits a sample, and ten can be written"));
    }
    let colours = Declared::of(&source)?;
    let (coded, depth) = coded(picture, source.about.bit_depth)?;
    // The encoder declares the colours of sRGB; the frames go into a file that says what they are.
    let frames = Avif::read(&coded)?.data;
    let file = Aviffy::new()
        .set_color_primaries(colours.primaries)
        .set_transfer_characteristics(colours.transfer)
        .set_matrix_coefficients(MatrixCoefficients::Bt601)
        .set_full_color_range(true)
        .to_vec(
            &frames.primary_item,
            frames.alpha_item.as_deref(),
            picture.width(),
            picture.height(),
            depth,
        );
    Ok(file)
}

/// Codes the pixels as BT.601 luma and differences of colour, at eight or ten bits.
fn coded(picture: &DynamicImage, bits: u8) -> Result<(Vec<u8>, u8), WatermarkError> {
    let encoder = Encoder::new()
        .with_quality(QUALITY)
        .with_alpha_quality(QUALITY)
        .with_speed(SPEED)
        .with_num_threads(Some(TILES));
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let (range, matrix) = (PixelRange::Full, ravif::MatrixCoefficients::BT601);
    let is_transparent = picture.color().has_alpha();
    let (coded, depth) = if bits > 8 {
        let rgba = picture.to_rgba16();
        let unit = |sample: u16| f32::from(sample) / 65535.0;
        let pixels = rgba.pixels().map(|pixel| differences(pixel.0.map(unit), 1023.0));
        let alpha = rgba.pixels().map(|Rgba([.., alpha])| (unit(*alpha) * 1023.0 + 0.5) as u16);
        let alpha = is_transparent.then_some(alpha);
        (encoder.encode_raw_planes_10_bit(width, height, pixels, alpha, range, matrix), 10)
    } else {
        let rgba = picture.to_rgba8();
        let unit = |sample: u8| f32::from(sample) / 255.0;
        let pixels = rgba.pixels().map(|pixel| differences(pixel.0.map(unit), 255.0));
        let pixels = pixels.map(|numbers| numbers.map(|number| number as u8));
        let alpha = is_transparent.then_some(rgba.pixels().map(|Rgba([.., alpha])| *alpha));
        (encoder.encode_raw_planes_8_bit(width, height, pixels, alpha, range, matrix), 8)
    };
    let coded = coded.map_err(|error| WatermarkError::Unwritable { reason: error.to_string() })?;
    Ok((coded.avif_file, depth))
}

/// Luma and the differences of blue and red from it (ITU-T H.273, matrix 6, full range).
fn differences([red, green, blue, _]: [f32; 4], most: f32) -> [u16; 3] {
    let luma = 0.299 * red + 0.587 * green + 0.114 * blue;
    let middle = (most / 2.0).ceil();
    [
        // `as` cuts off fractions and saturates.
        (luma * most + 0.5) as u16,
        ((blue - luma) / 1.772 * most + middle + 0.5).clamp(0.0, most) as u16,
        ((red - luma) / 1.402 * most + middle + 0.5).clamp(0.0, most) as u16,
    ]
}

/// The colours that the written file names.
struct Declared {
    primaries: ColorPrimaries,
    transfer: TransferCharacteristics,
}

impl Declared {
    fn of(source: &Avif) -> Result<Self, WatermarkError> {
        let (primaries, transfer) = source.colours()?;
        let primaries = match primaries {
            1 => ColorPrimaries::Bt709,
            2 => ColorPrimaries::Unspecified,
            6 => ColorPrimaries::Bt601,
            9 => ColorPrimaries::Bt2020,
            11 => ColorPrimaries::DciP3,
            12 => ColorPrimaries::DisplayP3,
            _ => return Err(unsupported("its primary colours are rare")),
        };
        let transfer = match transfer {
            1 => TransferCharacteristics::Bt709,
            2 => TransferCharacteristics::Unspecified,
            6 => TransferCharacteristics::Bt601,
            8 => TransferCharacteristics::Linear,
            13 => TransferCharacteristics::Srgb,
            14 => TransferCharacteristics::Bt2020_10,
            15 => TransferCharacteristics::Bt2020_12,
            16 => TransferCharacteristics::Smpte2084,
            18 => TransferCharacteristics::Hlg,
            _ => return Err(unsupported("its transfer of brightness is rare")),
        };
        Ok(Self { primaries, transfer })
    }
}
