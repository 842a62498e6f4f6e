//! AVIF for everything that reads pictures with the library `image`.

use std::{io::Read as _, sync::Once};

use image::{
    ColorType, ImageDecoder, ImageError, ImageResult,
    error::{DecodingError, ImageFormatHint, LimitError, LimitErrorKind},
    hooks::{register_decoding_hook, register_format_detection_hook},
};

use super::{Avif, PIXELS_MAX, other_kind};
use crate::WatermarkError;

/// From now on the library `image` reads AVIF in this process, as it reads PNG: still pictures of
/// at most 25 megapixels, turned as the file asks.
pub fn read_avif() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let signature: &[u8] = b"\0\0\0\0ftypavif";
        let mask: &[u8] = b"\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff";
        register_format_detection_hook("avif".into(), signature, Some(mask));
        register_decoding_hook(
            "avif".into(),
            Box::new(|mut reader| {
                let mut file = Vec::new();
                reader.read_to_end(&mut file)?;
                Ok(Box::new(Decoder::new(&file)?))
            }),
        );
    });
}

struct Decoder(Avif);

impl Decoder {
    fn new(file: &[u8]) -> ImageResult<Self> {
        let picture = Avif::read(file).map_err(failed)?;
        let (width, height) = picture.dimensions();
        if u64::from(width) * u64::from(height) > PIXELS_MAX {
            return Err(ImageError::Limits(LimitError::from_kind(LimitErrorKind::DimensionError)));
        }
        Ok(Self(picture))
    }
}

impl ImageDecoder for Decoder {
    fn dimensions(&self) -> (u32, u32) {
        self.0.dimensions()
    }

    fn color_type(&self) -> ColorType {
        self.0.color_type()
    }

    fn read_image(self, buffer: &mut [u8]) -> ImageResult<()> {
        let picture = self.0.decode().map_err(failed)?;
        let samples = picture.as_bytes();
        if samples.len() != buffer.len() {
            return Err(failed(other_kind()));
        }
        buffer.copy_from_slice(samples);
        Ok(())
    }

    fn read_image_boxed(self: Box<Self>, buffer: &mut [u8]) -> ImageResult<()> {
        (*self).read_image(buffer)
    }
}

fn failed(error: WatermarkError) -> ImageError {
    let hint = ImageFormatHint::PathExtension("avif".into());
    ImageError::Decoding(DecodingError::new(hint, error))
}
