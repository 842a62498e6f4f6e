//! Boats, cars and what else carries people.

use super::{mesh::Mesh, of_series};

pub(super) fn build(mesh: &mut Mesh, kind: &str, number: u64) -> bool {
    match kind {
        "boat" => boat(mesh, number),
        "sailboat" => sailboat(mesh, number),
        "car" => car(mesh, number),
        "balloon" => balloon(mesh),
        "train" => train(mesh),
        "bicycle" => bicycle(mesh),
        _ => return false,
    }
    true
}

/// A hull along x, its bow at +x, floating at y = 0.
fn hull(mesh: &mut Mesh, name: &str, length: f32, beam: f32, side: f32) {
    let stations = [(-0.5_f32, 0.78_f32), (-0.25, 0.96), (0.05, 1.0), (0.3, 0.78), (0.5, 0.03)];
    let at = |(x, width): (f32, f32), level: f32, hand: f32| {
        let sheer = if level > 0.5 { x.abs().powi(2) * side * 1.1 } else { 0.0 };
        let half = beam / 2.0 * width * (0.62 + 0.38 * level);
        [x * length * (0.93 + 0.07 * level), -0.35 + (side + 0.35) * level + sheer, half * hand]
    };
    for pair in stations.windows(2) {
        let &[a, b] = pair else { continue };
        for hand in [1.0, -1.0] {
            let inside = [(a.0 + b.0) / 2.0 * length, 0.1, 0.0];
            for (low, high, shade) in [(0.0, 0.75, 0.92), (0.75, 1.0, 1.0)] {
                let name = if high == 1.0 { "trim" } else { name };
                let points =
                    vec![at(a, low, hand), at(b, low, hand), at(b, high, hand), at(a, high, hand)];
                mesh.quad(name, points, inside, shade);
            }
        }
        let deck = vec![at(a, 0.86, 1.0), at(b, 0.86, 1.0), at(b, 0.86, -1.0), at(a, 0.86, -1.0)];
        mesh.quad("wood", deck, [0.0, -3.0, 0.0], 1.0);
    }
    let stern = (-0.5, 0.78);
    let back =
        vec![at(stern, 0.0, 1.0), at(stern, 1.0, 1.0), at(stern, 1.0, -1.0), at(stern, 0.0, -1.0)];
    mesh.quad(name, back, [0.0, 0.0, 0.0], 0.85);
}

/// A fishing boat.
fn boat(mesh: &mut Mesh, number: u64) {
    let paint = of_series("paint", number, 4);
    hull(mesh, &paint, 6.4, 2.3, 0.85);
    mesh.block("white", [-0.9, 0.8, 0.0], [1.9, 1.5, 1.4]);
    mesh.block("window", [-0.9, 1.5, 0.0], [1.94, 0.5, 1.1]);
    mesh.block("window", [-0.9, 1.5, 0.0], [1.5, 0.5, 1.44]);
    mesh.block(&paint, [-0.9, 2.3, 0.0], [2.2, 0.14, 1.7]);
    mesh.bar("wood", [0.7, 0.7, 0.0], [0.7, 4.0, 0.0], 0.07);
    mesh.bar("wood", [0.7, 1.6, 0.0], [2.5, 3.0, 0.0], 0.05);
    mesh.bar("rope", [0.7, 3.9, 0.0], [2.9, 1.2, 0.0], 0.018);
    mesh.bar("rope", [0.7, 3.9, 0.0], [-2.8, 1.1, 0.0], 0.018);
    mesh.lathe("crate", [1.5, 0.7, 0.4], 8, &[(0.25, 0.0), (0.3, 0.3), (0.25, 0.6)]);
    for x in [-1.6_f32, 0.0, 1.4] {
        mesh.ball("awning-2", [x, 0.55, 1.2], [0.2, 0.26, 0.14], 8);
    }
}

fn sailboat(mesh: &mut Mesh, number: u64) {
    hull(mesh, &of_series("paint", number + 1, 4), 5.2, 1.7, 0.6);
    mesh.bar("wood", [0.3, 0.4, 0.0], [0.3, 6.4, 0.0], 0.06);
    mesh.bar("wood", [0.3, 1.1, 0.0], [-2.2, 1.1, 0.2], 0.05);
    mesh.sheet("cloth", &[[0.25, 1.2, 0.0], [-2.1, 1.2, 0.2], [0.25, 6.2, 0.0]], 1.0);
    mesh.sheet("cloth", &[[0.4, 1.0, 0.0], [2.4, 0.8, 0.0], [0.4, 5.2, 0.0]], 0.95);
}

fn car(mesh: &mut Mesh, number: u64) {
    let paint = of_series("paint", number, 4);
    mesh.frustum(&paint, [0.0, 0.35, 0.0], [4.1, 0.62, 1.7], [3.9, 1.6]);
    mesh.frustum("window-dark", [-0.2, 0.97, 0.0], [2.5, 0.56, 1.5], [1.7, 1.3]);
    mesh.frustum(&paint, [-0.2, 1.53, 0.0], [1.72, 0.07, 1.32], [1.6, 1.2]);
    mesh.block("lamp", [2.0, 0.62, 0.55], [0.08, 0.2, 0.34]);
    mesh.block("lamp", [2.0, 0.62, -0.55], [0.08, 0.2, 0.34]);
    mesh.block("awning-1", [-2.0, 0.65, 0.6], [0.08, 0.18, 0.3]);
    mesh.block("awning-1", [-2.0, 0.65, -0.6], [0.08, 0.18, 0.3]);
    for x in [-1.25_f32, 1.25] {
        for z in [-0.72_f32, 0.72] {
            mesh.bar("rubber", [x, 0.36, z - 0.12], [x, 0.36, z + 0.12], 0.36);
            mesh.bar("metal", [x, 0.36, z - 0.14], [x, 0.36, z + 0.14], 0.17);
        }
    }
}

fn balloon(mesh: &mut Mesh) {
    let profile = [
        (0.5_f32, 2.4_f32),
        (1.5, 3.6),
        (2.35, 5.2),
        (2.5, 6.4),
        (2.0, 7.7),
        (1.0, 8.5),
        (0.0, 8.7),
    ];
    let mut whole = Mesh::default();
    whole.lathe("red", [0.0; 3], 14, &profile);
    let faces = whole.parts.remove("red").unwrap_or_default();
    for face in faces {
        let middle = face.points.iter().fold([0.0, 0.0], |sum, p| [sum[0] + p[0], sum[1] + p[2]]);
        let angle = middle[1].atan2(middle[0]) / std::f32::consts::TAU * 14.0 + 14.0;
        let name = if angle as i32 % 2 == 0 { "red" } else { "white" };
        mesh.face(name, face.points, [0.0, 5.5, 0.0], face.shade);
    }
    for (x, z) in [(0.4_f32, 0.4_f32), (-0.4, 0.4), (0.4, -0.4), (-0.4, -0.4)] {
        mesh.bar("rope", [x, 0.8, z], [x * 0.9, 2.5, z * 0.9], 0.025);
    }
    mesh.frustum("crate", [0.0, 0.0, 0.0], [0.9, 0.85, 0.9], [1.05, 1.05]);
}

fn train(mesh: &mut Mesh) {
    for car in 0..3 {
        let x = car as f32 * -7.4;
        mesh.block("paint-1", [x, 0.6, 0.0], [7.0, 1.1, 2.3]);
        mesh.block("white", [x, 1.7, 0.0], [7.0, 1.4, 2.3]);
        mesh.block("window", [x, 1.95, 0.0], [6.4, 0.8, 2.36]);
        mesh.block("metal", [x, 3.1, 0.0], [6.8, 0.25, 2.0]);
        for wheel in [-2.4_f32, 2.4] {
            mesh.bar("rubber", [x + wheel, 0.45, -0.9], [x + wheel, 0.45, 0.9], 0.42);
        }
    }
}

fn bicycle(mesh: &mut Mesh) {
    for x in [-0.55_f32, 0.55] {
        for part in 0..14 {
            let angle = |part: i32| part as f32 / 14.0 * std::f32::consts::TAU;
            let at =
                |part: i32| [x + angle(part).cos() * 0.34, 0.36 + angle(part).sin() * 0.34, 0.0];
            mesh.bar("rubber", at(part), at(part + 1), 0.025);
        }
        mesh.ball("metal", [x, 0.36, 0.0], [0.05, 0.05, 0.06], 6);
    }
    let joints = [
        ([-0.55, 0.36, 0.0], [-0.1, 0.36, 0.0]),
        ([-0.1, 0.36, 0.0], [-0.28, 0.86, 0.0]),
        ([-0.55, 0.36, 0.0], [-0.26, 0.8, 0.0]),
        ([-0.26, 0.78, 0.0], [0.4, 0.82, 0.0]),
        ([-0.1, 0.36, 0.0], [0.4, 0.8, 0.0]),
        ([0.55, 0.36, 0.0], [0.37, 0.98, 0.0]),
        ([0.37, 0.98, -0.26], [0.37, 0.98, 0.26]),
    ];
    for (from, to) in joints {
        mesh.bar("product", from, to, 0.028);
    }
    mesh.block("rubber", [-0.3, 0.86, 0.0], [0.26, 0.06, 0.14]);
}
