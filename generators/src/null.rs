//! A backend without a model: it says one sentence, so that the line around it can be measured.
//!
//! It is never a default, reads no files, and its output does not depend on the prompt.

use async_trait::async_trait;
use types::{Modality, Sha256};

use crate::{
    Event, EventSender, FinishReason, Generator, GeneratorError, Job, ModelCard, Output, SampledBy,
    TextOutput, Token, Usage,
};

/// What it says, one token a word.
pub const SENTENCE: &str = "This sentence comes from no model; it measures the line.";

/// Says [`SENTENCE`].
#[derive(Debug)]
pub struct Null {
    card: ModelCard,
}

impl Null {
    /// A null model of this name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let card = ModelCard {
            name: name.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            sha256: Sha256::of(SENTENCE.as_bytes()),
            modality: Modality::Text,
            tasks: Vec::new(),
            algorithmic: true,
            backend: "null".to_owned(),
            starter: false,
            architecture: "none".to_owned(),
            parameters: 0,
            languages: vec!["en".to_owned()],
            licence: None,
        };
        Self { card }
    }
}

#[async_trait]
impl Generator for Null {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    async fn generate(&self, job: Job, events: EventSender) -> Result<Output, GeneratorError> {
        let words = SENTENCE.split_inclusive(' ');
        for word in words.clone() {
            events.send(Event::token(word.to_owned())).await?;
        }
        Ok(Output::Text(TextOutput {
            text: SENTENCE.to_owned(),
            usage: Usage {
                prompt_tokens: job.prompt().split_whitespace().count(),
                completion_tokens: words.count(),
            },
            finish_reason: FinishReason::Stop,
            warnings: Vec::new(),
            sampler: SampledBy::Here,
            logprobs: None,
        }))
    }

    fn tokens(&self, _text: &str) -> Option<Vec<Token>> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn its_events_are_its_text() {
        let (sender, mut receiver) = EventSender::channel(99);
        let output = Null::new("null").generate(Job::default(), sender).await.unwrap();
        let mut streamed = String::new();
        while let Some(Event::Token { text }) = receiver.recv().await {
            streamed.push_str(&text);
        }
        assert_eq!(streamed, SENTENCE);
        assert!(matches!(output, Output::Text(text) if text.text == SENTENCE));
    }

    #[tokio::test]
    async fn it_stops_when_nobody_listens() {
        let (sender, receiver) = EventSender::channel(1);
        drop(receiver);
        let output = Null::new("null").generate(Job::default(), sender).await;
        assert_eq!(output, Err(GeneratorError::Cancelled));
    }
}
