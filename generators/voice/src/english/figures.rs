//! Tokens with figures in words: dates, times, money, shares, measures, scores, telephone numbers.

use super::{
    amounts::{measured, money},
    numbers::{cardinal, decimal, fraction, one_by_one, ordinal, plural, year},
};

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
pub(crate) type Words = Vec<String>;

pub(crate) fn split(text: &str) -> Words {
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
