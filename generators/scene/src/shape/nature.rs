//! Plants, stones, clouds.

use super::mesh::Mesh;
use crate::lots::Lots;

pub(super) fn build(mesh: &mut Mesh, kind: &str, number: u64) -> bool {
    let mut lots = Lots::new(number.wrapping_mul(31).wrapping_add(kind.len() as u64));
    match kind {
        "tree" => tree(mesh, &mut lots, number),
        "pine" => pine(mesh, &mut lots),
        "palm" => palm(mesh, &mut lots),
        "cactus" => cactus(mesh),
        "bush" => bush(mesh, &mut lots),
        "rock" => rock(mesh, &mut lots),
        "flowers" => flowers(mesh, &mut lots),
        "cloud" => cloud(mesh, &mut lots),
        "reed" => reed(mesh, &mut lots),
        _ => return false,
    }
    true
}

fn blob(mesh: &mut Mesh, name: &str, lots: &mut Lots, at: [f32; 3], radius: f32) {
    let profile = [
        (0.0, -0.82 * radius),
        (0.68 * radius, -0.66 * radius),
        (radius, -0.08 * radius),
        (0.78 * radius, 0.56 * radius),
        (0.0, 0.92 * radius),
    ];
    mesh.rough(name, (at, 8), &profile, &mut Some((lots, 0.16)));
}

fn tree(mesh: &mut Mesh, lots: &mut Lots, number: u64) {
    let leaves = super::of_series("leaf", number, 3);
    mesh.lathe("bark", [0.0; 3], 6, &[(0.26, 0.0), (0.17, 0.7), (0.14, 2.0)]);
    mesh.bar("bark", [0.0, 1.5, 0.0], [0.7, 2.4, 0.2], 0.08);
    blob(mesh, &leaves, lots, [0.0, 3.3, 0.0], 1.35);
    blob(mesh, &leaves, lots, [0.85, 2.8, 0.25], 0.9);
    blob(mesh, &leaves, lots, [-0.8, 2.75, -0.1], 0.85);
    blob(mesh, &leaves, lots, [0.05, 4.3, -0.1], 0.85);
}

fn pine(mesh: &mut Mesh, lots: &mut Lots) {
    mesh.lathe("bark", [0.0; 3], 6, &[(0.22, 0.0), (0.16, 1.2)]);
    for (bottom, radius, height) in
        [(0.9, 1.35, 1.8), (2.0, 1.08, 1.6), (3.0, 0.8, 1.4), (3.9, 0.5, 1.2)]
    {
        let profile = [(radius * 0.5, bottom + 0.12), (radius, bottom), (0.0, bottom + height)];
        mesh.rough("needle", ([0.0; 3], 8), &profile, &mut Some((lots, 0.12)));
    }
}

fn palm(mesh: &mut Mesh, lots: &mut Lots) {
    let mut last = [0.0, 0.0, 0.0];
    for step in 1..=5 {
        let height = step as f32;
        let next = [height * height * 0.035, height * 0.95, 0.0];
        mesh.bar("bark", last, next, 0.17 - height * 0.012);
        last = next;
    }
    for leaf in 0..9 {
        let angle = (leaf as f32 / 9.0 + lots.between(-0.02, 0.02) as f32) * std::f32::consts::TAU;
        let (sine, cosine) = angle.sin_cos();
        let out = |along: f32, drop: f32, side: f32| {
            [
                last[0] + cosine * along - sine * side,
                last[1] + drop,
                last[2] + sine * along + cosine * side,
            ]
        };
        let shade = 0.9 + lots.unit() as f32 * 0.2;
        let leaf = [out(0.0, 0.05, 0.0), out(0.9, 0.35, 0.28), out(0.9, 0.35, -0.28)];
        mesh.sheet("palm-leaf", &leaf, shade);
        let tip = [out(0.9, 0.35, 0.28), out(2.0, -0.35, 0.0), out(0.9, 0.35, -0.28)];
        mesh.sheet("palm-leaf", &tip, shade * 0.94);
    }
}

fn cactus(mesh: &mut Mesh) {
    mesh.lathe("cactus", [0.0; 3], 8, &[(0.3, 0.0), (0.34, 1.2), (0.3, 2.5), (0.0, 2.8)]);
    for (side, height) in [(1.0_f32, 1.1_f32), (-1.0, 1.5)] {
        mesh.bar("cactus", [0.0, height, 0.0], [side * 0.75, height + 0.1, 0.0], 0.15);
        mesh.lathe(
            "cactus",
            [side * 0.75, height, 0.0],
            7,
            &[(0.1, -0.1), (0.18, 0.1), (0.17, 0.9), (0.0, 1.1)],
        );
    }
}

fn bush(mesh: &mut Mesh, lots: &mut Lots) {
    blob(mesh, "leaf-2", lots, [0.0, 0.45, 0.0], 0.65);
    blob(mesh, "leaf-2", lots, [0.55, 0.35, 0.1], 0.45);
}

fn rock(mesh: &mut Mesh, lots: &mut Lots) {
    let profile = [(0.7, -0.1), (0.78, 0.25), (0.45, 0.6), (0.0, 0.72)];
    mesh.rough("stone", ([0.0; 3], 7), &profile, &mut Some((lots, 0.3)));
}

fn flowers(mesh: &mut Mesh, lots: &mut Lots) {
    for number in 0..9 {
        let (x, z) = (lots.between(-0.7, 0.7) as f32, lots.between(-0.5, 0.5) as f32);
        let height = lots.between(0.2, 0.42) as f32;
        mesh.bar("leaf-1", [x, 0.0, z], [x, height, z], 0.018);
        let name = super::of_series("bloom", number, 3);
        mesh.lathe(&name, [x, height, z], 5, &[(0.03, 0.0), (0.1, 0.05), (0.0, 0.09)]);
    }
}

fn cloud(mesh: &mut Mesh, lots: &mut Lots) {
    for (x, y, radius) in
        [(0.0, 0.0, 3.2), (3.2, -0.5, 2.3), (-3.0, -0.6, 2.1), (5.2, -1.0, 1.4), (1.2, 0.9, 2.2)]
    {
        let profile = [
            (radius * 0.9, -radius * 0.35),
            (radius, 0.0),
            (radius * 0.7, radius * 0.5),
            (0.0, radius * 0.75),
        ];
        mesh.rough("cloud", ([x, y, 0.0], 9), &profile, &mut Some((lots, 0.08)));
    }
}

fn reed(mesh: &mut Mesh, lots: &mut Lots) {
    for _ in 0..8 {
        let (x, z) = (lots.between(-0.5, 0.5) as f32, lots.between(-0.3, 0.3) as f32);
        let top = [x + 0.1, lots.between(0.7, 1.3) as f32, z];
        mesh.bar("leaf-1", [x, -0.2, z], top, 0.02);
    }
}
