//! New files: one that replaces another's pictures, and one of pictures alone.

use std::num::NonZeroU32;

use shiguredo_mp4::{
    BoxType, Either, FixedPointNumber, LanguageCode, Mp4FileTime,
    boxes::{
        DinfBox, HdlrBox, MdhdBox, MdiaBox, MediaHeader, MinfBox, MvhdBox, SampleEntry, StblBox,
        StcoBox, StscBox, StsdBox, StszBox, SttsBox, TkhdBox, TrakBox, UnknownBox, VmhdBox,
    },
};

use super::{
    Clip, Movie,
    container::description,
    unwritable,
    writing::{Stream, Track, write},
};
use crate::WatermarkError;

/// Units of a second in which a new file counts time.
const MOVIE_SCALE: NonZeroU32 = NonZeroU32::new(1000).unwrap();
/// What stays true of pictures that were encoded again: their colours and the shape of a pixel.
const KEPT: [[u8; 4]; 3] = [*b"colr", *b"pasp", *b"clap"];

/// The tracks of `movie` that are not its pictures, as they are.
///
/// # Errors
/// [`WatermarkError::Unreadable`] when their tables are damaged.
pub(crate) fn others<'a>(movie: &Movie<'a>) -> Result<Vec<Track<'a>>, WatermarkError> {
    movie.others().map(|track| Track::carried(movie, track)).collect()
}

/// The file of `clip` with the pictures of `stream`, one for each of the clip's in the order in
/// which they are shown, and with `others` beside them.
///
/// # Errors
/// [`WatermarkError::Unwritable`] when the numbers of pictures differ.
pub(crate) fn replaced<'a>(
    clip: &Clip<'_>,
    stream: &'a Stream,
    mut others: Vec<Track<'a>>,
) -> Result<Vec<u8>, WatermarkError> {
    let (first, durations) = durations(clip);
    if durations.len() != stream.samples.len() {
        return Err(unwritable(format!(
            "{} of {} pictures could be decoded",
            stream.samples.len(),
            durations.len()
        )));
    }
    let mut tables = clip.track.clone();
    // The first picture is now at time 0, where decoding starts too.
    let edits = tables.edts_box.iter_mut().filter_map(|edits| edits.elst_box.as_mut());
    for edit in edits.flat_map(|list| &mut list.entries).filter(|edit| edit.media_time >= 0) {
        edit.media_time = edit.media_time.saturating_sub(first).max(0);
    }
    let mut track = Track::encoded(stream, tables, &durations)?;
    let entries = &mut track.tables.mdia_box.minf_box.stbl_box.stsd_box.entries;
    let kept = description(clip.track)?.unknown_boxes.iter().filter(|other| is_kept(other));
    if let Some(SampleEntry::Avc1(entry)) = entries.first_mut() {
        entry.unknown_boxes.extend(kept.cloned());
    }
    let moov = clip.movie.moov();
    let described = moov.unknown_boxes.iter().filter(|other| other.box_type == USER_DATA);
    let described = described.cloned().collect();
    others.insert(0, track);
    write(moov.mvhd_box.clone(), described, others)
}

/// Titles and descriptions; they name no places in the file.
const USER_DATA: BoxType = BoxType::Normal(*b"udta");

fn is_kept(other: &UnknownBox) -> bool {
    matches!(other.box_type, BoxType::Normal(letters) if KEPT.contains(&letters))
}

/// When the first picture is shown, and how long each is.
fn durations(clip: &Clip<'_>) -> (i64, Vec<u32>) {
    let timings = clip.timings(0);
    let last = clip.samples.iter().max_by_key(|sample| sample.shown_at);
    let last = last.map_or(1, |sample| sample.duration);
    let gaps = timings.windows(2).map(|pair| match pair {
        [this, next] => u32::try_from(next.at.saturating_sub(this.at)).unwrap_or(u32::MAX),
        _ => 0,
    });
    (timings.first().map_or(0, |timing| timing.at), gaps.chain([last]).collect())
}

/// A file of the pictures of `stream` alone.
///
/// # Errors
/// [`WatermarkError::Unwritable`] when there are none.
pub(crate) fn fresh(
    stream: &Stream,
    (width, height): (u16, u16),
    frames_per_second: f64,
) -> Result<Vec<u8>, WatermarkError> {
    // Rates like 23.976 are told apart.
    let scale = NonZeroU32::new((frames_per_second * 1000.0).round() as u32);
    let scale = scale.ok_or_else(|| unwritable("there is no time between frames"))?;
    let durations = vec![1000; stream.samples.len()];
    let ticks = durations.len() as u64 * 1000;
    let duration = ticks * u64::from(MOVIE_SCALE.get()) / u64::from(scale.get());
    let track = Track::encoded(stream, empty((width, height), scale, duration), &durations)?;
    let header = MvhdBox {
        creation_time: Mp4FileTime::default(),
        modification_time: Mp4FileTime::default(),
        timescale: MOVIE_SCALE,
        duration,
        rate: MvhdBox::DEFAULT_RATE,
        volume: MvhdBox::DEFAULT_VOLUME,
        matrix: MvhdBox::DEFAULT_MATRIX,
        next_track_id: 2,
    };
    write(header, Vec::new(), vec![track])
}

/// The tables of a track of pictures without any.
fn empty((width, height): (u16, u16), timescale: NonZeroU32, duration: u64) -> TrakBox {
    let (creation_time, modification_time) = (Mp4FileTime::default(), Mp4FileTime::default());
    let tkhd_box = TkhdBox {
        flag_track_enabled: true,
        flag_track_in_movie: true,
        flag_track_in_preview: false,
        flag_track_size_is_aspect_ratio: false,
        creation_time,
        modification_time,
        track_id: 1,
        duration,
        layer: TkhdBox::DEFAULT_LAYER,
        alternate_group: TkhdBox::DEFAULT_ALTERNATE_GROUP,
        volume: TkhdBox::DEFAULT_VIDEO_VOLUME,
        matrix: TkhdBox::DEFAULT_MATRIX,
        width: FixedPointNumber::new(width as i16, 0),
        height: FixedPointNumber::new(height as i16, 0),
    };
    let stbl_box = StblBox {
        stsd_box: StsdBox { entries: Vec::new() },
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
    let minf_box = MinfBox {
        media_header: Some(MediaHeader::Vmhd(VmhdBox::default())),
        dinf_box: DinfBox::LOCAL_FILE,
        stbl_box,
        unknown_boxes: Vec::new(),
    };
    let language = LanguageCode::UNDEFINED;
    let mdia_box = MdiaBox {
        mdhd_box: MdhdBox { creation_time, modification_time, timescale, duration, language },
        hdlr_box: HdlrBox { handler_type: *b"vide", name: b"VideoHandler\0".to_vec() },
        minf_box,
        unknown_boxes: Vec::new(),
    };
    TrakBox { tkhd_box, edts_box: None, mdia_box, unknown_boxes: Vec::new() }
}
