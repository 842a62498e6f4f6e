//! Frames to H.264 samples.

use openh264::{
    OpenH264API,
    encoder::{
        self, BitRate, Complexity, EncoderConfig, FrameRate, FrameType, IntraFramePeriod, QpRange,
        RateControlMode, VuiConfig,
    },
};
use shiguredo_mp4::{
    bitstream::h264::{
        H264NalUnitType, H264SampleEntryConfig, LengthSize, build_avc1_box_from_annexb,
        parse_annexb_nal_units,
    },
    boxes::SampleEntry,
};

use super::{Frame, unwritable, writing::Stream};
use crate::WatermarkError;

/// The least number of pixels on each side.
pub(crate) const SIDE_MIN: u32 = 16;
/// The greatest number of pixels on the longer and on the shorter side.
pub(crate) const SIDE_MAX: (u32, u32) = (3840, 2160);
/// The quantiser of all pictures: their loss stays below that of the mark.
const QUANTISER: u8 = 18;
/// Seconds from one picture at which decoding can start to the next.
const KEY_SECONDS: f64 = 2.0;

/// How colours became luma and chroma, as the file says it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Colours {
    /// ITU-R BT.601 with luma from 16 to 235.
    Bt601,
}

/// How many frames there are from one at which decoding can start to the next.
pub(crate) fn group(frames_per_second: f64) -> usize {
    (frames_per_second * KEY_SECONDS).round().max(1.0) as usize
}

/// Encodes the frames of one movie.
pub(crate) struct Encoder {
    encoder: encoder::Encoder,
    stream: Stream,
    is_started: bool,
}

impl Encoder {
    /// An encoder for `frames_per_second` between 1 and 240.
    ///
    /// # Errors
    /// [`WatermarkError::Unwritable`] when none can be made.
    pub(crate) fn new(
        frames_per_second: f64,
        colours: Option<Colours>,
    ) -> Result<Self, WatermarkError> {
        let quantiser = QpRange::new(QUANTISER, QUANTISER + 2);
        let mut config = EncoderConfig::new()
            // Every frame gets the least quantiser, the first ones of a scene up to two more; the
            // rate only has to be one that is allowed.
            .rate_control_mode(RateControlMode::Bufferbased)
            .bitrate(BitRate::from_bps(10_000_000))
            .qp(quantiser)
            .skip_frames(false)
            .adaptive_quantization(false)
            .background_detection(false)
            .complexity(Complexity::Low)
            .num_threads(1)
            .max_frame_rate(FrameRate::from_hz(frames_per_second as f32))
            .intra_frame_period(IntraFramePeriod::from_num_frames(group(frames_per_second) as u32));
        if let Some(Colours::Bt601) = colours {
            config = config.vui(VuiConfig::bt601());
        }
        let encoder = encoder::Encoder::with_api_config(OpenH264API::from_source(), config);
        Ok(Self {
            encoder: encoder.map_err(unwritable)?,
            stream: Stream::default(),
            is_started: false,
        })
    }

    /// Encodes the next frame; all have the same size.
    ///
    /// # Errors
    /// [`WatermarkError::Unwritable`] when the encoder refuses.
    pub(crate) fn push(&mut self, frame: &Frame) -> Result<(), WatermarkError> {
        self.is_started = true;
        let coded = self.encoder.encode(frame).map_err(unwritable)?;
        let (bytes, is_key) = (coded.to_vec(), coded.frame_type() == FrameType::IDR);
        if self.stream.description.is_none() {
            let config = H264SampleEntryConfig { length_size: LengthSize::FourBytes };
            let description = build_avc1_box_from_annexb(&bytes, &config).map_err(unwritable)?;
            self.stream.description = Some(SampleEntry::Avc1(description));
        }
        let start = self.stream.bytes.len();
        for unit in parse_annexb_nal_units(&bytes).map_err(unwritable)? {
            // The settings stand in the description.
            if !matches!(unit.nal_unit_type, H264NalUnitType::Sps | H264NalUnitType::Pps) {
                let length = u32::try_from(unit.data.len()).map_err(unwritable)?;
                self.stream.bytes.extend_from_slice(&length.to_be_bytes());
                self.stream.bytes.extend_from_slice(unit.data);
            }
        }
        let length = self.stream.bytes.len() - start;
        if length == 0 {
            return Err(unwritable("the encoder left a frame out"));
        }
        self.stream.samples.push((u32::try_from(length).map_err(unwritable)?, is_key));
        Ok(())
    }

    /// Starts anew: the next frame needs none of those before, which another encoder may have had.
    pub(crate) fn restart(&mut self) {
        if self.is_started {
            self.encoder.force_intra_frame();
        }
    }

    /// What was encoded since the last time.
    pub(crate) fn taken(&mut self) -> Stream {
        let description = self.stream.description.clone();
        std::mem::replace(&mut self.stream, Stream { description, ..Stream::default() })
    }

    /// All that was encoded.
    pub(crate) fn finish(self) -> Stream {
        self.stream
    }
}
