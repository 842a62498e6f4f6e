//! False positives on human texts: p-values must not be smaller than chance allows.

use std::{collections::BTreeMap, error::Error, fs};

use watermark::{WatermarkKey, text};

const KEYS: u64 = 50;
const LEVELS: [f64; 6] = [0.1, 0.01, 1e-3, 1e-4, 1e-5, 1e-6];

/// Reads lines of a name and tokens, and prints a row for each name.
pub(crate) fn measure(file: &str) -> Result<(), Box<dyn Error>> {
    let mut texts: BTreeMap<String, Vec<Vec<u32>>> = BTreeMap::new();
    for line in fs::read_to_string(file)?.lines() {
        let mut words = line.split(' ');
        let name = words.next().unwrap_or_default().to_owned();
        let tokens: Result<Vec<u32>, _> = words.map(str::parse).collect();
        texts.entry(name).or_default().push(tokens?);
    }
    let levels: Vec<String> = LEVELS.iter().map(|level| format!("p ≤ {level}")).collect();
    println!("| texts | how many | tokens | {} | excess | distance of z |", levels.join(" | "));
    for (name, texts) in texts {
        row(&name, &texts);
    }
    Ok(())
}

fn row(name: &str, texts: &[Vec<u32>]) {
    let (mut p_values, mut scores) = (Vec::new(), Vec::new());
    for seed in 0..KEYS {
        for (at, tokens) in (0_u64..).zip(texts) {
            // Another key for every pair of text and turn: one key would make texts dependent.
            let number = (seed << 32 | at).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let key = WatermarkKey::new(std::array::from_fn(|i| number.to_le_bytes()[i % 8]));
            let found = text::detect(&[key], tokens);
            p_values.push(found.p_value);
            scores.push(found.z);
        }
    }
    p_values.sort_by(f64::total_cmp);
    scores.sort_by(f64::total_cmp);
    let n = p_values.len() as f64;
    let counts = LEVELS.map(|level| p_values.partition_point(|p| *p <= level));
    let counts = counts.map(|count| format!("{count} ({:.1e})", count as f64 / n));
    // By how much the share of small p-values exceeds what they promise, anywhere.
    let excess = p_values.iter().zip(1..).map(|(p, rank)| f64::from(rank) / n - p);
    let excess = excess.filter(|excess| excess.is_finite()).fold(0.0, f64::max);
    let distance = scores.iter().zip(1..).map(|(z, rank)| {
        let normal = f64::midpoint(1.0, libm::erf(z / std::f64::consts::SQRT_2));
        (f64::from(rank) / n - normal).abs()
    });
    let distance = distance.fold(0.0, f64::max);
    let tokens: usize = texts.iter().map(Vec::len).sum();
    println!(
        "| {name} | {} × {KEYS} | {} | {} | {excess:.4} | {distance:.4} |",
        texts.len(),
        tokens / texts.len().max(1),
        counts.join(" | ")
    );
}
