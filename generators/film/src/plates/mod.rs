//! Words, pictures and plain areas: one file for what lies where the reader looks, one for what
//! lies along the lower edge.

mod lower;
mod middle;

pub(crate) use lower::{lower_third, ticker};
pub(crate) use middle::{TITLE_SECONDS, inset, paste, shape, text, title};

use crate::{
    canvas::{Canvas, Place},
    palette::Colours,
    storyboard::Area,
};

/// What a layer needs to know of its scene.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting {
    pub(crate) colours: Colours,
    pub(crate) is_chinese: bool,
    /// Whether a ticker lies along the lower edge.
    pub(crate) has_ticker: bool,
    /// Whether captions are drawn into the frames.
    pub(crate) has_captions: bool,
    /// Whether a place for an interpreter is kept free.
    pub(crate) has_interpreter: bool,
}

/// Height of the ticker, in pixels of 720 lines.
const TICKER: f32 = 56.0;
/// Height that captions take, in pixels of 720 lines.
const CAPTIONS: f32 = 100.0;

impl Setting {
    /// Above what lies along the lower edge, in pixels.
    pub(crate) fn above_ticker(&self, canvas: &Canvas) -> f32 {
        let ticker = canvas.size.1 - (TICKER + 10.0) * canvas.unit();
        if self.has_ticker { ticker } else { canvas.safe().bottom() }
    }

    /// Above the captions, in pixels.
    pub(crate) fn above_captions(&self, canvas: &Canvas) -> f32 {
        let captions = if self.has_captions { CAPTIONS * canvas.unit() } else { 0.0 };
        self.above_ticker(canvas) - captions
    }

    /// Where charts and maps may lie.
    pub(crate) fn free(&self, canvas: &Canvas) -> Place {
        let safe = canvas.safe();
        Place { h: self.above_captions(canvas) - safe.y, ..safe }
    }
}

/// An area of the frame in pixels.
pub(crate) fn place(canvas: &Canvas, area: Area) -> Place {
    let (w, h) = canvas.size;
    Place::new(area.left * w, area.top * h, area.width * w, area.height * h)
}
