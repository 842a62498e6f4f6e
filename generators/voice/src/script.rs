//! Which writing a character belongs to, and what is left out because nobody here can read it.

use std::collections::BTreeMap;

/// What a character is for a reader of English and Chinese.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Script {
    Latin,
    Han,
    /// Digits, signs, punctuation, blanks: they belong to what is beside them.
    Neutral,
    /// Left out, with the name of its writing.
    Unread(&'static str),
    /// Left out without a word: controls and joiners.
    Hidden,
}

/// Writings by their ranges.
const WRITINGS: [(u32, u32, &str); 16] = [
    (0x0370, 0x03FF, "Greek"),
    (0x0400, 0x052F, "Cyrillic"),
    (0x0530, 0x058F, "Armenian"),
    (0x0590, 0x05FF, "Hebrew"),
    (0x0600, 0x06FF, "Arabic"),
    (0x0900, 0x097F, "Devanagari"),
    (0x0980, 0x0DFF, "a writing of India"),
    (0x0E00, 0x0E7F, "Thai"),
    (0x0F00, 0x0FFF, "Tibetan"),
    (0x1100, 0x11FF, "Hangul"),
    (0x1800, 0x18AF, "Mongolian"),
    (0x3040, 0x30FF, "Kana"),
    (0xAC00, 0xD7AF, "Hangul"),
    (0x2600, 0x27BF, "emoji"),
    (0x1F000, 0x1FAFF, "emoji"),
    (0x1D400, 0x1D7FF, "mathematical letters"),
];

pub(crate) fn script(c: char) -> Script {
    let code = c as u32;
    match code {
        0x09 | 0x0A | 0x0D | 0x20..=0x40 | 0x5B..=0x60 | 0x7B..=0x7E => Script::Neutral,
        0x41..=0x5A | 0x61..=0x7A | 0xC0..=0xD6 | 0xD8..=0xF6 | 0xF8..=0x24F => Script::Latin,
        0x1E00..=0x1EFF => Script::Latin,
        0x4E00..=0x9FFF | 0x3400..=0x4DBF | 0x3007 => Script::Han,
        0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0xFE00..=0xFE0F | 0xFEFF => {
            Script::Hidden
        }
        _ if c.is_control() => Script::Hidden,
        _ => {
            let named = WRITINGS.iter().find(|(from, to, _)| (*from..=*to).contains(&code));
            match named {
                Some((.., name)) => Script::Unread(name),
                None if c.is_alphabetic() => Script::Unread("another writing"),
                None => Script::Neutral,
            }
        }
    }
}

/// Emoji that news is full of are named; the rest is left out.
fn named(c: char) -> Option<&'static str> {
    Some(match c {
        '☀' => "sun",
        '❤' => "heart",
        '✅' | '✔' => "check mark",
        '☔' => "rain",
        '❄' => "snow",
        '⚠' => "warning",
        '🔥' => "fire",
        '🌊' => "wave",
        '🎉' => "party",
        '👍' => "thumbs up",
        '😀' | '😃' | '😊' => "smile",
        '😂' => "laughter",
        '🚀' => "rocket",
        '⚽' => "football",
        _ => return None,
    })
}

/// What was left out, by writing.
#[derive(Debug, Default)]
pub(crate) struct Unread {
    samples: BTreeMap<&'static str, (usize, String)>,
}

impl Unread {
    /// The text with what nobody here can read taken out, and signs in their plain forms.
    pub(crate) fn clean(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for c in text.chars() {
            match script(c) {
                Script::Hidden => {}
                Script::Unread(writing) => {
                    if let Some(name) = named(c) {
                        out.push_str(&format!(" {name} "));
                        continue;
                    }
                    let (count, sample) = self.samples.entry(writing).or_default();
                    *count += 1;
                    if sample.chars().count() < 20 {
                        sample.push(c);
                    }
                    out.push(' ');
                }
                _ => out.push_str(plain(c, &mut [0; 4])),
            }
        }
        out
    }

    pub(crate) fn warnings(&self) -> Vec<String> {
        let warning = |(writing, (count, sample)): (&&str, &(usize, String))| {
            format!("left out {count} characters of {writing}, as no voice reads it: {sample}")
        };
        self.samples.iter().map(warning).collect()
    }
}

/// Full-width forms and single-sign fractions as plain characters.
fn plain(c: char, buffer: &mut [u8; 4]) -> &str {
    match c {
        '½' => " 1/2",
        '¼' => " 1/4",
        '¾' => " 3/4",
        '⅓' => " 1/3",
        '⅔' => " 2/3",
        '\u{a0}' | '\u{3000}' | '\u{2009}' | '\u{202f}' => " ",
        // Letters, digits and signs; the punctuation of Chinese stays what it is.
        '\u{ff01}'..='\u{ff5e}' if !"，；：！？（）".contains(c) => {
            let ascii = char::from_u32(c as u32 - 0xFEE0).unwrap_or(' ');
            ascii.encode_utf8(buffer)
        }
        other => other.encode_utf8(buffer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_reads_is_named() {
        let mut unread = Unread::default();
        assert_eq!(unread.clean("A Привет ２０ 好\u{200b}").replace(' ', ""), "A20好");
        assert_eq!(unread.clean("🔥").trim(), "fire");
        assert_eq!(unread.clean("🦖").trim(), "");
        let warnings = unread.warnings();
        assert!(warnings.iter().any(|w| w.contains("Cyrillic") && w.contains("Привет")));
        assert!(warnings.iter().any(|w| w.contains("emoji")));
    }
}
