//! What the scene stands on, and what closes it off at the back.

use super::mesh::Mesh;
use crate::{lots::Lots, vector::Vector};

/// Half of the ground's width, in metres.
const HALF: f32 = 90.0;
/// How far the ground reaches behind the viewer.
const NEAR: f32 = 24.0;

pub(super) fn build(mesh: &mut Mesh, kind: &str, detail: &str, number: u64) -> bool {
    let place = detail.split(':').next().unwrap_or_default();
    match kind {
        "ground" => ground(mesh, place, number),
        "water" => water(mesh, number),
        "mountain" => mountain(mesh, number),
        "ridge" => ridge(mesh, number),
        "floor" => floor(mesh),
        _ => return false,
    }
    true
}

/// Height and material of the ground of a place.
pub(crate) fn height(place: &str, x: f32, z: f32) -> f32 {
    let wave = |a: f32, b: f32| (x * a).sin() * (z * b).cos();
    let beyond = |edge: f32| ((edge - z) / 30.0).max(0.0);
    match place {
        "harbour" if z < -6.0 => -3.0,
        "beach" => (0.08 * (z + 2.0)).clamp(-3.0, 0.9) + wave(0.3, 0.23) * 0.12,
        "river" => {
            let bank = (z + 9.0).abs() - 6.0;
            let low = (bank * 0.5).clamp(-1.8, 0.0);
            low + (wave(0.07, 0.09) * 0.8 * (bank / 10.0).clamp(0.0, 1.0))
        }
        "lake" | "mountain" => {
            let bank = ((x / 26.0).powi(2) + ((z + 22.0) / 13.0).powi(2)).sqrt() - 1.0;
            let shore = (bank * 6.0).clamp(-2.0, 0.0);
            shore + wave(0.08, 0.11) * 0.6 * bank.clamp(0.0, 1.0) + beyond(-36.0).powi(2) * 0.9
        }
        "park" | "village" => wave(0.09, 0.07) * 0.7 * ((x.abs() - 5.0) / 12.0).clamp(0.0, 1.0),
        "field" => wave(0.05, 0.06) * 1.6 * ((x.abs() + z.abs() - 12.0) / 25.0).clamp(0.0, 1.0),
        "forest" => wave(0.16, 0.13) * 0.5 * ((x.abs() - 3.0) / 6.0).clamp(0.0, 1.0),
        "desert" => {
            let dune = ((x * 0.06 + z * 0.03).sin() + (z * 0.11 - x * 0.02).sin()) * 1.3;
            dune.max(-0.4) * ((x.abs() + (z - 6.0).abs() - 10.0) / 18.0).clamp(0.0, 1.0)
        }
        _ => 0.0,
    }
}

fn material(place: &str, x: f32, z: f32) -> &'static str {
    match place {
        "harbour" => "paving",
        "market" | "street" | "plaza" => {
            if place == "street" && (-6.5..-1.0).contains(&z) {
                "asphalt"
            } else {
                "paving"
            }
        }
        "beach" | "desert" => "sand",
        "park" => {
            let path = (x - (z * 0.12).sin() * 3.0).abs() < 1.9;
            if path { "gravel" } else { "grass" }
        }
        "village" if (x - (z * 0.1).sin() * 2.0).abs() < 2.2 => "gravel",
        "field" => {
            let strip = ((x + 200.0) / 12.0) as i32;
            if z > -8.0 {
                "grass"
            } else if strip % 3 == 0 {
                "wheat"
            } else {
                "grass"
            }
        }
        "forest" if (x - (z * 0.15).sin() * 2.0).abs() < 1.7 => "earth",
        "forest" => "moss",
        "river" | "lake" | "mountain" if height(place, x, z) < -0.35 => "sand",
        _ => "grass",
    }
}

/// Where the squares of the ground begin: small near the viewer, large far away.
fn lines(from: f32, to: f32, fine: f32) -> Vec<f32> {
    let mut lines = vec![from];
    let mut at = from;
    while at < to {
        at += if (-9.0..16.0).contains(&at) && fine < 3.0 {
            // Paths have finer edges where people stand.
            fine / 2.0
        } else if (-24.0..18.0).contains(&at) {
            fine
        } else {
            fine * 3.0
        };
        lines.push(at.min(to));
    }
    lines
}

fn ground(mesh: &mut Mesh, place: &str, seed: u64) {
    let mut lots = Lots::new(seed);
    let flat = matches!(place, "harbour" | "market" | "street" | "plaza");
    let fine = if flat { 3.0 } else { 2.0 };
    let (xs, zs) = (lines(-HALF, HALF, fine), lines(-HALF - 20.0, NEAR, fine));
    for x in xs.windows(2) {
        for z in zs.windows(2) {
            let (&[x0, x1], &[z0, z1]) = (x, z) else { continue };
            let (mx, mz) = ((x0 + x1) / 2.0, (z0 + z1) / 2.0);
            if place == "harbour" && mz < -6.0 {
                continue;
            }
            let at = |x: f32, z: f32| -> Vector { [x, height(place, x, z), z] };
            let shade = 1.0 + lots.between(-0.045, 0.045) as f32;
            let below = [mx, -50.0, mz];
            let points = vec![at(x0, z0), at(x1, z0), at(x1, z1), at(x0, z1)];
            mesh.quad(material(place, mx, mz), points, below, shade);
        }
    }
    if place == "harbour" {
        for x in xs.windows(2) {
            let &[x0, x1] = x else { continue };
            let wall = |x: f32, y: f32| [x, y, -6.0];
            let points = vec![wall(x0, 0.0), wall(x1, 0.0), wall(x1, -3.0), wall(x0, -3.0)];
            mesh.face("stone", points, [x0, -1.0, 0.0], 0.85 + lots.unit() as f32 * 0.1);
            mesh.block("stone", [(x0 + x1) / 2.0, 0.0, -5.75], [x1 - x0 - 0.06, 0.22, 0.5]);
        }
    }
}

fn water(mesh: &mut Mesh, seed: u64) {
    let mut lots = Lots::new(seed);
    let (xs, zs) = (lines(-HALF * 2.0, HALF * 2.0, 5.0), lines(-HALF * 2.0, 12.0, 4.0));
    for x in xs.windows(2) {
        for z in zs.windows(2) {
            let (&[x0, x1], &[z0, z1]) = (x, z) else { continue };
            let points = vec![[x0, 0.0, z0], [x1, 0.0, z0], [x1, 0.0, z1], [x0, 0.0, z1]];
            mesh.face("water", points, [x0, -9.0, z0], 1.0 + lots.between(-0.05, 0.05) as f32);
        }
    }
}

/// A summit of height 1 and half width 1, with snow on top.
fn mountain(mesh: &mut Mesh, seed: u64) {
    let mut lots = Lots::new(seed.wrapping_add(40));
    let sides = 9;
    let rings = [(1.0_f32, 0.0_f32), (0.72, 0.3), (0.42, 0.62), (0.16, 0.88), (0.0, 1.0)];
    let names = ["rock-far", "rock-far", "rock-far", "snow"];
    let lean = (lots.between(-0.15, 0.15) as f32, lots.between(-0.1, 0.1) as f32);
    let points: Vec<Vec<Vector>> = rings
        .iter()
        .map(|(radius, height)| {
            (0..sides)
                .map(|side| {
                    let angle = side as f32 / sides as f32 * std::f32::consts::TAU;
                    let by = 1.0 + lots.between(-0.22, 0.22) as f32;
                    let up = if *height > 0.0 && *height < 1.0 {
                        lots.between(-0.06, 0.06)
                    } else {
                        0.0
                    };
                    [
                        angle.cos() * radius * by + lean.0 * height,
                        height + up as f32,
                        angle.sin() * radius * by + lean.1 * height,
                    ]
                })
                .collect()
        })
        .collect();
    for (pair, name) in points.windows(2).zip(names) {
        let [low, high] = pair else { continue };
        for side in 0..sides {
            let next = (side + 1) % sides;
            let corner = |ring: &[Vector], at: usize| ring.get(at).copied().unwrap_or_default();
            let shade = 1.0 + lots.between(-0.1, 0.1) as f32;
            let inside = [0.0, 0.1, 0.0];
            let (a, b) = (corner(low, side), corner(low, next));
            let (c, d) = (corner(high, next), corner(high, side));
            mesh.face(name, vec![a, b, c], inside, shade);
            mesh.face(name, vec![a, c, d], inside, shade * 0.97);
        }
    }
}

/// A line of hills 60 metres wide.
fn ridge(mesh: &mut Mesh, seed: u64) {
    let mut lots = Lots::new(seed.wrapping_add(90));
    let mut last: Option<[Vector; 3]> = None;
    for step in -10..=10_i32 {
        let x = step as f32 * 6.0;
        let end = 1.0 - (step as f32 / 10.5).powi(2);
        let top = (4.0 + lots.between(-1.4, 2.2) as f32) * end;
        let row = [[x, -1.0, 9.0], [x, top, lots.between(-2.0, 2.0) as f32], [x, -1.0, -9.0]];
        if let Some(before) = last {
            for side in 0..2_usize {
                let pick = |row: &[Vector; 3], at: usize| row.get(at).copied().unwrap_or_default();
                let points = vec![
                    pick(&before, side),
                    pick(&row, side),
                    pick(&row, side + 1),
                    pick(&before, side + 1),
                ];
                let shade = 1.0 + lots.between(-0.06, 0.06) as f32;
                mesh.quad("hill", points, [x, -20.0, 0.0], shade);
            }
        }
        last = Some(row);
    }
}

/// The floor and the walls of a studio.
fn floor(mesh: &mut Mesh) {
    for x in -7..7_i32 {
        for z in -5..9_i32 {
            let (x, z) = (x as f32 * 2.0, z as f32 * 2.0);
            let points =
                vec![[x, 0.0, z], [x + 2.0, 0.0, z], [x + 2.0, 0.0, z + 2.0], [x, 0.0, z + 2.0]];
            let shade = if ((x + z) / 2.0) as i32 % 2 == 0 { 1.0 } else { 0.94 };
            mesh.face("studio-floor", points, [x, -5.0, z], shade);
        }
    }
    mesh.block("studio-wall", [0.0, 0.0, -10.2], [28.0, 8.0, 0.4]);
    mesh.block("studio-wall", [-14.2, 0.0, 4.0], [0.4, 8.0, 28.0]);
    mesh.block("studio-wall", [14.2, 0.0, 4.0], [0.4, 8.0, 28.0]);
    for side in -6..=6_i32 {
        let x = side as f32 * 2.2;
        mesh.block("studio-panel", [x, 0.4, -9.9], [1.9, 5.4, 0.14]);
    }
    mesh.block("accent-glow", [0.0, 5.95, -9.92], [27.0, 0.12, 0.2]);
    mesh.block("accent-glow", [0.0, 0.12, -9.92], [27.0, 0.12, 0.2]);
}
