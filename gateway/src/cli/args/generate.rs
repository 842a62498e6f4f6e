//! `imprimatur generate`

use std::path::PathBuf;

use clap::{Args, ValueEnum, builder::PossibleValuesParser};
use types::{Modality, Task};

/// `generate`
#[derive(Debug, Args)]
pub struct Generate {
    /// What to generate
    #[arg(value_enum)]
    pub kind: Kind,
    /// The prompt; tasks that work on a picture do without
    #[arg(default_value = "")]
    pub prompt: String,
    /// Where the asset goes; without it text goes to stdout and a picture to asset.png
    #[arg(short, long)]
    pub output: Option<PathBuf>,
    /// The model's configured name
    #[arg(long)]
    pub model: Option<String>,
    /// Makes the output repeatable
    #[arg(long)]
    pub seed: Option<u64>,
    /// How a picture is to be made
    #[command(flatten)]
    pub drawing: DrawingArgs,
}

/// How a picture is to be made.
#[derive(Debug, Args)]
pub struct DrawingArgs {
    /// What to do; without it a picture is drawn, filled where a mask says, or varied
    #[arg(long, value_parser = PossibleValuesParser::new(Task::ALL.map(|(_, name)| name)))]
    pub task: Option<String>,
    /// The picture to work on; a second one is the style, or the garment
    #[arg(long)]
    pub input: Vec<PathBuf>,
    /// Where to change the picture: what is white, or transparent
    #[arg(long)]
    pub mask: Option<PathBuf>,
    /// Where the garment is in its picture: what is white, or transparent
    #[arg(long)]
    pub garment_mask: Option<PathBuf>,
    /// For try-on: where the agreement of the person shown is kept
    #[arg(long)]
    pub consent: Option<String>,
    /// Width and height of a picture, for example 512x512
    #[arg(long)]
    pub size: Option<String>,
    /// What the picture must not show
    #[arg(long)]
    pub negative: Option<String>,
    /// How much more the words count, 1-30
    #[arg(long)]
    pub guidance: Option<f32>,
    /// Steps from noise to picture, 1-200
    #[arg(long)]
    pub steps: Option<u32>,
    /// How far the picture may be left, above 0, at most 1
    #[arg(long)]
    pub strength: Option<f32>,
    /// How many times the sides of the picture, 2-4
    #[arg(long)]
    pub factor: Option<u32>,
}

/// What to generate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// A text
    Text,
    /// A picture
    Image,
}

impl From<Kind> for Modality {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Text => Self::Text,
            Kind::Image => Self::Image,
        }
    }
}
