//! Trains the model that tells words apart by their neighbours, from running text, a paragraph a line.
//!
//! `cargo run --release -p assist --example train_context -- en TEXT data/english.context`
//!
//! Logistic regression with FTRL-proximal (McMahan et al. 2013): weights that earn nothing stay
//! zero, so that the table packs well. Each tenth paragraph is held out: from it follow the margins.

#![expect(
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::expect_used,
    reason = "a tool for developers"
)]

use std::{env, fs, process::ExitCode};

use assist::{
    Language,
    context::{self, CHOICES_MAX, Place, TABLE, UNIT},
    correct::training,
};

const RATE: f32 = 0.15;
const SMOOTH: f32 = 1.0;
const SPARSE: f32 = 1.2;
const DECAY: f32 = 0.3;
const PASSES: usize = 2;
/// How many false alarms a set may give: this share of its places, and one in the held-out text.
const FALSE_SHARE: f32 = 0.0002;
/// The same for forms that must agree: slips with them are common.
const FALSE_SHARE_AGREEING: f32 = 0.0012;
const AGREEING: [&str; 8] = [
    "is/are",
    "was/were",
    "has/have",
    "does/do",
    "doesn't/don't",
    "this/these",
    "的/地/得",
    "在/再",
];
/// And for what only few places lack.
const FALSE_SHARE_WIDE: f32 = 0.0004;
const WIDE: [&str; 2] = ["/s", "/a/the"];
const MARGIN_MIN: f32 = 2.0;

struct Trainer {
    z: Vec<f32>,
    n: Vec<f32>,
}

impl Trainer {
    fn weight(&self, slot: usize) -> f32 {
        let z = self.z[slot];
        if z.abs() <= SPARSE {
            return 0.0;
        }
        -(z - z.signum() * SPARSE) / ((SMOOTH + self.n[slot].sqrt()) / RATE + DECAY)
    }

    fn learn(&mut self, place: &Place) {
        let scores: Vec<f32> = (0..place.choices)
            .map(|choice| context::slots(place, choice).map(|slot| self.weight(slot)).sum())
            .collect();
        let top = scores.iter().copied().fold(f32::MIN, f32::max);
        let total: f32 = scores.iter().map(|score| (score - top).exp()).sum();
        for (choice, score) in scores.iter().enumerate() {
            let likely = (score - top).exp() / total;
            let slope = likely - if choice == place.written { 1.0 } else { 0.0 };
            if slope.abs() < 1e-4 {
                continue;
            }
            for slot in context::slots(place, choice) {
                let weight = self.weight(slot);
                let squared = self.n[slot] + slope * slope;
                let sigma = (squared.sqrt() - self.n[slot].sqrt()) / RATE;
                self.z[slot] += slope - sigma * weight;
                self.n[slot] = squared;
            }
        }
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [language, text, out] = arguments.as_slice() else {
        eprintln!("usage: train_context en|zh TEXT OUT");
        return ExitCode::from(2);
    };
    let language = if language == "zh" { Language::Zh } else { Language::En };
    let text = fs::read_to_string(text).expect("a readable text");
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let mut trainer = Trainer { z: vec![0.0; TABLE], n: vec![0.0; TABLE] };
    for pass in 0..PASSES {
        let mut places = 0_usize;
        for (_, line) in lines.iter().enumerate().filter(|(at, _)| at % 10 != 9) {
            for place in training::places(line, language) {
                trainer.learn(&place);
                places += 1;
            }
        }
        println!("pass {pass}: {places} places");
    }
    let weights: Vec<i8> = (0..TABLE)
        .map(|slot| (trainer.weight(slot) / UNIT).round().clamp(-127.0, 127.0) as i8)
        .collect();
    let sets = training::sets(language);
    let open =
        context::Model::unpack(&context::packed(&vec![0.0; sets.len() * CHOICES_MAX], &weights));
    let held: Vec<Place> = lines
        .iter()
        .enumerate()
        .filter(|(at, _)| at % 10 == 9)
        .flat_map(|(_, line)| training::places(line, language))
        .collect();
    let margins = margins(&open, &held, &sets);
    let packed = context::packed(&margins, &weights);
    report(&context::Model::unpack(&packed), &held, &sets, &margins);
    println!("{} bytes, {} weights", packed.len(), weights.iter().filter(|w| **w != 0).count());
    fs::write(out, packed).expect("a writable file");
    ExitCode::SUCCESS
}

fn margins(model: &context::Model, held: &[Place], sets: &[String]) -> Vec<f32> {
    let rows = sets.len() * CHOICES_MAX;
    let mut gains: Vec<Vec<f32>> = vec![Vec::new(); rows];
    let mut counts = vec![0_usize; rows];
    for place in held {
        let row = place.set * CHOICES_MAX + place.written;
        counts[row] += 1;
        let (choice, gain) = model.best(place);
        if choice != place.written {
            gains[row].push(gain);
        }
    }
    let margin = |(row, gains): (usize, &mut Vec<f32>)| {
        gains.sort_by(|a, b| b.total_cmp(a));
        let agreeing = AGREEING.contains(&sets[row / CHOICES_MAX].as_str());
        let wide = WIDE.contains(&sets[row / CHOICES_MAX].as_str());
        let share = if agreeing {
            FALSE_SHARE_AGREEING
        } else if wide {
            FALSE_SHARE_WIDE
        } else {
            FALSE_SHARE
        };
        let allowed = ((counts[row] as f32 * share) as usize).max(1);
        // Few places prove little.
        let least = MARGIN_MIN + 14.0 / (counts[row].max(1) as f32).sqrt();
        let margin = gains.get(allowed).map_or(least, |gain| (gain + 0.25).max(least));
        match sets[row / CHOICES_MAX].as_str() {
            // Where people write one particle for all, the text is no witness against a change.
            "的/地/得" => margin.min(4.0),
            _ if counts[row] < 4 => f32::INFINITY,
            _ => margin,
        }
    };
    gains.iter_mut().enumerate().map(margin).collect()
}

fn report(model: &context::Model, held: &[Place], sets: &[String], margins: &[f32]) {
    let mut rows = vec![[0_usize; 4]; sets.len() * CHOICES_MAX];
    for place in held {
        let row = place.set * CHOICES_MAX;
        rows[row + place.written][0] += 1;
        rows[row + place.written][1] += usize::from(model.better(place).is_some());
        for written in (0..place.choices).filter(|written| *written != place.written) {
            rows[row + written][2] += 1;
            let wrong = Place { written, ..place.clone() };
            rows[row + written][3] += usize::from(model.better(&wrong) == Some(place.written));
        }
    }
    println!("set, written, places, false alarms, margin, slips found");
    for (at, (row, margin)) in rows.iter().zip(margins).enumerate() {
        let [places, alarms, slips, found] = *row;
        if places + slips > 0 {
            let written =
                sets[at / CHOICES_MAX].split('/').nth(at % CHOICES_MAX).unwrap_or_default();
            let share = found as f32 / slips.max(1) as f32;
            println!(
                "{:20} {written:10} {places:7} {alarms:4} {margin:5.2} {share:5.2}",
                sets[at / CHOICES_MAX]
            );
        }
    }
}
