//! Patches that look alike.

#![expect(clippy::indexing_slicing, reason = "kernels: patches lie inside the plane")]

use super::transform::SIDE;
use crate::plane::Plane;

/// The most patches of a stack.
pub(crate) const STACK: usize = 16;

/// A patch by its top left corner, and how far it is from the reference (sum of squares).
#[derive(Clone, Copy)]
pub(crate) struct Match {
    pub(crate) x: usize,
    pub(crate) y: usize,
    pub(crate) distance: f32,
}

/// The patches nearest to the one at (`x`, `y`), itself first, within `reach` pixels; a power of two
/// of them, none farther than `distance_max`.
pub(crate) fn nearest(
    guide: &Plane,
    (x, y): (usize, usize),
    reach: usize,
    distance_max: f32,
) -> Vec<Match> {
    let mut found = Vec::with_capacity(STACK + 1);
    found.push(Match { x, y, distance: -1.0 });
    let reference = rows(guide, x, y);
    let mut limit = distance_max;
    for cy in y.saturating_sub(reach)..=(y + reach).min(guide.height - SIDE) {
        for cx in x.saturating_sub(reach)..=(x + reach).min(guide.width - SIDE) {
            if (cx, cy) == (x, y) {
                continue;
            }
            let distance = distance(guide, &reference, cx, cy, limit);
            if distance >= limit {
                continue;
            }
            let place = found.partition_point(|other| other.distance <= distance);
            found.insert(place, Match { x: cx, y: cy, distance });
            found.truncate(STACK);
            if found.len() == STACK {
                limit = found[STACK - 1].distance;
            }
        }
    }
    found.truncate(1 << found.len().ilog2());
    found
}

fn rows(guide: &Plane, x: usize, y: usize) -> [[f32; SIDE]; SIDE] {
    let mut rows = [[0.0; SIDE]; SIDE];
    for (row, values) in rows.iter_mut().enumerate() {
        let start = (y + row) * guide.width + x;
        values.copy_from_slice(&guide.data[start..start + SIDE]);
    }
    rows
}

fn distance(guide: &Plane, reference: &[[f32; SIDE]; SIDE], x: usize, y: usize, limit: f32) -> f32 {
    let mut lanes = [0.0f32; SIDE];
    for (row, expected) in reference.iter().enumerate() {
        let start = (y + row) * guide.width + x;
        let values = &guide.data[start..start + SIDE];
        for ((lane, a), b) in lanes.iter_mut().zip(values).zip(expected) {
            *lane += (a - b) * (a - b);
        }
        if row % 2 == 1 && lanes.iter().sum::<f32>() >= limit {
            return limit;
        }
    }
    lanes.iter().sum()
}
