//! `a` or `an`: by the sound that follows.

use super::{
    super::{Finds, Kind as Slip, Rule},
    cased,
};
use crate::reading::Kind;

const RULE: Rule = Rule { kind: Slip::Grammar, name: "a_or_an" };
/// Begin with a vowel letter and the sound of `you` or `one`.
const CONSONANT_SOUNDS: [&str; 22] = [
    "uni", "use", "usa", "usu", "uti", "eu", "ewe", "one", "once", "ouija", "ubiq", "uk", "ura",
    "uro", "ute", "uto", "uvu", "unanim", "ufo", "ukr", "urin", "usb",
];
/// Begin as those above, but with a vowel's sound.
const VOWEL_SOUNDS: [&str; 9] =
    ["unim", "unin", "unid", "unie", "unil", "unir", "unit'", "oner", "uncer"];
/// A silent h.
const SILENT: [&str; 5] = ["hour", "honest", "honour", "honor", "heir"];

pub(super) fn find(finds: &mut Finds<'_>) {
    let reading = finds.reading;
    for window in reading.tokens.windows(3) {
        let [article, gap, word] = window else { continue };
        let is_article = matches!(article.lower.as_str(), "a" | "an");
        if !is_article || article.shielded || word.shielded || gap.kind != Kind::Space {
            continue;
        }
        let written = reading.written(article);
        if written == "A" && !article.opens {
            continue; // a grade, a vitamin, a list
        }
        let Some(vowel) = begins_with_vowel(&reading.written(word), word.kind) else { continue };
        let right = if vowel { "an" } else { "a" };
        if right != article.lower {
            let message =
                format!("“{right}” goes with the sound that “{}” begins with.", word.lower);
            finds.replace(
                (article.start, article.end),
                &RULE,
                vec![cased(&written, right)],
                message,
            );
        }
    }
}

/// Whether the word begins with a vowel when spoken; `None` if that is not sure.
fn begins_with_vowel(word: &str, kind: Kind) -> Option<bool> {
    let lower = word.to_lowercase();
    let first = lower.chars().next()?;
    match kind {
        Kind::Number => {
            let eleven = ["11", "18"].iter().any(|n| {
                lower.strip_prefix(n).is_some_and(|rest| {
                    rest.is_empty() || rest.starts_with([',', '.']) && rest.len() == 4
                })
            });
            return Some(first == '8' || eleven);
        }
        Kind::Word if first.is_ascii_alphabetic() => {}
        _ => return None,
    }
    let capitals = word.chars().filter(|c| c.is_uppercase()).count();
    if capitals > 1 || word.len() == 1 {
        return None; // letters or a word: NATO, FBI
    }
    let starts = |list: &[&str]| list.iter().any(|start| lower.starts_with(start));
    if starts(&SILENT) {
        return Some(true);
    }
    if starts(&CONSONANT_SOUNDS) && !starts(&VOWEL_SOUNDS) {
        return Some(false);
    }
    match first {
        'h' if ["historic", "hotel", "herb"].iter().any(|word| lower.starts_with(word)) => None,
        'a' | 'e' | 'i' | 'o' | 'u' => Some(true),
        _ => Some(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sounds_decide() {
        let check = |word: &str, kind, expected| {
            assert_eq!(begins_with_vowel(word, kind), expected, "{word}");
        };
        check("apple", Kind::Word, Some(true));
        check("university", Kind::Word, Some(false));
        check("unimportant", Kind::Word, Some(true));
        check("hour", Kind::Word, Some(true));
        check("house", Kind::Word, Some(false));
        check("one-off", Kind::Word, Some(false));
        check("European", Kind::Word, Some(false));
        check("FBI", Kind::Word, None);
        check("8", Kind::Number, Some(true));
        check("18", Kind::Number, Some(true));
        check("180", Kind::Number, Some(false));
        check("11", Kind::Number, Some(true));
    }
}
