//! Films with sound, as other programs write them, and what becomes of their packets.

use std::num::NonZeroU32;

use proptest::prelude::*;
use shiguredo_mp4::{
    FixedPointNumber, Uint,
    boxes::{AudioSampleEntryFields, DopsBox, EsdsBox, OpusBox},
    descriptors::{EsDescriptor, SlConfigDescriptor},
};

use super::*;
use crate::{
    movie::{Clip, Encoder, Frame, assembly::empty, recoded, replaced, writing::Track},
    tunes,
};

const SIZE: (usize, usize) = (320, 192);

/// Music and noise with room for a mark.
pub(crate) fn music(rate: u32, channels: u64, seconds: u32) -> Sound {
    let planes = (0..channels).map(|channel| tunes::tune(channel, rate, seconds)).collect();
    Sound::new(rate, Depth::Int16, planes).unwrap()
}

fn fields(sound: &Sound) -> AudioSampleEntryFields {
    AudioSampleEntryFields {
        data_reference_index: AudioSampleEntryFields::DEFAULT_DATA_REFERENCE_INDEX,
        channelcount: sound.channels().len() as u16,
        samplesize: AudioSampleEntryFields::DEFAULT_SAMPLESIZE,
        samplerate: FixedPointNumber::new(sound.rate() as u16, 0),
    }
}

fn mp4a(sound: &Sound, settings: Vec<u8>) -> SampleEntry {
    let dec_config_descr = DecoderConfigDescriptor {
        object_type_indication:
            DecoderConfigDescriptor::OBJECT_TYPE_INDICATION_AUDIO_ISO_IEC_14496_3,
        stream_type: DecoderConfigDescriptor::STREAM_TYPE_AUDIO,
        up_stream: DecoderConfigDescriptor::UP_STREAM_FALSE,
        buffer_size_db: Uint::new(0),
        max_bitrate: 0,
        avg_bitrate: 0,
        dec_specific_info: Some(DecoderSpecificInfo { payload: settings }),
    };
    let es = EsDescriptor {
        es_id: 1,
        stream_priority: EsDescriptor::LOWEST_STREAM_PRIORITY,
        depends_on_es_id: None,
        url_string: None,
        ocr_es_id: None,
        dec_config_descr,
        sl_config_descr: SlConfigDescriptor,
    };
    let (audio, esds_box) = (fields(sound), EsdsBox { es });
    SampleEntry::Mp4a(Mp4aBox { audio, esds_box, unknown_boxes: Vec::new() })
}

/// AAC-LC whose decoder gives 1,024 samples of silence and then `sound`.
pub(crate) fn aac(sound: &Sound) -> (Stream, u32) {
    let later = |channel: &Vec<f32>| [&[0.0; AAC_PACKET], channel.as_slice()].concat();
    let channels = sound.channels().iter().map(later).collect();
    let late = Sound::new(sound.rate(), Depth::Int16, channels).unwrap();
    let bits = 128_000 * sound.channels().len() as u32;
    let packets = aac_packets(&late, bits).unwrap();
    let settings = audio_specific_config_bytes(sound.rate(), sound.channels().len() as u16);
    (stream(mp4a(sound, settings), &packets), AAC_PACKET as u32)
}

/// Opus in packets of 20 ms whose decoder gives `sound`, but for its beginning.
pub(crate) fn opus(sound: &Sound) -> (Stream, u32) {
    let packets = opus_packets(sound, &vec![960; sound.frames() / 960], 96_000).unwrap();
    let dops_box = DopsBox {
        output_channel_count: sound.channels().len() as u8,
        pre_skip: 312,
        input_sample_rate: OPUS_RATE,
        output_gain: 0,
    };
    let entry = OpusBox { audio: fields(sound), dops_box, unknown_boxes: Vec::new() };
    (stream(SampleEntry::Opus(entry), &packets), 960)
}

fn stream(entry: SampleEntry, packets: &[Vec<u8>]) -> Stream {
    let samples = packets.iter().map(|packet| (packet.len() as u32, true)).collect();
    Stream { description: Some(entry), bytes: packets.concat(), samples }
}

/// A film of some frames and this sound.
pub(crate) fn film((sound, duration): &(Stream, u32), rate: u32) -> Vec<u8> {
    let mut encoder = Encoder::new(4.0, None).unwrap();
    for frame in 0..8_usize {
        let luma = (0..SIZE.0 * SIZE.1).map(|at| (at * (at / 7 + frame) % 200) as u8 + 20);
        let planes: Vec<u8> = luma.chain(std::iter::repeat_n(128, SIZE.0 * SIZE.1 / 2)).collect();
        encoder.push(&Frame::planar(SIZE, &planes).unwrap()).unwrap();
    }
    let pictures = encoder.finish();
    let size = (SIZE.0 as u16, SIZE.1 as u16);
    let bare = crate::movie::fresh(&pictures, size, 4.0).unwrap();
    let movie = Movie::parse(&bare).unwrap();
    let clip = Clip::of(&movie).unwrap();
    let durations = vec![*duration; sound.samples.len()];
    let mut tables = empty((0, 0), NonZeroU32::new(rate).unwrap(), 0);
    tables.mdia_box.hdlr_box.handler_type = *b"soun";
    let track = Track::encoded(sound, tables, &durations).unwrap();
    replaced(&clip, &pictures, vec![track], true).unwrap()
}

/// The packets of the first sound track.
pub(crate) fn packets(file: &[u8]) -> Vec<Vec<u8>> {
    let movie = Movie::parse(file).unwrap();
    let tracks = soundtracks(&movie);
    let first = tracks.iter().flatten().next().unwrap();
    first.packets.iter().map(|packet| packet.to_vec()).collect()
}

/// The share of the power of one channel that another does not have.
fn difference(one: &[f32], other: &[f32]) -> f32 {
    let wrong: f32 = one.iter().zip(other).map(|(a, b)| (a - b).powi(2)).sum();
    wrong / one.iter().map(|a| a * a).sum::<f32>()
}

/// A sound that codecs keep sample by sample.
fn hum(rate: u32, channels: usize) -> Sound {
    let turn = std::f32::consts::TAU / rate as f32;
    let wave = |at: usize| (turn * 300.0 * at as f32).sin() * (turn * 0.7 * at as f32).cos();
    let plane: Vec<f32> = (0..2 * rate as usize).map(|at| 0.4 * wave(at)).collect();
    Sound::new(rate, Depth::Int16, vec![plane; channels]).unwrap()
}

#[test]
fn packets_keep_their_number_their_times_and_what_is_in_them() {
    for (coded, rate) in [
        (aac(&hum(44_100, 2)), 44_100),
        (aac(&hum(48_000, 1)), 48_000),
        (opus(&hum(48_000, 2)), 48_000),
    ] {
        let file = film(&coded, rate);
        let movie = Movie::parse(&file).unwrap();
        let tracks = soundtracks(&movie);
        let [Some(track)] = tracks.as_slice() else { panic!("{tracks:?}") };
        let decoded = track.decoded().unwrap();
        let stream = track.encoded(&decoded).unwrap();
        assert_eq!(stream.samples.len(), coded.0.samples.len());
        let again = read_back(&stream).unwrap();
        assert_eq!(again.frames(), decoded.sound.frames());
        for (one, other) in decoded.sound.channels().iter().zip(again.channels()) {
            let wrong = difference(&one[2048..], &other[2048..]);
            assert!(wrong < 0.01, "{rate}: {wrong}");
            let shifted = difference(&one[2048..], &other[2068..]);
            assert!(shifted > 0.1, "{shifted}");
        }
        let new = recoded(track, &stream).unwrap();
        let old = track.track().mdia_box.mdhd_box.duration;
        assert_eq!(new.tables.mdia_box.mdhd_box.duration, old);
    }
}

#[test]
fn damaged_packets_are_silence_and_nothing_panics() {
    let (coded, duration) = aac(&hum(44_100, 1));
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(64));
    let changes = prop::collection::vec((any::<usize>(), any::<u8>()), 1..40);
    runner
        .run(&changes, |changes| {
            let mut bytes = coded.bytes.clone();
            let length = bytes.len();
            changes.iter().for_each(|(at, byte)| bytes[at % length] = *byte);
            let description = coded.description.clone();
            let damaged = Stream { description, bytes, samples: coded.samples.clone() };
            let file = film(&(damaged, duration), 44_100);
            let movie = Movie::parse(&file).unwrap();
            for track in soundtracks(&movie).iter().flatten() {
                if let Some(decoded) = track.decoded() {
                    prop_assert_eq!(decoded.lengths.len(), coded.samples.len());
                    let _ = track.encoded(&decoded);
                }
            }
            Ok(())
        })
        .unwrap();
}

/// A film with so many packets of AAC in stereo that nobody can decode.
pub(crate) fn lasting(packets: usize) -> Vec<u8> {
    unreadable(aac(&hum(44_100, 2)), 44_100, packets)
}

fn unreadable((stream, duration): (Stream, u32), rate: u32, packets: usize) -> Vec<u8> {
    let samples = vec![(1, true); packets];
    film(&(Stream { bytes: vec![0; packets], samples, ..stream }, duration), rate)
}

#[test]
fn a_film_that_is_too_long_is_left_alone_before_it_is_decoded() {
    // 51 minutes of stereo, and 94 of one channel.
    for file in [lasting(132_188), unreadable(opus(&hum(48_000, 1)), 48_000, 282_000)] {
        let movie = Movie::parse(&file).unwrap();
        let tracks = soundtracks(&movie);
        let [Some(track)] = tracks.as_slice() else { panic!("{} tracks", tracks.len()) };
        assert!(track.is_too_long(), "{}", track.declared());
        assert!(track.decoded().is_none());
    }
}

#[test]
fn what_would_lose_its_kind_stays_as_it_is() {
    let sound = hum(22_050, 1);
    let (coded, duration) = aac(&sound);
    // HE-AAC: SBR over 22,050 samples a second, as its settings declare (ISO/IEC 14496-3, 1.6.2).
    let high = mp4a(&sound, vec![0x2b, 0x8a, 0x08, 0x00]);
    let of = |entry| Stream {
        description: Some(entry),
        samples: coded.samples.clone(),
        bytes: coded.bytes.clone(),
    };
    let file = film(&(of(high), duration), 22_050);
    let movie = Movie::parse(&file).unwrap();
    let tracks = soundtracks(&movie);
    let [Some(track)] = tracks.as_slice() else { panic!("{tracks:?}") };
    let decoded = track.decoded();
    assert!(decoded.is_none_or(|decoded| track.encoded(&decoded).is_none()));
    // A codec of which nothing is known.
    let unknown = mp4a(&sound, vec![0xff; 4]);
    let file = film(&(of(unknown), duration), 22_050);
    let movie = Movie::parse(&file).unwrap();
    let tracks = soundtracks(&movie);
    assert!(tracks.iter().flatten().all(|track| track.decoded().is_none()));
}
