//! Time, weather and materials: what everything looks like.

use std::collections::BTreeMap;

use crate::{
    document::{Document, Material, Sky, Sun, round},
    feedback::{Hour, Weather},
};

/// Name, colour, roughness, metal.
type Paint = (&'static str, &'static str, f64, f64);

/// Materials of the ground, which snow covers and rain darkens.
const OUTSIDE: [Paint; 18] = [
    ("grass", "#86b05c", 0.95, 0.0),
    ("moss", "#6b8f4e", 0.95, 0.0),
    ("wheat", "#d8b65a", 0.95, 0.0),
    ("gravel", "#d9c7a3", 0.95, 0.0),
    ("earth", "#9a7350", 0.95, 0.0),
    ("sand", "#ead2a0", 0.95, 0.0),
    ("paving", "#c9bda9", 0.85, 0.0),
    ("asphalt", "#6d7078", 0.85, 0.0),
    ("hill", "#7d9f78", 1.0, 0.0),
    ("rock-far", "#8790a0", 1.0, 0.0),
    ("roof-1", "#c0563b", 0.8, 0.0),
    ("roof-2", "#4c5d70", 0.7, 0.0),
    ("roof-3", "#8c4a3c", 0.8, 0.0),
    ("leaf-1", "#6f9f48", 0.9, 0.0),
    ("leaf-2", "#4f8a4b", 0.9, 0.0),
    ("leaf-3", "#93ad4a", 0.9, 0.0),
    ("needle", "#3f7356", 0.9, 0.0),
    ("palm-leaf", "#5f9c4a", 0.9, 0.0),
];

const OTHERS: [Paint; 51] = [
    ("product", "#2b6ca3", 0.45, 0.0),
    ("snow", "#f5f8fc", 0.9, 0.0),
    ("water", "#3f86a8", 0.12, 0.1),
    ("water-light", "#bfe3ee", 0.2, 0.0),
    ("stone", "#a9a59c", 0.9, 0.0),
    ("brick", "#a8584a", 0.9, 0.0),
    ("bark", "#7c5a3e", 0.95, 0.0),
    ("cactus", "#5c9163", 0.9, 0.0),
    ("cloud", "#ffffff", 1.0, 0.0),
    ("wall-1", "#f3e9d6", 0.85, 0.0),
    ("wall-2", "#e8b98a", 0.85, 0.0),
    ("wall-3", "#d9d2c3", 0.85, 0.0),
    ("wall-4", "#a9c4c9", 0.85, 0.0),
    ("wall-5", "#d98c74", 0.85, 0.0),
    ("far-1", "#8fa3b8", 0.8, 0.0),
    ("far-2", "#a5b1bf", 0.8, 0.0),
    ("far-3", "#7b8ea6", 0.8, 0.0),
    ("trim", "#fbf6ea", 0.7, 0.0),
    ("window", "#4f6b80", 0.2, 0.1),
    ("window-dark", "#33475a", 0.15, 0.1),
    ("door-1", "#2f5f6f", 0.6, 0.0),
    ("door-2", "#7a4530", 0.6, 0.0),
    ("door-3", "#3f6b4f", 0.6, 0.0),
    ("wood", "#a77b52", 0.85, 0.0),
    ("wood-red", "#a34a3a", 0.85, 0.0),
    ("crate", "#c49a63", 0.85, 0.0),
    ("metal", "#5d6672", 0.45, 0.6),
    ("rubber", "#2c3038", 0.85, 0.0),
    ("leather", "#6d432b", 0.7, 0.0),
    ("rope", "#b9a37c", 0.95, 0.0),
    ("cloth", "#fbf4e4", 0.9, 0.0),
    ("awning-1", "#d8503f", 0.85, 0.0),
    ("awning-2", "#f0a63a", 0.85, 0.0),
    ("awning-3", "#2f8f86", 0.85, 0.0),
    ("awning-4", "#3f6fb0", 0.85, 0.0),
    ("paint-1", "#c8402f", 0.45, 0.0),
    ("paint-2", "#2b6ca3", 0.45, 0.0),
    ("paint-3", "#e0a72e", 0.45, 0.0),
    ("paint-4", "#2f8a6a", 0.45, 0.0),
    ("red", "#cf3f34", 0.6, 0.0),
    ("white", "#f7f5f0", 0.6, 0.0),
    ("bloom-1", "#e8553f", 0.8, 0.0),
    ("bloom-2", "#f2b632", 0.8, 0.0),
    ("bloom-3", "#b565a7", 0.8, 0.0),
    ("lamp", "#fff1cf", 0.4, 0.0),
    ("flame", "#ffb347", 0.6, 0.0),
    ("ink", "#23262d", 0.4, 0.0),
    ("mouth", "#8d3f3a", 0.7, 0.0),
    ("screen", "#12355e", 0.3, 0.0),
    ("screen-map", "#3fa7d6", 0.5, 0.0),
    ("accent-glow", "#2fb5c9", 0.4, 0.0),
];

const STUDIO: [Paint; 4] = [
    ("studio-floor", "#4a5567", 0.35, 0.1),
    ("studio-wall", "#34425a", 0.9, 0.0),
    ("studio-panel", "#40516d", 0.7, 0.0),
    ("studio-desk", "#5a6f96", 0.4, 0.2),
];

/// Sets sky, sun and materials by the document's hour, weather and place.
pub(crate) fn set(document: &mut Document) {
    let inside = matches!(document.place.as_str(), "studio" | "stage");
    let hour = if inside { Hour::Day } else { document.time };
    let weather = if inside { Weather::Clear } else { document.weather };
    document.sky = sky(hour, weather);
    document.sun = sun(hour, weather);
    if inside {
        document.sky.haze = 0.0;
        if document.place == "studio" {
            document.sky = Sky {
                top: "#6d7c96".into(),
                horizon: "#8b9ab3".into(),
                ground: "#565d6b".into(),
                strength: 0.95,
                haze: 0.0,
                stars: 0.0,
            };
        }
        document.sun.strength = 2.2;
        document.sun.towards = unit([0.45, 0.75, 0.62]);
    }
    let dark = match (hour, inside) {
        (Hour::Night, false) => 1.0,
        (Hour::Dusk | Hour::Dawn, false) => 0.7,
        _ if matches!(weather, Weather::Rain | Weather::Fog) => 0.25,
        _ => 0.0,
    };
    paint(&mut document.materials, weather, dark, document.place == "studio");
}

fn paint(materials: &mut BTreeMap<String, Material>, weather: Weather, dark: f64, studio: bool) {
    for (place, (name, colour, roughness, metal)) in
        OUTSIDE.iter().chain(&OTHERS).chain(&STUDIO).enumerate()
    {
        let (mut colour, mut roughness) = ((*colour).to_owned(), *roughness);
        let outside = place < OUTSIDE.len();
        match weather {
            Weather::Snow if outside => colour = mix(&colour, "#f4f7fb", 0.78),
            Weather::Rain if outside => {
                colour = mix(&colour, "#2b3440", 0.28);
                roughness *= 0.45;
            }
            Weather::Cloudy | Weather::Fog if outside => colour = mix(&colour, "#8d959c", 0.15),
            _ => {}
        }
        let glow = match *name {
            "window" => mix("#000000", "#ffc76a", dark * 0.95),
            "lamp" if studio => "#fff4da".to_owned(),
            "lamp" => mix("#000000", "#ffdf9a", 0.15 + dark * 0.85),
            "flame" => "#ff9d2e".to_owned(),
            "screen" => "#0d2f5c".to_owned(),
            "screen-map" => "#2a86b8".to_owned(),
            "accent-glow" => "#1fa6bd".to_owned(),
            _ => "#000000".to_owned(),
        };
        let material = Material { colour, roughness: round(roughness), metal: *metal, glow };
        materials.insert((*name).to_owned(), material);
    }
}

fn sky(hour: Hour, weather: Weather) -> Sky {
    let (top, horizon, ground, strength, stars) = match hour {
        Hour::Day => ("#4f9fe0", "#d9edf7", "#b9b39b", 0.95, 0.0),
        Hour::Dawn => ("#7d9fd0", "#fcd5b4", "#a59a90", 0.75, 0.0),
        Hour::Dusk => ("#41508a", "#f7a56c", "#8f7a74", 0.62, 0.15),
        Hour::Night => ("#0f1a40", "#34497c", "#2a3350", 0.72, 1.0),
    };
    let (grey, amount, haze) = match weather {
        Weather::Clear => ("#ffffff", 0.0, 0.0045),
        Weather::Cloudy => ("#a9b4c0", 0.55, 0.007),
        Weather::Rain => ("#7f8c99", 0.7, 0.013),
        Weather::Snow => ("#d5dde6", 0.65, 0.014),
        Weather::Fog => ("#c3cace", 0.8, 0.045),
    };
    let night = hour == Hour::Night;
    let grey = if night { mix(grey, "#1a2338", 0.82) } else { grey.to_owned() };
    let clear = weather == Weather::Clear;
    Sky {
        top: mix(top, &grey, amount),
        horizon: mix(horizon, &grey, amount),
        ground: ground.to_owned(),
        strength: round(if clear { strength } else { strength * 1.05 }),
        haze,
        stars: if clear { stars } else { 0.0 },
    }
}

fn sun(hour: Hour, weather: Weather) -> Sun {
    let (towards, colour, strength) = match hour {
        Hour::Day => ([0.55, 0.8, 0.5], "#fff2d6", 3.0),
        Hour::Dawn => ([0.85, 0.35, 0.45], "#ffd3a1", 2.3),
        Hour::Dusk => ([-0.85, 0.3, 0.4], "#ff9f5c", 2.1),
        Hour::Night => ([-0.4, 0.75, 0.5], "#a9bdf0", 1.0),
    };
    let share = match weather {
        Weather::Clear => 1.0,
        Weather::Cloudy => 0.5,
        Weather::Snow => 0.55,
        Weather::Rain => 0.3,
        Weather::Fog => 0.25,
    };
    Sun { towards: unit(towards), colour: colour.to_owned(), strength: round(strength * share) }
}

fn unit(a: [f64; 3]) -> [f64; 3] {
    let length = a.iter().map(|part| part * part).sum::<f64>().sqrt();
    a.map(|part| round(part / length))
}

/// The parts of `#rrggbb`, 0 to 1; black for what is none.
pub(crate) fn parts(colour: &str) -> [f64; 3] {
    let number = colour.strip_prefix('#').and_then(|hex| u32::from_str_radix(hex, 16).ok());
    let number = number.unwrap_or(0);
    [number >> 16, number >> 8, number].map(|part| f64::from(part & 0xff) / 255.0)
}

pub(crate) fn hex(parts: [f64; 3]) -> String {
    let [r, g, b] = parts.map(|part| (part.clamp(0.0, 1.0) * 255.0).round() as u8);
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// Between two colours.
pub(crate) fn mix(from: &str, to: &str, share: f64) -> String {
    let ([a, b, c], [d, e, f]) = (parts(from), parts(to));
    hex([a + (d - a) * share, b + (e - b) * share, c + (f - c) * share])
}

/// A part of a colour in linear light.
pub(crate) fn linear(part: f64) -> f64 {
    if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
}
