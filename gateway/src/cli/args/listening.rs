//! `imprimatur transcribe` and `imprimatur translate`

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// `transcribe`
#[derive(Debug, Args)]
pub struct Transcribe {
    /// A sound
    pub file: PathBuf,
    /// The language that is spoken, for example de
    #[arg(long)]
    pub language: Option<String>,
    /// The form of the answer
    #[arg(long, value_enum, default_value_t = Written::Text)]
    pub format: Written,
    /// The model's configured name
    #[arg(long)]
    pub model: Option<String>,
}

/// `translate`
#[derive(Debug, Args)]
pub struct Translate {
    /// A text file, a sound, a text, or `-` for standard input
    pub input: String,
    /// The language that is wanted, for example en or zh
    #[arg(long)]
    pub to: String,
    /// The language of the source; found out if absent
    #[arg(long)]
    pub from: Option<String>,
    /// The form of the answer; subtitles keep the times of a sound
    #[arg(long, value_enum, default_value_t = Written::Text)]
    pub format: Written,
    /// Says the translation, too: --output names the sound
    #[arg(long, requires = "output")]
    pub speak: bool,
    /// Where the sound goes
    #[arg(short, long)]
    pub output: Option<PathBuf>,
    /// The voice
    #[arg(long)]
    pub voice: Option<String>,
    /// The configured name of the model that translates
    #[arg(long)]
    pub model: Option<String>,
}

/// The form of a transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Written {
    /// The words
    Text,
    /// SubRip
    Srt,
    /// WebVTT
    Vtt,
}
