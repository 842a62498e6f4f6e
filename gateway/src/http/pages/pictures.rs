//! Small pictures for pages: decoded, made smaller and encoded here, as `data:` addresses, because
//! nothing of a checked file is kept that could be asked for later.

use std::{collections::BTreeMap, io::Cursor};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use image::{DynamicImage, ImageFormat, ImageReader, Limits, codecs::jpeg::JpegEncoder};
use pages::public::{
    report::{Ingredient, Report},
    verify::THE_FILE,
};
use provenance::Verifier;
use types::{MediaType, Sha256};

use crate::lookup::Subject;

/// Longest edge that is shown.
const EDGE: u32 = 224;
/// More are not shown.
const SHOWN_MAX: usize = 12;
/// Longest edge and memory for decoding one of ours.
const EDGE_MAX: u32 = 16_384;
const ALLOCATION_MAX: u64 = 256 << 20;
const QUALITY: u8 = 82;

/// The pictures that a report names, by their digest, and the file itself, by [`THE_FILE`]. Blocks while
/// it decodes.
pub(super) fn of_manifest(
    verifier: &Verifier,
    subject: &Subject,
    report: &Report,
) -> BTreeMap<String, String> {
    let mut named: Vec<&str> = report.thumbnail.iter().map(|one| one.sha256.as_str()).collect();
    below(&report.ingredients, &mut named);
    named.dedup();
    named.truncate(SHOWN_MAX);
    let Subject { bytes, sidecar, format, .. } = subject;
    let mut shown = BTreeMap::new();
    if let Some(media_type) = MediaType::sniff(bytes) {
        shown.extend(small(bytes, media_type).map(|small| (THE_FILE.to_owned(), small)));
    }
    for name in named {
        let Ok(digest) = name.parse::<Sha256>() else { continue };
        let found = verifier.thumbnail(bytes, sidecar.as_deref(), format.as_deref(), &digest);
        let small = found.and_then(|picture| small(&picture.bytes, picture.media_type));
        shown.extend(small.map(|small| (name.to_owned(), small)));
    }
    shown
}

fn below<'a>(nodes: &'a [Ingredient], named: &mut Vec<&'a str>) {
    for node in nodes {
        named.extend(node.thumbnail.iter().map(|one| one.sha256.as_str()));
        below(&node.ingredients, named);
    }
}

/// A small copy of a picture; `None` where it is none, or cannot be decoded within bounds.
pub(super) fn small(bytes: &[u8], media_type: MediaType) -> Option<String> {
    let format = match media_type {
        MediaType::Png => ImageFormat::Png,
        MediaType::Jpeg => ImageFormat::Jpeg,
        _ => return None,
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(EDGE_MAX);
    limits.max_image_height = Some(EDGE_MAX);
    limits.max_alloc = Some(ALLOCATION_MAX);
    reader.limits(limits);
    let pixels = reader.decode().ok()?;
    let pixels = if pixels.width().max(pixels.height()) > EDGE {
        pixels.thumbnail(EDGE, EDGE)
    } else {
        pixels
    };
    encoded(&pixels)
}

fn encoded(pixels: &DynamicImage) -> Option<String> {
    let mut bytes = Cursor::new(Vec::new());
    let kind = if pixels.color().has_alpha() {
        DynamicImage::from(pixels.to_rgba8()).write_to(&mut bytes, ImageFormat::Png).ok()?;
        "png"
    } else {
        let encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
        pixels.to_rgb8().write_with_encoder(encoder).ok()?;
        "jpeg"
    };
    Some(format!("data:image/{kind};base64,{}", STANDARD.encode(bytes.into_inner())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_become_small_and_lose_what_is_behind_them() {
        let mut bytes = Cursor::new(Vec::new());
        let large = DynamicImage::new_rgb8(900, 300);
        large.write_to(&mut bytes, ImageFormat::Png).unwrap();
        let file = [bytes.into_inner(), b"<script>".to_vec()].concat();
        let address = small(&file, MediaType::Png).unwrap();
        let data = address.strip_prefix("data:image/jpeg;base64,").unwrap();
        let shown = image::load_from_memory(&STANDARD.decode(data).unwrap()).unwrap();
        assert_eq!((shown.width(), shown.height()), (224, 75));
        assert_eq!(small(b"<svg/>", MediaType::Svg), None);
        assert_eq!(small(b"broken", MediaType::Png), None);
    }
}
