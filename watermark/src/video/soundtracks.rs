//! The mark of sounds in the sound tracks of a video.

use types::MarkId;

use crate::{
    WatermarkError, WatermarkKey,
    audio::{self, Detection},
    movie::{self, Movie, Soundtrack, Stream},
    sound,
};

/// The sound tracks with the mark in them, in the order of all tracks beside the pictures; `None` where
/// one stays as it is: it is no AAC-LC or Opus of one or two channels, too short, or hides nothing.
pub(super) fn marked(
    tracks: &[Option<Soundtrack<'_>>],
    key: &WatermarkKey,
    id: MarkId,
) -> Vec<Option<Stream>> {
    tracks.iter().map(|track| mark(track.as_ref()?, key, id)).collect()
}

fn mark(track: &Soundtrack<'_>, key: &WatermarkKey, id: MarkId) -> Option<Stream> {
    let mut decoded = track.decoded()?;
    audio::mark(key, &mut decoded.sound, id).ok()?;
    let stream = track.encoded(&decoded)?;
    drop(decoded);
    let back = movie::read_back(&stream)?;
    let found = audio::find(std::slice::from_ref(key), &back).ok()??;
    (found.id == id).then_some(stream)
}

/// Looks for a mark of one of `keys` in the sound of an MP4 file, whatever its pictures are.
///
/// # Errors
/// [`WatermarkError::Unsupported`] for a rate that cannot be converted.
pub fn detect_sound(
    keys: &[WatermarkKey],
    file: &[u8],
) -> Result<Option<Detection>, WatermarkError> {
    let Ok(movie) = Movie::parse(file) else {
        // Of a file in fragments another reader knows the sound.
        return sound::read(file).map_or(Ok(None), |sound| audio::find(keys, &sound));
    };
    for track in movie::soundtracks(&movie).iter().flatten() {
        if let Some(decoded) = track.decoded()
            && let Some(found) = audio::find(keys, &decoded.sound)?
        {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        movie::soundtrack_tests::{aac, film, noise, opus, packets},
        video,
    };

    fn key(secret: u8) -> WatermarkKey {
        WatermarkKey::new([secret; 32])
    }

    #[test]
    fn sound_tracks_carry_the_id_of_the_pictures() {
        let id = MarkId::from(0x0123_4567_89ab_cdef);
        for (coded, rate) in [
            (aac(&noise(44_100, 2, 7.0)), 44_100),
            (aac(&noise(48_000, 1, 7.0)), 48_000),
            (opus(&noise(48_000, 1, 7.0)), 48_000),
        ] {
            let file = film(&coded, rate);
            assert_eq!(detect_sound(&[key(1)], &file).unwrap(), None);
            let marked = video::embed(&key(1), &file, id).unwrap();
            assert!(marked.sound);
            let found = detect_sound(&[key(2), key(1)], &marked.file).unwrap().unwrap();
            assert_eq!((found.id, found.key), (id, 1));
            assert_eq!(detect_sound(&[key(2)], &marked.file).unwrap(), None);
            // Pictures that nobody can read do not hide the sound.
            let mut other = marked.file.clone();
            let at = other.windows(4).rposition(|letters| letters == b"avc1").unwrap();
            other[at..at + 4].copy_from_slice(b"mp4v");
            assert!(video::detect(&[key(1)], &other).is_err());
            assert_eq!(detect_sound(&[key(1)], &other).unwrap().map(|found| found.id), Some(id));
        }
    }

    #[test]
    fn a_sound_that_hides_nothing_is_carried_byte_for_byte() {
        for seconds in [3.0, 7.0] {
            let mut sound = noise(44_100, 1, seconds);
            if seconds > 5.0 {
                sound.channels_mut().iter_mut().flatten().for_each(|sample| *sample = 0.0);
            }
            let file = film(&aac(&sound), 44_100);
            let marked = video::embed(&key(1), &file, MarkId::from(1)).unwrap();
            assert!(!marked.sound);
            assert_eq!(packets(&marked.file), packets(&file));
        }
    }

    #[test]
    fn what_is_no_film_has_no_sound() {
        for file in [&b""[..], b"GIF89a", &[0; 64]] {
            assert_eq!(detect_sound(&[key(1)], file).unwrap(), None);
        }
    }
}
