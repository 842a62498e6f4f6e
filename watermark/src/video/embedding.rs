//! Marking a file: its pictures are decoded, marked and encoded again.

use std::{
    collections::VecDeque,
    sync::mpsc::{Receiver, sync_channel},
    thread,
};

use types::MarkId;

use super::{SIDE_MIN, pattern::Pattern};
use crate::{
    WatermarkError, WatermarkKey,
    audio::Soundtracks,
    label::{MovieStyle, movie::Overlay},
    movie::{self, Clip, Encoder, Frame, Movie, Pictures, Stream},
};

/// Encoders that work at the same time, each on every second group of frames.
const ENCODERS: usize = 2;
/// The bytes of marked frames that may wait for one encoder: they are what is in memory of a long
/// video.
const WAITING_MAX: usize = 64 << 20;

/// A marked video.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Marked {
    /// The MP4 file.
    pub file: Vec<u8>,
    /// Whether a sound track carries the id, too, by [`crate::audio::ALGORITHM`].
    pub sound: bool,
}

/// Marks the pictures of an MP4 file with H.264 with `id`, and its sound where that hides a mark: five
/// seconds of AAC-LC or Opus with one or two channels.
///
/// Times, rotation, colours, titles and all other tracks stay. Content Credentials are dropped:
/// they speak of other bytes.
///
/// # Errors
/// [`WatermarkError::TooSmall`] or [`WatermarkError::TooLarge`] by the size of its pictures,
/// [`WatermarkError::Unreadable`] or [`WatermarkError::Unsupported`] by its bytes.
pub fn embed(key: &WatermarkKey, file: &[u8], id: MarkId) -> Result<Marked, WatermarkError> {
    written(file, Some((key, id)), None, true)
}

/// [`embed`], with a label that people see, in one coding.
///
/// # Errors
/// Those of [`embed`]; [`WatermarkError::Label`] when its pictures have no room for the label.
pub fn embed_labelled(
    key: &WatermarkKey,
    file: &[u8],
    id: MarkId,
    label: &MovieStyle,
) -> Result<Marked, WatermarkError> {
    written(file, Some((key, id)), Some(label), true)
}

/// Codes the pictures anew and leaves all descriptions of the file out: what others do with a video.
///
/// # Errors
/// Those of [`embed`].
pub fn recode(file: &[u8]) -> Result<Vec<u8>, WatermarkError> {
    Ok(written(file, None, None, false)?.file)
}

/// Codes the pictures anew, with a label and without a mark.
pub(crate) fn labelled(file: &[u8], label: &MovieStyle) -> Result<Vec<u8>, WatermarkError> {
    Ok(written(file, None, Some(label), true)?.file)
}

fn written(
    file: &[u8],
    mark: Option<(&WatermarkKey, MarkId)>,
    label: Option<&MovieStyle>,
    describing: bool,
) -> Result<Marked, WatermarkError> {
    let movie = Movie::parse(file)?;
    let clip = Clip::of(&movie)?;
    let (width, height) = clip.size();
    if width.min(height) < SIDE_MIN as usize {
        let (width, height) = (width as u32, height as u32);
        return Err(WatermarkError::TooSmall { width, height, min: SIDE_MIN });
    }
    let sounds = match mark {
        Some((key, id)) => Soundtracks::marked(&movie, key, id),
        None => Soundtracks::carried(&movie),
    };
    let others = sounds.others()?;
    let label = label.map(|style| Overlay::new(clip.size(), style)).transpose()?;
    let pattern = mark.map(|(key, id)| Pattern::new(key, id, clip.size()));
    let stream = coded(&clip, pattern.as_ref(), label.as_ref())?;
    let file = movie::replaced(&clip, &stream, others, describing)?;
    Ok(Marked { file, sound: sounds.outcome().is_ok() })
}

/// The pictures with label and pattern: one thread decodes and marks, others encode.
fn coded(
    clip: &Clip<'_>,
    pattern: Option<&Pattern>,
    label: Option<&Overlay>,
) -> Result<Stream, WatermarkError> {
    let mut pictures = Pictures::from(clip, 0)?;
    let rate = clip.frames_per_second();
    let group = movie::group(rate);
    let (width, height) = clip.size();
    let waiting = (WAITING_MAX / (width * height * 3 / 2)).clamp(2, group);
    thread::scope(|scope| {
        let mut encoders = Vec::with_capacity(ENCODERS);
        let mut senders = Vec::with_capacity(ENCODERS);
        for _ in 0..ENCODERS {
            let encoder = Encoder::new(rate, None)?;
            let (sender, receiver) = sync_channel(waiting);
            encoders.push(scope.spawn(move || encoded(encoder, receiver, group)));
            senders.push(sender);
        }
        let mut turns = (0..ENCODERS).cycle().flat_map(|turn| std::iter::repeat_n(turn, group));
        let mut first = None;
        while let Some((timing, mut frame)) = pictures.next_frame()? {
            let since = timing.at - *first.get_or_insert(timing.at);
            if let Some(label) = label {
                label.lay(&mut frame, since as f64 / f64::from(timing.scale.max(1)));
            }
            if let Some(pattern) = pattern {
                pattern.add(&mut frame);
            }
            let sender = turns.next().and_then(|turn| senders.get(turn));
            if sender.is_none_or(|sender| sender.send(frame).is_err()) {
                // The encoder has given up; it says why.
                break;
            }
        }
        // No more frames come, so the encoders end.
        drop(senders);
        let failed = |_| WatermarkError::Unwritable { reason: "the encoder stopped".to_owned() };
        let groups = encoders.into_iter().map(|encoder| encoder.join().map_err(failed)?);
        joined(groups.collect::<Result<_, _>>()?)
    })
}

/// Encodes groups of frames, each by itself.
fn encoded(
    mut encoder: Encoder,
    frames: Receiver<Frame>,
    group: usize,
) -> Result<VecDeque<Stream>, WatermarkError> {
    let (mut groups, mut count) = (VecDeque::new(), 0);
    for frame in frames {
        if count == group {
            groups.push_back(encoder.taken());
            encoder.restart();
            count = 0;
        }
        encoder.push(&frame)?;
        count += 1;
    }
    groups.push_back(encoder.finish());
    Ok(groups)
}

/// The groups of all encoders, in turn.
fn joined(mut groups: Vec<VecDeque<Stream>>) -> Result<Stream, WatermarkError> {
    let mut stream = Stream::default();
    let rounds = groups.iter().map(VecDeque::len).max().unwrap_or_default();
    for _ in 0..rounds {
        for encoder in &mut groups {
            match encoder.pop_front() {
                Some(group) if !group.is_empty() => stream.append(group)?,
                _ => {}
            }
        }
    }
    Ok(stream)
}
