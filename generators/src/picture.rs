//! Decoded pictures, and other material, that come with a job.

use std::{fmt, sync::Arc};

use crate::GeneratorError;

/// A picture's pixels.
#[derive(Clone, PartialEq, Eq)]
pub struct Raster {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// RGB, eight bits each, row by row: 3 · width · height bytes.
    pub pixels: Vec<u8>,
}

/// Where a picture may be changed.
#[derive(Clone, PartialEq, Eq)]
pub struct Mask {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Row by row: 255 is to be changed, 0 is to be kept, between is in between.
    pub values: Vec<u8>,
}

impl fmt::Debug for Raster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Raster({}x{})", self.width, self.height)
    }
}

impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mask({}x{})", self.width, self.height)
    }
}

/// The pictures that a job brings, by what they are there for. Whoever makes the job has checked that
/// pixels fill the sizes and that a mask has the size of its picture.
#[derive(Debug, Clone, Default)]
pub struct Pictures {
    /// The picture to work on; for `try-on` the person.
    pub source: Option<Arc<Raster>>,
    /// Where the source may be changed.
    pub mask: Option<Arc<Mask>>,
    /// The picture whose manner is taken.
    pub style: Option<Arc<Raster>>,
    /// The picture of a garment.
    pub garment: Option<Arc<Raster>>,
    /// Where the garment is in its picture.
    pub garment_mask: Option<Arc<Mask>>,
}

/// What a video is made of, beside its words.
#[derive(Debug, Clone, Default)]
pub struct Material {
    /// The pictures that it shows.
    pub pictures: Vec<Arc<Raster>>,
    /// The tables (CSV) that it draws, as text.
    pub tables: Vec<String>,
    /// What is heard.
    pub sound: Option<Arc<Recording>>,
}

/// A sound of one channel.
#[derive(Clone, PartialEq)]
pub struct Recording {
    /// Samples a second.
    pub rate: u32,
    /// −1 to 1.
    pub samples: Vec<f32>,
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recording({} samples, {} a second)", self.samples.len(), self.rate)
    }
}

/// The picture that a task cannot do without.
///
/// # Errors
/// [`GeneratorError::Parameter`] naming it.
pub fn needed<'a, T>(
    parameter: &'static str,
    picture: Option<&'a Arc<T>>,
) -> Result<&'a T, GeneratorError> {
    let missing = || GeneratorError::Parameter {
        parameter,
        reason: "is missing: this task works on it".to_owned(),
    };
    picture.map(AsRef::as_ref).ok_or_else(missing)
}

/// Puts the kept part of a picture back where a mask says that it stays, to the bit.
///
/// `made` has the size of the mask and the source; what it has elsewhere is left. Where the mask is
/// between, the two are mixed.
///
/// # Errors
/// [`GeneratorError::Failed`] when the sizes differ.
pub fn keep(made: &mut Raster, source: &Raster, mask: &Mask) -> Result<(), GeneratorError> {
    let size = (source.width, source.height);
    if (made.width, made.height) != size || (mask.width, mask.height) != size {
        return Err(GeneratorError::Failed(format!(
            "it made {}x{} of a picture of {}x{}",
            made.width, made.height, source.width, source.height
        )));
    }
    let kept = source.pixels.chunks_exact(3).zip(&mask.values);
    for (pixel, (source, share)) in made.pixels.chunks_exact_mut(3).zip(kept) {
        for (made, kept) in pixel.iter_mut().zip(source) {
            let share = u32::from(*share);
            let mixed = u32::from(*made) * share + u32::from(*kept) * (255 - share);
            // At most 255: the shares sum to 255.
            *made = ((mixed + 127) / 255) as u8;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_a_mask_keeps_is_kept_to_the_bit(
            values in prop::collection::vec(any::<u8>(), 12),
            source in prop::collection::vec(any::<u8>(), 36),
            made in prop::collection::vec(any::<u8>(), 36),
        ) {
            let source = Raster { width: 4, height: 3, pixels: source };
            let before = Raster { width: 4, height: 3, pixels: made };
            let mask = Mask { width: 4, height: 3, values };
            let mut after = before.clone();
            keep(&mut after, &source, &mask).unwrap();
            for (place, value) in mask.values.iter().enumerate() {
                let pixel = |raster: &Raster| raster.pixels[3 * place..3 * place + 3].to_vec();
                match value {
                    0 => prop_assert_eq!(pixel(&after), pixel(&source)),
                    255 => prop_assert_eq!(pixel(&after), pixel(&before)),
                    _ => {}
                }
            }
        }
    }

    #[test]
    fn another_size_is_refused() {
        let raster = |side: u32| Raster {
            width: side,
            height: side,
            pixels: vec![0; 3 * (side * side) as usize],
        };
        let mask = Mask { width: 2, height: 2, values: vec![0; 4] };
        let error = keep(&mut raster(3), &raster(2), &mask).unwrap_err().to_string();
        assert!(error.contains("3x3 of a picture of 2x2"), "{error}");
    }
}
