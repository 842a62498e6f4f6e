//! New files: one that replaces another's pictures or sound, and one of pictures alone.

use std::num::NonZeroU32;

use shiguredo_mp4::{
    BoxType, Either, FixedPointNumber, LanguageCode, Mp4FileTime,
    boxes::{
        Brand, DinfBox, FtypBox, HdlrBox, MdhdBox, MdiaBox, MediaHeader, MinfBox, MvhdBox,
        SampleEntry, StblBox, StcoBox, StscBox, StsdBox, StszBox, SttsBox, TkhdBox, TrakBox,
        UnknownBox, VmhdBox,
    },
};

use super::{
    Clip, Movie, Soundtrack,
    container::description,
    unreadable, unsupported, unwritable,
    writing::{Stream, Track, write},
};
use crate::WatermarkError;

/// Units of a second in which a new file counts time.
const MOVIE_SCALE: NonZeroU32 = NonZeroU32::new(1000).unwrap();
/// What stays true of pictures that were encoded again: their colours and the shape of a pixel.
const KEPT: [[u8; 4]; 3] = [*b"colr", *b"pasp", *b"clap"];

/// Groups of samples (ISO/IEC 14496-12, section 8.9).
const SAMPLE_GROUPS: [[u8; 4]; 2] = [*b"sgpd", *b"sbgp"];

/// The tracks of `movie` that are not its pictures, as they are.
///
/// # Errors
/// [`WatermarkError::Unreadable`] when their tables are damaged.
pub(crate) fn others<'a>(movie: &Movie<'a>) -> Result<Vec<Track<'a>>, WatermarkError> {
    let tracks: Vec<Track<'a>> =
        movie.others().map(|track| Track::carried(movie, track)).collect::<Result<_, _>>()?;
    if tracks.iter().map(Track::bytes).sum::<u64>() > movie.len() {
        return Err(unreadable("its tracks have more bytes than the file"));
    }
    Ok(tracks)
}

/// A sound track with the packets of `stream` in the place of its own.
///
/// # Errors
/// [`WatermarkError::Unwritable`] when the numbers of packets differ.
pub(crate) fn recoded<'a>(
    soundtrack: &Soundtrack<'_>,
    stream: &'a Stream,
) -> Result<Track<'a>, WatermarkError> {
    let (tables, durations) = (soundtrack.track().clone(), soundtrack.durations());
    if durations.len() != stream.samples.len() {
        return Err(unwritable("a sound track has another number of packets"));
    }
    // How many packets a decoder needs before one that it starts with: still true.
    let groups = &soundtrack.track().mdia_box.minf_box.stbl_box.unknown_boxes;
    let groups = groups.iter().filter(|other| is_one_of(other, &SAMPLE_GROUPS)).cloned();
    let mut track = Track::encoded(stream, tables, durations)?;
    track.tables.mdia_box.minf_box.stbl_box.unknown_boxes.extend(groups);
    Ok(track)
}

/// The file of `clip` with the pictures of `stream`, one for each of the clip's in the order in
/// which they are shown, and with `others` beside them; with its descriptions, or without any.
///
/// # Errors
/// [`WatermarkError::Unwritable`] when the numbers of pictures differ.
pub(crate) fn replaced<'a>(
    clip: &Clip<'_>,
    stream: &'a Stream,
    mut others: Vec<Track<'a>>,
    describing: bool,
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
    let kept =
        description(clip.track)?.unknown_boxes.iter().filter(|other| is_one_of(other, &KEPT));
    if let Some(SampleEntry::Avc1(entry)) = entries.first_mut() {
        entry.unknown_boxes.extend(kept.cloned());
    }
    let described = if describing { descriptions(clip.movie) } else { Vec::new() };
    others.insert(0, track);
    write(movie_brands(), clip.movie.moov().mvhd_box.clone(), described, others)
}

/// The file of `movie` with these tracks instead of its own.
///
/// # Errors
/// [`WatermarkError::Unsupported`] when it has pictures.
pub(crate) fn without_pictures(
    movie: &Movie<'_>,
    tracks: Vec<Track<'_>>,
) -> Result<Vec<u8>, WatermarkError> {
    if movie.others().count() < movie.moov().trak_boxes.len() {
        return Err(unsupported("it has pictures beside its sound: give the sound alone"));
    }
    write(movie.brands()?, movie.moov().mvhd_box.clone(), descriptions(movie), tracks)
}

/// What a film is called in its first box.
fn movie_brands() -> FtypBox {
    let brands = [Brand::ISOM, Brand::ISO2, Brand::AVC1, Brand::MP41];
    FtypBox { major_brand: Brand::ISOM, minor_version: 512, compatible_brands: brands.to_vec() }
}

fn descriptions(movie: &Movie<'_>) -> Vec<UnknownBox> {
    let boxes = movie.moov().unknown_boxes.iter();
    boxes.filter(|other| other.box_type == USER_DATA).cloned().collect()
}

/// Titles and descriptions; they name no places in the file.
const USER_DATA: BoxType = BoxType::Normal(*b"udta");

fn is_one_of(other: &UnknownBox, names: &[[u8; 4]]) -> bool {
    matches!(other.box_type, BoxType::Normal(letters) if names.contains(&letters))
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
    write(movie_brands(), header, Vec::new(), vec![track])
}

/// The tables of a track of pictures without any.
pub(super) fn empty((width, height): (u16, u16), timescale: NonZeroU32, duration: u64) -> TrakBox {
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

#[cfg(test)]
mod tests {
    use shiguredo_mp4::{
        BoxSize,
        boxes::{CttsBox, CttsEntry, EdtsBox, ElstBox, ElstEntry, StscEntry},
    };

    use super::*;
    use crate::movie::{Encoder, Frame, Pictures, writing::Chunk};

    const SIZE: (usize, usize) = (64, 48);
    const QUARTER_TURN: [i32; 9] = [0, 0x10000, 0, -0x10000, 0, 0, 48 << 16, 0, 0x4000_0000];
    const SOUND: [u8; 10] = *b"0123456789";

    /// Frames that grow brighter, so that their order shows.
    fn stream(frames: u8) -> Stream {
        let mut encoder = Encoder::new(25.0, None).unwrap();
        for frame in 0..frames {
            let mut planes = vec![40 + 10 * frame; SIZE.0 * SIZE.1];
            planes.resize(SIZE.0 * SIZE.1 * 3 / 2, 128);
            encoder.push(&Frame::planar(SIZE, &planes).unwrap()).unwrap();
        }
        encoder.finish()
    }

    fn brightness(clip: &Clip<'_>) -> Vec<(i64, u8)> {
        let mut pictures = Pictures::from(clip, 0).unwrap();
        let frames = std::iter::from_fn(|| pictures.next_frame().unwrap());
        frames.map(|(timing, frame)| (timing.at, frame.luma()[0])).collect()
    }

    /// A track of ten bytes in two chunks, which no decoder knows.
    fn sound() -> Track<'static> {
        let mut tables = empty((0, 0), NonZeroU32::new(8000).unwrap(), 10);
        tables.mdia_box.hdlr_box.handler_type = *b"soun";
        let table = &mut tables.mdia_box.minf_box.stbl_box;
        let (box_type, box_size) = (BoxType::Normal(*b"sowt"), BoxSize::U32(16));
        let entry = UnknownBox { box_type, box_size, payload: vec![1; 8] };
        table.stsd_box.entries.push(SampleEntry::Unknown(entry));
        table.stts_box = SttsBox::from_sample_deltas([1; 10]).unwrap();
        table.stsz_box = StszBox::Fixed { sample_size: NonZeroU32::MIN, sample_count: 10 };
        let first_chunk = NonZeroU32::MIN;
        let sample_description_index = NonZeroU32::MIN;
        let run = StscEntry { first_chunk, sample_per_chunk: 5, sample_description_index };
        table.stsc_box.entries.push(run);
        let chunks = SOUND.as_chunks::<5>().0.iter().enumerate();
        let chunks = chunks.map(|(at, bytes)| Chunk { at: at as f64 * 0.3, bytes }).collect();
        Track { tables, chunks }
    }

    /// A file of a turned video that starts late, with its frames out of order, and of sound.
    fn turned(stream: &Stream) -> Vec<u8> {
        let mut tables = empty((64, 48), NonZeroU32::new(25_000).unwrap(), 120);
        tables.tkhd_box.matrix = QUARTER_TURN;
        let edit = |media_time| ElstEntry {
            edit_duration: 120,
            media_time,
            media_rate: FixedPointNumber::new(1, 0),
        };
        let elst_box = Some(ElstBox { entries: vec![edit(-1), edit(2000)] });
        tables.edts_box = Some(EdtsBox { elst_box, unknown_boxes: Vec::new() });
        let mut track = Track::encoded(stream, tables, &[1000; 3]).unwrap();
        let table = &mut track.tables.mdia_box.minf_box.stbl_box;
        let late = CttsEntry { sample_count: 3, sample_offset: 2000 };
        table.ctts_box = Some(CttsBox { version: 0, entries: vec![late] });
        if let Some(SampleEntry::Avc1(entry)) = table.stsd_box.entries.first_mut() {
            let (box_type, box_size) = (BoxType::Normal(*b"pasp"), BoxSize::U32(16));
            entry.unknown_boxes.push(UnknownBox {
                box_type,
                box_size,
                payload: vec![0, 0, 0, 4, 0, 0, 0, 3],
            });
        }
        let fresh = fresh(stream, (64, 48), 25.0).unwrap();
        let header = Movie::parse(&fresh).unwrap().moov().mvhd_box.clone();
        write(movie_brands(), header, Vec::new(), vec![track, sound()]).unwrap()
    }

    #[test]
    fn written_frames_are_read_in_order() {
        let file = fresh(&stream(5), (64, 48), 25.0).unwrap();
        let movie = Movie::parse(&file).unwrap();
        let clip = Clip::of(&movie).unwrap();
        assert_eq!((clip.size(), clip.len(), clip.keys()), (SIZE, 5, vec![0]));
        assert!((clip.frames_per_second() - 25.0).abs() < 1e-9);
        for ((at, luma), frame) in brightness(&clip).into_iter().zip(0_u8..) {
            assert_eq!(at, i64::from(frame) * 1000);
            assert!(luma.abs_diff(40 + 10 * frame) < 3, "{luma}");
        }
    }

    #[test]
    fn replacing_pictures_keeps_turns_times_shapes_and_sound() {
        let old = stream(3);
        let file = turned(&old);
        let movie = Movie::parse(&file).unwrap();
        let clip = Clip::of(&movie).unwrap();
        assert_eq!(
            brightness(&clip).iter().map(|(at, _)| *at).collect::<Vec<_>>(),
            [2000, 3000, 4000]
        );
        let new = stream(3);
        let file = replaced(&clip, &new, others(&movie).unwrap(), true).unwrap();
        let movie = Movie::parse(&file).unwrap();
        let clip = Clip::of(&movie).unwrap();
        assert_eq!(clip.track.tkhd_box.matrix, QUARTER_TURN);
        assert_eq!(
            clip.timings(0).iter().map(|timing| timing.at).collect::<Vec<_>>(),
            [0, 1000, 2000]
        );
        let edits = &clip.track.edts_box.as_ref().unwrap().elst_box.as_ref().unwrap().entries;
        assert_eq!(edits.iter().map(|edit| edit.media_time).collect::<Vec<_>>(), [-1, 0]);
        assert_eq!(description(clip.track).unwrap().unknown_boxes.len(), 1, "the shape of a pixel");
        let sound: Vec<u8> = others(&movie).unwrap()[0]
            .chunks
            .iter()
            .flat_map(|chunk| chunk.bytes)
            .copied()
            .collect();
        assert_eq!(sound, SOUND);
    }

    #[test]
    fn other_numbers_of_pictures_are_refused() {
        let file = fresh(&stream(3), (64, 48), 25.0).unwrap();
        let movie = Movie::parse(&file).unwrap();
        let clip = Clip::of(&movie).unwrap();
        assert!(replaced(&clip, &stream(2), Vec::new(), true).is_err());
    }
}
