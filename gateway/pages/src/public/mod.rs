//! The pages for everybody: no sign-in, no cookie, nothing stored.

pub mod about;
pub mod complaint;
pub mod link;
pub mod proof;
pub mod record;
pub mod reference;
pub mod report;
mod standing;
pub mod transparency;
pub mod trust;
pub mod verify;
mod words;
