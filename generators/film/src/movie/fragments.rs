//! A file that grows: its start, then a fragment for each short time.

use shiguredo_mp4::{
    Encode, SampleFlags,
    boxes::{
        Brand, FtypBox, MfhdBox, MoofBox, MoovBox, MvexBox, TfdtBox, TfhdBox, TrafBox, TrexBox,
        TrunBox, TrunSample,
    },
};

use super::{Kind, Sample, Track, failed, file::header};
use crate::error::FilmError;

/// Writes fragments of pictures, and of sound when there is some.
#[derive(Debug)]
pub(crate) struct Fragments {
    sequence: u32,
    /// When the next sample of each track is decoded, in units of the track.
    next: Vec<u64>,
}

impl Fragments {
    /// The start of a file with these tracks, whose samples are left out.
    pub(crate) fn start(tracks: &[Track]) -> Result<(Vec<u8>, Self), FilmError> {
        let ftyp = FtypBox {
            major_brand: Brand::new(*b"iso5"),
            minor_version: 512,
            compatible_brands: [*b"iso5", *b"iso6", *b"mp41"].map(Brand::new).to_vec(),
        };
        let mut trak_boxes = Vec::with_capacity(tracks.len());
        let mut trex_boxes = Vec::with_capacity(tracks.len());
        for (track, number) in tracks.iter().zip(1..) {
            let mut tables = track.tables(number);
            // Nobody knows yet how long it becomes.
            tables.tkhd_box.duration = 0;
            tables.mdia_box.mdhd_box.duration = 0;
            let edits = tables.edts_box.iter_mut().filter_map(|edits| edits.elst_box.as_mut());
            edits.flat_map(|list| &mut list.entries).for_each(|edit| edit.edit_duration = 0);
            trak_boxes.push(tables);
            trex_boxes.push(TrexBox {
                track_id: number,
                default_sample_description_index: 1,
                default_sample_duration: 0,
                default_sample_size: 0,
                default_sample_flags: SampleFlags::empty(),
            });
        }
        let mvex = MvexBox { mehd_box: None, trex_boxes, unknown_boxes: Vec::new() };
        let moov = MoovBox {
            mvhd_box: header(0, tracks.len() as u32 + 1),
            trak_boxes,
            mvex_box: Some(mvex),
            unknown_boxes: Vec::new(),
        };
        let mut bytes = ftyp.encode_to_vec().map_err(failed)?;
        bytes.extend(moov.encode_to_vec().map_err(failed)?);
        Ok((bytes, Self { sequence: 0, next: vec![0; tracks.len()] }))
    }

    /// A fragment of the next samples of each track.
    pub(crate) fn fragment(&mut self, tracks: &[(&Kind, &[Sample])]) -> Result<Vec<u8>, FilmError> {
        self.sequence += 1;
        // The tables are as long whatever the places are.
        let length = self.tables(tracks, 0).encode_to_vec().map_err(failed)?.len();
        let moof = self.tables(tracks, length as i32 + 8);
        let mut bytes = moof.encode_to_vec().map_err(failed)?;
        let payload: usize = tracks.iter().flat_map(|(_, all)| *all).map(|s| s.bytes.len()).sum();
        bytes.extend_from_slice(&(payload as u32 + 8).to_be_bytes());
        bytes.extend_from_slice(b"mdat");
        for ((_, samples), next) in tracks.iter().zip(&mut self.next) {
            for sample in *samples {
                bytes.extend_from_slice(&sample.bytes);
                *next += u64::from(sample.duration);
            }
        }
        Ok(bytes)
    }

    fn tables(&self, tracks: &[(&Kind, &[Sample])], front: i32) -> MoofBox {
        let mut place = front;
        let mut traf_boxes = Vec::with_capacity(tracks.len());
        for (((kind, samples), next), number) in tracks.iter().zip(&self.next).zip(1..) {
            if samples.is_empty() {
                continue;
            }
            traf_boxes.push(part(kind, samples, (*next, number, place)));
            place += samples.iter().map(|sample| sample.bytes.len() as i32).sum::<i32>();
        }
        let mfhd_box = MfhdBox { sequence_number: self.sequence };
        MoofBox { mfhd_box, traf_boxes, unknown_boxes: Vec::new() }
    }
}

/// The part of one track.
fn part(kind: &Kind, samples: &[Sample], (start, track_id, place): (u64, u32, i32)) -> TrafBox {
    let is_picture = matches!(kind, Kind::Pictures(..));
    // What a sample depends on, and whether decoding can start with it.
    let flags = |is_key: bool| {
        let depends = if is_key { 2 } else { 1 };
        SampleFlags::from_fields(0, depends, 0, 0, 0, !is_key, 0)
    };
    let samples = samples.iter().map(|sample| TrunSample {
        duration: Some(sample.duration),
        size: Some(sample.bytes.len() as u32),
        flags: Some(flags(sample.is_key || !is_picture)),
        composition_time_offset: None,
    });
    TrafBox {
        tfhd_box: TfhdBox {
            track_id,
            base_data_offset: None,
            sample_description_index: None,
            default_sample_duration: None,
            default_sample_size: None,
            default_sample_flags: None,
            duration_is_empty: false,
            default_base_is_moof: true,
        },
        tfdt_box: Some(TfdtBox { version: 1, base_media_decode_time: start }),
        trun_boxes: vec![TrunBox {
            data_offset: Some(place),
            first_sample_flags: None,
            samples: samples.collect(),
        }],
        unknown_boxes: Vec::new(),
    }
}
