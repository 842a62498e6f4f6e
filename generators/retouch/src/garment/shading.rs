//! Folds and shade of what the person wears, carried over.

#![expect(clippy::indexing_slicing, reason = "kernels: masks and planes have one size")]

use crate::{
    Mask,
    plane::{Plane, luma, to_opponent},
};

/// A cloth whose hue or fine detail varies more than this is patterned: its light is not known.
const HUE_MAX: f32 = 9.0;
const DETAIL_MAX: f32 = 9.0;
/// How much of the shade is carried over, and its bounds.
const SHARE: f32 = 0.7;
const BOUNDS: (f32, f32) = (0.7, 1.25);

/// Makes the worn garment darker and brighter as the plain cloth below it is.
pub(super) fn carried(person: &[Plane; 3], mask: &Mask, worn: &mut [Plane; 3]) {
    let inside: Vec<usize> =
        (0..mask.values().len()).filter(|place| mask.values()[*place] > 127).collect();
    let [_, red, yellow] = to_opponent(person);
    let light = luma(person);
    let sigma = (0.04 * (inside.len() as f32).sqrt()).max(2.0);
    let smooth = smoothed(&light, mask, sigma);
    let detail = light.zip(&smooth, |a, b| a - b);
    let spread = |plane: &Plane| {
        let mean = inside.iter().map(|i| plane.data[*i]).sum::<f32>() / inside.len().max(1) as f32;
        let sum: f32 = inside.iter().map(|i| (plane.data[*i] - mean).powi(2)).sum();
        (mean, (sum / inside.len().max(1) as f32).sqrt())
    };
    let hue = spread(&red).1.hypot(spread(&yellow).1);
    let (mean, _) = spread(&smooth);
    if inside.is_empty() || hue > HUE_MAX || spread(&detail).1 > DETAIL_MAX || mean < 20.0 {
        return;
    }
    for place in inside {
        let shade = (smooth.data[place] / mean).clamp(BOUNDS.0, BOUNDS.1);
        for plane in worn.iter_mut() {
            plane.data[place] *= 1.0 + SHARE * (shade - 1.0);
        }
    }
}

/// Smoothed with what is inside the mask alone.
fn smoothed(light: &Plane, mask: &Mask, sigma: f32) -> Plane {
    let data = mask.values().iter().map(|value| f32::from(u8::from(*value > 127))).collect();
    let inside = Plane { width: light.width, height: light.height, data };
    let sums = light.zip(&inside, |a, b| a * b).blurred(sigma);
    sums.zip(&inside.blurred(sigma), |sum, weight| sum / weight.max(1e-3))
}
