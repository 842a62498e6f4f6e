//! One channel of a picture in floating point, and what is done to it everywhere.

#![expect(clippy::indexing_slicing, reason = "kernels: coordinates are clamped to the plane")]

use rayon::prelude::*;

use crate::Picture;

/// One channel, row by row; values are usually 0 to 255.
#[derive(Clone, PartialEq)]
pub(crate) struct Plane {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) data: Vec<f32>,
}

impl Plane {
    pub(crate) fn new(width: usize, height: usize, value: f32) -> Self {
        Self { width, height, data: vec![value; width * height] }
    }

    /// A plane whose values are computed row by row.
    pub(crate) fn from_fn(
        width: usize,
        height: usize,
        value: impl Fn(usize, usize) -> f32 + Sync,
    ) -> Self {
        let mut plane = Self::new(width, height, 0.0);
        plane.data.par_chunks_mut(width).enumerate().for_each(|(y, row)| {
            for (x, place) in row.iter_mut().enumerate() {
                *place = value(x, y);
            }
        });
        plane
    }

    pub(crate) fn at(&self, x: usize, y: usize) -> f32 {
        self.data[y * self.width + x]
    }

    /// The value at a place that may lie outside: the border goes on.
    pub(crate) fn clamped(&self, x: isize, y: isize) -> f32 {
        let x = x.clamp(0, self.width as isize - 1) as usize;
        let y = y.clamp(0, self.height as isize - 1) as usize;
        self.data[y * self.width + x]
    }

    pub(crate) fn map(&self, value: impl Fn(f32) -> f32) -> Self {
        let data = self.data.iter().map(|v| value(*v)).collect();
        Self { width: self.width, height: self.height, data }
    }

    pub(crate) fn zip(&self, other: &Self, value: impl Fn(f32, f32) -> f32) -> Self {
        let data = self.data.iter().zip(&other.data).map(|(a, b)| value(*a, *b)).collect();
        Self { width: self.width, height: self.height, data }
    }

    pub(crate) fn mean(&self) -> f32 {
        (self.data.iter().map(|v| f64::from(*v)).sum::<f64>() / self.data.len() as f64) as f32
    }

    /// The value below which a share of all values lies.
    pub(crate) fn quantile(&self, share: f32) -> f32 {
        quantile(&mut self.data.clone(), share)
    }

    /// Smoothed with a Gaussian of deviation `sigma` in pixels; the border goes on.
    pub(crate) fn blurred(&self, sigma: f32) -> Self {
        let taps = gaussian(sigma);
        self.filtered_across(&taps).transposed().filtered_across(&taps).transposed()
    }

    /// Each row convolved with symmetric taps: `taps[0]` is the middle.
    fn filtered_across(&self, taps: &[f32]) -> Self {
        let radius = taps.len() - 1;
        let mut result = Self::new(self.width, self.height, 0.0);
        let rows = self.data.par_chunks(self.width).zip(result.data.par_chunks_mut(self.width));
        rows.for_each(|(row, out)| {
            let mut line = vec![row[0]; radius];
            line.extend_from_slice(row);
            line.extend(std::iter::repeat_n(row[row.len() - 1], radius));
            for (place, value) in out.iter_mut().zip(&line[radius..]) {
                *place = value * taps[0];
            }
            for (distance, tap) in taps.iter().enumerate().skip(1) {
                let before = &line[radius - distance..];
                let after = &line[radius + distance..];
                for ((place, a), b) in out.iter_mut().zip(before).zip(after) {
                    *place += (a + b) * tap;
                }
            }
        });
        result
    }

    pub(crate) fn transposed(&self) -> Self {
        let mut result = Self::new(self.height, self.width, 0.0);
        for (y, row) in self.data.chunks(self.width).enumerate() {
            for (x, value) in row.iter().enumerate() {
                result.data[x * self.height + y] = *value;
            }
        }
        result
    }

    /// The value between pixels by cubic convolution (Keys, a = −½); the border goes on.
    pub(crate) fn cubic(&self, x: f32, y: f32) -> f32 {
        let (left, top) = (x.floor(), y.floor());
        let (across, down) = (cubic_weights(x - left), cubic_weights(y - top));
        let mut sum = 0.0;
        for (row, weight) in down.iter().enumerate() {
            let y = top as isize + row as isize - 1;
            let mut line = 0.0;
            for (column, weight) in across.iter().enumerate() {
                line += weight * self.clamped(left as isize + column as isize - 1, y);
            }
            sum += weight * line;
        }
        sum
    }
}

fn cubic_weights(t: f32) -> [f32; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [
        -0.5 * t3 + t2 - 0.5 * t,
        1.5 * t3 - 2.5 * t2 + 1.0,
        -1.5 * t3 + 2.0 * t2 + 0.5 * t,
        0.5 * t3 - 0.5 * t2,
    ]
}

/// Half a Gaussian from its middle, such that the whole sums to 1.
fn gaussian(sigma: f32) -> Vec<f32> {
    if sigma < 0.05 {
        return vec![1.0];
    }
    let radius = (sigma * 3.5).ceil() as usize;
    let taps: Vec<f32> = (0..=radius).map(|i| (-0.5 * (i as f32 / sigma).powi(2)).exp()).collect();
    let sum = 2.0 * taps.iter().sum::<f32>() - taps[0];
    taps.into_iter().map(|tap| tap / sum).collect()
}

/// The value below which a share of the values lies; 0 of none.
pub(crate) fn quantile(values: &mut [f32], share: f32) -> f32 {
    if values.is_empty() {
        return 0.0;
    }
    let place = ((values.len() - 1) as f32 * share.clamp(0.0, 1.0)).round() as usize;
    *values.select_nth_unstable_by(place, f32::total_cmp).1
}

/// Red, green and blue.
pub(crate) fn split(picture: &Picture) -> [Plane; 3] {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    [0, 1, 2].map(|channel| {
        let values = picture.pixels().iter().skip(channel).step_by(3);
        Plane { width, height, data: values.map(|value| f32::from(*value)).collect() }
    })
}

/// The pixels of red, green and blue, rounded and clamped.
pub(crate) fn interleaved(planes: &[Plane; 3]) -> Vec<u8> {
    let [red, green, blue] = planes;
    let pixels = red.data.iter().zip(&green.data).zip(&blue.data);
    pixels.flat_map(|((r, g), b)| [byte(*r), byte(*g), byte(*b)]).collect()
}

/// A picture of red, green and blue, of the same size as one that was checked.
pub(crate) fn join(planes: &[Plane; 3]) -> Result<Picture, crate::RetouchError> {
    Picture::new(planes[0].width as u32, planes[0].height as u32, interleaved(planes))
}

/// Brightness with the weights of BT.601.
pub(crate) fn luma(planes: &[Plane; 3]) -> Plane {
    let [red, green, blue] = planes;
    let mut luma = red.zip(green, |r, g| 0.299 * r + 0.587 * g);
    for (place, b) in luma.data.iter_mut().zip(&blue.data) {
        *place += 0.114 * b;
    }
    luma
}

/// Brightness and two colour differences: a rotation, so that noise stays as it is.
pub(crate) fn to_opponent(planes: &[Plane; 3]) -> [Plane; 3] {
    rotated(planes, &OPPONENT)
}

/// Back from [`to_opponent`].
pub(crate) fn from_opponent(planes: &[Plane; 3]) -> [Plane; 3] {
    let [a, b, c] = OPPONENT;
    rotated(planes, &[[a[0], b[0], c[0]], [a[1], b[1], c[1]], [a[2], b[2], c[2]]])
}

/// The first opponent channel of grey is this much greater than the grey.
pub(crate) const LIGHT: f32 = 1.732_050_8;

const OPPONENT: [[f32; 3]; 3] = [
    [0.577_350_26, 0.577_350_26, 0.577_350_26],
    [0.707_106_77, 0.0, -0.707_106_77],
    [0.408_248_3, -0.816_496_6, 0.408_248_3],
];

/// Every colour multiplied by a matrix, given by rows.
pub(crate) fn rotated(planes: &[Plane; 3], matrix: &[[f32; 3]; 3]) -> [Plane; 3] {
    let [red, green, blue] = planes;
    matrix.map(|row| {
        let mut plane = red.zip(green, |r, g| row[0] * r + row[1] * g);
        for (place, b) in plane.data.iter_mut().zip(&blue.data) {
            *place += row[2] * b;
        }
        plane
    })
}

/// A value as a byte: rounded, clamped; what is no number becomes 0.
pub(crate) fn byte(value: f32) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opponent_colours_turn_back() {
        let picture = Picture::new(2, 1, vec![1, 200, 30, 255, 0, 77]).unwrap();
        let back = from_opponent(&to_opponent(&split(&picture)));
        assert_eq!(join(&back).unwrap(), picture);
    }

    #[test]
    fn smoothing_keeps_what_is_flat_and_the_mean() {
        let flat = Plane::new(7, 5, 42.0);
        assert!(flat.blurred(2.0).data.iter().all(|v| (v - 42.0).abs() < 1e-3));
        let mut spot = Plane::new(41, 41, 0.0);
        spot.data[20 * 41 + 20] = 100.0;
        let smooth = spot.blurred(2.0);
        assert!((smooth.data.iter().sum::<f32>() - 100.0).abs() < 0.01);
        assert!((smooth.at(20, 20) - 100.0 / (std::f32::consts::TAU * 4.0)).abs() < 0.05);
    }

    #[test]
    fn cubic_goes_through_pixels_and_ramps() {
        let ramp = Plane::from_fn(9, 9, |x, y| x as f32 + 10.0 * y as f32);
        assert!((ramp.cubic(3.0, 4.0) - 43.0).abs() < 1e-4);
        assert!((ramp.cubic(3.5, 4.25) - 46.0).abs() < 1e-3);
    }
}
