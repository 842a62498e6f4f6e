//! One turn of a spoken conversation: the answer is written, sentence by sentence said, and told while it
//! is still being written. What is written and every sentence that is said go through the line.

use audit::{DialogueRecord, record::dialogue::DialogueKind};
use tokio::sync::mpsc;
use types::{
    Attachment, Drawing, GenerationRequest, Language, Listening, MediaType, Message, Modality,
    Part, Principal, Sampling, SoundFormat, Speaker, Speaking, Task,
};
use watermark::{
    WatermarkError,
    audio::{self, Depth, Sound},
};

use crate::{
    outcome::Outcome,
    pipeline::{Delivery, Line, LineError, Piece, Step},
    recording,
};

/// Pieces of an answer that may wait.
const PIECES_WAITING_MAX: usize = 32;
/// A sentence that does not end is said after so many characters.
const SENTENCE_CHARS_MAX: usize = 240;
/// Samples a second of what is heard and said.
pub(crate) const RATE: u32 = 24_000;

/// What a turn needs.
#[derive(Debug, Clone)]
pub(crate) struct Turn {
    pub(crate) line: Line,
    pub(crate) principal: Principal,
    /// The model that writes.
    pub(crate) model: String,
    /// What was said so far.
    pub(crate) messages: Vec<Message>,
    /// How the answer is said; `None` where only text is wanted.
    pub(crate) speaking: Option<Speaking>,
    /// What is said first: that this is a machine.
    pub(crate) notice: Option<&'static str>,
    /// Tokens of the answer at most.
    pub(crate) max_tokens: Option<u32>,
}

/// A piece of an answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Told {
    /// Words.
    Words(String),
    /// The same words as sound: 16 bits, little-endian, one channel, [`RATE`].
    Sound(Vec<u8>),
}

/// How a turn ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Ended {
    /// The whole answer, and its token counts.
    Said(String, u32, u32),
    /// Policy stopped it; what to tell the person.
    Stopped(String),
}

/// That the other side is a machine, said before anything else (Regulation (EU) 2024/1689, Article 50(1)).
pub(crate) const fn notice(language: Language) -> &'static str {
    match language {
        Language::En => "You are talking to an AI.",
        Language::Zh => "您正在与人工智能对话。",
    }
}

impl Turn {
    /// Answers. Dropping the receiver ends it before its next piece.
    ///
    /// # Errors
    /// [`LineError`] when a stage cannot do its work.
    pub(crate) async fn answer(self, told: mpsc::Sender<Told>) -> Result<Ended, LineError> {
        if let Some(notice) = self.notice {
            let spoken = self.tell(notice.to_owned(), &told).await?;
            self.begun(spoken).await?;
        }
        let sampling =
            Sampling { seed: rand::random(), max_tokens: self.max_tokens, ..Sampling::default() };
        let request =
            GenerationRequest::new(Modality::Text, &*self.model, self.messages.clone(), sampling);
        let admitted = match self.line.admit(self.principal.clone(), request).await? {
            Step::Go(admitted) => admitted,
            Step::Refused(refusal) => return Ok(Ended::Stopped(refusal.message)),
        };
        let (pieces, receiver) = mpsc::channel(PIECES_WAITING_MAX);
        let writing = self.line.finish(admitted, Delivery::Stream(pieces));
        let (outcome, said) = tokio::join!(writing, self.follow(receiver, &told));
        let said = said?;
        match outcome? {
            Outcome::Released(release) => {
                let text = String::from_utf8_lossy(&release.bytes).into_owned();
                if said.is_empty() {
                    // It had to wait for its end.
                    self.tell(text.clone(), &told).await?;
                }
                let usage = &release.generation;
                Ok(Ended::Said(text, usage.prompt_tokens, usage.completion_tokens))
            }
            Outcome::Held(_) => Ok(Ended::Stopped("The answer waits for an editor.".to_owned())),
            Outcome::Refused(refusal) => Ok(Ended::Stopped(refusal.message)),
        }
    }

    /// Tells every sentence as soon as it is whole.
    async fn follow(
        &self,
        mut pieces: mpsc::Receiver<Piece>,
        told: &mpsc::Sender<Told>,
    ) -> Result<String, LineError> {
        let (mut said, mut open) = (String::new(), String::new());
        while let Some(piece) = pieces.recv().await {
            let Piece::Text(text) = piece else { continue };
            said.push_str(&text);
            open.push_str(&text);
            while let Some(sentence) = first_sentence(&mut open) {
                self.tell(sentence, told).await?;
            }
        }
        if !open.trim().is_empty() {
            self.tell(open, told).await?;
        }
        Ok(said)
    }

    /// Puts on record that the person was told first, before any answer.
    async fn begun(&self, spoken: bool) -> Result<(), LineError> {
        let spoken = self.speaking.as_ref().map(|_| spoken);
        let dialogue = DialogueRecord { kind: DialogueKind::Realtime, notice: true, spoken };
        let stages = self.line.stages();
        stages.append(recording::dialogue(&stages, &self.principal, dialogue)).await.map(drop)
    }

    /// Tells words, and says them; whether they were said aloud.
    async fn tell(&self, words: String, told: &mpsc::Sender<Told>) -> Result<bool, LineError> {
        let gone = |_| LineError::ClientGone;
        told.send(Told::Words(words.clone())).await.map_err(gone)?;
        let Some(speaking) = self.speaking.clone() else { return Ok(false) };
        let default = || self.line.stages().default_model(Modality::Audio, Task::Create);
        let Some(model) = default() else { return Ok(false) };
        let messages = vec![Message { role: Speaker::User, text: words }];
        let speaking = Speaking { format: SoundFormat::Pcm, ..speaking };
        let request = GenerationRequest {
            speaking,
            ..GenerationRequest::new(Modality::Audio, model, messages, Sampling::default())
        };
        match self.line.run(self.principal.clone(), request, Delivery::Whole).await {
            Ok(Outcome::Released(release)) => {
                told.send(Told::Sound(release.bytes)).await.map_err(gone)?;
                Ok(true)
            }
            // What may not be said, or has no sound, is not said.
            Ok(Outcome::Held(_) | Outcome::Refused(_)) | Err(LineError::Generator(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// Takes the first sentence off a text that goes on, once it is known to have ended.
fn first_sentence(open: &mut String) -> Option<String> {
    let mut places = open.char_indices().peekable();
    let mut end = None;
    while let Some((place, c)) = places.next() {
        let next = places.peek().map(|(_, next)| *next);
        let ended = match c {
            '。' | '！' | '？' | '\n' => true,
            '.' | '!' | '?' => next.is_some_and(char::is_whitespace),
            _ => false,
        };
        if ended {
            end = Some(place + c.len_utf8());
            break;
        }
    }
    if end.is_none() && open.chars().count() > SENTENCE_CHARS_MAX {
        end = open.rfind(char::is_whitespace).filter(|place| *place > 0);
    }
    let rest = open.split_off(end?);
    let sentence = std::mem::replace(open, rest);
    Some(sentence).filter(|sentence| !sentence.trim().is_empty())
}

/// What a recogniser is asked about samples that were heard.
///
/// # Errors
/// [`LineError::Watermark`] when they cannot be written as a file.
pub(crate) fn heard(
    model: String,
    samples: Vec<f32>,
    language: Option<String>,
) -> Result<GenerationRequest, LineError> {
    let file = written(samples)?;
    let messages = vec![Message { role: Speaker::User, text: String::new() }];
    Ok(GenerationRequest {
        drawing: Drawing { task: Task::Transcribe, ..Drawing::default() },
        listening: Listening { language, ..Listening::default() },
        attachments: vec![Attachment::new(Part::Sound, MediaType::Wav, file)],
        ..GenerationRequest::new(Modality::Text, model, messages, Sampling::default())
    })
}

fn written(samples: Vec<f32>) -> Result<Vec<u8>, WatermarkError> {
    audio::write(&Sound::new(RATE, Depth::Int16, vec![samples])?, MediaType::Wav)
}

/// The samples of `pcm16`.
pub(crate) fn samples(bytes: &[u8]) -> Vec<f32> {
    let (pairs, _) = bytes.as_chunks::<2>();
    pairs.iter().map(|pair| f32::from(i16::from_le_bytes(*pair)) / 32_768.0).collect()
}

/// The length of a sound in milliseconds.
pub(crate) fn milliseconds(samples: usize) -> u64 {
    samples as u64 * 1000 / u64::from(RATE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_told_once_it_has_ended() {
        let mut open = "The river rose by 1.5 m. It".to_owned();
        assert_eq!(first_sentence(&mut open).unwrap(), "The river rose by 1.5 m.");
        assert_eq!((first_sentence(&mut open), open.as_str()), (None, " It"));
        let mut open = "河水上涨。学校".to_owned();
        assert_eq!(first_sentence(&mut open).unwrap(), "河水上涨。");
        let mut endless = "word ".repeat(60);
        assert!(first_sentence(&mut endless).unwrap().len() > 200);
    }

    #[test]
    fn samples_are_those_of_sixteen_bits() {
        assert_eq!(samples(&[0, 0x80, 0, 0, 0xff]), [-1.0, 0.0]);
        assert_eq!(milliseconds(24_000), 1000);
    }
}
