//! Kinds of characters, as far as disguises care.

use unicode_normalization::char::is_combining_mark;

/// A Han character: words of Han characters have no spaces around them.
pub(crate) const fn is_han(letter: char) -> bool {
    matches!(letter,
        '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{323af}' | '々' | '〇')
}

/// A character of a word in a script that puts spaces between words.
pub(crate) fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() && !is_han(letter)
}

/// A sign that stands for a letter inside a disguised word.
pub(crate) const fn is_leet_sign(letter: char) -> bool {
    matches!(letter, '@' | '$' | '!' | '|')
}

/// Default-ignorable characters: a reader does not see them (Unicode, DerivedCoreProperties).
pub(crate) const fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fff8}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// A character that belongs to the one before it.
pub(crate) fn is_attached(letter: char) -> bool {
    !letter.is_ascii() && (is_mark(letter) || (is_invisible(letter) && !is_override(letter)))
}

/// A combining mark, or a Hangul vowel or final that NFKC may compose with what precedes it.
pub(crate) fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{1161}'..='\u{11ff}') || is_combining_mark(letter)
}

/// A mark that strikes a letter through (U+0334–0338).
pub(crate) const fn is_overlay(letter: char) -> bool {
    matches!(letter, '\u{334}'..='\u{338}')
}

/// Starts a run that is shown in another order than it is stored.
pub(crate) const fn is_override(letter: char) -> bool {
    matches!(letter, '\u{202d}' | '\u{202e}')
}

/// Ends such a run; so does the end of a line, in what is shown.
pub(crate) const fn ends_override(letter: char) -> bool {
    matches!(letter, '\u{202c}' | '\u{2069}')
}

/// A sign that writers put between letters to hide a word.
pub(crate) const fn is_separator(letter: char) -> bool {
    matches!(
        letter,
        ' ' | '\t'
            | '\n'
            | '\r'
            | '\u{3000}'
            | '.'
            | '_'
            | '*'
            | '-'
            | '·'
            | '•'
            | '|'
            | '/'
            | '\\'
            | '~'
            | '+'
            | '#'
            | '^'
            | '='
            | '‧'
            | '・'
    )
}

/// A mark between words or, as an apostrophe, inside one.
pub(crate) const fn is_punctuation(letter: char) -> bool {
    is_apostrophe(letter) || matches!(letter, ',' | ';' | ':' | '!' | '?' | '"')
}

pub(crate) const fn is_apostrophe(letter: char) -> bool {
    matches!(letter, '\'' | '’')
}
