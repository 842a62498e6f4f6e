//! Labels that people see, hear and read: letters in a corner, a rhythm or a spoken notice, a line.
//!
//! Reading order: `regime` says what rules ask, as data, and `plan` makes one label of what several
//! of them ask. `font` draws letters, `stamp` puts them on a plate, and `picture` and `movie` lay
//! it into a corner. `sound` puts a rhythm or speech before a recording, `text` a line into a text.
//! `measure` finds and measures labels in finished files without knowing how they were made.
//!
//! Labels come before invisible marks and before signing: both must see the bytes that leave.

mod font;
pub mod measure;
pub(crate) mod movie;
mod picture;
mod plan;
mod regime;
pub(crate) mod sound;
pub(crate) mod stamp;
mod text;

pub use movie::{MovieStyle, Span, movie};
pub use picture::{PictureStyle, draw, picture};
pub use plan::Plan;
pub use regime::{Asked, AskedMovie, AskedPicture, AskedSound, AskedText, Regime, Texts};
pub use sound::{DOT_MS, SoundStyle, prepend, rhythm, sound};
pub use text::{Markup, TextStyle, text};

use serde::Deserialize;

use crate::WatermarkError;

/// A corner of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Corner {
    /// Top left.
    TopLeft,
    /// Top right, which the EU's Code of Practice suggests.
    #[default]
    TopRight,
    /// Bottom left.
    BottomLeft,
    /// Bottom right.
    BottomRight,
}

impl Corner {
    /// All corners.
    pub const ALL: [Self; 4] = [Self::TopLeft, Self::TopRight, Self::BottomLeft, Self::BottomRight];

    /// The name in records and answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TopLeft => "top-left",
            Self::TopRight => "top-right",
            Self::BottomLeft => "bottom-left",
            Self::BottomRight => "bottom-right",
        }
    }

    const fn is_right(self) -> bool {
        matches!(self, Self::TopRight | Self::BottomRight)
    }

    const fn is_bottom(self) -> bool {
        matches!(self, Self::BottomLeft | Self::BottomRight)
    }
}

/// Where a line stands in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// In front of everything but front matter.
    #[default]
    Start,
    /// Between the two paragraphs that are nearest the middle.
    Middle,
    /// Behind everything.
    End,
}

impl Place {
    /// The name in records and answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

/// How a label in sound says what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SoundKind {
    /// A spoken sentence.
    Speech,
    /// Short, long; short, short: Morse code for "AI".
    Rhythm,
}

fn refused(reason: impl Into<String>) -> WatermarkError {
    WatermarkError::Label { reason: reason.into() }
}
