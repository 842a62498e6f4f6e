//! The tracks and samples of an MP4 file (ISO/IEC 14496-12).

use shiguredo_mp4::{
    BoxHeader, BoxSize, BoxType, Decode,
    aux::SampleTableAccessor,
    boxes::{Avc1Box, FtypBox, MoofBox, MoovBox, SampleEntry, StblBox, StszBox, TrakBox},
};

use super::{unreadable, unsupported};
use crate::WatermarkError;

/// The most samples of a track: 19 hours at 60 frames a second, and 100 MB of tables.
const SAMPLES_MAX: usize = 1 << 22;

/// An MP4 file whose tables are read.
#[derive(Debug)]
pub(crate) struct Movie<'a> {
    file: &'a [u8],
    moov: MoovBox,
}

/// A sample as the tables name it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sample {
    pub(super) offset: u64,
    pub(super) bytes: u32,
    /// When it is shown, in units of its track's time scale.
    pub(super) shown_at: i64,
    /// How long, in the order of decoding.
    pub(super) duration: u32,
    /// Whether decoding can start here.
    pub(super) is_key: bool,
}

impl<'a> Movie<'a> {
    /// Reads the tables of `file`.
    ///
    /// # Errors
    /// [`WatermarkError::Unreadable`] when it is no MP4 file or damaged,
    /// [`WatermarkError::Unsupported`] when it is fragmented.
    pub(crate) fn parse(file: &'a [u8]) -> Result<Self, WatermarkError> {
        let mut moov = None;
        let mut rest = file;
        while !rest.is_empty() {
            let header = match BoxHeader::decode(rest) {
                Ok((header, _)) => header,
                // What is behind the last box does not matter.
                Err(_) if moov.is_some() => break,
                Err(error) => return Err(damaged(error)),
            };
            if rest.len() == file.len() && header.box_type != FtypBox::TYPE {
                return Err(unreadable("it is not an MP4 file"));
            }
            if header.box_type == MoofBox::TYPE {
                return Err(fragmented());
            }
            let length = match header.box_size {
                BoxSize::U32(0) => rest.len(),
                size => usize::try_from(size.get()).unwrap_or(usize::MAX),
            };
            if header.box_type == MoovBox::TYPE && moov.is_none() {
                moov = Some(MoovBox::decode(rest).map_err(damaged)?.0);
            }
            rest = match rest.get(length.max(BoxHeader::MIN_SIZE)..) {
                Some(rest) => rest,
                // What the tables name may still be all there.
                None if moov.is_some() => break,
                None => return Err(unreadable("the MP4 file ends too early")),
            };
        }
        let moov = moov.ok_or_else(|| unreadable("the MP4 file has no table of its tracks"))?;
        if moov.mvex_box.is_some() {
            return Err(fragmented());
        }
        Ok(Self { file, moov })
    }

    /// What kind of file it says it is.
    pub(super) fn brands(&self) -> Result<FtypBox, WatermarkError> {
        Ok(FtypBox::decode(self.file).map_err(damaged)?.0)
    }

    pub(super) const fn moov(&self) -> &MoovBox {
        &self.moov
    }

    /// The one track of pictures.
    pub(super) fn pictures(&self) -> Result<&TrakBox, WatermarkError> {
        let mut tracks = self.moov.trak_boxes.iter().filter(|track| is_pictures(track));
        match (tracks.next(), tracks.next()) {
            (Some(track), None) => Ok(track),
            (None, _) => Err(unsupported("it has no video track")),
            (Some(_), Some(_)) => Err(unsupported("it has several video tracks: give one")),
        }
    }

    /// All other tracks: sound, subtitles, data.
    pub(super) fn others(&self) -> impl Iterator<Item = &TrakBox> {
        self.moov.trak_boxes.iter().filter(|track| !is_pictures(track))
    }

    /// The length of the whole file: samples that share bytes would be more than that.
    pub(super) const fn len(&self) -> u64 {
        self.file.len() as u64
    }

    /// The bytes at a place of the file.
    pub(super) fn bytes(&self, offset: u64, length: u64) -> Result<&'a [u8], WatermarkError> {
        let start = usize::try_from(offset).ok();
        let end = offset.checked_add(length).and_then(|end| usize::try_from(end).ok());
        let range = start.zip(end).map(|(start, end)| start..end);
        range
            .and_then(|range| self.file.get(range))
            .ok_or_else(|| unreadable("the MP4 file ends before its last sample"))
    }
}

fn is_pictures(track: &TrakBox) -> bool {
    track.mdia_box.hdlr_box.handler_type == *b"vide"
}

/// The tables of a track, checked against each other and against what memory allows.
pub(super) fn tables(track: &TrakBox) -> Result<SampleTableAccessor<&StblBox>, WatermarkError> {
    let table = &track.mdia_box.minf_box.stbl_box;
    let samples = match &table.stsz_box {
        StszBox::Fixed { sample_count, .. } => *sample_count as usize,
        StszBox::Variable { entry_sizes } => entry_sizes.len(),
    };
    if samples > SAMPLES_MAX {
        return Err(unsupported(format!(
            "a track names {samples} samples: give at most {SAMPLES_MAX}"
        )));
    }
    SampleTableAccessor::new(table).map_err(damaged)
}

/// The samples of a track, in the order of decoding.
pub(super) fn samples(track: &TrakBox) -> Result<Vec<Sample>, WatermarkError> {
    let table = tables(track)?;
    let samples = table.chunks().flat_map(|chunk| {
        let samples = chunk.samples().map(|sample| Sample {
            offset: sample.data_offset(),
            bytes: sample.data_size(),
            shown_at: (sample.timestamp() as i64)
                .saturating_add(sample.composition_time_offset().unwrap_or(0)),
            duration: sample.duration(),
            is_key: sample.is_sync_sample(),
        });
        samples.collect::<Vec<_>>()
    });
    Ok(samples.collect())
}

/// The description of a track's H.264 pictures.
pub(super) fn description(track: &TrakBox) -> Result<&Avc1Box, WatermarkError> {
    match track.mdia_box.minf_box.stbl_box.stsd_box.entries.as_slice() {
        [SampleEntry::Avc1(entry)] => Ok(entry),
        [other] => {
            Err(unsupported(format!("its pictures are {}: give H.264 (avc1)", codec(other))))
        }
        [] => Err(unreadable("the video track has no description")),
        _ => Err(unsupported("its pictures change their format midway: give one format")),
    }
}

/// A codec's common name, and the four letters that the file says.
fn codec(entry: &SampleEntry) -> String {
    use shiguredo_mp4::BaseBox as _;
    let letters = match entry.box_type() {
        BoxType::Normal(letters) => String::from_utf8_lossy(&letters).into_owned(),
        BoxType::Uuid(_) => "of a private kind".to_owned(),
    };
    let name = match letters.as_str() {
        "hvc1" | "hev1" | "dvh1" | "dvhe" => "HEVC",
        "av01" => "AV1",
        "vp08" => "VP8",
        "vp09" => "VP9",
        "mp4v" => "MPEG-4 part 2",
        "avc3" => "H.264 with its settings among the pictures",
        "encv" => "encrypted",
        _ => return letters,
    };
    format!("{name} ({letters})")
}

fn fragmented() -> WatermarkError {
    unsupported("it is a fragmented MP4: give a plain one (ffmpeg -i IN -c copy OUT)")
}

pub(super) fn damaged(reason: impl std::fmt::Display) -> WatermarkError {
    unreadable(format!("the MP4 file is damaged: {reason}"))
}
