//! `imprimatur label`, as `imprimatur help` shows it.

use std::path::PathBuf;

use clap::Args;

/// `label`
#[derive(Debug, Args)]
pub struct Label {
    /// A picture (PNG, JPEG, WebP, TIFF, GIF, AVIF), a sound (WAV, FLAC), a video (MP4) or a text
    pub input: PathBuf,
    /// Where the labelled file goes; without it the label of the input is measured
    pub output: Option<PathBuf>,
    /// The rules that the label follows; may be given more than once
    #[arg(long = "regime", required = true)]
    pub regimes: Vec<String>,
    /// A spoken notice to put before a sound instead of the rhythm
    #[arg(long)]
    pub speech: Option<PathBuf>,
}
