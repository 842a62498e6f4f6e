//! Marks in sound files.

use types::{MarkId, MediaType};

use super::{Detection, find, mark};
use crate::{WatermarkError, WatermarkKey, sound};

/// Marks a WAV or FLAC file with `id`; rate, depth, channels and descriptions stay. The mark is read
/// back before the file is handed out.
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
    if !matches!(media_type, MediaType::Wav | MediaType::Flac) {
        return unsupported(format!("{media_type} would be compressed again: give WAV or FLAC"));
    }
    match MediaType::sniff(file) {
        Some(found) if found == media_type => {}
        Some(found) => return unsupported(format!("it is {found} and not {media_type}")),
        None => {
            let reason = "it is neither WAV nor FLAC".to_owned();
            return Err(WatermarkError::Unreadable { reason });
        }
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

/// Looks for a mark of one of `keys` in a file that [`super::read`] reads.
///
/// # Errors
/// [`WatermarkError::Unreadable`], [`WatermarkError::Unsupported`] or [`WatermarkError::TooLong`].
pub fn detect(keys: &[WatermarkKey], file: &[u8]) -> Result<Option<Detection>, WatermarkError> {
    find(keys, &sound::read(file)?)
}
