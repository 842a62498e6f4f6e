//! How words are to be spoken and heard, and how a video is to be made of them.

use serde::{Deserialize, Serialize};

use crate::MediaType;

/// How words are to be spoken; what is `None` is left to the model.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Speaking {
    /// The voice, by the name that the model gives it.
    pub voice: Option<String>,
    /// How fast, 0.25–4.0; 1 is the voice's own pace.
    pub speed: Option<f32>,
    /// The file that is wanted.
    pub format: SoundFormat,
}

/// Files of sound, by OpenAI's names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SoundFormat {
    /// Every sample as it is.
    #[default]
    Wav,
    /// Every sample, packed.
    Flac,
    /// What everything plays.
    Mp3,
    /// Opus in Ogg.
    Opus,
    /// Samples alone: 16 bits, little-endian, one channel, 24,000 in a second.
    Pcm,
}

impl SoundFormat {
    /// All of them, with their names in interfaces.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Wav, "wav"),
        (Self::Flac, "flac"),
        (Self::Mp3, "mp3"),
        (Self::Opus, "opus"),
        (Self::Pcm, "pcm"),
    ];

    /// The format of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(format, _)| *format)
    }

    /// What its files are; `pcm` is bytes that only its caller can name.
    #[must_use]
    pub const fn media_type(self) -> MediaType {
        match self {
            Self::Wav => MediaType::Wav,
            Self::Flac => MediaType::Flac,
            Self::Mp3 => MediaType::Mp3,
            Self::Opus => MediaType::Ogg,
            Self::Pcm => MediaType::Binary,
        }
    }
}

/// How sounds are to be written down and texts to be translated; what is `None` is left to the model.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Listening {
    /// The language of the source, by ISO 639-1.
    pub language: Option<String>,
    /// The language that is wanted, by ISO 639-1.
    pub to: Option<String>,
    /// Whether each word is to have its times.
    pub word_times: bool,
}

/// How a video is to be made; what is `None` is left to the model.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Filming {
    /// How long, in seconds; a video with speech lasts as long as that.
    pub seconds: Option<f32>,
    /// Scene for scene, as JSON; without it the words are laid out by fixed rules.
    pub storyboard: Option<String>,
    /// The presenter's looks, by the name that the model gives them.
    pub presenter: Option<String>,
    /// Whether what is said is also written under the pictures.
    pub captions: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_survives_its_name() {
        for (format, name) in SoundFormat::ALL {
            assert_eq!(SoundFormat::named(name), Some(format));
            assert_eq!(serde_json::to_string(&format).unwrap(), format!("\"{name}\""));
        }
        assert_eq!(SoundFormat::named("aac"), None);
    }
}
