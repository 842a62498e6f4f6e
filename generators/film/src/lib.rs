//! Videos by rules: a storyboard becomes frames, and frames, sound and captions become an MP4 file.
//!
//! Nothing here reads files or asks a clock, and the same storyboard gives the same bytes on any
//! number of threads. Reading order: [`Storyboard`] and [`Layer`] say what is shown; `reel` checks
//! it and draws a frame from `backdrop`, `plates` (words and pictures), [`chart`](Chart),
//! [`map`](Map), [`anchor`](Anchor) and `captions`, on `canvas` with `lettering`; [`render`] and
//! [`Live`] send frames to `movie`, which encodes them.

mod anchor;
mod backdrop;
mod canvas;
mod captions;
mod chart;
mod checking;
mod colour;
mod easing;
mod error;
mod layer;
mod lettering;
mod live;
mod map;
mod movie;
mod number;
mod palette;
mod plates;
mod reel;
mod render;
mod resampling;
mod shape;
mod storyboard;
mod table;
mod transition;

pub use anchor::{Anchor, Mouth, MouthShape, Spot, Studio, designs, interpreter_area};
pub use chart::{Chart, ChartKind};
pub use colour::Colour;
pub use error::FilmError;
pub use layer::{Align, Form, Inset, Layer, LowerThird, Motion, Shape, Span, Text, Ticker, Title};
pub use live::{Fragment, Live, Presenter};
pub use map::{Map, View};
pub use palette::Palette;
pub use render::{Film, frame, render};
pub use storyboard::{
    Area, Background, Caption, Pattern, Picture, Scene, Sound, Storyboard, Transition,
};
pub use table::{Cells, Column, Table};
