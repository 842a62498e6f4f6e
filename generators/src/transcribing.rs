//! A recogniser behind the seam of what is generated: its transcript is a text like others, so the
//! line can check, sign and record it.

use std::sync::Arc;

use async_trait::async_trait;
use types::{Modality, Task};

use crate::{
    Event, EventReceiver, EventSender, Generator, GeneratorError, Hearing, Job, ModelCard, Output,
    Recogniser, Token, recogniser::RATE,
};

/// Events of a recogniser that may wait.
const EVENTS_WAITING_MAX: usize = 16;

/// Writes down what is said in the sound of a job.
#[derive(Debug)]
pub struct Transcribing {
    card: ModelCard,
    recogniser: Arc<dyn Recogniser>,
}

impl Transcribing {
    /// Puts a recogniser behind the seam.
    #[must_use]
    pub fn new(recogniser: Arc<dyn Recogniser>) -> Self {
        let mut card = recogniser.card().clone();
        card.modality = Modality::Text;
        card.tasks = vec![Task::Transcribe];
        Self { card, recogniser }
    }
}

#[async_trait]
impl Generator for Transcribing {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    async fn generate(&self, job: Job, events: EventSender) -> Result<Output, GeneratorError> {
        let hearing = hearing(&job)?;
        let (sender, receiver) = EventSender::channel(EVENTS_WAITING_MAX);
        let (heard, told) =
            tokio::join!(self.recogniser.hear(hearing, sender), passed_on(receiver, &events));
        told?;
        heard.map(Output::Transcript)
    }

    fn tokens(&self, _text: &str) -> Option<Vec<Token>> {
        None
    }
}

/// Progress is passed on; the words are told at the end, when it is known where they belong.
async fn passed_on(
    mut receiver: EventReceiver,
    events: &EventSender,
) -> Result<(), GeneratorError> {
    while let Some(event) = receiver.recv().await {
        if matches!(event, Event::Step { .. } | Event::Loading { .. }) {
            events.send(event).await?;
        }
    }
    Ok(())
}

fn hearing(job: &Job) -> Result<Hearing, GeneratorError> {
    let missing = || GeneratorError::Parameter {
        parameter: "file",
        reason: "is missing: give the sound".to_owned(),
    };
    let sound = job.material.sound.as_ref().ok_or_else(missing)?;
    if sound.rate != RATE {
        let reason = format!("it hears {RATE} samples a second and got {}", sound.rate);
        return Err(GeneratorError::Failed(reason));
    }
    let to_english = job.listening.to.is_some();
    if job.listening.to.as_deref().is_some_and(|to| to != "en") {
        let reason = "is not served: recognisers translate into English; write it down first and \
                      let a translator do the rest";
        return Err(GeneratorError::Parameter { parameter: "to", reason: reason.to_owned() });
    }
    Ok(Hearing {
        language: job.listening.language.clone(),
        to_english,
        prompt: Some(job.prompt().to_owned()).filter(|prompt| !prompt.is_empty()),
        temperature: job.sampling.temperature.unwrap_or(0.0),
        word_times: job.listening.word_times,
        ..Hearing::new(sound.samples.as_slice())
    })
}
