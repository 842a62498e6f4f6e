//! Marks of sounds and videos that a model has made: written while they become files.

use types::{Mark, MarkId, MediaType, SoundFormat};
use watermark::{
    WatermarkError, WatermarkKey,
    audio::{self, Depth, Sound},
    video,
};

use super::{Embedded, MarkedAsset, new_id, unchanged};
use crate::{
    outcome::Generation,
    pipeline::LineError,
    product::{Film, Speech},
};

/// Marks spoken words and writes the file that is wanted. The mark is read back from that file.
pub(super) fn speech(
    key: &WatermarkKey,
    speech: Speech,
    model: String,
) -> Result<MarkedAsset, LineError> {
    let Speech { output, format } = speech;
    let mut sound = Sound::new(output.rate, Depth::Int16, vec![output.samples])?;
    let id = new_id();
    let (file, mark) = match audio::mark(key, &mut sound, id) {
        Ok(()) => {
            let file = written(&sound, format)?;
            let mark = read_back(key, &sound, &file, format, id)?;
            (file, mark)
        }
        Err(error) => (written(&sound, format)?, none(error)?),
    };
    let generation = Generation { model, words: output.words, ..Generation::default() };
    Ok(MarkedAsset { generation, ..unchanged(&file, format.media_type(), mark) })
}

/// Marks a video, and lays the label into it that it is to have.
pub(super) fn film(
    key: &WatermarkKey,
    film: Film,
    model: String,
) -> Result<MarkedAsset, LineError> {
    let Film { output, label } = film;
    let id = new_id();
    let marked = match &label {
        Some(style) => video::embed_labelled(key, &output.bytes, id, style),
        None => video::embed(key, &output.bytes, id),
    };
    let (bytes, mark) = match marked {
        Ok(marked) => {
            let Embedded { bytes, also } = marked.into();
            (bytes, Mark::Embedded { algorithm: video::ALGORITHM.to_owned(), id, also })
        }
        Err(error) => {
            let mark = none(error)?;
            let bytes = match &label {
                Some(style) => watermark::label::movie(&output.bytes, style)?,
                None => output.bytes,
            };
            (bytes, mark)
        }
    };
    let generation = Generation {
        model,
        captions: Some(output.captions).filter(|captions| !captions.is_empty()),
        ..Generation::default()
    };
    Ok(MarkedAsset { generation, ..unchanged(&bytes, MediaType::Mp4, mark) })
}

/// Too short to carry a mark is a fact about it, not a failure.
fn none(error: WatermarkError) -> Result<Mark, LineError> {
    let reason = match error {
        WatermarkError::TooShort { .. } => "it is too short to carry a mark".to_owned(),
        WatermarkError::TooSmall { .. } => "its pictures are too small to carry a mark".to_owned(),
        WatermarkError::Unsupported { reason } => reason,
        error => return Err(error.into()),
    };
    Ok(Mark::NotMarkable { reason })
}

fn read_back(
    key: &WatermarkKey,
    sound: &Sound,
    file: &[u8],
    format: SoundFormat,
    id: MarkId,
) -> Result<Mark, LineError> {
    let keys = std::slice::from_ref(key);
    let found = match format {
        // Samples alone are those of the sound.
        SoundFormat::Pcm => audio::find(keys, sound)?,
        _ => audio::detect(keys, file)?,
    };
    if found.is_some_and(|found| found.id == id) {
        let algorithm = audio::ALGORITHM.to_owned();
        return Ok(Mark::Embedded { algorithm, id, also: Vec::new() });
    }
    Ok(Mark::NotMarkable { reason: "it hides no mark: there is too little sound in it".to_owned() })
}

fn written(sound: &Sound, format: SoundFormat) -> Result<Vec<u8>, WatermarkError> {
    match format {
        SoundFormat::Pcm => Ok(samples(sound)),
        _ => audio::write(sound, format.media_type()),
    }
}

/// Samples of the first channel alone: 16 bits, little-endian.
fn samples(sound: &Sound) -> Vec<u8> {
    let channel = sound.channels().first().map_or(&[] as &[f32], Vec::as_slice);
    // `as` saturates.
    channel.iter().flat_map(|sample| ((sample * 32_768.0).round() as i16).to_le_bytes()).collect()
}
