//! Small pictures for pages: decoded, made smaller and encoded here, as `data:` addresses, because
//! nothing of a checked file is kept that could be asked for later.

use std::{collections::BTreeMap, io::Cursor};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use image::{
    DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, codecs::jpeg::JpegEncoder,
};
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
/// Kinds of pictures that are shown.
const SHOWN: [MediaType; 6] = [
    MediaType::Png,
    MediaType::Jpeg,
    MediaType::Webp,
    MediaType::Avif,
    MediaType::Tiff,
    MediaType::Gif,
];

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
    if !SHOWN.contains(&media_type) {
        return None;
    }
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(EDGE_MAX);
    limits.max_image_height = Some(EDGE_MAX);
    limits.max_alloc = Some(ALLOCATION_MAX);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    // A picture without a readable orientation stands as it is.
    let orientation = decoder.orientation().ok();
    let mut pixels = DynamicImage::from_decoder(decoder).ok()?;
    if pixels.width().max(pixels.height()) > EDGE {
        pixels = pixels.thumbnail(EDGE, EDGE);
    }
    if let Some(orientation) = orientation {
        pixels.apply_orientation(orientation);
    }
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

    #[test]
    fn every_kind_of_picture_is_shown_upright() {
        watermark::read_avif();
        let turned = include_bytes!("../../../../watermark/src/picture/avif/samples/turned.avif");
        let mut files = vec![(turned.to_vec(), MediaType::Avif)];
        for (format, media_type) in [
            (ImageFormat::Jpeg, MediaType::Jpeg),
            (ImageFormat::WebP, MediaType::Webp),
            (ImageFormat::Gif, MediaType::Gif),
            (ImageFormat::Tiff, MediaType::Tiff),
        ] {
            let mut bytes = Cursor::new(Vec::new());
            DynamicImage::new_rgba8(47, 61).to_rgb8().write_to(&mut bytes, format).unwrap();
            files.push((bytes.into_inner(), media_type));
        }
        // A quarter turn to the right, as cameras note it.
        let mut lying = Vec::new();
        let mut encoder = JpegEncoder::new(&mut lying);
        let turned = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        image::ImageEncoder::set_exif_metadata(&mut encoder, turned.to_vec()).unwrap();
        DynamicImage::new_rgb8(61, 47).write_with_encoder(encoder).unwrap();
        files.push((lying, MediaType::Jpeg));
        for (file, media_type) in files {
            let address = small(&file, media_type).unwrap();
            let (_, data) = address.split_once(";base64,").unwrap();
            let shown = image::load_from_memory(&STANDARD.decode(data).unwrap()).unwrap();
            assert_eq!((shown.width(), shown.height()), (47, 61), "{media_type}");
        }
    }
}
