//! Everything that steers the synthesiser, on one grid of time.

use super::{
    FRAME_MS,
    events::{Event, events},
    factor,
    formants::paths,
};
use crate::{score::Score, sound::Three, voices::Voice};

/// The settings at one point of the grid.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Frame {
    pub(crate) pitch_hz: f32,
    pub(crate) voice: f32,
    pub(crate) breath: f32,
    pub(crate) formants: Three,
    pub(crate) widths: Three,
    /// 0 for a closed nose, 1 for a nasal; and where its zero is.
    pub(crate) nasal: f32,
    pub(crate) zero_hz: f32,
    /// Levels of the two peaks of noise and of flat noise.
    pub(crate) noise: Three,
    pub(crate) peaks: [(f32, f32); 2],
}

pub(crate) fn frames(score: &Score, voice: &Voice) -> Vec<Frame> {
    let count = (score.ms() / FRAME_MS).ceil() as usize + 1;
    let times: Vec<f32> = (0..count).map(|at| at as f32 * FRAME_MS).collect();
    let (events, releases) = events(score);
    let paths = paths(score, &releases, &times);
    let mut frames: Vec<Frame> = Vec::with_capacity(count);
    let (mut index, mut point) = (0, 0);
    for (time, (formants, widths)) in times.iter().zip(paths) {
        while events.get(index + 1).is_some_and(|next| *time >= next.from_ms) {
            index += 1;
        }
        while score.pitch.get(point + 1).is_some_and(|next| *time >= next.0) {
            point += 1;
        }
        let mut frame = Frame {
            formants: formants.map(|hz| hz * voice.size),
            widths,
            pitch_hz: voice.pitch_hz * 2f32.powf(semitones(score, point, *time) / 12.0),
            ..Frame::default()
        };
        if let Some(event) = events.get(index) {
            settle(&mut frame, event, voice);
        }
        frames.push(frame);
    }
    smooth(&mut frames, &events);
    frames
}

/// The line of pitch at a time, between its points.
fn semitones(score: &Score, point: usize, time: f32) -> f32 {
    let Some((from, low)) = score.pitch.get(point).copied() else { return 0.0 };
    let Some((to, high)) = score.pitch.get(point + 1).copied() else { return low };
    let x = ((time - from) / (to - from).max(1.0)).clamp(0.0, 1.0);
    low + (high - low) * x * x * (3.0 - 2.0 * x)
}

fn settle(frame: &mut Frame, event: &Event, voice: &Voice) {
    frame.voice = factor(event.voice_db);
    let own = factor(event.voice_db + voice.breath_db);
    frame.breath = factor(event.breath_db).max(own);
    frame.nasal = if event.nasal.is_some() { 1.0 } else { 0.0 };
    frame.zero_hz = event.nasal.unwrap_or(950.0) * voice.size;
    let level = |db: f32| if event.noise_db <= -90.0 { 0.0 } else { factor(db + event.noise_db) };
    let [first, second] = event.noise.peaks;
    frame.noise = [level(first[2]), level(second[2]), level(event.noise.flat_db)];
    let scale = 1.0 + (voice.size - 1.0) * 0.6;
    let centre =
        if event.noise.follows_second { frame.formants[1] * 1.03 } else { first[0] * scale };
    frame.peaks = [(centre, first[1]), (second[0] * scale, second[1])];
}

/// Levels swell and fade over a few steps; nasality spreads into vowels.
fn smooth(frames: &mut [Frame], events: &[Event]) {
    average(frames, 3, |frame| &mut frame.voice);
    average(frames, 4, |frame| &mut frame.breath);
    average(frames, 5, |frame| &mut frame.nasal);
    average(frames, 6, |frame| &mut frame.pitch_hz);
    let before: Vec<Three> = frames.iter().map(|frame| frame.noise).collect();
    for part in 0..3 {
        average(frames, 4, |frame| frame.noise.get_mut(part).unwrap_or(&mut frame.zero_hz));
    }
    // A burst keeps its edge.
    for event in events.iter().filter(|event| event.sudden) {
        let from = (event.from_ms / FRAME_MS).ceil() as usize;
        let to = (event.to_ms / FRAME_MS).ceil() as usize;
        for at in from.saturating_sub(5)..(to + 1).min(frames.len()) {
            if let (Some(frame), Some(noise)) = (frames.get_mut(at), before.get(at)) {
                frame.noise =
                    if at < to.saturating_sub(1) || at < from + 3 { *noise } else { frame.noise };
            }
        }
    }
    silence_keeps_shape(frames);
}

/// Peaks of noise stay where they were while the noise fades.
fn silence_keeps_shape(frames: &mut [Frame]) {
    let quiet = |frame: &Frame| frame.peaks.iter().all(|peak| (peak.0 - 2000.0).abs() < 300.0);
    let mut last: Option<[(f32, f32); 2]> = None;
    for frame in frames.iter_mut() {
        if quiet(frame) && frame.noise.iter().sum::<f32>() > 0.0 {
            frame.peaks = last.unwrap_or(frame.peaks);
        } else {
            last = Some(frame.peaks);
        }
    }
    let mut next: Option<[(f32, f32); 2]> = None;
    for frame in frames.iter_mut().rev() {
        if quiet(frame) && frame.noise.iter().sum::<f32>() > 0.0 {
            frame.peaks = next.unwrap_or(frame.peaks);
        } else {
            next = Some(frame.peaks);
        }
    }
}

/// The mean over `reach` steps on either side.
fn average(frames: &mut [Frame], reach: usize, of: impl Fn(&mut Frame) -> &mut f32) {
    let values: Vec<f32> = frames.iter_mut().map(|frame| *of(frame)).collect();
    let mut sums = vec![0f64; values.len() + 1];
    let mut total = 0.0;
    for (sum, value) in sums.iter_mut().skip(1).zip(&values) {
        total += f64::from(*value);
        *sum = total;
    }
    let count = values.len();
    for (at, frame) in frames.iter_mut().enumerate() {
        let (from, to) = (at.saturating_sub(reach), (at + reach + 1).min(count));
        if let (Some(low), Some(high)) = (sums.get(from), sums.get(to)) {
            *of(frame) = ((high - low) / (to - from).max(1) as f64) as f32;
        }
    }
}
