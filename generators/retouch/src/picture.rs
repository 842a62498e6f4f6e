//! Pictures and masks as they come in and go out.

use crate::RetouchError;

/// The most pixels of a picture, in or out: the costliest work holds about 60 bytes for each.
pub const PIXELS_MAX: u64 = 40_000_000;

/// An RGB picture, eight bits a channel (0 to 255, sRGB), row by row from the top.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    width: u32,
    height: u32,
    pixels: Vec<u8>,
}

impl Picture {
    /// A picture of `width` × `height` pixels, three bytes each.
    ///
    /// # Errors
    /// [`RetouchError::TooSmall`] without pixels, [`RetouchError::TooLarge`] beyond [`PIXELS_MAX`],
    /// [`RetouchError::BytesDoNotFit`].
    pub fn new(width: u32, height: u32, pixels: Vec<u8>) -> Result<Self, RetouchError> {
        check_size(width, height)?;
        check_bytes(width, height, 3, pixels.len())?;
        Ok(Self { width, height, pixels })
    }

    /// Width in pixels, at least 1.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels, at least 1.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Three bytes a pixel, row by row.
    #[must_use]
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// Three bytes a pixel, row by row.
    #[must_use]
    pub fn into_pixels(self) -> Vec<u8> {
        self.pixels
    }
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({}×{})", self.width, self.height)
    }
}

/// Which pixels are meant: 255 is to be changed, 0 is to be kept, between is soft.
#[derive(Clone, PartialEq, Eq)]
pub struct Mask {
    width: u32,
    height: u32,
    values: Vec<u8>,
}

impl Mask {
    /// A mask of `width` × `height` pixels, one byte each.
    ///
    /// # Errors
    /// [`RetouchError::TooSmall`] without pixels, [`RetouchError::TooLarge`] beyond [`PIXELS_MAX`],
    /// [`RetouchError::BytesDoNotFit`].
    pub fn new(width: u32, height: u32, values: Vec<u8>) -> Result<Self, RetouchError> {
        check_size(width, height)?;
        check_bytes(width, height, 1, values.len())?;
        Ok(Self { width, height, values })
    }

    /// Width in pixels, at least 1.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels, at least 1.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// One byte a pixel, row by row.
    #[must_use]
    pub fn values(&self) -> &[u8] {
        &self.values
    }

    /// One byte a pixel, row by row.
    #[must_use]
    pub fn into_values(self) -> Vec<u8> {
        self.values
    }

    /// How many pixels are marked, softly or wholly.
    #[must_use]
    pub fn marked(&self) -> usize {
        self.values.iter().filter(|value| **value > 0).count()
    }

    pub(crate) fn check_fits(&self, picture: &Picture) -> Result<(), RetouchError> {
        if (self.width, self.height) == (picture.width, picture.height) {
            return Ok(());
        }
        Err(RetouchError::SizesDiffer {
            width: picture.width,
            height: picture.height,
            mask_width: self.width,
            mask_height: self.height,
        })
    }
}

impl std::fmt::Debug for Mask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Mask({}×{}, {} marked)", self.width, self.height, self.marked())
    }
}

/// That a picture of this size may be made.
pub(crate) fn check_size(width: u32, height: u32) -> Result<(), RetouchError> {
    if width == 0 || height == 0 {
        return Err(RetouchError::TooSmall { what: "picture", width, height, side_min: 1 });
    }
    if u64::from(width) * u64::from(height) > PIXELS_MAX {
        return Err(RetouchError::TooLarge { width, height, pixels_max: PIXELS_MAX });
    }
    Ok(())
}

fn check_bytes(width: u32, height: u32, channels: u64, given: usize) -> Result<(), RetouchError> {
    let expected = u64::from(width) * u64::from(height) * channels;
    if given as u64 == expected {
        return Ok(());
    }
    Err(RetouchError::BytesDoNotFit { width, height, expected, given: given as u64 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_judged_before_bytes() {
        let error = Picture::new(20_000, 20_000, Vec::new()).unwrap_err();
        assert!(matches!(error, RetouchError::TooLarge { .. }));
        assert!(matches!(Mask::new(0, 3, Vec::new()), Err(RetouchError::TooSmall { .. })));
        let error = Picture::new(u32::MAX, u32::MAX, Vec::new()).unwrap_err();
        assert!(matches!(error, RetouchError::TooLarge { .. }));
    }

    #[test]
    fn bytes_must_fill_the_size() {
        let error = Picture::new(2, 2, vec![0; 11]).unwrap_err();
        assert!(error.to_string().contains("needs 12 bytes, but 11"), "{error}");
        assert_eq!(Picture::new(1, 1, vec![1, 2, 3]).unwrap().into_pixels(), [1, 2, 3]);
        assert_eq!(Mask::new(2, 1, vec![0, 9]).unwrap().marked(), 1);
    }
}
