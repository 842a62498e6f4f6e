//! English slips.

use super::{Lots, Slip, spread};

const SWAPS: [(&str, &str, &str); 44] = [
    ("their", "there", "confusion"),
    ("there", "their", "confusion"),
    ("its", "it's", "confusion"),
    ("it's", "its", "confusion"),
    ("then", "than", "confusion"),
    ("than", "then", "confusion"),
    ("to", "too", "confusion"),
    ("too", "to", "confusion"),
    ("your", "you're", "confusion"),
    ("were", "where", "confusion"),
    ("where", "were", "confusion"),
    ("whether", "weather", "confusion"),
    ("weather", "whether", "confusion"),
    ("off", "of", "confusion"),
    ("of", "off", "confusion"),
    ("affect", "effect", "confusion"),
    ("effect", "affect", "confusion"),
    ("lose", "loose", "confusion"),
    ("whose", "who's", "confusion"),
    ("passed", "past", "confusion"),
    ("past", "passed", "confusion"),
    ("led", "lead", "confusion"),
    ("hear", "here", "confusion"),
    ("here", "hear", "confusion"),
    ("from", "form", "confusion"),
    ("is", "are", "agreement"),
    ("are", "is", "agreement"),
    ("was", "were", "agreement"),
    ("were", "was", "agreement"),
    ("has", "have", "agreement"),
    ("have", "has", "agreement"),
    ("does", "do", "agreement"),
    ("this", "these", "agreement"),
    ("these", "this", "agreement"),
    ("don't", "dont", "apostrophe"),
    ("doesn't", "doesnt", "apostrophe"),
    ("didn't", "didnt", "apostrophe"),
    ("isn't", "isnt", "apostrophe"),
    ("a", "an", "a/an"),
    ("an", "a", "a/an"),
    ("says", "say", "agreement"),
    ("needs", "need", "agreement"),
    ("makes", "make", "agreement"),
    ("shows", "show", "agreement"),
];

/// About one slip in fifteen words.
pub(crate) fn slips(chars: &[char], lots: &mut Lots) -> Vec<Slip> {
    let words = words(chars);
    let mut slips = Vec::new();
    let wanted = words.len() / 12 + 1;
    for _ in 0..wanted {
        let kind = lots.below(10);
        let slip = match kind {
            0..=4 => typo(chars, *lots.pick(&words), lots),
            5 | 6 => swap(chars, &words, lots),
            7 => article(chars, &words, lots),
            8 => repeat(chars, *lots.pick(&words)),
            _ => mark(chars, lots),
        };
        slips.extend(slip);
    }
    spread(slips, 2)
}

fn words(chars: &[char]) -> Vec<(usize, usize)> {
    let mut words = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let len = chars[at..].iter().take_while(|c| c.is_alphabetic() || **c == '\'').count();
        if len > 0 {
            words.push((at, at + len));
        }
        at += len.max(1);
    }
    words
}

fn text(chars: &[char], (start, end): (usize, usize)) -> String {
    chars[start..end].iter().collect()
}

/// Letters swapped, dropped, doubled, replaced or added in a word of small letters.
fn typo(chars: &[char], (start, end): (usize, usize), lots: &mut Lots) -> Option<Slip> {
    let mut word: Vec<char> = chars[start..end].to_vec();
    if word.len() < 4 || !word.iter().all(char::is_ascii_lowercase) {
        return None;
    }
    let at = 1 + lots.below(word.len() - 2);
    let letter = char::from(b'a' + lots.below(26) as u8);
    let kind = match lots.below(6) {
        0 | 1 => {
            word.swap(at, at + 1);
            "swapped letters"
        }
        2 => {
            word.remove(at);
            "dropped letter"
        }
        3 => {
            word.insert(at, word[at]);
            "doubled letter"
        }
        4 => {
            word[at] = letter;
            "wrong letter"
        }
        _ => {
            word.insert(at, letter);
            "added letter"
        }
    };
    let wrong: String = word.into_iter().collect();
    (wrong != text(chars, (start, end))).then_some(Slip { start, end, wrong, kind })
}

fn swap(chars: &[char], words: &[(usize, usize)], lots: &mut Lots) -> Option<Slip> {
    let first = lots.below(words.len());
    let mut ordered = words.iter().skip(first).chain(words.iter().take(first));
    ordered.find_map(|&(start, end)| {
        let word = text(chars, (start, end));
        let (_, wrong, kind) = SWAPS.iter().find(|(right, ..)| *right == word)?;
        Some(Slip { start, end, wrong: (*wrong).to_owned(), kind })
    })
}

fn article(chars: &[char], words: &[(usize, usize)], lots: &mut Lots) -> Option<Slip> {
    let first = lots.below(words.len());
    let mut ordered = words.iter().skip(first).chain(words.iter().take(first));
    ordered.find_map(|&(start, end)| {
        let is = matches!(text(chars, (start, end)).as_str(), "a" | "an" | "the");
        let blank = chars.get(end) == Some(&' ');
        (is && blank).then(|| Slip {
            start,
            end: end + 1,
            wrong: String::new(),
            kind: "missing article",
        })
    })
}

fn repeat(chars: &[char], (start, end): (usize, usize)) -> Option<Slip> {
    let word = text(chars, (start, end));
    let plain = word.chars().all(|c| c.is_ascii_lowercase()) && word != "that" && word != "had";
    plain.then(|| Slip { start, end, wrong: format!("{word} {word}"), kind: "repeated word" })
}

fn mark(chars: &[char], lots: &mut Lots) -> Option<Slip> {
    let marks: Vec<usize> = (0..chars.len())
        .filter(|at| matches!(chars[*at], ',' | '.') && !digits(chars, *at))
        .collect();
    if marks.is_empty() {
        return None;
    }
    let at = *lots.pick(&marks);
    let c = chars[at];
    let slip = |start, end, wrong: String, kind| Some(Slip { start, end, wrong, kind });
    match lots.below(4) {
        0 => slip(at, at + 1, format!("{c}{c}"), "doubled mark"),
        1 => slip(at, at + 1, format!(" {c}"), "blank before mark"),
        2 if chars.get(at + 1) == Some(&' ') => {
            slip(at, at + 2, c.to_string(), "no blank after mark")
        }
        _ if c == '.' && chars.get(at + 2).is_some_and(char::is_ascii_uppercase) => {
            slip(at + 2, at + 3, chars[at + 2].to_lowercase().collect(), "small letter")
        }
        _ => None,
    }
}

fn digits(chars: &[char], at: usize) -> bool {
    chars.get(at + 1).is_some_and(char::is_ascii_digit)
}
