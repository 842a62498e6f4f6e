//! A text, spoken by a server.

use async_trait::async_trait;
use serde_json::json;
use tokio::sync::OnceCell;
use types::Modality;

use super::AudioPaths;
use crate::{
    EventSender, Generator, GeneratorError, Job, ModelCard, Output, Token,
    openai::{Settings, model_of},
    routing::health::Health,
    seats::Seats,
    server::{self, Ask, Client, Fault, Scheme, UpstreamError},
};

/// The largest answer with sound that is read.
const SOUND_BYTES_MAX: usize = 512 << 20;

/// What is to be spoken, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct SpeechOrder {
    /// The text.
    pub text: String,
    /// The voice, by its name there; the server's own where nobody says.
    pub voice: Option<String>,
    /// How fast, 1 is usual.
    pub speed: f32,
    /// The form of the file: `wav`, `flac`, `mp3`, `opus`, `aac` or `pcm`.
    pub format: String,
}

impl SpeechOrder {
    /// A text in the usual voice, as WAV.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), voice: None, speed: 1.0, format: "wav".to_owned() }
    }
}

/// A sound as the file that a server made: nobody here has looked into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoundFile {
    /// The file.
    pub bytes: Vec<u8>,
}

/// A voice on a server.
#[derive(Debug)]
pub struct UpstreamVoice {
    card: ModelCard,
    path: String,
    client: Client,
    model: OnceCell<String>,
    seats: Seats,
}

impl UpstreamVoice {
    /// A voice that is called `name` here. Nothing is asked of the server yet.
    ///
    /// # Errors
    /// [`GeneratorError::Unsupported`] when an address or the key cannot be used.
    pub fn new(name: &str, settings: Settings, paths: AudioPaths) -> Result<Self, GeneratorError> {
        let client = Client::new(&settings.connection(), Scheme::Bearer)?;
        let called = settings.model.as_deref().unwrap_or(name);
        let card = server::card("openai", called, Modality::Audio, &[]);
        let seats = Seats::queued(settings.requests_max, settings.queue);
        let (path, model) = (paths.speech, OnceCell::new_with(settings.model));
        Ok(Self { card, path, client, model, seats })
    }

    /// What it is.
    #[must_use]
    pub const fn card(&self) -> &ModelCard {
        &self.card
    }

    /// Speaks. Who drops the receiver of the events stops it.
    ///
    /// # Errors
    /// [`GeneratorError`] by what the caller can do about it.
    pub async fn speak(
        &self,
        order: &SpeechOrder,
        events: EventSender,
    ) -> Result<SoundFile, GeneratorError> {
        if order.text.trim().is_empty() {
            return Err(GeneratorError::PromptEmpty);
        }
        if !(0.25..=4.0).contains(&order.speed) {
            let reason = "must be 0.25 to 4".to_owned();
            return Err(GeneratorError::Parameter { parameter: "speed", reason });
        }
        let _seat = self.seats.take(&events).await?;
        // What is dropped here closes its connection, which tells the server to stop.
        tokio::select! {
            sound = self.ask(order) => sound,
            () = events.closed() => Err(GeneratorError::Cancelled),
        }
    }

    async fn ask(&self, order: &SpeechOrder) -> Result<SoundFile, GeneratorError> {
        let body = if self.path == AudioPaths::default().speech {
            let model = model_of(&self.client, &self.model).await?;
            // The protocol wants a voice; servers that know no such one use their own.
            let voice = order.voice.as_deref().unwrap_or("alloy");
            json!({"model": model, "input": order.text, "voice": voice, "speed": order.speed,
                   "response_format": order.format})
        } else {
            // Piper's names: its lengths are the inverse of a speed, and it makes WAV alone.
            json!({"text": order.text, "voice": order.voice, "length_scale": 1.0 / order.speed})
        };
        let body = body.to_string();
        let ask = Ask::json(&self.path, body.as_bytes(), self.client.waits().total);
        let mut answer = self.client.ask(ask).await?;
        let read = answer.whole(SOUND_BYTES_MAX).await.and_then(|bytes| sound(bytes, order));
        Ok(answer.judged(read)?)
    }
}

#[async_trait]
impl Generator for UpstreamVoice {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    async fn generate(&self, job: Job, events: EventSender) -> Result<Output, GeneratorError> {
        let order = SpeechOrder {
            voice: job.speaking.voice.clone(),
            speed: job.speaking.speed.unwrap_or(1.0),
            ..SpeechOrder::new(job.prompt())
        };
        self.speak(&order, events).await.map(Output::Sound)
    }

    fn tokens(&self, _text: &str) -> Option<Vec<Token>> {
        None
    }

    fn health(&self) -> Option<Health> {
        Some(self.client.health(&self.seats))
    }
}

/// A file that begins as a sound does; raw samples begin as they like.
fn sound(bytes: Vec<u8>, order: &SpeechOrder) -> Result<SoundFile, UpstreamError> {
    let begins = |sign: &[u8]| bytes.starts_with(sign);
    let mpeg = || matches!(bytes.as_slice(), [0xff, second, ..] if second & 0xe0 == 0xe0);
    let known = begins(b"RIFF") || begins(b"fLaC") || begins(b"OggS") || begins(b"ID3") || mpeg();
    let raw = order.format == "pcm" && !bytes.is_empty() && !begins(b"{") && !begins(b"<");
    if known || raw {
        return Ok(SoundFile { bytes });
    }
    Err(Fault::Malformed("what it calls a sound is none").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_begins_as_a_sound_is_taken() {
        let check = |bytes: &[u8], format: &str, expected: bool| {
            let order = SpeechOrder { format: format.to_owned(), ..SpeechOrder::new("x") };
            assert_eq!(sound(bytes.to_vec(), &order).is_ok(), expected, "{bytes:?}");
        };
        check(b"RIFF\0\0\0\0WAVE", "wav", true);
        check(b"\xff\xf3\x44", "mp3", true);
        check(b"\x01\x02", "pcm", true);
        check(b"\x01\x02", "wav", false);
        check(b"{\"error\": 1}", "pcm", false);
        check(b"", "pcm", false);
    }
}
