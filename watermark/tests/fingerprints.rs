//! Fingerprints of pictures.

use std::io::Cursor;

use crate::scenes::{Kind, Painter};
use image::{DynamicImage, ImageFormat, imageops::FilterType};
use types::{ImageFingerprint, MarkId, MediaType};
use watermark::{WatermarkKey, fingerprint, image as mark};

/// Up to this distance two pictures count as the same one.
const NEAR: u32 = 31;

fn written(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Vec::new();
    picture.write_to(&mut Cursor::new(&mut bytes), format).unwrap();
    bytes
}

fn fingerprint_of(picture: &DynamicImage) -> ImageFingerprint {
    fingerprint::image(&written(picture, ImageFormat::Png)).unwrap()
}

#[test]
fn light_changes_stay_near() {
    for kind in [Kind::Scene, Kind::Icon, Kind::Chart, Kind::Soft, Kind::Texture] {
        let picture = DynamicImage::from(Painter::new(4).paint(kind, 512, 512));
        let original = fingerprint_of(&picture);
        let jpeg = fingerprint::image(&written(&picture, ImageFormat::Jpeg)).unwrap();
        let bytes = written(&picture, ImageFormat::Png);
        let marked =
            mark::embed(&WatermarkKey::new([1; 32]), &bytes, MediaType::Png, MarkId::from(1));
        let changed = [
            ("JPEG", jpeg),
            ("marked", fingerprint::image(&marked.unwrap()).unwrap()),
            ("smaller", fingerprint_of(&picture.resize_exact(200, 200, FilterType::Triangle))),
            ("larger", fingerprint_of(&picture.resize_exact(900, 900, FilterType::CatmullRom))),
            ("darker", fingerprint_of(&picture.brighten(-8))),
            ("transparent, on white", fingerprint_of(&picture.to_rgba8().into())),
        ];
        for (change, fingerprint) in changed {
            let distance = original.distance(&fingerprint);
            assert!(distance <= NEAR, "{kind:?} {change}: {distance} bits");
        }
    }
}

#[test]
fn other_pictures_are_far() {
    let fingerprints: Vec<ImageFingerprint> = (0..30)
        .map(|seed| {
            let kind = [Kind::Scene, Kind::Texture][seed as usize % 2];
            fingerprint_of(&Painter::new(seed).paint(kind, 256, 256).into())
        })
        .collect();
    for (at, a) in fingerprints.iter().enumerate() {
        for b in &fingerprints[..at] {
            assert!(a.distance(b) > NEAR, "{a:?} {b:?}");
        }
    }
}

#[test]
fn half_of_the_bits_are_set() {
    let ImageFingerprint(bytes) =
        fingerprint_of(&Painter::new(4).paint(Kind::Texture, 300, 200).into());
    let set: u32 = bytes.iter().map(|byte| byte.count_ones()).sum();
    assert_eq!(set, 127, "all that is above the upper median");
}
