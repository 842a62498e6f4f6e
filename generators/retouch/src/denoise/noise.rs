//! How noisy a channel is.

#![expect(clippy::indexing_slicing, reason = "kernels: patches lie inside the plane")]

use crate::{eigen::Symmetric, plane::Plane};

/// Side of the patches that are compared.
const SIDE: usize = 7;
/// So many patches tell enough.
const PATCHES_MAX: usize = 30_000;

/// Deviation of the noise, as if it were white. Patches of a picture vary in few directions; in all
/// others only the noise varies (Chen, Zhu and Heng, "An efficient statistical method for image
/// noise level estimation", 2015).
pub(crate) fn sigma(plane: &Plane) -> f32 {
    if plane.width < 2 * SIDE || plane.height < 2 * SIDE {
        return 0.0;
    }
    let mut eigenvalues = covariance(plane).eigen().values;
    let half = eigenvalues.len() - 4;
    for first in 0..half {
        let tail = &eigenvalues[first..];
        let mean = tail.iter().sum::<f64>() / tail.len() as f64;
        let median = tail[tail.len() / 2];
        if mean <= median {
            return mean.max(0.0).sqrt() as f32;
        }
    }
    eigenvalues.reverse();
    eigenvalues[0].max(0.0).sqrt() as f32
}

fn covariance(plane: &Plane) -> Symmetric {
    let n = SIDE * SIDE;
    let (across, down) = (plane.width - SIDE + 1, plane.height - SIDE + 1);
    let stride = (((across * down) as f64 / PATCHES_MAX as f64).sqrt().ceil() as usize).max(1);
    let (mut products, mut sums) = (vec![0.0f64; n * n], vec![0.0f64; n]);
    let mut count = 0.0;
    let mut patch = vec![0.0f64; n];
    for y in (0..down).step_by(stride) {
        for x in (y / stride % stride..across).step_by(stride) {
            for (i, place) in patch.iter_mut().enumerate() {
                *place = f64::from(plane.at(x + i % SIDE, y + i / SIDE)) - 128.0;
            }
            count += 1.0;
            for (i, a) in patch.iter().enumerate() {
                sums[i] += a;
                for (place, b) in products[i * n..].iter_mut().zip(&patch) {
                    *place += a * b;
                }
            }
        }
    }
    let values = products.iter().enumerate();
    let values = values.map(|(k, p)| (p - sums[k / n] * sums[k % n] / count) / count);
    Symmetric { size: n, values: values.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lots::Lots;

    #[test]
    fn white_noise_is_measured_on_a_textured_plane() {
        for wanted in [3.0f32, 10.0, 25.0] {
            let mut lots = Lots::new(7);
            let mut plane = Plane::from_fn(160, 120, |x, y| {
                128.0 + 50.0 * (x as f32 / 9.0).sin() * (y as f32 / 7.0).cos()
            });
            plane.data.iter_mut().for_each(|v| *v += wanted * lots.normal());
            let found = sigma(&plane);
            assert!((found / wanted - 1.0).abs() < 0.15, "{wanted}: {found}");
        }
        assert!(sigma(&Plane::new(40, 40, 9.0)) < 1e-3);
    }
}
