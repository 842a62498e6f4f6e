//! The pages for everybody: no sign-in, no cookie, nothing stored.

pub mod verify;
