//! Plans of multimodal stories and their bundles.
//!
//! Nothing here calls a model, reads files or asks a clock. A [`Brief`] becomes a [`Plan`]: what
//! each chapter is to say and show, as prompts. Whoever has models fills a [`Story`] with texts,
//! pictures and narration, and [`epub`], [`html`] and [`ninjs`] bundle it; the same story gives
//! the same bytes. Reading order: `brief`, `plan`, `content`, `sentences`, `xml`, then the bundles.

mod brief;
mod content;
mod epub;
mod error;
mod html;
mod ninjs;
mod plan;
mod sentences;
mod words;
mod xml;

pub use brief::{Brief, Character, Source};
pub use content::{Chapter, Credit, Narration, Part, Picture, Story, Timing};
pub use epub::epub;
pub use error::StoryError;
pub use html::html;
pub use ninjs::{Links, ninjs};
pub use plan::{ChapterPlan, Plan, plan};
