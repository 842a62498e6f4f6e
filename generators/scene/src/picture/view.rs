//! The camera of a picture: what it sees, and in which colour.

use crate::{
    document::Document,
    light::{hex, mix, parts},
    shape::{Face, Mesh},
    vector::{Vector, add, cross, dot, point, scale, subtract, unit},
};

const WIDTH: f32 = 1280.0;
pub(super) const HEIGHT: f32 = 720.0;
/// Nearer than this nothing is drawn.
const NEAR: f32 = 0.4;

/// What is drawn first to last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Layer {
    Backdrop,
    Bed,
    Water,
    Ground,
    Things,
}

/// A face on the picture.
pub(super) struct Drawn {
    pub(super) layer: Layer,
    pub(super) depth: f32,
    pub(super) line: String,
}

/// A camera and its light.
pub(super) struct View<'a> {
    document: &'a Document,
    pub(super) eye: Vector,
    right: Vector,
    up: Vector,
    ahead: Vector,
    focus: f32,
    sun: Vector,
    /// How high the water stands.
    water: f32,
    /// Where lamps shine, and how brightly.
    lamps: Vec<(Vector, f64)>,
}

impl<'a> View<'a> {
    pub(super) fn of(document: &'a Document) -> Self {
        let (eye, to) = (point(document.camera.at), point(document.camera.to));
        let ahead = unit(subtract(to, eye)).unwrap_or([0.0, 0.0, -1.0]);
        let right = unit(cross(ahead, [0.0, 1.0, 0.0])).unwrap_or([1.0, 0.0, 0.0]);
        let half = (document.camera.field_degrees as f32).to_radians() / 2.0;
        Self {
            document,
            eye,
            right,
            up: cross(right, ahead),
            ahead,
            focus: HEIGHT / 2.0 / half.tan().max(0.05),
            sun: point(document.sun.towards),
            water: water(document),
            lamps: lamps(document),
        }
    }

    /// Right, up and ahead of the eye.
    pub(super) fn seen(&self, p: Vector) -> Vector {
        let p = subtract(p, self.eye);
        [dot(p, self.right), dot(p, self.up), dot(p, self.ahead)]
    }

    pub(super) fn flat(&self, p: Vector) -> (f32, f32) {
        let depth = p[2].max(NEAR);
        (WIDTH / 2.0 + p[0] / depth * self.focus, HEIGHT / 2.0 - p[1] / depth * self.focus)
    }

    /// A polygon, cut at the nearest plane, if any of it is in the picture.
    fn outline(&self, points: impl Iterator<Item = Vector>) -> Option<(String, f32)> {
        let seen: Vec<Vector> = points.map(|p| self.seen(p)).collect();
        let mut cut: Vec<Vector> = Vec::with_capacity(seen.len() + 1);
        for (a, b) in seen.iter().zip(seen.iter().cycle().skip(1)) {
            if a[2] >= NEAR {
                cut.push(*a);
            }
            if (a[2] >= NEAR) != (b[2] >= NEAR) {
                let share = (NEAR - a[2]) / (b[2] - a[2]);
                cut.push(add(*a, scale(subtract(*b, *a), share)));
            }
        }
        let flat: Vec<(f32, f32)> = cut.iter().map(|p| self.flat(*p)).collect();
        let range = |pick: fn(&(f32, f32)) -> f32| {
            let all = flat.iter().map(pick);
            (all.clone().fold(f32::MAX, f32::min), all.fold(f32::MIN, f32::max))
        };
        let ((left, right), (top, bottom)) = (range(|p| p.0), range(|p| p.1));
        let outside = right < 0.0 || left > WIDTH || bottom < 0.0 || top > HEIGHT;
        let tiny = (right - left) * (bottom - top) < 0.35;
        if flat.len() < 3 || outside || tiny {
            return None;
        }
        let mut line = String::with_capacity(flat.len() * 12);
        for (x, y) in flat {
            let near = |part: f32| (part.clamp(-4_000.0, 6_000.0) * 10.0).round() / 10.0;
            line.push_str(&format!("{},{} ", near(x), near(y)));
        }
        line.pop();
        let depth = cut.iter().map(|p| dot(*p, *p).sqrt()).sum::<f32>() / cut.len().max(1) as f32;
        Some((line, depth))
    }

    pub(super) fn draw(
        &self,
        mesh: &Mesh,
        layer: Layer,
        place: &impl Fn(Vector) -> Vector,
        drawn: &mut Vec<Drawn>,
    ) {
        for (material, faces) in &mesh.parts {
            for face in faces {
                let Some(first) = face.points.first() else { continue };
                let normal = subtract(place(add(*first, face.normal)), place(*first));
                let normal = unit(normal).unwrap_or(face.normal);
                if dot(normal, subtract(self.eye, place(*first))) <= 0.0 {
                    continue;
                }
                let Some((line, depth)) = self.outline(face.points.iter().map(|p| place(*p)))
                else {
                    continue;
                };
                let colour = self.colour(material, face, normal, (place(*first), depth));
                // What lies under water is seen through nothing: the water is drawn over it.
                let sunk =
                    layer == Layer::Ground && face.points.iter().all(|p| place(*p)[1] < self.water);
                drawn.push(Drawn {
                    layer: if sunk { Layer::Bed } else { layer },
                    depth,
                    line: format!("<path d=\"M{line}z\" fill=\"{colour}\" stroke=\"{colour}\"/>\n"),
                });
            }
        }
    }

    fn colour(
        &self,
        material: &str,
        face: &Face,
        normal: Vector,
        (middle, depth): (Vector, f32),
    ) -> String {
        let document = self.document;
        let Some(paint) = document.materials.get(material) else { return "#999999".to_owned() };
        let (sky, sun) = (&document.sky, &document.sun);
        let up = f64::from(normal[1]) * 0.5 + 0.5;
        let lit = f64::from(dot(normal, self.sun)).max(0.0) * sun.strength / 3.0;
        let (from_sky, from_sun) = (mix(&sky.ground, &sky.horizon, up), parts(&sun.colour));
        let (from_sky, base, glow) = (parts(&from_sky), parts(&paint.colour), parts(&paint.glow));
        let lamp = self.lamp_light(middle);
        let mut colour = [0.0; 3];
        for (axis, value) in colour.iter_mut().enumerate() {
            let of = |list: &[f64; 3]| list.get(axis).copied().unwrap_or_default();
            let light = of(&from_sky) * 0.6 * sky.strength + of(&from_sun) * lit * 0.75 + of(&lamp);
            *value = of(&base) * light * f64::from(face.shade) * 0.98 + of(&glow) * 0.8;
        }
        let haze = 1.0 - (-(f64::from(depth) * sky.haze)).exp();
        mix(&hex(colour), &sky.horizon, haze)
    }

    /// Warm light of the lamps near a point.
    fn lamp_light(&self, at: Vector) -> [f64; 3] {
        let near = |(lamp, strength): &(Vector, f64)| {
            let apart = subtract(*lamp, at);
            let far = f64::from(dot(apart, apart).sqrt());
            strength * (1.0 - far / 15.0).max(0.0).powi(2) / (1.0 + far * far * 0.05)
        };
        let sum: f64 = self.lamps.iter().map(near).sum::<f64>().min(1.0);
        [sum, sum * 0.78, sum * 0.48]
    }

    /// Where the sun throws the outline of a thing on level ground.
    pub(super) fn shadow(&self, mesh: &Mesh, place: &impl Fn(Vector) -> Vector) -> String {
        if self.sun[1] < 0.15 {
            return String::new();
        }
        let ground = place([0.0; 3])[1] + 0.02;
        let fall = |p: Vector| {
            let along = (p[1] - ground).max(0.0) / self.sun[1];
            [p[0] - self.sun[0] * along, p[2] - self.sun[2] * along]
        };
        let points = mesh.parts.values().flatten().flat_map(|face| &face.points);
        let mut flat: Vec<[f32; 2]> = points.map(|p| fall(place(*p))).collect();
        let outline = hull(&mut flat).into_iter().map(|p| [p[0], ground, p[1]]);
        self.outline(outline).map_or(String::new(), |(line, _)| format!("M{line}z"))
    }
}

/// The level of the water, or far below everything.
fn water(document: &Document) -> f32 {
    let water = document.nodes.values().find(|node| node.shape.starts_with("water"));
    water.map_or(-1e6, |node| node.at[1] as f32 + 0.02)
}

/// The lamps of a document; they shine where it is dark.
fn lamps(document: &Document) -> Vec<(Vector, f64)> {
    let glow = document.materials.get("lamp").map_or(0.0, |lamp| parts(&lamp.glow)[0]);
    let nodes = document.nodes.values().filter(|node| node.shown);
    let lit = nodes.filter_map(|node| {
        let (height, strength) = match node.shape.split(':').next()? {
            "streetlamp" => (3.7, glow - 0.3),
            "spotlight" => (3.2, 0.5),
            "campfire" => (0.9, 0.8),
            _ => return None,
        };
        let at = point([node.at[0], node.at[1] + height * node.size, node.at[2]]);
        (strength > 0.0).then_some((at, strength))
    });
    lit.take(8).collect()
}

/// The convex outline of points (Andrew's chain).
fn hull(points: &mut Vec<[f32; 2]>) -> Vec<[f32; 2]> {
    points.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    points.dedup();
    let half = |points: &mut dyn Iterator<Item = &[f32; 2]>| {
        let mut chain: Vec<[f32; 2]> = Vec::new();
        for p in points {
            while let [.., a, b] = chain.as_slice() {
                if (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]) > 0.0 {
                    break;
                }
                chain.pop();
            }
            chain.push(*p);
        }
        chain.pop();
        chain
    };
    let mut outline = half(&mut points.iter());
    outline.extend(half(&mut points.iter().rev()));
    outline
}
