//! From a word to its sounds: dictionary, endings, parts, letters.

use super::{
    code::{Arpa, phones},
    lexicon::{guessed, known},
};

/// Names of the letters.
const NAMES: [&str; 26] = [
    "EY1",
    "B IY1",
    "S IY1",
    "D IY1",
    "IY1",
    "EH1 F",
    "JH IY1",
    "EY1 CH",
    "AY1",
    "JH EY1",
    "K EY1",
    "EH1 L",
    "EH1 M",
    "EH1 N",
    "OW1",
    "P IY1",
    "K Y UW1",
    "AA1 R",
    "EH1 S",
    "T IY1",
    "Y UW1",
    "V IY1",
    "D AH1 B AH0 L Y UW0",
    "EH1 K S",
    "W AY1",
    "Z IY1",
];

/// Weak forms of words that carry no accent, and readings that the dictionary has otherwise.
const WEAK: [(&str, &str); 48] = [
    ("a", "AH0"),
    ("an", "AH0 N"),
    ("the", "DH AH0"),
    ("and", "AH0 N D"),
    ("of", "AH0 V"),
    ("to", "T AH0"),
    ("for", "F ER0"),
    ("from", "F R AH0 M"),
    ("as", "AH0 Z"),
    ("at", "AH0 T"),
    ("that", "DH AH0 T"),
    ("than", "DH AH0 N"),
    ("or", "ER0"),
    ("but", "B AH0 T"),
    ("is", "IH0 Z"),
    ("was", "W AH0 Z"),
    ("were", "W ER0"),
    ("are", "ER0"),
    ("be", "B IY0"),
    ("been", "B IH0 N"),
    ("has", "HH AH0 Z"),
    ("have", "HH AH0 V"),
    ("had", "HH AH0 D"),
    ("in", "IH0 N"),
    ("on", "AA0 N"),
    ("it", "IH0 T"),
    ("its", "IH0 T S"),
    ("he", "HH IY0"),
    ("she", "SH IY0"),
    ("we", "W IY0"),
    ("you", "Y UW0"),
    ("they", "DH EY0"),
    ("his", "HH IH0 Z"),
    ("her", "HH ER0"),
    ("their", "DH EH0 R"),
    ("our", "AW0 ER0"),
    ("my", "M AY0"),
    ("your", "Y AO0 R"),
    ("by", "B AY0"),
    ("with", "W IH0 DH"),
    ("will", "W IH0 L"),
    ("would", "W UH0 D"),
    ("could", "K UH0 D"),
    ("should", "SH UH0 D"),
    ("can", "K AH0 N"),
    ("into", "IH0 N T AH0"),
    ("if", "IH0 F"),
    ("us", "AH0 S"),
];

/// Said without an accent, though in their usual form.
const LIGHT: [&str; 34] = [
    "i", "me", "him", "them", "this", "these", "those", "there", "which", "who", "whose", "when",
    "while", "because", "so", "do", "does", "did", "may", "might", "must", "shall", "am", "being",
    "about", "over", "up", "out", "off", "per", "upon", "nor", "i'm", "it's",
];

/// Whether a word usually has no accent.
pub(crate) fn is_light(word: &str) -> bool {
    LIGHT.contains(&word) || WEAK.iter().any(|(weak, _)| *weak == word)
}

/// The weak form of a word; before a vowel some differ.
pub(crate) fn weak(word: &str, vowel_follows: bool) -> Option<Vec<Arpa>> {
    let row = match (word, vowel_follows) {
        ("the", true) => "DH IY0",
        ("to", true) => "T UW0",
        ("into", true) => "IH0 N T UW0",
        _ => WEAK.iter().find(|(weak, _)| *weak == word)?.1,
    };
    Some(phones(row))
}

/// The name of a letter, or nothing for what is none.
pub(crate) fn letter_name(c: char) -> Option<Vec<Arpa>> {
    let at = (c.to_ascii_lowercase() as u32).checked_sub('a' as u32)?;
    NAMES.get(at as usize).map(|row| phones(row))
}

/// Names that news is full of and the dictionary lacks or reads otherwise.
const OURS: [(&str, &str); 39] = [
    ("covid", "K OW1 V IH0 D"),
    ("brexit", "B R EH1 K S IH0 T"),
    ("zelensky", "Z AH0 L EH1 N S K IY0"),
    ("kyiv", "K IY1 V"),
    ("xi", "SH IY1"),
    ("jinping", "JH IH1 N P IH1 NG"),
    ("biden", "B AY1 D AH0 N"),
    ("obama", "OW0 B AA1 M AH0"),
    ("macron", "M AA0 K R OW1 N"),
    ("tiktok", "T IH1 K T AA2 K"),
    ("smartphone", "S M AA1 R T F OW2 N"),
    ("smartphones", "S M AA1 R T F OW2 N Z"),
    ("blockchain", "B L AA1 K CH EY2 N"),
    ("bitcoin", "B IH1 T K OY2 N"),
    ("podcast", "P AA1 D K AE2 S T"),
    ("podcasts", "P AA1 D K AE2 S T S"),
    ("livestream", "L AY1 V S T R IY2 M"),
    ("chatbot", "CH AE1 T B AA2 T"),
    ("online", "AO1 N L AY1 N"),
    ("website", "W EH1 B S AY2 T"),
    ("websites", "W EH1 B S AY2 T S"),
    ("cybersecurity", "S AY2 B ER0 S IH0 K Y UH1 R AH0 T IY0"),
    ("fintech", "F IH1 N T EH2 K"),
    ("wifi", "W AY1 F AY2"),
    ("imprimatur", "IH2 M P R AH0 M AA1 T ER0"),
    ("instagram", "IH1 N S T AH0 G R AE2 M"),
    ("youtube", "Y UW1 T UW2 B"),
    ("google", "G UW1 G AH0 L"),
    ("iphone", "AY1 F OW2 N"),
    ("euro", "Y UH1 R OW0"),
    ("euros", "Y UH1 R OW0 Z"),
    ("renminbi", "R EH1 N M IH0 N B IY2"),
    ("yuan", "Y UW0 AA1 N"),
    ("guangdong", "G W AA1 NG D UH1 NG"),
    ("shenzhen", "SH EH1 N JH EH1 N"),
    ("hangzhou", "HH AA1 NG JH OW1"),
    ("celsius", "S EH1 L S IY0 AH0 S"),
    ("aren't", "AA1 R AH0 N T"),
    ("nvidia", "EH0 N V IH1 D IY0 AH0"),
];

/// The sounds of a word in small letters: never empty for one with letters.
pub(crate) fn pronounce(word: &str) -> Vec<Arpa> {
    if let Some((_, row)) = OURS.iter().find(|(ours, _)| *ours == word) {
        return phones(row);
    }
    known(word)
        .or_else(|| inflected(word))
        .or_else(|| compound(word))
        .unwrap_or_else(|| spelt(word))
}

/// By the letter rules, or letter by letter where nobody could say it.
fn spelt(word: &str) -> Vec<Arpa> {
    let guess = guessed(word);
    let letters = word.chars().filter(char::is_ascii_alphabetic).count();
    if letters > 0 && (guess.is_empty() || !guess.iter().any(|phone| phone.is_vowel())) {
        return word.chars().filter_map(letter_name).flatten().collect();
    }
    guess
}

/// A known word with an ending.
fn inflected(word: &str) -> Option<Vec<Arpa>> {
    for ending in ["'s", "s'", "s", "es", "ed", "d", "ing", "ly", "ness", "less"] {
        let Some(stem) = word.strip_suffix(ending) else { continue };
        if stem.len() < 3 {
            continue;
        }
        let whole = |stem: &str| known(stem);
        let found = whole(stem)
            .or_else(|| (ending == "ing" || ending == "ed").then(|| whole(&format!("{stem}e")))?)
            .or_else(|| {
                (ending == "es").then(|| whole(&format!("{}y", stem.strip_suffix('i')?)))?
            });
        let Some(mut phones) = found else { continue };
        let last = phones.last().map_or("", |phone| phone.name);
        phones.extend(super::code::phones(end(ending, last)));
        return Some(phones);
    }
    None
}

fn end(ending: &str, last: &str) -> &'static str {
    let hissing = ["S", "Z", "SH", "ZH", "CH", "JH"].contains(&last);
    let voiceless = ["P", "T", "K", "F", "TH"].contains(&last);
    match ending {
        "ing" => "IH0 NG",
        "ly" => "L IY0",
        "ness" => "N AH0 S",
        "less" => "L AH0 S",
        "ed" | "d" if last == "T" || last == "D" => "IH0 D",
        "ed" | "d" if voiceless || hissing && ["S", "SH", "CH"].contains(&last) => "T",
        "ed" | "d" => "D",
        _ if hissing => "IH0 Z",
        _ if voiceless => "S",
        _ => "Z",
    }
}

/// Two known words in one, the second with secondary stress.
fn compound(word: &str) -> Option<Vec<Arpa>> {
    if !word.is_ascii() || word.len() < 7 || word.len() > 40 {
        return None;
    }
    let middle = word.len() / 2;
    let mut cuts: Vec<usize> = (3..=word.len() - 3).collect();
    cuts.sort_by_key(|cut| cut.abs_diff(middle));
    for cut in cuts {
        let (head, tail) = word.split_at(cut);
        if let (Some(mut phones), Some(mut rest)) = (known(head), known(tail)) {
            for phone in rest.iter_mut().filter(|phone| phone.stress == 1) {
                phone.stress = 2;
            }
            phones.extend(rest);
            return Some(phones);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(word: &str, expected: &str) {
        let said: Vec<String> = pronounce(word).iter().map(|phone| phone.name.to_owned()).collect();
        assert_eq!(said.join(" "), expected, "{word}");
    }

    #[test]
    fn endings_follow_the_last_sound() {
        check("livestreams", "L AY V S T R IY M Z");
        check("imprimatur", "IH M P R AH M AA T ER");
    }

    #[test]
    fn nobody_is_left_without_a_sound() {
        check("bbc", "B IY B IY S IY");
        assert!(!pronounce("qxz").is_empty());
    }
}
