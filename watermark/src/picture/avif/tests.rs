//! Against files and pixels of other programs: see `samples/README.md`.

use image::{ColorType, DynamicImage, GenericImageView as _};
use proptest::prelude::*;

use super::{Avif, encode};
use crate::WatermarkError;

macro_rules! sample {
    ($name:literal) => {
        (
            $name,
            include_bytes!(concat!("samples/", $name, ".avif")) as &[u8],
            include_bytes!(concat!("samples/", $name, ".png")) as &[u8],
        )
    };
}

const SAMPLES: [(&str, &[u8], &[u8]); 8] = [
    sample!("420"),
    sample!("422-limited"),
    sample!("444"),
    sample!("grey"),
    sample!("alpha"),
    sample!("turned"),
    sample!("mirrored"),
    sample!("420-ten-bits"),
];
const PROFILE: &[u8] = include_bytes!("samples/profile.avif");
const ANIMATED: &[u8] = include_bytes!("samples/animated.avif");

fn decoded(file: &[u8]) -> Result<DynamicImage, WatermarkError> {
    Avif::read(file)?.decode()
}

/// The mean and the greatest difference of samples on the scale of 0 to 255.
fn difference(a: &DynamicImage, b: &DynamicImage) -> (f64, u8) {
    assert_eq!(a.dimensions(), b.dimensions());
    let (a, b) = (a.to_rgba8(), b.to_rgba8());
    let differences = || a.iter().zip(b.iter()).map(|(a, b)| a.abs_diff(*b));
    let sum: f64 = differences().map(f64::from).sum();
    (sum / a.len() as f64, differences().max().unwrap_or(0))
}

#[test]
fn pixels_are_those_that_other_programs_read() {
    for (name, file, expected) in SAMPLES {
        let found = decoded(file).unwrap();
        let expected = image::load_from_memory(expected).unwrap();
        // Programs round alike, and spread chroma in different ways.
        let (mean, most) = difference(&found, &expected);
        assert!(mean < 1.0 && most <= 16, "{name}: {mean} on average, {most} at most");
        let (_, most) = difference(&found.to_luma8().into(), &expected.to_luma8().into());
        assert!(most <= 4, "{name}: luma differs by {most}");
    }
}

#[test]
fn the_library_of_pictures_reads_the_same() {
    super::read_avif();
    super::read_avif();
    for (name, file, _) in SAMPLES {
        let found = image::load_from_memory(file).unwrap();
        assert_eq!(found, decoded(file).unwrap(), "{name}");
        let reader = image::ImageReader::new(std::io::Cursor::new(file));
        let size = reader.with_guessed_format().unwrap().into_dimensions().unwrap();
        assert_eq!(size, found.dimensions(), "{name}");
    }
    assert!(image::load_from_memory(ANIMATED).is_err());
    assert!(image::load_from_memory(&SAMPLES[0].1[..300]).is_err());
}

#[test]
fn depth_and_opacity_are_those_of_the_file() {
    let kinds = SAMPLES.map(|(_, file, _)| decoded(file).unwrap().color());
    use ColorType::{L8, Rgb8, Rgb16, Rgba8};
    assert_eq!(kinds, [Rgb8, Rgb8, Rgb8, L8, Rgba8, Rgb8, Rgb8, Rgb16]);
}

#[test]
fn what_is_written_is_what_was_read() {
    for (name, file, _) in SAMPLES {
        let picture = decoded(file).unwrap();
        let written = encode(&picture, file).unwrap();
        let again = decoded(&written).unwrap();
        let (mean, _) = difference(&again, &picture);
        assert!(mean < 1.2, "{name}: {mean}");
        assert_eq!(again.color().has_alpha(), picture.color().has_alpha(), "{name}");
        let depth = |picture: &DynamicImage| {
            picture.color().bits_per_pixel() / u16::from(picture.color().channel_count())
        };
        assert_eq!(depth(&again), depth(&picture), "{name}");
        assert_eq!(encode(&picture, file).unwrap(), written, "{name} is written the same again");
        let colours = |file: &[u8]| Avif::read(file).unwrap().colours().unwrap();
        assert_eq!(colours(&written), colours(file), "{name}");
    }
}

#[test]
fn what_would_be_lost_is_refused() {
    let picture = decoded(PROFILE).unwrap();
    let error = encode(&picture, PROFILE).unwrap_err();
    assert!(error.to_string().contains("its colour profile cannot be carried over"), "{error}");
    let error = decoded(ANIMATED).unwrap_err();
    assert!(matches!(error, WatermarkError::Unsupported { .. }), "{error}");
}

#[test]
fn no_part_of_a_file_is_taken_for_a_picture() {
    let (_, file, _) = SAMPLES[4];
    for length in 0..file.len() {
        assert!(decoded(&file[..length]).is_err(), "{length} of {} bytes", file.len());
    }
}

/// The decoder's interface panics at a reserved number in the header of a frame.
#[test]
fn reserved_colours_of_a_frame_are_replaced_by_those_of_the_file_or_refused() {
    let mut file = SAMPLES[6].1.to_vec();
    *file.get_mut(306).unwrap() = 6;
    assert_eq!(decoded(&file).unwrap(), decoded(SAMPLES[6].1).unwrap());
    // Without the box, the number counts.
    let place = file.windows(4).position(|kind| kind == b"colr").unwrap();
    file[place..place + 4].copy_from_slice(b"free");
    let error = decoded(&file).unwrap_err();
    assert!(error.to_string().contains("its structure stops the decoder"), "{error}");
}

proptest! {
    #[test]
    fn a_damaged_file_is_refused_or_read(
        damage in proptest::collection::vec((0..750_usize, any::<u8>()), 1..5),
        which in 0..SAMPLES.len(),
    ) {
        let mut file = SAMPLES[which].1.to_vec();
        for (at, byte) in damage {
            if let Some(place) = file.get_mut(at) {
                *place = byte;
            }
        }
        // Neither may panic; a flipped bit of a pixel is another pixel.
        if let Ok(picture) = decoded(&file) {
            prop_assert!(picture.width() > 0);
        }
    }
}
