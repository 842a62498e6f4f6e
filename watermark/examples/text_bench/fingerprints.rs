//! How well fingerprints know an edited text again, and how far unrelated texts are apart.

use std::{collections::BTreeMap, error::Error, fs};

use types::TextFingerprint;
use watermark::fingerprint;

use crate::language::Random;

/// The similarity from which two texts count as the same one.
const SIMILARITY_MIN: f32 = 0.5;
/// Ideographs that one edit takes at once: about one word.
const IDEOGRAPHS: usize = 2;

/// Reads lines of a name and a text, and prints a row for each name.
pub(crate) fn measure(file: &str) -> Result<(), Box<dyn Error>> {
    let mut texts: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
    for line in fs::read_to_string(file)?.lines() {
        let (name, text) = line.split_once(' ').unwrap_or_default();
        texts.entry(name.to_owned()).or_default().push(words(text));
    }
    println!(
        "| texts | how many | words edited: 10 % | 20 % | 30 % | cut to 75 % | to 60 % | \
         pasted, 75 % of the whole | 60 % | unrelated pairs ≥ 0.5 | nearest |"
    );
    for (name, texts) in texts {
        row(&name, &texts);
    }
    Ok(())
}

fn row(name: &str, texts: &[Vec<String>]) {
    let mut random = Random::new(1);
    let prints: Vec<TextFingerprint> = texts.iter().map(|text| print_of(text)).collect();
    let pool: Vec<String> = texts.concat();
    let mut recall = |change: &dyn Fn(&[String], &mut Random) -> Vec<String>| {
        let found = texts.iter().zip(&prints).filter(|(text, print)| {
            print_of(&change(text, &mut random)).similarity(print) >= SIMILARITY_MIN
        });
        format!("{:.3}", found.count() as f64 / texts.len() as f64)
    };
    let mut columns: Vec<String> = [0.1, 0.2, 0.3]
        .map(|share| recall(&|text, random| edit(text, share, &pool, random)))
        .into();
    columns.extend([0.75, 0.6].map(|share| recall(&|text, _| cut(text, share))));
    columns
        .extend([0.75, 0.6].map(|share| recall(&|text, random| paste(text, share, &pool, random))));
    let (mut pairs, mut near, mut nearest) = (0_u64, 0_u64, 0.0_f32);
    for (at, print) in prints.iter().enumerate() {
        for other in &prints[..at] {
            let similarity = print.similarity(other);
            pairs += 1;
            near += u64::from(similarity >= SIMILARITY_MIN);
            nearest = nearest.max(similarity);
        }
    }
    println!(
        "| {name} | {} | {} | {near} of {pairs} | {nearest:.2} |",
        texts.len(),
        columns.join(" | ")
    );
}

fn print_of(words: &[String]) -> TextFingerprint {
    fingerprint::text(&words.join(" "))
}

/// Words, and pairs of ideographs.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for part in text.split_whitespace() {
        let characters: Vec<char> = part.chars().collect();
        let length = if part.is_ascii() { characters.len().max(1) } else { IDEOGRAPHS };
        words.extend(characters.chunks(length).map(String::from_iter));
    }
    words
}

/// A third of the edits replaces a word, a third removes it, a third adds one.
fn edit(text: &[String], share: f64, pool: &[String], random: &mut Random) -> Vec<String> {
    let mut edited = Vec::new();
    for word in text {
        let kind = if random.fraction() < share { random.below(3) } else { 3 };
        if kind >= 2 {
            edited.push(word.clone());
        }
        if kind == 0 || kind == 2 {
            edited.push(pool[random.below(pool.len())].clone());
        }
    }
    edited
}

fn cut(text: &[String], share: f64) -> Vec<String> {
    let left = (text.len() as f64 * (1.0 - share)) as usize;
    text.iter().skip(left).cloned().collect()
}

fn paste(text: &[String], share: f64, pool: &[String], random: &mut Random) -> Vec<String> {
    let more = (text.len() as f64 * (1.0 / share - 1.0)) as usize;
    let start = random.below(pool.len().saturating_sub(more));
    [&pool[start..start + more], text].concat()
}
