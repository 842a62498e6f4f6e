//! Houses, towers, bridges.

use super::{mesh::Mesh, of_series};

pub(super) fn build(mesh: &mut Mesh, kind: &str, number: u64) -> bool {
    match kind {
        "house" => house(mesh, number),
        "townhouse" => townhouse(mesh, number),
        "block" => block(mesh, number),
        "church" => church(mesh),
        "tower" => tower(mesh),
        "lighthouse" => lighthouse(mesh),
        "windmill" => windmill(mesh),
        "sails" => sails(mesh),
        "bridge" => bridge(mesh),
        "castle" => castle(mesh),
        "shed" => shed(mesh),
        _ => return false,
    }
    true
}

/// A window with a frame, facing +z; what lights up at night.
fn window(mesh: &mut Mesh, x: f32, y: f32, z: f32, size: (f32, f32)) {
    mesh.block("trim", [x, y - 0.06, z], [size.0 + 0.16, size.1 + 0.12, 0.06]);
    mesh.block("window", [x, y, z + 0.03], [size.0, size.1, 0.05]);
    mesh.block("trim", [x, y, z + 0.05], [0.05, size.1, 0.04]);
}

fn door(mesh: &mut Mesh, x: f32, z: f32, number: u64) {
    mesh.block("trim", [x, 0.0, z], [1.06, 2.12, 0.06]);
    mesh.block(&of_series("door", number, 3), [x, 0.0, z + 0.03], [0.86, 2.0, 0.06]);
    mesh.block("stone", [x, 0.0, z + 0.3], [1.2, 0.14, 0.6]);
}

fn house(mesh: &mut Mesh, number: u64) {
    let (wall, roof) = (of_series("wall", number, 5), of_series("roof", number / 2, 3));
    mesh.block("stone", [0.0, 0.0, 0.0], [5.2, 0.35, 4.2]);
    mesh.block(&wall, [0.0, 0.35, 0.0], [5.0, 2.75, 4.0]);
    mesh.gable(&roof, &wall, [0.0, 3.1, 0.0], [5.7, 1.9, 4.9]);
    mesh.block("brick", [1.4, 3.6, -0.7], [0.55, 1.9, 0.55]);
    door(mesh, -1.3, 2.0, number);
    window(mesh, 0.35, 1.25, 2.0, (0.95, 1.1));
    window(mesh, 1.65, 1.25, 2.0, (0.95, 1.1));
    let mut side = Mesh::default();
    window(&mut side, -0.8, 1.25, 2.5, (0.9, 1.1));
    window(&mut side, 0.9, 1.25, 2.5, (0.9, 1.1));
    mesh.put(&side, [0.0; 3], 90.0, 1.0);
    mesh.put(&side, [0.0; 3], -90.0, 1.0);
}

/// A narrow house of a town: shop below, two or three floors, roof or cornice.
fn townhouse(mesh: &mut Mesh, number: u64) {
    let (wall, roof) = (of_series("wall", number, 5), of_series("roof", number, 3));
    let floors = 2 + (number % 3) as usize;
    let height = 3.2 + floors as f32 * 2.7;
    mesh.block(&wall, [0.0, 0.0, 0.0], [5.8, height, 6.0]);
    mesh.block("stone", [0.0, 0.0, 3.0], [5.8, 0.5, 0.1]);
    mesh.block("trim", [0.0, 3.0, 3.02], [5.8, 0.18, 0.16]);
    door(mesh, 1.9, 3.0, number);
    mesh.block("trim", [-0.9, 0.62, 3.0], [3.5, 2.0, 0.06]);
    mesh.block("window", [-0.9, 0.72, 3.03], [3.3, 1.8, 0.06]);
    let awning = of_series("awning", number, 4);
    let lip = [[-2.8, 2.9, 3.05], [1.0, 2.9, 3.05], [1.0, 2.4, 4.2], [-2.8, 2.4, 4.2]];
    if number.is_multiple_of(2) {
        mesh.sheet(&awning, &lip, 1.0);
    }
    for floor in 0..floors {
        for column in -1..=1_i32 {
            let (x, y) = (column as f32 * 1.75, 3.75 + floor as f32 * 2.7);
            window(mesh, x, y, 3.0, (0.95, 1.5));
            mesh.block("trim", [x, y - 0.16, 3.1], [1.25, 0.1, 0.2]);
        }
    }
    if number % 3 == 1 {
        mesh.block("trim", [0.0, height, 0.0], [6.0, 0.3, 6.2]);
    } else {
        let mut top = Mesh::default();
        top.gable(&roof, &wall, [0.0; 3], [6.2, 2.2, 6.2]);
        mesh.put(&top, [0.0, height, 0.0], if number.is_multiple_of(3) { 0.0 } else { 90.0 }, 1.0);
    }
}

/// A building of a skyline.
fn block(mesh: &mut Mesh, number: u64) {
    let height = 14.0 + (number * 7 % 5) as f32 * 5.0;
    let wall = of_series("far", number, 3);
    mesh.block(&wall, [0.0, 0.0, 0.0], [8.0, height, 8.0]);
    if number.is_multiple_of(2) {
        mesh.block(&wall, [1.0, height, 0.0], [4.0, 4.0, 4.0]);
    }
    for floor in 0..((height / 2.6) as i32) {
        let lit = !(floor as u64 * 13 + number * 5).is_multiple_of(4);
        let name = if lit { "window" } else { "window-dark" };
        mesh.block(name, [0.0, 1.0 + floor as f32 * 2.6, 4.0], [6.8, 1.3, 0.1]);
    }
}

fn church(mesh: &mut Mesh) {
    mesh.block("wall-1", [0.0, 0.0, 0.0], [9.0, 4.6, 5.2]);
    mesh.gable("roof-2", "wall-1", [0.0, 4.6, 0.0], [9.4, 3.0, 5.9]);
    mesh.block("wall-1", [-5.2, 0.0, 0.0], [3.2, 8.4, 3.2]);
    mesh.block("trim", [-5.2, 8.4, 0.0], [3.5, 0.25, 3.5]);
    mesh.frustum("roof-2", [-5.2, 8.65, 0.0], [3.4, 5.2, 3.4], [0.05, 0.05]);
    mesh.block("metal", [-5.2, 13.6, 0.0], [0.08, 1.2, 0.08]);
    mesh.block("metal", [-5.2, 14.3, 0.0], [0.6, 0.08, 0.08]);
    for x in [-2.2_f32, 0.0, 2.2] {
        window(mesh, x, 1.4, 2.6, (0.8, 2.2));
    }
    window(mesh, -5.2, 5.6, 1.6, (0.9, 1.6));
    door(mesh, -5.2, 1.6, 1);
}

fn tower(mesh: &mut Mesh) {
    mesh.block("stone", [0.0, 0.0, 0.0], [5.4, 1.0, 5.4]);
    mesh.block("wall-3", [0.0, 1.0, 0.0], [4.6, 11.0, 4.6]);
    mesh.block("trim", [0.0, 12.0, 0.0], [5.2, 0.4, 5.2]);
    mesh.frustum("roof-3", [0.0, 12.4, 0.0], [5.0, 4.4, 5.0], [0.3, 0.3]);
    door(mesh, 0.0, 2.3, 2);
    for floor in 0..3 {
        window(mesh, 0.0, 3.6 + floor as f32 * 2.3, 2.3, (0.9, 1.3));
    }
    let mut clock = Mesh::default();
    clock.lathe("trim", [0.0; 3], 16, &[(0.85, 0.0), (0.85, 0.12)]);
    clock.block("metal", [0.0, 0.12, -0.25], [0.07, 0.03, 0.6]);
    clock.block("metal", [0.18, 0.12, 0.0], [0.4, 0.03, 0.07]);
    mesh.join(&clock, |p| [p[0], 10.7 - p[2], 2.3 + p[1]]);
}

fn lighthouse(mesh: &mut Mesh) {
    mesh.lathe("stone", [0.0; 3], 10, &[(3.4, -2.5), (3.0, 0.3), (2.6, 0.5)]);
    let bands = [
        (0.5, 2.0, "white"),
        (2.7, 1.86, "red"),
        (4.9, 1.7, "white"),
        (7.1, 1.54, "red"),
        (9.3, 1.38, "white"),
    ];
    for (bottom, radius, name) in bands {
        mesh.lathe(name, [0.0; 3], 12, &[(radius, bottom), (radius - 0.16, bottom + 2.2)]);
    }
    mesh.lathe("metal", [0.0; 3], 12, &[(1.9, 11.5), (1.9, 11.7)]);
    mesh.lathe("lamp", [0.0; 3], 10, &[(0.85, 11.7), (0.85, 13.1)]);
    for post in 0..6 {
        let angle = post as f32 / 6.0 * std::f32::consts::TAU;
        let (sine, cosine) = angle.sin_cos();
        mesh.bar("metal", [cosine, 11.7, sine], [cosine, 13.1, sine], 0.06);
        let (sine, cosine) = (sine * 1.8, cosine * 1.8);
        mesh.bar("metal", [cosine, 11.7, sine], [cosine, 12.5, sine], 0.04);
    }
    mesh.lathe("red", [0.0; 3], 12, &[(1.35, 13.1), (0.2, 14.3), (0.0, 14.9)]);
    let mut front = Mesh::default();
    front.block("door-1", [0.0, 0.5, 1.92], [0.95, 1.9, 0.16]);
    front.block("window", [0.0, 5.6, 1.6], [0.5, 0.8, 0.1]);
    front.block("window", [0.0, 9.2, 1.34], [0.5, 0.8, 0.1]);
    mesh.put(&front, [0.0; 3], 15.0, 1.0);
}

fn windmill(mesh: &mut Mesh) {
    mesh.lathe("stone", [0.0; 3], 8, &[(2.5, 0.0), (2.4, 1.0)]);
    mesh.lathe("wall-1", [0.0; 3], 8, &[(2.3, 1.0), (1.5, 6.4)]);
    mesh.lathe("roof-2", [0.0; 3], 8, &[(1.75, 6.4), (1.3, 7.3), (0.0, 8.0)]);
    mesh.bar("wood", [0.0, 6.7, 0.8], [0.0, 6.7, 2.1], 0.16);
    door(mesh, 0.0, 2.05, 0);
    window(mesh, 0.0, 3.4, 1.75, (0.7, 0.9));
}

/// The wheel of a windmill, about the origin.
fn sails(mesh: &mut Mesh) {
    mesh.ball("wood", [0.0; 3], [0.3, 0.3, 0.3], 8);
    for arm in 0..4 {
        let angle = arm as f32 * std::f32::consts::FRAC_PI_2 + 0.4;
        let (sine, cosine) = angle.sin_cos();
        let at = |along: f32, aside: f32| {
            [cosine * along - sine * aside, sine * along + cosine * aside, 0.0]
        };
        mesh.bar("wood", at(0.0, 0.0), at(4.0, 0.0), 0.07);
        mesh.sheet("cloth", &[at(0.9, 0.06), at(3.9, 0.06), at(3.9, 0.85), at(0.9, 0.7)], 1.0);
        for bar in 1..4 {
            let along = 0.9 + bar as f32 * 0.8;
            mesh.bar("wood", at(along, 0.0), at(along, 0.85), 0.035);
        }
    }
}

/// A bridge along z, 16 metres long.
fn bridge(mesh: &mut Mesh) {
    let top = |z: f32| 1.5 - (z / 8.0).powi(2) * 1.4;
    for step in -8..8_i32 {
        let (z0, z1) = (step as f32, step as f32 + 1.0);
        let slab = |x: f32, y: f32, z: f32| [x, top(z) + y, z];
        let inside = [0.0, top(z0) - 0.2, z0 + 0.5];
        let deck =
            vec![slab(-1.7, 0.0, z0), slab(1.7, 0.0, z0), slab(1.7, 0.0, z1), slab(-1.7, 0.0, z1)];
        mesh.face("wood", deck, inside, if step % 2 == 0 { 1.0 } else { 0.92 });
        for x in [-1.7_f32, 1.7] {
            let side =
                vec![slab(x, 0.0, z0), slab(x, 0.0, z1), slab(x, -0.5, z1), slab(x, -0.5, z0)];
            mesh.face("wood", side, inside, 0.8);
            mesh.bar("wood", slab(x, 0.95, z0), slab(x, 0.95, z1), 0.06);
            mesh.bar("wood", slab(x, 0.0, z0), slab(x, 0.95, z0), 0.06);
        }
    }
    for (x, z) in [(-1.5_f32, -4.0_f32), (1.5, -4.0), (-1.5, 4.0), (1.5, 4.0)] {
        mesh.block("stone", [x, -3.0, z], [0.6, 3.0 + top(z) - 0.3, 0.8]);
    }
}

fn castle(mesh: &mut Mesh) {
    mesh.block("stone", [0.0, 0.0, 0.0], [12.0, 5.0, 8.0]);
    mesh.block("wall-3", [1.0, 5.0, -0.5], [6.0, 4.0, 5.0]);
    mesh.gable("roof-2", "wall-3", [1.0, 9.0, -0.5], [6.6, 2.4, 5.8]);
    for (x, z, height) in [(-6.0, 4.0, 8.0), (6.0, 4.0, 9.5), (-6.0, -4.0, 9.0), (6.0, -4.0, 8.0)] {
        mesh.lathe(
            "stone",
            [x, 0.0, z],
            9,
            &[(1.7, 0.0), (1.6, height), (1.85, height + 0.1), (1.85, height + 0.8)],
        );
        mesh.lathe("roof-2", [x, height + 0.8, z], 9, &[(2.0, 0.0), (0.0, 3.2)]);
    }
    for step in -4..=4_i32 {
        mesh.block("stone", [step as f32 * 1.15, 5.0, 3.8], [0.6, 0.6, 0.4]);
    }
    mesh.block("door-2", [0.0, 0.0, 4.0], [2.2, 3.0, 0.16]);
    window(mesh, 1.0, 6.2, 2.0, (0.7, 1.4));
    window(mesh, 3.0, 6.2, 2.0, (0.7, 1.4));
}

/// A harbour shed of boards.
fn shed(mesh: &mut Mesh) {
    mesh.block("wood-red", [0.0, 0.0, 0.0], [6.4, 3.0, 4.4]);
    mesh.gable("roof-2", "wood-red", [0.0, 3.0, 0.0], [6.9, 1.7, 5.2]);
    for x in -5..=5_i32 {
        mesh.block("wood-red", [x as f32 * 0.58, 0.0, 2.2], [0.05, 3.0, 0.05]);
    }
    mesh.block("trim", [-1.4, 0.0, 2.21], [2.3, 2.4, 0.08]);
    mesh.block("door-3", [-1.4, 0.0, 2.24], [2.0, 2.25, 0.08]);
    window(mesh, 1.7, 1.2, 2.2, (1.1, 1.0));
}
