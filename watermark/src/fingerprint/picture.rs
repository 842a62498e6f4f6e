//! A perceptual hash after PDQ (Facebook 2019): which of the 16 × 16 lowest frequencies of a picture
//! are stronger than their median.

use image::DynamicImage;
use types::ImageFingerprint;

use crate::{
    WatermarkError,
    picture::{self, Plane},
};

/// The picture is shrunk to this many samples on each side.
const SIDE: usize = 64;
/// Frequencies kept in each direction, without the mean.
const FREQUENCIES: usize = 16;

/// The fingerprint of a picture's file, as `image::detect` reads it.
///
/// Re-encoding, resizing and small changes of brightness flip few of its 256 bits; unrelated
/// pictures differ in about 128. A picture of one colour has no structure to recognise.
///
/// # Errors
/// [`WatermarkError::Unreadable`] or [`WatermarkError::TooLarge`].
pub fn image(file: &[u8]) -> Result<ImageFingerprint, WatermarkError> {
    Ok(pixels(&picture::decode(file)?))
}

/// The fingerprint of a decoded picture.
#[must_use]
pub fn pixels(picture: &DynamicImage) -> ImageFingerprint {
    let luma = picture::luma(picture);
    let spectrum = spectrum(&luma.resized(SIDE, SIDE));
    let mut sorted = spectrum.clone();
    let middle = sorted.len() / 2;
    let (_, median, _) = sorted.select_nth_unstable_by(middle, f32::total_cmp);
    let mut bytes = [0; 32];
    for (byte, eight) in bytes.iter_mut().zip(spectrum.chunks(8)) {
        *byte = eight.iter().fold(0, |byte, value| byte << 1 | u8::from(value > median));
    }
    ImageFingerprint(bytes)
}

/// The lowest frequencies of the cosine transform (DCT-II), row by row.
fn spectrum(luma: &Plane) -> Vec<f32> {
    let cosines: Vec<Vec<f32>> = (1..=FREQUENCIES).map(cosines).collect();
    let across: Vec<Vec<f32>> =
        luma.rows().map(|row| cosines.iter().map(|wave| dot(wave, row)).collect()).collect();
    let column = |x: usize| across.iter().filter_map(move |row| row.get(x).copied());
    let columns: Vec<Vec<f32>> = (0..FREQUENCIES).map(|x| column(x).collect()).collect();
    cosines.iter().flat_map(|wave| columns.iter().map(|column| dot(wave, column))).collect()
}

fn cosines(frequency: usize) -> Vec<f32> {
    let step = std::f32::consts::PI * frequency as f32 / SIDE as f32;
    (0..SIDE).map(|x| (step * (x as f32 + 0.5)).cos()).collect()
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
