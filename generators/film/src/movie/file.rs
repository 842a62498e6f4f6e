//! A whole file (ISO/IEC 14496-12): the tables in front, so that playing starts at once.

use std::num::NonZeroU32;

use shiguredo_mp4::{
    Either, Encode, Mp4FileTime,
    boxes::{
        Brand, Co64Box, FtypBox, MoovBox, MvhdBox, StcoBox, StscEntry, StssBox, StszBox, SttsBox,
        TrakBox,
    },
};

use super::{Kind, Track, failed, track::SCALE};
use crate::error::FilmError;

/// Seconds of a chunk: what belongs together in time lies together in the file.
const CHUNK_SECONDS: f64 = 0.5;
/// The bytes of an `mdat` header.
const MDAT_HEADER: usize = 16;

/// A run of samples of one track.
struct Chunk {
    track: usize,
    at: f64,
    samples: std::ops::Range<usize>,
}

/// Writes a file of these tracks.
pub(crate) fn write(tracks: &[Track]) -> Result<Vec<u8>, FilmError> {
    let brands = [Brand::ISOM, Brand::ISO2, Brand::AVC1, Brand::MP41];
    let ftyp = FtypBox {
        major_brand: Brand::ISOM,
        minor_version: 512,
        compatible_brands: brands.to_vec(),
    };
    let mut chunks: Vec<Chunk> =
        tracks.iter().enumerate().flat_map(|(number, track)| runs(number, track)).collect();
    // Stable: the chunks of one track keep their order.
    chunks.sort_by(|a, b| a.at.total_cmp(&b.at));
    let trak_boxes = tracks
        .iter()
        .enumerate()
        .map(|(number, track)| tables(number, track, &chunks))
        .collect::<Result<Vec<_>, _>>()?;
    let duration = tracks.iter().map(Track::duration).max().unwrap_or(0);
    let mvhd_box = header(duration, tracks.len() as u32 + 1);
    let mut moov = MoovBox { mvhd_box, trak_boxes, mvex_box: None, unknown_boxes: Vec::new() };
    let ftyp = ftyp.encode_to_vec().map_err(failed)?;
    let sizes: Vec<u64> = chunks.iter().map(|chunk| size(tracks, chunk)).collect();
    let payload: u64 = sizes.iter().sum();
    // The tables are as long whatever the places are, so they are measured with places from 0 on.
    place(&mut moov, &chunks, &sizes, 0);
    let length = moov.encode_to_vec().map_err(failed)?.len();
    let front = ftyp.len() + length + MDAT_HEADER;
    place(&mut moov, &chunks, &sizes, front as u64);
    let mut file = Vec::with_capacity(front + payload as usize);
    file.extend_from_slice(&ftyp);
    file.extend_from_slice(&moov.encode_to_vec().map_err(failed)?);
    // A size of 1 says that the real one follows with 64 bits.
    file.extend_from_slice(&1_u32.to_be_bytes());
    file.extend_from_slice(b"mdat");
    file.extend_from_slice(&(payload + MDAT_HEADER as u64).to_be_bytes());
    for chunk in &chunks {
        of(tracks, chunk).iter().for_each(|sample| file.extend_from_slice(&sample.bytes));
    }
    Ok(file)
}

/// What a whole film says of itself.
pub(super) fn header(duration: u64, next_track_id: u32) -> MvhdBox {
    MvhdBox {
        creation_time: Mp4FileTime::default(),
        modification_time: Mp4FileTime::default(),
        timescale: NonZeroU32::new(SCALE).unwrap_or(NonZeroU32::MIN),
        duration,
        rate: MvhdBox::DEFAULT_RATE,
        volume: MvhdBox::DEFAULT_VOLUME,
        matrix: MvhdBox::DEFAULT_MATRIX,
        next_track_id,
    }
}

fn of<'t>(tracks: &'t [Track], chunk: &Chunk) -> &'t [super::Sample] {
    let samples = tracks.get(chunk.track).map(|track| track.samples.as_slice());
    samples.unwrap_or_default().get(chunk.samples.clone()).unwrap_or_default()
}

fn size(tracks: &[Track], chunk: &Chunk) -> u64 {
    of(tracks, chunk).iter().map(|sample| sample.bytes.len() as u64).sum()
}

/// The samples of a track in chunks of at least half a second.
fn runs(number: usize, track: &Track) -> Vec<Chunk> {
    let scale = f64::from(track.scale().get());
    let (mut chunks, mut start, mut from, mut now) = (Vec::new(), 0, 0.0, 0.0);
    for (at, sample) in track.samples.iter().enumerate() {
        now += f64::from(sample.duration) / scale;
        if now - from >= CHUNK_SECONDS || at + 1 == track.samples.len() {
            chunks.push(Chunk { track: number, at: from, samples: start..at + 1 });
            (start, from) = (at + 1, now);
        }
    }
    chunks
}

/// The tables of a track with its samples; places are filled in later.
fn tables(number: usize, track: &Track, chunks: &[Chunk]) -> Result<TrakBox, FilmError> {
    let mut tables = track.tables(number as u32 + 1);
    let table = &mut tables.mdia_box.minf_box.stbl_box;
    let durations = track.samples.iter().map(|sample| sample.duration);
    table.stts_box = SttsBox::from_sample_deltas(durations).map_err(failed)?;
    let entry_sizes = track.samples.iter().map(|sample| sample.bytes.len() as u32).collect();
    table.stsz_box = StszBox::Variable { entry_sizes };
    if matches!(track.kind, Kind::Pictures(..)) {
        let keys = track.samples.iter().zip(1_u32..).filter(|(sample, _)| sample.is_key);
        let sample_numbers = keys.filter_map(|(_, number)| NonZeroU32::new(number)).collect();
        table.stss_box = Some(StssBox { sample_numbers });
    }
    let own = chunks.iter().filter(|chunk| chunk.track == number);
    let runs = &mut table.stsc_box.entries;
    for (chunk, first) in own.zip((1..=u32::MAX).filter_map(NonZeroU32::new)) {
        let count = chunk.samples.len() as u32;
        if runs.last().is_none_or(|run: &StscEntry| run.sample_per_chunk != count) {
            runs.push(StscEntry {
                first_chunk: first,
                sample_per_chunk: count,
                sample_description_index: NonZeroU32::MIN,
            });
        }
    }
    Ok(tables)
}

/// Names the place of each chunk when the first lies at `front`.
fn place(moov: &mut MoovBox, chunks: &[Chunk], sizes: &[u64], front: u64) {
    let is_large = sizes.iter().sum::<u64>() > 3_000_000_000;
    let mut places: Vec<Vec<u64>> = vec![Vec::new(); moov.trak_boxes.len()];
    let mut at = front;
    for (chunk, size) in chunks.iter().zip(sizes) {
        if let Some(places) = places.get_mut(chunk.track) {
            places.push(at);
        }
        at += size;
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
