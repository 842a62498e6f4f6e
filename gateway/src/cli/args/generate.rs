//! `imprimatur generate`

use std::path::PathBuf;

use clap::{Args, ValueEnum, builder::PossibleValuesParser};
use types::{Modality, SoundFormat, Task};

/// `generate`
#[derive(Debug, Args)]
pub struct Generate {
    /// What to generate
    #[arg(value_enum)]
    pub kind: Kind,
    /// The prompt; tasks that work on a picture do without
    #[arg(default_value = "")]
    pub prompt: String,
    /// Where the asset goes; without it text goes to stdout and anything else to asset.EXTENSION
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
    /// How words are to be spoken, and how a video is to be made of them
    #[command(flatten)]
    pub speaking: SpeakingArgs,
    /// How a story is to be made
    #[command(flatten)]
    pub story: StoryArgs,
}

/// How a story is to be made.
#[derive(Debug, Args)]
pub struct StoryArgs {
    /// Chapters of a story, 1-12
    #[arg(long, default_value_t = 3)]
    pub chapters: u32,
    /// A text file that a story may draw its facts from
    #[arg(long)]
    pub source: Vec<PathBuf>,
    /// A story without pictures
    #[arg(long)]
    pub no_pictures: bool,
    /// A story that is not read aloud
    #[arg(long)]
    pub no_narration: bool,
}

/// How words are to be spoken, and how a video is to be made of them.
#[derive(Debug, Args)]
pub struct SpeakingArgs {
    /// The voice, by the name that the model gives it
    #[arg(long)]
    pub voice: Option<String>,
    /// How fast, 0.25-4; 1 is the voice's own pace
    #[arg(long)]
    pub speed: Option<f32>,
    /// The file of a sound: wav, flac, mp3, opus or pcm; without it as --output ends, or wav
    #[arg(long, value_parser = PossibleValuesParser::new(SoundFormat::ALL.map(|(_, name)| name)))]
    pub format: Option<String>,
    /// How long a video without speech is, in seconds
    #[arg(long)]
    pub seconds: Option<f32>,
    /// A video scene for scene, as a JSON file
    #[arg(long)]
    pub storyboard: Option<PathBuf>,
    /// The presenter's looks, by the name that the model gives them
    #[arg(long)]
    pub presenter: Option<String>,
    /// Writes what is said in a video under its pictures
    #[arg(long)]
    pub captions: bool,
}

/// How a picture is to be made.
#[derive(Debug, Args)]
pub struct DrawingArgs {
    /// What to do; without it a picture is drawn, filled where a mask says, or varied, and a video is
    /// one of effects, or of a presenter where one is named
    #[arg(long, value_parser = PossibleValuesParser::new(Task::ALL.map(|(_, name)| name)))]
    pub task: Option<String>,
    /// The picture to work on; a second one is the style, or the garment. For a video its pictures,
    /// its tables (CSV) and its sound
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
    /// Spoken words
    Speech,
    /// A video
    Video,
    /// A story: texts, pictures and narration in one EPUB, or HTML where --output ends so
    Story,
}

impl From<Kind> for Modality {
    fn from(kind: Kind) -> Self {
        match kind {
            // A bundle is a document.
            Kind::Text | Kind::Story => Self::Text,
            Kind::Image => Self::Image,
            Kind::Speech => Self::Audio,
            Kind::Video => Self::Video,
        }
    }
}
