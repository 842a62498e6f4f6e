//! Adding the pattern to a picture.

use sha2::{Digest as _, Sha256};
use types::{MarkId, MediaType};

use super::{
    canonical_scale, detection::detect, lattice::Lattice, mask::Mask, pose::Pose, tile::Tile,
};
use crate::{WatermarkError, WatermarkKey, picture};

/// The least number of pixels on each side.
const SIDE_MIN: u32 = 320;
/// The loss of structural similarity by the model of the mask. The model leaves out that a window
/// sees only a part of a long wave, and what lies outside of luma: a loss of 0.015 is measured.
const LOSS: f64 = 0.0096;
/// The mean square of what is added to red, green and blue, for that of luma.
const SHARE: f64 = 0.745;
/// The strongest and the faintest mark in a photograph, in dB of PSNR, and that of drawings.
const PSNR_DB: (f64, f64) = (39.5, 45.5);
const DRAWING_PSNR_DB: f64 = 42.3;
/// The share of plain places up to which a picture counts as photographed, and from which on as
/// drawn.
const PLAIN_SHARE: (f64, f64) = (0.05, 0.2);
/// Rows on which the strength of the pattern is measured.
const SAMPLE_ROWS: usize = 64;

/// How strong a mark is: a bargain between what it survives and how faint it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Strength {
    /// A structural similarity (SSIM) of 0.985, which is about 43 dB PSNR in photographs: 39.5 dB
    /// in busy ones, 45.5 dB in plain ones.
    #[default]
    Standard,
    /// 1.25 dB fainter, and lost a little sooner.
    Faint,
}

impl Strength {
    /// How many dB fainter than usual.
    const fn fainter_db(self) -> f64 {
        match self {
            Self::Standard => 0.0,
            Self::Faint => 1.25,
        }
    }

    /// The ratio of 255 to the root mean square of what is added to a sample, in dB.
    ///
    /// Photographs lose the same structural similarity. Drawings, which have almost no details,
    /// would get a mark so faint that nothing could read it: theirs is stronger.
    fn psnr_db(self, mask: &Mask) -> f64 {
        let alike = -10.0 * (LOSS * SHARE / mask.loss_per_power / 255_f64.powi(2)).log10();
        let (photographed, drawn) = PLAIN_SHARE;
        let drawn = ((mask.plain - photographed) / (drawn - photographed)).clamp(0.0, 1.0);
        let most = PSNR_DB.1 + (DRAWING_PSNR_DB - PSNR_DB.1) * drawn;
        alike.clamp(PSNR_DB.0, most) + self.fainter_db()
    }
}

/// Marks a PNG, JPEG, WebP, TIFF, GIF or AVIF file with `id`; the format and transparency stay, and
/// metadata where it can be written.
///
/// WebP is written without loss. A GIF gets a palette that is fitted to the marked picture, and is
/// refused where that loses the mark. AVIF is coded anew, upright, without Exif and XMP.
///
/// # Errors
/// [`WatermarkError::TooSmall`] or [`WatermarkError::TooLarge`] by its size,
/// [`WatermarkError::Unreadable`] or [`WatermarkError::Unsupported`] by its bytes.
pub fn embed(
    key: &WatermarkKey,
    file: &[u8],
    media_type: MediaType,
    id: MarkId,
) -> Result<Vec<u8>, WatermarkError> {
    embed_with(key, file, media_type, id, Strength::Standard)
}

/// [`embed`] with a strength of one's choice.
///
/// # Errors
/// Those of [`embed`].
pub fn embed_with(
    key: &WatermarkKey,
    file: &[u8],
    media_type: MediaType,
    id: MarkId,
    strength: Strength,
) -> Result<Vec<u8>, WatermarkError> {
    picture::sniffed(file, media_type)?;
    let mut picture = picture::decode(file)?;
    let (width, height) = (picture.width(), picture.height());
    if width.min(height) < SIDE_MIN {
        return Err(WatermarkError::TooSmall { width, height, min: SIDE_MIN });
    }
    let pattern = Pattern {
        tile: Tile::new(&Lattice::new(key), id),
        pose: Pose::new(key, Sha256::digest(file).into(), id),
        mask: Mask::new(&picture::luma(&picture)),
        pixel: canonical_scale(width as usize, height as usize),
    };
    let gain = gain(&pattern, &picture, strength.psnr_db(&pattern.mask));
    picture::add(&mut picture, |y, row| {
        pattern.row(y, row);
        row.iter_mut().for_each(|sample| *sample *= gain);
    });
    let marked = picture::encode(&picture, media_type, file)?;
    if media_type == MediaType::Gif && !carries(key, &marked, id)? {
        let reason = "the 256 colours of a GIF would lose the mark: give PNG".to_owned();
        return Err(WatermarkError::Unsupported { reason });
    }
    Ok(marked)
}

/// Whether the mark can be read: a palette takes more than any other format's loss.
fn carries(key: &WatermarkKey, marked: &[u8], id: MarkId) -> Result<bool, WatermarkError> {
    let found = detect(std::slice::from_ref(key), marked)?;
    Ok(found.is_some_and(|found| found.id == id))
}

/// What is added to a picture, up to its strength.
struct Pattern {
    tile: Tile,
    pose: Pose,
    mask: Mask,
    /// The side of a pixel in canonical ones.
    pixel: f64,
}

impl Pattern {
    fn row(&self, y: usize, row: &mut [f32]) {
        let (start, step) = self.pose.row(self.pixel, y as f64);
        // A period is 2³²: the whole periods fall away.
        let wrapped = |periods: f64| (periods.rem_euclid(1.0) * 2_f64.powi(32)) as u64 as u32;
        let (mut across, mut down) = (wrapped(start.0), wrapped(start.1));
        let (right, below) = (wrapped(step.0), wrapped(step.1));
        self.mask.row(y, row);
        for sample in row {
            *sample *= self.tile.at(across, down);
            across = across.wrapping_add(right);
            down = down.wrapping_add(below);
        }
    }
}

/// The factor that gives the pattern its strength where black and white do not cut it off.
fn gain(pattern: &Pattern, picture: &image::DynamicImage, psnr_db: f64) -> f32 {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let step = height.div_ceil(SAMPLE_ROWS);
    let rows: Vec<(usize, Vec<f32>)> = (step / 2..height)
        .step_by(step)
        .map(|y| {
            let mut row = vec![0.0; width];
            pattern.row(y, &mut row);
            (y, row)
        })
        .collect();
    // Rounding to whole numbers adds a twelfth, whatever the pattern.
    let target = (255_f64.powi(2) / 10_f64.powf(psnr_db / 10.0) - 1.0 / 12.0).sqrt();
    let mut gain = 1.0;
    for _ in 0..3 {
        let found = picture::shift_power(picture, &rows, gain as f32).sqrt();
        gain *= target / found.max(1e-3);
    }
    gain as f32
}

#[cfg(test)]
mod tests {
    use rustfft::{FftDirection, num_complex::Complex32};

    use super::*;
    use crate::{image::fourier, picture::Plane};

    #[test]
    fn the_strength_is_what_it_is_said_to_be() {
        // Noise is as busy as can be, one colour as plain as can be.
        let noise = |x: u32, y: u32| [x * x * y % 256, x * y * y % 251, (x + y) * x % 256];
        for (busy, expected) in [(true, PSNR_DB.0), (false, DRAWING_PSNR_DB)] {
            let drawn = image::RgbImage::from_fn(400, 500, |x, y| {
                image::Rgb(if busy { noise(x, y).map(|value| value as u8) } else { [90; 3] })
            });
            let mut file = std::io::Cursor::new(Vec::new());
            drawn.write_to(&mut file, image::ImageFormat::Png).unwrap();
            for strength in [Strength::Standard, Strength::Faint] {
                let (key, id) = (WatermarkKey::new([1; 32]), MarkId::from(5));
                let marked = embed_with(&key, file.get_ref(), MediaType::Png, id, strength);
                let marked = image::load_from_memory(&marked.unwrap()).unwrap().to_rgb8();
                let pairs = drawn.iter().zip(marked.iter());
                let error: f64 = pairs.map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2)).sum();
                let psnr = 10.0 * (255_f64.powi(2) / (error / drawn.len() as f64)).log10();
                let expected = expected + strength.fainter_db();
                assert!((psnr - expected).abs() < 0.3, "{psnr} is not {expected}");
            }
        }
    }

    /// What an attacker sees who averages the spectra of 100 marked pictures: how far the strongest
    /// wave stands out, and the share of the power that an average of the pictures themselves has.
    fn averaged(pose: impl Fn(u8) -> Pose) -> (f32, f32) {
        let lattice = Lattice::new(&WatermarkKey::new([1; 32]));
        let side = 256;
        let mut sum = vec![0.0; side * side];
        let mut powers = vec![0.0; side * side];
        let mut power = 0.0;
        for number in 0..100 {
            let luma = Plane::by_rows((724, 724), |_, row| row.fill(90.0));
            let id = MarkId::from(u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let (tile, mask) = (Tile::new(&lattice, id), Mask::new(&luma));
            let pattern = Pattern { tile, pose: pose(number), mask, pixel: 1.0 };
            let mut spectrum = Vec::with_capacity(side * side);
            for y in 0..side {
                let mut row = vec![0.0; side];
                pattern.row(y, &mut row);
                spectrum.extend(row.into_iter().map(|sample| Complex32::new(sample, 0.0)));
            }
            sum.iter_mut().zip(&spectrum).for_each(|(sum, sample)| *sum += sample.re / 100.0);
            power += spectrum.iter().map(|sample| sample.re.powi(2)).sum::<f32>() / 100.0;
            fourier::transform(&mut spectrum, side, FftDirection::Forward);
            let both = powers.iter_mut().zip(&spectrum);
            both.for_each(|(power, value)| *power += value.norm_sqr());
        }
        let mean = powers.iter().sum::<f32>() / powers.iter().filter(|p| **p > 1.0).count() as f32;
        let most = powers.iter().copied().fold(0.0, f32::max);
        (most / mean, sum.iter().map(|sample| sample.powi(2)).sum::<f32>() / power)
    }

    #[test]
    fn averages_of_many_pictures_show_nothing_to_take_away() {
        let key = WatermarkKey::new([1; 32]);
        let (stands_out, left) = averaged(|number| Pose::new(&key, [number; 32], 1.into()));
        let (fixed_stands_out, fixed_left) = averaged(|_| Pose::new(&key, [0; 32], 1.into()));
        // If all pictures had one pose, the sync waves would remain: a quarter of the power.
        assert!(fixed_left > 0.2 && left < 0.03, "{left} of the power, and {fixed_left}");
        let both = (stands_out, fixed_stands_out);
        assert!(fixed_stands_out > 4.0 * stands_out, "the strongest waves: {both:?}");
    }
}
