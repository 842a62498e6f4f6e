//! Frames to H.264 samples.

use openh264::{
    OpenH264API,
    encoder::{
        self, BitRate, Complexity, EncoderConfig, FrameRate, FrameType, IntraFramePeriod, QpRange,
        RateControlMode, VuiConfig,
    },
};
use shiguredo_mp4::{
    BoxSize, BoxType,
    bitstream::h264::{
        H264NalUnitType, H264SampleEntryConfig, LengthSize, build_avc1_box_from_annexb,
        parse_annexb_nal_units,
    },
    boxes::{Avc1Box, UnknownBox},
};

use super::{Frame, Sample, failed};
use crate::error::FilmError;

/// The quantiser of all pictures: edges of letters stay clean.
const QUANTISER: u8 = 21;

/// Encodes the frames of one film.
pub(crate) struct Encoder {
    encoder: encoder::Encoder,
    description: Option<Avc1Box>,
}

impl std::fmt::Debug for Encoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Encoder")
    }
}

impl Encoder {
    /// An encoder of `rate` frames a second; decoding can start at each `group`th.
    pub(crate) fn new(rate: u32, group: u32) -> Result<Self, FilmError> {
        let config = EncoderConfig::new()
            // Every frame gets nearly the same quantiser; the rate only has to be allowed.
            .rate_control_mode(RateControlMode::Bufferbased)
            .bitrate(BitRate::from_bps(10_000_000))
            .qp(QpRange::new(QUANTISER, QUANTISER + 2))
            .skip_frames(false)
            .adaptive_quantization(false)
            .background_detection(false)
            .scene_change_detect(false)
            .complexity(Complexity::Low)
            .num_threads(1)
            .max_frame_rate(FrameRate::from_hz(rate as f32))
            .intra_frame_period(IntraFramePeriod::from_num_frames(group))
            .vui(VuiConfig::bt709());
        let encoder = encoder::Encoder::with_api_config(OpenH264API::from_source(), config);
        Ok(Self { encoder: encoder.map_err(failed)?, description: None })
    }

    /// Encodes the next frame; all have the same size.
    pub(crate) fn push(&mut self, frame: &Frame) -> Result<Sample, FilmError> {
        let coded = self.encoder.encode(frame).map_err(failed)?;
        let (bytes, is_key) = (coded.to_vec(), coded.frame_type() == FrameType::IDR);
        if self.description.is_none() {
            let config = H264SampleEntryConfig { length_size: LengthSize::FourBytes };
            let mut entry = build_avc1_box_from_annexb(&bytes, &config).map_err(failed)?;
            entry.unknown_boxes.push(colours());
            self.description = Some(entry);
        }
        let mut sample = Vec::with_capacity(bytes.len());
        for unit in parse_annexb_nal_units(&bytes).map_err(failed)? {
            // The settings stand in the description.
            if !matches!(unit.nal_unit_type, H264NalUnitType::Sps | H264NalUnitType::Pps) {
                let length = u32::try_from(unit.data.len()).map_err(failed)?;
                sample.extend_from_slice(&length.to_be_bytes());
                sample.extend_from_slice(unit.data);
            }
        }
        if sample.is_empty() {
            return Err(failed("the encoder left a frame out"));
        }
        Ok(Sample { bytes: sample, duration: 1, is_key })
    }

    /// The description of all pictures, once one was encoded.
    pub(crate) fn description(&self) -> Result<Avc1Box, FilmError> {
        self.description.clone().ok_or_else(|| failed("there are no frames"))
    }
}

/// Says that colours are those of BT.709 with limited range, for players that do not look into
/// the pictures.
fn colours() -> UnknownBox {
    let mut payload = b"nclx".to_vec();
    payload.extend([0, 1, 0, 1, 0, 1, 0]);
    UnknownBox {
        box_type: BoxType::Normal(*b"colr"),
        box_size: BoxSize::U32(8 + payload.len() as u32),
        payload,
    }
}
