//! Files hold what was asked, and are the same each time.

use film::{Caption, Film, FilmError, Sound, render};
use opus_pure::OpusDecoder;

use crate::{
    movie::{brightness, moov, samples, track},
    small,
};

fn film(sound: Option<&Sound>) -> Film {
    let mut board = small();
    board.captions = vec![Caption { start: 0.3, end: 1.2, text: "Rain & wind".to_owned() }];
    render(&board, &[], sound, &mut |_, _| true).unwrap()
}

/// Silence with a short noise in the middle of a second.
fn click(rate: u32) -> Sound {
    let mut samples = vec![0.0; rate as usize];
    let middle = rate as usize / 2;
    for (at, sample) in samples.iter_mut().skip(middle).take(rate as usize / 100).enumerate() {
        *sample = if at % 8 < 4 { 0.8 } else { -0.8 };
    }
    Sound { rate, samples }
}

#[test]
fn pictures_are_those_of_the_storyboard() {
    let film = film(None);
    assert_eq!((film.frames, film.seconds), (15, 1.5));
    let means = brightness(&film.bytes);
    assert_eq!(means.len(), 15);
    // The second scene has one colour, whose luma by BT.709 is known.
    for mean in &means[10..] {
        assert!((mean - 91.0).abs() < 2.0, "{means:?}");
    }
}

#[test]
fn the_same_storyboard_gives_the_same_bytes() {
    let sound = click(22_050);
    let once = film(Some(&sound));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    assert!(once == pool.install(|| film(Some(&sound))));
}

#[test]
fn sound_is_heard_when_it_was_given() {
    for rate in [22_050, 48_000] {
        let film = film(Some(&click(rate)));
        let moov = moov(&film.bytes);
        let track = track(&moov, *b"soun");
        let skip =
            track.edts_box.as_ref().unwrap().elst_box.as_ref().unwrap().entries[0].media_time;
        let mut decoder = OpusDecoder::new(48_000, 1).unwrap();
        let mut heard = Vec::new();
        let mut length = 0;
        for (packet, duration) in samples(&film.bytes, track) {
            let mut block = vec![0.0; 960];
            decoder.decode(packet, 960, &mut block).unwrap();
            heard.extend(block);
            length += u64::from(duration);
        }
        assert_eq!(length - skip as u64, 48_000, "as long as the sound");
        let start = heard.iter().skip(skip as usize).position(|sample: &f32| sample.abs() > 0.2);
        let start = start.unwrap();
        assert!(start.abs_diff(24_000) < 100, "{start} of 24,000 at {rate}");
    }
}

#[test]
fn captions_are_a_track_and_a_text() {
    let film = film(None);
    let moov = moov(&film.bytes);
    let samples = samples(&film.bytes, track(&moov, *b"sbtl"));
    let texts: Vec<(&[u8], u32)> = samples.iter().map(|(bytes, ms)| (&bytes[2..], *ms)).collect();
    assert_eq!(texts, [(&b""[..], 300), (b"Rain & wind", 900), (b"", 300)]);
    assert!(film.webvtt.contains("00:00:00.300 --> 00:00:01.200\nRain &amp; wind"));
    assert_eq!(film.texts, ["Rain & wind"]);
}

#[test]
fn progress_is_told_and_work_can_be_ended() {
    let mut told = Vec::new();
    render(&small(), &[], None, &mut |done, all| {
        told.push((done, all));
        true
    })
    .unwrap();
    assert_eq!(told, (1..=15).map(|done| (done, 15)).collect::<Vec<_>>());
    let ended = render(&small(), &[], None, &mut |done, _| done < 4);
    assert_eq!(ended, Err(FilmError::Cancelled));
}

#[test]
fn sound_that_is_too_long_is_cut_and_said() {
    let sound = Sound { rate: 8000, samples: vec![0.1; 8000 * 3] };
    let film = film(Some(&sound));
    assert!(film.warnings.iter().any(|warning| warning.contains("was cut")), "{:?}", film.warnings);
}
