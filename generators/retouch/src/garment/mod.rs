//! A garment on a person.

mod outline;

use crate::{
    Mask, Picture, RetouchError,
    plane::{self, Plane},
    progress::{Steps, Told},
};

/// The person with the garment where `mask` is. Pixels where the mask is 0 come back bit for bit.
/// Without `garment_mask` the garment is found in front of its plain background.
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
    let mut steps = Steps::start(told, 3)?;
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
    let cloth = plane::split(garment);
    let (from, to) = (bounds(mask), bounds(&shape));
    steps.step()?;
    let planes = cloth.map(|plane| pasted(&plane, (person.width(), person.height()), from, to));
    steps.step()?;
    crate::fill::mixed(person, &planes, mask)
}

/// Left, top, width and height of what is marked.
fn bounds(mask: &Mask) -> [f32; 4] {
    let width = mask.width() as usize;
    let marked = mask.values().iter().enumerate().filter(|(_, value)| **value > 127);
    let (mut low, mut high) = ((usize::MAX, usize::MAX), (0, 0));
    for (place, _) in marked {
        let (x, y) = (place % width, place / width);
        low = (low.0.min(x), low.1.min(y));
        high = (high.0.max(x + 1), high.1.max(y + 1));
    }
    let low = (low.0.min(high.0), low.1.min(high.1));
    [low.0 as f32, low.1 as f32, (high.0 - low.0) as f32, (high.1 - low.1) as f32]
}

fn pasted(cloth: &Plane, size: (u32, u32), from: [f32; 4], to: [f32; 4]) -> Plane {
    let along = |place: usize, from: f32, extent: f32, to: f32, wanted: f32| {
        (place as f32 + 0.5 - from) / extent.max(1.0) * wanted + to - 0.5
    };
    let ([a, b, c, d], [e, f, g, h]) = (from, to);
    Plane::from_fn(size.0 as usize, size.1 as usize, |x, y| {
        cloth.cubic(along(x, a, c, e, g), along(y, b, d, f, h))
    })
}
