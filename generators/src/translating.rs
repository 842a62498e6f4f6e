//! A translator behind the seam of what is generated.

use std::sync::Arc;

use async_trait::async_trait;
use types::{Modality, Task};

use crate::{
    EventSender, FinishReason, Generator, GeneratorError, Job, ModelCard, Output, SampledBy,
    TextOutput, Token, Translator, Usage,
};

/// Translates the words of a job.
#[derive(Debug)]
pub struct Translating {
    card: ModelCard,
    translator: Arc<dyn Translator>,
}

impl Translating {
    /// Puts a translator behind the seam.
    #[must_use]
    pub fn new(translator: Arc<dyn Translator>) -> Self {
        let mut card = translator.card().clone();
        card.modality = Modality::Text;
        card.tasks = vec![Task::Translate];
        Self { card, translator }
    }
}

#[async_trait]
impl Generator for Translating {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    async fn generate(&self, job: Job, events: EventSender) -> Result<Output, GeneratorError> {
        let wrong = |parameter, reason: &str| GeneratorError::Parameter {
            parameter,
            reason: reason.to_owned(),
        };
        if job.material.sound.is_some() {
            return Err(wrong("file", "is a sound: write it down first"));
        }
        let to = job.listening.to.as_deref();
        let to = to.ok_or_else(|| wrong("to", "is missing: name the language that is wanted"))?;
        let from = job.listening.language.as_deref();
        // Lines are translated one by one, so that they stay lines.
        let lines: Vec<String> = job.prompt().lines().map(str::to_owned).collect();
        let words = |line: &&String| !line.trim().is_empty();
        let wanted: Vec<String> = lines.iter().filter(words).cloned().collect();
        let translated = self.translator.translate(wanted, from, to, events).await?;
        let mut translated = translated.into_iter();
        let text: Vec<String> = lines
            .iter()
            .map(|line| match words(&line) {
                true => translated.next().unwrap_or_default(),
                false => String::new(),
            })
            .collect();
        Ok(Output::Text(TextOutput {
            text: text.join("\n"),
            usage: Usage::default(),
            finish_reason: FinishReason::Stop,
            warnings: Vec::new(),
            sampler: SampledBy::Translator,
            logprobs: None,
        }))
    }

    fn tokens(&self, _text: &str) -> Option<Vec<Token>> {
        None
    }
}
