//! Meshes of flat convex faces, and the solids they are built of.

use std::{collections::BTreeMap, f32::consts::TAU};

use crate::{
    lots::Lots,
    vector::{Vector, add, cross, dot, scale, subtract, turned, unit},
};

/// A flat convex face, counter-clockwise seen from outside.
#[derive(Debug, Clone)]
pub(crate) struct Face {
    pub(crate) points: Vec<Vector>,
    pub(crate) normal: Vector,
    /// Multiplies the colour of its material.
    pub(crate) shade: f32,
}

/// Faces by their material.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mesh {
    pub(crate) parts: BTreeMap<String, Vec<Face>>,
}

impl Mesh {
    /// A face that looks away from `inside`. Faces without an area are left out.
    pub(crate) fn face(
        &mut self,
        material: &str,
        mut points: Vec<Vector>,
        inside: Vector,
        shade: f32,
    ) {
        let Some(mut normal) = normal(&points) else { return };
        let middle = scale(points.iter().copied().fold([0.0; 3], add), 1.0 / points.len() as f32);
        if dot(normal, subtract(middle, inside)) < 0.0 {
            points.reverse();
            normal = scale(normal, -1.0);
        }
        let face = Face { points, normal, shade };
        self.parts.entry(material.to_owned()).or_default().push(face);
    }

    /// A face to be seen from both sides.
    pub(crate) fn sheet(&mut self, material: &str, points: &[Vector], shade: f32) {
        let Some(normal) = normal(points) else { return };
        let Some(first) = points.first().copied() else { return };
        for side in [1.0, -1.0] {
            let inside = subtract(first, scale(normal, side));
            self.face(material, points.to_vec(), inside, shade);
        }
    }

    /// A box by the middle of its bottom and its size.
    pub(crate) fn block(&mut self, material: &str, at: Vector, size: Vector) {
        self.frustum(material, at, size, [size[0], size[2]]);
    }

    /// A box whose top has another size.
    pub(crate) fn frustum(&mut self, material: &str, at: Vector, size: Vector, top: [f32; 2]) {
        let corner = |x: f32, high: bool, z: f32| {
            let (width, depth) = if high { (top[0], top[1]) } else { (size[0], size[2]) };
            let height = if high { size[1] } else { 0.0 };
            add(at, [x * width / 2.0, height, z * depth / 2.0])
        };
        let inside = add(at, [0.0, size[1] / 2.0, 0.0]);
        for (x0, z0, x1, z1) in [
            (-1.0, 1.0, 1.0, 1.0),
            (1.0, 1.0, 1.0, -1.0),
            (1.0, -1.0, -1.0, -1.0),
            (-1.0, -1.0, -1.0, 1.0),
        ] {
            let points = vec![
                corner(x0, false, z0),
                corner(x1, false, z1),
                corner(x1, true, z1),
                corner(x0, true, z0),
            ];
            self.face(material, points, inside, 1.0);
        }
        for high in [false, true] {
            let points = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)];
            let points = points.map(|(x, z)| corner(x, high, z)).to_vec();
            self.face(material, points, inside, 1.0);
        }
    }

    /// A roof with a ridge along x: by the middle of its bottom, and its size.
    pub(crate) fn gable(&mut self, roof: &str, wall: &str, at: Vector, size: Vector) {
        let (w, h, d) = (size[0] / 2.0, size[1], size[2] / 2.0);
        let p = |x: f32, y: f32, z: f32| add(at, [x, y, z]);
        let inside = p(0.0, h / 3.0, 0.0);
        for z in [d, -d] {
            let slope = vec![p(-w, 0.0, z), p(w, 0.0, z), p(w, h, 0.0), p(-w, h, 0.0)];
            self.face(roof, slope, inside, 1.0);
        }
        // Walls stand back from the edge of the roof.
        let back = w * 0.92;
        for x in [back, -back] {
            self.face(
                wall,
                vec![p(x, 0.0, d), p(x, 0.0, -d), p(x, h, 0.0)],
                p(0.0, h / 3.0, 0.0),
                1.0,
            );
        }
        self.face(
            roof,
            vec![p(-w, 0.0, -d), p(w, 0.0, -d), p(w, 0.0, d), p(-w, 0.0, d)],
            inside,
            0.7,
        );
    }

    /// A body turned about the vertical: radius and height from bottom to top, on `sides` sides.
    pub(crate) fn lathe(
        &mut self,
        material: &str,
        at: Vector,
        sides: usize,
        profile: &[(f32, f32)],
    ) {
        self.rough(material, (at, sides), profile, &mut None);
    }

    /// As `lathe`, with uneven edges and shades.
    pub(crate) fn rough(
        &mut self,
        material: &str,
        (at, sides): (Vector, usize),
        profile: &[(f32, f32)],
        lots: &mut Option<(&mut Lots, f32)>,
    ) {
        let mut lot = |amount: f32| match lots {
            Some((lots, most)) => 1.0 + lots.between(-1.0, 1.0) as f32 * *most * amount,
            None => 1.0,
        };
        let ring = |radius: f32, height: f32, jitter: &[f32]| -> Vec<Vector> {
            let angle = |side: usize| (side as f32 + 0.5) / sides as f32 * TAU;
            (0..sides)
                .zip(jitter)
                .map(|(side, by)| {
                    let (sine, cosine) = angle(side).sin_cos();
                    add(at, [cosine * radius * by, height, sine * radius * by])
                })
                .collect()
        };
        let rings: Vec<Vec<Vector>> = profile
            .iter()
            .map(|(radius, height)| {
                let jitter: Vec<f32> = (0..sides).map(|_| lot(1.0)).collect();
                ring(*radius, *height, &jitter)
            })
            .collect();
        for (pair, heights) in rings.windows(2).zip(profile.windows(2)) {
            let ([low, high], [(_, bottom), (_, top)]) = (pair, heights) else { continue };
            let inside = add(at, [0.0, (bottom + top) / 2.0, 0.0]);
            for side in 0..sides {
                let next = (side + 1) % sides;
                let points = [low.get(side), low.get(next), high.get(next), high.get(side)];
                let shade = lot(0.35);
                self.quad(material, points.into_iter().flatten().copied().collect(), inside, shade);
            }
        }
        let mut cap = |ring: Option<&Vec<Vector>>, inside: f32| {
            if let Some(ring) = ring {
                self.face(material, ring.clone(), add(at, [0.0, inside, 0.0]), 1.0);
            }
        };
        let (low, high) =
            (profile.first().map_or(0.0, |p| p.1), profile.last().map_or(0.0, |p| p.1));
        cap(rings.first(), low + 1.0);
        cap(rings.last(), high - 1.0);
    }

    /// Four points that need not lie in a plane: two triangles where they do not.
    pub(crate) fn quad(
        &mut self,
        material: &str,
        mut points: Vec<Vector>,
        inside: Vector,
        shade: f32,
    ) {
        points.dedup_by(|a, b| {
            let apart = subtract(*a, *b);
            dot(apart, apart) < 1e-8
        });
        let [a, b, c, d] = points.as_slice() else {
            return self.face(material, points, inside, shade);
        };
        let (a, b, c, d) = (*a, *b, *c, *d);
        let flat = unit(cross(subtract(b, a), subtract(c, a)))
            .is_none_or(|normal| dot(normal, subtract(d, a)).abs() < 1e-3);
        if flat {
            self.face(material, points, inside, shade);
        } else {
            self.face(material, vec![a, b, c], inside, shade);
            self.face(material, vec![a, c, d], inside, shade);
        }
    }

    /// A round body.
    pub(crate) fn ball(&mut self, material: &str, middle: Vector, radii: Vector, sides: usize) {
        let rows = (sides / 2).max(3);
        let profile: Vec<(f32, f32)> = (0..=rows)
            .map(|row| {
                let (sine, cosine) = (row as f32 / rows as f32 * TAU / 2.0).sin_cos();
                (sine, -cosine)
            })
            .collect();
        let mut ball = Self::default();
        ball.lathe(material, [0.0; 3], sides, &profile);
        self.join(&ball, |p| add(middle, [p[0] * radii[0], p[1] * radii[1], p[2] * radii[2]]));
    }

    /// A round bar between two points.
    pub(crate) fn bar(&mut self, material: &str, from: Vector, to: Vector, radius: f32) {
        let along = subtract(to, from);
        let Some(axis) = unit(along) else { return };
        let aside = if axis[1].abs() > 0.9 { [1.0, 0.0, 0.0] } else { [0.0, 1.0, 0.0] };
        let Some(x) = unit(cross(axis, aside)) else { return };
        let z = cross(axis, x);
        let length = dot(along, along).sqrt();
        let mut bar = Self::default();
        let sides = if radius > 0.12 { 14 } else { 6 };
        bar.lathe(material, [0.0; 3], sides, &[(radius, 0.0), (radius, length)]);
        self.join(&bar, |p| add(from, add(add(scale(x, p[0]), scale(axis, p[1])), scale(z, p[2]))));
    }

    /// Adds another mesh at a place.
    pub(crate) fn put(&mut self, other: &Self, at: Vector, degrees: f32, size: f32) {
        self.join(other, |p| add(at, turned(scale(p, size), degrees)));
    }

    /// Adds another mesh with its points moved.
    pub(crate) fn join(&mut self, other: &Self, moved: impl Fn(Vector) -> Vector) {
        for (material, faces) in &other.parts {
            for face in faces {
                let points: Vec<Vector> = face.points.iter().map(|point| moved(*point)).collect();
                // What lay behind the face still does when both are moved.
                let first = face.points.first().copied().unwrap_or_default();
                let inside = moved(subtract(first, scale(face.normal, 0.01)));
                self.face(material, points, inside, face.shade);
            }
        }
    }

    pub(crate) fn triangles(&self) -> usize {
        self.parts.values().flatten().map(|face| face.points.len().saturating_sub(2)).sum()
    }
}

/// The direction that a face looks to.
fn normal(points: &[Vector]) -> Option<Vector> {
    // Newell's sum also serves faces whose first corners lie on a line.
    let next = points.iter().cycle().skip(1);
    let sum = points.iter().zip(next).fold([0.0; 3], |sum, (a, b)| {
        add(
            sum,
            [
                (a[1] - b[1]) * (a[2] + b[2]),
                (a[2] - b[2]) * (a[0] + b[0]),
                (a[0] - b[0]) * (a[1] + b[1]),
            ],
        )
    });
    if points.len() < 3 { None } else { unit(scale(sum, 1_000.0)) }
}
