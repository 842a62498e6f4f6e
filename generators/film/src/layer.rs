//! What lies over the background of a scene.

use serde::{Deserialize, Serialize};

use crate::{anchor::Anchor, chart::Chart, colour::Colour, map::Map, storyboard::Area};

/// One thing that a scene shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Layer {
    /// A large title with a line below it.
    Title(Title),
    /// Who is seen, at the lower left.
    LowerThird(LowerThird),
    /// A line that runs along the lower edge.
    Ticker(Ticker),
    /// Words in an area.
    Text(Text),
    /// A picture in an area.
    Picture(Inset),
    /// A chart of a table.
    Chart(Chart),
    /// A map with points.
    Map(Map),
    /// A drawn presenter.
    Anchor(Anchor),
    /// A plain area.
    Shape(Shape),
}

/// When a layer is there, and how it comes and goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Span {
    /// When it comes, in seconds of its scene.
    pub start: f64,
    /// When it is gone, in seconds of its scene; the end of the scene when nothing is given.
    pub end: Option<f64>,
    /// How it comes; by its own way when nothing is given.
    pub enter: Option<Motion>,
    /// How it goes; it stays to the last moment when nothing is given.
    pub leave: Option<Motion>,
}

/// How a layer comes or goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Motion {
    /// At once.
    None,
    /// From or to transparent.
    Fade,
    /// From or to the left.
    Slide,
    /// From or to below.
    Rise,
    /// Uncovered from the left.
    Wipe,
}

/// A large title.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Title {
    /// The words.
    pub text: String,
    /// A smaller line below.
    pub subtitle: String,
    /// A short word above, on an area of the accent.
    pub kicker: String,
    /// Where.
    pub align: Align,
    /// When.
    pub time: Span,
}

/// To which side words keep.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    /// To the left.
    #[default]
    Left,
    /// To the middle.
    Centre,
}

/// Who is seen.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LowerThird {
    /// Whose name.
    pub name: String,
    /// What they are or do.
    pub role: String,
    /// When.
    pub time: Span,
}

/// A line that runs along the lower edge.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ticker {
    /// The words; they come again when they have passed.
    pub text: String,
    /// A short word that stands at the left.
    pub label: String,
    /// When.
    pub time: Span,
}

/// Words in an area.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Text {
    /// The words; line feeds are kept.
    pub text: String,
    /// Where, in parts of the frame.
    pub area: Area,
    /// Height of the letters in parts of the frame's shorter side, from 0.02 to 0.3.
    pub size: f32,
    /// Whether they are bold.
    pub bold: bool,
    /// To which side they keep.
    pub align: Align,
    /// Their colour; that of the palette when nothing is given.
    pub colour: Option<Colour>,
    /// Whether a panel lies behind them.
    pub panel: bool,
    /// When.
    pub time: Span,
}

impl Default for Text {
    fn default() -> Self {
        Self {
            text: String::new(),
            area: Area { left: 0.08, top: 0.3, width: 0.84, height: 0.4 },
            size: 0.055,
            bold: false,
            align: Align::Left,
            colour: None,
            panel: false,
            time: Span::default(),
        }
    }
}

/// A picture in an area.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Inset {
    /// Which of the pictures, from 0.
    pub index: usize,
    /// Where, in parts of the frame.
    pub area: Area,
    /// Whether the whole picture is shown; otherwise it fills the area and is cut.
    pub whole: bool,
    /// A line below it: what is seen, and whose picture it is.
    pub caption: String,
    /// When.
    pub time: Span,
}

impl Default for Inset {
    fn default() -> Self {
        Self {
            index: 0,
            area: Area { left: 0.54, top: 0.16, width: 0.38, height: 0.5 },
            whole: false,
            caption: String::new(),
            time: Span::default(),
        }
    }
}

/// A plain area.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Shape {
    /// Where, in parts of the frame.
    pub area: Area,
    /// Its form.
    pub form: Form,
    /// Its colour; that of the accent when nothing is given.
    pub colour: Option<Colour>,
    /// How much it covers, from 0 to 1.
    pub opacity: f32,
    /// When.
    pub time: Span,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            area: Area { left: 0.1, top: 0.1, width: 0.2, height: 0.2 },
            form: Form::Box,
            colour: None,
            opacity: 1.0,
            time: Span::default(),
        }
    }
}

/// Forms of plain areas.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Four right corners.
    #[default]
    Box,
    /// Four round corners.
    Rounded,
    /// The ellipse in the area.
    Ellipse,
    /// A line from the left top to the right bottom.
    Line,
}

impl Layer {
    /// When it is there.
    #[must_use]
    pub const fn time(&self) -> &Span {
        match self {
            Self::Title(layer) => &layer.time,
            Self::LowerThird(layer) => &layer.time,
            Self::Ticker(layer) => &layer.time,
            Self::Text(layer) => &layer.time,
            Self::Picture(layer) => &layer.time,
            Self::Chart(layer) => &layer.time,
            Self::Map(layer) => &layer.time,
            Self::Anchor(layer) => &layer.time,
            Self::Shape(layer) => &layer.time,
        }
    }
}
