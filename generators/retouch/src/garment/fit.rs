//! The smooth map that lays one outline on another.
//!
//! Points of both outlines are paired with the nearest of the other that looks alike (direction,
//! corner); the map that brings pairs together and bends least is solved for; and again, with ever
//! less weight on bending (after Besl and McKay, 1992, and Rueckert and others, 1999).

#![expect(clippy::indexing_slicing, reason = "kernels: indices run over a lattice of fixed size")]

use super::{
    contour::{Contour, Point},
    lattice::{Lattice, POINTS, Weights, bending, weights},
};

/// Weight of bending in each round that bends.
const BENDING: [f64; 22] = [
    1e-2, 1e-2, 3e-3, 3e-3, 1e-3, 1e-3, 3e-4, 3e-4, 1e-4, 1e-4, 5e-5, 5e-5, 2e-5, 2e-5, 1e-5, 1e-5,
    5e-6, 5e-6, 3e-6, 3e-6, 2e-6, 2e-6,
];
/// Rounds in which only linear maps are tried.
const LINEAR_ROUNDS: usize = 8;
const LINEAR: f64 = 1e3;
/// Turns from which the search starts, in degrees.
const TURNS: [f32; 7] = [0.0, -18.0, 18.0, -36.0, 36.0, -55.0, 55.0];
/// What a difference in direction or in bend counts against a distance.
const DIRECTION: f32 = 0.12;
const BEND: f32 = 0.6;
/// How much points may slide along the other outline.
const SLIDING: f64 = 0.12;

/// The map from the frame of `target` to that of `garment`.
pub(super) fn laid(target: &Contour, garment: &Contour) -> Lattice {
    let linear = TURNS.iter().map(|turn| {
        let mut lattice = start(target, garment, turn.to_radians());
        for _ in 0..LINEAR_ROUNDS {
            lattice = round(&lattice, target, garment, LINEAR);
        }
        let cost = distance(&lattice, target, garment) * (1.0 + turn.abs() / 120.0);
        (cost, lattice)
    });
    let best = linear.min_by(|a, b| a.0.total_cmp(&b.0));
    let mut lattice = best.map_or_else(|| start(target, garment, 0.0), |(_, lattice)| lattice);
    for weight in BENDING {
        lattice = round(&lattice, target, garment, weight);
    }
    lattice
}

/// The box of one on the box of the other, turned.
fn start(target: &Contour, garment: &Contour, turn: f32) -> Lattice {
    let (a, b) = (garment.half[0] / target.half[0], garment.half[1] / target.half[1]);
    let (sin, cos) = turn.sin_cos();
    // A turned box is about as large as the box itself: one factor for both sides.
    let (a, b) = if turn == 0.0 { (a, b) } else { ((a * b).sqrt(), (a * b).sqrt()) };
    Lattice::linear([[a * cos, -a * sin], [b * sin, b * cos]], [0.0, 0.0])
}

/// A target's point that shall come to lie at a garment's point.
struct Pair {
    weights: Weights,
    goal: Point,
    share: f64,
}

fn round(lattice: &Lattice, target: &Contour, garment: &Contour, bend: f64) -> Lattice {
    let mapped = mapped(lattice, target);
    let mut pairs = Vec::new();
    let share = 1.0 / mapped.len() as f64;
    for (point, moved) in target.points.iter().zip(&mapped) {
        let goal = nearest(moved, &garment.points);
        pairs.push(Pair { weights: weights(point.at), goal: garment.points[goal], share });
    }
    let share = 1.0 / garment.points.len() as f64;
    for goal in &garment.points {
        let point = target.points[nearest(goal, &mapped)];
        pairs.push(Pair { weights: weights(point.at), goal: *goal, share });
    }
    solved(lattice, &pairs, bend)
}

/// Points of the target as the map moves them, with their turned normals.
fn mapped(lattice: &Lattice, target: &Contour) -> Vec<Point> {
    let step = 0.02;
    target
        .points
        .iter()
        .map(|point| {
            let along = [-point.normal[1], point.normal[0]];
            let at = lattice.at(point.at);
            let ahead = lattice.at([point.at[0] + step * along[0], point.at[1] + step * along[1]]);
            let tangent = [ahead[0] - at[0], ahead[1] - at[1]];
            let length = tangent[0].hypot(tangent[1]).max(1e-6);
            Point { at, normal: [tangent[1] / length, -tangent[0] / length], bend: point.bend }
        })
        .collect()
}

fn nearest(point: &Point, others: &[Point]) -> usize {
    let cost = |other: &Point| {
        let (dx, dy) = (other.at[0] - point.at[0], other.at[1] - point.at[1]);
        let turn = 1.0 - other.normal[0] * point.normal[0] - other.normal[1] * point.normal[1];
        dx * dx + dy * dy + DIRECTION * turn + BEND * (other.bend - point.bend).powi(2)
    };
    let costs = others.iter().map(cost).enumerate();
    costs.min_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(place, _)| place)
}

/// Mean distance of the outlines, both ways.
fn distance(lattice: &Lattice, target: &Contour, garment: &Contour) -> f32 {
    let mapped = mapped(lattice, target);
    let mean = |from: &[Point], to: &[Point]| {
        let far = from.iter().map(|point| {
            let other = to[nearest(point, to)];
            (other.at[0] - point.at[0]).hypot(other.at[1] - point.at[1])
        });
        far.sum::<f32>() / from.len() as f32
    };
    mean(&mapped, &garment.points) + mean(&garment.points, &mapped)
}

/// Least squares over both coordinates of all control points.
fn solved(lattice: &Lattice, pairs: &[Pair], bend: f64) -> Lattice {
    let n = 2 * POINTS;
    let mut matrix = vec![0.0f64; n * n];
    let mut right = vec![0.0f64; n];
    for row in bending() {
        for (i, a) in &row {
            for (j, b) in &row {
                for offset in [0, POINTS] {
                    matrix[(i + offset) * n + j + offset] += bend * a * b;
                }
            }
        }
    }
    for pair in pairs {
        let normal = pair.goal.normal.map(f64::from);
        let tangent = [-normal[1], normal[0]];
        for (direction, weight) in [(normal, pair.share), (tangent, SLIDING * pair.share)] {
            let wanted: f64 =
                direction.iter().zip(pair.goal.at).map(|(d, g)| d * f64::from(g)).sum();
            let terms: Vec<(usize, f64)> = [0, 1]
                .into_iter()
                .flat_map(|axis: usize| {
                    pair.weights
                        .iter()
                        .map(move |(k, w)| (axis * POINTS + k, direction[axis] * f64::from(*w)))
                })
                .collect();
            for (i, a) in &terms {
                right[*i] += weight * a * wanted;
                for (j, b) in &terms {
                    matrix[i * n + j] += weight * a * b;
                }
            }
        }
    }
    for i in 0..n {
        // A little pull to where the point was: some are far from every pair.
        matrix[i * n + i] += 1e-8;
        right[i] += 1e-8 * lattice.0[i / POINTS][i % POINTS];
    }
    cholesky(matrix, right, n).map_or_else(
        || lattice.clone(),
        |mut solution| {
            let down = solution.split_off(POINTS);
            Lattice([solution, down])
        },
    )
}

/// The solution of a symmetric positive system.
fn cholesky(mut a: Vec<f64>, mut b: Vec<f64>, n: usize) -> Option<Vec<f64>> {
    for j in 0..n {
        let (above, below) = a.split_at_mut(j * n + n);
        let row = &mut above[j * n..];
        let sum: f64 = row[..j].iter().map(|v| v * v).sum();
        let pivot = (row[j] - sum).max(0.0).sqrt();
        if pivot.is_nan() || pivot < 1e-12 {
            return None;
        }
        row[j] = pivot;
        for other in below.chunks_mut(n) {
            let sum: f64 = row[..j].iter().zip(&other[..j]).map(|(x, y)| x * y).sum();
            other[j] = (other[j] - sum) / pivot;
        }
    }
    for i in 0..n {
        let sum: f64 = (0..i).map(|k| a[i * n + k] * b[k]).sum();
        b[i] = (b[i] - sum) / a[i * n + i];
    }
    for i in (0..n).rev() {
        let sum: f64 = (i + 1..n).map(|k| a[k * n + i] * b[k]).sum();
        b[i] = (b[i] - sum) / a[i * n + i];
    }
    Some(b)
}
