//! A drawn presenter: `design` lists who there is, `motion` says how they move at a moment and
//! `lips` what their mouth does, `figure`, `head`, `hair`, `face` and `robot` draw them, and `studio` what is
//! around them. They are drawings by rules; they show nobody who lives.

mod body;
mod design;
mod face;
mod figure;
mod hair;
mod hands;
mod lips;
mod motion;
mod robot;
mod studio;

use serde::{Deserialize, Serialize};

pub(crate) use design::Design;
pub use design::designs;
pub(crate) use figure::{Figure, draw};
pub(crate) use motion::Moves;
pub(crate) use studio::draw as studio;

use crate::{layer::Span, storyboard::Area};

/// A drawn presenter who speaks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Anchor {
    /// Who: one of [`designs`].
    pub design: String,
    /// What the mouth does, in seconds of the film (as captions); closed where nothing is said.
    pub mouth: Vec<MouthShape>,
    /// What is around them.
    pub studio: Studio,
    /// Where they sit.
    pub spot: Spot,
    /// A picture on the screen beside them, by its number from 0.
    pub screen: Option<usize>,
    /// Words on the screen beside them.
    pub topic: String,
    /// Whether [`interpreter_area`] is kept free for a sign-language interpreter or another
    /// picture: the presenter moves to the left, and captions stay out of it.
    pub interpreter: bool,
    /// When.
    pub time: Span,
}

impl Default for Anchor {
    fn default() -> Self {
        Self {
            design: "cedar".to_owned(),
            mouth: Vec::new(),
            studio: Studio::default(),
            spot: Spot::default(),
            screen: None,
            topic: String::new(),
            interpreter: false,
            time: Span::default(),
        }
    }
}

/// What is around a presenter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Studio {
    /// Screens with a map of the world, and light.
    #[default]
    Newsroom,
    /// A window over a city at dusk.
    City,
    /// A calm wall.
    Plain,
    /// The background of the scene.
    None,
}

/// Where a presenter sits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spot {
    /// In the middle, or at the left when something is shown beside them.
    #[default]
    Centre,
    /// At the left.
    Left,
    /// At the right.
    Right,
}

/// What a mouth does for a while.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MouthShape {
    /// When it starts, in seconds of the film.
    pub start: f64,
    /// When it ends.
    pub end: f64,
    /// What it does.
    pub mouth: Mouth,
}

/// Forms of a speaking mouth.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mouth {
    /// Lips together: silence, and the sounds of m, b, p.
    #[default]
    Closed,
    /// A little open: neutral vowels, k, g, h.
    Slight,
    /// Open: the vowel of father.
    Open,
    /// Drawn wide: the vowels of see and say.
    Wide,
    /// Round: the vowels of law and go.
    Round,
    /// Round and nearly closed: the vowel of too, and w.
    Pursed,
    /// Teeth nearly together: s, z, sh, ch, j.
    Teeth,
    /// The lower lip at the upper teeth: f, v.
    Lip,
    /// The tongue behind the teeth: l, n, t, d, th.
    Tongue,
}

/// The part of the frame that [`Anchor::interpreter`] keeps free.
#[must_use]
pub const fn interpreter_area() -> Area {
    Area { left: 0.715, top: 0.40, width: 0.245, height: 0.49 }
}

impl Anchor {
    /// Whether a screen is shown beside the presenter.
    pub(crate) fn has_screen(&self) -> bool {
        self.screen.is_some() || !self.topic.trim().is_empty()
    }

    /// Where the middle of the presenter is, in parts of the frame's width.
    pub(crate) fn middle(&self, is_upright: bool) -> f32 {
        match self.spot {
            _ if is_upright => 0.5,
            Spot::Right if !self.interpreter => 0.66,
            Spot::Left | Spot::Right => 0.34,
            Spot::Centre if self.has_screen() || self.interpreter => 0.35,
            Spot::Centre => 0.5,
        }
    }
}
