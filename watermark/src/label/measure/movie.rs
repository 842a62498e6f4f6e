//! The label in the opening seconds of a video.

use super::picture::{PictureFound, in_luma};
use crate::{
    WatermarkError,
    movie::{Clip, Frame, Movie, Pictures},
    picture::Plane,
};

/// How often frames are looked at, and for how long, in seconds.
const EVERY_S: f64 = 0.5;
const REACH_S: f64 = 3.5;

/// A label that was found in a video.
#[derive(Debug, Clone, PartialEq)]
pub struct MovieFound {
    /// The label in the opening frame.
    pub opening: PictureFound,
    /// From the opening frame to the last of those looked at, twice a second for 3.5 seconds, that
    /// still shows the same words.
    pub seconds: f64,
}

/// Looks in the opening frame of an MP4 file with H.264 for a label that says one of `texts`, and
/// then for how long it stands.
///
/// # Errors
/// Those of [`super::picture()`], by the file's bytes.
pub fn movie(file: &[u8], texts: &[&str]) -> Result<Option<MovieFound>, WatermarkError> {
    let movie = Movie::parse(file)?;
    let clip = Clip::of(&movie)?;
    let mut pictures = Pictures::from(&clip, 0)?;
    let Some((first, frame)) = pictures.next_frame()? else { return Ok(None) };
    let Some(opening) = in_luma(&luma(&frame), texts)? else { return Ok(None) };
    let mut seconds = 0.0;
    while let Some((timing, frame)) = pictures.next_frame()? {
        let since = (timing.at - first.at) as f64 / f64::from(timing.scale.max(1));
        if since > REACH_S {
            break;
        }
        if since < seconds + EVERY_S {
            continue;
        }
        if in_luma(&luma(&frame), &[&opening.text])?.is_none() {
            break;
        }
        seconds = since;
    }
    Ok(Some(MovieFound { opening, seconds }))
}

/// Luma of limited range, as luma from 0 to 255.
fn luma(frame: &Frame) -> Plane {
    let size = frame.size();
    Plane::by_rows(size, |y, row| {
        let source = frame.luma().get(y * size.0..).unwrap_or_default();
        for (luma, sample) in row.iter_mut().zip(source) {
            *luma = ((f32::from(*sample) - 16.0) * 255.0 / 219.0).clamp(0.0, 255.0);
        }
    })
}
