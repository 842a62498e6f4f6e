//! What each chapter shows, in the words of the starter picture model.

use super::picking::{mix, pick};
use crate::Brief;

/// A word of the picture model, its Chinese, and what in a brief means it.
struct Word {
    name: &'static str,
    chinese: &'static str,
    also: &'static [&'static str],
}

const fn word(name: &'static str, chinese: &'static str, also: &'static [&'static str]) -> Word {
    Word { name, chinese, also }
}

const OBJECTS: [Word; 12] = [
    word("boat", "小船", &["ship", "ferry", "sail", "fishing", "船"]),
    word("lighthouse", "灯塔", &["beacon"]),
    word("bridge", "桥", &["crossing"]),
    word("windmill", "风车", &["mill", "wind turbine", "风力"]),
    word("train", "火车", &["railway", "rail", "station", "铁路"]),
    word("car", "汽车", &["traffic", "truck", "bus", "driver", "交通", "路况"]),
    word("church", "教堂", &["chapel", "cathedral"]),
    word(
        "tower",
        "塔楼",
        &["town hall", "parliament", "council", "election", "bank", "market", "选举", "股市"],
    ),
    word("balloon", "热气球", &["festival", "air"]),
    word("tree", "树", &["orchard", "garden", "park", "公园"]),
    word("house", "房子", &["home", "family", "school", "家", "学校"]),
    word("castle", "城堡", &["king", "queen", "palace", "王"]),
];
const GROUNDS: [Word; 11] = [
    word("harbour", "港口", &["harbor", "port", "dock", "quay", "码头"]),
    word("sea", "大海", &["ocean", "sail", "wave", "海"]),
    word("beach", "海滩", &["coast", "shore", "dune", "海岸"]),
    word("river", "河", &["flood", "stream", "water level", "江", "水位", "洪水"]),
    word("lake", "湖", &["pond"]),
    word("forest", "森林", &["wood", "woods", "树林"]),
    word("village", "村庄", &["hamlet", "村"]),
    word("field", "田野", &["farm", "harvest", "meadow", "农"]),
    word("desert", "沙漠", &["sand", "drought", "干旱"]),
    word("road", "公路", &["motorway", "journey", "travel", "路"]),
    word("street", "街道", &["city", "town", "election", "market", "shop", "城", "街", "市"]),
];
const BACKDROPS: [Word; 4] = [
    word("mountains", "群山", &["mountain", "alps", "peak", "山"]),
    word("hills", "丘陵", &["hill", "valley"]),
    word("skyline", "天际线", &["city", "town", "street", "城"]),
    word("plain", "平原", &["flat", "sea", "海"]),
];
const WEATHERS: [Word; 5] = [
    word("clear", "晴朗", &["sun", "sunny", "bright", "晴"]),
    word("cloudy", "多云", &["cloud", "clouds", "overcast", "grey", "阴", "云"]),
    word("rain", "雨", &["rainy", "storm", "flood", "wet", "洪水", "雨"]),
    word("snow", "雪", &["snowy", "winter", "ice", "冬", "雪"]),
    word("fog", "雾", &["foggy", "mist", "雾"]),
];
const TIMES: [Word; 4] = [
    word("dawn", "黎明", &["morning", "sunrise", "早", "晨"]),
    word("day", "白天", &["noon", "afternoon", "午"]),
    word("dusk", "黄昏", &["evening", "sunset", "傍晚"]),
    word("night", "夜晚", &["midnight", "moon", "stars", "dark", "夜"]),
];

/// What a picture shows.
pub(super) struct Scene([&'static Word; 5]);

impl Scene {
    /// In words of the picture model.
    pub(super) fn words(&self) -> String {
        self.0.map(|word| word.name).join(", ")
    }

    /// As a sentence for those who do not see it.
    pub(super) fn alt(&self, chinese: bool) -> String {
        let [object, ground, backdrop, weather, time] = self.0;
        if chinese {
            return format!(
                "插图：{}，{}、{}，{}，{}。",
                object.chinese, ground.chinese, backdrop.chinese, weather.chinese, time.chinese
            );
        }
        let weather = match weather.name {
            "clear" => "under a clear sky",
            "cloudy" => "under clouds",
            "rain" => "in the rain",
            "snow" => "in the snow",
            _ => "in the fog",
        };
        let time = match time.name {
            "day" => "by day",
            "night" => "at night",
            "dawn" => "at dawn",
            _ => "at dusk",
        };
        let ground = ground.name;
        let behind = if backdrop.name == "plain" { "flat land" } else { backdrop.name };
        format!(
            "Illustration: a {} by a {ground}, {behind} behind it, {weather}, {time}.",
            object.name
        )
    }
}

/// One scene a chapter: the place stays, the hour moves on, other things come into sight.
pub(super) fn scenes(brief: &Brief, count: u32) -> Vec<Scene> {
    let sources: String =
        brief.sources.iter().flat_map(|s| [s.title.as_str(), " ", &s.text, " "]).collect();
    let texts = [brief.brief.to_lowercase(), sources.to_lowercase()];
    let grounds = named(&GROUNDS, &texts);
    let seed = mix(brief.seed, 500);
    let ground = grounds.first().copied().unwrap_or_else(|| {
        let usual = ["field", "river", "lake", "village"];
        by_name(&GROUNDS, pick(&usual, seed))
    });
    let backdrop = named(&BACKDROPS, &texts).first().copied().unwrap_or_else(|| {
        let usual = match ground.name {
            "street" | "harbour" => "skyline",
            "sea" | "beach" | "desert" => "plain",
            "forest" | "lake" => "mountains",
            _ => "hills",
        };
        by_name(&BACKDROPS, usual)
    });
    let mut objects = named(&OBJECTS, &texts);
    objects.extend(suiting(ground.name).iter().map(|name| by_name(&OBJECTS, name)));
    let mut seen = Vec::new();
    objects.retain(|word| {
        !seen.contains(&word.name) && {
            seen.push(word.name);
            true
        }
    });
    let weather = named(&WEATHERS, &texts);
    let times = named(&TIMES, &texts);
    let start = times.first().map_or(0, |time| place_of(time.name));
    (0..count as usize)
        .map(|at| {
            let hour = if count == 1 { start } else { start + at * 3 / (count as usize - 1) };
            let time = TIMES.get(hour % TIMES.len());
            let object = objects.get(at % objects.len().max(1)).copied();
            let weather = weather.get(at % weather.len().max(1)).copied();
            Scene([
                object.unwrap_or_else(|| by_name(&OBJECTS, "tree")),
                ground,
                backdrop,
                weather.unwrap_or_else(|| by_name(&WEATHERS, "clear")),
                time.unwrap_or_else(|| by_name(&TIMES, "day")),
            ])
        })
        .collect()
}

fn place_of(name: &str) -> usize {
    TIMES.iter().position(|time| time.name == name).unwrap_or(0)
}

fn by_name<const N: usize>(list: &'static [Word; N], name: &str) -> &'static Word {
    static TREE: Word = word("tree", "树", &[]);
    list.iter().find(|word| word.name == name).unwrap_or(&TREE)
}

/// Objects that suit a ground.
fn suiting(ground: &str) -> [&'static str; 3] {
    match ground {
        "harbour" | "sea" => ["boat", "lighthouse", "bridge"],
        "beach" => ["lighthouse", "boat", "house"],
        "river" => ["bridge", "boat", "house"],
        "lake" => ["boat", "tree", "castle"],
        "street" => ["car", "house", "tower"],
        "road" => ["car", "tree", "church"],
        "forest" => ["house", "train", "castle"],
        "village" => ["church", "house", "tree"],
        "desert" => ["tree", "train", "balloon"],
        _ => ["tree", "windmill", "balloon"],
    }
}

/// Which words are meant: those of the first text in the order they stand there, then others.
fn named<const N: usize>(list: &'static [Word; N], texts: &[String; 2]) -> Vec<&'static Word> {
    let mut found: Vec<&'static Word> = Vec::new();
    for text in texts {
        let mut here: Vec<(usize, &'static Word)> = list
            .iter()
            .filter_map(|word| {
                let names = [word.name, word.chinese];
                let all = names.iter().chain(word.also);
                all.filter_map(|name| place(text, name)).min().map(|at| (at, word))
            })
            .collect();
        here.sort_by_key(|(at, _)| *at);
        found.extend(here.into_iter().map(|(_, word)| word));
    }
    found
}

/// Where a word stands in a text, as a whole word (with a plural s) unless it is Chinese.
fn place(text: &str, name: &str) -> Option<usize> {
    let free = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    text.match_indices(name).map(|(at, _)| at).find(|at| {
        if !name.is_ascii() {
            return true;
        }
        let before = text.get(..*at).and_then(|text| text.chars().next_back());
        let after = text.get(at + name.len()..).unwrap_or_default();
        let after = after.strip_prefix('s').unwrap_or(after);
        free(before) && free(after.chars().next())
    })
}
