//! How scenes open, and how they are described.

use super::empty;
use crate::{
    brief::{Brief, clean},
    document::{Choice, Document},
    feedback::{Hour, Weather},
    light,
    lots::Lots,
    people,
    place::{furnish, place_name},
    vocabulary,
};

/// The document of a new scene.
pub(super) fn open(brief: &Brief, lots: &mut Lots) -> Document {
    let chinese = brief.chinese();
    let wish = vocabulary::read(&brief.prompt);
    let place = wish.place.unwrap_or_else(|| place_of(&wish));
    let mut document = empty(brief, place);
    document.weather = wish.weather.unwrap_or(Weather::Clear);
    document.time = wish.hour.unwrap_or(Hour::Day);
    let furnished = furnish(place, &wish, lots, chinese);
    document.nodes = furnished.nodes;
    document.camera = furnished.camera;
    light::set(&mut document);
    document.characters =
        people::cast(brief, place, &furnished.spots, lots, &mut document.materials);
    document.title = place_name(place, chinese).to_owned();
    describe(&mut document);
    if !wish.unknown.is_empty() {
        let words = wish.unknown.iter().map(|word| clean(word)).collect::<Vec<_>>();
        document.warnings.push(if chinese {
            format!("这些词在场景中没有对应的内容：{}", words.join("、"))
        } else {
            format!("nothing in this scene stands for: {}", words.join(", "))
        });
    }
    document.options = options(&document);
    document
}

/// The place that things suggest when none is named.
fn place_of(wish: &vocabulary::Wish) -> &'static str {
    let first = wish.things.first().map_or("", |(thing, _)| *thing);
    match first {
        "boat" | "lighthouse" | "sailboat" => "harbour",
        "stall" => "market",
        "car" | "bicycle" => "street",
        "windmill" | "train" => "field",
        "church" | "house" | "fence" => "village",
        "pine" | "campfire" => "forest",
        "cactus" => "desert",
        "palm" | "parasol" => "beach",
        "bridge" => "river",
        "desk" | "screen" | "camera-rig" | "spotlight" => "studio",
        "flowers" | "bench" => "park",
        _ => "plaza",
    }
}

pub(super) fn describe(document: &mut Document) {
    let chinese = document.language == "zh";
    let (weather, time) = (document.weather, document.time);
    let place = place_name(&document.place, chinese);
    let inside = document.place == "studio";
    let mut things: Vec<&str> = Vec::new();
    for node in document.nodes.values().filter(|node| node.shown && !node.label.is_empty()) {
        if !things.contains(&node.label.as_str()) && things.len() < 6 {
            things.push(&node.label);
        }
    }
    let people: Vec<String> = document
        .characters
        .values()
        .map(|character| match (character.role.is_empty(), chinese) {
            (true, _) => character.name.clone(),
            (false, true) => format!("{}（{}）", character.name, character.role),
            (false, false) => format!("{} ({})", character.name, character.role),
        })
        .collect();
    document.description = if chinese {
        let air = if inside {
            String::new()
        } else {
            format!("，{}，{}", word_zh_hour(time), word_zh(weather))
        };
        format!("{place}{air}。可见：{}。人物：{}。", things.join("、"), people.join("、"))
    } else {
        let air = if inside {
            String::new()
        } else {
            format!(", {}, {}", word_hour(time), word(weather))
        };
        let things = things.join(", ").to_lowercase();
        format!("{place}{air}. To be seen: {things}. People: {}.", people.join(", "))
    };
}

pub(super) fn word(weather: Weather) -> &'static str {
    match weather {
        Weather::Clear => "clear sky",
        Weather::Cloudy => "clouds",
        Weather::Rain => "rain",
        Weather::Snow => "snow",
        Weather::Fog => "fog",
    }
}

fn word_zh(weather: Weather) -> &'static str {
    match weather {
        Weather::Clear => "晴朗",
        Weather::Cloudy => "多云",
        Weather::Rain => "下雨",
        Weather::Snow => "下雪",
        Weather::Fog => "有雾",
    }
}

pub(super) fn word_hour(hour: Hour) -> &'static str {
    match hour {
        Hour::Dawn => "at dawn",
        Hour::Day => "by day",
        Hour::Dusk => "at dusk",
        Hour::Night => "at night",
    }
}

fn word_zh_hour(hour: Hour) -> &'static str {
    match hour {
        Hour::Dawn => "黎明",
        Hour::Day => "白天",
        Hour::Dusk => "黄昏",
        Hour::Night => "夜晚",
    }
}

const CHOICES: [(&str, &str, &str); 6] = [
    ("next-hour", "Next hour of the day", "下一个时辰"),
    ("next-weather", "Other weather", "换一种天气"),
    ("ask-story", "Ask for a story", "请讲一个故事"),
    ("ask-place", "Ask about this place", "问问这里有什么"),
    ("come", "Come closer, please", "请走近一点"),
    ("overview", "See the whole scene", "看全景"),
];

fn options(document: &Document) -> Vec<Choice> {
    let (chinese, inside) = (document.language == "zh", document.place == "studio");
    CHOICES
        .iter()
        .filter(|(id, _, _)| !(inside && id.starts_with("next-")))
        .map(|(id, english, other)| Choice {
            id: (*id).to_owned(),
            label: if chinese { *other } else { *english }.to_owned(),
        })
        .collect()
}
