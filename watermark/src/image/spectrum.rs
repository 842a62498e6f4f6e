//! The waves of a picture, each as strong as it stands out from its neighbours.

#![expect(
    clippy::indexing_slicing,
    reason = "rows and columns are cut to the size of their arrays"
)]

use rayon::prelude::*;
use rustfft::{FftDirection, num_complex::Complex32};

use super::{TILE, canonical_scale, fourier, mask};
use crate::picture::Plane;

/// The side of the padded plane of the first octave.
const SIDE: usize = 2048;
/// Half the width of the neighbourhood in which waves are compared, in wave numbers.
const NEIGHBOURS: usize = 20;
/// Bins on each side from which a wave between bins is read.
const TAPS: isize = 4;
/// The power above which a bin counts no more in a coarse search, as multiples of the mean.
const POWER_MAX: f32 = 12.0;

/// The right half of the spectrum of a picture's plane, centred on the picture.
///
/// Octave 0 shows the canonical plane, each further one a plane with half its sides. A pattern that
/// was enlarged by a crop is read where its waves have about the length that they were made with.
pub(super) struct Spectrum {
    /// `values[across][down + reach]`, whitened: the mean power of every neighbourhood is 1.
    values: Vec<Complex32>,
    /// What each of them was divided by.
    levels: Plane,
    /// The greatest wave number that is kept: a quarter of a cycle per pixel.
    reach: usize,
    kernel: Kernel,
}

impl Spectrum {
    /// The spectra of a picture's octaves.
    pub(super) fn octaves(luma: &Plane, octaves: u32) -> Vec<Self> {
        let (width, height) = (luma.width(), luma.height());
        let mut plane: Option<Plane> = None;
        let planes = (0..octaves).map(|octave| {
            let scale = canonical_scale(width, height) / f64::from(1_u32 << octave);
            let scaled = |pixels: usize| ((pixels as f64 * scale).round() as usize).max(1);
            let resized = plane.as_ref().unwrap_or(luma).resized(scaled(width), scaled(height));
            plane.insert(resized).clone()
        });
        let planes: Vec<Plane> = planes.collect();
        let sides = planes.into_par_iter().enumerate();
        sides.map(|(octave, plane)| Self::new(&plane, SIDE >> octave)).collect()
    }

    fn new(plane: &Plane, side: usize) -> Self {
        let reach = side / 4;
        let mut values = half(&normalised(plane), side);
        let levels = whiten(&mut values, reach);
        Self { values, levels, reach, kernel: Kernel::new() }
    }

    /// Wave numbers of this spectrum for each period of the tile.
    pub(super) const fn per_period(&self) -> f32 {
        (4 * self.reach / TILE) as f32
    }

    const fn down(&self) -> usize {
        2 * self.reach + 1
    }

    /// The powers of all bins, each the greatest of itself and its eight neighbours: a coarse
    /// search must not fall between bins.
    pub(super) fn powers(&self) -> Powers {
        let (down, reach) = (self.down(), self.reach);
        let power =
            |value: &Complex32| (value.norm_sqr().min(POWER_MAX) * (255.0 / POWER_MAX)) as u8;
        let bins: Vec<u8> = self.values.iter().map(power).collect();
        // Greatest along each column, then across.
        let mut tall = bins.clone();
        for (tall, column) in tall.chunks_exact_mut(down).zip(bins.chunks_exact(down)) {
            for (tall, window) in tall.iter_mut().skip(1).zip(column.windows(3)) {
                *tall = window[0].max(window[1]).max(window[2]);
            }
        }
        // The whole plane, so that looking up needs no mirror.
        let mut greatest = vec![0; down * down];
        for across in 0..=reach {
            let near = [across.saturating_sub(1), across, (across + 1).min(reach)];
            for row in 0..down {
                let most = near.map(|across| tall[across * down + row]);
                let most = most[0].max(most[1]).max(most[2]);
                greatest[(reach + across) * down + row] = most;
                greatest[(reach - across) * down + down - 1 - row] = most;
            }
        }
        Powers { greatest, reach, per_period: self.per_period() }
    }

    /// The strength of the wave with these numbers, from the four bins around it.
    pub(super) fn strength(&self, across: f32, down: f32) -> f32 {
        let sign = if across < 0.0 { -1.0 } else { 1.0 };
        let (across, down) = (sign * across, sign * down + self.reach as f32);
        if across >= self.reach as f32 || down < 0.0 || down >= (2 * self.reach) as f32 {
            return 0.0;
        }
        let (column, row) = (across as usize, down as usize);
        let (x, y) = (across - column as f32, down - row as f32);
        let power = |column: usize, row: usize| self.values[column * self.down() + row].norm_sqr();
        let upper = power(column, row) * (1.0 - y) + power(column, row + 1) * y;
        let lower = power(column + 1, row) * (1.0 - y) + power(column + 1, row + 1) * y;
        (upper * (1.0 - x) + lower * x).sqrt().min(6.0)
    }

    /// How strong waves near this one are in the picture.
    pub(super) fn level(&self, across: f32, down: f32) -> f32 {
        let sign = if across < 0.0 { -1.0 } else { 1.0 };
        let row = self.levels.row((sign * across) as isize);
        row.get((sign * down + self.reach as f32) as usize).copied().unwrap_or(f32::MAX)
    }

    /// The wave with these numbers, read between the bins. Opposite waves are conjugate.
    pub(super) fn wave(&self, across: f32, down: f32) -> Complex32 {
        if across < 0.0 {
            return self.right_wave(-across, -down).conj();
        }
        self.right_wave(across, down)
    }

    fn right_wave(&self, across: f32, down: f32) -> Complex32 {
        let height = self.down();
        let (column, columns) = self.kernel.at(across);
        let (row, rows) = self.kernel.at(down + self.reach as f32);
        let mut sum = Complex32::default();
        for (column, weight) in (column..).zip(columns) {
            // The left half is the mirror image of the right one.
            let mirrored = column < 0;
            let bins = self.values.get(column.unsigned_abs() * height..).unwrap_or_default();
            for (row, other) in (row..).zip(rows) {
                let row = if mirrored { height as isize - 1 - row } else { row };
                let Some(value) = usize::try_from(row).ok().and_then(|row| bins.get(row)) else {
                    continue;
                };
                let value = if mirrored { value.conj() } else { *value };
                sum += value * (weight * other);
            }
        }
        sum
    }
}

/// Powers for the coarse search.
pub(super) struct Powers {
    greatest: Vec<u8>,
    reach: usize,
    /// Wave numbers for each period of the tile.
    pub(super) per_period: f32,
}

impl Powers {
    /// The same with half the resolution, for a search that steps twice as far.
    pub(super) fn coarse(&self) -> Self {
        let (reach, height) = (self.reach / 2, 2 * self.reach + 1);
        let down = 2 * reach + 1;
        let mut greatest = Vec::with_capacity(down * down);
        for x in 0..down {
            for y in 0..down {
                let near =
                    |at: usize| [(2 * at).saturating_sub(1), 2 * at, (2 * at + 1).min(height - 1)];
                let most = near(x).map(|x| near(y).map(|y| self.greatest[x * height + y]));
                greatest.push(most.as_flattened().iter().copied().max().unwrap_or_default());
            }
        }
        Self { greatest, reach, per_period: self.per_period / 2.0 }
    }

    /// Adds the power near the wave with these numbers, which must be in reach, to each sum;
    /// `step` is what the numbers grow by from sum to sum.
    pub(super) fn sum(&self, start: (f32, f32), step: (f32, f32), sums: &mut [u16]) {
        // 16 bits behind the point are enough for thousands of steps.
        let fixed = |number: f32| (number * 65536.0) as i32;
        let middle = self.reach as f32 + 0.5;
        let (mut across, mut down) = (fixed(start.0 + middle), fixed(start.1 + middle));
        let (right, below) = (fixed(step.0), fixed(step.1));
        let height = 2 * self.reach + 1;
        for sum in sums {
            let (x, y) = ((across >> 16) as usize, (down >> 16) as usize);
            if y < height {
                *sum += u16::from(
                    self.greatest.get(x.wrapping_mul(height).wrapping_add(y)).copied().unwrap_or(0),
                );
            }
            across += right;
            down += below;
        }
    }
}

/// Details of a plane, all of the same contrast, and then as strong as a mark would be beside
/// them: edges must not outshout the mark.
fn normalised(plane: &Plane) -> Plane {
    let details = plane.smoothed(3.5).zip(plane, |mean, luma| luma - mean);
    let energy = details.clone().map(|detail| detail * detail).smoothed(3.5);
    details.zip(&energy, |detail, energy| {
        let deviation = energy.sqrt() + 1.0;
        (detail / deviation).clamp(-3.0, 3.0) * mask::strength(energy) / deviation
    })
}

/// The right half of the transform of `plane`, as if its middle were at the origin.
fn half(plane: &Plane, side: usize) -> Vec<Complex32> {
    let reach = side / 4;
    let (width, height) = (plane.width().min(side), plane.height().min(side));
    // A very long plane keeps its middle.
    let (left, top) = ((plane.width() - width) / 2, (plane.height() - height) / 2);
    let (taper_x, taper_y) = (taper(width), taper(height));
    let wrap = |at: usize, length: usize| (at + side - length / 2) % side;
    // Two real rows are transformed as one complex row.
    let pairs = height.div_ceil(2);
    let mut rows = vec![Complex32::default(); side * pairs];
    for (pair, row) in rows.chunks_exact_mut(side).enumerate() {
        for part in 0..2.min(height - 2 * pair) {
            let y = 2 * pair + part;
            let source = plane.row((top + y) as isize).iter().skip(left).zip(&taper_x).enumerate();
            for (x, (sample, fade)) in source {
                let value = sample * fade * taper_y[y];
                let place = &mut row[wrap(x, width)];
                if part == 0 { place.re = value } else { place.im = value }
            }
        }
    }
    fourier::rows(&mut rows, side, FftDirection::Forward);
    let mut columns = vec![Complex32::default(); side * (reach + 1)];
    for (pair, row) in rows.chunks_exact(side).enumerate() {
        let (first, second) = (wrap(2 * pair, height), wrap(2 * pair + 1, height));
        for (at, column) in columns.chunks_exact_mut(side).enumerate() {
            let (here, mirror) = (row[at], row[(side - at) % side].conj());
            column[first] = (here + mirror) * 0.5;
            if 2 * pair + 1 < height {
                column[second] = (here - mirror) * Complex32::new(0.0, -0.5);
            }
        }
    }
    fourier::rows(&mut columns, side, FftDirection::Forward);
    let kept = columns.chunks_exact(side).flat_map(|column| {
        let (positive, negative) = column.split_at(side / 2);
        let negative = negative.iter().skip(side / 2 - reach);
        negative.chain(positive.iter().take(reach + 1)).copied()
    });
    kept.collect()
}

/// A window that falls to zero near the ends only: the fourth root of Hann's.
fn taper(length: usize) -> Vec<f32> {
    let step = std::f32::consts::PI / (length + 1) as f32;
    (1..=length).map(|at| (step * at as f32).sin().sqrt()).collect()
}

/// Divides by the root of the mean power around each bin.
fn whiten(values: &mut [Complex32], reach: usize) -> Plane {
    let down = 2 * reach + 1;
    let powers = Plane::by_rows((down, reach + 1), |across, row| {
        let source = values.iter().skip(across * down);
        row.iter_mut().zip(source).for_each(|(power, value)| *power = value.norm_sqr());
    });
    let levels = powers.averaged(NEIGHBOURS).map(|mean| (mean + 1e-6).sqrt());
    values.iter_mut().zip(levels.samples()).for_each(|(value, level)| *value /= *level);
    levels
}

/// A windowed sinc that reads a band-limited function between its samples.
struct Kernel(Vec<[f32; 2 * TAPS as usize]>);

/// Positions between two samples that are told apart.
const STEPS: usize = 256;

impl Kernel {
    fn new() -> Self {
        let weights = |step: usize| {
            let between = step as f32 / STEPS as f32;
            std::array::from_fn(|tap| {
                let x = (tap as isize - (TAPS - 1)) as f32 - between;
                let window = (std::f32::consts::FRAC_PI_2 * x / TAPS as f32).cos().powi(2);
                let angle = std::f32::consts::PI * x;
                if angle.abs() < 1e-4 { 1.0 } else { angle.sin() / angle * window }
            })
        };
        Self((0..=STEPS).map(weights).collect())
    }

    /// The first sample that counts, and the weights from there on.
    fn at(&self, position: f32) -> (isize, &[f32]) {
        let floor = position.floor();
        let step = ((position - floor) * STEPS as f32).round() as usize;
        let weights = self.0.get(step).map_or(&[][..], |weights| weights);
        (floor as isize - (TAPS - 1), weights)
    }
}
