//! Pictures inside manifests.
//!
//! A report names them by digest; who wants to show one asks for it, and gets pixels that were decoded
//! here and encoded again: whatever else a file has hidden in its thumbnail stays behind.

use std::io::Cursor;

use c2pa::{Ingredient, Manifest, Reader};
use image::{DynamicImage, ImageFormat, ImageReader, Limits};
use serde::Serialize;
use types::{MediaType, Sha256};

/// Larger ones are not listed and not decoded.
const BYTES_MAX: usize = 2 << 20;
/// The longest edge that is decoded, in pixels.
const EDGE_MAX: u32 = 2048;
/// Memory for decoding one, in bytes.
const ALLOCATION_MAX: u64 = 64 << 20;

/// A picture that a manifest holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Thumbnail {
    /// `image/png` or `image/jpeg`.
    pub media_type: MediaType,
    /// The digest of its bytes, by which it is asked for.
    pub sha256: Sha256,
    /// How many bytes it has.
    pub bytes: usize,
}

/// A picture to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// `image/png` or `image/jpeg`.
    pub media_type: MediaType,
    /// The file, encoded here.
    pub bytes: Vec<u8>,
}

impl Thumbnail {
    /// What is known of a picture without decoding it; `None` for other formats, and large ones.
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        let media_type = MediaType::sniff(bytes)?;
        let small = bytes.len() <= BYTES_MAX && format(media_type).is_some();
        small.then(|| Self { media_type, sha256: Sha256::of(bytes), bytes: bytes.len() })
    }
}

impl Picture {
    /// Decodes and encodes again; `None` where that is not possible within bounds.
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        let media_type = Thumbnail::of(bytes)?.media_type;
        let format = format(media_type)?;
        let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
        let mut limits = Limits::default();
        limits.max_image_width = Some(EDGE_MAX);
        limits.max_image_height = Some(EDGE_MAX);
        limits.max_alloc = Some(ALLOCATION_MAX);
        reader.limits(limits);
        let pixels = reader.decode().ok()?;
        // JPEG knows neither transparency nor more than eight bits.
        let pixels = match media_type {
            MediaType::Jpeg => DynamicImage::from(pixels.into_rgb8()),
            _ => DynamicImage::from(pixels.into_rgba8()),
        };
        let mut encoded = Cursor::new(Vec::new());
        pixels.write_to(&mut encoded, format).ok()?;
        Some(Self { media_type, bytes: encoded.into_inner() })
    }
}

/// The thumbnail with a digest, wherever in a manifest store it is.
pub(crate) fn find(reader: &Reader, sha256: &Sha256) -> Option<Picture> {
    let own = reader.iter_manifests().filter_map(Manifest::thumbnail);
    let ingredients = reader.iter_manifests().flat_map(Manifest::ingredients);
    let all = own.chain(ingredients.filter_map(Ingredient::thumbnail));
    let wanted = |bytes: &[u8]| Thumbnail::of(bytes).is_some_and(|found| found.sha256 == *sha256);
    let mut found = all.map(|(_, bytes)| bytes).filter(|bytes| wanted(bytes));
    found.find_map(|bytes| Picture::of(&bytes))
}

const fn format(media_type: MediaType) -> Option<ImageFormat> {
    match media_type {
        MediaType::Png => Some(ImageFormat::Png),
        MediaType::Jpeg => Some(ImageFormat::Jpeg),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(width, height).write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn what_is_hidden_behind_a_picture_is_left_behind() {
        let hidden = [png(8, 4), b"<script>alert(1)</script>".to_vec()].concat();
        let shown = Picture::of(&hidden).unwrap();
        assert_eq!(shown.media_type, MediaType::Png);
        assert!(!shown.bytes.windows(8).any(|part| part == b"<script>"));
    }

    #[test]
    fn only_small_pictures_are_shown() {
        assert!(Picture::of(&png(EDGE_MAX + 1, 1)).is_none());
        assert!(Picture::of(b"\x89PNG\r\n\x1a\nbroken").is_none());
        assert!(Thumbnail::of(b"GIF89a").is_none() && Thumbnail::of(b"<svg/>").is_none());
        assert!(Thumbnail::of(&[png(2, 2), vec![0; BYTES_MAX]].concat()).is_none());
    }
}
