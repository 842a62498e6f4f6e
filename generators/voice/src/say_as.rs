//! What `say-as` asks for.

use crate::{
    english::{figures, numbers},
    mandarin::{figures::pieces, numbers as chinese, readings},
    markup::SayAs,
    reading::{number_words, sound_out},
    script::{Script, script},
    sentence::{Item, Language, Spoken},
};

/// The items of a text read as told; none where it does not fit, so that it is read as usual.
pub(crate) fn items(text: &str, say_as: SayAs, language: Option<Language>) -> Vec<Item> {
    let text = text.trim();
    if language == Some(Language::Mandarin) || text.chars().any(|c| script(c) == Script::Han) {
        return chinese_items(text, say_as);
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let words = match say_as {
        SayAs::Characters => {
            text.chars().filter(|c| !c.is_whitespace()).flat_map(character).collect()
        }
        SayAs::Digits => numbers::one_by_one(&digits),
        SayAs::Cardinal if figures::is_number(text) => number_words(text),
        SayAs::Ordinal if !digits.is_empty() => numbers::ordinal(&digits),
        SayAs::Telephone => numbers::one_by_one(&digits),
        SayAs::Date | SayAs::Time => {
            let tokens: Vec<&str> =
                text.split([' ', ',']).filter(|token| !token.is_empty()).collect();
            match figures::read(&tokens) {
                Some((used, words)) if used == tokens.len() => words,
                _ => Vec::new(),
            }
        }
        SayAs::Cardinal | SayAs::Ordinal => Vec::new(),
    };
    if words.is_empty() {
        return Vec::new();
    }
    let spoken =
        words.into_iter().map(|text| Spoken::English { text, phones: Vec::new() }).collect();
    let mut items = vec![Item { visible: text.to_owned(), spoken, emphasis: 0, pause_ms: 0.0 }];
    sound_out(&mut items);
    items
}

fn character(c: char) -> Vec<String> {
    if c.is_ascii_digit() {
        return numbers::one_by_one(&c.to_string());
    }
    if c.is_alphabetic() {
        return vec![c.to_lowercase().to_string()];
    }
    crate::english::normalise::sign_name(c).map(str::to_owned).into_iter().collect()
}

fn chinese_items(text: &str, say_as: SayAs) -> Vec<Item> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let said = match say_as {
        SayAs::Digits => chinese::one_by_one(&digits, false),
        SayAs::Telephone => chinese::one_by_one(&digits, true),
        SayAs::Cardinal if !digits.is_empty() => chinese::decimal(text),
        SayAs::Ordinal if !digits.is_empty() => format!("第{}", chinese::cardinal(&digits)),
        SayAs::Characters if digits.len() == text.len() => chinese::one_by_one(&digits, false),
        _ => pieces(text).into_iter().map(|piece| piece.said).collect(),
    };
    let spoken: Vec<Spoken> = readings::words(&said)
        .into_iter()
        .flat_map(|word| word.syllables)
        .map(Spoken::Mandarin)
        .collect();
    if spoken.is_empty() {
        return Vec::new();
    }
    vec![Item { visible: text.to_owned(), spoken, emphasis: 0, pause_ms: 0.0 }]
}
