//! Amounts of money, and numbers with units.

use super::{
    figures::{Words, is_number, split},
    numbers::{cardinal, decimal},
};

/// Sign, one unit, many units, and a hundredth of it.
const MONEY: [(&str, &str, &str, &str); 11] = [
    ("US$", "dollar", "dollars", "cents"),
    ("HK$", "hong kong dollar", "hong kong dollars", "cents"),
    ("A$", "australian dollar", "australian dollars", "cents"),
    ("C$", "canadian dollar", "canadian dollars", "cents"),
    ("$", "dollar", "dollars", "cents"),
    ("€", "euro", "euros", "cents"),
    ("£", "pound", "pounds", "pence"),
    ("¥", "yuan", "yuan", "fen"),
    ("￥", "yuan", "yuan", "fen"),
    ("₹", "rupee", "rupees", "paise"),
    ("₩", "won", "won", ""),
];
const SCALES: [(&str, &str); 12] = [
    ("k", "thousand"),
    ("m", "million"),
    ("mn", "million"),
    ("bn", "billion"),
    ("b", "billion"),
    ("tn", "trillion"),
    ("thousand", "thousand"),
    ("million", "million"),
    ("billion", "billion"),
    ("trillion", "trillion"),
    ("hundred", "hundred"),
    ("dozen", "dozen"),
];
/// A unit behind a number: one of it, many of it.
const UNITS: [(&str, &str, &str); 42] = [
    ("km", "kilometer", "kilometers"),
    ("m", "meter", "meters"),
    ("cm", "centimeter", "centimeters"),
    ("mm", "millimeter", "millimeters"),
    ("kg", "kilogram", "kilograms"),
    ("g", "gram", "grams"),
    ("mg", "milligram", "milligrams"),
    ("t", "ton", "tons"),
    ("lb", "pound", "pounds"),
    ("lbs", "pound", "pounds"),
    ("oz", "ounce", "ounces"),
    ("ft", "foot", "feet"),
    ("in", "inch", "inches"),
    ("mi", "mile", "miles"),
    ("l", "liter", "liters"),
    ("ml", "milliliter", "milliliters"),
    ("ha", "hectare", "hectares"),
    ("km/h", "kilometer an hour", "kilometers an hour"),
    ("kph", "kilometer an hour", "kilometers an hour"),
    ("mph", "mile an hour", "miles an hour"),
    ("m/s", "meter a second", "meters a second"),
    ("km²", "square kilometer", "square kilometers"),
    ("km2", "square kilometer", "square kilometers"),
    ("m²", "square meter", "square meters"),
    ("m3", "cubic meter", "cubic meters"),
    ("m³", "cubic meter", "cubic meters"),
    ("°c", "degree celsius", "degrees celsius"),
    ("°f", "degree fahrenheit", "degrees fahrenheit"),
    ("°", "degree", "degrees"),
    ("℃", "degree celsius", "degrees celsius"),
    ("kw", "kilowatt", "kilowatts"),
    ("mw", "megawatt", "megawatts"),
    ("gw", "gigawatt", "gigawatts"),
    ("kwh", "kilowatt hour", "kilowatt hours"),
    ("gb", "gigabyte", "gigabytes"),
    ("mb", "megabyte", "megabytes"),
    ("tb", "terabyte", "terabytes"),
    ("hz", "hertz", "hertz"),
    ("ghz", "gigahertz", "gigahertz"),
    ("min", "minute", "minutes"),
    ("hrs", "hour", "hours"),
    ("pts", "point", "points"),
];

/// `$4.5 million`, `€3bn`, `£1.50`.
pub(crate) fn money(tokens: &[&str]) -> Option<(usize, Words)> {
    let first = *tokens.first()?;
    let (minus, rest) = match first.strip_prefix(['-', '−']) {
        Some(rest) => (true, rest),
        None => (false, first),
    };
    let (sign, one, many, small) = MONEY.iter().find(|row| rest.starts_with(row.0))?;
    let amount = rest.strip_prefix(sign)?;
    let cut = amount.find(|c: char| !c.is_ascii_digit() && c != ',' && c != '.');
    let (amount, tail) = amount.split_at(cut.unwrap_or(amount.len()));
    if !is_number(amount) {
        return None;
    }
    let mut words = if minus { split("minus") } else { Vec::new() };
    let scale = |text: &str| {
        SCALES.iter().find(|(short, _)| *short == text.to_ascii_lowercase()).map(|row| row.1)
    };
    if let Some(scale) = scale(tail) {
        words.extend([decimal(amount), split(scale), split(many)].concat());
        return Some((1, words));
    }
    let next = tokens.get(1).filter(|next| tail.is_empty() && next.len() > 1);
    if let Some(scale) = next.and_then(|next| scale(next)) {
        words.extend([decimal(amount), split(scale), split(many)].concat());
        return Some((2, words));
    }
    if !tail.is_empty() {
        return None;
    }
    match amount.split_once('.') {
        Some((pounds, pence)) if pence.len() == 2 => {
            let unit = if pounds == "1" { one } else { many };
            words.extend([cardinal(pounds), split(unit)].concat());
            if pence != "00" {
                let pence = pence.trim_start_matches('0');
                words.extend([split("and"), cardinal(pence), split(small)].concat());
            }
        }
        _ => {
            let unit = if amount == "1" { one } else { many };
            words.extend([decimal(amount), split(unit)].concat());
        }
    }
    Some((1, words))
}

/// A number with a unit, glued to it or behind it.
pub(crate) fn measured(tokens: &[&str]) -> Option<(usize, Words)> {
    let first = *tokens.first()?;
    let (minus, rest) = match first.strip_prefix(['-', '−', '–']) {
        Some(rest) => (split("minus"), rest),
        None => match first.strip_prefix('+') {
            Some(rest) => (split("plus"), rest),
            None => (Vec::new(), first),
        },
    };
    let cut = rest.find(|c: char| !c.is_ascii_digit() && c != ',' && c != '.');
    let (number, tail) = rest.split_at(cut.unwrap_or(rest.len()));
    if !is_number(number) {
        return None;
    }
    let unit = |text: &str| {
        // One letter is a unit only where it is small: "5G" is none.
        let small = if text.len() == 1 { text.to_owned() } else { text.to_lowercase() };
        let row = UNITS.iter().find(|row| row.0 == small)?;
        Some(if number == "1" { row.1 } else { row.2 })
    };
    let said = [minus.clone(), decimal(number)].concat();
    match tail {
        "%" => Some((1, [said, split("percent")].concat())),
        "‰" => Some((1, [said, split("per mille")].concat())),
        "" if !minus.is_empty() && tokens.get(1).is_none_or(|next| unit(next).is_none()) => {
            Some((1, said))
        }
        "" => {
            // "5 in" and "3 a m" are rarely measures; what is written with a space is longer.
            let next =
                tokens.get(1).filter(|next| !["in", "m", "t", "l", "g", "min"].contains(next))?;
            Some((2, [said, split(unit(next)?)].concat()))
        }
        _ => {
            let small = tail.to_ascii_lowercase();
            let scale = SCALES.iter().find(|(short, _)| *short == small && tail != "m");
            if let Some((_, scale)) = scale {
                return Some((1, [said, split(scale)].concat()));
            }
            Some((1, [said, split(unit(tail)?)].concat()))
        }
    }
}
