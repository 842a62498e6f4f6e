//! Adding the pattern to a picture.

use rustfft::{FftDirection, num_complex::Complex32};
use types::{MarkId, MediaType};

use super::{TILE, canonical, fourier, lattice::Lattice, payload};
use crate::{
    WatermarkError, WatermarkKey,
    picture::{self, Plane},
};

/// The least number of pixels on each side.
const SIDE_MIN: u32 = 320;
/// The strength: the ratio of 255 to the root mean square of the pattern, in dB.
const PSNR_DB: f64 = 42.0;
/// The share of the pattern's power in its sync waves.
const SYNC_POWER: f64 = 0.15;
/// The energy of details from which a place hides no more, in squares of luma.
const ENERGY_MAX: f32 = 110.0;

/// Marks a PNG or JPEG file with `id`; the format, transparency and metadata stay.
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
    picture::sniffed(file, media_type)?;
    let mut picture = picture::decode(file)?;
    let (width, height) = (picture.width(), picture.height());
    if width.min(height) < SIDE_MIN {
        return Err(WatermarkError::TooSmall { width, height, min: SIDE_MIN });
    }
    let pattern = pattern(&Lattice::new(key), &picture::luma(&picture), id);
    picture::add(&mut picture, &pattern);
    picture::encode(&picture, media_type, file)
}

/// What is added to a picture of this luma.
fn pattern(lattice: &Lattice, luma: &Plane, id: MarkId) -> Plane {
    let (width, height) = canonical(luma.width(), luma.height());
    let plane = luma.resized(width, height);
    let tile = tile(lattice, id);
    let mask = mask(&plane);
    let masked = Plane::by_rows((width, height), |y, row| {
        let source = tile.row((y % TILE) as isize).iter().cycle().zip(mask.row(y as isize));
        row.iter_mut().zip(source).for_each(|(sample, (wave, mask))| *sample = wave * mask);
    });
    let pattern = masked.resized(luma.width(), luma.height());
    let strength = gain(&pattern, luma);
    pattern.map(|sample| sample * strength)
}

/// How much each place of a picture hides: a power of the energy of its details (masking grows
/// more slowly than contrast: Legge and Foley 1980). Without a limit the few edges of a flat picture
/// would take the whole pattern, and what they take is lost beside them when it is read.
fn mask(plane: &Plane) -> Plane {
    let details = plane.blurred(4.0).zip(plane, |mean, luma| (luma - mean) * (luma - mean));
    details.blurred(5.0).map(|energy| (energy.min(ENERGY_MAX) + 2.0).powf(0.4))
}

/// The factor that gives the pattern its strength where black and white do not cut it off.
fn gain(pattern: &Plane, luma: &Plane) -> f32 {
    let target = 255.0 / 10_f64.powf(PSNR_DB / 20.0);
    let mut gain = target / pattern.mean(|sample| f64::from(sample).powi(2)).sqrt();
    for _ in 0..2 {
        let factor = gain as f32;
        let cut = pattern
            .clone()
            .zip(luma, |sample, luma| (luma + factor * sample).clamp(0.0, 255.0) - luma);
        gain *= target / cut.mean(|sample| f64::from(sample).powi(2)).sqrt();
    }
    gain as f32
}

/// One period of the pattern, with variance 1.
fn tile(lattice: &Lattice, id: MarkId) -> Plane {
    let mut spectrum = vec![Complex32::default(); TILE * TILE];
    let amplitude = |power: f64, waves: usize| (2.0 * power / waves as f64).sqrt() as f32;
    let sync = amplitude(SYNC_POWER, lattice.sync.len());
    let carrier = amplitude(1.0 - SYNC_POWER, lattice.payload.len());
    let word = payload::encode(id);
    let signs = word.iter().map(|bit| if *bit { -carrier } else { carrier }).cycle();
    let waves = lattice.sync.iter().zip(std::iter::repeat_n(sync, usize::MAX));
    for (wave, amplitude) in waves.chain(lattice.payload.iter().zip(signs)) {
        let side = TILE as i32;
        let (x, y) = (wave.across.rem_euclid(side) as usize, wave.down.rem_euclid(side) as usize);
        // The real part of the inverse transform of one of the two opposite frequencies.
        if let Some(bin) = spectrum.get_mut(x * TILE + y) {
            *bin = Complex32::from_polar(amplitude, wave.phase);
        }
    }
    fourier::transform(&mut spectrum, TILE, FftDirection::Inverse);
    Plane::by_rows((TILE, TILE), |y, row| {
        let source = spectrum.iter().skip(y * TILE);
        row.iter_mut().zip(source).for_each(|(sample, value)| *sample = value.re);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tile_has_the_waves_of_its_lattice() {
        let lattice = Lattice::new(&WatermarkKey::new([1; 32]));
        let tile = tile(&lattice, MarkId::from(5));
        let power = tile.mean(|sample| f64::from(sample).powi(2));
        assert!((power - 1.0).abs() < 1e-3, "{power}");
        let wave = lattice.sync[3];
        let mut sum = 0.0;
        for (y, row) in tile.rows().enumerate() {
            for (x, sample) in row.iter().enumerate() {
                let turns =
                    (wave.across as f32 * x as f32 + wave.down as f32 * y as f32) / TILE as f32;
                sum += sample * (std::f32::consts::TAU * turns + wave.phase).cos();
            }
        }
        let expected = (2.0 * SYNC_POWER / 22.0).sqrt() / 2.0;
        let found = f64::from(sum) / (TILE * TILE) as f64;
        assert!((found - expected).abs() < 1e-3, "{found} is not {expected}");
    }

    #[test]
    fn the_strength_is_what_it_is_said_to_be() {
        let luma = Plane::by_rows((400, 500), |y, row| {
            row.iter_mut().enumerate().for_each(|(x, luma)| *luma = ((x * y) % 256) as f32);
        });
        let pattern = pattern(&Lattice::new(&WatermarkKey::new([1; 32])), &luma, MarkId::from(5));
        let cut = pattern.zip(&luma, |sample, luma| (luma + sample).clamp(0.0, 255.0) - luma);
        let psnr = 20.0 * (255.0 / cut.mean(|sample| f64::from(sample).powi(2)).sqrt()).log10();
        assert!((psnr - PSNR_DB).abs() < 0.3, "{psnr}");
    }
}
