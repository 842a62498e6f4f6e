//! Sessions from briefs to files.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what a test did not expect ends it"
)]

mod adverts;
mod bad_input;
mod files;
mod scenes;
