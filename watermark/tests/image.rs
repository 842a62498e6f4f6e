//! The image mark over whole pictures.

use std::io::Cursor;

use crate::scenes::{Kind, Painter};
use image::{DynamicImage, ImageFormat, codecs::jpeg::JpegEncoder, imageops::FilterType};
use rayon::prelude::*;
use types::{MarkId, MediaType};
use watermark::{WatermarkKey, image as mark};

const BOUND: f64 = 1e-6;

fn key() -> WatermarkKey {
    WatermarkKey::new([42; 32])
}

fn painted(kind: Kind, seed: u64, side: u32) -> DynamicImage {
    Painter::new(seed).paint(kind, side, side).into()
}

fn png(picture: &DynamicImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    picture.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).unwrap();
    bytes
}

fn jpeg(picture: &DynamicImage, quality: u8) -> DynamicImage {
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
    picture.to_rgb8().write_with_encoder(encoder).unwrap();
    image::load_from_memory(&bytes).unwrap()
}

fn resized(picture: &DynamicImage, factor: f32) -> DynamicImage {
    let side = |pixels: u32| (pixels as f32 * factor).round() as u32;
    picture.resize_exact(side(picture.width()), side(picture.height()), FilterType::Lanczos3)
}

/// A part with this share of the area, from right of the middle and near the lower edge.
fn cropped(picture: &DynamicImage, area: f32) -> DynamicImage {
    let side = |pixels: u32| (pixels as f32 * area.sqrt()) as u32;
    let (width, height) = (side(picture.width()), side(picture.height()));
    let (left, top) = ((picture.width() - width) / 3, (picture.height() - height) * 3 / 4);
    picture.crop_imm(left, top, width, height)
}

fn marked(picture: &DynamicImage, id: MarkId) -> DynamicImage {
    let bytes = mark::embed(&key(), &png(picture), MediaType::Png, id).unwrap();
    image::load_from_memory(&bytes).unwrap()
}

fn expect(picture: &DynamicImage, id: MarkId, what: &str) {
    let found = mark::detect(&[key()], &png(picture)).unwrap();
    let found = found.unwrap_or_else(|| panic!("{what}: not found"));
    assert_eq!(found.id, id, "{what}");
    assert!(found.p_value < BOUND && found.bit_errors * 2 < found.waves, "{what}: {found:?}");
}

/// What a generated picture goes through: JPEG 60, half the size, three quarters of the area.
fn passed_on(kind: Kind, seed: u64, id: MarkId) -> DynamicImage {
    let small = resized(&jpeg(&marked(&painted(kind, seed, 512), id), 60), 0.5);
    jpeg(&cropped(&small, 0.75), 90)
}

#[test]
fn flat_pictures_survive_compression_halving_and_cropping() {
    let cases: Vec<(Kind, u64)> =
        Kind::FLAT.into_iter().flat_map(|kind| [(kind, 1), (kind, 2), (kind, 3)]).collect();
    cases.into_par_iter().for_each(|(kind, seed)| {
        let id = MarkId::from(0x0123_4567_89ab_cdef ^ seed);
        expect(&passed_on(kind, seed, id), id, &format!("{kind:?} {seed}"));
    });
}

/// Sharp lines on white leave the mark little room: not every chart survives all of it.
#[test]
fn most_charts_survive_compression_halving_and_cropping() {
    let found = (1..=6_u64).into_par_iter().filter(|seed| {
        let id = MarkId::from(*seed);
        let read = mark::detect(&[key()], &png(&passed_on(Kind::Chart, *seed, id))).unwrap();
        // A wrong id would be worse than none.
        assert!(read.as_ref().is_none_or(|read| read.id == id), "chart {seed}");
        read.is_some()
    });
    assert!(found.count() >= 4);
}

#[test]
fn marks_survive_what_happens_to_pictures() {
    let id = MarkId::from(u64::MAX);
    let marked = marked(&painted(Kind::Texture, 5, 640), id);
    let turned = |picture: &DynamicImage, degrees: f32| {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let source = picture.to_rgb8();
        let turned = image::RgbImage::from_fn(640, 640, |x, y| {
            let (x, y) = (x as f32 - 320.0, y as f32 - 320.0);
            let (x, y) = (cos * x + sin * y + 320.0, cos * y - sin * x + 320.0);
            image::imageops::interpolate_bilinear(&source, x, y).unwrap_or(image::Rgb([0; 3]))
        });
        DynamicImage::from(turned)
    };
    let cases: [(&str, DynamicImage); 16] = [
        ("nothing", marked.clone()),
        ("JPEG 50", jpeg(&marked, 50)),
        ("a third of the size", resized(&marked, 0.34)),
        ("double size", resized(&marked, 2.0)),
        ("another aspect", marked.resize_exact(640, 628, FilterType::CatmullRom)),
        ("stretched by a tenth", marked.resize_exact(704, 640, FilterType::CatmullRom)),
        ("flattened by a sixth", marked.resize_exact(640, 540, FilterType::CatmullRom)),
        ("a quarter of the area", cropped(&marked, 0.25)),
        ("a tenth of the area", cropped(&marked, 0.1)),
        ("turned by 5 degrees", turned(&marked, 5.0)),
        ("on its side", marked.rotate90()),
        ("upside down", marked.rotate180()),
        ("mirrored", marked.fliph()),
        ("mirrored on its side", marked.rotate270().fliph()),
        ("more contrast", marked.adjust_contrast(30.0)),
        ("without colour", marked.grayscale()),
    ];
    cases.par_iter().for_each(|(what, picture)| expect(picture, id, what));
}

#[test]
fn the_mark_is_faint() {
    for kind in [Kind::Scene, Kind::Texture] {
        let picture = painted(kind, 3, 512).to_rgb8();
        let marked = marked(&picture.clone().into(), MarkId::from(1)).to_rgb8();
        let error: f64 =
            picture.iter().zip(marked.iter()).map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2)).sum();
        let psnr = 10.0 * (65025.0 / (error / picture.len() as f64)).log10();
        assert!((41.5..46.0).contains(&psnr), "{kind:?}: {psnr} dB");
    }
}

#[test]
fn a_hundred_unrelated_pictures_carry_nothing() {
    let kinds = [Kind::Scene, Kind::Icon, Kind::Chart, Kind::Soft, Kind::Texture];
    (0..100_u64).into_par_iter().for_each(|seed| {
        let kind = kinds[seed as usize % kinds.len()];
        let picture = painted(kind, 1000 + seed, 128 + seed as u32 * 3);
        assert_eq!(mark::detect(&[key()], &png(&picture)).unwrap(), None, "{kind:?} {seed}");
    });
}

#[test]
fn a_mark_speaks_only_to_its_key() {
    let bytes = png(&marked(&painted(Kind::Texture, 6, 512), MarkId::from(3)));
    assert_eq!(mark::detect(&[WatermarkKey::new([43; 32])], &bytes).unwrap(), None);
}

#[test]
fn pictures_without_anything_to_see_are_no_trouble() {
    for (width, height) in [(1, 1), (63, 500), (64, 64), (3000, 70)] {
        let blank = DynamicImage::new_rgb8(width, height);
        assert_eq!(mark::detect(&[key()], &png(&blank)).unwrap(), None);
    }
    let white = DynamicImage::from(image::RgbImage::from_pixel(700, 300, image::Rgb([255; 3])));
    let id = MarkId::from(9);
    let bytes = mark::embed(
        &key(),
        &png(&white.resize_exact(900, 400, FilterType::Nearest)),
        MediaType::Png,
        id,
    );
    expect(&image::load_from_memory(&bytes.unwrap()).unwrap(), id, "white");
}

#[test]
fn every_key_is_looked_for_and_counted() {
    let bytes = png(&marked(&painted(Kind::Texture, 6, 512), MarkId::from(3)));
    let keys = [1, 2, 42, 3].map(|secret| WatermarkKey::new([secret; 32]));
    let one = mark::detect(&[key()], &bytes).unwrap().unwrap();
    let four = mark::detect(&keys, &bytes).unwrap().unwrap();
    assert_eq!((one.key, four.key, one.id), (0, 2, four.id));
    assert!((four.p_value / one.p_value - 4.0).abs() < 0.01, "{one:?} {four:?}");
    assert_eq!(mark::detect(&keys[..2], &bytes).unwrap(), None);
    assert_eq!(mark::detect(&[], &bytes).unwrap(), None);
}

#[test]
fn marking_is_reproducible_and_different_for_every_file() {
    let (first, second) = (painted(Kind::Soft, 1, 400), painted(Kind::Soft, 2, 400));
    let embed = |picture: &DynamicImage| {
        mark::embed(&key(), &png(picture), MediaType::Png, MarkId::from(7)).unwrap()
    };
    assert_eq!(embed(&first), embed(&first));
    assert_ne!(embed(&first), embed(&second));
}

#[test]
fn strips_and_large_pictures_carry_marks() {
    let id = MarkId::from(0xfeed);
    let soft = |width, height| DynamicImage::from(Painter::new(4).paint(Kind::Soft, width, height));
    let strip = marked(&soft(720, 6000), id);
    expect(&strip, id, "a strip");
    expect(&jpeg(&strip.crop_imm(0, 1500, 720, 2400), 60), id, "two fifths of a strip");
    let large = marked(&soft(3840, 2160), id);
    expect(&jpeg(&large, 50), id, "4K");
    expect(&jpeg(&resized(&large, 0.25), 70), id, "4K at a quarter of its size");
    expect(&cropped(&large, 0.25), id, "a quarter of 4K");
}
