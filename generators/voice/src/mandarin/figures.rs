//! Figures between Chinese characters, in characters.

use super::numbers::{cardinal, decimal, one_by_one};

/// A stretch of a Chinese sentence: what is seen, and the characters that are said for it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Piece {
    pub(crate) visible: String,
    pub(crate) said: String,
}

/// Units behind a number.
const UNITS: [(&str, &str); 24] = [
    ("km/h", "公里每小时"),
    ("km²", "平方公里"),
    ("m²", "平方米"),
    ("m³", "立方米"),
    ("km", "公里"),
    ("cm", "厘米"),
    ("mm", "毫米"),
    ("kg", "公斤"),
    ("mg", "毫克"),
    ("ml", "毫升"),
    ("GW", "吉瓦"),
    ("MW", "兆瓦"),
    ("kW", "千瓦"),
    ("GB", "吉字节"),
    ("℃", "摄氏度"),
    ("°C", "摄氏度"),
    ("°", "度"),
    ("%", "%"),
    ("％", "%"),
    ("‰", "‰"),
    ("m", "米"),
    ("g", "克"),
    ("t", "吨"),
    ("L", "升"),
];
const MONEY: [(&str, &str); 8] = [
    ("US$", "美元"),
    ("HK$", "港元"),
    ("$", "美元"),
    ("€", "欧元"),
    ("£", "英镑"),
    ("¥", "元"),
    ("￥", "元"),
    ("₩", "韩元"),
];
/// Measure words before which two is 两.
const MEASURES: &str = "个人次名位天年万亿千倍家项条辆艘架座台小岁公米吨元分周份场起点所支只件种张片层间匹头瓶杯碗本届";

/// Cuts a Chinese sentence into characters and figures.
pub(crate) fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let before = pieces.last().map_or("", |piece| piece.visible.as_str());
        if let Some((length, said)) = figure(rest, before) {
            let (visible, tail) = rest.split_at(length);
            pieces.push(Piece { visible: visible.to_owned(), said });
            rest = tail;
            continue;
        }
        let (visible, tail) = rest.split_at(c.len_utf8());
        let said = match c {
            '〇' => "零",
            '%' | '％' => "百分号",
            '+' => "加",
            '=' => "等于",
            '&' => "和",
            '@' => "艾特",
            '°' => "度",
            '℃' => "摄氏度",
            '×' => "乘",
            '/' => "或",
            _ => visible,
        };
        match pieces.last_mut().filter(|piece| piece.visible == piece.said && said == visible) {
            Some(piece) => {
                piece.visible.push(c);
                piece.said.push(c);
            }
            None => pieces.push(Piece { visible: visible.to_owned(), said: said.to_owned() }),
        }
        rest = tail;
    }
    pieces
}

/// The length of the number at the start: digits, commas between thousands, one point.
fn number(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let (mut at, mut point) = (0, false);
    loop {
        let thousands =
            bytes.get(at) == Some(&b',') && (1..=3).all(|step| digit(at + step)) && !digit(at + 4);
        let fraction = bytes.get(at) == Some(&b'.') && !point && digit(at + 1);
        if digit(at) {
            at += 1;
        } else if at > 0 && (thousands || fraction) {
            point |= fraction;
            at += 1;
        } else {
            return at;
        }
    }
}

/// A figure at the start of `text`: its length in bytes and the characters said for it.
fn figure(text: &str, before: &str) -> Option<(usize, String)> {
    if let Some((sign, unit)) = MONEY.iter().find(|(sign, _)| text.starts_with(sign)) {
        let rest = text.get(sign.len()..)?;
        let length = number(rest);
        let (amount, tail) = rest.split_at_checked(length)?;
        if length == 0 {
            return None;
        }
        let scale: String = tail.chars().take_while(|c| "万亿千百".contains(*c)).collect();
        let used = sign.len() + length + scale.len();
        return Some((used, format!("{}{scale}{unit}", decimal(amount))));
    }
    let minus = ["-", "−"].iter().find(|sign| text.starts_with(**sign));
    let start =
        minus.filter(|_| before.is_empty() || !before.ends_with(|c: char| c.is_ascii_digit()));
    let skip = start.map_or(0, |sign| sign.len());
    let body = text.get(skip..)?;
    let length = number(body);
    if length == 0 {
        return None;
    }
    let (digits, tail) = body.split_at_checked(length)?;
    let (used, said) = date(digits, tail)
        .or_else(|| time(digits, tail))
        .or_else(|| range(digits, tail))
        .or_else(|| unit(digits, tail))
        .unwrap_or_else(|| (0, plain(digits, tail, before)));
    let sign =
        if skip > 0 { if tail.starts_with(['℃', '°']) { "零下" } else { "负" } } else { "" };
    Some((skip + length + used, format!("{sign}{said}")))
}

/// `2026-11-29`, `2026/11/29`; years are read digit by digit.
fn date(digits: &str, tail: &str) -> Option<(usize, String)> {
    if digits.len() != 4 || digits.contains(['.', ',']) {
        return None;
    }
    if tail.starts_with('年') {
        let years =
            tail.starts_with("年来") || tail.starts_with("年前") || tail.starts_with("年历史");
        return (!years).then(|| (0, one_by_one(digits, false)));
    }
    let separator = tail.chars().next().filter(|c| ['-', '/', '.'].contains(c))?;
    let mut parts = tail.get(1..)?.splitn(2, separator);
    let month = parts.next().filter(|m| (1..=2).contains(&m.len()) && number(m) == m.len())?;
    let rest = parts.next()?;
    let length = number(rest);
    let day = rest.get(..length).filter(|day| (1..=2).contains(&day.len()))?;
    let strip = |text: &str| cardinal(text.trim_start_matches('0'));
    let said = format!("{}年{}月{}日", one_by_one(digits, false), strip(month), strip(day));
    Some((1 + month.len() + 1 + day.len(), said))
}

/// `10:30`, and scores such as `3:2`.
fn time(digits: &str, tail: &str) -> Option<(usize, String)> {
    let colon = tail.chars().next().filter(|c| [':', '：'].contains(c))?;
    let rest = tail.get(colon.len_utf8()..)?;
    let length = number(rest);
    let second = rest.get(..length).filter(|second| !second.is_empty())?;
    let (hour, minute): (u32, u32) = (digits.parse().ok()?, second.parse().ok()?);
    let used = colon.len_utf8() + length;
    if second.len() == 2 && hour <= 24 && minute < 60 {
        let hour = if hour == 2 { "两".to_owned() } else { cardinal(&hour.to_string()) };
        let said = match minute {
            0 => format!("{hour}点"),
            1..=9 => format!("{hour}点零{}分", cardinal(&minute.to_string())),
            _ => format!("{hour}点{}分", cardinal(&minute.to_string())),
        };
        return Some((used, said));
    }
    Some((used, format!("{}比{}", cardinal(digits), cardinal(second))))
}

/// `3-5`, `3~5`, also with a unit behind.
fn range(digits: &str, tail: &str) -> Option<(usize, String)> {
    let dash = ["—", "–", "~", "～", "-", "至"].iter().find(|dash| tail.starts_with(**dash))?;
    let rest = tail.get(dash.len()..)?;
    let length = number(rest);
    let second = rest.get(..length).filter(|second| !second.is_empty())?;
    if rest.get(length..).is_some_and(|after| after.starts_with('-')) {
        return None;
    }
    let behind = rest.get(length..).unwrap_or("");
    let years = digits.len() == 4 && second.len() == 4;
    let read = |text: &str| if years { one_by_one(text, false) } else { decimal(text) };
    if behind.starts_with(['%', '％']) {
        let sign = behind.chars().next().map_or(1, char::len_utf8);
        let said = format!("百分之{}到百分之{}", read(digits), read(second));
        return Some((dash.len() + length + sign, said));
    }
    Some((dash.len() + length, format!("{}到{}", read(digits), read(second))))
}

fn unit(digits: &str, tail: &str) -> Option<(usize, String)> {
    if tail.starts_with('/') {
        let rest = tail.get(1..)?;
        let length = number(rest);
        let below = rest.get(..length).filter(|below| !below.is_empty())?;
        return Some((1 + length, format!("{}分之{}", cardinal(below), cardinal(digits))));
    }
    let gap = tail.len() - tail.trim_start_matches(' ').len();
    let tail = tail.trim_start_matches(' ');
    let (sign, name) = UNITS.iter().find(|(sign, _)| tail.starts_with(sign))?;
    let after = tail.get(sign.len()..).unwrap_or("");
    if sign.ends_with(|c: char| c.is_ascii_alphabetic())
        && after.starts_with(|c: char| c.is_ascii_alphanumeric())
    {
        return None;
    }
    let said = match *name {
        "%" => format!("百分之{}", decimal(digits)),
        "‰" => format!("千分之{}", decimal(digits)),
        name => format!("{}{name}", counted(digits)),
    };
    Some((gap + sign.len(), said))
}

fn counted(digits: &str) -> String {
    if digits == "2" { "两".to_owned() } else { decimal(digits) }
}

/// A number on its own: how it is read depends on what is beside it.
fn plain(digits: &str, tail: &str, before: &str) -> String {
    let calls = ["电话", "热线", "拨打", "手机", "号码", "致电"];
    let mobile = digits.len() == 11 && digits.starts_with('1');
    let called = calls.iter().any(|call| before.ends_with(call) || tail.starts_with(call));
    if !digits.contains('.') && (mobile || called || digits.len() > 12) {
        return one_by_one(digits, true);
    }
    if digits == "2"
        && tail.chars().next().is_some_and(|c| MEASURES.contains(c))
        && !before.ends_with('第')
    {
        return "两".to_owned();
    }
    decimal(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let said: String = pieces(text).iter().map(|piece| piece.said.as_str()).collect();
        assert_eq!(said, expected, "{text}");
    }

    #[test]
    fn figures_are_read_as_a_speaker_would() {
        check("2026年11月29日", "二零二六年十一月二十九日");
        check("2026-11-29", "二零二六年十一月二十九日");
        check("增长4.5%", "增长百分之四点五");
        check("上午10:30", "上午十点三十分");
        check("气温-3℃", "气温零下三摄氏度");
        check("2个人跑了5km", "两个人跑了五公里");
        check("电话13800138000", "电话幺三八零零幺三八零零零");
        check("拨打110", "拨打幺幺零");
        check("¥300", "三百元");
        check("$2.5亿", "二点五亿美元");
        check("第2名", "第二名");
        check("3-5天", "三到五天");
        check("1/3", "三分之一");
        check("以3:2获胜", "以三比二获胜");
    }
}
