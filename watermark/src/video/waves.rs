//! The waves of a plane of details, each as strong as it stands out from its neighbours.

use rustfft::{FftDirection, num_complex::Complex32};

use crate::{image::fourier, picture::Plane};

/// The side of the padded plane: wave numbers are in cycles per `SIDE` pixels.
pub(super) const SIDE: usize = 1024;
/// The greatest wave number that is kept: the shortest wave, seen at 1.35 of its frequency.
const REACH: usize = 232;
const DOWN: usize = 2 * REACH + 1;
/// Half the width of the neighbourhood, in wave numbers.
const NEIGHBOURS: usize = 10;
/// Bins on each side from which a wave between bins is read.
const TAPS: isize = 4;

/// The right half of the spectrum of a plane, as if the plane's middle were at the origin.
pub(super) struct Waves {
    /// By `across`, then by `down + REACH`; the mean power of every neighbourhood is 1.
    values: Vec<Complex32>,
}

impl Waves {
    pub(super) fn of(plane: &Plane) -> Self {
        let mut values = right_half(plane);
        let powers = Plane::by_rows((DOWN, REACH + 1), |across, row| {
            let source = values.iter().skip(across * DOWN);
            row.iter_mut().zip(source).for_each(|(power, value)| *power = value.norm_sqr());
        });
        let means = powers.averaged(NEIGHBOURS);
        let pairs = values.iter_mut().zip(means.samples());
        pairs.for_each(|(value, mean)| *value /= (mean + 1e-6).sqrt());
        Self { values }
    }

    /// The wave with these numbers, read between the bins with a windowed sinc. Opposite waves are
    /// conjugate.
    pub(super) fn at(&self, across: f32, down: f32) -> Complex32 {
        let mirrored = across < 0.0;
        let (across, down) = if mirrored { (-across, -down) } else { (across, down) };
        let (column, row) = (across.floor(), (down + REACH as f32).floor());
        let columns = weights(across - column);
        let rows = weights(down + REACH as f32 - row);
        let (column, row) = (column as isize - (TAPS - 1), row as isize - (TAPS - 1));
        let mut sum = Complex32::default();
        for (column, weight) in (column..).zip(columns) {
            // The left half is the mirror image of the right one.
            let is_left = column < 0;
            let bins = self.values.get(column.unsigned_abs() * DOWN..).unwrap_or_default();
            let bins = bins.get(..DOWN).unwrap_or_default();
            for (row, other) in (row..).zip(rows) {
                let row = if is_left { DOWN as isize - 1 - row } else { row };
                let value = usize::try_from(row).ok().and_then(|row| bins.get(row).copied());
                let value = value.unwrap_or_default();
                sum += if is_left { value.conj() } else { value } * (weight * other);
            }
        }
        if mirrored { sum.conj() } else { sum }
    }

    /// The powers for a coarse search, each the greatest of a bin and its eight neighbours.
    pub(super) fn powers(&self) -> Powers {
        // One bin must not decide: a logo or a grid has few, but very strong waves.
        let plane = Plane::by_rows((DOWN, REACH + 1), |across, row| {
            let source = self.values.iter().skip(across * DOWN);
            row.iter_mut()
                .zip(source)
                .for_each(|(power, value)| *power = value.norm_sqr().min(12.0));
        });
        Powers(Plane::by_rows((DOWN, REACH + 1), |across, row| {
            let near = [-1, 0, 1].map(|step| plane.row(across as isize + step));
            for (down, power) in row.iter_mut().enumerate() {
                let window = down.saturating_sub(1)..(down + 2).min(DOWN);
                let bins = near.iter().flat_map(|row| row.get(window.clone()).unwrap_or_default());
                *power = bins.copied().fold(0.0, f32::max);
            }
        }))
    }
}

/// Powers for the coarse search.
pub(super) struct Powers(Plane);

impl Powers {
    /// The power near the wave with these numbers; 0 out of reach.
    pub(super) fn near(&self, across: f32, down: f32) -> f32 {
        let (across, down) = if across < 0.0 { (-across, -down) } else { (across, down) };
        let row = down + (REACH as f32 + 0.5);
        if across >= REACH as f32 || row < 0.0 || row >= DOWN as f32 {
            return 0.0;
        }
        let at = (across + 0.5) as usize * DOWN + row as usize;
        self.0.samples().get(at).copied().unwrap_or_default()
    }
}

/// The transform of `plane` without scaling, as far as `REACH`.
fn right_half(plane: &Plane) -> Vec<Complex32> {
    let (width, height) = (plane.width().min(SIDE), plane.height().min(SIDE));
    // A very long plane keeps its middle.
    let (left, top) = ((plane.width() - width) / 2, (plane.height() - height) / 2);
    let (fade_x, fade_y) = (fades(width), fades(height));
    let wrap = |at: usize, length: usize| (at + SIDE - length / 2) % SIDE;
    let mut rows = vec![Complex32::default(); SIDE * height];
    for ((y, row), fade) in rows.chunks_exact_mut(SIDE).enumerate().zip(&fade_y) {
        let source = plane.row((top + y) as isize).iter().skip(left).zip(&fade_x).enumerate();
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
        let negative = column.iter().skip(SIDE - REACH);
        negative.chain(column.iter().take(REACH + 1)).copied()
    });
    kept.collect()
}

/// A window that falls to zero near the ends only: the fourth root of Hann's.
fn fades(length: usize) -> Vec<f32> {
    let step = std::f32::consts::PI / (length + 1) as f32;
    (1..=length).map(|at| (step * at as f32).sin().sqrt()).collect()
}

/// What the bins around a position count that lies `between` the two in the middle.
fn weights(between: f32) -> [f32; 2 * TAPS as usize] {
    std::array::from_fn(|tap| {
        let x = (tap as isize - (TAPS - 1)) as f32 - between;
        let angle = std::f32::consts::PI * x;
        let window = (angle / (2 * TAPS) as f32).cos().powi(2);
        if angle.abs() < 1e-4 { 1.0 } else { angle.sin() / angle * window }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wave_between_bins_is_found_with_its_phase() {
        let (across, down, phase) = (71.3_f32, -40.6_f32, 1.0_f32);
        let plane = Plane::by_rows((640, 360), |y, row| {
            row.iter_mut().enumerate().for_each(|(x, sample)| {
                let turns = (across * (x as f32 - 320.0) + down * (y as f32 - 180.0)) / SIDE as f32;
                *sample = (std::f32::consts::TAU * turns + phase).cos();
            });
        });
        let waves = Waves::of(&plane);
        let found = waves.at(across, down);
        assert!(found.norm() > 3.0 && (found.arg() - phase).abs() < 0.05, "{found}");
        let opposite = waves.at(-across, -down);
        assert!((opposite - found.conj()).norm() < 1e-4);
        assert!(waves.at(150.0, 100.0).norm() < 1.0);
        assert!(waves.powers().near(across, down) > 9.0);
    }
}
