//! Sound on servers of OpenAI's protocol, and on whisper.cpp's and Piper's, whose paths differ.

mod hearing;
mod speech;
mod wav;

pub use self::{
    hearing::UpstreamRecogniser,
    speech::{SoundFile, SpeechOrder, UpstreamVoice},
};

/// Where below a server's address sound is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudioPaths {
    /// What is said, in its own language. whisper.cpp's server has `inference`.
    pub transcriptions: String,
    /// What is said, in English. Where it is the same path, the form says `translate`.
    pub translations: String,
    /// A text, spoken. Piper's server has the empty path.
    pub speech: String,
}

impl Default for AudioPaths {
    fn default() -> Self {
        Self {
            transcriptions: "audio/transcriptions".to_owned(),
            translations: "audio/translations".to_owned(),
            speech: "audio/speech".to_owned(),
        }
    }
}

impl AudioPaths {
    /// The paths of whisper.cpp's server.
    #[must_use]
    pub fn whisper_cpp() -> Self {
        let inference = || "inference".to_owned();
        Self { transcriptions: inference(), translations: inference(), ..Self::default() }
    }

    /// The path of Piper's server.
    #[must_use]
    pub fn piper() -> Self {
        Self { speech: String::new(), ..Self::default() }
    }
}
