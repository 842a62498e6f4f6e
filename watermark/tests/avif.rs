//! Marks in AVIF files: how websites keep their pictures.

use image::DynamicImage;
use ravif::{Encoder, Img};
use types::{MarkId, MediaType};
use watermark::{WatermarkKey, fingerprint, image as mark};

use crate::scenes::{Kind, Painter};

fn key() -> WatermarkKey {
    WatermarkKey::new([42; 32])
}

fn scene() -> DynamicImage {
    Painter::new(8).paint(Kind::Texture, 480, 400).into()
}

/// Written with eight bits a sample, as websites do.
fn avif(picture: &DynamicImage, quality: f32) -> Vec<u8> {
    let rgba = picture.to_rgba8();
    let pixels: Vec<_> = rgba
        .pixels()
        .map(|pixel| ravif::RGBA8::new(pixel[0], pixel[1], pixel[2], pixel[3]))
        .collect();
    let (width, height) = (rgba.width() as usize, rgba.height() as usize);
    let encoder =
        Encoder::new().with_quality(quality).with_speed(10).with_bit_depth(ravif::BitDepth::Eight);
    encoder.encode_rgba(Img::new(&pixels[..], width, height)).unwrap().avif_file
}

#[test]
fn a_mark_lives_in_avif_and_through_avif() {
    let id = MarkId::from(0x0123_4567_89ab_cdef);
    let mut clear = scene().to_rgba8();
    clear.pixels_mut().take(20_000).for_each(|pixel| pixel.0[3] = 90);
    for picture in [scene(), clear.into()] {
        let file = avif(&picture, 80.0);
        assert_eq!(mark::detect(&[key()], &file).unwrap(), None);
        let marked = mark::embed(&key(), &file, MediaType::Avif, id).unwrap();
        assert_eq!(MediaType::sniff(&marked), Some(MediaType::Avif));
        assert_eq!(mark::detect(&[key()], &marked).unwrap().map(|found| found.id), Some(id));
        let again = mark::embed(&key(), &file, MediaType::Avif, id).unwrap();
        assert_eq!(again, marked, "the same key, file and id give the same bytes");
    }
    // A picture marked as PNG becomes a website's AVIF.
    let mut png = std::io::Cursor::new(Vec::new());
    scene().write_to(&mut png, image::ImageFormat::Png).unwrap();
    let marked = mark::embed(&key(), png.get_ref(), MediaType::Png, id).unwrap();
    let small = avif(&image::load_from_memory(&marked).unwrap(), 55.0);
    assert!(small.len() < marked.len() / 4);
    assert_eq!(mark::detect(&[key()], &small).unwrap().map(|found| found.id), Some(id));
}

#[test]
fn an_avif_copy_has_the_fingerprint_of_its_original() {
    let original = fingerprint::pixels(&scene());
    let copy = fingerprint::image(&avif(&scene(), 55.0)).unwrap();
    assert!(original.distance(&copy) <= 4, "{}", original.distance(&copy));
}
