//! Whether every syllable of Mandarin can be told from every other.
//!
//! `cargo run --release -p voice --example distinct` renders each syllable that a character has, as
//! a word of its own, by two voices at two speeds, and looks for the nearest one of the second
//! voice by cepstra and pitch along the best path in time. It prints how many are found and the
//! pairs that are taken for each other most.
#![expect(
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a tool run by hand"
)]

use std::{
    collections::{BTreeMap, HashMap},
    f32::consts::{PI, TAU},
};

use pinyin::ToPinyin;
use voice::{Delivery, RATE, speak, voice};

const WINDOW: usize = 512;
const HOP: usize = 480;
const BANDS: usize = 26;
const CEPSTRA: usize = 12;

/// Cepstra 1–12, their differences, and the pitch in semitones.
type Features = Vec<[f32; 2 * CEPSTRA + 1]>;

fn main() {
    let mut characters: BTreeMap<String, char> = BTreeMap::new();
    for c in '\u{4e00}'..='\u{9fa5}' {
        if let Some(read) = c.to_pinyin() {
            characters.entry(read.with_tone_num_end().to_owned()).or_insert(c);
        }
    }
    characters.retain(|read, _| read.ends_with(['1', '2', '3', '4']));
    let references = features(&characters, "alder", 1.0);
    for (id, speed) in [("rowan", 0.9), ("aspen", 1.15)] {
        // Every fourth is enough to ask for; all are there to be taken for it.
        let asked = characters.iter().step_by(4).map(|(read, c)| (read.clone(), *c)).collect();
        compare(&references, &features(&asked, id, speed), id, speed);
    }
}

fn compare(
    references: &HashMap<String, Features>,
    asked: &HashMap<String, Features>,
    id: &str,
    speed: f32,
) {
    let plain = |read: &str| read.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
    let (mut right, mut right_plain, mut right_tone) = (0, 0, 0);
    let mut confused: Vec<String> = Vec::new();
    for (read, features) in asked {
        let distance = |other: &Features| path(features, other);
        let nearest = references
            .iter()
            .map(|(other, features)| (distance(features), other))
            .min_by(|a, b| a.0.total_cmp(&b.0))
            .unwrap()
            .1;
        right += usize::from(nearest == read);
        right_plain += usize::from(plain(nearest) == plain(read));
        right_tone += usize::from(nearest.bytes().last() == read.bytes().last());
        if plain(nearest) != plain(read) {
            confused.push(format!("{read}→{nearest}"));
        }
    }
    confused.sort();
    let share = |n: usize| 100.0 * n as f64 / asked.len() as f64;
    println!(
        "{id} at {speed} against alder at 1: {} syllables, {:.1} % found; without tone {:.1} %, tone {:.1} %",
        asked.len(),
        share(right),
        share(right_plain),
        share(right_tone)
    );
    println!(
        "  {}",
        confused.iter().step_by(confused.len() / 24 + 1).cloned().collect::<Vec<_>>().join(" ")
    );
}

fn features(
    characters: &BTreeMap<String, char>,
    id: &str,
    speed: f32,
) -> HashMap<String, Features> {
    let delivery = Delivery { speed, ..Delivery::default() };
    let mut all: HashMap<String, Features> = HashMap::new();
    for (read, c) in characters {
        let speech =
            speak(&c.to_string(), voice(id).unwrap(), &delivery, &mut |_, _| true).unwrap();
        let word = &speech.words[0];
        let at = |seconds: f64| (seconds * f64::from(RATE)) as usize;
        all.insert(read.clone(), analyse(&speech.samples[at(word.start)..at(word.end)]));
    }
    normalise(&mut all);
    all
}

/// Takes away what belongs to the voice: mean and deviation of each feature.
fn normalise(all: &mut HashMap<String, Features>) {
    for part in 0..2 * CEPSTRA + 1 {
        let values = || all.values().flatten().map(|frame| frame[part]).filter(|v| v.is_finite());
        let count = values().count() as f32;
        let mean = values().sum::<f32>() / count;
        let deviation = (values().map(|v| (v - mean).powi(2)).sum::<f32>() / count).sqrt();
        // Pitch is one number among many and counts for more.
        let weight = if part == 2 * CEPSTRA {
            2.0
        } else if part >= CEPSTRA {
            0.5
        } else {
            1.0
        };
        for frame in all.values_mut().flatten() {
            let value = frame[part];
            frame[part] = if value.is_finite() { weight * (value - mean) / deviation } else { 0.0 };
        }
    }
}

fn analyse(samples: &[f32]) -> Features {
    let filters = filters();
    let mut rows: Vec<[f32; CEPSTRA]> = Vec::new();
    let mut pitches: Vec<f32> = Vec::new();
    for from in (0..samples.len().saturating_sub(WINDOW)).step_by(HOP) {
        let power = spectrum(&samples[from..from + WINDOW]);
        let bands: Vec<f32> = filters
            .iter()
            .map(|filter| (filter.iter().zip(&power).map(|(a, b)| a * b).sum::<f32>() + 1e-7).ln())
            .collect();
        let mut row = [0.0; CEPSTRA];
        for (k, value) in row.iter_mut().enumerate() {
            let angle = |band: usize| PI * (k + 1) as f32 * (band as f32 + 0.5) / BANDS as f32;
            *value = bands.iter().enumerate().map(|(band, v)| v * angle(band).cos()).sum();
        }
        rows.push(row);
        let wide = &samples[from.saturating_sub(200)..(from + WINDOW + 200).min(samples.len())];
        pitches.push(pitch(wide));
    }
    (0..rows.len())
        .map(|at| {
            let mut frame = [0.0; 2 * CEPSTRA + 1];
            let (before, after) = (rows[at.saturating_sub(2)], rows[(at + 2).min(rows.len() - 1)]);
            for k in 0..CEPSTRA {
                frame[k] = rows[at][k];
                frame[CEPSTRA + k] = after[k] - before[k];
            }
            frame[2 * CEPSTRA] = pitches[at];
            frame
        })
        .collect()
}

/// Semitones above 50 Hz, or no number where there is no pitch.
fn pitch(samples: &[f32]) -> f32 {
    let energy = |x: &[f32]| x.iter().map(|v| v * v).sum::<f32>() + 1e-9;
    let score = |lag: usize| -> f32 {
        let (head, tail) = (&samples[..samples.len() - lag], &samples[lag..]);
        head.iter().zip(tail).map(|(a, b)| a * b).sum::<f32>()
            / (energy(head) * energy(tail)).sqrt()
    };
    let lags = 60..400.min(samples.len() / 2);
    let scores: Vec<f32> = lags.clone().map(score).collect();
    let most = scores.iter().copied().fold(0.0, f32::max);
    // The shortest lag that is nearly as good as the best.
    let first = scores.iter().enumerate().position(|(at, score)| {
        *score > 0.9 * most && scores.get(at + 1).is_none_or(|next| next <= score)
    });
    match first {
        Some(at) if most > 0.5 => 12.0 * (RATE as f32 / (at + 60) as f32 / 50.0).log2(),
        _ => f32::NAN,
    }
}

fn filters() -> Vec<Vec<f32>> {
    let mel = |hz: f32| 1127.0 * (1.0 + hz / 700.0).ln();
    let (low, high) = (mel(80.0), mel(8000.0));
    let centre = |band: f32| low + (high - low) * band / (BANDS as f32 + 1.0);
    (0..BANDS)
        .map(|band| {
            (0..WINDOW / 2)
                .map(|bin| {
                    let at = mel(bin as f32 * RATE as f32 / WINDOW as f32);
                    let width = centre(1.0) - centre(0.0);
                    (1.0 - (at - centre(band as f32 + 1.0)).abs() / width).max(0.0)
                })
                .collect()
        })
        .collect()
}

/// The power spectrum of a windowed stretch, by a plain fast Fourier transform.
fn spectrum(samples: &[f32]) -> Vec<f32> {
    let window = |at: usize| 0.54 - 0.46 * (TAU * at as f32 / WINDOW as f32).cos();
    let mut values: Vec<(f32, f32)> = (0..WINDOW)
        .map(|at| {
            let at = at.reverse_bits() >> (usize::BITS - WINDOW.trailing_zeros());
            (samples[at] * window(at), 0.0)
        })
        .collect();
    let mut half = 1;
    while half < WINDOW {
        for start in (0..WINDOW).step_by(2 * half) {
            for k in 0..half {
                let (sine, cosine) = (-PI * k as f32 / half as f32).sin_cos();
                let (a, b) = (values[start + k], values[start + k + half]);
                let turned = (b.0 * cosine - b.1 * sine, b.0 * sine + b.1 * cosine);
                values[start + k] = (a.0 + turned.0, a.1 + turned.1);
                values[start + k + half] = (a.0 - turned.0, a.1 - turned.1);
            }
        }
        half *= 2;
    }
    values[..WINDOW / 2].iter().map(|(re, im)| re * re + im * im).collect()
}

/// The mean distance along the best path in time.
fn path(a: &Features, b: &Features) -> f32 {
    let mut row = vec![f32::INFINITY; b.len() + 1];
    row[0] = 0.0;
    for x in a {
        let mut corner = row[0];
        row[0] = f32::INFINITY;
        for (j, y) in b.iter().enumerate() {
            let distance: f32 = x.iter().zip(y).map(|(p, q)| (p - q) * (p - q)).sum::<f32>().sqrt();
            let best = corner.min(row[j]).min(row[j + 1]);
            corner = std::mem::replace(&mut row[j + 1], best + distance);
        }
    }
    row[b.len()] / (a.len() + b.len()) as f32
}
