//! Marking a file: its pictures are decoded, marked and encoded again.

use std::{
    sync::mpsc::{Receiver, sync_channel},
    thread,
};

use types::MarkId;

use super::{SIDE_MIN, pattern::Pattern};
use crate::{
    WatermarkError, WatermarkKey,
    movie::{self, Clip, Encoder, Frame, Movie, Pictures, Stream},
};

/// Marked frames that may wait for the encoder: they are all that is in memory of a long video.
const FRAMES_WAITING: usize = 4;

/// Marks the pictures of an MP4 file with H.264 with `id`.
///
/// Times, rotation, colours, titles and all other tracks stay. Content Credentials are dropped:
/// they speak of other bytes.
///
/// # Errors
/// [`WatermarkError::TooSmall`] or [`WatermarkError::TooLarge`] by the size of its pictures,
/// [`WatermarkError::Unreadable`] or [`WatermarkError::Unsupported`] by its bytes.
pub fn embed(key: &WatermarkKey, file: &[u8], id: MarkId) -> Result<Vec<u8>, WatermarkError> {
    let movie = Movie::parse(file)?;
    let clip = Clip::of(&movie)?;
    let (width, height) = clip.size();
    if width.min(height) < SIDE_MIN as usize {
        let (width, height) = (width as u32, height as u32);
        return Err(WatermarkError::TooSmall { width, height, min: SIDE_MIN });
    }
    // Sound is carried as it is; its own mark goes in here.
    let others = movie::others(&movie)?;
    let stream = marked(&clip, &Pattern::new(key, id, clip.size()))?;
    movie::replaced(&clip, &stream, others)
}

/// The pictures with the pattern: one thread decodes and marks, another encodes.
fn marked(clip: &Clip<'_>, pattern: &Pattern) -> Result<Stream, WatermarkError> {
    let mut pictures = Pictures::from(clip, 0)?;
    let encoder = Encoder::new(clip.frames_per_second(), None)?;
    let (sender, receiver) = sync_channel(FRAMES_WAITING);
    thread::scope(|scope| {
        let encoding = scope.spawn(|| encoded(encoder, receiver));
        // Moved in, so that it is gone, and the encoder ends, whatever happens here.
        let sender = sender;
        while let Some((_, mut frame)) = pictures.next_frame()? {
            pattern.add(&mut frame);
            if sender.send(frame).is_err() {
                // The encoder has given up; it says why.
                break;
            }
        }
        drop(sender);
        let failed = |_| WatermarkError::Unwritable { reason: "the encoder stopped".to_owned() };
        encoding.join().map_err(failed)?
    })
}

fn encoded(mut encoder: Encoder, frames: Receiver<Frame>) -> Result<Stream, WatermarkError> {
    for frame in frames {
        encoder.push(&frame)?;
    }
    Ok(encoder.finish())
}
