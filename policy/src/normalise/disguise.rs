//! The folded view of a unit: what it says once its disguise is undone.

use unicode_normalization::UnicodeNormalization as _;

use super::{
    encoded,
    letters::{is_han, is_leet_sign, is_mark},
    spelt, traditional,
    unit::Kind,
    view::View,
    words,
};

/// Longer words with digits are codes, not words in disguise.
const LEET_MAX: usize = 40;

/// A character and the code points it stands for.
pub(super) type Letter = (char, [u32; 2]);

/// The folded form of a unit whose clean form starts at byte `from` of `clean`, if it differs.
pub(super) fn folded(clean: &View<'_>, from: usize, kind: Kind) -> Option<Vec<Letter>> {
    let text = clean.text().get(from..).unwrap_or_default();
    let letters = || clean.letters(from);
    let folded: Vec<Letter> = match kind {
        Kind::Space | Kind::Other => return None,
        Kind::Word if is_simple(text) => return None,
        Kind::Word => word(letters().collect()),
        Kind::Spelt => spelt::words(letters()),
        Kind::Han => letters().filter(|letter| is_han(letter.0)).map(simplified).collect(),
        Kind::Encoded => decoded(text, &letters().collect::<Vec<_>>())?,
        Kind::Override => reordered(&letters().collect::<Vec<_>>()),
    };
    let differs = !folded.iter().map(|(letter, _)| *letter).eq(text.chars());
    differs.then_some(folded)
}

/// Whether a word is of ASCII letters none of which stands three times in a row, or a number.
fn is_simple(word: &str) -> bool {
    let bytes = word.as_bytes();
    let thrice = |three: &[u8]| match three {
        [a, b, c] => a.eq_ignore_ascii_case(b) && b.eq_ignore_ascii_case(c),
        _ => false,
    };
    let letters = bytes.iter().all(u8::is_ascii_alphabetic) && !bytes.windows(3).any(thrice);
    letters || bytes.iter().all(u8::is_ascii_digit)
}

/// What a code says; white space as in the clean view.
fn decoded(code: &str, letters: &[Letter]) -> Option<Vec<Letter>> {
    let place = |bytes: std::ops::Range<usize>| {
        let (_, [start, _]) = letters.get(bytes.start)?;
        let (_, [_, end]) = letters.get(bytes.end.checked_sub(1)?)?;
        Some([*start, *end])
    };
    let shown = |letter: char| if letter.is_whitespace() { ' ' } else { letter };
    let decoded = encoded::decode(code)?.into_iter();
    decoded.map(|(letter, bytes)| Some((shown(letter), place(bytes)?))).collect()
}

/// What an override hides. A reader sees its first line backwards, and the others as they are
/// stored; but whoever hides a text for machines may store it either way, so of each line the way
/// counts in which it has more English words.
fn reordered(letters: &[Letter]) -> Vec<Letter> {
    let mut backwards = false;
    let mut lines: Vec<Vec<Letter>> = Vec::new();
    for stored in letters.split(|letter| letter.0 == '\n') {
        let mut line = stored.to_vec();
        let text = |line: &[Letter]| line.iter().map(|letter| letter.0).collect::<String>();
        let as_stored = words::cost_of(&text(&line));
        line.reverse();
        let turned = words::cost_of(&text(&line));
        let first = lines.is_empty();
        if turned < as_stored || (first && turned == as_stored) {
            backwards |= !first;
        } else {
            line.reverse();
        }
        lines.push(line);
    }
    let mut ends = letters.iter().filter(|letter| letter.0 == '\n');
    if backwards {
        lines.reverse();
    }
    lines.into_iter().flat_map(|line| line.into_iter().chain(ends.next().copied())).collect()
}

fn simplified((letter, points): Letter) -> Letter {
    (traditional::simplified(letter), points)
}

/// Undoes look-alikes and digits for letters of letters that were spelt out. Of their words three of
/// the same letter are still two words: `less stuff`.
pub(super) fn spelt(mut letters: Vec<Letter>) -> Vec<Letter> {
    look_alikes(&mut letters);
    let digits: Vec<bool> = letters.iter().map(|(letter, _)| letter.is_ascii_digit()).collect();
    let neighbour = |at: usize| digits.get(at).copied().unwrap_or_default();
    for (at, (letter, _)) in letters.iter_mut().enumerate() {
        // Several digits are a number.
        if !(neighbour(at) && (neighbour(at + 1) || at.checked_sub(1).is_some_and(neighbour))) {
            *letter = leet(*letter);
        }
    }
    collapsed(letters, 4)
}

/// Undoes look-alikes, digits for letters and repeated letters.
fn word(mut letters: Vec<Letter>) -> Vec<Letter> {
    if letters.iter().any(|(letter, _)| !letter.is_ascii()) {
        look_alikes(&mut letters);
    }
    // A sign at the end is punctuation.
    let signs = letters.iter().rev().take_while(|(letter, _)| is_leet_sign(*letter)).count();
    let body = letters.len() - signs;
    let ascii = letters.iter().any(|(letter, _)| letter.is_ascii_alphabetic());
    if ascii && body <= LEET_MAX {
        for (letter, _) in letters.iter_mut().take(body) {
            *letter = leet(*letter);
        }
    }
    collapsed(letters, 3)
}

/// Replaces letters that look like ASCII, if the word then is ASCII or was partly so before:
/// Russian and Greek stay what they are.
fn look_alikes(letters: &mut [Letter]) {
    let skeleton = |letter: char| if letter.is_ascii() { Some(letter) } else { ascii(letter) };
    let replaced: Vec<Option<char>> = letters.iter().map(|(letter, _)| skeleton(*letter)).collect();
    let mixed = letters.iter().any(|(letter, _)| letter.is_ascii_alphabetic());
    let replaced: Vec<Option<char>> = letters
        .iter()
        .zip(replaced)
        .map(|((letter, _), ascii)| ascii.or_else(|| capital(*letter).filter(|_| mixed)))
        .collect();
    if mixed || replaced.iter().all(Option::is_some) {
        for ((letter, _), replaced) in letters.iter_mut().zip(replaced) {
            *letter = replaced.unwrap_or(*letter);
        }
    }
}

/// The ASCII letter that a letter looks like: by UTS 39, or without its accents.
fn ascii(letter: char) -> Option<char> {
    let text = letter.to_string();
    let only =
        |mut letters: Box<dyn Iterator<Item = char> + '_>| match (letters.next(), letters.next()) {
            (Some(only), None) => {
                Some(only.to_ascii_lowercase()).filter(char::is_ascii_alphanumeric)
            }
            _ => None,
        };
    let bare = text.nfd().filter(|letter| !is_mark(*letter));
    only(Box::new(unicode_security::skeleton(&text))).or_else(|| only(Box::new(bare)))
}

/// The ASCII letter whose capital the capital of a Cyrillic or Greek letter looks like. Views are in
/// lower case, where the two look different.
const fn capital(letter: char) -> Option<char> {
    Some(match letter {
        'в' | 'β' => 'b',
        'н' | 'η' => 'h',
        'к' | 'κ' => 'k',
        'м' | 'μ' => 'm',
        'т' | 'τ' => 't',
        'ζ' => 'z',
        'ν' => 'n',
        'ε' => 'e',
        _ => return None,
    })
}

const fn leet(letter: char) -> char {
    match letter {
        '0' => 'o',
        '1' | '!' | '|' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        '8' => 'b',
        '9' => 'g',
        _ => letter,
    }
}

/// One letter for `least` or more of the same.
fn collapsed(letters: Vec<Letter>, least: usize) -> Vec<Letter> {
    let mut kept: Vec<Letter> = Vec::with_capacity(letters.len());
    for run in letters.chunk_by(|a, b| a.0.eq_ignore_ascii_case(&b.0)) {
        let [first, .., last] = run else {
            kept.extend(run);
            continue;
        };
        if run.len() >= least && first.0.is_alphabetic() {
            kept.push((first.0, [first.1[0], last.1[1]]));
        } else {
            kept.extend(run);
        }
    }
    kept
}
