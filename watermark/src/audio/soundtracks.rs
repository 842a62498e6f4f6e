//! The mark in sound tracks of MP4 files.

use types::MarkId;

use super::{Detection, find, mark};
use crate::{
    WatermarkError, WatermarkKey,
    movie::{self, Movie, Soundtrack, Stream, Track},
    sound,
};

/// The tracks of an MP4 file beside its pictures.
#[derive(Debug)]
pub(crate) struct Soundtracks<'a> {
    movie: &'a Movie<'a>,
    tracks: Vec<Option<Soundtrack<'a>>>,
    /// What was written in the place of each.
    sounds: Vec<Result<Stream, WatermarkError>>,
}

impl<'a> Soundtracks<'a> {
    /// All tracks as they are.
    pub(crate) const fn carried(movie: &'a Movie<'a>) -> Self {
        Self { movie, tracks: Vec::new(), sounds: Vec::new() }
    }

    /// With the mark in every sound that hides it; other tracks stay as they are.
    pub(crate) fn marked(movie: &'a Movie<'a>, key: &WatermarkKey, id: MarkId) -> Self {
        let tracks = movie::soundtracks(movie);
        let sounds = tracks.iter().map(|track| marked(track.as_ref(), key, id)).collect();
        Self { movie, tracks, sounds }
    }

    /// Whether a track carries the mark, and else why the first does not.
    pub(crate) fn outcome(&self) -> Result<(), WatermarkError> {
        match self.sounds.iter().find_map(|sound| sound.as_ref().err()) {
            Some(error) if self.sounds.iter().all(Result::is_err) => Err(error.clone()),
            None if self.sounds.is_empty() => Err(unsupported("it has no sound")),
            _ => Ok(()),
        }
    }

    /// The tracks for a new file.
    ///
    /// # Errors
    /// [`WatermarkError::Unreadable`] when their tables are damaged.
    pub(crate) fn others(&self) -> Result<Vec<Track<'_>>, WatermarkError> {
        let mut others = movie::others(self.movie)?;
        for ((other, track), sound) in others.iter_mut().zip(&self.tracks).zip(&self.sounds) {
            if let (Some(track), Ok(sound)) = (track, sound) {
                *other = movie::recoded(track, sound)?;
            }
        }
        Ok(others)
    }
}

fn marked(
    track: Option<&Soundtrack<'_>>,
    key: &WatermarkKey,
    id: MarkId,
) -> Result<Stream, WatermarkError> {
    let other = || unsupported("its sound is no AAC-LC or Opus of one or two channels: give that");
    let track = track.ok_or_else(other)?;
    if track.is_too_long() {
        return Err(sound::too_long());
    }
    let mut decoded = track.decoded().ok_or_else(other)?;
    mark(key, &mut decoded.sound, id)?;
    let stream = track.encoded(&decoded).ok_or_else(other)?;
    drop(decoded);
    let back = movie::read_back(&stream).ok_or_else(other)?;
    match find(std::slice::from_ref(key), &back)? {
        Some(found) if found.id == id => Ok(stream),
        _ => Err(unsupported("its sound hides no mark: there is too little in it")),
    }
}

/// Looks for a mark of one of `keys` in the sound tracks of an MP4 file, whatever its pictures are.
///
/// # Errors
/// [`WatermarkError::Unsupported`] for a rate that cannot be converted.
pub fn detect_soundtrack(
    keys: &[WatermarkKey],
    file: &[u8],
) -> Result<Option<Detection>, WatermarkError> {
    let Ok(movie) = Movie::parse(file) else {
        // Of a file in fragments another reader knows the sound.
        return sound::read(file).map_or(Ok(None), |sound| find(keys, &sound));
    };
    for track in movie::soundtracks(&movie).iter().flatten() {
        if let Some(decoded) = track.decoded()
            && let Some(found) = find(keys, &decoded.sound)?
        {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

fn unsupported(reason: &str) -> WatermarkError {
    WatermarkError::Unsupported { reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        movie::soundtrack_tests::{aac, film, lasting, music, opus, packets},
        video,
    };

    fn key(secret: u8) -> WatermarkKey {
        WatermarkKey::new([secret; 32])
    }

    #[test]
    fn sound_tracks_carry_the_id_of_the_pictures() {
        let id = MarkId::from(0x0123_4567_89ab_cdef);
        for (coded, rate) in [
            (aac(&music(44_100, 2, 20)), 44_100),
            (aac(&music(48_000, 1, 20)), 48_000),
            (opus(&music(48_000, 1, 20)), 48_000),
        ] {
            let file = film(&coded, rate);
            assert_eq!(detect_soundtrack(&[key(1)], &file).unwrap(), None);
            let marked = video::embed(&key(1), &file, id).unwrap();
            assert!(marked.sound);
            let found = detect_soundtrack(&[key(2), key(1)], &marked.file).unwrap().unwrap();
            assert_eq!((found.id, found.key), (id, 1));
            assert_eq!(detect_soundtrack(&[key(2)], &marked.file).unwrap(), None);
            // Pictures that nobody can read do not hide the sound.
            let mut other = marked.file.clone();
            let at = other.windows(4).rposition(|letters| letters == b"avc1").unwrap();
            other[at..at + 4].copy_from_slice(b"mp4v");
            assert!(video::detect(&[key(1)], &other).is_err());
            assert_eq!(
                detect_soundtrack(&[key(1)], &other).unwrap().map(|found| found.id),
                Some(id)
            );
        }
    }

    #[test]
    fn a_sound_that_hides_nothing_is_carried_byte_for_byte() {
        for seconds in [3, 7] {
            let mut sound = music(44_100, 1, seconds);
            if seconds > 5 {
                sound.channels_mut().iter_mut().flatten().for_each(|sample| *sample = 0.0);
            }
            let file = film(&aac(&sound), 44_100);
            let marked = video::embed(&key(1), &file, MarkId::from(1)).unwrap();
            assert!(!marked.sound);
            assert_eq!(packets(&marked.file), packets(&file));
        }
    }

    #[test]
    fn fifty_minutes_of_stereo_are_too_long_and_not_of_another_kind() {
        let file = lasting(132_188);
        let movie = Movie::parse(&file).unwrap();
        let outcome = Soundtracks::marked(&movie, &key(1), MarkId::from(1)).outcome();
        assert_eq!(outcome, Err(sound::too_long()));
    }

    #[test]
    fn what_is_no_film_has_no_sound() {
        for file in [&b""[..], b"GIF89a", &[0; 64]] {
            assert_eq!(detect_soundtrack(&[key(1)], file).unwrap(), None);
        }
    }
}
