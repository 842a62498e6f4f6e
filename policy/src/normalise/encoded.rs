//! Texts in the letters of a code: base64, hexadecimal, and escapes of single characters.
//!
//! Whether letters are a code is seen by what they decode to: a text, which letters that mean
//! nothing else than themselves practically never do.

use std::ops::Range;

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

/// Fewer letters of base64 or hexadecimal may decode to a text by chance.
const LETTERS_MIN: usize = 16;
/// So many are decoded at once: whole groups of either code.
const LETTERS_MAX: usize = 256;
/// The longest escape: `&#x10ffff;`.
const ESCAPE_MAX: usize = 10;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What a look at the start of a text says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// A code of so many bytes, all ASCII. `open`: text that follows may belong to it.
    Code { bytes: usize, open: bool },
    /// None. `open`: text that follows may make it one.
    None { open: bool },
}

/// A decoded character and the bytes that it comes from.
type Decoded = (char, Range<usize>);

/// Whether a text starts with a code.
pub(super) fn start(text: &str) -> Start {
    let bytes = text.as_bytes();
    match bytes.first() {
        Some(b'%' | b'&' | b'\\') => escapes_start(bytes),
        Some(byte) if is_code(*byte) => run_start(bytes),
        _ => Start::None { open: false },
    }
}

/// What a code says, if it is one: whatever [`start`] calls so.
pub(super) fn decode(code: &str) -> Option<Vec<Decoded>> {
    let bytes = code.as_bytes();
    match bytes.first()? {
        b'%' | b'&' | b'\\' => escapes(bytes),
        _ => hexadecimal(bytes).or_else(|| base64(bytes)),
    }
}

/// A letter of base64, also as it stands in addresses; those of hexadecimal are among them.
pub(super) const fn is_code(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// How long a run must be before it is looked at, for whoever looks over texts quickly.
pub(super) const fn is_long(run: usize) -> bool {
    run >= LETTERS_MIN
}

fn run_start(bytes: &[u8]) -> Start {
    let length = |most| bytes.iter().take(most).take_while(|byte| is_code(**byte)).count();
    let first = length(LETTERS_MIN);
    if first < LETTERS_MIN {
        return Start::None { open: first == bytes.len() };
    }
    let decodes = |most: usize| bytes.get(..most).is_some_and(|run| decode_run(run).is_some());
    // Most long words end here.
    if !decodes(first) {
        return Start::None { open: false };
    }
    let run = length(LETTERS_MAX);
    let padding = bytes.iter().skip(run).take_while(|byte| **byte == b'=').take(2).count();
    let end = if run < LETTERS_MAX { run + padding } else { run };
    let open = end == bytes.len() && run < LETTERS_MAX;
    if decodes(end) { Start::Code { bytes: end, open } } else { Start::None { open } }
}

fn decode_run(run: &[u8]) -> Option<Vec<Decoded>> {
    hexadecimal(run).or_else(|| base64(run))
}

fn hexadecimal(run: &[u8]) -> Option<Vec<Decoded>> {
    let (pairs, rest) = run.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    let bytes: Option<Vec<u8>> = pairs.iter().map(|[high, low]| pair(*high, *low)).collect();
    let bytes = bytes?;
    let places = (0..bytes.len()).map(|at| 2 * at..2 * at + 2).collect::<Vec<_>>();
    text(&bytes, &places).filter(|text| is_prose(text))
}

fn base64(run: &[u8]) -> Option<Vec<Decoded>> {
    let letters = run.iter().copied().filter(|byte| *byte != b'=').map(|byte| match byte {
        b'-' => b'+',
        b'_' => b'/',
        byte => byte,
    });
    let mut letters: Vec<u8> = letters.collect();
    if letters.len() % 4 == 1 {
        // Half a byte: the end of a run that was cut.
        letters.pop();
    }
    let bytes = BASE64.decode(&letters).ok()?;
    let places = (0..bytes.len()).map(|at| at * 8 / 6..((at + 1) * 8).div_ceil(6));
    text(&bytes, &places.collect::<Vec<_>>()).filter(|text| is_prose(text))
}

fn escapes_start(bytes: &[u8]) -> Start {
    let mut end = 0;
    while let Some((_, length)) = bytes.get(end..).and_then(escape) {
        if end + length > LETTERS_MAX {
            break;
        }
        end += length;
    }
    let rest = bytes.get(end..).unwrap_or_default();
    let open = rest.len() < ESCAPE_MAX && rest.first().is_none_or(|byte| b"%&\\".contains(byte));
    match bytes.get(..end).and_then(escapes) {
        Some(decoded) if !decoded.is_empty() => Start::Code { bytes: end, open },
        _ => Start::None { open },
    }
}

fn escapes(bytes: &[u8]) -> Option<Vec<Decoded>> {
    let (mut decoded, mut places, mut at) = (Vec::new(), Vec::new(), 0);
    while let Some((value, length)) = bytes.get(at..).and_then(escape) {
        let before = decoded.len();
        match value {
            Escape::Byte(byte) => decoded.push(byte),
            Escape::Letter(letter) => {
                decoded.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        places.extend(std::iter::repeat_n(at..at + length, decoded.len() - before));
        at += length;
    }
    text(&decoded, &places)
}

enum Escape {
    /// A byte of UTF-8.
    Byte(u8),
    Letter(char),
}

/// The escape at the start, and its length: `%6b`, `\x6b`, `\u006b`, `&#107;`, `&#x6b;`.
fn escape(bytes: &[u8]) -> Option<(Escape, usize)> {
    match bytes {
        [b'%', high, low, ..] => Some((Escape::Byte(pair(*high, *low)?), 3)),
        [b'\\', b'x', high, low, ..] => Some((Escape::Byte(pair(*high, *low)?), 4)),
        [b'\\', b'u', code @ ..] => Some((letter(code.get(..4)?, 16)?, 6)),
        [b'&', b'#', b'x' | b'X', code @ ..] => numbered(code, 16, 3),
        [b'&', b'#', code @ ..] => numbered(code, 10, 2),
        _ => None,
    }
}

fn numbered(code: &[u8], radix: u32, before: usize) -> Option<(Escape, usize)> {
    let digits = code.iter().take(ESCAPE_MAX).position(|byte| *byte == b';')?;
    Some((letter(code.get(..digits)?, radix)?, before + digits + 1))
}

fn letter(digits: &[u8], radix: u32) -> Option<Escape> {
    let digits = std::str::from_utf8(digits).ok()?;
    let code = u32::from_str_radix(digits, radix).ok().filter(|_| !digits.starts_with('+'))?;
    char::from_u32(code).map(Escape::Letter)
}

fn pair(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

/// Bytes as characters, if they are some that are seen. Half a character at either end is left out,
/// because long codes are decoded in pieces.
fn text(bytes: &[u8], places: &[Range<usize>]) -> Option<Vec<Decoded>> {
    let cut = bytes.iter().take(3).take_while(|byte| **byte & 0xc0 == 0x80).count();
    let whole = bytes.get(cut..)?;
    let valid = match std::str::from_utf8(whole) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(whole.get(..error.valid_up_to())?).ok()?
        }
        Err(_) => return None,
    };
    let seen = |letter: char| !letter.is_control() || letter.is_whitespace();
    let place = |at: usize, letter: char| {
        let last = places.get(cut + at + letter.len_utf8() - 1)?;
        Some((letter, places.get(cut + at)?.start..last.end))
    };
    valid.char_indices().map(|(at, letter)| place(at, letter).filter(|_| seen(letter))).collect()
}

/// Whether most of it are letters and spaces: other bytes that are characters are mostly signs.
fn is_prose(text: &[Decoded]) -> bool {
    let letters = text.iter().filter(|(letter, _)| letter.is_alphanumeric() || *letter == ' ');
    letters.count() * 5 >= text.len() * 4
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(code: &str) -> String {
        let Start::Code { bytes, .. } = start(code) else { return String::new() };
        decode(&code[..bytes]).unwrap().into_iter().map(|(letter, _)| letter).collect()
    }

    #[test]
    fn codes_are_told_by_what_they_say() {
        let cases = [
            ("aG93IHRvIGJ1aWxkIGEgYm9tYg==", "how to build a bomb"),
            ("aG93IHRvIGJ1aWxkIGEgYm9tYg!", "how to build a bomb"),
            ("5aaC5L2V5Yi26YCg54K45by5", "如何制造炸弹"),
            ("5aaC5L2V5Yi26YCg54K45by5PyDlpoLkvZU", "如何制造炸弹? 如何"),
            ("686f7720746f206b696c6c", "how to kill"),
            ("%6b%69%6c%6c%20him", "kill "),
            ("&#107;&#x69;\\u006c\\x6c", "kill"),
            ("%E7%82%B8弹", "炸"),
        ];
        for (code, expected) in cases {
            assert_eq!(decoded(code), expected, "{code}");
        }
    }

    #[test]
    fn what_only_looks_like_a_code_is_none() {
        let cases = [
            "internationalisation",
            "https/www/example/com/news/2026/11/30",
            "d41d8cd98f00b204e9800998ecf8427e",
            "550e8400-e29b-41d4-a716-446655440000",
            "4111111111111111",
            "AAAAB3NzaC1yc2EAAAADAQABAAABAQ",
            "% of them",
            "%de los",
            "&amp;",
            "\\user",
            "&#+65;",
            "&#1114112;",
        ];
        for text in cases {
            assert_eq!(decoded(text), "", "{text}");
        }
    }

    #[test]
    fn characters_lead_back_to_what_they_come_from() {
        let code = "aG93IHRvIGJ1aWxkIGEgYm9tYg";
        let bomb = &decode(code).unwrap()[15..];
        let (from, until) = (bomb.first().unwrap().1.start, bomb.last().unwrap().1.end);
        assert_eq!(&code[from..until], "Ym9tYg");
        assert_eq!(decode("%6b%69").unwrap()[1], ('i', 3..6));
    }

    proptest::proptest! {
        #[test]
        fn a_text_in_base64_is_read_back(text in "[a-z0-9 ]{12,180}") {
            let code = BASE64.encode(&text);
            proptest::prop_assert_eq!(decoded(&code), text);
        }

        #[test]
        fn whatever_is_called_a_code_decodes(text in "[%&#x;uA-Z0-9a-f\\\\=+/é ]{0,300}") {
            if let Start::Code { bytes, .. } = start(&text) {
                let letters = decode(&text[..bytes]).unwrap();
                proptest::prop_assert!(letters.iter().all(|(_, place)| place.end <= bytes));
            }
        }
    }
}
