//! Numbers as tables write them and as charts show them.

/// Signs that may stand beside a number and say its unit.
const SIGNS: [&str; 8] = ["%", "‰", "€", "$", "£", "¥", "°C", "°"];

/// A header's name, and the unit in its brackets.
pub(crate) fn unit_of(head: &str) -> (String, Option<String>) {
    let head = head.trim();
    for (open, close) in [('(', ')'), ('[', ']'), ('（', '）')] {
        let Some(rest) = head.strip_suffix(close) else { continue };
        if let Some((name, unit)) = rest.rsplit_once(open)
            && !name.trim().is_empty()
            && !unit.trim().is_empty()
        {
            return (name.trim().to_owned(), Some(unit.trim().to_owned()));
        }
    }
    (head.to_owned(), None)
}

/// The number of a cell, and the sign beside it; `None` when it is none.
pub(crate) fn read(cell: &str) -> Option<(f64, Option<String>)> {
    let mut text = cell.trim().replace(['\u{2212}', '－'], "-");
    let mut sign = None;
    for known in SIGNS {
        let rest = text.strip_suffix(known).map(str::trim_end).map(str::to_owned);
        let rest = rest.or_else(|| {
            let (minus, rest) = text.strip_prefix('-').map_or(("", text.as_str()), |r| ("-", r));
            rest.strip_prefix(known).map(|rest| format!("{minus}{}", rest.trim_start()))
        });
        if let Some(rest) = rest {
            (text, sign) = (rest, Some(known.to_owned()));
            break;
        }
    }
    let digits = plain(&text)?;
    let value: f64 = digits.parse().ok()?;
    (value.is_finite() && value.abs() < 1e15).then_some((value, sign))
}

/// The digits without what separates thousands, with a point before decimals.
fn plain(text: &str) -> Option<String> {
    let text: String =
        text.chars().filter(|c| !matches!(c, '\'' | '’' | ' ' | '\u{a0}' | '\u{202f}')).collect();
    let body = text.strip_prefix(['-', '+']).unwrap_or(&text);
    if !body.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let commas = text.matches(',').count();
    if commas == 0 {
        return Some(text);
    }
    let groups: Vec<&str> = body.split('.').next()?.split(',').collect();
    let are_thousands = groups.iter().skip(1).all(|group| group.len() == 3)
        && groups.first().is_some_and(|group| (1..=3).contains(&group.len()));
    if are_thousands {
        return Some(text.replace(',', ""));
    }
    // A single comma that separates no thousands stands before decimals.
    (commas == 1 && !text.contains('.')).then(|| text.replace(',', "."))
}

/// Steps of an axis: round numbers that are easily read.
pub(crate) fn step(span: f64, count: f64) -> f64 {
    let rough = (span / count).max(1e-12);
    let power = 10_f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().find(|f| f * power >= rough * 0.999);
    factor.unwrap_or(10.0) * power
}

/// A number with as many decimals as it needs, at most two.
pub(crate) fn written(value: f64, is_chinese: bool) -> String {
    let (scaled, suffix) = scaled(value, value.abs(), is_chinese);
    let decimals = (0..3).find(|d| {
        let power = 10_f64.powi(*d);
        ((scaled * power).round() / power - scaled).abs() < 1e-6 * scaled.abs().max(1.0)
    });
    format!("{}{suffix}", grouped(scaled, decimals.unwrap_or(2) as usize))
}

/// A number of an axis whose steps are `step` and whose greatest is `most`.
pub(crate) fn tick(value: f64, step: f64, most: f64, is_chinese: bool) -> String {
    let (scaled_value, suffix) = scaled(value, most, is_chinese);
    let scaled_step = scaled(step, most, is_chinese).0;
    let decimals = (0..5).find(|d| {
        let power = 10_f64.powi(*d);
        ((scaled_step * power).round() / power - scaled_step).abs() < scaled_step.abs() * 1e-3
    });
    let suffix = if value == 0.0 { "" } else { suffix };
    format!("{}{suffix}", grouped(scaled_value, decimals.unwrap_or(5) as usize))
}

/// A number in thousands or millions, when it is that large.
fn scaled(value: f64, most: f64, is_chinese: bool) -> (f64, &'static str) {
    let units: [(f64, &str); 3] = if is_chinese {
        [(1e12, "万亿"), (1e8, "亿"), (1e4, "万")]
    } else {
        [(1e9, "bn"), (1e6, "m"), (1e5, "k")]
    };
    let found = units.into_iter().find(|(size, _)| most >= *size);
    found.map_or((value, ""), |(size, name)| {
        // Thousands are only written so from a hundred of them on.
        let size = if name == "k" { 1e3 } else { size };
        (value / size, name)
    })
}

/// Digits in groups of three.
fn grouped(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, rest) = text.split_once('.').map_or((text.as_str(), None), |(a, b)| (a, Some(b)));
    let mut digits = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            digits.push(',');
        }
        digits.push(digit);
    }
    let is_negative = value < 0.0 && text.chars().any(|c| ('1'..='9').contains(&c));
    let minus = if is_negative { "–" } else { "" };
    rest.map_or_else(|| format!("{minus}{digits}"), |rest| format!("{minus}{digits}.{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read() {
        let check = |text: &str, expected: Option<f64>| {
            assert_eq!(read(text).map(|(value, _)| value), expected, "{text}");
        };
        check("1,234,567.5", Some(1_234_567.5));
        check("1 234", Some(1234.0));
        check("1’234", Some(1234.0));
        check("3,5", Some(3.5));
        check("−4", Some(-4.0));
        check("-$4.20", Some(-4.2));
        check("12.5 %", Some(12.5));
        for text in ["12,34,5", "abc", "1e999", "inf", "NaN", "1.2.3", "--3", "€", "2024-05-01"] {
            check(text, None);
        }
    }

    #[test]
    fn numbers_are_written() {
        assert_eq!(written(1234.5, false), "1,234.5");
        assert_eq!(written(-0.001, false), "0.00");
        assert_eq!(written(2_500_000.0, false), "2.5m");
        assert_eq!(written(25_000.0, true), "2.5万");
        assert_eq!(tick(0.5, 0.25, 1.0, false), "0.50");
        assert_eq!(tick(150_000.0, 50_000.0, 200_000.0, false), "150k");
    }

    #[test]
    fn units_are_found_in_brackets() {
        assert_eq!(unit_of("Level (cm)"), ("Level".to_owned(), Some("cm".to_owned())));
        assert_eq!(unit_of("水位（米）"), ("水位".to_owned(), Some("米".to_owned())));
        assert_eq!(unit_of("(cm)"), ("(cm)".to_owned(), None));
    }
}
