//! Frames, sound and captions to MP4: `yuv` converts colours, `pictures` encodes H.264, `sound`
//! encodes Opus, `subtitles` makes timed text; `track` describes one track, `file` writes a whole
//! file and `fragments` one that grows.

mod file;
mod fragments;
mod pictures;
mod sound;
mod subtitles;
mod track;
mod yuv;

pub(crate) use file::write;
pub(crate) use fragments::Fragments;
pub(crate) use pictures::Encoder;
pub(crate) use sound::{Packets, RATE as SOUND_RATE, Resampler, encoded};
pub(crate) use subtitles::subtitles;
pub(crate) use track::{Kind, Sample, Track};
pub(crate) use yuv::Frame;

use crate::error::FilmError;

fn failed(reason: impl ToString) -> FilmError {
    FilmError::Encoding(reason.to_string())
}
