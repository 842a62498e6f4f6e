//! The video mark over whole files, which are drawn and written here.

use std::time::{Duration, Instant};

use image::{DynamicImage, imageops::FilterType};
use proptest::{prelude::*, test_runner::Config};
use types::MarkId;
use watermark::{WatermarkError, WatermarkKey, video};

use crate::scenes::{Kind, Painter};

const SIZE: (u32, u32) = (320, 192);

fn key() -> WatermarkKey {
    WatermarkKey::new([42; 32])
}

fn stranger(number: u8) -> WatermarkKey {
    WatermarkKey::new([100 + number; 32])
}

/// Frames of a camera that moves over a drawn texture.
fn frames(seed: u64, count: u32) -> Vec<Vec<u8>> {
    let scene = DynamicImage::from(Painter::new(seed).paint(Kind::Texture, 400, 260));
    (0..count)
        .map(|at| {
            let view = scene.crop_imm(2 * at % 80, at % 60, SIZE.0, SIZE.1);
            view.resize_exact(SIZE.0, SIZE.1, FilterType::Triangle).to_rgb8().into_raw()
        })
        .collect()
}

fn clip(key: &WatermarkKey, id: MarkId, frames: &[Vec<u8>]) -> Vec<u8> {
    let mut writer = video::Writer::new(key, id, SIZE.0, SIZE.1, 25.0).unwrap();
    frames.iter().for_each(|frame| writer.push(frame).unwrap());
    writer.finish().unwrap()
}

#[test]
fn written_frames_carry_their_id() {
    let id = MarkId::from(0x0123_4567_89ab_cdef);
    let file = clip(&key(), id, &frames(1, 20));
    let found = video::detect(&[stranger(1), key()], &file).unwrap().unwrap();
    assert_eq!((found.id, found.key), (id, 1));
    assert!(found.p_value < 1e-6 && found.bit_errors * 4 < found.waves, "{found:?}");
    assert_eq!((found.from_ms, found.to_ms), (0, 760));
}

#[test]
fn files_are_marked_again_under_another_key() {
    let id = MarkId::from(u64::MAX);
    let file = clip(&stranger(1), MarkId::from(1), &frames(2, 20));
    let marked = video::embed(&key(), &file, id).unwrap().file;
    assert_eq!(video::detect(&[key()], &marked).unwrap().map(|found| found.id), Some(id));
    assert_eq!(marked, video::embed(&key(), &file, id).unwrap().file, "the same bytes each time");
}

#[test]
fn groups_of_frames_are_put_together_in_order() {
    // Three groups of 2 seconds at 2 frames a second, and one frame.
    let mut writer =
        video::Writer::new(&stranger(1), MarkId::from(1), SIZE.0, SIZE.1, 2.0).unwrap();
    frames(7, 13).iter().for_each(|frame| writer.push(frame).unwrap());
    let file = writer.finish().unwrap();
    let marked = video::embed(&key(), &file, MarkId::from(9)).unwrap().file;
    let found = video::detect(&[key()], &marked).unwrap().unwrap();
    assert_eq!((found.id, found.from_ms), (MarkId::from(9), 0));
}

#[test]
fn planar_frames_are_taken_as_they_are() {
    let luma = (0..SIZE.0 * SIZE.1).map(|at| (90 + at % SIZE.0 * 7 % 50 + at / SIZE.0 % 30) as u8);
    let chroma = std::iter::repeat_n(128, (SIZE.0 * SIZE.1 / 2) as usize);
    let frame: Vec<u8> = luma.chain(chroma).collect();
    let file = clip(&key(), MarkId::from(7), &vec![frame; 16]);
    let found = video::detect(&[key()], &file).unwrap();
    assert_eq!(found.map(|found| found.id), Some(MarkId::from(7)));
}

#[test]
fn strangers_see_nothing() {
    let file = clip(&key(), MarkId::from(3), &frames(3, 16));
    let strangers: Vec<WatermarkKey> = (0..12).map(stranger).collect();
    assert_eq!(video::detect(&strangers, &file).unwrap(), None);
    assert_eq!(video::detect(&[], &file).unwrap(), None);
}

#[test]
fn writers_refuse_what_cannot_be_written() {
    let writer = |width, height, rate| {
        video::Writer::new(&key(), MarkId::from(1), width, height, rate).map(|_| ())
    };
    assert!(matches!(writer(1, 1, 25.0), Err(WatermarkError::TooSmall { .. })));
    assert!(matches!(writer(7680, 4320, 25.0), Err(WatermarkError::TooLarge { .. })));
    for (width, height, rate) in
        [(321, 240, 25.0), (320, 241, 25.0), (320, 240, 0.0), (320, 240, f64::NAN)]
    {
        let refused = writer(width, height, rate);
        assert!(matches!(refused, Err(WatermarkError::Unsupported { .. })), "{refused:?}");
    }
    let mut writer = video::Writer::new(&key(), MarkId::from(1), 320, 240, 25.0).unwrap();
    assert!(matches!(writer.push(&[0; 100]), Err(WatermarkError::Unsupported { .. })));
    assert!(matches!(writer.finish(), Err(WatermarkError::Unwritable { .. })), "no frames");
}

/// Replaces four letters of a box's name, or a number behind it.
fn patched(file: &[u8], name: &[u8; 4], at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    let found = file.windows(4).position(|window| window == name).unwrap();
    file[found + at..found + at + bytes.len()].copy_from_slice(bytes);
    file
}

#[test]
fn what_is_no_plain_h264_file_is_refused_with_its_reason() {
    let file = clip(&key(), MarkId::from(1), &frames(4, 3));
    let moof = [file.as_slice(), b"\0\0\0\x08moof"].concat();
    let cases: [(Vec<u8>, &str); 10] = [
        (Vec::new(), "has no table"),
        (b"GIF89a, not a movie".to_vec(), "cannot be read"),
        (patched(&file, b"ftyp", 0, b"abcd"), "it is not an MP4 file"),
        (file[..200].to_vec(), "damaged"),
        (file[..file.len() / 2].to_vec(), "more bytes than the file"),
        (patched(&file, b"vide", 0, b"soun"), "no video track"),
        (patched(&file, b"moov", 0, b"free"), "has no table"),
        (moof, "fragmented"),
        // All of 4,294,967,295 samples have one byte.
        (patched(&file, b"stsz", 8, &[0, 0, 0, 1, 255, 255, 255, 255]), "names 4294967295 samples"),
        (patched(&file, b"stts", 8, &[255; 4]), "damaged"),
    ];
    for (bytes, reason) in cases {
        let started = Instant::now();
        for result in [
            video::detect(&[key()], &bytes).map(|_| ()),
            video::embed(&key(), &bytes, MarkId::from(2)).map(|_| ()),
        ] {
            match result {
                Ok(()) => assert!(reason.is_empty(), "{reason}"),
                Err(error) => {
                    assert!(!reason.is_empty() && error.to_string().contains(reason), "{error}");
                }
            }
        }
        assert!(started.elapsed() < Duration::from_secs(4), "{reason}: {:?}", started.elapsed());
    }
}

/// In the file, the description of the pictures is the second `avc1`, behind the brands.
#[test]
fn other_codecs_are_named() {
    let file = clip(&key(), MarkId::from(1), &frames(4, 1));
    let at = file.windows(4).rposition(|window| window == b"avc1").unwrap();
    for (letters, name) in [(b"mp4v", "MPEG-4 part 2 (mp4v)"), (b"encv", "encrypted (encv)")] {
        let mut other = file.clone();
        other[at..at + 4].copy_from_slice(letters);
        let error = video::detect(&[key()], &other).unwrap_err().to_string();
        assert!(error.contains(name) && error.contains("give H.264"), "{error}");
    }
}

#[test]
fn damaged_files_never_panic() {
    let file = clip(&key(), MarkId::from(1), &frames(5, 3));
    let tables = file.windows(4).position(|window| window == b"mdat").unwrap();
    let change = (any::<bool>(), any::<u32>(), any::<u8>());
    let changes = prop::collection::vec(change, 1..8);
    let mut runner = prop::test_runner::TestRunner::new(Config::with_cases(48));
    runner
        .run(&(changes, 0..4_usize), |(changes, cut)| {
            let mut bytes = file.clone();
            for (is_table, at, byte) in changes {
                let end = if is_table { tables } else { bytes.len() };
                bytes[at as usize % end] = byte;
            }
            bytes.truncate(bytes.len() - cut * bytes.len() / 8);
            // Whatever comes out, it comes out.
            let _ = video::detect(&[key()], &bytes);
            let _ = video::embed(&key(), &bytes, MarkId::from(2));
            Ok(())
        })
        .unwrap();
}
