//! The voice as its users meet it.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests say what went wrong by panicking"
)]

mod bad;
mod speech;
