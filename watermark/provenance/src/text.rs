//! Content Credentials inside a text (C2PA 2.4, appendix A.8).
//!
//! A text has no place for a manifest store, so it is written behind the last letter in characters
//! that nobody sees. [`wrap`] and [`unwrap`] are that spelling and know nothing of manifests;
//! [`Credentials::sign_text`](crate::Credentials::sign_text) writes it, and
//! [`Verifier`](crate::Verifier) reads it.

mod binding;
mod judging;
mod signing;
mod wrapper;

pub(crate) use judging::held;
pub use wrapper::{Wrapped, WrapperFault, unwrap, wrap};
