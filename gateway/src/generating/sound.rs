//! Sounds as servers give them: files are decoded.

use generators::{SpeechOutput, openai::audio::SoundFile};
use watermark::audio;

use crate::{case::Case, pipeline::LineError};

/// The rate of all speech, in samples per second.
const RATE: u32 = 24_000;

/// The samples of a sound that a server made, all channels together; its file may hold credentials and
/// is kept for them. What is said is what was to be said: nobody here has listened.
pub(super) async fn opened(case: &mut Case, file: SoundFile) -> Result<SpeechOutput, LineError> {
    let SoundFile { bytes } = file;
    let decoding = tokio::task::spawn_blocking(move || (audio::read(&bytes), bytes));
    let (sound, bytes) = decoding.await.map_err(|_| LineError::Stopped)?;
    case.original = Some(bytes);
    let sound = sound.map_err(|_| LineError::Sound)?;
    let count = sound.channels().len().max(1) as f32;
    let mut samples = vec![0.0; sound.frames()];
    for channel in sound.channels() {
        for (sum, sample) in samples.iter_mut().zip(channel) {
            *sum += sample / count;
        }
    }
    let said = case.request.messages.last().map_or("", |message| message.text.trim());
    let samples = audio::resampled(&samples, sound.rate(), RATE)?;
    Ok(SpeechOutput {
        rate: RATE,
        samples,
        transcript: said.to_owned(),
        words: Vec::new(),
        warnings: Vec::new(),
    })
}
