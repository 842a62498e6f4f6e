//! Recognition of speech with Whisper: a folder as Hugging Face's `transformers` saves it.

mod config;
mod front;
mod network;
mod workbench;

pub use self::workbench::{Window, Workbench};
