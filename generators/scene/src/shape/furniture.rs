//! What stands about in places.

use super::{mesh::Mesh, of_series};

pub(super) fn build(mesh: &mut Mesh, kind: &str, number: u64) -> bool {
    match kind {
        "stall" => stall(mesh, number),
        "bench" => bench(mesh),
        "streetlamp" => streetlamp(mesh),
        "crates" => crates(mesh),
        "barrel" => barrel(mesh),
        "fence" => fence(mesh),
        "fountain" => fountain(mesh),
        "bollard" => mesh.lathe(
            "metal",
            [0.0; 3],
            8,
            &[(0.26, 0.0), (0.2, 0.1), (0.17, 0.55), (0.27, 0.62), (0.2, 0.8)],
        ),
        "parasol" => parasol(mesh, number),
        "flag" => flag(mesh, number),
        "desk" => desk(mesh),
        "screen" => screen(mesh),
        "spotlight" => spotlight(mesh),
        "camera-rig" => camera_rig(mesh),
        "sign" => sign(mesh),
        "campfire" => campfire(mesh),
        "net" => net(mesh),
        _ => return false,
    }
    true
}

fn stall(mesh: &mut Mesh, number: u64) {
    let cloth = of_series("awning", number, 4);
    mesh.block("wood", [0.0, 0.0, 0.3], [3.0, 0.9, 1.1]);
    mesh.block("trim", [0.0, 0.9, 0.3], [3.2, 0.08, 1.3]);
    for (x, z) in [(-1.5_f32, 0.9_f32), (1.5, 0.9), (-1.5, -0.9), (1.5, -0.9)] {
        mesh.block("wood", [x, 0.0, z], [0.1, if z > 0.0 { 2.2 } else { 2.7 }, 0.1]);
    }
    for strip in 0..8 {
        let (x0, x1) = (-1.8 + strip as f32 * 0.45, -1.35 + strip as f32 * 0.45);
        let name = if strip % 2 == 0 { cloth.as_str() } else { "cloth" };
        mesh.sheet(name, &[[x0, 2.8, -1.1], [x1, 2.8, -1.1], [x1, 2.2, 1.2], [x0, 2.2, 1.2]], 1.0);
        mesh.sheet(
            name,
            &[[x0, 2.2, 1.2], [x1, 2.2, 1.2], [x1, 1.95, 1.22], [x0, 1.95, 1.22]],
            0.92,
        );
    }
    for tray in 0..3 {
        let x = -1.0 + tray as f32;
        mesh.block("crate", [x, 0.98, 0.35], [0.85, 0.14, 0.8]);
        let fruit = of_series("bloom", number + tray as u64, 3);
        for ball in 0..9 {
            let (column, row) = ((ball % 3) as f32, (ball / 3) as f32);
            mesh.ball(
                &fruit,
                [x - 0.25 + column * 0.25, 1.17, 0.12 + row * 0.23],
                [0.12, 0.12, 0.12],
                6,
            );
        }
    }
}

fn bench(mesh: &mut Mesh) {
    for slat in 0..3 {
        mesh.block("wood", [0.0, 0.46, -0.16 + slat as f32 * 0.17], [1.7, 0.05, 0.14]);
    }
    for slat in 0..2 {
        mesh.block("wood", [0.0, 0.62 + slat as f32 * 0.2, -0.3], [1.7, 0.14, 0.05]);
    }
    for x in [-0.7_f32, 0.7] {
        mesh.block("metal", [x, 0.0, 0.0], [0.07, 0.46, 0.44]);
        mesh.block("metal", [x, 0.46, -0.33], [0.07, 0.5, 0.05]);
    }
}

fn streetlamp(mesh: &mut Mesh) {
    mesh.lathe("metal", [0.0; 3], 8, &[(0.2, 0.0), (0.16, 0.4), (0.06, 0.6), (0.05, 3.4)]);
    mesh.bar("metal", [0.0, 3.2, 0.0], [0.0, 3.55, 0.0], 0.12);
    mesh.lathe("lamp", [0.0; 3], 6, &[(0.12, 3.5), (0.24, 3.95)]);
    mesh.lathe("metal", [0.0; 3], 6, &[(0.3, 3.95), (0.05, 4.2), (0.0, 4.35)]);
}

fn crates(mesh: &mut Mesh) {
    for (x, y, z, size, turn) in
        [(0.0, 0.0, 0.0, 0.9, 8.0), (0.95, 0.0, 0.1, 0.8, -12.0), (0.4, 0.9, 0.0, 0.75, 20.0)]
    {
        let mut one = Mesh::default();
        one.block("crate", [0.0; 3], [size, size, size]);
        for edge in [0.06, size - 0.12] {
            one.block("wood", [0.0, edge, 0.0], [size + 0.05, 0.1, size + 0.05]);
        }
        mesh.put(&one, [x, y, z], turn, 1.0);
    }
}

fn barrel(mesh: &mut Mesh) {
    mesh.lathe("crate", [0.0; 3], 10, &[(0.32, 0.0), (0.4, 0.3), (0.4, 0.6), (0.32, 0.95)]);
    for y in [0.22_f32, 0.68] {
        mesh.lathe("metal", [0.0; 3], 10, &[(0.405, y), (0.405, y + 0.07)]);
    }
}

fn fence(mesh: &mut Mesh) {
    for post in 0..3 {
        mesh.block("wood", [post as f32 * 1.4 - 1.4, 0.0, 0.0], [0.12, 1.0, 0.12]);
    }
    for y in [0.4_f32, 0.8] {
        mesh.block("wood", [0.0, y, 0.0], [2.9, 0.1, 0.06]);
    }
}

fn fountain(mesh: &mut Mesh) {
    mesh.lathe("stone", [0.0; 3], 16, &[(2.3, 0.0), (2.3, 0.55), (2.0, 0.55), (2.0, 0.3)]);
    mesh.lathe("water", [0.0; 3], 16, &[(1.98, 0.38), (0.3, 0.42)]);
    mesh.lathe(
        "stone",
        [0.0; 3],
        10,
        &[(0.45, 0.2), (0.3, 0.6), (0.25, 1.5), (1.05, 1.8), (0.95, 1.9)],
    );
    mesh.lathe("water", [0.0; 3], 12, &[(0.95, 1.86), (0.1, 1.92)]);
    mesh.lathe("water-light", [0.0; 3], 6, &[(0.1, 1.9), (0.07, 2.7), (0.0, 2.9)]);
    for jet in 0..6 {
        let angle = jet as f32 / 6.0 * std::f32::consts::TAU;
        let (sine, cosine) = angle.sin_cos();
        mesh.bar("water-light", [cosine, 1.85, sine], [cosine * 1.45, 0.4, sine * 1.45], 0.035);
    }
}

fn parasol(mesh: &mut Mesh, number: u64) {
    mesh.bar("wood", [0.0; 3], [0.15, 2.3, 0.0], 0.04);
    let (a, b) = (of_series("awning", number, 4), "cloth");
    for part in 0..8 {
        let angle = |part: i32| part as f32 / 8.0 * std::f32::consts::TAU;
        let at = |part: i32| [0.15 + angle(part).cos() * 1.4, 2.05, angle(part).sin() * 1.4];
        let name = if part % 2 == 0 { a.as_str() } else { b };
        mesh.sheet(name, &[at(part), at(part + 1), [0.15, 2.6, 0.0]], 1.0);
    }
    mesh.block(&a, [1.3, 0.02, 0.6], [0.9, 0.06, 1.9]);
}

fn flag(mesh: &mut Mesh, number: u64) {
    mesh.bar("metal", [0.0; 3], [0.0, 4.6, 0.0], 0.05);
    let name = of_series("awning", number, 4);
    let at = |x: f32, y: f32| [x, y, (x * 2.4).sin() * 0.16];
    for part in 0..4 {
        let (x0, x1) = (part as f32 * 0.4, part as f32 * 0.4 + 0.4);
        let shade = if part % 2 == 0 { 1.0 } else { 0.9 };
        mesh.sheet(&name, &[at(x0, 4.5), at(x1, 4.5), at(x1, 3.5)], shade);
        mesh.sheet(&name, &[at(x0, 4.5), at(x1, 3.5), at(x0, 3.5)], shade);
    }
}

/// The desk of a newsroom: its front bends.
fn desk(mesh: &mut Mesh) {
    for part in -2..=2_i32 {
        let degrees = part as f32 * -13.0;
        let mut one = Mesh::default();
        one.block("studio-desk", [0.0, 0.0, 2.6], [0.66, 0.98, 0.5]);
        one.block("accent-glow", [0.0, 0.5, 2.86], [0.6, 0.05, 0.03]);
        one.block("trim", [0.0, 0.98, 2.5], [0.74, 0.07, 0.86]);
        mesh.put(&one, [0.0, 0.0, -2.6], -degrees, 1.0);
    }
    mesh.block("white", [-0.5, 1.05, 0.05], [0.3, 0.01, 0.4]);
    mesh.lathe("white", [0.55, 1.05, 0.05], 8, &[(0.05, 0.0), (0.06, 0.12)]);
}

/// A wall of screens with a map of light.
fn screen(mesh: &mut Mesh) {
    mesh.block("metal", [0.0, 1.0, 0.0], [8.4, 4.1, 0.18]);
    mesh.block("screen", [0.0, 1.12, 0.1], [8.1, 3.86, 0.08]);
    for (x, y, w, h) in [
        (-2.3, 2.2, 2.2, 1.5),
        (-0.4, 2.6, 1.0, 1.1),
        (1.5, 2.1, 2.4, 1.7),
        (2.7, 1.6, 0.9, 0.7),
        (-1.2, 1.5, 0.9, 0.8),
    ] {
        mesh.frustum("screen-map", [x, y, 0.14], [w, h, 0.03], [w * 0.6, 0.03]);
    }
    mesh.block("accent-glow", [-2.0, 1.25, 0.15], [3.6, 0.28, 0.03]);
    mesh.block("white", [-2.6, 1.33, 0.17], [2.0, 0.1, 0.02]);
}

fn spotlight(mesh: &mut Mesh) {
    for leg in 0..3 {
        let angle = leg as f32 / 3.0 * std::f32::consts::TAU;
        let (sine, cosine) = angle.sin_cos();
        mesh.bar("metal", [cosine * 0.6, 0.0, sine * 0.6], [0.0, 1.0, 0.0], 0.03);
    }
    mesh.bar("metal", [0.0, 0.9, 0.0], [0.0, 3.0, 0.0], 0.04);
    mesh.block("metal", [0.0, 2.9, 0.0], [0.9, 0.7, 0.3]);
    mesh.block("lamp", [0.0, 2.97, 0.14], [0.8, 0.56, 0.06]);
}

fn camera_rig(mesh: &mut Mesh) {
    mesh.lathe("metal", [0.0; 3], 8, &[(0.5, 0.0), (0.45, 0.15), (0.12, 0.3), (0.1, 1.2)]);
    mesh.block("rubber", [0.0, 1.2, 0.0], [0.42, 0.5, 0.8]);
    mesh.bar("rubber", [0.0, 1.46, 0.4], [0.0, 1.46, 0.75], 0.17);
    mesh.bar("window-dark", [0.0, 1.46, 0.75], [0.0, 1.46, 0.78], 0.14);
    mesh.block("accent-glow", [0.0, 1.72, 0.3], [0.1, 0.07, 0.1]);
    mesh.bar("metal", [0.0, 1.2, -0.3], [0.3, 0.95, -0.9], 0.03);
}

fn sign(mesh: &mut Mesh) {
    mesh.block("wood", [0.0, 0.0, 0.0], [0.12, 2.1, 0.12]);
    for (y, turn) in [(1.7_f32, 15.0_f32), (1.35, -25.0)] {
        let mut one = Mesh::default();
        let points = vec![
            [-0.4, 0.0, 0.06],
            [0.5, 0.0, 0.06],
            [0.68, 0.14, 0.06],
            [0.5, 0.28, 0.06],
            [-0.4, 0.28, 0.06],
        ];
        one.sheet("crate", &points, 1.0);
        mesh.put(&one, [0.0, y, 0.0], turn, 1.0);
    }
}

fn campfire(mesh: &mut Mesh) {
    for stone in 0..8 {
        let angle = stone as f32 / 8.0 * std::f32::consts::TAU;
        mesh.ball("stone", [angle.cos() * 0.6, 0.08, angle.sin() * 0.6], [0.17, 0.14, 0.15], 6);
    }
    mesh.lathe("flame", [0.0; 3], 6, &[(0.22, 0.1), (0.3, 0.35), (0.0, 1.0)]);
    mesh.bar("bark", [-0.4, 0.1, 0.0], [0.4, 0.22, 0.1], 0.07);
    mesh.bar("bark", [0.1, 0.1, -0.4], [0.0, 0.22, 0.4], 0.07);
}

fn net(mesh: &mut Mesh) {
    mesh.lathe("rope", [0.0; 3], 9, &[(0.8, 0.0), (0.7, 0.18), (0.4, 0.35), (0.0, 0.42)]);
    for ball in 0..5 {
        let angle = ball as f32 * 1.4;
        mesh.ball("awning-1", [angle.cos() * 0.6, 0.3, angle.sin() * 0.5], [0.12, 0.1, 0.12], 6);
    }
}
