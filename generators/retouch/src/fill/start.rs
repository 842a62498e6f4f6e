//! A smooth first guess for what is missing.

#![expect(clippy::indexing_slicing, reason = "kernels: neighbours are looked up inside the plane")]

use crate::plane::Plane;

/// Sweeps of the relaxation over the missing pixels.
const SWEEPS: usize = 120;
/// A bound on the work of all sweeps, in pixels.
const WORK_MAX: usize = 400_000_000;

/// Fills missing pixels such that each is the mean of its neighbours: first by a pyramid of means of
/// what is known, then by relaxation.
pub(crate) fn smooth(plane: &mut Plane, missing: &[bool]) {
    let known: Vec<f32> = missing.iter().map(|m| if *m { 0.0 } else { 1.0 }).collect();
    let known = Plane { width: plane.width, height: plane.height, data: known };
    let guess = pulled(plane, &known);
    let places: Vec<usize> =
        missing.iter().enumerate().filter_map(|(i, m)| m.then_some(i)).collect();
    for &place in &places {
        plane.data[place] = guess.data[place];
    }
    let (width, height) = (plane.width, plane.height);
    let sweeps = SWEEPS.min(WORK_MAX / places.len().max(1));
    for _ in 0..sweeps {
        for &place in &places {
            let (x, y) = (place % width, place / width);
            let left = plane.data[if x > 0 { place - 1 } else { place }];
            let right = plane.data[if x + 1 < width { place + 1 } else { place }];
            let up = plane.data[if y > 0 { place - width } else { place }];
            let down = plane.data[if y + 1 < height { place + width } else { place }];
            let value = &mut plane.data[place];
            *value += 1.6 * (0.25 * (left + right + up + down) - *value);
        }
    }
}

/// The plane where it is known, elsewhere a mean of ever coarser levels.
pub(crate) fn pulled(plane: &Plane, known: &Plane) -> Plane {
    if plane.width == 1 && plane.height == 1 {
        return plane.clone();
    }
    let (width, height) = (plane.width.div_ceil(2), plane.height.div_ceil(2));
    let (mut sums, mut weights) = (Plane::new(width, height, 0.0), Plane::new(width, height, 0.0));
    for y in 0..plane.height {
        for x in 0..plane.width {
            let place = y / 2 * width + x / 2;
            sums.data[place] += plane.at(x, y) * known.at(x, y);
            weights.data[place] += known.at(x, y);
        }
    }
    let means = sums.zip(&weights, |sum, weight| if weight > 0.0 { sum / weight } else { 0.0 });
    let coarse = pulled(&means, &weights.map(|weight| weight.min(1.0)));
    Plane::from_fn(plane.width, plane.height, |x, y| {
        let share = known.at(x, y);
        let (cx, cy) = (x as f32 / 2.0 - 0.25, y as f32 / 2.0 - 0.25);
        share * plane.at(x, y) + (1.0 - share) * linear(&coarse, cx, cy)
    })
}

fn linear(plane: &Plane, x: f32, y: f32) -> f32 {
    let (left, top) = (x.floor(), y.floor());
    let (a, b) = (x - left, y - top);
    let at = |dx, dy| plane.clamped(left as isize + dx, top as isize + dy);
    let upper = at(0, 0) * (1.0 - a) + at(1, 0) * a;
    let lower = at(0, 1) * (1.0 - a) + at(1, 1) * a;
    upper * (1.0 - b) + lower * b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_goes_on_through_a_hole() {
        let ramp = Plane::from_fn(30, 30, |x, y| 3.0 * x as f32 + 2.0 * y as f32);
        let missing: Vec<bool> =
            (0..900).map(|i| (10..18).contains(&(i % 30)) && (9..15).contains(&(i / 30))).collect();
        let mut broken = ramp.clone();
        for (value, missing) in broken.data.iter_mut().zip(&missing) {
            *value = if *missing { 999.0 } else { *value };
        }
        smooth(&mut broken, &missing);
        let worst = broken.zip(&ramp, |a, b| (a - b).abs()).quantile(1.0);
        assert!(worst < 0.5, "{worst}");
    }
}
