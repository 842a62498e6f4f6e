//! Numbers in words.

const SMALL: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] =
    ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const GROUPS: [&str; 6] = ["", "thousand", "million", "billion", "trillion", "quadrillion"];

fn push(words: &mut Vec<String>, word: &str) {
    words.push(word.to_owned());
}

fn below_thousand(n: u64, and: bool, words: &mut Vec<String>) {
    let (hundreds, rest) = (n / 100, n % 100);
    if hundreds > 0 {
        push(words, SMALL.get(hundreds as usize).unwrap_or(&""));
        push(words, "hundred");
        if rest > 0 && and {
            push(words, "and");
        }
    }
    if let Some(word) = SMALL.get(rest as usize) {
        if rest > 0 {
            push(words, word);
        }
    } else {
        push(words, TENS.get(rest as usize / 10).unwrap_or(&""));
        if rest % 10 > 0 {
            push(words, SMALL.get(rest as usize % 10).unwrap_or(&""));
        }
    }
}

/// A whole number: `"1024"` → one thousand twenty four. Longer ones than 18 digits digit by digit.
pub(crate) fn cardinal(digits: &str) -> Vec<String> {
    let plain: String = digits.chars().filter(char::is_ascii_digit).collect();
    if plain.len() > 18 || (plain.len() > 1 && plain.starts_with('0')) {
        return one_by_one(&plain);
    }
    let Ok(n) = plain.parse::<u64>() else { return Vec::new() };
    let mut words = Vec::new();
    if n == 0 {
        push(&mut words, "zero");
    }
    for group in (0..6).rev() {
        let part = n / 1000u64.pow(group) % 1000;
        if part > 0 {
            let and = group == 0 && n > 999 && part < 100;
            if and {
                push(&mut words, "and");
            }
            below_thousand(part, false, &mut words);
            if group > 0 {
                push(&mut words, GROUPS.get(group as usize).unwrap_or(&""));
            }
        }
    }
    words
}

/// Digit by digit.
pub(crate) fn one_by_one(digits: &str) -> Vec<String> {
    let value = |c: char| c.to_digit(10).and_then(|d| SMALL.get(d as usize));
    digits.chars().filter_map(value).map(|word| (*word).to_owned()).collect()
}

/// A number with a fraction: `"3.14"` → three point one four.
pub(crate) fn decimal(number: &str) -> Vec<String> {
    let Some((whole, fraction)) = number.split_once('.') else { return cardinal(number) };
    let mut words = if whole.is_empty() { vec!["zero".to_owned()] } else { cardinal(whole) };
    push(&mut words, "point");
    words.extend(one_by_one(fraction));
    words
}

/// `"22"` → twenty second.
pub(crate) fn ordinal(digits: &str) -> Vec<String> {
    let mut words = cardinal(digits);
    if let Some(last) = words.last_mut() {
        *last = match last.as_str() {
            "one" => "first".to_owned(),
            "two" => "second".to_owned(),
            "three" => "third".to_owned(),
            "five" => "fifth".to_owned(),
            "eight" => "eighth".to_owned(),
            "nine" => "ninth".to_owned(),
            "twelve" => "twelfth".to_owned(),
            tens if tens.ends_with('y') => format!("{}ieth", tens.trim_end_matches('y')),
            other => format!("{other}th"),
        };
    }
    words
}

/// A year: nineteen eighty four, two thousand six, twenty twenty six.
pub(crate) fn year(digits: &str) -> Vec<String> {
    let Ok(n) = digits.parse::<u32>() else { return cardinal(digits) };
    let (century, rest) = (n / 100, n % 100);
    if !(1100..2100).contains(&n) || (2000..2010).contains(&n) {
        return cardinal(digits);
    }
    let mut words = cardinal(&century.to_string());
    match rest {
        0 => push(&mut words, "hundred"),
        1..=9 => {
            push(&mut words, "oh");
            words.extend(cardinal(&rest.to_string()));
        }
        _ => words.extend(cardinal(&rest.to_string())),
    }
    words
}

/// The last word in the plural: nineteen eighties, two thirds.
pub(crate) fn plural(mut words: Vec<String>) -> Vec<String> {
    if let Some(last) = words.last_mut() {
        if let Some(stem) = last.strip_suffix('y') {
            *last = format!("{stem}ies");
        } else if last.ends_with(['s', 'x']) || last.ends_with("ch") {
            last.push_str("es");
        } else {
            last.push('s');
        }
    }
    words
}

/// `3/4` → three quarters.
pub(crate) fn fraction(above: &str, below: &str) -> Vec<String> {
    let mut words = cardinal(above);
    let one = above == "1";
    let part = match below {
        "2" if one => vec!["half".to_owned()],
        "2" => vec!["halves".to_owned()],
        "4" if one => vec!["quarter".to_owned()],
        "4" => vec!["quarters".to_owned()],
        _ if one => ordinal(below),
        _ => plural(ordinal(below)),
    };
    words.extend(part);
    words
}

/// The value of a Roman numeral in capitals up to 49, or nothing.
pub(crate) fn roman(numeral: &str) -> Option<u32> {
    if numeral.is_empty() || numeral.len() > 7 {
        return None;
    }
    (1..50).find(|n| {
        let tens = ["", "X", "XX", "XXX", "XL"].get((n / 10) as usize).copied().unwrap_or("");
        let ones = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"];
        let ones = ones.get((n % 10) as usize).copied().unwrap_or("");
        numeral.strip_prefix(tens) == Some(ones)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_words() {
        let said = |words: Vec<String>| words.join(" ");
        assert_eq!(said(cardinal("0")), "zero");
        assert_eq!(said(cardinal("1,024")), "one thousand and twenty four");
        assert_eq!(
            said(cardinal("2345678")),
            "two million three hundred forty five thousand six hundred seventy eight"
        );
        assert_eq!(said(cardinal("007")), "zero zero seven");
        assert_eq!(said(decimal("3.14")), "three point one four");
        assert_eq!(said(ordinal("22")), "twenty second");
        assert_eq!(said(ordinal("30")), "thirtieth");
        assert_eq!(said(year("1984")), "nineteen eighty four");
        assert_eq!(said(year("1906")), "nineteen oh six");
        assert_eq!(said(year("2026")), "twenty twenty six");
        assert_eq!(said(year("2005")), "two thousand and five");
        assert_eq!(said(year("1900")), "nineteen hundred");
        assert_eq!(said(plural(year("1990"))), "nineteen nineties");
        assert_eq!(said(fraction("3", "4")), "three quarters");
        assert_eq!(said(fraction("1", "3")), "one third");
        assert_eq!(roman("XXIII"), Some(23));
        assert_eq!(roman("IIX"), None);
    }
}
