//! Sound tracks: packets become samples, and samples packets again, one for one, so that every time
//! that the file states stays true.

use opus_pure::{Application, MAX_PACKET_BYTES, MAX_PACKET_SAMPLES, OpusDecoder, OpusEncoder};
use rusty_aac::{AacDecoder, AacEncoder, AacEncoderConfig, audio_specific_config_bytes, config};
use shiguredo_mp4::{
    boxes::{Mp4aBox, SampleEntry, TrakBox},
    descriptors::{DecoderConfigDescriptor, DecoderSpecificInfo},
};

use super::{
    container::{Movie, samples},
    writing::Stream,
};
use crate::sound::{Depth, SAMPLES_MAX, Sound};

/// The rate of all Opus, in samples per second.
const OPUS_RATE: u32 = 48_000;
/// Samples of an AAC packet, per channel.
const AAC_PACKET: usize = 1024;
/// AAC-LC among the object types of MPEG-4 audio (ISO/IEC 14496-3).
const AAC_LC: u8 = 2;
/// Bits per second and channel: what was less is coded with the former, so that the second coding
/// takes little from the first.
const BITS: std::ops::RangeInclusive<u32> = 64_000..=192_000;

/// A sound track whose packets can be decoded.
#[derive(Debug)]
pub(crate) struct Soundtrack<'a> {
    track: &'a TrakBox,
    entry: &'a SampleEntry,
    packets: Vec<&'a [u8]>,
    durations: Vec<u32>,
}

/// Decoded packets.
#[derive(Debug)]
pub(crate) struct Decoded {
    /// Their samples, also those before the first that is heard.
    pub(crate) sound: Sound,
    /// How many samples each packet gave, per channel.
    lengths: Vec<usize>,
}

/// The tracks of `movie` that are not its pictures, in their order: those that can be decoded.
pub(crate) fn soundtracks<'a>(movie: &'a Movie<'a>) -> Vec<Option<Soundtrack<'a>>> {
    movie.others().map(|track| Soundtrack::of(movie, track)).collect()
}

impl<'a> Soundtrack<'a> {
    /// `None` for what is no AAC or Opus, or damaged.
    fn of(movie: &'a Movie<'a>, track: &'a TrakBox) -> Option<Self> {
        let [entry] = track.mdia_box.minf_box.stbl_box.stsd_box.entries.as_slice() else {
            return None;
        };
        if !matches!(entry, SampleEntry::Mp4a(_) | SampleEntry::Opus(_)) {
            return None;
        }
        let samples = samples(track).ok()?;
        if samples.iter().map(|sample| u64::from(sample.bytes)).sum::<u64>() > movie.len() {
            return None;
        }
        let bytes = samples.iter().map(|one| movie.bytes(one.offset, u64::from(one.bytes)).ok());
        let packets = bytes.collect::<Option<_>>()?;
        let durations = samples.iter().map(|sample| sample.duration).collect();
        Some(Self { track, entry, packets, durations })
    }

    pub(super) const fn track(&self) -> &TrakBox {
        self.track
    }

    pub(super) fn durations(&self) -> &[u32] {
        &self.durations
    }

    /// Its samples. Damaged packets are silence. `None` when there is nothing to hear in it, more
    /// than memory allows, or more than two channels.
    pub(crate) fn decoded(&self) -> Option<Decoded> {
        decoded(self.entry, self.packets.iter().copied())
    }

    /// The same track with `decoded` in it. `None` when its kind cannot be written: HE-AAC, and
    /// packets of an unusual length.
    pub(crate) fn encoded(&self, decoded: &Decoded) -> Option<Stream> {
        let (sound, bits) = (&decoded.sound, self.bits(&decoded.sound));
        let (entry, packets) = match self.entry {
            SampleEntry::Mp4a(entry) => {
                let regular = decoded.lengths.iter().all(|length| *length == AAC_PACKET);
                let coded = regular.then(|| aac_packets(sound, bits)).flatten()?;
                (SampleEntry::Mp4a(aac_entry(entry, sound, bits)?), coded)
            }
            entry => (entry.clone(), opus_packets(sound, &decoded.lengths, bits)?),
        };
        if packets.len() != self.packets.len() {
            return None;
        }
        let lengths = packets.iter().map(|one| u32::try_from(one.len()).ok().map(|n| (n, true)));
        let samples = lengths.collect::<Option<_>>()?;
        Some(Stream { description: Some(entry), bytes: packets.concat(), samples })
    }

    /// Bits per second of all channels.
    fn bits(&self, sound: &Sound) -> u32 {
        let bits: u64 = self.packets.iter().map(|packet| packet.len() as u64 * 8).sum();
        let seconds = sound.frames() as f64 / f64::from(sound.rate());
        let channels = sound.channels().len() as u32;
        // `as` saturates.
        let before = (bits as f64 / seconds.max(1e-3)) as u32 / channels;
        before.clamp(*BITS.start(), *BITS.end()) * channels
    }
}

/// The sound of a stream that [`Soundtrack::encoded`] has written.
pub(crate) fn read_back(stream: &Stream) -> Option<Sound> {
    let mut rest = stream.bytes.as_slice();
    let packets = stream.samples.iter().map_while(|(length, _)| {
        let (packet, after) = rest.split_at_checked(*length as usize)?;
        rest = after;
        Some(packet)
    });
    Some(decoded(stream.description.as_ref()?, packets)?.sound)
}

fn decoded<'a>(entry: &SampleEntry, packets: impl Iterator<Item = &'a [u8]>) -> Option<Decoded> {
    match entry {
        SampleEntry::Mp4a(entry) => {
            let settings = entry.esds_box.es.dec_config_descr.dec_specific_info.as_ref()?;
            let mut decoder = AacDecoder::with_config_bytes(&settings.payload).ok()?;
            let mut planes = Planes::default();
            for packet in packets {
                match decoder.decode(packet, None) {
                    Ok(frame) => {
                        let channels = usize::from(frame.channels);
                        planes.push(&frame.samples, channels, frame.sample_rate)?;
                    }
                    Err(_) => planes.skip(AAC_PACKET),
                }
            }
            planes.sound()
        }
        SampleEntry::Opus(entry) => {
            let channels = usize::from(entry.dops_box.output_channel_count);
            let mut decoder = OpusDecoder::new(OPUS_RATE as i32, channels).ok()?;
            let mut block = vec![0.0; MAX_PACKET_SAMPLES * channels];
            let mut planes = Planes::default();
            for packet in packets {
                match decoder.decode(packet, MAX_PACKET_SAMPLES, &mut block) {
                    Ok(length) => {
                        planes.push(block.get(..length * channels)?, channels, OPUS_RATE)?;
                    }
                    Err(_) => planes.skip(0),
                }
            }
            planes.sound()
        }
        _ => None,
    }
}

/// Samples of channels as they come in.
#[derive(Default)]
struct Planes {
    rate: u32,
    planes: Vec<Vec<f32>>,
    lengths: Vec<usize>,
    /// Samples that were lost before the number of channels was known.
    lost: usize,
}

impl Planes {
    /// `None` when this is of another sound than before, or too much.
    fn push(&mut self, interleaved: &[f32], channels: usize, rate: u32) -> Option<()> {
        if self.planes.is_empty() {
            self.rate = rate;
            self.planes = vec![vec![0.0; self.lost]; channels];
        }
        let length = interleaved.len().checked_div(channels)?;
        let all = (self.frames() + length).saturating_mul(channels);
        if self.planes.len() != channels || channels > 2 || self.rate != rate || all > SAMPLES_MAX {
            return None;
        }
        for (at, plane) in self.planes.iter_mut().enumerate() {
            let samples = interleaved.iter().skip(at).step_by(channels);
            plane.extend(samples.map(|sample| if sample.is_finite() { *sample } else { 0.0 }));
        }
        self.lengths.push(length);
        Some(())
    }

    /// A packet that could not be read, of as many samples as the one before it.
    fn skip(&mut self, usual: usize) {
        let length = self.lengths.last().copied().unwrap_or(usual);
        self.lengths.push(length);
        self.planes.iter_mut().for_each(|plane| plane.resize(plane.len() + length, 0.0));
        if self.planes.is_empty() {
            self.lost = self.lost.saturating_add(length).min(SAMPLES_MAX);
        }
    }

    fn frames(&self) -> usize {
        self.planes.first().map_or(0, Vec::len)
    }

    fn sound(self) -> Option<Decoded> {
        let sound = Sound::new(self.rate, Depth::Int16, self.planes).ok()?;
        Some(Decoded { sound, lengths: self.lengths })
    }
}

/// AAC-LC packets that a decoder turns into these samples at the same places.
///
/// Packets overlap: the first gives silence instead of what would need one before it, as the first
/// packet of every AAC track does.
fn aac_packets(sound: &Sound, bitrate_bps: u32) -> Option<Vec<Vec<u8>>> {
    let late = |channel: &'_ Vec<f32>| channel.get(AAC_PACKET..).map(<[f32]>::to_vec);
    let channels: Vec<Vec<f32>> = sound.channels().iter().map(late).collect::<Option<_>>()?;
    let planes: Vec<&[f32]> = channels.iter().map(Vec::as_slice).collect();
    let settings = AacEncoderConfig { bitrate_bps, ..AacEncoderConfig::default() };
    let mut encoder = AacEncoder::new(settings);
    encoder.push_pcm_planar(&planes, sound.rate()).ok()?;
    encoder.finish();
    Some(std::iter::from_fn(|| encoder.next_packet().ok()).map(|packet| packet.data).collect())
}

/// The description of AAC-LC packets in the place of `entry`; `None` when it describes others.
fn aac_entry(entry: &Mp4aBox, sound: &Sound, bits: u32) -> Option<Mp4aBox> {
    let before = &entry.esds_box.es.dec_config_descr;
    let settings = config::parse(&before.dec_specific_info.as_ref()?.payload).ok()?;
    let channels = sound.channels().len() as u16;
    if settings.object_type != AAC_LC || settings.sbr || settings.sample_rate != sound.rate() {
        return None;
    }
    let payload = audio_specific_config_bytes(sound.rate(), channels);
    let mut entry = entry.clone();
    entry.esds_box.es.dec_config_descr = DecoderConfigDescriptor {
        max_bitrate: bits,
        avg_bitrate: bits,
        dec_specific_info: Some(DecoderSpecificInfo { payload }),
        ..before.clone()
    };
    Some(entry)
}

/// Opus packets of these lengths that a decoder turns into these samples at the same places.
fn opus_packets(sound: &Sound, lengths: &[usize], bits: u32) -> Option<Vec<Vec<u8>>> {
    let channels = sound.channels().len();
    let mut encoder = OpusEncoder::new(OPUS_RATE as i32, channels, Application::Audio).ok()?;
    encoder.bitrate_bps = i32::try_from(bits).ok()?;
    // What the encoder is late by is left out at the start, where decoders skip as much.
    let (mut at, mut block) = (encoder.lookahead(), Vec::new());
    let mut room = vec![0; MAX_PACKET_BYTES];
    let mut packets = Vec::with_capacity(lengths.len());
    for length in lengths {
        block.clear();
        for frame in at..at + length {
            let samples = sound.channels().iter().map(|channel| channel.get(frame).copied());
            block.extend(samples.map(Option::unwrap_or_default));
        }
        at += length;
        let written = encoder.encode(&block, *length, &mut room).ok()?;
        packets.push(room.get(..written)?.to_vec());
    }
    Some(packets)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::num::NonZeroU32;

    use proptest::prelude::*;
    use shiguredo_mp4::{
        FixedPointNumber, Uint,
        boxes::{AudioSampleEntryFields, DopsBox, EsdsBox, OpusBox},
        descriptors::{EsDescriptor, SlConfigDescriptor},
    };

    use super::*;
    use crate::movie::{Clip, Encoder, Frame, assembly::empty, recoded, replaced, writing::Track};

    const SIZE: (usize, usize) = (320, 192);

    /// Noise under a slow tremolo: every mark finds room in it.
    pub(crate) fn noise(rate: u32, channels: usize, seconds: f64) -> Sound {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f32 / (1 << 24) as f32 - 0.5
        };
        let frames = (f64::from(rate) * seconds) as usize;
        let loudness = |at: usize| 0.3 + 0.2 * (at as f32 / rate as f32 * 7.0).sin();
        let one = |_| (0..frames).map(|at| next() * loudness(at)).collect();
        Sound::new(rate, Depth::Int16, (0..channels).map(one).collect()).unwrap()
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
            let planes: Vec<u8> =
                luma.chain(std::iter::repeat_n(128, SIZE.0 * SIZE.1 / 2)).collect();
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
}
