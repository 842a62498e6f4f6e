//! How noisy a channel is.

#![expect(clippy::indexing_slicing, reason = "kernels: patches lie inside the plane")]

use super::transform::{AREA, Cosines, SIDE};
use crate::plane::{Plane, quantile};

/// Share of the blocks that are taken as flat.
const FLAT: f32 = 0.06;
/// So many blocks tell enough.
const BLOCKS_MAX: usize = 40_000;
/// Sums of the indices of slow and of fast waves within a block.
const SLOW_MAX: usize = 5;
const FAST_MIN: usize = 8;

/// Deviation of the noise, as if it were white. Blocks with the weakest slow waves are flat; what
/// fast waves they have is noise (after Ponomarenko, Lukin, Zriakhov, Kaarna and Astola, "An
/// automatic approach to lossy compression of AVIRIS images", 2007).
pub(crate) fn sigma(plane: &Plane) -> f32 {
    if plane.width < 2 * SIDE || plane.height < 2 * SIDE {
        return 0.0;
    }
    let mut blocks = blocks(plane);
    if blocks.is_empty() {
        return 0.0;
    }
    let count = ((blocks.len() as f32 * FLAT) as usize).max(16).min(blocks.len());
    blocks.sort_by(|a, b| a.0.total_cmp(&b.0));
    blocks.truncate(count);
    let mut fast: Vec<f32> = blocks.into_iter().map(|(_, fast)| fast).collect();
    quantile(&mut fast, 0.5).sqrt()
}

/// Power of the slow waves and mean power of the fast waves of blocks. Blocks without any fast wave
/// are clipped or painted and tell nothing.
fn blocks(plane: &Plane) -> Vec<(f32, f32)> {
    let (across, down) = (plane.width - SIDE + 1, plane.height - SIDE + 1);
    let stride = ((across * down) as f64 / BLOCKS_MAX as f64).sqrt().ceil().max(3.0) as usize;
    let cosines = Cosines::get();
    let mut found = Vec::new();
    for y in (0..down).step_by(stride) {
        for x in (0..across).step_by(stride) {
            let mut patch = [0.0; AREA];
            for (row, values) in patch.chunks_exact_mut(SIDE).enumerate() {
                let start = (y + row) * plane.width + x;
                values.copy_from_slice(&plane.data[start..start + SIDE]);
            }
            cosines.forward(&mut patch);
            let (mut slow, mut fast, mut count) = (0.0, 0.0, 0.0);
            for (i, value) in patch.iter().enumerate().skip(1) {
                let order = i / SIDE + i % SIDE;
                if order <= SLOW_MAX {
                    slow += value * value;
                } else if order >= FAST_MIN {
                    fast += value * value;
                    count += 1.0;
                }
            }
            if fast > 1e-3 {
                found.push((slow, fast / count));
            }
        }
    }
    found
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
