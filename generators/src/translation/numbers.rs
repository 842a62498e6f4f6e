//! Numbers must not be lost on the way.

/// The digits of each number of a text, sorted; what stands between digits does not count, for
/// languages write 1,200.5 and 1.200,5.
pub(crate) fn of(text: &str) -> Vec<String> {
    let mut numbers = Vec::new();
    let mut number = String::new();
    let characters: Vec<char> = text.chars().collect();
    for (index, c) in characters.iter().enumerate() {
        if let Some(digit) = c.to_digit(10) {
            number.extend(char::from_digit(digit, 10));
            continue;
        }
        // Digits of full width, as in Chinese texts.
        if let Some(digit) = (*c as u32).checked_sub('０' as u32).filter(|digit| *digit < 10) {
            number.extend(char::from_digit(digit, 10));
            continue;
        }
        let next = characters.get(index + 1).is_some_and(char::is_ascii_digit);
        if !(number.is_empty() || (next && [',', '.', '\u{a0}', '\u{202f}', '\''].contains(c))) {
            numbers.push(std::mem::take(&mut number));
        }
    }
    if !number.is_empty() {
        numbers.push(number);
    }
    numbers.sort();
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_their_digits() {
        assert_eq!(of("1,200.5 and 3"), of("3 und 1.200,5"));
        assert_eq!(of("第１２条，2026年"), ["12", "2026"]);
        assert_ne!(of("40 cm"), of("14 cm"));
        assert!(of("none").is_empty());
    }
}
