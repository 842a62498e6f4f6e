//! A smooth map of the plane: cubic B-splines over a lattice of control points.

#![expect(clippy::indexing_slicing, reason = "kernels: indices run over a lattice of fixed size")]

/// Cells along a side.
const CELLS: usize = 7;
/// Control points along a side.
const SIDE: usize = CELLS + 3;
/// Control points.
pub(super) const POINTS: usize = SIDE * SIDE;
/// The lattice covers −REACH to REACH.
const REACH: f32 = 1.15;

/// Where each control point is mapped.
#[derive(Clone)]
pub(super) struct Lattice(pub(super) [Vec<f64>; 2]);

/// The control points that a place depends on, with their weights.
pub(super) type Weights = [(usize, f32); 16];

impl Lattice {
    /// A linear map and a shift: splines reproduce both.
    pub(super) fn linear(matrix: [[f32; 2]; 2], shift: [f32; 2]) -> Self {
        Self([0, 1].map(|axis| {
            (0..POINTS)
                .map(|k| {
                    let at = |i: usize| (i as f32 - 1.0) * 2.0 * REACH / CELLS as f32 - REACH;
                    let (x, y) = (at(k % SIDE), at(k / SIDE));
                    f64::from(matrix[axis][0] * x + matrix[axis][1] * y + shift[axis])
                })
                .collect()
        }))
    }

    pub(super) fn at(&self, place: [f32; 2]) -> [f32; 2] {
        let weights = weights(place);
        [0, 1].map(|axis: usize| weights.iter().map(|(k, w)| self.0[axis][*k] as f32 * w).sum())
    }
}

pub(super) fn weights(place: [f32; 2]) -> Weights {
    let [(column, across), (row, down)] = place.map(|value| {
        let t = ((value + REACH) / (2.0 * REACH) * CELLS as f32).clamp(0.0, CELLS as f32 - 1e-3);
        (t.floor() as usize, bells(t - t.floor()))
    });
    let mut result = [(0, 0.0); 16];
    for (i, place) in result.iter_mut().enumerate() {
        *place = ((row + i / 4) * SIDE + column + i % 4, across[i % 4] * down[i / 4]);
    }
    result
}

fn bells(t: f32) -> [f32; 4] {
    let s = 1.0 - t;
    [
        s * s * s / 6.0,
        (3.0 * t * t * t - 6.0 * t * t + 4.0) / 6.0,
        (3.0 * s * s * s - 6.0 * s * s + 4.0) / 6.0,
        t * t * t / 6.0,
    ]
}

/// Rows whose sum of squares is the bending of a lattice: second differences, which vanish for
/// linear maps.
pub(super) fn bending() -> Vec<Vec<(usize, f64)>> {
    let mut rows = Vec::new();
    let scale = (CELLS * CELLS) as f64 / 4.0;
    for y in 0..SIDE {
        for x in 0..SIDE {
            let k = y * SIDE + x;
            if x + 2 < SIDE {
                rows.push(vec![(k, scale), (k + 1, -2.0 * scale), (k + 2, scale)]);
            }
            if y + 2 < SIDE {
                rows.push(vec![(k, scale), (k + SIDE, -2.0 * scale), (k + 2 * SIDE, scale)]);
            }
            if x + 1 < SIDE && y + 1 < SIDE {
                let root = scale * std::f64::consts::SQRT_2;
                rows.push(vec![(k, root), (k + 1, -root), (k + SIDE, -root), (k + SIDE + 1, root)]);
            }
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linear_map_is_itself_and_does_not_bend() {
        let lattice = Lattice::linear([[1.2, 0.3], [-0.2, 0.9]], [0.1, -0.4]);
        let [x, y] = lattice.at([0.5, -0.7]);
        assert!((x - (0.6 - 0.21 + 0.1)).abs() < 1e-4 && (y - (-0.1 - 0.63 - 0.4)).abs() < 1e-4);
        for row in bending() {
            let sum: f64 = row.iter().map(|(k, w)| w * lattice.0[0][*k]).sum();
            assert!(sum.abs() < 1e-4);
        }
    }
}
