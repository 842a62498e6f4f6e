//! People of rigid limbs, 1.76 metres high, facing +z. Materials carry the character's id.

use super::mesh::Mesh;
use crate::vector::Vector;

/// A part of a body that moves as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limb {
    Body,
    Head,
    ArmLeft,
    ArmRight,
    LegLeft,
    LegRight,
}

impl Limb {
    pub(crate) const ALL: [Self; 6] =
        [Self::Body, Self::Head, Self::ArmLeft, Self::ArmRight, Self::LegLeft, Self::LegRight];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Head => "head",
            Self::ArmLeft => "arm-left",
            Self::ArmRight => "arm-right",
            Self::LegLeft => "leg-left",
            Self::LegRight => "leg-right",
        }
    }

    /// Where it is joined on, from the ground.
    pub(crate) fn joint(self) -> Vector {
        match self {
            Self::Body => [0.0, 0.86, 0.0],
            Self::Head => [0.0, 1.45, 0.0],
            Self::ArmLeft => [0.225, 1.36, 0.0],
            Self::ArmRight => [-0.225, 1.36, 0.0],
            Self::LegLeft => [0.1, 0.86, 0.0],
            Self::LegRight => [-0.1, 0.86, 0.0],
        }
    }

    /// Degrees about z at which it hangs when nothing moves.
    pub(crate) fn rest(self) -> f32 {
        match self {
            Self::ArmLeft => 9.0,
            Self::ArmRight => -9.0,
            _ => 0.0,
        }
    }
}

/// The mesh of a limb, about its joint. `style` chooses hair and hat.
pub(crate) fn limb(id: &str, limb: Limb, style: u64) -> Mesh {
    let mut mesh = Mesh::default();
    let of = |what: &str| format!("{id}-{what}");
    match limb {
        Limb::Body => body(&mut mesh, &of("coat"), &of("trousers"), &of("skin"), style),
        Limb::Head => head(&mut mesh, &of("skin"), &of("hair"), &of("hat"), style),
        Limb::ArmLeft | Limb::ArmRight => arm(&mut mesh, &of("coat"), &of("skin")),
        Limb::LegLeft | Limb::LegRight => leg(&mut mesh, &of("trousers"), style),
    }
    mesh
}

fn oval(mesh: &mut Mesh, name: &str, at: Vector, profile: &[(f32, f32)], depth: f32) {
    let mut round = Mesh::default();
    round.lathe(name, [0.0; 3], 10, profile);
    mesh.join(&round, |p| [p[0] + at[0], p[1] + at[1], p[2] * depth + at[2]]);
}

fn body(mesh: &mut Mesh, coat: &str, trousers: &str, skin: &str, style: u64) {
    let hem = if style.is_multiple_of(3) { -0.34 } else { -0.06 };
    let wide = if style.is_multiple_of(3) { 0.27 } else { 0.2 };
    oval(mesh, trousers, [0.0; 3], &[(0.15, -0.12), (0.19, 0.02), (0.18, 0.1)], 0.72);
    let profile =
        [(wide, hem), (0.19, 0.1), (0.22, 0.36), (0.235, 0.47), (0.16, 0.56), (0.07, 0.6)];
    oval(mesh, coat, [0.0; 3], &profile, 0.66);
    mesh.lathe(skin, [0.0, 0.56, 0.0], 8, &[(0.065, 0.0), (0.06, 0.12)]);
    // Buttons and a collar.
    mesh.block("trim", [0.0, 0.12, 0.135], [0.025, 0.34, 0.02]);
    oval(mesh, coat, [0.0, 0.545, 0.0], &[(0.11, 0.0), (0.085, 0.07)], 0.85);
}

fn head(mesh: &mut Mesh, skin: &str, hair: &str, hat: &str, style: u64) {
    let face = [(0.06, 0.0), (0.115, 0.05), (0.145, 0.14), (0.148, 0.2), (0.12, 0.29), (0.0, 0.34)];
    oval(mesh, skin, [0.0; 3], &face, 1.02);
    mesh.block("ink", [0.055, 0.168, 0.128], [0.026, 0.034, 0.03]);
    mesh.block("ink", [-0.055, 0.168, 0.128], [0.026, 0.034, 0.03]);
    mesh.frustum(skin, [0.0, 0.115, 0.145], [0.04, 0.06, 0.05], [0.02, 0.02]);
    mesh.block("mouth", [0.0, 0.07, 0.115], [0.07, 0.014, 0.03]);
    for x in [-0.147_f32, 0.147] {
        mesh.ball(skin, [x, 0.16, 0.0], [0.025, 0.045, 0.035], 6);
    }
    let cap = [(0.158, 0.18), (0.162, 0.24), (0.13, 0.33), (0.0, 0.375)];
    oval(mesh, hair, [0.0, 0.0, -0.022], &cap, 1.02);
    match style % 4 {
        0 => {
            oval(mesh, hat, [0.0, 0.0, 0.0], &[(0.168, 0.25), (0.165, 0.33), (0.0, 0.41)], 1.02);
            mesh.block(hat, [0.0, 0.25, 0.17], [0.22, 0.025, 0.15]);
        }
        1 => {
            oval(mesh, hair, [0.0, 0.0, -0.05], &[(0.1, -0.06), (0.155, 0.02), (0.16, 0.2)], 0.75);
        }
        2 => mesh.ball(hair, [0.0, 0.34, -0.1], [0.08, 0.08, 0.08], 8),
        _ => {
            oval(mesh, hair, [0.0, 0.0, -0.07], &[(0.11, 0.08), (0.14, 0.22)], 0.7);
        }
    }
}

fn arm(mesh: &mut Mesh, coat: &str, skin: &str) {
    mesh.lathe(
        coat,
        [0.0; 3],
        8,
        &[(0.055, -0.5), (0.062, -0.26), (0.078, -0.04), (0.06, 0.04), (0.0, 0.07)],
    );
    mesh.ball(skin, [0.0, -0.565, 0.01], [0.05, 0.075, 0.055], 8);
}

fn leg(mesh: &mut Mesh, trousers: &str, style: u64) {
    let boots = if style.is_multiple_of(2) { "rubber" } else { "leather" };
    mesh.lathe(
        trousers,
        [0.0; 3],
        8,
        &[(0.075, -0.74), (0.085, -0.4), (0.105, -0.02), (0.09, 0.04)],
    );
    mesh.lathe(boots, [0.0; 3], 8, &[(0.08, -0.84), (0.09, -0.74), (0.085, -0.62)]);
    mesh.frustum(boots, [0.0, -0.86, 0.05], [0.13, 0.1, 0.28], [0.11, 0.2]);
}
