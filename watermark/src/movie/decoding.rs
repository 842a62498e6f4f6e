//! Samples to frames, in the order in which they are shown.

use std::collections::VecDeque;

use openh264::{
    OpenH264API,
    decoder::{DecodeOptions, Decoder, DecoderConfig, Flush},
    formats::YUVSource as _,
};
use shiguredo_mp4::bitstream::h264::{
    H264NalUnit, H264NalUnitType, parse_length_prefixed_nal_units,
};

use super::{Clip, Frame, container::Sample, track::Timing, unreadable, unsupported};
use crate::WatermarkError;

const START: [u8; 4] = [0, 0, 0, 1];

/// The pictures of a clip, one after the other; only a few of them are in memory.
pub(crate) struct Pictures<'a> {
    clip: &'a Clip<'a>,
    decoder: Decoder,
    samples: std::slice::Iter<'a, Sample>,
    timings: std::vec::IntoIter<Timing>,
    /// What the decoder held back to bring frames into order.
    last: Option<VecDeque<Frame>>,
    is_first: bool,
}

impl<'a> Pictures<'a> {
    /// The pictures from the sample `first` on, which must be one where decoding can start.
    ///
    /// # Errors
    /// [`WatermarkError::Unreadable`] when no decoder can be made.
    pub(crate) fn from(clip: &'a Clip<'a>, first: usize) -> Result<Self, WatermarkError> {
        let config = DecoderConfig::new().flush_after_decode(Flush::NoFlush);
        let decoder = Decoder::with_api_config(OpenH264API::from_source(), config);
        Ok(Self {
            clip,
            decoder: decoder.map_err(unreadable)?,
            samples: clip.samples.get(first..).unwrap_or_default().iter(),
            timings: clip.timings(first).into_iter(),
            last: None,
            is_first: true,
        })
    }

    /// The next frame and when it is shown; `None` after the last.
    ///
    /// # Errors
    /// [`WatermarkError::Unreadable`] or [`WatermarkError::Unsupported`] by the samples.
    pub(crate) fn next_frame(&mut self) -> Result<Option<(Timing, Frame)>, WatermarkError> {
        let Some(frame) = self.decoded()? else { return Ok(None) };
        if frame.size() != self.clip.size() {
            return Err(unsupported("its pictures change their size midway: give one size"));
        }
        // The decoder shows frames in order, so the n-th frame is the n-th by its time.
        let timing = self.timings.next();
        let timing = timing.ok_or_else(|| unreadable("it holds more pictures than it names"))?;
        Ok(Some((timing, frame)))
    }

    fn decoded(&mut self) -> Result<Option<Frame>, WatermarkError> {
        if let Some(last) = &mut self.last {
            return Ok(last.pop_front());
        }
        while let Some(sample) = self.samples.next() {
            let bytes = self.stream(sample)?;
            let options = DecodeOptions::new().flush_after_decode(Flush::NoFlush);
            let shown = self.decoder.decode_with_options(&bytes, options).map_err(undecodable)?;
            if let Some(shown) = shown.filter(|shown| shown.dimensions() != (0, 0)) {
                return Ok(Some(Frame::copied(&shown)));
            }
        }
        let shown = self.decoder.flush_remaining().map_err(undecodable)?;
        let mut last: VecDeque<Frame> = shown.iter().map(Frame::copied).collect();
        let next = last.pop_front();
        self.last = Some(last);
        Ok(next)
    }

    /// A sample as the decoder takes it: the slices and the settings, each behind a start code.
    fn stream(&mut self, sample: &Sample) -> Result<Vec<u8>, WatermarkError> {
        let clip = self.clip;
        let bytes = clip.movie.bytes(sample.offset, sample.bytes.into())?;
        let mut stream = Vec::with_capacity(bytes.len() + 64);
        if std::mem::take(&mut self.is_first) {
            for set in clip.settings.sps_list.iter().chain(&clip.settings.pps_list) {
                stream.extend_from_slice(&START);
                stream.extend_from_slice(set);
            }
        }
        for unit in parse_length_prefixed_nal_units(bytes, clip.length_size).map_err(undecodable)? {
            if is_needed(&unit, clip)? {
                stream.extend_from_slice(&START);
                stream.extend_from_slice(unit.data);
            }
        }
        Ok(stream)
    }
}

/// Whether the decoder needs a unit. The size of the pictures is what the file says in front: a
/// sample must not ask for more memory.
fn is_needed(unit: &H264NalUnit<'_>, clip: &Clip<'_>) -> Result<bool, WatermarkError> {
    match unit.nal_unit_type {
        H264NalUnitType::Sps if clip.settings.sps_list.iter().all(|set| set != unit.data) => {
            Err(unsupported("its pictures change their settings midway: give one setting"))
        }
        H264NalUnitType::NonIdrSlice | H264NalUnitType::IdrSlice | H264NalUnitType::Pps => Ok(true),
        _ => Ok(false),
    }
}

/// What the decoder says is a number; these are its reasons.
fn undecodable<E>(_: E) -> WatermarkError {
    unreadable("its pictures are damaged, interlaced, or of a profile that is not known")
}
