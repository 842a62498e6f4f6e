//! Marks in sounds: what they survive, what marking leaves as it was, and what is refused.

use crate::tunes::{noise, tune};
use id3::TagLike as _;
use proptest::prelude::*;
use types::{MarkId, MediaType};
use watermark::{
    WatermarkError, WatermarkKey,
    audio::{self, Depth, Sound},
};

const RATE: u32 = 44_100;

fn key() -> WatermarkKey {
    WatermarkKey::new([42; 32])
}

fn id() -> MarkId {
    MarkId::from(0x0123_4567_89ab_cdef)
}

fn sound(depth: Depth, channels: Vec<Vec<f32>>) -> Sound {
    Sound::new(RATE, depth, channels).unwrap()
}

fn marked(seconds: u32, seed: u64) -> Sound {
    let left = tune(seed, RATE, seconds);
    let right = left.iter().zip(tune(seed + 1, RATE, seconds)).map(|(a, b)| 0.7 * a + 0.3 * b);
    let mut sound = sound(Depth::Int16, vec![left.clone(), right.collect()]);
    audio::mark(&key(), &mut sound, id()).unwrap();
    sound
}

fn found(sound: &Sound) -> Option<MarkId> {
    audio::find(&[key()], sound).unwrap().map(|found| found.id)
}

/// A chunk of a WAV file.
fn chunk(name: &[u8; 4], contents: &[u8]) -> Vec<u8> {
    let length = (contents.len() as u32).to_le_bytes();
    let padding = vec![0; contents.len() % 2];
    [&name[..], &length, contents, &padding].concat()
}

/// Puts chunks behind those of a WAV file.
fn with_chunks(mut file: Vec<u8>, chunks: &[Vec<u8>]) -> Vec<u8> {
    file.extend(chunks.concat());
    let length = (file.len() as u32 - 8).to_le_bytes();
    file[4..8].copy_from_slice(&length);
    file
}

fn contains(file: &[u8], part: &[u8]) -> bool {
    file.windows(part.len()).any(|window| window == part)
}

/// The sound at another speed: samples between samples are on straight lines.
fn faster(channel: &[f32], speed: f64) -> Vec<f32> {
    let count = (channel.len() as f64 / speed) as usize - 1;
    let at = |position: f64| {
        let (index, part) = (position as usize, position.fract() as f32);
        channel[index] * (1.0 - part) + channel[index + 1] * part
    };
    (0..count).map(|sample| at(sample as f64 * speed)).collect()
}

#[test]
fn marks_survive_what_sounds_go_through() {
    let marked = marked(20, 1);
    let [left, right] = marked.channels() else { panic!("two channels") };
    let map = |change: &dyn Fn(&[f32]) -> Vec<f32>| vec![change(left), change(right)];
    let mono: Vec<f32> = left.iter().zip(right).map(|(l, r)| (l + r) / 2.0).collect();
    let hiss = noise(9, left.len());
    let cases = [
        ("nothing", map(&<[f32]>::to_vec)),
        ("mono", vec![mono]),
        ("one channel", vec![right.clone()]),
        ("softer", map(&|channel| channel.iter().map(|x| x * 0.1).collect())),
        ("clipped", map(&|channel| channel.iter().map(|x| (x * 3.0).clamp(-0.5, 0.5)).collect())),
        ("seven seconds of it", map(&|channel| channel[300_001..608_700].to_vec())),
        ("noise", map(&|channel| channel.iter().zip(&hiss).map(|(x, n)| x + 0.02 * n).collect())),
        ("2 % faster", map(&|channel| faster(channel, 1.02))),
        ("2 % slower", map(&|channel| faster(channel, 0.98))),
    ];
    for (what, channels) in cases {
        assert_eq!(found(&sound(Depth::Int16, channels)), Some(id()), "{what}");
    }
}

#[test]
fn a_mark_says_from_when_to_when_it_is_heard_and_how_fast() {
    let marked = marked(12, 3);
    let before = tune(50, RATE, 10);
    let after = tune(51, RATE, 8);
    let joined = [&before[..], &marked.channels()[0], &after].concat();
    let found =
        audio::find(&[WatermarkKey::new([1; 32]), key()], &sound(Depth::Int16, vec![joined]));
    let found = found.unwrap().unwrap();
    assert_eq!((found.id, found.key), (id(), 1));
    assert!(found.p_value < 1e-6, "{found:?}");
    assert!(
        found.from_ms.abs_diff(10_000) < 1_500 && found.to_ms.abs_diff(22_000) < 1_500,
        "{found:?}"
    );
    assert!((found.speed - 1.0).abs() < 1e-3, "{found:?}");
}

#[test]
fn the_mark_is_faint_and_the_same_every_time() {
    let original = tune(1, RATE, 6);
    let mut once = sound(Depth::Int16, vec![original.clone()]);
    let mut twice = once.clone();
    audio::mark(&key(), &mut once, id()).unwrap();
    audio::mark(&key(), &mut twice, id()).unwrap();
    assert_eq!(once, twice);
    let power =
        |samples: &mut dyn Iterator<Item = f32>| samples.map(|x| f64::from(x * x)).sum::<f64>();
    let error = power(&mut original.iter().zip(&once.channels()[0]).map(|(a, b)| a - b));
    let snr = 10.0 * (power(&mut original.iter().copied()) / error).log10();
    assert!((32.0..40.0).contains(&snr), "{snr} dB");
}

#[test]
fn unmarked_sounds_and_other_keys_say_nothing() {
    let other = [WatermarkKey::new([43; 32])];
    let marked = marked(6, 1);
    assert_eq!(audio::find(&other, &marked).unwrap(), None);
    assert!(audio::presence(&other, &marked).unwrap().p_value > 1e-6);
    for seed in 100..104 {
        let unmarked = sound(Depth::Int16, vec![tune(seed, RATE, 6)]);
        assert_eq!(found(&unmarked), None, "{seed}");
        assert!(audio::presence(&[key()], &unmarked).unwrap().p_value > 1e-6, "{seed}");
    }
}

#[test]
fn presence_speaks_where_a_mark_is() {
    let presence = audio::presence(&[WatermarkKey::new([1; 32]), key()], &marked(12, 1)).unwrap();
    assert_eq!(presence.key, 1);
    assert!(presence.p_value < 1e-6, "{presence:?}");
}

#[test]
fn every_kind_of_wav_stays_what_it_is() {
    let depths = [Depth::Int16, Depth::Int24, Depth::Int32, Depth::Float32, Depth::Float64];
    for depth in depths {
        let plain = audio::write(&sound(depth, vec![tune(1, RATE, 8)]), MediaType::Wav).unwrap();
        let list = chunk(b"LIST", b"INFOINAM\x04\0\0\0name");
        let file = with_chunks(plain, &[list.clone(), chunk(b"C2PA", b"credentials")]);
        let marked = audio::embed(&key(), &file, MediaType::Wav, id()).unwrap();
        let read = audio::read(&marked).unwrap();
        assert_eq!((read.depth(), read.rate(), read.frames()), (depth, RATE, 8 * 44_100));
        assert!(contains(&marked, &list), "{depth:?}: the description is kept");
        assert!(!contains(&marked, b"credentials"), "{depth:?}: they speak of other bytes");
        assert_eq!(found(&read), Some(id()), "{depth:?}");
    }
}

#[test]
fn lossy_recordings_are_read() {
    let files: [(&str, &[u8]); 4] = [
        ("mp3", include_bytes!("recordings/marked.mp3")),
        ("aac", include_bytes!("recordings/marked.m4a")),
        ("vorbis", include_bytes!("recordings/marked.ogg")),
        ("opus", include_bytes!("recordings/marked.opus")),
    ];
    for (what, file) in files {
        let found = audio::detect(&[key()], file).unwrap();
        assert_eq!(found.map(|found| found.id), Some(id()), "{what}");
    }
}

#[test]
fn a_flac_file_stays_one_and_keeps_its_comments() {
    let tune = tune(3, RATE, 6);
    let plain = sound(Depth::Int24, vec![tune.clone(), tune]);
    let plain_file = audio::write(&plain, MediaType::Flac).unwrap();
    // A comment of a vendor behind the first block, which is then no longer the last.
    let (first, frames) = plain_file.split_at(42);
    let comment = b"\x03\0\0\0abc\0\0\0\0";
    let mut file = [first, &[0x84, 0, 0, 11], comment, frames].concat();
    file[4] &= 0x7f;
    let marked = audio::embed(&key(), &file, MediaType::Flac, id()).unwrap();
    assert!(contains(&marked, comment));
    let read = audio::read(&marked).unwrap();
    assert_eq!((read.frames(), read.depth()), (plain.frames(), Depth::Int24));
    assert_eq!(audio::detect(&[key()], &marked).unwrap().map(|found| found.id), Some(id()));
}

/// The key of another newsroom, whose mark goes over the first.
fn second() -> WatermarkKey {
    WatermarkKey::new([43; 32])
}

#[test]
fn coded_sounds_take_a_mark_and_keep_their_words() {
    let tune = sound(Depth::Int16, vec![tune(3, RATE, 20)]);
    let mut tag = id3::Tag::new();
    tag.set_title("Die Elbe steigt");
    for mime_type in ["application/x-c2pa-manifest-store", "text/plain"] {
        tag.add_frame(id3::frame::EncapsulatedObject {
            mime_type: mime_type.to_owned(),
            filename: String::new(),
            description: mime_type.to_owned(),
            data: b"manifest or note".to_vec(),
        });
    }
    let mut mp3 = Vec::new();
    tag.write_to(&mut mp3, id3::Version::Id3v24).unwrap();
    mp3.extend(audio::write(&tune, MediaType::Mp3).unwrap());
    let opus = audio::write(&tune, MediaType::Ogg).unwrap();
    for (file, media_type) in [(&mp3, MediaType::Mp3), (&opus, MediaType::Ogg)] {
        let marked = audio::embed(&key(), file, media_type, id()).unwrap();
        assert_eq!(MediaType::sniff(&marked), Some(media_type));
        let found = audio::detect(&[key()], &marked).unwrap().map(|found| found.id);
        assert_eq!(found, Some(id()), "{media_type}");
        let (before, after) = (audio::read(file).unwrap(), audio::read(&marked).unwrap());
        assert!(before.length_ms().abs_diff(after.length_ms()) < 120, "{media_type}");
    }
    let marked = audio::embed(&key(), &mp3, MediaType::Mp3, id()).unwrap();
    let tag = id3::Tag::read_from2(std::io::Cursor::new(&marked)).unwrap();
    assert_eq!(tag.title(), Some("Die Elbe steigt"));
    let kept: Vec<&str> = tag.encapsulated_objects().map(|one| one.mime_type.as_str()).collect();
    assert_eq!(kept, ["text/plain"], "credentials speak of other bytes");
}

#[test]
fn an_m4a_file_is_marked_packet_by_packet() {
    let file = include_bytes!("recordings/marked.m4a");
    let other = MarkId::from(77);
    let marked = audio::embed(&second(), file, MediaType::M4a, other).unwrap();
    assert_eq!(MediaType::sniff(&marked), Some(MediaType::M4a));
    let found = audio::detect(&[second()], &marked).unwrap().map(|found| found.id);
    assert_eq!(found, Some(other));
    let (before, after) = (audio::read(file).unwrap(), audio::read(&marked).unwrap());
    assert_eq!((before.frames(), before.rate()), (after.frames(), after.rate()));
}

#[test]
fn what_cannot_be_marked_is_refused() {
    let wav = |channels| audio::write(&sound(Depth::Int16, channels), MediaType::Wav).unwrap();
    let refusal =
        |file: &[u8], media_type| audio::embed(&key(), file, media_type, id()).unwrap_err();
    let short = refusal(&wav(vec![tune(1, RATE, 1)]), MediaType::Wav);
    assert_eq!(short, WatermarkError::TooShort { length_ms: 1_000, min_ms: 5_000 });
    let silent = refusal(&wav(vec![vec![0.0; 441_000]]), MediaType::Wav);
    assert!(matches!(silent, WatermarkError::TooShort { .. }), "{silent}");
    let vorbis = refusal(include_bytes!("recordings/marked.ogg"), MediaType::Ogg);
    assert!(vorbis.to_string().contains("give Opus"), "{vorbis}");
    let picture = refusal(&wav(vec![tune(1, RATE, 6)]), MediaType::Png);
    assert!(picture.to_string().contains("no sound"), "{picture}");
    let mistaken = refusal(&wav(vec![tune(1, RATE, 6)]), MediaType::Flac);
    assert!(matches!(mistaken, WatermarkError::Unsupported { .. }), "{mistaken}");
}

#[test]
fn absurd_headers_are_refused_at_once() {
    let mut wav = audio::write(&sound(Depth::Int16, vec![vec![0.1; 100]]), MediaType::Wav).unwrap();
    for (at, bytes) in [(22, [0xe8, 3]), (22, [0, 0]), (24, [0, 0]), (34, [77, 0])] {
        let mut absurd = wav.clone();
        absurd[at..at + 2].copy_from_slice(&bytes);
        absurd[26..28].fill(0);
        assert!(audio::read(&absurd).is_err(), "{at} {bytes:?}");
    }
    // More samples are declared than there are: none are made up.
    wav[40..44].fill(0xff);
    assert!(audio::read(&wav).map_or(true, |sound| sound.frames() <= 100));
    for nothing in
        [&b""[..], b"RIFF", b"RIFF\0\0\0\0WAVE", b"fLaC", b"OggS\0", b"ID3\x04", &[0; 1000]]
    {
        assert!(audio::read(nothing).is_err(), "{nothing:?}");
    }
}

/// Small files of every kind that is read.
fn files() -> Vec<Vec<u8>> {
    let small = sound(Depth::Int16, vec![tune(1, RATE, 1)[..6000].to_vec()]);
    let written = [MediaType::Wav, MediaType::Flac].map(|kind| audio::write(&small, kind).unwrap());
    let recordings: [&[u8]; 5] = [
        include_bytes!("recordings/marked.mp3"),
        include_bytes!("recordings/marked.m4a"),
        include_bytes!("recordings/marked.ogg"),
        include_bytes!("recordings/marked.opus"),
        include_bytes!("recordings/lossless.m4a"),
    ];
    written
        .into_iter()
        .chain(recordings.map(|file| file[..file.len().min(9000)].to_vec()))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn damaged_files_are_read_or_refused(
        which in 0..7_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        early in any::<bool>(),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut file = files()[which].clone();
        for (place, byte) in changes {
            // Headers are where the harm is.
            let reach = if early { file.len().min(200) } else { file.len() };
            file[place.index(reach)] = byte;
        }
        if cut.index(3) == 0 {
            file.truncate(cut.index(file.len()));
        }
        if let Ok(sound) = audio::read(&file) {
            prop_assert!(sound.channels().iter().flatten().all(|sample| sample.is_finite()));
        }
    }
}
