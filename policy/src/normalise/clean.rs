//! The clean view of a unit: NFKC, nothing invisible, one space between words.

use unicode_normalization::UnicodeNormalization as _;

use super::{
    letters::{is_han, is_invisible, is_mark, is_overlay},
    unit::{Kind, Unit},
    view::View,
};

/// Appends a unit's clean form; whether a reader would not expect it from the original.
pub(super) fn push(view: &mut View<'_>, source: &str, unit: &Unit) -> bool {
    if unit.kind == Kind::Space {
        return space(view, source, unit);
    }
    let mut hidden = false;
    let mut letters = (unit.points.start..).zip(source.chars()).peekable();
    while let Some((point, letter)) = letters.next() {
        let marked = letters.peek().is_some_and(|(_, next)| is_mark(*next));
        if (letter.is_ascii() || is_han(letter) && !is_compatible(letter)) && !marked {
            view.push(letter, place(point, point + 1));
        } else if let ('\u{ff01}'..='\u{ff5e}', false) = (letter, marked) {
            // Full-width forms are everyday typography in Chinese, not a disguise.
            let ascii = char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter);
            view.push(ascii, place(point, point + 1));
        } else if is_invisible(letter) {
            hidden |= unit.kind != Kind::Other;
        } else {
            let mut cluster = String::from(letter);
            let mut end = point + 1;
            while let Some((at, mark)) = letters.next_if(|(_, next)| is_mark(*next)) {
                cluster.push(mark);
                end = at + 1;
            }
            hidden |= composed(view, &cluster, place(point, end));
        }
    }
    hidden
}

/// One space for any white space; an empty line stays one, because paragraphs end sentences.
fn space(view: &mut View<'_>, source: &str, unit: &Unit) -> bool {
    let points = place(unit.points.start, unit.points.end);
    if source.matches('\n').count() > 1 {
        view.push('\n', points);
        view.push('\n', points);
    } else {
        view.push(' ', points);
    }
    false
}

/// A character with its marks; whether marks were stripped or letters changed.
fn composed(view: &mut View<'_>, cluster: &str, points: [u32; 2]) -> bool {
    let letters: String = cluster.chars().filter(|letter| !is_overlay(*letter)).nfkc().collect();
    let marks = letters.chars().filter(|letter| is_mark(*letter)).count();
    // One mark is spelling; several that do not compose are a disguise.
    let heaped =
        marks > 1 && letters.chars().next().is_some_and(|letter| letter.is_ascii_alphabetic());
    let mut changed = heaped || cluster.chars().any(is_overlay);
    for letter in letters.chars().filter(|letter| !(heaped && is_mark(*letter))) {
        changed |= letter.is_ascii_alphabetic() && !cluster.contains(letter);
        view.push(lower(letter), points);
    }
    changed
}

/// Lower case where it is one character; ASCII keeps its case, because secrets have one.
fn lower(letter: char) -> char {
    let mut lower = letter.to_lowercase();
    match (letter.is_ascii(), lower.next(), lower.next()) {
        (false, Some(only), None) => only,
        _ => letter,
    }
}

/// Han characters that NFKC replaces by another.
const fn is_compatible(letter: char) -> bool {
    matches!(letter, '\u{f900}'..='\u{faff}' | '\u{2f800}'..='\u{2fa1f}')
}

fn place(start: usize, end: usize) -> [u32; 2] {
    let clamp = |point| u32::try_from(point).unwrap_or(u32::MAX);
    [clamp(start), clamp(end)]
}
