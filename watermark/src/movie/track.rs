//! The pictures of a file: which samples they are made of, and when each is shown.

use shiguredo_mp4::{
    bitstream::h264::{H264Sps, LengthSize, parse_sps},
    boxes::{AvccBox, TrakBox},
};

use super::{
    container::{Movie, Sample, damaged, description, samples},
    encoding::{SIDE_MAX, SIDE_MIN},
    unreadable, unsupported,
};
use crate::WatermarkError;

/// The video track of a movie, ready to be decoded.
#[derive(Debug)]
pub(crate) struct Clip<'a> {
    pub(super) movie: &'a Movie<'a>,
    pub(super) track: &'a TrakBox,
    pub(super) settings: &'a AvccBox,
    pub(super) length_size: LengthSize,
    pub(super) samples: Vec<Sample>,
    size: (usize, usize),
}

/// When a picture is shown, in units of `1 / scale` seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Timing {
    pub(crate) at: i64,
    pub(crate) scale: u32,
}

impl<'a> Clip<'a> {
    /// The pictures of `movie`.
    ///
    /// # Errors
    /// [`WatermarkError::Unsupported`] when it has none, or other ones than progressive
    /// H.264 with 8 bits and 4:2:0; [`WatermarkError::TooSmall`] or [`WatermarkError::TooLarge`]
    /// by their size; [`WatermarkError::Unreadable`] when the tables are damaged.
    pub(crate) fn of(movie: &'a Movie<'a>) -> Result<Self, WatermarkError> {
        let track = movie.pictures()?;
        let settings = &description(track)?.avcc_box;
        let size = size(settings)?;
        let length_size =
            LengthSize::from_length_size_minus_one(settings.length_size_minus_one.get())
                .map_err(damaged)?;
        let samples = samples(track)?;
        if samples.is_empty() {
            return Err(unreadable("the video track has no pictures"));
        }
        if samples.iter().map(|sample| u64::from(sample.bytes)).sum::<u64>() > movie.len() {
            return Err(unreadable("its pictures have more bytes than the file"));
        }
        Ok(Self { movie, track, settings, length_size, samples, size })
    }

    /// Pixels across and down.
    pub(crate) const fn size(&self) -> (usize, usize) {
        self.size
    }

    /// How many pictures there are.
    pub(crate) const fn len(&self) -> usize {
        self.samples.len()
    }

    /// When each picture from the sample `first` on is shown, in that order.
    pub(crate) fn timings(&self, first: usize) -> Vec<Timing> {
        let scale = self.scale();
        let samples = self.samples.get(first..).unwrap_or_default();
        let mut timings: Vec<Timing> =
            samples.iter().map(|sample| Timing { at: sample.shown_at, scale }).collect();
        timings.sort_by_key(|timing| timing.at);
        timings
    }

    /// The samples at which decoding can start.
    pub(crate) fn keys(&self) -> Vec<usize> {
        let keys = self.samples.iter().enumerate().filter(|(_, sample)| sample.is_key);
        let mut keys: Vec<usize> = keys.map(|(at, _)| at).collect();
        if keys.first() != Some(&0) {
            keys.insert(0, 0);
        }
        keys
    }

    /// Frames a second, on average.
    pub(crate) fn frames_per_second(&self) -> f64 {
        let ticks: u64 = self.samples.iter().map(|sample| u64::from(sample.duration)).sum();
        let rate = self.samples.len() as f64 * f64::from(self.scale()) / ticks.max(1) as f64;
        rate.clamp(1.0, 240.0)
    }

    pub(super) fn scale(&self) -> u32 {
        self.track.mdia_box.mdhd_box.timescale.get()
    }
}

/// Checks that the pictures are of a kind that can be decoded and encoded again.
fn size(settings: &AvccBox) -> Result<(usize, usize), WatermarkError> {
    let mut sizes = settings.sps_list.iter().map(|set| parse_sps(set).map_err(damaged));
    let first =
        sizes.next().ok_or_else(|| unreadable("the video track has no H.264 settings"))??;
    for other in sizes {
        if other? != first {
            return Err(unsupported("its pictures change their size midway: give one size"));
        }
    }
    let H264Sps { width, height, chroma_format_idc, .. } = first;
    let depth = 8 + first.bit_depth_luma_minus8.max(first.bit_depth_chroma_minus8);
    if chroma_format_idc != 1 || depth != 8 {
        let chroma = ["without colour", "4:2:0", "4:2:2", "4:4:4"];
        let chroma = chroma.get(usize::from(chroma_format_idc)).unwrap_or(&"of an unknown format");
        return Err(unsupported(format!(
            "its pictures are {chroma} with {depth} bits: give 4:2:0 with 8 bits"
        )));
    }
    let (width, height) = (u32::from(width), u32::from(height));
    if width.min(height) < SIDE_MIN {
        return Err(WatermarkError::TooSmall { width, height, min: SIDE_MIN });
    }
    let (long, short) = SIDE_MAX;
    if width.max(height) > long || width.min(height) > short {
        let pixels_max = u64::from(long) * u64::from(short);
        return Err(WatermarkError::TooLarge { width, height, pixels_max });
    }
    Ok((width as usize, height as usize))
}
