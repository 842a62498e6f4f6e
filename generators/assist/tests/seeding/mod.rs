//! Seeds slips into clean text and counts what correction makes of them.

#![expect(clippy::indexing_slicing, reason = "what a test did not expect ends it")]

pub(crate) mod chinese;
pub(crate) mod english;

use std::collections::BTreeMap;

use assist::correct::{self, Correction};
use types::Language;

/// A slip: what is replaced in the clean text, and by what.
#[derive(Debug, Clone)]
pub(crate) struct Slip {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) wrong: String,
    pub(crate) kind: &'static str,
}

/// Draws lots that anyone can draw again (SplitMix64).
#[derive(Debug)]
pub(crate) struct Lots(pub(crate) u64);

impl Lots {
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let value = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((value ^ (value >> 31)) % bound.max(1) as u64) as usize
    }

    pub(crate) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// What became of slips.
#[derive(Debug, Default)]
pub(crate) struct Score {
    pub(crate) seeded: usize,
    pub(crate) found: usize,
    pub(crate) mended: usize,
    pub(crate) corrections: usize,
    pub(crate) right: usize,
    /// Proposed, where nothing was seeded.
    pub(crate) alarms: Vec<String>,
    /// Seeded, and not found.
    pub(crate) missed: Vec<String>,
    /// By kind: seeded, found, mended.
    pub(crate) kinds: BTreeMap<&'static str, (usize, usize, usize)>,
    pub(crate) units: usize,
}

impl Score {
    pub(crate) fn precision(&self) -> f64 {
        self.right as f64 / self.corrections.max(1) as f64
    }

    pub(crate) fn recall(&self) -> f64 {
        self.found as f64 / self.seeded.max(1) as f64
    }

    /// Seeds a paragraph and scores its correction.
    pub(crate) fn paragraph(&mut self, clean: &str, language: Language, lots: &mut Lots) {
        let chars: Vec<char> = clean.chars().collect();
        let slips = match language {
            Language::En => english::slips(&chars, lots),
            Language::Zh => chinese::slips(&chars, lots),
        };
        let (seeded, places) = seed(&chars, &slips);
        let corrected = correct::correct(&seeded, Some(language));
        self.units += units(&chars, language);
        self.seeded += slips.len();
        self.corrections += corrected.corrections.len();
        let near = |c: &Correction, (start, end): (usize, usize)| {
            c.span.start <= end && start <= c.span.end
        };
        for correction in &corrected.corrections {
            if places.iter().any(|place| near(correction, *place)) {
                self.right += 1;
            } else {
                let from = correction.span.start.saturating_sub(15);
                let context: String = seeded.chars().skip(from).take(40).collect();
                self.alarms.push(format!(
                    "{}: “{}” → {:?} in “{context}”",
                    correction.rule, correction.original, correction.replacements
                ));
            }
        }
        for (at, slip) in slips.iter().enumerate() {
            let touching: Vec<&Correction> =
                corrected.corrections.iter().filter(|c| near(c, places[at])).collect();
            let row = self.kinds.entry(slip.kind).or_default();
            row.0 += 1;
            if touching.is_empty() {
                let context: String =
                    chars.iter().skip(slip.start.saturating_sub(8)).take(20).collect();
                let right: String = chars[slip.start..slip.end].iter().collect();
                self.missed
                    .push(format!("{}: “{right}” as “{}” in “{context}”", slip.kind, slip.wrong));
                continue;
            }
            row.1 += 1;
            self.found += 1;
            let others: Vec<Slip> = slips
                .iter()
                .enumerate()
                .filter(|(n, _)| *n != at)
                .map(|(_, s)| s.clone())
                .collect();
            if apply(&seeded, &touching) == seed(&chars, &others).0 {
                row.2 += 1;
                self.mended += 1;
            }
        }
    }
}

/// Words of English, characters of Chinese.
pub(crate) fn units(chars: &[char], language: Language) -> usize {
    match language {
        Language::En => chars.iter().collect::<String>().split_whitespace().count(),
        Language::Zh => chars.len(),
    }
}

fn apply(text: &str, corrections: &[&Correction]) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut done = String::new();
    let mut at = 0;
    for correction in corrections {
        let Some(replacement) = correction.replacements.first() else { continue };
        done.extend(&chars[at..correction.span.start]);
        done.push_str(replacement);
        at = correction.span.end;
    }
    done.extend(&chars[at..]);
    done
}

/// The text with the slips, and where they are in it.
fn seed(clean: &[char], slips: &[Slip]) -> (String, Vec<(usize, usize)>) {
    let mut text: Vec<char> = Vec::new();
    let mut places = Vec::new();
    let mut at = 0;
    for slip in slips {
        text.extend(&clean[at..slip.start]);
        let start = text.len();
        text.extend(slip.wrong.chars());
        places.push((start, text.len()));
        at = slip.end;
    }
    text.extend(&clean[at..]);
    (text.into_iter().collect(), places)
}

/// Slips in order, none of which touches another.
fn spread(mut slips: Vec<Slip>, apart: usize) -> Vec<Slip> {
    slips.sort_by_key(|slip| slip.start);
    let mut kept: Vec<Slip> = Vec::new();
    for slip in slips {
        if kept.last().is_none_or(|last| slip.start > last.end + apart) {
            kept.push(slip);
        }
    }
    kept
}
