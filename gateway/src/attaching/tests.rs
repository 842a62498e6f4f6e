use image::{ImageFormat, Luma, Rgba};
use types::{Drawing, MediaType, Modality, Sampling};

use super::*;

fn png(picture: &DynamicImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn plain(width: u32, height: u32) -> Vec<u8> {
    png(&DynamicImage::new_rgb8(width, height))
}

fn request(task: Task, files: &[(Part, Vec<u8>)]) -> GenerationRequest {
    let attachment =
        |(part, bytes): &(Part, Vec<u8>)| Attachment::new(*part, MediaType::Png, bytes.as_slice());
    GenerationRequest {
        drawing: Drawing { task, ..Drawing::default() },
        attachments: files.iter().map(attachment).collect(),
        ..GenerationRequest::new(Modality::Image, "m", Vec::new(), Sampling::default())
    }
}

fn refused(task: Task, files: &[(Part, Vec<u8>)]) -> String {
    pictures(&request(task, files)).unwrap_err().to_string()
}

#[test]
fn files_that_are_missing_of_no_use_or_too_large_are_named() {
    let (source, other) = (plain(4, 4), plain(4, 5));
    let white = png(&DynamicImage::ImageLuma8(image::GrayImage::from_pixel(4, 4, Luma([255]))));
    let cases = [
        (Task::Create, vec![(Part::Source, source.clone())], "of no use to the task `create`"),
        (Task::Upscale, vec![], "`source` is missing"),
        (Task::Inpaint, vec![(Part::Source, source.clone())], "`mask` is missing"),
        (
            Task::Inpaint,
            vec![(Part::Source, source.clone()), (Part::Mask, plain(4, 4))],
            "leaves nothing to change",
        ),
        (
            Task::Inpaint,
            vec![(Part::Source, other), (Part::Mask, white.clone())],
            "has 4x4 pixels and its picture 4x5",
        ),
        (
            Task::Restore,
            vec![(Part::Source, source.clone()), (Part::Source, source.clone())],
            "more than once",
        ),
        (Task::Vary, vec![(Part::Source, source[..40].to_vec())], "cannot be read"),
        (Task::Vary, vec![(Part::Source, b"no picture".to_vec())], "cannot be read"),
        (Task::Vary, vec![(Part::Source, plain(16_385, 1))], "at most 16384 on a side"),
        (Task::TryOn, vec![(Part::Source, source), (Part::Mask, white)], "`garment` is missing"),
    ];
    for (task, files, expected) in cases {
        let error = refused(task, &files);
        assert!(error.contains(expected), "{error} does not say {expected}");
    }
}

#[test]
fn a_bomb_of_pixels_is_refused_before_it_is_decoded() {
    // The header of a PNG says 20,000 × 20,000, and nothing follows.
    let mut bytes = plain(1, 1);
    bytes[16..24].copy_from_slice(&[0, 0, 0x4e, 0x20, 0, 0, 0x4e, 0x20]);
    let crc = {
        let mut crc = u32::MAX;
        for byte in &bytes[12..29] {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
            }
        }
        !crc
    };
    bytes[29..33].copy_from_slice(&crc.to_be_bytes());
    let error = refused(Task::Upscale, &[(Part::Source, bytes)]);
    assert!(error.contains("20000x20000"), "{error}");
}

#[test]
fn what_is_transparent_or_white_is_to_be_changed() {
    let mut clear = image::RgbaImage::from_pixel(2, 1, Rgba([10, 20, 30, 255]));
    clear.put_pixel(1, 0, Rgba([10, 20, 30, 0]));
    let clear = png(&DynamicImage::ImageRgba8(clear));
    let mut white = image::GrayImage::new(2, 1);
    white.put_pixel(1, 0, Luma([255]));
    let white = png(&DynamicImage::ImageLuma8(white));
    for files in [
        vec![(Part::Source, clear.clone())],
        vec![(Part::Source, plain(2, 1)), (Part::Mask, white)],
        vec![(Part::Mask, clear.clone()), (Part::Source, plain(2, 1))],
    ] {
        let found = pictures(&request(Task::Inpaint, &files)).unwrap();
        assert_eq!(found.mask.unwrap().values, [0, 255]);
    }
    // Elsewhere the transparent part of a picture is white.
    let found = pictures(&request(Task::Vary, &[(Part::Source, clear)])).unwrap();
    assert_eq!(found.source.unwrap().pixels, [10, 20, 30, 255, 255, 255]);
    assert!(found.mask.is_none());
}
