//! The pattern of a clip, and adding it to frames: whole numbers only, once the clip has begun.

use rayon::prelude::*;
use types::MarkId;

use super::{TILE, canonical, lattice::Lattice};
use crate::{WatermarkKey, movie::Frame, picture::Plane};

/// The strength: the ratio of 255 to the root mean square of what is added, in dB.
const PSNR_DB: f64 = 42.0;
/// How many blocks, for which the strength is chosen, a square frame has on a side.
const BLOCKS: f64 = 120.0;
/// The energy of details from which a place hides no more, in squares of luma.
const ENERGY_MAX: f32 = 110.0;
/// The greatest factor of the power of the energy: frames that are flat all over get less than the
/// strength, because it would be seen, and need less, because nothing hides the mark from a reader.
const GAIN_MAX: f64 = 0.95;
/// Binary digits behind the point of the pattern, whose variance is 1, and of the strengths.
const PATTERN_BITS: u32 = 6;
const STRENGTH_BITS: u32 = 8;

/// What an id adds to frames of one size.
pub(super) struct Pattern {
    width: usize,
    samples: Vec<i16>,
    /// Pixels of a block on each side.
    block: usize,
}

impl Pattern {
    pub(super) fn new(key: &WatermarkKey, id: MarkId, (width, height): (usize, usize)) -> Self {
        let tile = Lattice::new(key).tile(id);
        let plane = Plane::by_rows(canonical((width, height)), |y, row| {
            let source = tile.row((y % TILE) as isize).iter().cycle();
            row.iter_mut().zip(source).for_each(|(sample, wave)| *sample = *wave);
        });
        let scale = f32::from(1_u16 << PATTERN_BITS);
        let samples = plane.resized(width, height);
        let samples = samples.samples().iter().map(|wave| (wave * scale).round() as i16).collect();
        let side = ((width * height) as f64).sqrt();
        Self { width, samples, block: ((side / BLOCKS).round() as usize).max(4) }
    }

    /// Adds the pattern to the luma of a frame of the pattern's size.
    pub(super) fn add(&self, frame: &mut Frame) {
        let strengths = Strengths::of(frame, self.block);
        let across = Between::all(self.width, self.block, strengths.across);
        let rows = frame.luma_mut().par_chunks_exact_mut(self.width).with_min_len(16);
        let rows = rows.zip(self.samples.par_chunks_exact(self.width)).enumerate();
        rows.for_each(|(y, (luma, pattern))| {
            let blocks = strengths.row(y, self.block);
            let pixels = luma.iter_mut().zip(pattern).zip(&across);
            pixels.for_each(|((luma, wave), place)| {
                let shift = (i32::from(*wave) * place.mix(&blocks) + ROUND) >> SHIFT;
                // `clamp` keeps it within a byte.
                *luma = (i32::from(*luma) + shift).clamp(0, 255) as u8;
            });
        });
    }
}

const SHIFT: u32 = PATTERN_BITS + STRENGTH_BITS;
const ROUND: i32 = 1 << (SHIFT - 1);

/// How strong the pattern is in each block of a frame.
struct Strengths {
    across: usize,
    values: Vec<i32>,
}

impl Strengths {
    /// A power of the energy of details around (masking grows more slowly than contrast: Legge and
    /// Foley 1980), scaled so that the whole frame has the mark's strength.
    fn of(frame: &Frame, block: usize) -> Self {
        let (width, height) = frame.size();
        let (across, down) = (width.div_ceil(block), height.div_ceil(block));
        let energy = Plane::by_rows((across, down), |y, row| {
            let rows = frame.luma().chunks_exact(width).skip(y * block).take(block);
            energies(rows, block, row);
        });
        let masks = energy.averaged(1).map(|energy| (energy.min(ENERGY_MAX) + 2.0).powf(0.4));
        let target = 255.0 / 10_f64.powf(PSNR_DB / 20.0);
        let gain = target / masks.mean(|mask| f64::from(mask).powi(2)).sqrt();
        let gain = gain.min(GAIN_MAX);
        let scale = gain as f32 * f32::from(1_u16 << STRENGTH_BITS);
        let values = masks.samples().iter().map(|mask| (mask * scale).round() as i32).collect();
        Self { across, values }
    }

    /// The strengths of the blocks across, at the height of a row of pixels.
    fn row(&self, y: usize, block: usize) -> Vec<i32> {
        let place = Between::new(y, block, self.values.len() / self.across.max(1));
        let row = |at: usize| self.values.iter().skip(at * self.across).take(self.across);
        row(place.first).zip(row(place.second)).map(|(a, b)| place.weigh(*a, *b)).collect()
    }
}

/// The variance of each block of some rows.
fn energies<'a>(rows: impl Iterator<Item = &'a [u8]>, block: usize, energies: &mut [f32]) {
    let mut sums = vec![(0_u32, 0_u32, 0_u32); energies.len()];
    for row in rows {
        for ((count, sum, squares), pixels) in sums.iter_mut().zip(row.chunks(block)) {
            *count += pixels.len() as u32;
            *sum += pixels.iter().map(|luma| u32::from(*luma)).sum::<u32>();
            *squares += pixels.iter().map(|luma| u32::from(*luma).pow(2)).sum::<u32>();
        }
    }
    for (energy, (count, sum, squares)) in energies.iter_mut().zip(sums) {
        let count = count.max(1) as f32;
        *energy = (squares as f32 / count - (sum as f32 / count).powi(2)).max(0.0);
    }
}

/// A pixel between the middles of two blocks.
#[derive(Clone, Copy)]
struct Between {
    first: usize,
    second: usize,
    /// How near it is to the second, of 256.
    share: i32,
}

impl Between {
    fn new(pixel: usize, block: usize, blocks: usize) -> Self {
        let last = blocks.saturating_sub(1);
        // In halves of pixels, from the middle of the first block.
        let from = (2 * pixel + 1).saturating_sub(block);
        let first = (from / (2 * block)).min(last);
        let share = (from % (2 * block) * 256 / (2 * block)) as i32;
        Self { first, second: (first + 1).min(last), share }
    }

    fn all(pixels: usize, block: usize, blocks: usize) -> Vec<Self> {
        (0..pixels).map(|pixel| Self::new(pixel, block, blocks)).collect()
    }

    const fn weigh(self, first: i32, second: i32) -> i32 {
        first + (((second - first) * self.share) >> 8)
    }

    fn mix(self, blocks: &[i32]) -> i32 {
        let at = |block: usize| blocks.get(block).copied().unwrap_or_default();
        self.weigh(at(self.first), at(self.second))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(luma: impl Fn(usize, usize) -> u8) -> Frame {
        let (width, height) = (320, 240);
        let mut planes: Vec<u8> =
            (0..width * height).map(|at| luma(at % width, at / width)).collect();
        planes.resize(width * height * 3 / 2, 128);
        Frame::planar((width, height), &planes).unwrap()
    }

    fn psnr(before: &Frame, after: &Frame) -> f64 {
        let pairs = before.luma().iter().zip(after.luma());
        let error: f64 = pairs.map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2)).sum();
        10.0 * (65025.0 * before.luma().len() as f64 / error).log10()
    }

    fn marked(frame: &Frame) -> Frame {
        let mut marked = frame.clone();
        let pattern = Pattern::new(&WatermarkKey::new([1; 32]), MarkId::from(5), frame.size());
        pattern.add(&mut marked);
        marked
    }

    #[test]
    fn the_strength_is_what_it_is_said_to_be() {
        let lively = frame(|x, y| (60 + x * 7 * y % 120) as u8);
        let found = psnr(&lively, &marked(&lively));
        assert!((found - PSNR_DB).abs() < 0.4, "{found}");
    }

    #[test]
    fn flat_frames_get_less_and_flat_places_least() {
        let flat = frame(|_, _| 90);
        let found = psnr(&flat, &marked(&flat));
        assert!((45.0..49.0).contains(&found), "{found}");
        let half = frame(|x, y| if x < 160 { 90 } else { (60 + x * 7 * y % 120) as u8 });
        let after = marked(&half);
        let change = |from: usize| -> u64 {
            let rows = half.luma().chunks(320).zip(after.luma().chunks(320));
            let pixels =
                rows.flat_map(|(a, b)| a[from..from + 120].iter().zip(&b[from..from + 120]));
            pixels.map(|(a, b)| u64::from(a.abs_diff(*b))).sum()
        };
        assert!(change(0) * 2 < change(200), "{} {}", change(0), change(200));
    }

    #[test]
    fn black_and_white_stay_within_a_byte() {
        for luma in [0, 255] {
            let frame = frame(|_, _| luma);
            assert!(marked(&frame).luma().iter().all(|found| found.abs_diff(luma) < 20));
        }
    }

    #[test]
    fn pixels_lie_between_the_middles_of_blocks() {
        let at = |pixel| {
            let place = Between::new(pixel, 8, 3);
            (place.first, place.second, place.weigh(0, 256))
        };
        assert_eq!(
            [at(0), at(4), at(8), at(23)],
            [(0, 1, 0), (0, 1, 16), (0, 1, 144), (2, 2, 112)]
        );
    }
}
