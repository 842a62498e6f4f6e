//! Marks in sound files.

use types::{MarkId, MediaType, Modality};

use super::{Detection, Soundtracks, find, mark};
use crate::{
    WatermarkError, WatermarkKey,
    movie::{self, Movie},
    sound,
};

/// Marks a WAV, FLAC, MP3, Opus or M4A (AAC-LC) file with `id`; rate, depth, channels and descriptions
/// stay. The mark is read back before the file is handed out.
///
/// WAV and FLAC lose nothing. The others are coded a second time, with bits enough to keep what is
/// heard: MP3 with the most that it has, so that files grow.
///
/// # Errors
/// [`WatermarkError::TooShort`] or [`WatermarkError::TooLong`] by its length,
/// [`WatermarkError::Unreadable`] or [`WatermarkError::Unsupported`] by its bytes; the latter also
/// where a sound hides nothing, such as a pure tone.
pub fn embed(
    key: &WatermarkKey,
    file: &[u8],
    media_type: MediaType,
    id: MarkId,
) -> Result<Vec<u8>, WatermarkError> {
    let unsupported = |reason: String| Err(WatermarkError::Unsupported { reason });
    if media_type.modality() != Modality::Audio {
        return unsupported(format!("{media_type} is no sound"));
    }
    match MediaType::sniff(file) {
        Some(found) if found == media_type => {}
        Some(found) => return unsupported(format!("it is {found} and not {media_type}")),
        None => {
            let reason = "it is no WAV, FLAC, MP3, Opus or M4A file".to_owned();
            return Err(WatermarkError::Unreadable { reason });
        }
    }
    if media_type == MediaType::M4a {
        return in_packets(key, file, id);
    }
    let mut sound = sound::read(file)?;
    mark(key, &mut sound, id)?;
    let marked = sound::rewrite(&sound, media_type, file)?;
    drop(sound);
    match detect(std::slice::from_ref(key), &marked)? {
        Some(found) if found.id == id => Ok(marked),
        _ => unsupported(
            "it hides no mark: tones and coarse samples have no room for one".to_owned(),
        ),
    }
}

/// Marks the sound of an MP4 file without pictures.
fn in_packets(key: &WatermarkKey, file: &[u8], id: MarkId) -> Result<Vec<u8>, WatermarkError> {
    let movie = Movie::parse(file)?;
    let tracks = Soundtracks::marked(&movie, key, id);
    tracks.outcome()?;
    movie::without_pictures(&movie, tracks.others()?)
}

/// Looks for a mark of one of `keys` in a file that [`super::read`] reads.
///
/// # Errors
/// [`WatermarkError::Unreadable`], [`WatermarkError::Unsupported`] or [`WatermarkError::TooLong`].
pub fn detect(keys: &[WatermarkKey], file: &[u8]) -> Result<Option<Detection>, WatermarkError> {
    find(keys, &sound::read(file)?)
}
