//! What holds for every storyboard.

#![expect(clippy::unwrap_used, reason = "what a test did not expect ends it")]
