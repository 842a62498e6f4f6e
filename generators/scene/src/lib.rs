//! Interactive scenes and advertisements that change with feedback, without a model.
//!
//! Nothing here reads files, asks a clock or draws lots outside its seed: the same [`Brief`] and
//! the same [`Feedback`] give the same [`Revision`]s. A [`Session`] holds a [`Document`], the state
//! of the whole; feedback changes it, and a revision says what changed, what people read or hear,
//! and why. [`gltf`] (GLB), [`gltf_json`], [`page`] and [`svg`] show it.
//!
//! Reading order: `brief`, `document`, `feedback`, `revision`, `session`; then `vocabulary` and
//! `place` (scenes), `advert` (advertisements), `people` (who is there and answers), `light`
//! (time, weather, materials), `shape` (geometry); then `gltf`, `picture`, `page`.

mod advert;
mod brief;
mod document;
mod error;
mod feedback;
mod gltf;
mod light;
mod lots;
mod page;
mod people;
mod picture;
mod place;
mod revision;
mod session;
mod shape;
mod vector;
mod vocabulary;

pub use brief::{Brief, CharacterWish, Kind, Product};
pub use document::{
    Advert, Camera, Character, Choice, Document, Doing, Fact, Layout, Material, Mood, Motion, Node,
    Sky, Sun,
};
pub use error::SceneError;
pub use feedback::{Direction, Feedback, Hour, Weather};
pub use gltf::{gltf, gltf_json};
pub use page::page;
pub use picture::svg;
pub use revision::{Change, Revision, Said};
pub use session::Session;
