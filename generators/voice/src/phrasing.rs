//! Where a reader would breathe though no mark says so.

use crate::sentence::{Item, Spoken};

/// Words that may begin a phrase.
const STARTS: [&str; 30] = [
    "and", "but", "or", "that", "which", "who", "because", "after", "before", "while", "as",
    "when", "where", "if", "than", "with", "for", "from", "in", "on", "at", "by", "to", "during",
    "between", "under", "against", "through", "over", "into",
];
const SHORT_MS: f32 = 45.0;

/// How much there is to say in an item.
fn weight(item: &Item) -> usize {
    item.spoken
        .iter()
        .map(|spoken| match spoken {
            Spoken::English { phones, .. } => {
                phones.iter().filter(|phone| phone.is_vowel()).count()
            }
            Spoken::Mandarin(_) => 1,
        })
        .sum()
}

/// Puts short pauses into stretches that are too long for one breath.
pub(crate) fn breathe(items: &mut [Item]) {
    let mut from = 0;
    for at in 0..items.len() {
        let ends = items.get(at).is_some_and(|item| item.pause_ms > 0.0) || at + 1 == items.len();
        if ends {
            if let Some(stretch) = items.get_mut(from..=at) {
                divide(stretch);
            }
            from = at + 1;
        }
    }
}

/// Cuts in two near the middle, again where the halves are still long.
fn divide(items: &mut [Item]) {
    let total: usize = items.iter().map(weight).sum();
    if total < 20 || items.len() < 5 {
        return;
    }
    let mut best: Option<(f32, usize)> = None;
    let mut done = 0;
    for at in 1..items.len() {
        done += items.get(at - 1).map_or(0, weight);
        let place = done as f32 / total as f32;
        let off = (place - 0.5).abs();
        let cost = off - if starts(items.get(at)) { 0.45 } else { 0.0 }
            + if starts(items.get(at - 1)) { 0.5 } else { 0.0 };
        if (0.2..0.8).contains(&place) && best.is_none_or(|(least, _)| cost < least) {
            best = Some((cost, at));
        }
    }
    let Some((_, at)) = best else { return };
    let (head, tail) = items.split_at_mut(at);
    if let Some(item) = head.last_mut() {
        item.pause_ms = SHORT_MS;
    }
    divide(head);
    divide(tail);
}

fn starts(item: Option<&Item>) -> bool {
    item.and_then(|item| item.spoken.first()).is_some_and(|spoken| match spoken {
        Spoken::English { text, .. } => STARTS.contains(&text.as_str()),
        Spoken::Mandarin(_) => false,
    })
}
