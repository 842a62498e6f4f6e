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
/// Bits per second and channel: enough for a second coding to take little from the first.
const AAC_BITS: u32 = 160_000;
const OPUS_BITS: u32 = 96_000;

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
        if self.is_too_long() {
            return None;
        }
        decoded(self.entry, self.packets.iter().copied())
    }

    /// Whether it is left alone before memory is taken.
    pub(crate) fn is_too_long(&self) -> bool {
        self.declared() > SAMPLES_MAX as u64
    }

    /// How many samples it has over all channels, as the file says.
    fn declared(&self) -> u64 {
        let (frames, channels) = match self.entry {
            SampleEntry::Mp4a(entry) => {
                ((self.packets.len() * AAC_PACKET) as u64, entry.audio.channelcount)
            }
            SampleEntry::Opus(entry) => {
                let ticks: u64 = self.durations.iter().map(|ticks| u64::from(*ticks)).sum();
                let scale = u64::from(self.track.mdia_box.mdhd_box.timescale.get());
                let frames = ticks.saturating_mul(u64::from(OPUS_RATE)) / scale;
                (frames, u16::from(entry.dops_box.output_channel_count))
            }
            _ => (0, 0),
        };
        frames.saturating_mul(u64::from(channels))
    }

    /// The same track with `decoded` in it. `None` when its kind cannot be written: HE-AAC, and
    /// packets of an unusual length.
    pub(crate) fn encoded(&self, decoded: &Decoded) -> Option<Stream> {
        let sound = &decoded.sound;
        let channels = sound.channels().len() as u32;
        let (entry, packets) = match self.entry {
            SampleEntry::Mp4a(entry) => {
                let regular = decoded.lengths.iter().all(|length| *length == AAC_PACKET);
                let coded = regular.then(|| aac_packets(sound, AAC_BITS * channels)).flatten()?;
                (SampleEntry::Mp4a(aac_entry(entry, sound, AAC_BITS * channels)?), coded)
            }
            entry => (entry.clone(), opus_packets(sound, &decoded.lengths, OPUS_BITS * channels)?),
        };
        if packets.len() != self.packets.len() {
            return None;
        }
        let lengths = packets.iter().map(|one| u32::try_from(one.len()).ok().map(|n| (n, true)));
        let samples = lengths.collect::<Option<_>>()?;
        Some(Stream { description: Some(entry), bytes: packets.concat(), samples })
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
pub(crate) mod tests;
