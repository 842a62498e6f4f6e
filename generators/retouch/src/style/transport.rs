//! How colours or waves of one spread become those of another.

#![expect(clippy::indexing_slicing, reason = "kernels: matrices of three by three")]

use crate::{
    eigen::Symmetric,
    plane::{Plane, rotated},
};

/// The colours moved such that their mean and covariance are those of `style`.
pub(super) fn coloured(content: &[Plane; 3], style: &[Plane; 3]) -> [Plane; 3] {
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

fn covariance(planes: &[Plane; 3], means: [f32; 3]) -> Symmetric {
    let mut values = vec![0.0; 9];
    for (i, a) in planes.iter().enumerate() {
        for (j, b) in planes.iter().enumerate() {
            let pairs = a.data.iter().zip(&b.data);
            let products = pairs.map(|(x, y)| f64::from(x - means[i]) * f64::from(y - means[j]));
            // One level of noise keeps flat pictures invertible.
            let sum: f64 = products.sum();
            values[3 * i + j] = sum / a.data.len() as f64 + f64::from(u8::from(i == j));
        }
    }
    Symmetric { size: 3, values }
}

/// The linear map of optimal transport between normal distributions of these covariances, which
/// moves as little as possible: A^-½ (A^½ B A^½)^½ A^-½.
pub(super) fn transport(from: &Symmetric, to: &Symmetric) -> Symmetric {
    let root = from.mapped(|value| value.max(0.0).sqrt());
    let inverse = from.mapped(|value| 1.0 / value.max(1e-12).sqrt());
    let middle = root.times(to).times(&root).mapped(|value| value.max(0.0).sqrt());
    inverse.times(&middle).times(&inverse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_map_turns_one_spread_into_the_other() {
        let matrix = |values: [f64; 4]| Symmetric { size: 2, values: values.to_vec() };
        let (from, to) = (matrix([4.0, 1.0, 1.0, 3.0]), matrix([2.0, -0.5, -0.5, 7.0]));
        let map = transport(&from, &to);
        let made = map.times(&from).times(&map);
        assert!(made.values.iter().zip(&to.values).all(|(a, b)| (a - b).abs() < 1e-9));
    }
}
