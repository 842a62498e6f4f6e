//! What marking leaves as it was: formats, transparency, depth, metadata. And what it refuses.

use std::io::Cursor;

use crate::scenes::{Kind, Painter};
use image::{
    ColorType, DynamicImage, ImageDecoder as _, ImageEncoder as _, ImageFormat, ImageReader,
    codecs::jpeg::JpegEncoder,
};
use img_parts::{
    Bytes,
    png::{Png, PngChunk},
};
use types::{MarkId, MediaType};
use watermark::{WatermarkError, WatermarkKey, image as mark};

/// Little-endian TIFF with one entry: orientation 6, a quarter turn to the right.
const EXIF: &[u8] = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";

const AVIF_ANIMATED: &[u8] = include_bytes!("../src/picture/avif/samples/animated.avif");

fn key() -> WatermarkKey {
    WatermarkKey::new([42; 32])
}

fn scene() -> DynamicImage {
    Painter::new(8).paint(Kind::Texture, 400, 360).into()
}

fn written(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Vec::new();
    picture.write_to(&mut Cursor::new(&mut bytes), format).unwrap();
    bytes
}

fn marked(bytes: &[u8], media_type: MediaType) -> Vec<u8> {
    let id = MarkId::from(77);
    let marked = mark::embed(&key(), bytes, media_type, id).unwrap();
    assert_eq!(MediaType::sniff(&marked), Some(media_type));
    assert_eq!(mark::detect(&[key()], &marked).unwrap().map(|found| found.id), Some(id));
    marked
}

/// A profile's header as far as it is looked at.
fn profile(space: &[u8; 4]) -> Vec<u8> {
    let mut profile = vec![0; 128];
    profile[16..20].copy_from_slice(space);
    profile
}

#[test]
fn every_kind_of_png_stays_what_it_is() {
    let mut clear = scene().to_rgba8();
    clear
        .enumerate_pixels_mut()
        .for_each(|(x, _, pixel)| pixel.0[3] = if x < 100 { 128 } else { 255 });
    let kinds: [DynamicImage; 8] = [
        scene(),
        clear.clone().into(),
        scene().to_luma8().into(),
        scene().to_luma_alpha8().into(),
        scene().to_luma16().into(),
        scene().to_luma_alpha16().into(),
        scene().to_rgb16().into(),
        DynamicImage::from(clear).to_rgba16().into(),
    ];
    for kind in kinds {
        let bytes = marked(&written(&kind, ImageFormat::Png), MediaType::Png);
        let back = image::load_from_memory(&bytes).unwrap();
        assert_eq!((back.color(), back.width()), (kind.color(), kind.width()));
        let (before, after) = (kind.to_rgba16(), back.to_rgba16());
        for (before, after) in before.pixels().zip(after.pixels()) {
            assert_eq!(before.0[3], after.0[3], "transparency stays");
            let shift = before.0[0].abs_diff(after.0[0]);
            assert!(shift < 20 * 257, "{:?}: a pixel moved by {shift} of 65535", kind.color());
        }
    }
}

#[test]
fn sixteen_bits_keep_their_depth() {
    let bytes = marked(&written(&scene().to_luma16().into(), ImageFormat::Png), MediaType::Png);
    let deep = image::load_from_memory(&bytes).unwrap().to_luma16();
    let between = deep.pixels().filter(|pixel| pixel.0[0] % 257 != 0).count();
    assert!(between > 100_000, "only {between} samples use more than 8 bits");
}

#[test]
fn jpegs_keep_colour_profiles_and_descriptions() {
    for (picture, space) in [(scene(), b"RGB "), (scene().to_luma8().into(), b"GRAY")] {
        let mut bytes = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 90);
        encoder.set_icc_profile(profile(space)).unwrap();
        encoder.set_exif_metadata(EXIF.to_vec()).unwrap();
        picture.write_with_encoder(encoder).unwrap();
        let bytes = marked(&bytes, MediaType::Jpeg);
        let mut decoder = ImageReader::with_format(Cursor::new(&bytes), ImageFormat::Jpeg)
            .into_decoder()
            .unwrap();
        assert_eq!(decoder.icc_profile().unwrap(), Some(profile(space)));
        assert_eq!(decoder.exif_metadata().unwrap().as_deref(), Some(EXIF));
        let expected = if space == b"GRAY" { ColorType::L8 } else { ColorType::Rgb8 };
        assert_eq!((decoder.color_type(), decoder.dimensions()), (expected, (400, 360)));
    }
}

#[test]
fn webp_and_tiff_keep_pixels_and_profiles() {
    let deep: DynamicImage = scene().to_rgb16().into();
    let mut clear = scene().to_rgba8();
    clear.pixels_mut().take(30_000).for_each(|pixel| pixel.0[3] = 40);
    let clear: DynamicImage = clear.into();
    let grey: DynamicImage = scene().to_luma8().into();
    let cases = [
        (scene(), ImageFormat::WebP, MediaType::Webp, ColorType::Rgb8),
        (clear.clone(), ImageFormat::WebP, MediaType::Webp, ColorType::Rgba8),
        (scene(), ImageFormat::Tiff, MediaType::Tiff, ColorType::Rgb8),
        (clear, ImageFormat::Tiff, MediaType::Tiff, ColorType::Rgba8),
        (deep, ImageFormat::Tiff, MediaType::Tiff, ColorType::Rgb16),
        (grey, ImageFormat::Tiff, MediaType::Tiff, ColorType::L8),
    ];
    for (picture, format, media_type, colours) in cases {
        let mut bytes = std::io::Cursor::new(Vec::new());
        let space = if colours.has_color() { b"RGB " } else { b"GRAY" };
        if format == ImageFormat::WebP {
            let mut encoder = image::codecs::webp::WebPEncoder::new_lossless(&mut bytes);
            encoder.set_icc_profile(profile(space)).unwrap();
            encoder.set_exif_metadata(EXIF.to_vec()).unwrap();
            picture.write_with_encoder(encoder).unwrap();
        } else {
            let mut encoder = image::codecs::tiff::TiffEncoder::new(&mut bytes);
            encoder.set_icc_profile(profile(space)).unwrap();
            picture.write_with_encoder(encoder).unwrap();
        }
        let bytes = marked(bytes.get_ref(), media_type);
        let mut decoder =
            ImageReader::with_format(Cursor::new(&bytes), format).into_decoder().unwrap();
        assert_eq!((decoder.color_type(), decoder.dimensions()), (colours, (400, 360)));
        assert_eq!(decoder.icc_profile().unwrap(), Some(profile(space)), "{format:?}");
        if format == ImageFormat::WebP {
            assert_eq!(decoder.exif_metadata().unwrap().as_deref(), Some(EXIF));
        }
        let back = image::load_from_memory(&bytes).unwrap().to_rgba8();
        let alpha = |pixel: &image::Rgba<u8>| pixel.0[3];
        assert!(back.pixels().map(alpha).eq(picture.to_rgba8().pixels().map(alpha)));
    }
}

#[test]
fn a_gif_carries_its_mark_or_is_refused() {
    let id = MarkId::from(77);
    let pictures = [scene(), Painter::new(3).paint(Kind::Soft, 600, 500).into()];
    for picture in pictures {
        let gif = written(&picture, ImageFormat::Gif);
        match mark::embed(&key(), &gif, MediaType::Gif, id) {
            Ok(bytes) => {
                let found = mark::detect(&[key()], &bytes).unwrap();
                assert_eq!(found.map(|found| found.id), Some(id));
                assert_eq!(MediaType::sniff(&bytes), Some(MediaType::Gif));
            }
            Err(error) => assert_eq!(
                error.to_string(),
                "the file cannot be used: the 256 colours of a GIF would lose the mark: give PNG"
            ),
        }
    }
}

#[test]
fn moving_pictures_and_pages_are_refused() {
    let frame = || image::Frame::new(scene().to_rgba8());
    let mut gif = Vec::new();
    image::codecs::gif::GifEncoder::new_with_speed(&mut gif, 30)
        .encode_frames([frame(), frame()])
        .unwrap();
    let mut tiff = written(&scene(), ImageFormat::Tiff);
    // The directory is told to have a successor: itself.
    let directory = u32::from_le_bytes(tiff[4..8].try_into().unwrap());
    let entries = u16::from_le_bytes([tiff[directory as usize], tiff[directory as usize + 1]]);
    let next = directory as usize + 2 + 12 * usize::from(entries);
    tiff[next..next + 4].copy_from_slice(&directory.to_le_bytes());
    let several = "the file cannot be used: it is animated or has pages";
    for (bytes, media_type, expected) in [
        (&gif[..], MediaType::Gif, several),
        (&tiff[..], MediaType::Tiff, several),
        (AVIF_ANIMATED, MediaType::Avif, "the file cannot be used: this kind of AVIF is not read"),
    ] {
        let error = mark::embed(&key(), bytes, media_type, MarkId::from(1)).unwrap_err();
        assert!(error.to_string().starts_with(expected), "{error} is not {expected}");
    }
    let error = mark::detect(&[key()], AVIF_ANIMATED).unwrap_err();
    assert!(matches!(error, WatermarkError::Unsupported { .. }), "{error}");
}

#[test]
fn a_profile_of_another_colour_space_does_not_stay() {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 90);
    encoder.set_icc_profile(profile(b"CMYK")).unwrap();
    scene().write_with_encoder(encoder).unwrap();
    let bytes = marked(&bytes, MediaType::Jpeg);
    let mut decoder =
        ImageReader::with_format(Cursor::new(&bytes), ImageFormat::Jpeg).into_decoder().unwrap();
    assert_eq!(decoder.icc_profile().unwrap(), None);
}

#[test]
fn pngs_keep_descriptions_but_no_credentials() {
    let bytes = with_chunks(&[
        (b"eXIf", EXIF),
        (b"tEXt", b"Author\0Ada"),
        (b"caBX", b"c2pa"),
        (b"bKGD", b"\0\0\0\0\0\0"),
    ]);
    let png = Png::from_bytes(marked(&bytes, MediaType::Png).into()).unwrap();
    let kept: Vec<[u8; 4]> =
        png.chunks().iter().map(PngChunk::kind).filter(|kind| kind != b"IDAT").collect();
    assert_eq!(kept, [*b"IHDR", *b"eXIf", *b"tEXt", *b"IEND"]);
}

#[test]
fn what_cannot_be_marked_is_refused_with_the_reason() {
    let id = MarkId::from(1);
    let picture = written(&scene(), ImageFormat::Png);
    let small = written(&scene().crop_imm(0, 0, 400, 300), ImageFormat::Png);
    let animated = with_chunks(&[(b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0])]);
    let cut = &picture[..picture.len() / 2];
    let cases: [(&[u8], MediaType, &str); 7] = [
        (
            &small,
            MediaType::Png,
            "400×300 pixels are too few to carry a mark: give at least 320 on each side",
        ),
        (&picture, MediaType::Jpeg, "the file cannot be used: it is image/png"),
        (&picture, MediaType::PlainText, "the file cannot be used: it is image/png"),
        (&animated, MediaType::Png, "the file cannot be used: it is animated or has pages"),
        (cut, MediaType::Png, "the file cannot be read"),
        (b"\x89PNG\r\n\x1a\n", MediaType::Png, "the file cannot be read"),
        (b"\0\x01\x02", MediaType::Png, "the file cannot be read: it is of no known kind"),
    ];
    for (bytes, media_type, expected) in cases {
        let error = mark::embed(&key(), bytes, media_type, id).unwrap_err();
        assert!(error.to_string().starts_with(expected), "{error} is not {expected}");
    }
    assert!(matches!(mark::detect(&[key()], b"text"), Err(WatermarkError::Unreadable { .. })));
}

#[test]
fn enormous_pictures_are_refused_before_they_are_decoded() {
    let png =
        Png::from_bytes(Bytes::from(written(&DynamicImage::new_luma8(1, 1), ImageFormat::Png)))
            .unwrap();
    let mut header = png.chunks()[0].contents().to_vec();
    header[..8].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    let mut png = png;
    png.chunks_mut()[0] = PngChunk::new(*b"IHDR", header.into());
    let error = mark::detect(&[key()], &png.encoder().bytes()).unwrap_err();
    assert!(matches!(error, WatermarkError::TooLarge { width: 30_000, .. }), "{error}");
}

fn with_chunks(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut png = Png::from_bytes(Bytes::from(written(&scene(), ImageFormat::Png))).unwrap();
    let chunks =
        chunks.iter().map(|(kind, data)| PngChunk::new(**kind, Bytes::copy_from_slice(data)));
    png.chunks_mut().splice(1..1, chunks);
    png.encoder().bytes().to_vec()
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    #[test]
    fn damaged_files_never_panic(kind in 0..5_usize, at in 0..20_000_usize, byte: u8, end in 0..20_000_usize) {
        let (format, media_type) = [
            (ImageFormat::Png, MediaType::Png),
            (ImageFormat::Jpeg, MediaType::Jpeg),
            (ImageFormat::WebP, MediaType::Webp),
            (ImageFormat::Tiff, MediaType::Tiff),
            (ImageFormat::Gif, MediaType::Gif),
        ][kind];
        let mut bytes = written(&DynamicImage::new_rgb8(60, 50), format);
        let (at, end) = (at % bytes.len(), end % bytes.len() + 1);
        bytes[at] = byte;
        for bytes in [&bytes[..], &bytes[..end]] {
            let _ = mark::detect(&[key()], bytes);
            let _ = mark::embed(&key(), bytes, media_type, MarkId::from(1));
        }
    }
}
