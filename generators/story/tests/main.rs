//! Stories from briefs to bundles.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test did not expect ends it")]

mod bundles;
mod plans;
