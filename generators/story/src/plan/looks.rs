//! Looks that stay the same from picture to picture.

use super::picking::{mix, pick};
use crate::{Brief, Character};

const STYLES: [&str; 5] = [
    "flat illustration, few colours, clear shapes, soft light",
    "watercolour on rough paper, light washes, visible pencil lines",
    "paper cut-out, layered shapes, soft shadows",
    "woodcut with two colours, bold lines",
    "gouache, warm light, simple shapes",
];
const STYLES_CHINESE: [&str; 5] = [
    "扁平插画，颜色少，形状清楚，光线柔和",
    "粗纸水彩，淡彩，可见铅笔线",
    "剪纸，层次分明，阴影柔和",
    "双色木刻，线条有力",
    "水粉画，光线温暖，形状简洁",
];
const HAIR: [&str; 6] = [
    "short black hair",
    "grey hair in a bun",
    "curly brown hair",
    "a shaved head",
    "long red hair",
    "white hair",
];
const HAIR_CHINESE: [&str; 6] = ["黑色短发", "灰发盘髻", "棕色卷发", "光头", "红色长发", "白发"];
const COATS: [&str; 6] = [
    "a yellow raincoat",
    "a blue work jacket",
    "a green jumper",
    "a red scarf and grey coat",
    "a white shirt",
    "a brown leather jacket",
];
const COATS_CHINESE: [&str; 6] =
    ["黄色雨衣", "蓝色工装", "绿色毛衣", "红围巾和灰大衣", "白衬衫", "棕色皮夹克"];

/// The style of all pictures.
pub(super) fn style(brief: &Brief) -> String {
    let given = brief.style.as_ref().map(|style| style.trim()).filter(|style| !style.is_empty());
    let styles = if brief.chinese() { &STYLES_CHINESE } else { &STYLES };
    given.map_or_else(|| pick(styles, mix(brief.seed, 77)).to_owned(), str::to_owned)
}

/// The characters, each with looks.
pub(super) fn sheet(brief: &Brief) -> Vec<Character> {
    let (hair, coats, and) = if brief.chinese() {
        (&HAIR_CHINESE, &COATS_CHINESE, "，")
    } else {
        (&HAIR, &COATS, ", ")
    };
    (0..)
        .zip(&brief.characters)
        .map(|(at, character)| {
            let seed = mix(brief.seed, 1_000 + at);
            let chosen = format!("{}{and}{}", pick(hair, seed), pick(coats, mix(seed, 1)));
            let given = character.looks.trim();
            let looks = if given.is_empty() { chosen } else { given.to_owned() };
            Character { name: character.name.trim().to_owned(), looks }
        })
        .collect()
}
