//! Words that are often written wrong, from a table.

use std::{collections::HashMap, sync::LazyLock};

use super::{
    super::{Finds, Kind as Slip, Rule},
    words::Stretch,
};

const RULE: Rule = Rule { kind: Slip::Spelling, name: "common_mistake" };
/// Longest entry, in characters.
const ENTRY_CHARS_MAX: usize = 6;

/// What is written wrong, and how it is right.
static TABLE: LazyLock<HashMap<Vec<char>, &'static str>> = LazyLock::new(|| {
    let lines = include_str!("../../../data/chinese.mistakes").lines();
    let rows = lines.filter_map(|line| line.split_once(' '));
    rows.map(|(wrong, right)| (wrong.chars().collect(), right)).collect()
});

pub(super) fn find(finds: &mut Finds<'_>, stretches: &[Stretch]) {
    for segments in stretches.iter().map(|stretch| &stretch.segments) {
        for (at, segment) in segments.iter().enumerate() {
            // A mistake is no word, so it falls into whole segments; else it only looks like one.
            let ends = segments.iter().skip(at).map(|segment| segment.end);
            for end in ends.take_while(|end| end - segment.start <= ENTRY_CHARS_MAX) {
                entry(finds, segment.start, end);
            }
        }
    }
}

fn entry(finds: &mut Finds<'_>, start: usize, end: usize) {
    let written = finds.reading.chars.get(start..end).unwrap_or_default();
    let Some(right) = TABLE.get(written) else { return };
    let wrong: String = written.iter().collect();
    let message = format!("“{wrong}”应为“{right}”。");
    let same = wrong.chars().zip(right.chars()).take_while(|(a, b)| a == b).count();
    let tail = wrong.chars().rev().zip(right.chars().rev());
    let tail = tail.take_while(|(a, b)| a == b).count().min(end - start - same);
    let keep = right.chars().count().saturating_sub(tail + same);
    let right: String = right.chars().skip(same).take(keep).collect();
    finds.replace((start + same, end - tail), &RULE, vec![right], message);
}
