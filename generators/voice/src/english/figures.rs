//! Tokens with figures in words: dates, times, money, shares, measures, scores, telephone numbers.

use super::numbers::{cardinal, decimal, fraction, one_by_one, ordinal, plural, year};

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
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

type Words = Vec<String>;

fn split(text: &str) -> Words {
    text.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// A number: digits, with commas between thousands and at most one point.
pub(crate) fn is_number(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let points = text.matches('.').count();
    digits > 0
        && points <= 1
        && !text.ends_with(['.', ','])
        && !text.starts_with(',')
        && text.chars().all(|c| c.is_ascii_digit() || c == ',' || c == '.')
        && (!text.contains(',') || text.split('.').next().is_some_and(in_thousands))
}

fn in_thousands(whole: &str) -> bool {
    let mut groups = whole.split(',');
    let first = groups.next().is_some_and(|group| (1..=3).contains(&group.len()));
    first && groups.all(|group| group.len() == 3)
}

fn whole(text: &str) -> Option<u32> {
    (!text.is_empty() && text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok())?
}

fn month(text: &str) -> Option<&'static str> {
    let small = text.trim_end_matches('.').to_ascii_lowercase();
    let fits = |month: &&&str| {
        small == **month || (small == "sept" || small.len() == 3) && month.starts_with(&small)
    };
    MONTHS.iter().find(fits).copied()
}

/// The words of the first tokens, and how many tokens those are. Tokens come without the
/// punctuation around them.
pub(crate) fn read(tokens: &[&str]) -> Option<(usize, Words)> {
    let first = *tokens.first()?;
    date(tokens)
        .or_else(|| money(tokens))
        .or_else(|| clock(tokens))
        .or_else(|| measured(tokens))
        .or_else(|| alone(first).map(|words| (1, words)))
        .or_else(|| pieces(first).map(|words| (1, words)))
}

fn day(text: &str) -> Option<Words> {
    let digits = ["st", "nd", "rd", "th"].iter().find_map(|end| text.strip_suffix(end));
    let digits = digits.unwrap_or(text);
    (1..=31).contains(&whole(digits)?).then(|| ordinal(digits))
}

fn year_of(text: Option<&&str>) -> Option<Words> {
    let text = text?;
    (1000..2200).contains(&whole(text)?).then(|| year(text))
}

fn date(tokens: &[&str]) -> Option<(usize, Words)> {
    let first = *tokens.first()?;
    if let Some(month) = month(first) {
        // "May 5" is a date, "may" alone is a word.
        let Some(mut day) = tokens.get(1).and_then(|token| day(token)) else {
            let year = year_of(tokens.get(1)).filter(|_| first.starts_with(char::is_uppercase))?;
            return Some((2, [split(month), year].concat()));
        };
        day.insert(0, month.to_owned());
        return Some(match year_of(tokens.get(2)) {
            Some(year) => (3, [day, year].concat()),
            None => (2, day),
        });
    }
    if let (Some(day), Some(month)) = (day(first), tokens.get(1).and_then(|token| month(token))) {
        let words = [split("the"), day, split("of"), split(month)].concat();
        return Some(match year_of(tokens.get(2)) {
            Some(year) => (3, [words, year].concat()),
            None => (2, words),
        });
    }
    numeric_date(first).map(|words| (1, words))
}

/// `2026-11-29`, `11/29/2026`.
fn numeric_date(text: &str) -> Option<Words> {
    let parts: Vec<&str> = text.split(['-', '/', '.']).collect();
    let [a, b, c] = parts.as_slice() else { return None };
    let (year_text, month, day) = if a.len() == 4 { (a, b, c) } else { (c, a, b) };
    let (mut month, mut day) = (whole(month)?, whole(day)?);
    if month > 12 && year_text == c {
        (month, day) = (day, month);
    }
    let year = year_of(Some(year_text))?;
    let name = MONTHS.get((month as usize).checked_sub(1)?)?;
    (1..=31).contains(&day).then(|| [split(name), ordinal(&day.to_string()), year].concat())
}

fn money(tokens: &[&str]) -> Option<(usize, Words)> {
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

/// `10:30`, `7pm`, `7 p.m.`.
fn clock(tokens: &[&str]) -> Option<(usize, Words)> {
    let first = tokens.first()?.to_ascii_lowercase();
    let half = |text: &str| match text.replace('.', "").to_ascii_lowercase().as_str() {
        "am" => Some("a m"),
        "pm" => Some("p m"),
        _ => None,
    };
    let glued = ["am", "pm", "a.m.", "p.m."]
        .iter()
        .find_map(|end| Some((first.strip_suffix(end)?, half(end)?)));
    let (time, said) = glued.map_or((first.as_str(), None), |(time, said)| (time, Some(said)));
    let next = tokens.get(1).and_then(|next| half(next)).filter(|_| said.is_none());
    let said = said.or(next);
    let (hour, minute) = match time.split_once(':') {
        Some((hour, minute)) => (whole(hour)?, Some(whole(minute).filter(|_| minute.len() == 2)?)),
        None => (whole(time).filter(|_| said.is_some())?, None),
    };
    if hour > 24 || minute.is_some_and(|minute| minute > 59) {
        return None;
    }
    let mut words = cardinal(&hour.to_string());
    match minute {
        Some(0) if said.is_none() && hour > 12 => words.extend(split("hundred")),
        Some(0) if said.is_none() => words.extend(split("o'clock")),
        Some(0) | None => {}
        Some(minute @ 1..=9) => words.extend([split("oh"), cardinal(&minute.to_string())].concat()),
        Some(minute) => words.extend(cardinal(&minute.to_string())),
    }
    words.extend(split(said.unwrap_or("")));
    Some((1 + usize::from(next.is_some()), words))
}

/// A number with a unit, glued to it or behind it.
fn measured(tokens: &[&str]) -> Option<(usize, Words)> {
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

/// A single token: number, year, ordinal, decade, fraction, range, score, telephone number.
fn alone(text: &str) -> Option<Words> {
    if let Some(n) = whole(text)
        && text.len() == 4
        && (1100..2100).contains(&n)
    {
        return Some(year(text));
    }
    if is_number(text) {
        return Some(decimal(text));
    }
    for end in ["st", "nd", "rd", "th"] {
        if let Some(digits) = text.strip_suffix(end)
            && is_number(digits)
        {
            return Some(ordinal(digits));
        }
    }
    if let Some(digits) = text.strip_suffix("'s").or_else(|| text.strip_suffix('s'))
        && let Some(n) = whole(digits.trim_start_matches(['\'', '’']))
    {
        let digits = n.to_string();
        return Some(plural(if n >= 1000 { year(&digits) } else { cardinal(&digits) }));
    }
    if let Some(number) = text.strip_prefix('#').filter(|number| is_number(number)) {
        return Some([split("number"), cardinal(number)].concat());
    }
    telephone(text).or_else(|| between(text))
}

fn between(text: &str) -> Option<Words> {
    if let Some((above, below)) = text.split_once('/') {
        let (a, b) = (whole(above)?, whole(below)?);
        if a < b && b <= 100 && a > 0 {
            return Some(fraction(above, below));
        }
        return Some([cardinal(above), split("over"), cardinal(below)].concat());
    }
    let (low, high) = text.split_once(['-', '–', '—', '~'])?;
    let high_number = high.trim_end_matches('%');
    if !is_number(low.trim_end_matches('%')) || !is_number(high_number) {
        return None;
    }
    let years = low.len() == 4 && high.len() == 4;
    let read = |text: &str| if years { year(text) } else { decimal(text) };
    let mut words = [read(low.trim_end_matches('%')), split("to"), read(high_number)].concat();
    if high.ends_with('%') {
        words.push("percent".to_owned());
    }
    Some(words)
}

/// Seven digits and more in groups.
pub(crate) fn telephone(text: &str) -> Option<Words> {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let groups = text.split(['-', ' ', '(', ')', '.']).filter(|group| !group.is_empty());
    let shaped = text.chars().all(|c| c.is_ascii_digit() || "-+() .".contains(c));
    if !shaped || digits < 7 || groups.clone().count() < 2 && !text.starts_with('+') {
        return None;
    }
    let mut words = if text.starts_with('+') { split("plus") } else { Vec::new() };
    words.extend(groups.flat_map(one_by_one));
    Some(words)
}

/// Figures and letters in one token: `A320`, `5G`, `COVID-19`, `G20`.
fn pieces(text: &str) -> Option<Words> {
    if !text.contains(|c: char| c.is_ascii_digit()) || text.contains("://") || text.contains('@') {
        return None;
    }
    let mut words: Words = Vec::new();
    let mut piece = String::new();
    let flush = |piece: &mut String, words: &mut Words| {
        if piece.is_empty() {
            return;
        }
        if is_number(piece) {
            words.extend(if piece.len() == 3 && !piece.ends_with("00") {
                let (first, rest) = piece.split_at(1);
                let rest = if rest.starts_with('0') { one_by_one(rest) } else { cardinal(rest) };
                [cardinal(first), rest].concat()
            } else {
                decimal(piece)
            });
        } else {
            words.extend(super::normalise::plain(piece));
        }
        piece.clear();
    };
    let mut digits = false;
    for c in text.chars() {
        let figure = c.is_ascii_digit() || (digits && c == '.');
        if figure != digits {
            flush(&mut piece, &mut words);
        }
        digits = figure;
        if c.is_alphanumeric() || c == '.' {
            piece.push(c);
        } else if !piece.is_empty() {
            flush(&mut piece, &mut words);
        }
    }
    let mut last = piece.trim_end_matches('.').to_owned();
    flush(&mut last, &mut words);
    (!words.is_empty()).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let tokens: Vec<&str> = text.split(' ').collect();
        let (used, words) = read(&tokens).unwrap();
        assert_eq!((words.join(" "), used), (expected.to_owned(), tokens.len()), "{text}");
    }

    #[test]
    fn dates_and_times() {
        check("November 29 2026", "november twenty ninth twenty twenty six");
        check("29 November", "the twenty ninth of november");
        check("2026-11-29", "november twenty ninth twenty twenty six");
        check("11/29/2026", "november twenty ninth twenty twenty six");
        check("10:30 a.m.", "ten thirty a m");
        check("7pm", "seven p m");
        check("9:05", "nine oh five");
        check("1990s", "nineteen nineties");
    }

    #[test]
    fn money_and_measures() {
        check("$4.5 million", "four point five million dollars");
        check("€3bn", "three billion euros");
        check("£1.50", "one pounds and fifty pence".replace("pounds", "pound").as_str());
        check("4.5%", "four point five percent");
        check("-3°C", "minus three degrees celsius");
        check("5 km", "five kilometers");
        check("1 km", "one kilometer");
        check("60 mph", "sixty miles an hour");
    }

    #[test]
    fn numbers_of_other_kinds() {
        check("22nd", "twenty second");
        check("3/4", "three quarters");
        check("10-15", "ten to fifteen");
        check("555-123-4567", "five five five one two three four five six seven");
        check("A320", "a three twenty");
        check("COVID-19", "covid nineteen");
        check("5G", "five g");
    }
}
