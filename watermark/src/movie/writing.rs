//! Tracks to an MP4 file (ISO/IEC 14496-12): the tables in front, so that playing starts at once.

use std::num::NonZeroU32;

use shiguredo_mp4::{
    Either, Encode,
    boxes::{
        Co64Box, FtypBox, MoovBox, MvhdBox, SampleEntry, StblBox, StcoBox, StscBox, StscEntry,
        StsdBox, StssBox, StszBox, SttsBox, TrakBox, UnknownBox,
    },
};

use super::{Movie, container::tables, unwritable};
use crate::WatermarkError;

/// Seconds of a chunk of pictures: sound of the same time lies beside it.
const CHUNK_SECONDS: f64 = 0.5;

/// Samples one after the other, as an encoder made them.
#[derive(Debug, Default)]
pub(crate) struct Stream {
    pub(super) description: Option<SampleEntry>,
    pub(super) bytes: Vec<u8>,
    /// How long each sample is, and whether decoding can start there.
    pub(super) samples: Vec<(u32, bool)>,
}

impl Stream {
    /// Whether nothing was encoded.
    pub(crate) const fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    /// Adds the samples of another encoder with the same settings.
    ///
    /// # Errors
    /// [`WatermarkError::Unwritable`] when the settings differ.
    pub(crate) fn append(&mut self, other: Self) -> Result<(), WatermarkError> {
        let description = self.description.take().or_else(|| other.description.clone());
        if description != other.description {
            return Err(unwritable("two encoders chose different settings"));
        }
        self.description = description;
        self.bytes.extend_from_slice(&other.bytes);
        self.samples.extend(other.samples);
        Ok(())
    }
}

/// A track of the new file.
#[derive(Debug)]
pub(crate) struct Track<'a> {
    /// Its tables; the places of its chunks are filled in when the file is laid out.
    pub(super) tables: TrakBox,
    pub(super) chunks: Vec<Chunk<'a>>,
}

/// Samples of a track that lie together.
#[derive(Debug)]
pub(super) struct Chunk<'a> {
    /// When its first sample is decoded, in seconds.
    pub(super) at: f64,
    pub(super) bytes: &'a [u8],
}

impl<'a> Track<'a> {
    /// A track of `movie` as it is.
    ///
    /// # Errors
    /// [`WatermarkError::Unreadable`] when its tables are damaged.
    pub(super) fn carried(movie: &Movie<'a>, track: &TrakBox) -> Result<Self, WatermarkError> {
        let table = tables(track)?;
        let scale = f64::from(track.mdia_box.mdhd_box.timescale.get());
        let mut chunks = Vec::with_capacity(table.chunk_count() as usize);
        for chunk in table.chunks() {
            let mut samples = chunk.samples().peekable();
            let at = samples.peek().map_or(0.0, |sample| sample.timestamp() as f64 / scale);
            let length = samples.map(|sample| u64::from(sample.data_size())).sum();
            chunks.push(Chunk { at, bytes: movie.bytes(chunk.offset(), length)? });
        }
        Ok(Self { tables: track.clone(), chunks })
    }

    /// How long its samples are together.
    pub(super) fn bytes(&self) -> u64 {
        self.chunks.iter().map(|chunk| chunk.bytes.len() as u64).sum()
    }

    /// A track of encoded samples that looks like `tables` otherwise; `durations` are in units of
    /// its time scale.
    pub(super) fn encoded(
        stream: &'a Stream,
        mut tables: TrakBox,
        durations: &[u32],
    ) -> Result<Self, WatermarkError> {
        let description =
            stream.description.clone().ok_or_else(|| unwritable("nothing was encoded"))?;
        let scale = f64::from(tables.mdia_box.mdhd_box.timescale.get());
        let (mut chunks, mut counts) = (Vec::new(), Vec::new());
        let (mut rest, mut ticks) = (stream.bytes.as_slice(), 0_u64);
        for group in grouped(durations, (scale * CHUNK_SECONDS) as u64) {
            let samples = stream.samples.get(group.clone()).unwrap_or_default();
            let length = samples.iter().map(|(length, _)| *length as usize).sum();
            let Some((bytes, after)) = rest.split_at_checked(length) else { break };
            chunks.push(Chunk { at: ticks as f64 / scale, bytes });
            counts.push(group.len() as u32);
            ticks += group
                .filter_map(|at| durations.get(at))
                .map(|ticks| u64::from(*ticks))
                .sum::<u64>();
            rest = after;
        }
        tables.mdia_box.mdhd_box.duration = ticks;
        tables.mdia_box.minf_box.stbl_box = table(stream, description, durations, &counts)?;
        Ok(Self { tables, chunks })
    }
}

/// Neighbouring samples of at least `ticks` together.
fn grouped(durations: &[u32], ticks: u64) -> Vec<std::ops::Range<usize>> {
    let (mut groups, mut start, mut sum) = (Vec::new(), 0, 0);
    for (at, duration) in durations.iter().enumerate() {
        sum += u64::from(*duration);
        if sum >= ticks || at + 1 == durations.len() {
            groups.push(start..at + 1);
            (start, sum) = (at + 1, 0);
        }
    }
    groups
}

/// The sample table of a track.
fn table(
    stream: &Stream,
    description: SampleEntry,
    durations: &[u32],
    counts: &[u32],
) -> Result<StblBox, WatermarkError> {
    let keys = stream.samples.iter().zip(1_u32..).filter(|((_, is_key), _)| *is_key);
    let keys: Vec<_> = keys.filter_map(|(_, number)| NonZeroU32::new(number)).collect();
    // Without this table every sample is one at which decoding can start.
    let some = keys.len() < stream.samples.len();
    let mut runs: Vec<StscEntry> = Vec::new();
    for (count, first) in counts.iter().zip((1..=u32::MAX).filter_map(NonZeroU32::new)) {
        if runs.last().is_none_or(|run| run.sample_per_chunk != *count) {
            runs.push(StscEntry {
                first_chunk: first,
                sample_per_chunk: *count,
                sample_description_index: NonZeroU32::MIN,
            });
        }
    }
    Ok(StblBox {
        stsd_box: StsdBox { entries: vec![description] },
        stts_box: SttsBox::from_sample_deltas(durations.iter().copied()).map_err(unwritable)?,
        ctts_box: None,
        cslg_box: None,
        stsc_box: StscBox { entries: runs },
        stsz_box: StszBox::Variable {
            entry_sizes: stream.samples.iter().map(|(length, _)| *length).collect(),
        },
        stco_or_co64_box: Either::A(StcoBox { chunk_offsets: Vec::new() }),
        stss_box: some.then_some(StssBox { sample_numbers: keys }),
        sdtp_box: None,
        unknown_boxes: Vec::new(),
    })
}

/// Writes a file of these tracks; `brands`, `header` and `described` come from the file that it replaces.
///
/// # Errors
/// [`WatermarkError::Unwritable`] when a table is too large for its box.
pub(super) fn write(
    brands: FtypBox,
    header: MvhdBox,
    described: Vec<UnknownBox>,
    tracks: Vec<Track<'_>>,
) -> Result<Vec<u8>, WatermarkError> {
    let (mut boxes, mut chunks) = (Vec::new(), Vec::new());
    for (track, Track { tables, chunks: own }) in tracks.into_iter().enumerate() {
        boxes.push(tables);
        chunks.extend(own.into_iter().map(|chunk| (track, chunk)));
    }
    // Stable: the chunks of one track keep their order.
    chunks.sort_by(|a, b| a.1.at.total_cmp(&b.1.at));
    let mut moov =
        MoovBox { mvhd_box: header, trak_boxes: boxes, mvex_box: None, unknown_boxes: described };
    let payload: u64 = chunks.iter().map(|(_, chunk)| chunk.bytes.len() as u64).sum();
    let ftyp = brands.encode_to_vec().map_err(unwritable)?;
    // The tables are as long whatever the places are, so they are measured with places from 0 on.
    place(&mut moov, &chunks, 0, payload);
    let length = moov.encode_to_vec().map_err(unwritable)?.len();
    let front = (ftyp.len() + length + MDAT_HEADER) as u64;
    place(&mut moov, &chunks, front, payload);
    let mut file = Vec::with_capacity(front as usize + payload as usize);
    file.extend_from_slice(&ftyp);
    file.extend_from_slice(&moov.encode_to_vec().map_err(unwritable)?);
    // A size of 1 says that the real one follows with 64 bits.
    file.extend_from_slice(&1_u32.to_be_bytes());
    file.extend_from_slice(b"mdat");
    file.extend_from_slice(&(payload + MDAT_HEADER as u64).to_be_bytes());
    chunks.iter().for_each(|(_, chunk)| file.extend_from_slice(chunk.bytes));
    Ok(file)
}

/// The bytes of an `mdat` header with a size of 64 bits.
const MDAT_HEADER: usize = 16;
/// Room for the tables below the greatest place that 32 bits name.
const TABLES_MAX: u64 = 1 << 30;

/// Names the place of each chunk when the first lies at `front`.
fn place(moov: &mut MoovBox, chunks: &[(usize, Chunk<'_>)], front: u64, payload: u64) {
    let is_large = payload > u64::from(u32::MAX) - TABLES_MAX;
    let mut places: Vec<Vec<u64>> = vec![Vec::new(); moov.trak_boxes.len()];
    let mut at = front;
    for (track, chunk) in chunks {
        if let Some(places) = places.get_mut(*track) {
            places.push(at);
        }
        at += chunk.bytes.len() as u64;
    }
    for (track, places) in moov.trak_boxes.iter_mut().zip(places) {
        track.mdia_box.minf_box.stbl_box.stco_or_co64_box = if is_large {
            Either::B(Co64Box { chunk_offsets: places })
        } else {
            // The sum stays below 2³², as `is_large` says.
            let chunk_offsets = places.into_iter().map(|place| place as u32).collect();
            Either::A(StcoBox { chunk_offsets })
        };
    }
}
