//! Where a group may stand: behind words and ideographs, never where it would be seen or break.

/// The byte offsets of all places in a text, in order.
pub(super) fn places(text: &str) -> Vec<usize> {
    let mut places = Vec::new();
    let mut start = 0;
    for stretch in text.split_inclusive(separates) {
        if !looks_like_code(stretch) {
            places_in(stretch, start, &mut places);
        }
        start += stretch.len();
    }
    places
}

/// Adds the places of one stretch, which begins at byte `start` of the text.
fn places_in(stretch: &str, start: usize, places: &mut Vec<usize>) {
    let mut characters = stretch.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        if carries(character, next) {
            places.push(start + at + character.len_utf8());
        }
    }
}

/// Whether a group may stand between a character and the next one.
fn carries(character: char, next: Option<char>) -> bool {
    if next.is_some_and(modifies) || modifies(character) {
        return false;
    }
    if is_ideograph(character) {
        return true;
    }
    // Only behind whole words, so that a search for a word still finds it.
    let inside = |next: char| next.is_alphanumeric() || matches!(next, '\'' | '’' | '-' | '‑');
    is_letter(character) && !next.is_some_and(inside)
}

/// Addresses, paths, tags, formulas: a character in them changes what they do.
fn looks_like_code(stretch: &str) -> bool {
    let joined = stretch
        .as_bytes()
        .windows(2)
        .any(|pair| matches!(pair, [b'.' | b':', next] if next.is_ascii_alphanumeric()));
    joined || stretch.contains(|c| "/\\@#_`<>{}[]=&%$|~^*+".contains(c))
}

/// White space and the punctuation of Chinese and Japanese, behind which an address has ended.
fn separates(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}'
            | '\u{ff01}' | '\u{ff08}' | '\u{ff09}' | '\u{ff0c}' | '\u{ff1a}' | '\u{ff1b}'
            | '\u{ff1f}' | '\u{201c}' | '\u{201d}')
}

/// Han and kana.
const fn is_ideograph(character: char) -> bool {
    matches!(character,
        '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{323af}')
}

/// Letters of Latin, Greek, Cyrillic, Armenian, Hebrew, Arabic, Georgian and Hangul. Scripts whose
/// letters are shaped into clusters are left alone.
fn is_letter(character: char) -> bool {
    character.is_alphabetic()
        && matches!(character, 'A'..='\u{06ff}' | '\u{0750}'..='\u{077f}' | '\u{10a0}'..='\u{10ff}'
            | '\u{1e00}'..='\u{1fff}' | '\u{ac00}'..='\u{d7a3}')
}

/// Characters that change the one before them or join two: accents, vowel points, joiners,
/// directions, selectors, skin tones, tags.
const fn modifies(character: char) -> bool {
    matches!(character,
        '\u{00ad}' | '\u{0300}'..='\u{036f}' | '\u{0483}'..='\u{0489}' | '\u{0591}'..='\u{05c7}'
        | '\u{0610}'..='\u{061c}' | '\u{064b}'..='\u{065f}' | '\u{0670}' | '\u{06d6}'..='\u{06ed}'
        | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{20d0}'..='\u{20ff}'
        | '\u{302a}'..='\u{302f}' | '\u{3099}'..='\u{309c}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{fe20}'..='\u{fe2f}' | '\u{feff}' | '\u{ff9e}' | '\u{ff9f}'
        | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_stand_behind_words_and_ideographs_only() {
        let cases = [
            ("One, two; don't stop-gap.", "One|, two|; don't| stop-gap|."),
            ("港口 bridge大桥", "港|口| bridge大|桥|"),
            ("مرحبا بالعالم", "مرحبا| بالعالم|"),
            (
                "mail a@b.org or see https://x.org/a-b now",
                "mail| a@b.org or| see| https://x.org/a-b now|",
            ),
            ("见https://例子.cn/路径。好", "见https://例子.cn/路径。好|"),
            ("7 km, 3.5 %, #tag, x=y", "7 km|, 3.5 %, #tag, x=y"),
            (
                "cafe\u{301} 👩\u{200d}🚒 ❤\u{fe0f} か\u{3099}",
                "cafe\u{301} 👩\u{200d}🚒 ❤\u{fe0f} か\u{3099}",
            ),
            ("नमस्ते สวัสดี", "नमस्ते สวัสดี"),
        ];
        for (text, expected) in cases {
            let mut shown = text.to_owned();
            places(text).into_iter().rev().for_each(|place| shown.insert(place, '|'));
            assert_eq!(shown, expected);
        }
    }
}
