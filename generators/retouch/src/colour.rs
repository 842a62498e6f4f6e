//! Faded contrast and colour casts.

use crate::plane::Plane;

/// What was found in the colours, and the straight line that mends each channel.
pub(crate) struct Cast {
    /// The darkest and the brightest level of each channel as it is.
    pub(crate) range: [(f32, f32); 3],
    /// Factor and summand of each channel.
    pub(crate) lines: [(f32, f32); 3],
}

/// Share of the pixels that may be darker than black or brighter than white.
const OUTLIERS: f32 = 0.005;
/// Where black and white usually lie.
const BLACK: f32 = 14.0;
const WHITE: f32 = 235.0;
/// How much of the tint of white is taken as the picture's own.
const OWN_TINT: f32 = 0.6;
/// How far colours go towards what is usual: some were pale from the start.
const SHARE_MAX: f32 = 0.8;

/// How the colours of a picture can be mended; `None` if they look healthy. Some channel of a
/// healthy picture nearly reaches black and some channel nearly white.
pub(crate) fn cast(planes: &[Plane; 3]) -> Option<Cast> {
    let range = planes.each_ref().map(|plane| {
        let smooth = plane.blurred(1.0);
        (smooth.quantile(OUTLIERS), smooth.quantile(1.0 - OUTLIERS))
    });
    let blacks = range.map(|(black, _)| black);
    let whites = range.map(|(_, white)| white);
    let lifted = ramp(least(blacks), 32.0, 46.0);
    let dull = ramp(-most(whites), -178.0, -160.0);
    let flat = ramp(least(blacks) - most(whites), -150.0, -125.0);
    let tinted = ramp(most(blacks) - least(blacks), 60.0, 85.0).max(ramp(
        most(whites) - least(whites),
        95.0,
        125.0,
    ));
    let share = lifted.max(dull).max(flat).max(tinted);
    // A range of next to nothing is a flat picture, whose colour is its own.
    if share <= 0.0 || range.iter().any(|(black, white)| white - black < 16.0) {
        return None;
    }
    let share = SHARE_MAX * share;
    let brightest = most(whites);
    let lines = range.map(|(black, white)| {
        let goal = WHITE * (1.0 - OWN_TINT * (1.0 - white / brightest));
        let factor = (goal - BLACK) / (white - black);
        let factor = 1.0 + share * (factor.clamp(0.5, 4.0) - 1.0);
        // Black goes towards its goal by the same share.
        (factor, black + share * (BLACK - black) - factor * black)
    });
    Some(Cast { range, lines })
}

impl Cast {
    /// The mended colours.
    pub(crate) fn mended(&self, planes: &[Plane; 3]) -> [Plane; 3] {
        let mut lines = self.lines.iter();
        planes.each_ref().map(|plane| {
            let (factor, summand) = lines.next().copied().unwrap_or((1.0, 0.0));
            plane.map(|value| factor * value + summand)
        })
    }
}

fn least(values: [f32; 3]) -> f32 {
    values.into_iter().fold(f32::INFINITY, f32::min)
}

fn most(values: [f32; 3]) -> f32 {
    values.into_iter().fold(f32::NEG_INFINITY, f32::max)
}

fn ramp(value: f32, low: f32, high: f32) -> f32 {
    ((value - low) / (high - low)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramps() -> [Plane; 3] {
        let ramp = Plane::from_fn(64, 64, |x, y| 15.0 + 3.5 * x as f32 + 0.1 * y as f32);
        [ramp.clone(), ramp.map(|v| 0.9 * v + 5.0), ramp.map(|v| 0.8 * v + 3.0)]
    }

    #[test]
    fn healthy_colours_stay() {
        assert!(cast(&ramps()).is_none());
        assert!(cast(&[0, 1, 2].map(|_| Plane::new(9, 9, 100.0))).is_none());
    }

    #[test]
    fn faded_colours_come_nearer() {
        let faded = ramps().map(|plane| plane.map(|v| 0.5 * v + 70.0));
        let mended = cast(&faded).unwrap().mended(&faded);
        let healthy = ramps();
        let apart = |planes: &[Plane; 3]| -> f32 {
            let pairs = planes.iter().zip(&healthy);
            pairs.map(|(a, b)| a.zip(b, |a, b| (a - b).abs()).mean()).sum()
        };
        assert!(apart(&mended) < 0.4 * apart(&faded), "{} {}", apart(&mended), apart(&faded));
    }
}
