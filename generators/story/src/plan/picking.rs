//! Choosing: by seed, and which part of the sources belongs to which chapter.

use crate::{Brief, Credit};

/// Two numbers mixed into one that looks random (SplitMix64).
pub(super) fn mix(seed: u64, place: u64) -> u64 {
    let mut z = seed.wrapping_add(place.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// One of a list, by a number.
pub(super) fn pick<'a>(list: &[&'a str], number: u64) -> &'a str {
    let at = (number % list.len().max(1) as u64) as usize;
    list.get(at).copied().unwrap_or_default()
}

/// The last characters of a text, from the beginning of a word.
pub(super) fn tail(text: &str, most: usize) -> &str {
    let skipped = text.chars().count().saturating_sub(most);
    if skipped == 0 {
        return text;
    }
    let from = text.char_indices().nth(skipped).map_or(text.len(), |(at, _)| at);
    let rest = text.get(from..).unwrap_or_default();
    rest.find(char::is_whitespace).and_then(|at| rest.get(at..)).map_or(rest, str::trim_start)
}

/// What the sources say for one chapter.
pub(super) struct Material {
    pub(super) text: String,
    pub(super) credits: Vec<Credit>,
}

/// The share of the sources for chapter `at` of `count`: whole sources where there are enough,
/// otherwise each source's paragraphs in their order.
pub(super) fn material(brief: &Brief, at: u32, count: u32, most: usize) -> Material {
    let (at, count) = (at as usize, count.max(1) as usize);
    let sources = &brief.sources;
    let mut found = Material { text: String::new(), credits: Vec::new() };
    let mine = if sources.len() >= count {
        sources.get(sources.len() * at / count..sources.len() * (at + 1) / count)
    } else {
        sources.get(..)
    };
    let whole = sources.len() >= count;
    let mine = mine.unwrap_or_default();
    for source in mine {
        let room = most / mine.len().max(1);
        let text = source.text.trim();
        let share: String = if whole || text.chars().count() <= room {
            text.chars().take(room).collect()
        } else {
            let length = text.chars().count();
            text.chars().skip(length * at / count).take(room.min(length / count + 200)).collect()
        };
        if !share.trim().is_empty() {
            found.text.push_str(&format!("[{}] {}\n", source.title.trim(), share.trim()));
        }
        let named = !(source.title.trim().is_empty() && source.url.trim().is_empty());
        found
            .credits
            .extend(named.then(|| Credit { title: source.title.clone(), url: source.url.clone() }));
    }
    found
}
