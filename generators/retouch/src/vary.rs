//! Variations of a picture: crop, mirror-free, in tone, palette and grain.

use crate::{
    Picture, RetouchError,
    lots::Lots,
    plane::{self, Plane, from_opponent, to_opponent},
    progress::{Steps, Told},
};

/// What a seed decides.
struct Choice {
    /// Share of the sides that is kept.
    zoom: f32,
    /// Where the crop lies in what is left over, 0 to 1 across and down.
    place: (f32, f32),
    /// Exponent of the tone curve.
    gamma: f32,
    /// Strength of an S-shaped curve.
    contrast: f32,
    /// Turn of the hues in radians.
    turn: f32,
    /// Factor of the saturation.
    saturation: f32,
    /// Shift from blue to yellow in levels.
    warmth: f32,
    /// Deviation of the grain in levels.
    grain: f32,
}

impl Choice {
    fn drawn(lots: &mut Lots) -> Self {
        let mut either = |low: f32, high: f32| {
            let sign = if lots.unit() < 0.5 { -1.0 } else { 1.0 };
            sign * lots.between(low, high)
        };
        let (gamma, turn, warmth) = (either(0.1, 0.3), either(0.06, 0.22), either(6.0, 16.0));
        Self {
            zoom: lots.between(0.8, 0.92),
            place: (lots.unit(), lots.unit()),
            gamma: gamma.exp(),
            contrast: lots.between(-0.15, 0.35),
            turn,
            saturation: lots.between(0.75, 1.3),
            warmth,
            grain: lots.between(1.5, 4.0),
        }
    }
}

/// A picture of the same size that is plainly a variation: another crop, tone, palette and grain.
/// The same seed gives the same picture.
///
/// # Errors
/// [`RetouchError::Cancelled`].
pub fn vary(picture: &Picture, seed: u64, told: Told<'_>) -> Result<Picture, RetouchError> {
    let mut steps = Steps::start(told, 3)?;
    let mut lots = Lots::new(seed);
    let choice = Choice::drawn(&mut lots);
    let crop = plane::split(picture).map(|plane| cropped(&plane, &choice));
    steps.step()?;
    let toned = crop.map(|plane| plane.map(|value| tone(value, &choice)));
    let [light, red, yellow] = to_opponent(&toned);
    let (sin, cos) = choice.turn.sin_cos();
    let factor = choice.saturation;
    let turned = red.zip(&yellow, |a, b| factor * (cos * a - sin * b) + 0.7 * choice.warmth);
    let other = red.zip(&yellow, |a, b| factor * (sin * a + cos * b));
    let mut planes = from_opponent(&[light, turned, other]);
    steps.step()?;
    grain(&mut planes, choice.grain, &mut lots);
    steps.step()?;
    plane::join(&planes)
}

fn cropped(plane: &Plane, choice: &Choice) -> Plane {
    let (width, height) = (plane.width as f32, plane.height as f32);
    let left = (1.0 - choice.zoom) * width * choice.place.0;
    let top = (1.0 - choice.zoom) * height * choice.place.1;
    Plane::from_fn(plane.width, plane.height, |x, y| {
        let (x, y) = ((x as f32 + 0.5) * choice.zoom, (y as f32 + 0.5) * choice.zoom);
        plane.cubic(left + x - 0.5, top + y - 0.5)
    })
}

fn tone(value: f32, choice: &Choice) -> f32 {
    let t = (value / 255.0).clamp(0.0, 1.0).powf(choice.gamma);
    let curved = t + choice.contrast * t * (1.0 - t) * (2.0 * t - 1.0) * 2.0;
    255.0 * curved
}

/// Grain is the same in all channels, a little soft, and weakest in black and white.
fn grain(planes: &mut [Plane; 3], sigma: f32, lots: &mut Lots) {
    let mut noise = Plane::new(planes[0].width, planes[0].height, 0.0);
    noise.data.iter_mut().for_each(|value| *value = 1.8 * sigma * lots.normal());
    let noise = noise.blurred(0.6);
    let light = plane::luma(planes).map(|value| {
        let t = (value / 255.0).clamp(0.0, 1.0);
        0.4 + 2.4 * t * (1.0 - t)
    });
    let noise = noise.zip(&light, |a, b| a * b);
    for plane in planes {
        *plane = plane.zip(&noise, |a, b| a + b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_decides_and_another_differs() {
        let pixels: Vec<u8> = (0..48 * 32 * 3).map(|i| (i * 5 % 251) as u8).collect();
        let picture = Picture::new(48, 32, pixels).unwrap();
        let one = vary(&picture, 1, &mut |_, _| true).unwrap();
        assert_eq!(one, vary(&picture, 1, &mut |_, _| true).unwrap());
        assert_ne!(one, vary(&picture, 2, &mut |_, _| true).unwrap());
        let apart = |a: &Picture, b: &Picture| {
            let pairs = a.pixels().iter().zip(b.pixels());
            pairs.map(|(a, b)| f64::from(a.abs_diff(*b))).sum::<f64>() / a.pixels().len() as f64
        };
        assert!(apart(&one, &picture) > 5.0);
    }
}
