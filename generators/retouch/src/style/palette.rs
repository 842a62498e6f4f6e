//! Colours as a cloud: its middle and its spread.

#![expect(clippy::indexing_slicing, reason = "kernels: matrices of three by three")]

use crate::{
    eigen::Symmetric,
    plane::{Plane, rotated},
};

/// The colours moved such that their mean and covariance are those of `style`, each as little as
/// possible: the linear map of optimal transport between normal distributions.
pub(crate) fn moved(content: &[Plane; 3], style: &[Plane; 3]) -> [Plane; 3] {
    let (from, to) = (content.each_ref().map(Plane::mean), style.each_ref().map(Plane::mean));
    let map = transport(&covariance(content, from), &covariance(style, to));
    let row = |i: usize| [0, 1, 2].map(|j| map.values[3 * i + j] as f32);
    let matrix = [row(0), row(1), row(2)];
    let mut moved = rotated(content, &matrix);
    for ((plane, row), goal) in moved.iter_mut().zip(&matrix).zip(to) {
        let start: f32 = row.iter().zip(from).map(|(a, b)| a * b).sum();
        plane.data.iter_mut().for_each(|value| *value += goal - start);
    }
    moved
}

/// A^-½ (A^½ B A^½)^½ A^-½.
pub(crate) fn transport(from: &Symmetric, to: &Symmetric) -> Symmetric {
    let root = from.mapped(|value| value.max(0.0).sqrt());
    let inverse = from.mapped(|value| 1.0 / value.max(1e-12).sqrt());
    let middle = root.times(to).times(&root).mapped(|value| value.max(0.0).sqrt());
    inverse.times(&middle).times(&inverse)
}

fn covariance(planes: &[Plane; 3], means: [f32; 3]) -> Symmetric {
    let mut values = vec![0.0; 9];
    for (i, a) in planes.iter().enumerate() {
        for (j, b) in planes.iter().enumerate() {
            let sum: f64 = a
                .data
                .iter()
                .zip(&b.data)
                .map(|(x, y)| f64::from(x - means[i]) * f64::from(y - means[j]))
                .sum();
            // One level of noise keeps flat pictures invertible.
            values[3 * i + j] = sum / a.data.len() as f64 + f64::from(u8::from(i == j));
        }
    }
    Symmetric { size: 3, values }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_and_spread_become_those_of_the_style() {
        let wave = |a: usize, b: usize| {
            Plane::from_fn(50, 40, move |x, y| 100.0 + ((x * a + y * b) % 60) as f32)
        };
        let content = [wave(3, 1), wave(1, 2), wave(5, 7)];
        let style = [wave(2, 9), wave(2, 8).map(|v| 0.5 * v), wave(1, 1).map(|v| v + 50.0)];
        let result = moved(&content, &style);
        let means = |planes: &[Plane; 3]| planes.each_ref().map(Plane::mean);
        let (a, b) = (means(&result), means(&style));
        assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 0.1));
        let (a, b) = (covariance(&result, a), covariance(&style, b));
        for (a, b) in a.values.iter().zip(&b.values) {
            assert!((a - b).abs() < 0.02 * b.abs() + 2.0, "{a} {b}");
        }
    }
}
