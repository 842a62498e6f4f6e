//! Why a picture was not made, and what to do about it.

/// Why a picture was not made. Every message says what to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RetouchError {
    /// The bytes do not fill the stated size.
    #[error(
        "{width}×{height} needs {expected} bytes, but {given} were given: pass 3 bytes a pixel for a picture, 1 for a mask"
    )]
    BytesDoNotFit {
        /// Stated width in pixels.
        width: u32,
        /// Stated height in pixels.
        height: u32,
        /// How many bytes that size has.
        expected: u64,
        /// How many bytes there are.
        given: u64,
    },
    /// A side is too short for what was asked.
    #[error("the {what} is {width}×{height}: give one of at least {side_min}×{side_min} pixels")]
    TooSmall {
        /// Which of the pictures.
        what: &'static str,
        /// Its width in pixels.
        width: u32,
        /// Its height in pixels.
        height: u32,
        /// The shortest side that will do.
        side_min: u32,
    },
    /// More pixels than the work may take memory for.
    #[error("{width}×{height} has more than {pixels_max} pixels: make it smaller first")]
    TooLarge {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// The most pixels that are taken.
        pixels_max: u64,
    },
    /// A mask has another size than its picture.
    #[error(
        "the mask is {mask_width}×{mask_height}, its picture {width}×{height}: give a mask of the picture's size"
    )]
    SizesDiffer {
        /// Width of the picture in pixels.
        width: u32,
        /// Height of the picture in pixels.
        height: u32,
        /// Width of the mask in pixels.
        mask_width: u32,
        /// Height of the mask in pixels.
        mask_height: u32,
    },
    /// No pixel is marked.
    #[error("the {what} marks no pixel: paint what it is about with 255")]
    EmptyMask {
        /// Which of the masks.
        what: &'static str,
    },
    /// Every pixel is marked, so that nothing is left to work from.
    #[error("the mask marks every pixel: leave something of the picture with 0")]
    NothingKept,
    /// The strength is outside its range.
    #[error("the strength is {0}: give one from 0 to 1")]
    StrengthOutOfRange(f32),
    /// The factor is outside its range.
    #[error("the factor is {0}: give 2, 3 or 4")]
    FactorOutOfRange(u32),
    /// No garment stands out from the background.
    #[error("no garment stands out from its background: give a mask of the garment")]
    GarmentNotFound,
    /// The caller no longer wants the result.
    #[error("stopped, as nobody waits for the result")]
    Cancelled,
}
