//! The state of the whole: what a client shows. Lengths are metres, y is up, the camera looks
//! towards −z; colours are `#rrggbb` in sRGB.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    brief::Kind,
    feedback::{Hour, Weather},
};

/// The state of a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// What kind of thing is shown.
    pub kind: Kind,
    /// Its title.
    pub title: String,
    /// `en` or `zh`.
    pub language: String,
    /// The label that is always in sight.
    pub notice: String,
    /// What is to be seen, for those who do not see it.
    pub description: String,
    /// The kind of place, for example `harbour`.
    pub place: String,
    /// The weather.
    pub weather: Weather,
    /// The hour.
    pub time: Hour,
    /// The sky and the air.
    pub sky: Sky,
    /// The sun or the moon.
    pub sun: Sun,
    /// Materials by name.
    pub materials: BTreeMap<String, Material>,
    /// Things by id.
    pub nodes: BTreeMap<String, Node>,
    /// Characters by id.
    pub characters: BTreeMap<String, Character>,
    /// Where it is seen from.
    pub camera: Camera,
    /// The words of an advertisement.
    pub advert: Option<Advert>,
    /// What can be chosen.
    pub options: Vec<Choice>,
    /// What of the brief is not shown.
    pub warnings: Vec<String>,
}

/// The sky and the air.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sky {
    /// Colour overhead.
    pub top: String,
    /// Colour at the horizon, and of the haze.
    pub horizon: String,
    /// Colour of the light from below.
    pub ground: String,
    /// How bright the light of the sky is, 0 to 1.
    pub strength: f64,
    /// Haze a metre.
    pub haze: f64,
    /// How bright the stars are, 0 to 1.
    pub stars: f64,
}

/// The sun or the moon.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sun {
    /// Towards it; of length 1.
    pub towards: [f64; 3],
    /// The colour of its light.
    pub colour: String,
    /// How bright it is; a clear day has 3.
    pub strength: f64,
}

/// A material, as glTF's metallic-roughness model has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Material {
    /// Base colour.
    pub colour: String,
    /// 0 is a mirror, 1 is chalk.
    pub roughness: f64,
    /// 0 or 1, or between for coatings.
    pub metal: f64,
    /// Its own light.
    pub glow: String,
}

/// How a thing moves by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Motion {
    /// As a boat on water.
    Bob,
    /// As a wheel, about the axis towards the viewer.
    Wheel,
    /// As a turntable, about the vertical.
    Turn,
    /// As a cloud or a balloon.
    Drift,
}

/// A thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// The mesh that it shows.
    pub shape: String,
    /// What it is called; empty for what nobody points at.
    pub label: String,
    /// Where it stands.
    pub at: [f64; 3],
    /// Degrees about the vertical.
    pub turn: f64,
    /// Its scale.
    pub size: f64,
    /// How it moves by itself.
    pub moves: Option<Motion>,
    /// Whether it is to be seen.
    pub shown: bool,
}

/// What a character does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Doing {
    Idle,
    Wave,
    Walk,
    Talk,
}

/// How a character feels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Mood {
    Calm,
    Glad,
    Curious,
    Hurt,
}

/// Somebody in the scene.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Character {
    /// The name.
    pub name: String,
    /// What the character does here.
    pub role: String,
    /// What the character wants to tell or to reach.
    pub goal: String,
    /// Where the character stands.
    pub at: [f64; 3],
    /// Degrees about the vertical.
    pub turn: f64,
    /// Height beside 1.
    pub size: f64,
    /// What the character does.
    pub does: Doing,
    /// How the character feels.
    pub mood: Mood,
    /// What the character said last.
    pub says: String,
}

/// Where the scene is seen from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Camera {
    /// Where it stands.
    pub at: [f64; 3],
    /// Where it looks.
    pub to: [f64; 3],
    /// Its height of view in degrees.
    pub field_degrees: f64,
}

/// Where the words of an advertisement stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Layout {
    Left,
    Right,
    Below,
}

/// The words of an advertisement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Advert {
    /// Its headline.
    pub headline: String,
    /// Its copy.
    pub copy: String,
    /// What the button says.
    pub call: String,
    /// Facts of the brief, word for word.
    pub facts: Vec<Fact>,
    /// The price of the brief, word for word.
    pub price: Option<String>,
    /// Where the words stand.
    pub layout: Layout,
    /// Whether the facts are unfolded.
    pub open: bool,
}

/// A fact about a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What.
    pub name: String,
    /// How much, or which.
    pub value: String,
}

/// Something that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Its id, for [`crate::Feedback::Choose`].
    pub id: String,
    /// What it says.
    pub label: String,
}

/// A number with three decimals: what is sent stays short and the same everywhere.
pub(crate) fn round(number: f64) -> f64 {
    let rounded = (number * 1_000.0).round() / 1_000.0;
    // No negative zero.
    if rounded == 0.0 { 0.0 } else { rounded }
}

pub(crate) fn rounded(point: [f64; 3]) -> [f64; 3] {
    point.map(round)
}
