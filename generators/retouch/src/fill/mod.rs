//! Filling what is missing from what is around it.

mod sparse;
pub(crate) mod start;

use crate::{
    Mask, Picture, RetouchError,
    denoise::{at_least, cropped, transform::SIDE},
    plane::{self, Plane, from_opponent, to_opponent},
    progress::{Steps, Told},
};

/// Steps that [`filled`] tells.
pub(crate) const STEPS: u32 = 1 + sparse::ROUNDS;

/// Fills the marked pixels from what is around them, without any model. Where the mask is 0 the
/// pixels come back bit for bit; between 0 and 255 old and new are mixed.
///
/// # Errors
/// [`RetouchError::SizesDiffer`], [`RetouchError::EmptyMask`], [`RetouchError::NothingKept`] if no
/// pixel is unmarked, [`RetouchError::Cancelled`].
pub fn fill(picture: &Picture, mask: &Mask, told: Told<'_>) -> Result<Picture, RetouchError> {
    check(picture, mask)?;
    let mut steps = Steps::start(told, STEPS)?;
    let planes = filled(&plane::split(picture), mask, &mut steps)?;
    mixed(picture, &planes, mask)
}

pub(crate) fn check(picture: &Picture, mask: &Mask) -> Result<(), RetouchError> {
    mask.check_fits(picture)?;
    match mask.marked() {
        0 => Err(RetouchError::EmptyMask { what: "mask" }),
        all if all == mask.values().len() => Err(RetouchError::NothingKept),
        _ => Ok(()),
    }
}

/// Red, green and blue with the marked pixels filled.
pub(crate) fn filled(
    planes: &[Plane; 3],
    mask: &Mask,
    steps: &mut Steps<'_>,
) -> Result<[Plane; 3], RetouchError> {
    let size = (planes[0].width, planes[0].height);
    let marked = mask.values().iter().map(|value| f32::from(*value > 0)).collect();
    let marked = at_least(&Plane { width: size.0, height: size.1, data: marked }, SIDE);
    let missing: Vec<bool> = marked.data.iter().map(|value| *value > 0.5).collect();
    let mut channels = to_opponent(planes).map(|plane| at_least(&plane, SIDE));
    for channel in &mut channels {
        start::smooth(channel, &missing);
    }
    steps.step()?;
    sparse::sharpened(&mut channels, &missing, steps)?;
    Ok(from_opponent(&channels.map(|plane| cropped(&plane, size))))
}

/// The picture where the mask is 0, the planes where it is 255.
pub(crate) fn mixed(
    picture: &Picture,
    planes: &[Plane; 3],
    mask: &Mask,
) -> Result<Picture, RetouchError> {
    let made = plane::interleaved(planes);
    let mut pixels = picture.pixels().to_vec();
    let new = made.chunks_exact(3).zip(mask.values());
    for (old, (new, share)) in pixels.chunks_exact_mut(3).zip(new) {
        for (old, new) in old.iter_mut().zip(new) {
            let (a, b, share) = (u32::from(*old), u32::from(*new), u32::from(*share));
            *old = ((a * (255 - share) + b * share + 127) / 255) as u8;
        }
    }
    Picture::new(picture.width(), picture.height(), pixels)
}
