//! The waves of a picture, each as strong as it stands out from its neighbours.

use rustfft::{FftDirection, num_complex::Complex32};

use super::{canonical, fourier};
use crate::picture::Plane;

/// The side of the padded plane: wave numbers are in cycles per `SIDE` pixels.
pub(super) const SIDE: usize = 2048;
/// The greatest wave number that is kept: 0.175 cycles per pixel, shrunk to 1 / 1.4.
const REACH: usize = 512;
/// Half the width of the neighbourhood, in wave numbers.
const NEIGHBOURS: usize = 20;
/// Bins on each side from which a wave between bins is read.
const TAPS: isize = 4;

/// The right half of the spectrum of a picture's canonical plane, centred on the picture.
pub(super) struct Spectrum {
    /// `values[across][down + REACH]`, whitened: the mean power of every neighbourhood is 1.
    values: Vec<Complex32>,
    kernel: Kernel,
}

const DOWN: usize = 2 * REACH + 1;

impl Spectrum {
    pub(super) fn new(luma: &Plane) -> Self {
        let (width, height) = canonical(luma.width(), luma.height());
        let plane = normalised(&luma.resized(width, height));
        let mut values = half(&plane);
        whiten(&mut values);
        Self { values, kernel: Kernel::new() }
    }

    /// The powers of the bins within `reach` wave numbers, each the greatest of itself and its
    /// eight neighbours: a coarse search must not fall between bins.
    pub(super) fn powers(&self) -> Powers {
        let bins: Vec<f32> = self.values.iter().map(|value| value.norm_sqr().min(12.0)).collect();
        let column =
            |across: usize| bins.get(across * DOWN..(across + 1) * DOWN).unwrap_or_default();
        let mut powers = Vec::with_capacity(bins.len());
        for across in 0..=REACH {
            let near =
                [column(across.saturating_sub(1)), column(across), column((across + 1).min(REACH))];
            powers.extend((0..DOWN).map(|down| {
                let window = down.saturating_sub(1)..(down + 2).min(DOWN);
                let values =
                    near.iter().flat_map(|column| column.get(window.clone()).unwrap_or_default());
                values.copied().fold(0.0, f32::max)
            }));
        }
        Powers(powers)
    }

    /// The wave with these numbers, read between the bins. Opposite waves are conjugate.
    pub(super) fn wave(&self, across: f32, down: f32) -> Complex32 {
        if across < 0.0 {
            return self.right_wave(-across, -down).conj();
        }
        self.right_wave(across, down)
    }

    fn right_wave(&self, across: f32, down: f32) -> Complex32 {
        let (column, columns) = self.kernel.at(across);
        let (row, rows) = self.kernel.at(down + REACH as f32);
        let mut sum = Complex32::default();
        for (column, weight) in (column..).zip(columns) {
            // The left half is the mirror image of the right one.
            let mirrored = column < 0;
            let bins = self.values.get(column.unsigned_abs() * DOWN..).unwrap_or_default();
            for (row, other) in (row..).zip(rows) {
                let row = if mirrored { DOWN as isize - 1 - row } else { row };
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
pub(super) struct Powers(Vec<f32>);

impl Powers {
    /// The power near the wave with these numbers; 0 out of reach.
    pub(super) fn near(&self, across: f32, down: f32) -> f32 {
        let (across, down) = if across < 0.0 { (-across, -down) } else { (across, down) };
        let row = down + (REACH as f32 + 0.5);
        if across >= REACH as f32 || row < 0.0 || row >= DOWN as f32 {
            return 0.0;
        }
        self.0.get((across + 0.5) as usize * DOWN + row as usize).copied().unwrap_or_default()
    }
}

/// Details of a plane, all of the same contrast: edges must not outshout the mark.
fn normalised(plane: &Plane) -> Plane {
    let details = plane.blurred(3.5).zip(plane, |mean, luma| luma - mean);
    let energy = details.clone().map(|detail| detail * detail).blurred(6.0);
    details.zip(&energy, |detail, energy| (detail / (energy.sqrt() + 1.0)).clamp(-3.0, 3.0))
}

/// The right half of the transform of `plane`, as if its middle were at the origin.
fn half(plane: &Plane) -> Vec<Complex32> {
    let (width, height) = (plane.width().min(SIDE), plane.height().min(SIDE));
    // A very long plane keeps its middle.
    let (left, top) = ((plane.width() - width) / 2, (plane.height() - height) / 2);
    let (taper_x, taper_y) = (taper(width), taper(height));
    let wrap = |at: usize, length: usize| (at + SIDE - length / 2) % SIDE;
    let mut rows = vec![Complex32::default(); SIDE * height];
    for ((y, row), fade) in rows.chunks_exact_mut(SIDE).enumerate().zip(&taper_y) {
        let source = plane.row((top + y) as isize).iter().skip(left).zip(&taper_x).enumerate();
        for (x, (sample, other)) in source {
            if let Some(value) = row.get_mut(wrap(x, width)) {
                value.re = sample * fade * other;
            }
        }
    }
    fourier::rows(&mut rows, SIDE, FftDirection::Forward);
    let mut columns = vec![Complex32::default(); SIDE * (REACH + 1)];
    for (y, row) in rows.chunks_exact(SIDE).enumerate() {
        let at = wrap(y, height);
        for (column, value) in columns.chunks_exact_mut(SIDE).zip(row) {
            if let Some(place) = column.get_mut(at) {
                *place = *value;
            }
        }
    }
    fourier::rows(&mut columns, SIDE, FftDirection::Forward);
    let kept = columns.chunks_exact(SIDE).flat_map(|column| {
        let (positive, negative) = column.split_at(SIDE / 2);
        let negative = negative.iter().skip(SIDE / 2 - REACH);
        negative.chain(positive.iter().take(REACH + 1)).copied()
    });
    kept.collect()
}

/// A window that falls to zero near the ends only: the fourth root of Hann's.
fn taper(length: usize) -> Vec<f32> {
    let step = std::f32::consts::PI / (length + 1) as f32;
    (1..=length).map(|at| (step * at as f32).sin().sqrt()).collect()
}

/// Divides by the root of the mean power around each bin.
fn whiten(values: &mut [Complex32]) {
    let powers = Plane::by_rows((DOWN, REACH + 1), |across, row| {
        let source = values.iter().skip(across * DOWN);
        row.iter_mut().zip(source).for_each(|(power, value)| *power = value.norm_sqr());
    });
    let means = powers.averaged(NEIGHBOURS);
    values.iter_mut().zip(means.samples()).for_each(|(value, mean)| *value /= (mean + 1e-6).sqrt());
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
