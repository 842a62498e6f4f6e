//! Sees that what was made of a text adds no name and no number to it.

use std::collections::HashSet;

use types::Language;

use crate::{
    correct::segments,
    language,
    reading::{Kind, Reading, Token},
};

/// Chinese numerals: what they count is a number.
const NUMERALS: &str = "〇零一二三四五六七八九十百千万亿两半几";

/// Names and numbers of `made` that are not in `source`; empty if it is faithful.
#[must_use]
pub fn added(source: &str, made: &str) -> Vec<String> {
    let reading = Reading::of(source);
    let known: HashSet<&str> = reading.tokens.iter().map(|token| token.lower.as_str()).collect();
    let made_reading = Reading::of(made);
    let strange = |token: &&Token| {
        let named = match token.kind {
            Kind::Word => token.capital,
            Kind::Number | Kind::Code => true,
            _ => false,
        };
        named && !known.contains(token.lower.as_str())
    };
    let mut added: Vec<String> = made_reading
        .tokens
        .iter()
        .filter(strange)
        .map(|token| made_reading.written(token))
        .collect();
    if language::detect(made) == Language::Zh {
        added.extend(added_chinese(source, made));
    }
    added
}

/// Chinese names and numbers that do not stand in the source so.
fn added_chinese(source: &str, made: &str) -> Vec<String> {
    let named = |(word, kind): &(String, char)| {
        (kind.is_uppercase() || *kind == 'x') && !source.contains(word.as_str())
    };
    let mut added: Vec<String> =
        segments(made).into_iter().filter(named).map(|(word, _)| word).collect();
    // A part of a number is another number, so whole ones are compared.
    let known: HashSet<&str> = numbers(source).collect();
    added.extend(numbers(made).filter(|number| !known.contains(number)).map(str::to_owned));
    added
}

fn numbers(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c| !NUMERALS.contains(c)).filter(|number| !number.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_is_told() {
        let check = |source: &str, made: &str, expected: &[&str]| {
            assert_eq!(added(source, made), expected, "{made}");
        };
        check("Anna Berg paid 4,200 kroner.", "Berg paid 4,200 kroner", &[]);
        check("Anna Berg paid 4,200 kroner.", "Olsen paid 4,300 kroner", &["Olsen", "4,300"]);
        check("the council met", "Council met", &[]);
        check("卑尔根的水位上升了三米。", "卑尔根水位上升三米", &[]);
        check("卑尔根的水位上升了三米。", "北京水位上升五米", &["北京", "五"]);
        check("一百三十名乘客", "三十名乘客", &["三十"]);
    }
}
