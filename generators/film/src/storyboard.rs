//! What a film shows and when, as plain data.

use serde::{Deserialize, Serialize};

use crate::{colour::Colour, layer::Layer, palette::Palette};

/// A whole film: scenes one after the other, with captions over them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Storyboard {
    /// Width and height in pixels: even, from 160 to 1920.
    pub size: (u32, u32),
    /// Frames a second, from 10 to 60.
    pub rate: u32,
    /// Scenes in the order in which they are shown; together at most ten minutes.
    pub scenes: Vec<Scene>,
    /// What is said, in the order in which it is said.
    pub captions: Vec<Caption>,
    /// Whether captions are drawn into the frames; the file has them as a track either way.
    pub burn_captions: bool,
    /// `en` or `zh`: how numbers are written, and the language of the caption track.
    pub language: String,
    /// Colours.
    pub palette: Palette,
    /// Chooses everything that is left to chance: blinks, gestures, patterns.
    pub seed: u64,
}

impl Default for Storyboard {
    fn default() -> Self {
        Self {
            size: (1280, 720),
            rate: 25,
            scenes: Vec::new(),
            captions: Vec::new(),
            burn_captions: false,
            language: "en".to_owned(),
            palette: Palette::default(),
            seed: 0,
        }
    }
}

/// A part of a film with one background.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scene {
    /// How long it is, in seconds.
    pub seconds: f64,
    /// What lies behind everything.
    pub background: Background,
    /// What lies over it, from back to front.
    pub layers: Vec<Layer>,
    /// How it takes over from the scene before, in its own first moments.
    pub transition: Transition,
}

impl Default for Scene {
    fn default() -> Self {
        Self {
            seconds: 5.0,
            background: Background::default(),
            layers: Vec::new(),
            transition: Transition::default(),
        }
    }
}

/// What lies behind the layers of a scene.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Background {
    /// The ground of the palette.
    #[default]
    Palette,
    /// One colour.
    Colour {
        /// Which.
        colour: Colour,
    },
    /// From one colour to another.
    Gradient {
        /// Where it starts.
        from: Colour,
        /// Where it ends.
        to: Colour,
        /// Direction in degrees: 0 is to the right, 90 down.
        #[serde(default)]
        angle: f32,
    },
    /// A picture that fills the frame, with pan and zoom.
    Picture {
        /// Which of the pictures, from 0.
        index: usize,
        /// The part of the picture that is seen at the start.
        #[serde(default)]
        from: Area,
        /// The part that is seen at the end.
        #[serde(default)]
        to: Area,
        /// How much it is darkened, from 0 to 1, so that words over it are read.
        #[serde(default)]
        dim: f32,
    },
    /// A moving pattern in the colours of the palette.
    Animated {
        /// Which pattern.
        pattern: Pattern,
    },
}

/// Moving patterns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pattern {
    /// Soft waves from side to side.
    Waves,
    /// Discs of light that drift upwards.
    Lights,
    /// Slanted bands that pass by.
    Bands,
    /// A grid that runs towards the viewer.
    Grid,
}

/// A rectangle in parts of the whole: 0 is left or top, 1 is right or bottom.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// Left side.
    pub left: f32,
    /// Top side.
    pub top: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

impl Area {
    /// Everything.
    pub const ALL: Self = Self { left: 0.0, top: 0.0, width: 1.0, height: 1.0 };
}

impl Default for Area {
    fn default() -> Self {
        Self::ALL
    }
}

/// How a scene takes over. The scene before stands still meanwhile.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Transition {
    /// At once.
    #[default]
    Cut,
    /// Through black.
    Fade {
        /// How long, in seconds.
        seconds: f64,
    },
    /// One becomes the other.
    Dissolve {
        /// How long, in seconds.
        seconds: f64,
    },
    /// An edge moves from left to right.
    Wipe {
        /// How long, in seconds.
        seconds: f64,
    },
    /// The new scene pushes the old one to the left.
    Slide {
        /// How long, in seconds.
        seconds: f64,
    },
}

impl Transition {
    /// How long it takes, in seconds.
    #[must_use]
    pub const fn seconds(&self) -> f64 {
        match *self {
            Self::Cut => 0.0,
            Self::Fade { seconds }
            | Self::Dissolve { seconds }
            | Self::Wipe { seconds }
            | Self::Slide { seconds } => seconds,
        }
    }
}

/// What is said at a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caption {
    /// When it appears, in seconds of the film.
    pub start: f64,
    /// When it goes, in seconds of the film.
    pub end: f64,
    /// The words.
    pub text: String,
}

/// A picture that is given beside a storyboard, or a frame.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Picture {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Red, green and blue of each pixel, row by row.
    pub rgb: Vec<u8>,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({}×{}, {} bytes)", self.width, self.height, self.rgb.len())
    }
}

/// Sound of one channel.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sound {
    /// Samples a second, from 8,000 to 192,000.
    pub rate: u32,
    /// Samples from -1 to 1.
    pub samples: Vec<f32>,
}

impl std::fmt::Debug for Sound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sound({} Hz, {} samples)", self.rate, self.samples.len())
    }
}
