//! A garment on a person.

mod cloth;
mod contour;
mod fit;
mod lattice;
mod outline;
mod shading;

use contour::Contour;

use crate::{
    Mask, Picture, RetouchError,
    fill::mixed,
    plane,
    progress::{Steps, Told},
};

/// The person with the garment where `mask` is: its outline is laid on the outline of the mask by a
/// smooth map that bends as little as possible, and folds of a plain cloth below stay visible.
/// Pixels where the mask is 0 come back bit for bit. Without `garment_mask` the garment is found in
/// front of its plain background.
///
/// # Errors
/// [`RetouchError::SizesDiffer`], [`RetouchError::EmptyMask`], [`RetouchError::GarmentNotFound`],
/// [`RetouchError::Cancelled`].
pub fn try_on(
    person: &Picture,
    garment: &Picture,
    mask: &Mask,
    garment_mask: Option<&Mask>,
    told: Told<'_>,
) -> Result<Picture, RetouchError> {
    mask.check_fits(person)?;
    if mask.marked() == 0 {
        return Err(RetouchError::EmptyMask { what: "mask of the person" });
    }
    let mut steps = Steps::start(told, 4)?;
    let shape = match garment_mask {
        Some(mask) => {
            mask.check_fits(garment)?;
            if mask.marked() == 0 {
                return Err(RetouchError::EmptyMask { what: "mask of the garment" });
            }
            mask.clone()
        }
        None => outline::found(garment)?,
    };
    steps.step()?;
    let planes = plane::split(garment).map(|plane| cloth::extended(&plane, &shape));
    steps.step()?;
    let size = (person.width() as usize, person.height() as usize);
    let mut worn = match (Contour::of(mask), Contour::of(&shape)) {
        (Some(target), Some(source)) => {
            let map = fit::laid(&target, &source);
            steps.step()?;
            cloth::warped(&planes, mask, |x, y| source.pixel(map.at(target.framed(x, y))))
        }
        _ => {
            steps.step()?;
            let factor = [garment.width() as f32, garment.height() as f32];
            let factor = [factor[0] / size.0 as f32, factor[1] / size.1 as f32];
            cloth::warped(&planes, mask, |x, y| [x * factor[0], y * factor[1]])
        }
    };
    shading::carried(&plane::split(person), mask, &mut worn);
    steps.step()?;
    mixed(person, &worn, &cloth::softened(mask)?)
}
