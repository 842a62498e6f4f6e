//! One track of a file: what it is, and its samples.

use std::num::NonZeroU32;

use shiguredo_mp4::{
    Either, FixedPointNumber, LanguageCode, Mp4FileTime,
    boxes::{
        AudioSampleEntryFields, Avc1Box, DinfBox, DopsBox, EdtsBox, ElstBox, ElstEntry, HdlrBox,
        MdhdBox, MdiaBox, MediaHeader, MinfBox, NmhdBox, OpusBox, SampleEntry, SmhdBox, StblBox,
        StcoBox, StscBox, StsdBox, StszBox, SttsBox, TkhdBox, TrakBox, VmhdBox,
    },
};

use super::{sound::RATE, subtitles};

/// Units of a second in which a whole film counts time.
pub(super) const SCALE: u32 = 1000;

/// An encoded frame, packet or caption.
#[derive(Debug)]
pub(crate) struct Sample {
    pub(crate) bytes: Vec<u8>,
    /// How long it lasts, in units of its track.
    pub(crate) duration: u32,
    /// Whether decoding can start with it.
    pub(crate) is_key: bool,
}

/// What a track holds.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// Pictures at so many a second.
    Pictures(Box<Avc1Box>, u32),
    /// Sound of which so many samples are left out at the start.
    Sound(u16),
    /// Captions for frames of this size.
    Captions((u32, u32)),
}

/// A track with its samples.
#[derive(Debug)]
pub(crate) struct Track {
    pub(crate) kind: Kind,
    pub(crate) samples: Vec<Sample>,
    /// How long it is shown or heard, in units of the track.
    pub(crate) length: u64,
    /// `eng` or `zho`.
    pub(crate) language: [u8; 3],
}

impl Track {
    /// Units of a second.
    pub(super) fn scale(&self) -> NonZeroU32 {
        let scale = match self.kind {
            Kind::Pictures(_, rate) => rate,
            Kind::Sound(_) => RATE,
            Kind::Captions(_) => 1000,
        };
        NonZeroU32::new(scale).unwrap_or(NonZeroU32::MIN)
    }

    /// How long it is, in units of the film.
    pub(super) fn duration(&self) -> u64 {
        (self.length * u64::from(SCALE)).div_ceil(u64::from(self.scale().get()))
    }

    /// Its tables without samples; `number` is from 1.
    pub(super) fn tables(&self, number: u32) -> TrakBox {
        let (entry, handler, header, name) = self.description();
        let table = StblBox {
            stsd_box: StsdBox { entries: vec![entry] },
            stts_box: SttsBox { entries: Vec::new() },
            ctts_box: None,
            cslg_box: None,
            stsc_box: StscBox { entries: Vec::new() },
            stsz_box: StszBox::Variable { entry_sizes: Vec::new() },
            stco_or_co64_box: Either::A(StcoBox { chunk_offsets: Vec::new() }),
            stss_box: None,
            sdtp_box: None,
            unknown_boxes: Vec::new(),
        };
        let (creation_time, modification_time) = (Mp4FileTime::default(), Mp4FileTime::default());
        let media = MdhdBox {
            creation_time,
            modification_time,
            timescale: self.scale(),
            duration: self.samples.iter().map(|sample| u64::from(sample.duration)).sum(),
            language: LanguageCode::new(self.language).unwrap_or(LanguageCode::UNDEFINED),
        };
        TrakBox {
            tkhd_box: self.header(number),
            edts_box: self.edits(),
            mdia_box: MdiaBox {
                mdhd_box: media,
                hdlr_box: HdlrBox { handler_type: handler, name: name.to_vec() },
                minf_box: MinfBox {
                    media_header: Some(header),
                    dinf_box: DinfBox::LOCAL_FILE,
                    stbl_box: table,
                    unknown_boxes: Vec::new(),
                },
                unknown_boxes: Vec::new(),
            },
            unknown_boxes: Vec::new(),
        }
    }

    /// The parts of its samples that are heard: Opus starts with some that are not.
    fn edits(&self) -> Option<EdtsBox> {
        let Kind::Sound(skip) = self.kind else { return None };
        let entry = ElstEntry {
            edit_duration: self.duration(),
            media_time: i64::from(skip),
            media_rate: FixedPointNumber::new(1, 0),
        };
        let elst_box = Some(ElstBox { entries: vec![entry] });
        Some(EdtsBox { elst_box, unknown_boxes: Vec::new() })
    }

    fn header(&self, number: u32) -> TkhdBox {
        let (width, height) = match &self.kind {
            Kind::Pictures(entry, _) => (entry.visual.width, entry.visual.height),
            Kind::Sound(_) => (0, 0),
            Kind::Captions((width, height)) => (*width as u16, *height as u16),
        };
        TkhdBox {
            // Captions are there for those who ask.
            flag_track_enabled: true,
            flag_track_in_movie: true,
            flag_track_in_preview: false,
            flag_track_size_is_aspect_ratio: false,
            creation_time: Mp4FileTime::default(),
            modification_time: Mp4FileTime::default(),
            track_id: number,
            duration: self.duration(),
            layer: TkhdBox::DEFAULT_LAYER,
            // Tracks of different kinds are shown together.
            alternate_group: number as i16 - 1,
            volume: match self.kind {
                Kind::Sound(_) => TkhdBox::DEFAULT_AUDIO_VOLUME,
                _ => TkhdBox::DEFAULT_VIDEO_VOLUME,
            },
            matrix: TkhdBox::DEFAULT_MATRIX,
            width: FixedPointNumber::new(width as i16, 0),
            height: FixedPointNumber::new(height as i16, 0),
        }
    }

    fn description(&self) -> (SampleEntry, [u8; 4], MediaHeader, &'static [u8]) {
        match &self.kind {
            Kind::Pictures(entry, _) => (
                SampleEntry::Avc1(entry.as_ref().clone()),
                *b"vide",
                MediaHeader::Vmhd(VmhdBox::default()),
                b"VideoHandler\0",
            ),
            Kind::Sound(skip) => (
                SampleEntry::Opus(opus(*skip)),
                *b"soun",
                MediaHeader::Smhd(SmhdBox::default()),
                b"SoundHandler\0",
            ),
            Kind::Captions(size) => (
                SampleEntry::Tx3g(subtitles::description(*size)),
                *b"sbtl",
                MediaHeader::Nmhd(NmhdBox),
                b"SubtitleHandler\0",
            ),
        }
    }
}

fn opus(pre_skip: u16) -> OpusBox {
    OpusBox {
        audio: AudioSampleEntryFields {
            data_reference_index: AudioSampleEntryFields::DEFAULT_DATA_REFERENCE_INDEX,
            channelcount: 1,
            samplesize: AudioSampleEntryFields::DEFAULT_SAMPLESIZE,
            samplerate: FixedPointNumber::new(RATE as u16, 0),
        },
        dops_box: DopsBox {
            output_channel_count: 1,
            pre_skip,
            input_sample_rate: RATE,
            output_gain: 0,
        },
        unknown_boxes: Vec::new(),
    }
}
