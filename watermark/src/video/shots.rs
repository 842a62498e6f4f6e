//! Neighbouring frames of a file, shot by shot, added up: what is drawn the same way into every
//! frame grows, what moves does not.

use super::canonical;
use crate::{
    WatermarkError,
    movie::{Clip, Frame, Pictures, Timing},
    picture::Plane,
};

/// The most seconds of a shot that are read as one.
const SECONDS_MAX: f64 = 4.0;
/// Frames at the start of a shot that are all added; later only every third is.
const FRAMES_ALL: usize = 25;
const THEN_EVERY: usize = 3;
/// The mean change of luma, over a coarse grid, that ends a shot.
const CUT: f64 = 22.0;
const GRID: (usize, usize) = (16, 9);

/// The details of some frames, added up.
pub(super) struct Shot {
    pub(super) details: Plane,
    pub(super) from_ms: u64,
    pub(super) to_ms: u64,
}

impl Shot {
    /// Both together. The mark is the same in all shots of a file, so it grows across cuts too.
    pub(super) fn joined(self, next: Self) -> Self {
        let details = self.details.zip(&next.details, |sum, details| sum + details);
        Self { details, from_ms: self.from_ms, to_ms: next.to_ms }
    }
}

/// The shots from one place of a clip on.
pub(super) struct Shots<'a> {
    pictures: Pictures<'a>,
    /// The first frame of the next shot, and its grid.
    next: Option<(Timing, Frame)>,
    start: i64,
    /// Frames that were decoded.
    pub(super) frames: usize,
}

impl<'a> Shots<'a> {
    /// The shots from the sample `first` on; times count from `start`.
    pub(super) fn from(
        clip: &'a Clip<'a>,
        first: usize,
        start: i64,
    ) -> Result<Self, WatermarkError> {
        Ok(Self { pictures: Pictures::from(clip, first)?, next: None, start, frames: 0 })
    }

    /// The next shot; `None` after the last.
    ///
    /// # Errors
    /// What decoding says, when not even one frame of the shot can be decoded.
    pub(super) fn next_shot(&mut self) -> Result<Option<Shot>, WatermarkError> {
        let first = match self.next.take() {
            Some(first) => first,
            None => match self.frame()? {
                Some(first) => first,
                None => return Ok(None),
            },
        };
        let (from, mut to) = (first.0, first.0);
        let mut details = details(&first.1);
        let mut grid = coarse(&first.1);
        let mut count = 1;
        // A frame that cannot be decoded ends the shot: the rest of it is still worth reading.
        while let Ok(Some((timing, frame))) = self.frame() {
            let before = std::mem::replace(&mut grid, coarse(&frame));
            let change = grid.clone().zip(&before, |a, b| (a - b).abs()).mean(f64::from);
            let seconds = timing.at.saturating_sub(from.at) as f64 / f64::from(timing.scale);
            if change > CUT || seconds >= SECONDS_MAX {
                self.next = Some((timing, frame));
                break;
            }
            if count < FRAMES_ALL || count % THEN_EVERY == 0 {
                details = details.zip(&self::details(&frame), |sum, detail| sum + detail);
            }
            to = timing;
            count += 1;
        }
        Ok(Some(Shot { details, from_ms: self.since_start(from), to_ms: self.since_start(to) }))
    }

    fn frame(&mut self) -> Result<Option<(Timing, Frame)>, WatermarkError> {
        self.frames += 1;
        self.pictures.next_frame()
    }

    fn since_start(&self, timing: Timing) -> u64 {
        let ms = (timing.at.saturating_sub(self.start)) as f64 * 1000.0 / f64::from(timing.scale);
        ms.max(0.0) as u64
    }
}

/// A frame's mean luma over a coarse grid.
fn coarse(frame: &Frame) -> Plane {
    let (width, height) = frame.size();
    let (block_x, block_y) = (width.div_ceil(GRID.0), height.div_ceil(GRID.1));
    Plane::by_rows(GRID, |y, row| {
        // Every fourth line is enough for a mean.
        let lines = frame.luma().chunks_exact(width).skip(y * block_y).take(block_y).step_by(4);
        let mut counts = [0.0_f32; GRID.0];
        for line in lines {
            for ((mean, count), pixels) in row.iter_mut().zip(&mut counts).zip(line.chunks(block_x))
            {
                *mean += pixels.iter().map(|luma| f32::from(*luma)).sum::<f32>();
                *count += pixels.len() as f32;
            }
        }
        row.iter_mut().zip(counts).for_each(|(mean, count)| *mean /= count.max(1.0));
    })
}

/// The details of a frame in the canonical plane, all of the same contrast: edges must not
/// outshout the mark.
fn details(frame: &Frame) -> Plane {
    let (width, height) = frame.size();
    let luma = Plane::by_rows((width, height), |y, row| {
        let source = frame.luma().iter().skip(y * width);
        row.iter_mut().zip(source).for_each(|(sample, luma)| *sample = f32::from(*luma));
    });
    let (width, height) = canonical((width, height));
    let plane = luma.resized(width, height);
    let details = plane.blurred(3.5).zip(&plane, |mean, luma| luma - mean);
    let energy = details.clone().map(|detail| detail * detail).blurred(6.0);
    details.zip(&energy, |detail, energy| (detail / (energy.sqrt() + 1.0)).clamp(-3.0, 3.0))
}
