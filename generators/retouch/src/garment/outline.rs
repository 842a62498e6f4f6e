//! Where a garment is in front of its plain background.

use crate::{
    Mask, Picture, RetouchError,
    plane::{self, quantile},
};

/// Levels by which a pixel must differ from the background.
const DIFFERENCE: f32 = 18.0;

/// What differs from the colour of the picture's border: the largest connected part, without holes.
pub(crate) fn found(garment: &Picture) -> Result<Mask, RetouchError> {
    let planes = plane::split(garment);
    let (width, height) = (planes[0].width, planes[0].height);
    let border = |place: usize| {
        let (x, y) = (place % width, place / width);
        x < 2 || y < 2 || x + 2 >= width || y + 2 >= height
    };
    let ground = [0, 1, 2].map(|channel: usize| {
        let values = planes.get(channel).map_or(&[][..], |plane| &plane.data[..]);
        let mut values: Vec<f32> =
            values.iter().enumerate().filter_map(|(i, v)| border(i).then_some(*v)).collect();
        quantile(&mut values, 0.5)
    });
    let [red, green, blue] = &planes;
    let colours = red.data.iter().zip(&green.data).zip(&blue.data);
    let differs: Vec<bool> = colours
        .map(|((r, g), b)| {
            let apart = [r - ground[0], g - ground[1], b - ground[2]];
            apart.iter().map(|d| d * d).sum::<f32>().sqrt() > DIFFERENCE
        })
        .collect();
    let shape = without_holes(&largest(&differs, width), width);
    let count = shape.iter().filter(|s| **s).count();
    if count * 100 < shape.len() || count == shape.len() {
        return Err(RetouchError::GarmentNotFound);
    }
    let values = shape.iter().map(|inside| if *inside { 255 } else { 0 }).collect();
    Mask::new(garment.width(), garment.height(), values)
}

/// The largest part that hangs together.
pub(crate) fn largest(inside: &[bool], width: usize) -> Vec<bool> {
    let mut seen = vec![false; inside.len()];
    let mut best = Vec::new();
    for start in 0..inside.len() {
        if inside.get(start) == Some(&true) && seen.get(start) == Some(&false) {
            let part =
                flooded(&mut seen, width, vec![start], |place| inside.get(place) == Some(&true));
            if part.len() > best.len() {
                best = part;
            }
        }
    }
    marked(inside.len(), &best)
}

/// The part with everything that cannot be reached from the border without crossing it.
fn without_holes(shape: &[bool], width: usize) -> Vec<bool> {
    let height = shape.len() / width;
    let outside = |place: usize| shape.get(place) == Some(&false);
    let rim = (0..shape.len()).filter(|place| {
        let (x, y) = (place % width, place / width);
        (x == 0 || y == 0 || x + 1 == width || y + 1 == height) && outside(*place)
    });
    let mut seen = vec![false; shape.len()];
    let around = flooded(&mut seen, width, rim.collect(), outside);
    marked(shape.len(), &around).iter().map(|reached| !reached).collect()
}

fn marked(length: usize, places: &[usize]) -> Vec<bool> {
    let mut result = vec![false; length];
    for place in places {
        if let Some(inside) = result.get_mut(*place) {
            *inside = true;
        }
    }
    result
}

fn flooded(
    seen: &mut [bool],
    width: usize,
    starts: Vec<usize>,
    inside: impl Fn(usize) -> bool,
) -> Vec<usize> {
    let mut found = Vec::new();
    let mut open = starts;
    while let Some(place) = open.pop() {
        match seen.get_mut(place) {
            Some(seen) if !*seen && inside(place) => *seen = true,
            _ => continue,
        }
        found.push(place);
        let x = place % width;
        if x > 0 {
            open.push(place - 1);
        }
        if x + 1 < width {
            open.push(place + 1);
        }
        open.push(place + width);
        open.extend(place.checked_sub(width));
    }
    found
}
