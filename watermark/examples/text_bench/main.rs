//! Measures the text mark: `cargo run --release -p watermark --example text_bench`.
//!
//! A synthetic language (after every token 500 others follow, with probabilities that fall like a
//! power of their rank) is written with our mark and with two peers, edited, and searched: how many
//! texts are found at a false-positive rate below 1e-6.
//!
//! With `tokens FILE` it measures false positives on human texts instead: one text a line, a name and
//! then its tokens as numbers. With `words FILE` it measures the fingerprints of texts: one text a
//! line, after its name. With `time` it measures only what a token costs.

#![expect(clippy::print_stdout, reason = "the table is what the program is for")]
#![expect(clippy::indexing_slicing, reason = "tokens index the language that they come from")]

mod calibration;
mod edits;
mod fingerprints;
mod language;
mod peers;
mod quality;

use std::{error::Error, hint::black_box, time::Instant};

use edits::EDITS;
use language::{Language, Random};
use peers::{Green, Mark, Ours, Tournament};
use watermark::{TextMark, WatermarkKey};

const TEXTS: u64 = 500;
const TOKENS: usize = 200;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["tokens", file] => return calibration::measure(file),
        ["words", file] => return fingerprints::measure(file),
        ["time"] => {
            times();
            return Ok(());
        }
        _ => {}
    }
    let languages = [Language::new(2.0), Language::new(1.2)];
    for language in &languages {
        robustness(language);
        quality::measure(language);
    }
    times();
    Ok(())
}

fn times() {
    for candidates in [64, 500, 1024, 50_000] {
        time(candidates);
    }
}

/// One row for every edit: what share of the texts each mark is found in.
fn robustness(language: &Language) {
    println!("\n{:.1} bits per token, {TEXTS} texts of {TOKENS} tokens", language.entropy());
    let marks: [&dyn Fn(u64) -> Box<dyn Mark>; 3] =
        [&|seed| Box::new(Ours::new(seed)), &|_| Box::new(Green::new()), &|_| {
            Box::new(Tournament::new())
        }];
    let mut found = [[0_u64; 3]; EDITS.len()];
    let (mut shared, mut false_positives) = (0.0, [0; 3]);
    for seed in 0..TEXTS {
        let mut random = Random::new(seed);
        let other = language.write(4 * TOKENS, &mut random, None);
        for (column, make) in marks.iter().enumerate() {
            let mut mark = make(seed);
            let text = language.write(TOKENS, &mut random, Some(mark.as_mut()));
            false_positives[column] += u64::from(mark.find(&other).is_some());
            for (row, (_, edit)) in EDITS.iter().enumerate() {
                let edited = edit(&text, &other, &mut random);
                if let Some(place) = mark.find(&edited) {
                    found[row][column] += 1;
                    // The last edit pastes the text into the middle of another.
                    if column == 0 && row == EDITS.len() - 1 {
                        shared += edits::shared(&place, &edits::pasted(&text, &edited));
                    }
                }
            }
        }
    }
    let share = |count: u64| count as f64 / TEXTS as f64;
    println!("| found at p < 1e-6 after | ours | KGW γ .25 δ 2 | SynthID-30 |\n|---|---|---|---|");
    for ((name, _), row) in EDITS.iter().zip(found) {
        let [ours, green, tournament] = row.map(share);
        println!("| {name} | {ours:.3} | {green:.3} | {tournament:.3} |");
    }
    let located = shared / found[EDITS.len() - 1][0].max(1) as f64;
    println!("Of 25 % pasted, bounds found: intersection over union {located:.2}");
    println!("Unmarked texts of {} tokens found: {false_positives:?}", 4 * TOKENS);
}

/// What marking one token costs, beside copying its candidates.
fn time(candidates: usize) {
    let weights = (1..=candidates).map(|rank| (rank as f32).recip());
    let sum: f32 = weights.clone().sum();
    let fresh: Vec<(u32, f32)> = (0..).zip(weights.map(|weight| weight / sum)).collect();
    let mut mark = TextMark::new(&WatermarkKey::new([1; 32]));
    let mut spent = Vec::new();
    for previous in 0..1000 {
        let mut offered = fresh.clone();
        let start = Instant::now();
        mark.reweigh(previous, black_box(&mut offered));
        spent.push(start.elapsed().as_secs_f64() * 1e3);
    }
    spent.sort_by(f64::total_cmp);
    println!("{candidates} candidates: {:.4} ms per token (median)", spent[spent.len() / 2]);
}
