//! Reads single facts out of prose: figures by their unit and the words before them, names by
//! their place, and words that the model knows.

/// Words that the model knows for a key.
const KNOWN: [(&str, &[&str]); 7] = [
    (
        "day",
        &[
            "Monday",
            "Tuesday",
            "Wednesday",
            "Thursday",
            "Friday",
            "Saturday",
            "Sunday",
            "周一",
            "周二",
            "周三",
            "周四",
            "周五",
            "周六",
            "周日",
        ],
    ),
    (
        "sky",
        &[
            "thunderstorms",
            "showers",
            "overcast",
            "cloudy",
            "foggy",
            "sunny",
            "clear",
            "rain",
            "snow",
            "雷雨",
            "阵雨",
            "多云",
            "晴朗",
            "有雾",
            "有雨",
            "有雪",
            "阴",
            "晴",
        ],
    ),
    (
        "cause",
        &[
            "accident",
            "roadworks",
            "flooding",
            "snow",
            "breakdown",
            "landslide",
            "demonstration",
            "交通事故",
            "道路施工",
            "积水",
            "降雪",
            "车辆故障",
            "山体滑坡",
            "集会",
        ],
    ),
    (
        "type",
        &[
            "kettle",
            "backpack",
            "lamp",
            "headset",
            "bicycle",
            "jacket",
            "desk",
            "speaker",
            "camera",
            "watch",
            "chair",
            "scooter",
            "水壶",
            "背包",
            "台灯",
            "耳机",
            "自行车",
            "夹克",
            "书桌",
            "音箱",
            "相机",
            "手表",
            "椅子",
            "滑板车",
        ],
    ),
    (
        "colour",
        &[
            "black", "white", "red", "blue", "green", "grey", "yellow", "brown", "黑色", "白色",
            "红色", "蓝色", "绿色", "灰色", "黄色", "棕色",
        ],
    ),
    (
        "material",
        &[
            "steel",
            "cotton",
            "oak",
            "aluminium",
            "leather",
            "wool",
            "bamboo",
            "glass",
            "橡木",
            "皮革",
            "羊毛",
            "玻璃",
            "钢",
            "棉",
            "铝",
            "竹",
        ],
    ),
    (
        "event",
        &[
            "concert",
            "exhibition",
            "lecture",
            "film",
            "market",
            "fair",
            "workshop",
            "音乐会",
            "展览",
            "讲座",
            "电影",
            "集市",
            "博览会",
            "工作坊",
        ],
    ),
];

/// Figures: key, units after the number, and a word that must stand shortly before it ("" for any).
const FIGURES: [(&str, &[&str], &[&str]); 20] = [
    ("alert_cm", &["cm", "厘米"], &["alert", "alarm", "警戒"]),
    (
        "change_cm",
        &["cm", "厘米"],
        &["rose by", "fell by", "up ", "down ", "risen by", "fallen by", "涨", "降"],
    ),
    ("level_cm", &["cm", "厘米"], &["to", "at", "level", "水位", "reached"]),
    ("low_c", &["°c", "degrees", "度"], &["between", "low", "最低"]),
    ("high_c", &["°c", "degrees", "度"], &["high", "and", "to", "最高"]),
    ("wind_kmh", &["km/h", "公里/小时"], &[""]),
    ("rain_pct", &["%"], &["rain", "降水"]),
    ("delay_min", &["min", "分钟"], &[""]),
    ("queue_km", &["km", "公里"], &[""]),
    ("change_pct", &["%"], &[""]),
    ("previous_pct", &["%"], &["previous", "last", "after", "上届"]),
    ("turnout_pct", &["%"], &["turnout", "投票率"]),
    ("eligible", &["voters", "eligible", "选民"], &[""]),
    ("stations", &["polling stations", "stations", "投票站"], &[""]),
    ("weight_g", &["g ", "g,", "g.", "grams", "克"], &[""]),
    ("battery_h", &["hours", "h ", "小时"], &["battery", "续航"]),
    ("price_eur", &["euro", "eur", "€"], &[""]),
    ("price_cny", &["yuan", "cny", "元"], &[""]),
    ("close", &["points", "点"], &["close", "收盘", "at"]),
    ("crowd", &["spectators", "fans", "people", "观众"], &[""]),
];

/// Names: key, what stands before, for English prose.
const NAMES: [(&str, &[&str]); 6] = [
    ("name", &["river ", "called ", "the new "]),
    ("road", &["on the ", "along the ", "on "]),
    ("place", &["near ", "in ", "at "]),
    ("index", &["the "]),
    ("home", &["match "]),
    ("scorer", &["by "]),
];

/// The facts that `text` holds for `keys`, in their order.
pub(super) fn read(
    kind: &str,
    keys: &[&'static str],
    text: &str,
    chinese: bool,
) -> Vec<(&'static str, String)> {
    let numbers = numbers(text);
    let mut used: Vec<usize> = Vec::new();
    let mut found: Vec<(&'static str, String)> = Vec::new();
    for (key, units, before) in FIGURES.iter().filter(|row| keys.contains(&row.0)) {
        let fits = |number: &&Number<'_>| !used.contains(&number.at) && number.fits(units, before);
        if let Some(number) = numbers.iter().find(fits) {
            used.push(number.at);
            found.push((key, number.text.to_owned()));
        }
    }
    let lower = text.to_lowercase();
    for (key, words) in KNOWN.iter().filter(|row| keys.contains(&row.0)) {
        let said = |word: &&&str| lower.contains(&word.to_lowercase());
        found.extend(words.iter().find(said).map(|word| (*key, (*word).to_owned())));
    }
    if !chinese {
        for (key, before) in NAMES.iter().filter(|row| keys.contains(&row.0)) {
            let digits = *key == "road";
            let name = before.iter().find_map(|before| name_after(text, before, digits));
            found.extend(name.map(|name| (*key, name)));
        }
    }
    let order = |key: &str| keys.iter().position(|known| *known == key);
    found.sort_by_key(|(key, _)| order(key));
    // A product's name may not be the place it stands in.
    found.retain(|(key, _)| !(kind == "product" && *key == "place"));
    found
}

struct Number<'a> {
    at: usize,
    text: &'a str,
    before: String,
    after: String,
}

impl Number<'_> {
    fn fits(&self, units: &[&str], before: &[&str]) -> bool {
        units.iter().any(|unit| self.after.starts_with(unit))
            && before.iter().any(|word| self.before.contains(word))
    }
}

/// Every number with what stands around it, in lower case.
fn numbers(text: &str) -> Vec<Number<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut last = 0;
    while let Some(offset) = text.get(at..).and_then(|rest| rest.find(|c: char| c.is_ascii_digit()))
    {
        let digit = at + offset;
        let minus =
            text.get(..digit).is_some_and(|head| head.ends_with('-') && !ends_in_word(head));
        let start = if minus { digit - 1 } else { digit };
        let rest = text.get(digit..).unwrap_or_default();
        let run = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
        let shown = rest.get(..run).unwrap_or_default().trim_end_matches('.');
        let end = digit + shown.len();
        at = digit + run.max(1);
        let whole = shown.len() <= 10 && shown.matches('.').count() <= 1;
        let word_before = text.get(..start).and_then(|t| t.chars().next_back());
        let part_of_word = word_before.is_some_and(|c| c.is_ascii_alphanumeric());
        if !whole || part_of_word {
            continue;
        }
        let head = text.get(last..start).unwrap_or_default();
        let near: Vec<char> = head.chars().rev().take(24).collect();
        let before: String = near.into_iter().rev().collect::<String>().to_lowercase();
        let after: String = text.get(end..).unwrap_or_default().chars().take(24).collect();
        let after = after.trim_start().to_lowercase();
        last = end;
        if let Some(text) = text.get(start..end) {
            found.push(Number { at: start, text, before, after });
        }
    }
    found
}

fn ends_in_word(head: &str) -> bool {
    head.chars().rev().nth(1).is_some_and(char::is_alphanumeric)
}

/// The capitalised words after `before`; with `digits`, one word that has digits.
fn name_after(text: &str, before: &str, digits: bool) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    lower.match_indices(before).find_map(|(at, _)| {
        let free = lower.get(..at)?.chars().next_back().is_none_or(|c| !c.is_alphanumeric());
        let words = text.get(at + before.len()..)?.split(' ');
        let mut name = Vec::new();
        for word in words.take(3) {
            let bare = word.trim_end_matches(|c: char| !c.is_alphanumeric());
            let capital = bare.chars().next().is_some_and(char::is_uppercase);
            if !capital || is_day(bare) {
                break;
            }
            name.push(bare);
            if bare.len() < word.len() {
                break;
            }
        }
        let name = name.join(" ");
        let has_digits = name.chars().any(|c| c.is_ascii_digit());
        let fits = free && !name.is_empty() && name.chars().count() <= 40 && has_digits == digits;
        fits.then_some(name)
    })
}

fn is_day(word: &str) -> bool {
    KNOWN.first().is_some_and(|(_, days)| days.contains(&word))
}
