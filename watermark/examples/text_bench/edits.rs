//! What is done to a text before it is searched.

use std::ops::Range;

use crate::language::Random;

/// Makes another text of a marked one; the second text is unmarked and lends tokens.
pub(crate) type Edit = fn(&[u32], &[u32], &mut Random) -> Vec<u32>;

pub(crate) const EDITS: [(&str, Edit); 10] = [
    ("nothing", |text, _, _| text.to_vec()),
    ("crop to 100 tokens", |text, _, _| crop(text, 100)),
    ("crop to 50 tokens", |text, _, _| crop(text, 50)),
    ("10 % of the tokens deleted", |text, _, random| delete(text, 0.1, random)),
    ("30 % of the tokens deleted", |text, _, random| delete(text, 0.3, random)),
    ("10 % of the tokens replaced", |text, other, random| replace(text, other, 0.1, random)),
    ("30 % of the tokens replaced", |text, other, random| replace(text, other, 0.3, random)),
    ("blocks of 20 tokens shuffled", |text, _, random| shuffle(text, 20, random)),
    ("pasted: half is marked", |text, other, _| paste(text, other, 1)),
    ("pasted: 25 % is marked", |text, other, _| paste(text, other, 3)),
];

fn crop(text: &[u32], tokens: usize) -> Vec<u32> {
    text.iter().copied().skip(text.len() / 3).take(tokens).collect()
}

fn delete(text: &[u32], share: f64, random: &mut Random) -> Vec<u32> {
    text.iter().copied().filter(|_| random.fraction() >= share).collect()
}

fn replace(text: &[u32], other: &[u32], share: f64, random: &mut Random) -> Vec<u32> {
    let edited = text.iter().map(|token| {
        if random.fraction() < share { other[random.below(other.len())] } else { *token }
    });
    edited.collect()
}

fn shuffle(text: &[u32], block: usize, random: &mut Random) -> Vec<u32> {
    let mut blocks: Vec<&[u32]> = text.chunks(block).collect();
    for last in (1..blocks.len()).rev() {
        blocks.swap(last, random.below(last + 1));
    }
    blocks.concat()
}

/// Puts the text into the middle of `times` as much of another.
fn paste(text: &[u32], other: &[u32], times: usize) -> Vec<u32> {
    let other = &other[..times * text.len()];
    let (before, after) = other.split_at(other.len() / 2);
    [before, text, after].concat()
}

/// Where [`paste`] has put the text.
pub(crate) const fn pasted(text: &[u32], edited: &[u32]) -> Range<usize> {
    let from = (edited.len() - text.len()) / 2;
    from..from + text.len()
}

/// Intersection over union.
pub(crate) fn shared(a: &Range<usize>, b: &Range<usize>) -> f64 {
    let both = a.end.min(b.end).saturating_sub(a.start.max(b.start));
    both as f64 / (a.len() + b.len() - both) as f64
}
