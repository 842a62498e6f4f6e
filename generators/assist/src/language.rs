//! Which language a text is in, told by its characters.

use types::Language;

/// Chinese, if at least a tenth of the letters are Chinese characters.
#[must_use]
pub fn detect(text: &str) -> Language {
    let (mut han, mut others) = (0_usize, 0_usize);
    for c in text.chars() {
        if is_han(c) {
            han += 1;
        } else if c.is_alphabetic() {
            others += 1;
        }
    }
    // A Latin word has about five letters, a Chinese one two characters.
    if han > 0 && han * 10 >= others { Language::Zh } else { Language::En }
}

/// Whether a character is a Chinese ideograph.
pub(crate) const fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_tell_the_language() {
        let check = |text, expected| assert_eq!(detect(text), expected, "{text}");
        check("The river rose.", Language::En);
        check("河水上涨。", Language::Zh);
        check("卑尔根 Bergen 的水位", Language::Zh);
        check(
            "A long English sentence that quotes one word, 河, of another language.",
            Language::En,
        );
        check("", Language::En);
        check("12:30", Language::En);
    }
}
