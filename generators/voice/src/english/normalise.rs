//! Written English in words: what a reader would say for each token.

use super::{
    abbreviations::{expanded, is_word, keeps_its_stop},
    figures,
    numbers::{cardinal, ordinal, roman},
    words::letter_name,
};

/// A token between blanks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub(crate) visible: &'a str,
    /// Without quotes, brackets and punctuation around it.
    pub(crate) core: &'a str,
    /// What was cut off behind.
    pub(crate) behind: &'a str,
}

const OPENING: &[char] = &['"', '\'', '“', '‘', '(', '[', '{', '«', '—', '–', '…', '*', '_'];
const CLOSING: &[char] = &[
    '.', ',', ';', ':', '!', '?', '"', '\'', '”', '’', ')', ']', '}', '»', '…', '—', '–', '*', '_',
    '。', '，', '！', '？', '；', '：', '、',
];

/// The tokens of a text.
pub(crate) fn tokens(text: &str) -> Vec<Token<'_>> {
    text.split_whitespace().map(token).collect()
}

fn token(visible: &str) -> Token<'_> {
    let open = visible.trim_start_matches(OPENING);
    let mut core = open.trim_end_matches(CLOSING);
    let behind = |core: &str| open.get(core.len()..).unwrap_or("");
    let with_stop = open.get(..core.len() + 1).filter(|_| behind(core).starts_with('.'));
    if let Some(with_stop) = with_stop
        && (keeps_its_stop(with_stop) || core.contains('.') && letters_with_stops(core))
    {
        core = with_stop;
    }
    Token { visible, core, behind: behind(core) }
}

/// `U.S`, `a.m`: single letters between full stops.
fn letters_with_stops(text: &str) -> bool {
    let mut parts = text.split('.').filter(|part| !part.is_empty());
    parts.all(|part| part.chars().count() == 1 && part.chars().all(char::is_alphabetic))
}

/// The words for the first of `tokens`, and how many tokens they cover. `shouting` says that the
/// whole sentence is in capitals.
pub(crate) fn read(tokens: &[Token<'_>], shouting: bool) -> (usize, Vec<String>) {
    let Some(first) = tokens.first() else { return (0, Vec::new()) };
    // A figure does not reach over punctuation, but for the comma in a date.
    let mut cores: Vec<&str> = Vec::new();
    for token in tokens.iter().take(3) {
        cores.push(token.core);
        let comma = token.behind == "," && cores.len() == 2;
        if !token.behind.is_empty() && !comma {
            break;
        }
    }
    let starts = first.core.contains(|c: char| c.is_ascii_digit())
        || first.core.starts_with(char::is_uppercase);
    if starts && let Some(read) = figures::read(&cores) {
        return read;
    }
    if let (Some(numeral), true) = (roman(first.core), first.core.len() > 1 && !shouting) {
        return (1, cardinal(&numeral.to_string()));
    }
    if let [name, numeral, ..] = tokens
        && name.behind.is_empty()
        && let Some(words) = monarch(name.core, numeral.core)
    {
        return (2, words);
    }
    if shouting && first.core.chars().all(|c| !c.is_lowercase()) {
        return (1, plain(&first.core.to_lowercase()));
    }
    (1, plain(first.core))
}

/// `Elizabeth II`, `John XXIII`, `Charles V`: the second.
fn monarch(name: &str, numeral: &str) -> Option<Vec<String>> {
    const NAMES: [&str; 26] = [
        "elizabeth",
        "charles",
        "george",
        "henry",
        "edward",
        "james",
        "william",
        "richard",
        "louis",
        "philip",
        "felipe",
        "frederick",
        "john",
        "paul",
        "pius",
        "leo",
        "benedict",
        "gregory",
        "nicholas",
        "alexander",
        "catherine",
        "peter",
        "napoleon",
        "wilhelm",
        "juan",
        "carlos",
    ];
    let small = name.to_lowercase();
    let number = NAMES.contains(&small.as_str()).then(|| roman(numeral))??;
    let mut words = vec![small, "the".to_owned()];
    words.extend(ordinal(&number.to_string()));
    Some(words)
}

/// The words of a token without figures.
pub(crate) fn plain(core: &str) -> Vec<String> {
    if let Some(full) = expanded(core) {
        return full.split(' ').map(str::to_owned).collect();
    }
    if core.contains("://") || core.starts_with("www.") || core.contains('@') || is_address(core) {
        return address(core);
    }
    let mut words = Vec::new();
    for part in core.split(['-', '–', '—', '/', '_', '…', '·']).filter(|part| !part.is_empty())
    {
        if letters_with_stops(part) && part.contains('.') {
            words.extend(part.chars().filter(|c| *c != '.').map(|c| c.to_lowercase().to_string()));
        } else {
            part.split('.').for_each(|part| words.extend(word(part)));
        }
    }
    words
}

fn is_address(core: &str) -> bool {
    const ENDS: [&str; 9] = [".com", ".org", ".net", ".gov", ".edu", ".io", ".cn", ".uk", ".eu"];
    ENDS.iter().any(|end| core.to_lowercase().trim_end_matches('/').ends_with(end))
}

/// A web or mail address: dots and signs by name.
fn address(core: &str) -> Vec<String> {
    let bare = core.split_once("://").map_or(core, |(_, rest)| rest).trim_end_matches('/');
    let mut words = Vec::new();
    let mut piece = String::new();
    for c in bare.chars().chain(['\0']) {
        if c.is_alphabetic() {
            piece.extend(c.to_lowercase());
            continue;
        }
        if piece == "www" {
            words.extend(["w", "w", "w"].map(str::to_owned));
        } else if !piece.is_empty() {
            words.push(std::mem::take(&mut piece));
        }
        piece.clear();
        if let Some(digit) = c.to_digit(10) {
            words.extend(cardinal(&digit.to_string()));
        } else if let Some(name) = sign(c) {
            words.push(name.to_owned());
        }
    }
    words
}

/// What a sign is called when a text is spelt.
pub(crate) fn sign_name(c: char) -> Option<&'static str> {
    sign(c)
}

/// What a sign is called in running text.
fn sign(c: char) -> Option<&'static str> {
    Some(match c {
        '.' => "dot",
        '@' => "at",
        '/' => "slash",
        '-' => "dash",
        '_' => "underscore",
        '&' => "and",
        '+' => "plus",
        '=' => "equals",
        '%' => "percent",
        '#' => "hash",
        '$' => "dollar",
        '€' => "euro",
        '£' => "pound",
        '°' => "degrees",
        '×' => "times",
        '÷' => "divided",
        '<' => "less",
        '>' => "greater",
        '©' => "copyright",
        '™' => "trademark",
        _ => return None,
    })
}

/// One word: letters of capitals, names of signs, a possessive kept.
fn word(part: &str) -> Vec<String> {
    if let Some((head, tail)) = part.split_once('&') {
        return [word(head), vec!["and".to_owned()], word(tail)].concat();
    }
    let letters: String = part.chars().map(plain_letter).collect();
    let bare = letters.trim_end_matches("'s").trim_end_matches('s');
    let capitals = !bare.is_empty() && bare.chars().all(|c| c.is_ascii_uppercase());
    if capitals && (letters.len() - bare.len() <= 2) && !is_word(bare) {
        let mut names: Vec<String> =
            bare.chars().map(|c| c.to_ascii_lowercase().to_string()).collect();
        if letters.len() > bare.len()
            && let Some(last) = names.last_mut()
        {
            last.push_str("'s");
        }
        return names;
    }
    let mut words = Vec::new();
    let mut piece = String::new();
    let mut small_before = false;
    for c in letters.chars() {
        // A capital inside starts a word: "YouTube" is known, "OpenData" is two words.
        let inside = c.is_uppercase() && small_before && piece.len() > 2 && letters.len() > 7;
        if !(c.is_alphabetic() || c == '\'') || inside {
            if !piece.is_empty() {
                words.push(std::mem::take(&mut piece).to_lowercase());
            }
            if let Some(name) = sign(c) {
                words.push(name.to_owned());
            }
        }
        if c.is_alphabetic() || c == '\'' {
            piece.push(c);
        }
        small_before = c.is_lowercase();
    }
    if !piece.is_empty() {
        words.push(piece.to_lowercase());
    }
    words.retain(|word| word.chars().any(|c| letter_name(c).is_some()));
    words
}

/// A letter without its accent.
fn plain_letter(c: char) -> char {
    match c {
        '’' | '‘' | 'ʼ' => '\'',
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ę' | 'ě' => 'e',
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'ı' => 'i',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'ő' => 'o',
        'ù' | 'ú' | 'û' | 'ü' | 'ū' | 'ű' | 'ů' => 'u',
        'ý' | 'ÿ' => 'y',
        'š' | 'ś' | 'ş' => 's',
        'ž' | 'ź' | 'ż' => 'z',
        'ł' => 'l',
        'ř' => 'r',
        'ğ' => 'g',
        'ď' | 'đ' | 'ð' => 'd',
        'ť' => 't',
        'À' | 'Á' | 'Â' | 'Ä' | 'Å' => 'A',
        'Ç' | 'Č' => 'C',
        'È' | 'É' | 'Ê' => 'E',
        'Í' | 'Î' | 'İ' => 'I',
        'Ñ' => 'N',
        'Ó' | 'Ö' | 'Ø' => 'O',
        'Ú' | 'Ü' => 'U',
        'Š' | 'Ş' => 'S',
        'Ž' => 'Z',
        'Ł' => 'L',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let tokens = tokens(text);
        let (mut at, mut words) = (0, Vec::new());
        while at < tokens.len() {
            let (used, more) = read(&tokens[at..], false);
            words.extend(more);
            at += used;
        }
        assert_eq!(words.join(" "), expected, "{text}");
    }

    #[test]
    fn news_is_read_as_a_speaker_would() {
        check("Dr. Smith met U.S. officials.", "doctor smith met u s officials");
        check("NATO and the BBC", "nato and the b b c");
        check(
            "Queen Elizabeth II and World War II",
            "queen elizabeth the second and world war two",
        );
        check("Write to desk@news.org", "write to desk at news dot org");
        check("See https://example.com/a", "see example dot com slash a");
        check("MPs' well-known café", "m p's well known cafe");
        check(
            "On November 29, 2026, he left",
            "on november twenty ninth twenty twenty six he left",
        );
        check("It may rain", "it may rain");
        check("AT&T rose 3%", "a t and t rose three percent");
    }
}
