//! The garment's pixels, beyond its outline and moved.

#![expect(clippy::indexing_slicing, reason = "kernels: masks and planes have one size")]

use crate::{Mask, RetouchError, fill::start, plane::Plane};

/// What the outermost pixels of a hard mask show of the garment.
const RIM: u8 = 220;

/// The garment, and around it colours that go on from its edge: none of its background shows.
pub(super) fn extended(plane: &Plane, shape: &Mask) -> Plane {
    let data = shape.values().iter().map(|value| if *value > 127 { 1.0 } else { 0.0 }).collect();
    let known = Plane { width: plane.width, height: plane.height, data };
    if known.data.iter().all(|value| *value == 0.0) {
        return plane.clone();
    }
    start::pulled(plane, &known)
}

/// The garment's pixels where a map says they come from; nothing outside the mask.
pub(super) fn warped(
    planes: &[Plane; 3],
    mask: &Mask,
    from: impl Fn(f32, f32) -> [f32; 2] + Sync,
) -> [Plane; 3] {
    let (width, height) = (mask.width() as usize, mask.height() as usize);
    let marked = |x: usize, y: usize| mask.values()[y * width + x] > 0;
    let scale = scale(mask, &from);
    planes.each_ref().map(|plane| {
        // Pixels that become smaller are mixed first, or stripes would flicker.
        let sigma = 0.45 * (scale * scale - 1.0).max(0.0).sqrt();
        let soft = if sigma > 0.2 { plane.blurred(sigma) } else { plane.clone() };
        Plane::from_fn(width, height, |x, y| {
            if !marked(x, y) {
                return 0.0;
            }
            let [x, y] = from(x as f32, y as f32);
            soft.cubic(x, y)
        })
    })
}

/// How many pixels of the garment fall on one of the person, along a side; the median.
fn scale(mask: &Mask, from: impl Fn(f32, f32) -> [f32; 2]) -> f32 {
    let width = mask.width() as usize;
    let marked = mask.values().iter().enumerate().filter(|(_, value)| **value > 127);
    let mut scales: Vec<f32> = marked
        .step_by(37)
        .map(|(place, _)| {
            let (x, y) = ((place % width) as f32, (place / width) as f32);
            let (here, right, down) = (from(x, y), from(x + 1.0, y), from(x, y + 1.0));
            let a = [right[0] - here[0], right[1] - here[1]];
            let b = [down[0] - here[0], down[1] - here[1]];
            (a[0] * b[1] - a[1] * b[0]).abs().sqrt()
        })
        .collect();
    crate::plane::quantile(&mut scales, 0.5)
}

/// The mask with its outermost pixels a little transparent, so that the seam is no staircase.
pub(super) fn softened(mask: &Mask) -> Result<Mask, RetouchError> {
    let (width, values) = (mask.width() as usize, mask.values());
    let open = |place: usize| {
        let x = place % width;
        (x > 0 && values[place - 1] == 0)
            || (x + 1 < width && values[place + 1] == 0)
            || (place >= width && values[place - width] == 0)
            || values.get(place + width) == Some(&0)
    };
    let soft = values.iter().enumerate();
    let soft = soft.map(|(place, value)| if open(place) { (*value).min(RIM) } else { *value });
    Mask::new(mask.width(), mask.height(), soft.collect())
}
