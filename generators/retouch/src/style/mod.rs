//! The look of one picture on another.

mod palette;

use crate::{
    Picture, RetouchError, plane,
    progress::{Steps, Told},
};

/// The picture in the colours and textures of `style`, its edges where they were. A strength of 0
/// gives the picture back, 1 goes as far as its edges allow.
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
    let mut steps = Steps::start(told, 1)?;
    let (content, style) = (plane::split(picture), plane::split(style));
    let mut result = palette::moved(&content, &style);
    for (made, was) in result.iter_mut().zip(&content) {
        *made = was.zip(made, |a, b| a + strength * (b - a));
    }
    steps.step()?;
    plane::join(&result)
}
