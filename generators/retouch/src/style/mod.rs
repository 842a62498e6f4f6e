//! The look of one picture on another.

#![expect(clippy::indexing_slicing, reason = "the table names one of two starts")]

mod edges;
mod spectrum;
mod transport;

use edges::{edges, likeness};
use spectrum::Waves;

use crate::{
    Picture, RetouchError,
    plane::{self, Plane},
    progress::{Steps, Told},
};

/// Edges must stay as alike as this.
const LIKENESS_MIN: f32 = 0.66;
/// What is tried, from the farthest: from the picture with the style's colours (0) or as it is (1),
/// long waves go all the way, waves of this ring and shorter ones by this share.
const TRIES: [(usize, usize, f32); 13] = [
    (0, 0, 1.0),
    (0, 0, 0.7),
    (1, 8, 1.0),
    (1, 8, 0.85),
    (1, 8, 0.7),
    (1, 8, 0.55),
    (1, 8, 0.4),
    (1, 8, 0.25),
    (1, 8, 0.1),
    (1, 7, 0.0),
    (1, 6, 0.0),
    (1, 4, 0.0),
    (1, 2, 0.0),
];
/// Rounds in which values beyond black and white are brought back and the rest follows.
const ROUNDS: usize = 4;

/// The picture in the colours and textures of `style`, its edges where they were: the mean
/// colour becomes that of the style, and waves of every length and direction become as strong in
/// every colour as they are there, short ones only as far as the edges stay recognisable. A strength of 0 gives the picture back,
/// 1 goes as far as that allows.
///
/// # Errors
/// [`RetouchError::StrengthOutOfRange`], [`RetouchError::Cancelled`].
pub fn restyle(
    picture: &Picture,
    style: &Picture,
    strength: f32,
    told: Told<'_>,
) -> Result<Picture, RetouchError> {
    if !(0.0..=1.0).contains(&strength) {
        return Err(RetouchError::StrengthOutOfRange(strength));
    }
    let mut steps = Steps::start(told, 1 + TRIES.len() as u32)?;
    let (content, style) = (plane::split(picture), plane::split(style));
    let before = edges(&content);
    let wanted = Waves::of(&style).powers();
    let coloured = settled(content.clone(), &style);
    // Colours first comes nearest, but may make edges steeper than they were.
    let starts = [Waves::of(&coloured), Waves::of(&content)];
    let own = starts.each_ref().map(Waves::powers);
    steps.step()?;
    let mut result = content.clone();
    for (number, (start, ring, share)) in TRIES.into_iter().enumerate() {
        let moved = starts[start].moved(&own[start], &wanted, &spectrum::shares(ring, share));
        let moved = Waves::cropped(&moved, &content[0]);
        let kept = |tried: &[Plane; 3]| likeness(&before, &edges(tried)) >= LIKENESS_MIN;
        // The spread of all colours together, where that leaves the edges as well.
        result = settled(moved.clone(), &style);
        let mut passed = kept(&result);
        if !passed {
            result = centred(moved, &style);
            passed = kept(&result);
        }
        steps.step()?;
        if passed {
            steps.skip((TRIES.len() - 1 - number) as u32)?;
            break;
        }
    }
    for (made, was) in result.iter_mut().zip(&content) {
        *made = was.zip(made, |a, b| a + strength * (b - a));
    }
    plane::join(&result)
}

/// With mean and spread of the colours of the style, as far as black and white allow.
fn settled(mut planes: [Plane; 3], style: &[Plane; 3]) -> [Plane; 3] {
    for _ in 0..ROUNDS {
        let moved = transport::coloured(&planes, style);
        planes = moved.map(|plane| plane.map(|value| value.clamp(0.0, 255.0)));
    }
    planes
}

/// With the mean colour of the style. Black and white bound what a picture can show; after clamping
/// the mean is mended.
fn centred(mut planes: [Plane; 3], style: &[Plane; 3]) -> [Plane; 3] {
    for (plane, style) in planes.iter_mut().zip(style) {
        let goal = style.mean();
        for _ in 0..ROUNDS {
            let shift = goal - plane.mean();
            plane.data.iter_mut().for_each(|value| *value = (*value + shift).clamp(0.0, 255.0));
        }
    }
    planes
}
