//! Precision, recall and false alarms of correction, on text with seeded slips.
//!
//! `cargo run --release -p assist --example seeded -- en [FILE] [--seed N] [--alarms]`, a paragraph a
//! line; without a file on the texts of the tests.

#![expect(clippy::print_stdout, clippy::expect_used, reason = "a tool for developers")]

#[path = "../tests/seeding/mod.rs"]
mod seeding;

use std::{env, fs, time::Instant};

use assist::correct;
use seeding::{Lots, Score, units};
use types::Language;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let language =
        if arguments.first().is_some_and(|a| a == "zh") { Language::Zh } else { Language::En };
    let own = match language {
        Language::En => include_str!("../tests/texts/english.txt"),
        Language::Zh => include_str!("../tests/texts/chinese.txt"),
    };
    let after = |name: &str| arguments.iter().skip_while(|a| *a != name).nth(1);
    let seed = after("--seed").and_then(|n| n.parse().ok()).unwrap_or(1);
    let rounds = after("--rounds").and_then(|n| n.parse().ok()).unwrap_or(1);
    let file = arguments.get(1).filter(|a| !a.starts_with("--"));
    let text =
        file.map_or_else(|| own.to_owned(), |file| fs::read_to_string(file).expect("a text"));
    let loud = arguments.iter().any(|a| a == "--alarms");
    let start = Instant::now();
    let mut score = Score::default();
    for round in 0..rounds {
        let mut lots = Lots(seed + round);
        text.lines().for_each(|line| score.paragraph(line, language, &mut lots));
    }
    let (mut clean, mut alarms) = (0, Vec::new());
    for line in text.lines() {
        clean += units(&line.chars().collect::<Vec<_>>(), language);
        for c in correct::correct(line, Some(language)).corrections {
            let from = c.span.start.saturating_sub(20);
            let context: String = line.chars().skip(from).take(50).collect();
            alarms.push(format!(
                "{}: “{}” → {:?} in “{context}”",
                c.rule, c.original, c.replacements
            ));
        }
    }
    println!("{:24} {:>6} {:>6} {:>6}", "slip", "seeded", "found", "mended");
    for (kind, (seeded, found, mended)) in &score.kinds {
        println!("{kind:24} {seeded:6} {found:6} {mended:6}");
    }
    println!(
        "precision {:.3} recall {:.3} mended {:.3}; {} slips in {} words or characters",
        score.precision(),
        score.recall(),
        score.mended as f64 / score.seeded.max(1) as f64,
        score.seeded,
        score.units
    );
    println!(
        "clean text: {} false alarms in {clean} words or characters ({:.2} in 1,000); {:.1?}",
        alarms.len(),
        alarms.len() as f64 * 1000.0 / clean.max(1) as f64,
        start.elapsed()
    );
    if loud {
        alarms.iter().for_each(|alarm| println!("clean {alarm}"));
        score.alarms.iter().for_each(|alarm| println!("seeded {alarm}"));
        score.missed.iter().for_each(|slip| println!("missed {slip}"));
    }
}
