//! The paths of the first three formants.
//!
//! Each sound has targets. At the boundary of two sounds the tighter one rules (Holmes, Mattingly
//! and Shearme 1964): it takes its own target plus a share of its neighbour's, which gives the
//! locus equations of stops; the looser one is under way to it for the ruler's `reach_ms`.

use crate::{
    score::Score,
    sound::{Kind, Sound, Three},
};

/// Targets at the ends of a sound's path and how long it takes to come and go.
#[derive(Debug, Clone, Copy)]
struct Joint {
    value: Three,
    /// How long the sound before and the one after are under way.
    before_ms: f32,
    after_ms: f32,
}

/// A path over time: `(ms, formants, widths)` at the grid's points.
pub(crate) fn paths(score: &Score, releases: &[f32], times: &[f32]) -> Vec<(Three, Three)> {
    let shapes = shapes(score);
    let joints: Vec<Joint> =
        shapes.windows(2).map(|pair| joint(pair.first(), pair.last())).collect();
    let mut path = Vec::with_capacity(times.len());
    let mut index = 0;
    for time in times {
        while index + 1 < shapes.len() && releases.get(index).is_some_and(|end| time >= end) {
            index += 1;
        }
        let from = index.checked_sub(1).and_then(|at| releases.get(at)).copied().unwrap_or(0.0);
        let to = releases.get(index).copied().unwrap_or(from + 1.0);
        let left = index.checked_sub(1).and_then(|at| joints.get(at));
        let right = joints.get(index);
        let Some(shape) = shapes.get(index) else { break };
        path.push((at(shape, left, right, (from, to, *time)), shape.widths));
    }
    path
}

#[derive(Debug, Clone, Copy)]
struct Shape {
    sound: &'static Sound,
    start: Three,
    end: Three,
    widths: Three,
    weak: bool,
}

/// The targets; a breath or a pause has those of its neighbours.
fn shapes(score: &Score) -> Vec<Shape> {
    let mut shapes: Vec<Shape> = score
        .sounds
        .iter()
        .map(|said| Shape {
            sound: said.sound,
            start: said.sound.formants,
            end: said.sound.glide.unwrap_or(said.sound.formants),
            widths: said.sound.widths,
            weak: said.stress == 0,
        })
        .collect();
    let hollow = |shape: &Shape| {
        matches!(shape.sound.kind, Kind::Breath | Kind::Silence) || shape.sound.name == "Q"
    };
    for at in (0..shapes.len()).rev() {
        let next = shapes.get(at + 1).filter(|next| !matches!(next.sound.kind, Kind::Silence));
        let next = next.map(|next| (next.start, next.widths));
        if let (Some(shape), Some((start, widths))) = (shapes.get_mut(at), next)
            && hollow(shape)
        {
            (shape.start, shape.end, shape.widths) = (start, start, widths);
        }
    }
    for at in 1..shapes.len() {
        let before = shapes.get(at - 1).map(|before| before.end);
        if let (Some(shape), Some(end)) = (shapes.get_mut(at), before)
            && shape.sound.kind == Kind::Silence
        {
            (shape.start, shape.end) = (end, end);
        }
    }
    shapes
}

/// The greater rules at a boundary.
fn rank(sound: &Sound) -> u8 {
    match sound.kind {
        Kind::Silence | Kind::Breath => 0,
        Kind::Vowel => 1,
        Kind::Glide => 2,
        Kind::Tap | Kind::Nasal => 3,
        Kind::Fricative => 4,
        Kind::Stop | Kind::Affricate => 5,
    }
}

fn mix(a: Three, b: Three, share_of_b: Three) -> Three {
    let mut out = a;
    for ((out, b), share) in out.iter_mut().zip(b).zip(share_of_b) {
        *out += (b - *out) * share;
    }
    out
}

fn joint(left: Option<&Shape>, right: Option<&Shape>) -> Joint {
    let (Some(left), Some(right)) = (left, right) else {
        return Joint { value: [500.0, 1500.0, 2500.0], before_ms: 0.0, after_ms: 0.0 };
    };
    let (a, b) = (rank(left.sound), rank(right.sound));
    let inner = |sound: &Sound| (sound.reach_ms * 0.5).min(30.0);
    if a == b {
        let value = mix(left.end, right.start, [0.5; 3]);
        return Joint { value, before_ms: 45.0, after_ms: 45.0 };
    }
    if a > b {
        let value = mix(left.end, right.start, left.sound.yields);
        return Joint { value, before_ms: inner(left.sound), after_ms: left.sound.reach_ms };
    }
    let value = mix(right.start, left.end, right.sound.yields);
    Joint { value, before_ms: right.sound.reach_ms, after_ms: inner(right.sound) }
}

/// From 0 to 1, level at both ends.
fn ease(x: f32) -> f32 {
    let x = x.clamp(0.0, 1.0);
    x * x * (3.0 - 2.0 * x)
}

fn at(
    shape: &Shape,
    left: Option<&Joint>,
    right: Option<&Joint>,
    (from, to, time): (f32, f32, f32),
) -> Three {
    let length = (to - from).max(1.0);
    let (mut come, mut go) = (left.map_or(0.0, |j| j.after_ms), right.map_or(0.0, |j| j.before_ms));
    // In a short sound the ways meet, and its own target is not quite reached.
    let crowd = (come + go) / (length * 0.9);
    let mut missed = 0.0;
    if crowd > 1.0 {
        come /= crowd;
        go /= crowd;
        missed = (1.0 - 1.0 / crowd) * if shape.weak { 0.6 } else { 0.3 };
    }
    let begin = left.map_or(shape.start, |joint| joint.value);
    let finish = right.map_or(shape.end, |joint| joint.value);
    let start = mix(shape.start, begin, [missed; 3]);
    let end = mix(shape.end, finish, [missed; 3]);
    let x = (time - from) / length;
    let middle = mix(start, end, [ease((x - 0.15) / 0.7); 3]);
    let into = if come > 0.0 { 1.0 - ease((time - from) / come) } else { 0.0 };
    let out = if go > 0.0 { 1.0 - ease((to - time) / go) } else { 0.0 };
    mix(mix(middle, begin, [into; 3]), finish, [out; 3])
}
