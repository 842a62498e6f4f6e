//! The outline of a mask as points with normals.

#![expect(clippy::indexing_slicing, reason = "kernels: neighbours are looked up inside the mask")]

use crate::{Mask, plane::Plane};

/// The most points of an outline.
const POINTS_MAX: usize = 500;

/// A point of an outline in its own frame.
#[derive(Clone, Copy)]
pub(super) struct Point {
    pub(super) at: [f32; 2],
    /// Outwards, of length 1.
    pub(super) normal: [f32; 2],
    /// How much more of the surroundings is outside than inside: 0 on a straight edge, positive at
    /// a corner that sticks out, at most 1.
    pub(super) bend: f32,
}

/// An outline in the frame in which the box of the mask reaches from −1 to 1 along its longer side.
pub(super) struct Contour {
    pub(super) points: Vec<Point>,
    /// The middle of the box, in pixels.
    pub(super) middle: [f32; 2],
    /// Half the longer side of the box, in pixels.
    pub(super) scale: f32,
    /// Half the sides of the box in its own frame.
    pub(super) half: [f32; 2],
}

impl Contour {
    /// `None` if the mask is too small to have an outline.
    pub(super) fn of(mask: &Mask) -> Option<Self> {
        let (width, height) = (mask.width() as usize, mask.height() as usize);
        let data = mask.values().iter().map(|value| f32::from(u8::from(*value > 127)));
        // A border of nothing, so that an outline that meets the picture's border is one.
        let inside = Plane { width, height, data: data.collect() };
        let (low, high) = span(&inside)?;
        let sides = [high[0] - low[0] + 1.0, high[1] - low[1] + 1.0];
        if sides[0] < 4.0 || sides[1] < 4.0 {
            return None;
        }
        let scale = sides[0].max(sides[1]) / 2.0;
        let middle = [(low[0] + high[0]) / 2.0, (low[1] + high[1]) / 2.0];
        let contour = Self {
            points: Vec::new(),
            middle,
            scale,
            half: [sides[0] / 2.0 / scale, sides[1] / 2.0 / scale],
        };
        let points = contour.points_of(&inside);
        (points.len() >= 8).then_some(Self { points, ..contour })
    }

    /// A pixel in the outline's frame.
    pub(super) fn framed(&self, x: f32, y: f32) -> [f32; 2] {
        [(x - self.middle[0]) / self.scale, (y - self.middle[1]) / self.scale]
    }

    /// A place of the outline's frame in pixels.
    pub(super) fn pixel(&self, at: [f32; 2]) -> [f32; 2] {
        [at[0] * self.scale + self.middle[0], at[1] * self.scale + self.middle[1]]
    }

    fn points_of(&self, inside: &Plane) -> Vec<Point> {
        let (near, wide) = (
            outlined(inside, (0.015 * self.scale).clamp(1.0, 4.0)),
            outlined(inside, (0.08 * self.scale).max(2.0)),
        );
        let mut places = Vec::new();
        for y in 0..inside.height {
            for x in 0..inside.width {
                let (cx, cy) = (x as isize, y as isize);
                let open = [(1, 0), (-1, 0), (0, 1), (0, -1)].iter().any(|(dx, dy)| {
                    let (x, y) = (cx + dx, cy + dy);
                    let within = (0..inside.width as isize).contains(&x)
                        && (0..inside.height as isize).contains(&y);
                    !within || inside.at(x as usize, y as usize) < 0.5
                });
                if inside.at(x, y) > 0.5 && open {
                    places.push((x, y));
                }
            }
        }
        let stride = places.len().div_ceil(POINTS_MAX).max(1);
        let point = |&(x, y): &(usize, usize)| {
            let margin = near.1;
            let (nx, ny) = (x + margin, y + margin);
            let slope = [
                near.0.at(nx - 1, ny) - near.0.at(nx + 1, ny),
                near.0.at(nx, ny - 1) - near.0.at(nx, ny + 1),
            ];
            let length = slope[0].hypot(slope[1]).max(1e-6);
            let normal = slope.map(|s| s / length);
            let rim = [x as f32 + 0.5 * normal[0], y as f32 + 0.5 * normal[1]];
            let bend = 1.0 - 2.0 * wide.0.at(x + wide.1, y + wide.1);
            Point { at: self.framed(rim[0], rim[1]), normal, bend }
        };
        places.iter().step_by(stride).map(point).collect()
    }
}

/// The mask smoothed, with a margin of nothing of so many pixels.
fn outlined(inside: &Plane, sigma: f32) -> (Plane, usize) {
    let margin = (2.0 * sigma).ceil() as usize + 2;
    let (width, height) = (inside.width + 2 * margin, inside.height + 2 * margin);
    let mut larger = Plane::new(width, height, 0.0);
    for (y, row) in inside.data.chunks(inside.width).enumerate() {
        let start = (y + margin) * width + margin;
        larger.data[start..start + row.len()].copy_from_slice(row);
    }
    (larger.blurred(sigma), margin)
}

fn span(inside: &Plane) -> Option<([f32; 2], [f32; 2])> {
    let (mut low, mut high) = ([f32::INFINITY; 2], [f32::NEG_INFINITY; 2]);
    for (place, _) in inside.data.iter().enumerate().filter(|(_, value)| **value > 0.5) {
        let at = [(place % inside.width) as f32, (place / inside.width) as f32];
        for axis in 0..2 {
            low[axis] = low[axis].min(at[axis]);
            high[axis] = high[axis].max(at[axis]);
        }
    }
    (low[0] <= high[0]).then_some((low, high))
}
