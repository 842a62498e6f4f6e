//! What holds for every picture, however small.

#![expect(clippy::unwrap_used, reason = "what a test did not expect ends it")]

mod sizes;
