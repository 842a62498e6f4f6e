//! Resizing and blurring of planes.
//!
//! The `image` crate clamps floating samples to 0–1; patterns are signed, so this is done here.

use super::Plane;

impl Plane {
    /// The plane at another size: Catmull-Rom interpolation, widened to average when shrinking.
    pub(crate) fn resized(&self, width: usize, height: usize) -> Self {
        let across = Taps::all(self.width(), width);
        let narrow = Self::by_rows((width, self.height()), |y, row| {
            let source = self.row(y as isize);
            for (sample, taps) in row.iter_mut().zip(&across) {
                let window = source.get(taps.first..).unwrap_or_default();
                *sample = window.iter().zip(&taps.weights).map(|(s, w)| s * w).sum();
            }
        });
        let down = Taps::all(self.height(), height);
        Self::by_rows((width, height), |y, row| {
            let Some(taps) = down.get(y) else { return };
            for (source, weight) in (taps.first..).zip(&taps.weights) {
                add_scaled(row, narrow.row(source as isize), *weight);
            }
        })
    }

    /// Nearly [`Plane::blurred`], for widths of several samples: at half the size, then enlarged.
    pub(crate) fn smoothed(&self, sigma: f32) -> Self {
        let half = |side: usize| side.div_ceil(2);
        let small = Self::by_rows((half(self.width()), half(self.height())), |y, row| {
            let (upper, lower) = (self.row(2 * y as isize), self.row(2 * y as isize + 1));
            let last = |row: &[f32]| row.last().copied().unwrap_or_default();
            for ((sample, upper), lower) in row.iter_mut().zip(upper.chunks(2)).zip(lower.chunks(2))
            {
                let sum = |pair: &[f32]| pair.first().copied().unwrap_or_default() + last(pair);
                *sample = 0.25 * (sum(upper) + sum(lower));
            }
        });
        // Averaging pairs and straight lines between samples blur a little, too.
        let small = small.blurred((sigma * sigma / 4.0 - 0.25).sqrt());
        Self::by_rows((self.width(), self.height()), |y, row| {
            let (near, far) =
                (y / 2, if y % 2 == 0 { (y / 2) as isize - 1 } else { (y / 2) as isize + 1 });
            let (near, far) = (small.row(near as isize), small.row(far));
            let at = |x: usize| {
                let value = |row: &[f32]| row.get(x).copied().unwrap_or_default();
                0.75 * value(near) + 0.25 * value(far)
            };
            let last = near.len().saturating_sub(1);
            let (mut before, mut here) = (at(0), at(0));
            for (x, pair) in row.chunks_mut(2).enumerate() {
                let after = at((x + 1).min(last));
                if let Some(left) = pair.first_mut() {
                    *left = 0.75 * here + 0.25 * before;
                }
                if let Some(right) = pair.get_mut(1) {
                    *right = 0.75 * here + 0.25 * after;
                }
                (before, here) = (here, after);
            }
        })
    }

    /// The plane averaged with Gaussian weights of standard deviation `sigma`, in samples.
    pub(crate) fn blurred(&self, sigma: f32) -> Self {
        let reach = (3.0 * sigma).ceil() as isize;
        let weights: Vec<f32> =
            (-reach..=reach).map(|x| (-0.5 * (x as f32 / sigma).powi(2)).exp()).collect();
        let sum: f32 = weights.iter().sum();
        let weights: Vec<f32> = weights.into_iter().map(|weight| weight / sum).collect();
        let size = (self.width(), self.height());
        let down = Self::by_rows(size, |y, row| {
            for (offset, weight) in (-reach..).zip(&weights) {
                add_scaled(row, self.row(y as isize + offset), *weight);
            }
        });
        Self::by_rows(size, |y, row| {
            let source = down.row(y as isize);
            let (Some(first), Some(last)) = (source.first(), source.last()) else { return };
            let edge = reach as usize;
            let mut padded = vec![*first; edge];
            padded.extend_from_slice(source);
            padded.resize(padded.len() + edge, *last);
            for (window, weight) in padded.windows(row.len()).zip(&weights) {
                add_scaled(row, window, *weight);
            }
        })
    }

    /// The mean of the square of `2 · reach + 1` samples around each sample, cut at the edges.
    pub(crate) fn averaged(&self, reach: usize) -> Self {
        let across = self.map_rows(|row, means| running_mean(row, reach, means));
        let turned = across.transposed();
        turned.map_rows(|row, means| running_mean(row, reach, means)).transposed()
    }

    fn map_rows(&self, f: impl Fn(&[f32], &mut [f32]) + Sync) -> Self {
        let size = (self.width(), self.height());
        Self::by_rows(size, |y, row| f(self.row(y as isize), row))
    }

    fn transposed(&self) -> Self {
        Self::by_rows((self.height(), self.width()), |x, row| {
            let column = self.samples().iter().skip(x).step_by(self.width().max(1));
            row.iter_mut().zip(column).for_each(|(sample, source)| *sample = *source);
        })
    }
}

fn running_mean(row: &[f32], reach: usize, means: &mut [f32]) {
    // Double precision: the sum drifts otherwise.
    let mut sums = Vec::with_capacity(row.len() + 1);
    sums.push(0.0);
    sums.extend(row.iter().scan(0.0, |sum, sample| {
        *sum += f64::from(*sample);
        Some(*sum)
    }));
    for (at, mean) in means.iter_mut().enumerate() {
        let (first, end) = (at.saturating_sub(reach), (at + reach + 1).min(row.len()));
        if let (Some(below), Some(above)) = (sums.get(first), sums.get(end)) {
            *mean = ((above - below) / (end - first) as f64) as f32;
        }
    }
}

fn add_scaled(row: &mut [f32], source: &[f32], weight: f32) {
    row.iter_mut().zip(source).for_each(|(sample, source)| *sample += source * weight);
}

/// The weights with which source samples make one new sample.
struct Taps {
    first: usize,
    weights: Vec<f32>,
}

impl Taps {
    fn all(from: usize, to: usize) -> Vec<Self> {
        let step = from as f64 / to.max(1) as f64;
        let stretch = step.max(1.0);
        (0..to).map(|at| Self::new((at as f64 + 0.5) * step - 0.5, stretch, from)).collect()
    }

    fn new(centre: f64, stretch: f64, samples: usize) -> Self {
        let last = samples.saturating_sub(1);
        let first = (centre - 2.0 * stretch).ceil().max(0.0) as usize;
        let end = ((centre + 2.0 * stretch).floor().max(0.0) as usize).min(last);
        let weights: Vec<f64> =
            (first..=end).map(|at| catmull_rom((at as f64 - centre) / stretch)).collect();
        let sum: f64 = weights.iter().sum();
        Self { first, weights: weights.into_iter().map(|weight| (weight / sum) as f32).collect() }
    }
}

/// Cubic convolution with a = −½ (Keys 1981).
fn catmull_rom(x: f64) -> f64 {
    let x = x.abs();
    match x {
        _ if x < 1.0 => (1.5 * x - 2.5) * x * x + 1.0,
        _ if x < 2.0 => ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane(size: (usize, usize), f: impl Fn(f32, f32) -> f32 + Sync) -> Plane {
        Plane::by_rows(size, |y, row| {
            row.iter_mut().zip(0_u16..).for_each(|(sample, x)| *sample = f(f32::from(x), y as f32));
        })
    }

    #[test]
    fn constants_stay_constant_at_any_size() {
        let flat = plane((37, 21), |_, _| 7.0);
        for (width, height) in [(37, 21), (10, 5), (1, 1), (200, 90), (3, 300)] {
            let resized = flat.resized(width, height);
            assert_eq!((resized.width(), resized.height()), (width, height));
            assert!(resized.samples().iter().all(|sample| (sample - 7.0).abs() < 1e-4));
        }
        assert!(flat.blurred(4.0).samples().iter().all(|sample| (sample - 7.0).abs() < 1e-4));
    }

    #[test]
    fn the_same_size_is_the_same_plane() {
        let noise = plane((9, 8), |x, y| (x * 7.0 + y * 13.0) % 5.0);
        for (a, b) in noise.resized(9, 8).samples().iter().zip(noise.samples()) {
            assert!((a - b).abs() < 1e-5);
        }
    }

    #[test]
    fn slow_waves_survive_halving_and_doubling() {
        let wave = plane((128, 128), |x, y| ((x + 0.5) * 0.3).sin() * ((y + 0.5) * 0.2).cos());
        let back = wave.resized(64, 64).resized(128, 128);
        let inside = (8..120).flat_map(|y| {
            let (a, b) = (wave.row(y), back.row(y));
            a[8..120].iter().zip(&b[8..120]).map(|(a, b)| (a - b).abs()).collect::<Vec<_>>()
        });
        let worst = inside.fold(0.0, f32::max);
        assert!(worst < 0.02, "{worst}");
    }

    #[test]
    fn blurring_a_point_gives_a_gaussian() {
        let point = plane((41, 41), |x, y| f32::from(u8::from(x == 20.0 && y == 20.0)));
        let blurred = point.blurred(3.0);
        let sum: f32 = blurred.samples().iter().sum();
        assert!((sum - 1.0).abs() < 1e-4);
        let ratio = blurred.row(20)[23] / blurred.row(20)[20];
        assert!((ratio - (-0.5_f32).exp()).abs() < 1e-3, "{ratio}");
    }
}
