//! The crate as others use it: what one press signs, another reader judges.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper that fails fails its test"
)]

mod contents;
mod formats;
mod fuzzing;
mod hostile;
mod keys;
mod press;
mod signing;
mod strangers;
mod texts;
mod updating;
mod verifying;
