//! What can be told of sound without knowing words.

pub mod activity;

pub use activity::{Activity, Noticed, Settings};
