//! Who is in a scene.

mod dialogue;
mod intents;
mod phrases;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub(crate) use dialogue::{Answer, Setting, answer, greeting};

use crate::{
    brief::{Brief, CharacterWish, clean},
    document::{Character, Doing, Material, Mood, round, rounded},
    lots::Lots,
};

/// What a character remembers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Memory {
    /// What the visitor is called, if they said so.
    pub(crate) visitor: Option<String>,
    /// What the visitor said last, at most eight.
    pub(crate) heard: Vec<String>,
    /// How often each kind of question was asked; kinds are few.
    pub(crate) asked: BTreeMap<String, u32>,
    /// How often the character spoke of the goal.
    pub(crate) goal_told: u32,
}

/// Role and name of two people.
type Two = [(&'static str, &'static str); 2];

/// By place, in English and Chinese.
const CAST: [(&str, Two, Two); 8] = [
    (
        "harbour",
        [("fisher", "Marta"), ("lighthouse keeper", "Jonas")],
        [("渔民", "阿海"), ("灯塔守望人", "老周")],
    ),
    (
        "market",
        [("baker", "Rosa"), ("fruit seller", "Emil")],
        [("面包师", "小麦"), ("水果摊主", "阿强")],
    ),
    (
        "studio",
        [("presenter", "Nora"), ("camera operator", "Theo")],
        [("主持人", "林岚"), ("摄像师", "小天")],
    ),
    ("park", [("gardener", "Ida"), ("cyclist", "Leo")], [("园丁", "小荷"), ("骑行者", "阿乐")]),
    (
        "mountain",
        [("mountain guide", "Vera"), ("hiker", "Sam")],
        [("登山向导", "高山"), ("徒步者", "小云")],
    ),
    (
        "forest",
        [("ranger", "Hanna"), ("mushroom gatherer", "Otto")],
        [("护林员", "青松"), ("采菇人", "老林")],
    ),
    ("field", [("farmer", "Greta"), ("miller", "Paul")], [("农民", "田嫂"), ("磨坊主", "老磨")]),
    ("", [("guide", "Alma"), ("visitor", "Finn")], [("向导", "小安"), ("游客", "小凡")]),
];

const SKIN: [&str; 6] = ["#f1c9a5", "#d9a57b", "#b57a50", "#8a5836", "#e6b58d", "#6b4328"];
const HAIR: [&str; 6] = ["#3b2a20", "#1f1b1a", "#8a5a33", "#c9b59a", "#6e3b24", "#55504c"];
const COATS: [&str; 6] = ["#e0a72e", "#2f6f8f", "#c4543f", "#4d7a52", "#6a5a8c", "#d9d2c3"];
const TROUSERS: [&str; 4] = ["#39465a", "#5a4a3c", "#2f3a3f", "#6b6458"];
const HATS: [&str; 4] = ["#27364d", "#a8432f", "#7a6a4c", "#3f6b5c"];

/// The characters of a scene, by id, with their looks among the materials.
pub(crate) fn cast(
    brief: &Brief,
    place: &str,
    spots: &[[f64; 3]],
    lots: &mut Lots,
    materials: &mut BTreeMap<String, Material>,
) -> BTreeMap<String, Character> {
    let mut characters = BTreeMap::new();
    let wishes = if brief.characters.is_empty() {
        usual(place, brief.chinese())
    } else {
        brief.characters.clone()
    };
    let shift = lots.next();
    for (number, wish) in wishes.iter().enumerate().take(6) {
        let id = format!("person-{}", number + 1);
        let style = shift.wrapping_add(number as u64);
        dress(&id, style, lots, materials);
        let spot = spots.get(number).copied().unwrap_or([number as f64 - 2.0, 0.0, 6.0]);
        let says =
            dialogue::opening(&clean(&wish.name), &clean(&wish.role), brief.chinese(), number);
        let character = Character {
            name: clean(&wish.name),
            role: clean(&wish.role),
            goal: clean(&wish.goal),
            at: rounded(spot),
            turn: facing(
                spot,
                if place == "studio" { [0.0, 0.0, 9.0] } else { [spot[0] * 0.3, 0.0, 14.0] },
            ),
            size: round(lots.between(0.96, 1.05)),
            does: if number == 0 { Doing::Wave } else { Doing::Idle },
            mood: Mood::Calm,
            says: if number == 0 { says } else { String::new() },
        };
        characters.insert(id, character);
    }
    characters
}

/// Degrees about the vertical at which somebody at `from` looks at `to`.
pub(crate) fn facing(from: [f64; 3], to: [f64; 3]) -> f64 {
    round((to[0] - from[0]).atan2(to[2] - from[2]).to_degrees())
}

/// A number that chooses a character's hair and hat.
pub(crate) fn style(id: &str, seed: u64) -> u64 {
    let number: u64 = id.rsplit('-').next().and_then(|last| last.parse().ok()).unwrap_or(0);
    seed.wrapping_add(number)
}

fn usual(place: &str, chinese: bool) -> Vec<CharacterWish> {
    let place = match place {
        "beach" | "river" => "harbour",
        "lake" => "mountain",
        "village" => "field",
        other => other,
    };
    let row = CAST.iter().find(|row| row.0 == place).or_else(|| CAST.last());
    let Some((_, english, other)) = row else { return Vec::new() };
    let cast = if chinese { other } else { english };
    cast.iter()
        .map(|(role, name)| CharacterWish {
            name: (*name).to_owned(),
            role: (*role).to_owned(),
            goal: String::new(),
        })
        .collect()
}

fn dress(id: &str, style: u64, lots: &mut Lots, materials: &mut BTreeMap<String, Material>) {
    let mut paint = |what: &str, colours: &[&'static str], at: u64| {
        let colour =
            colours.get((at % colours.len() as u64) as usize).copied().unwrap_or("#888888");
        let glow = "#000000".to_owned();
        let material = Material { colour: colour.to_owned(), roughness: 0.8, metal: 0.0, glow };
        materials.insert(format!("{id}-{what}"), material);
    };
    paint("skin", &SKIN, lots.next() >> 8);
    paint("hair", &HAIR, lots.next() >> 8);
    paint("coat", &COATS, style);
    paint("trousers", &TROUSERS, lots.next() >> 8);
    paint("hat", &HATS, lots.next() >> 8);
}
