//! One step of a session behind the seam of what is generated.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use generators::{
    EventSender, FinishReason, Generator, GeneratorError, Job, ModelCard, Output, SampledBy,
    TextOutput, Token, Usage,
};
use scene::{Brief, Feedback, Revision, SceneError, Session};
use serde_json::json;
use types::{Modality, Sha256};

use super::MODEL;

/// Names the rules, whose code is part of the program.
const RULES: &str = concat!("scene ", env!("CARGO_PKG_VERSION"));

/// What is to be done.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// A session begins.
    Open(Box<Brief>),
    /// It goes on.
    On(Box<(Session, Feedback)>),
}

/// Makes one revision.
#[derive(Debug)]
pub(super) struct Revising {
    card: ModelCard,
    step: Step,
    done: Mutex<Option<Result<(Session, Revision), SceneError>>>,
}

impl Revising {
    pub(super) fn new(step: Step) -> Self {
        let card = ModelCard {
            name: MODEL.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            sha256: Sha256::of(RULES.as_bytes()),
            modality: Modality::Text,
            tasks: Vec::new(),
            algorithmic: true,
            backend: MODEL.to_owned(),
            starter: false,
            architecture: "scenes by fixed rules".to_owned(),
            parameters: 0,
            languages: vec!["en".to_owned(), "zh".to_owned()],
            licence: None,
        };
        Self { card, step, done: Mutex::new(None) }
    }

    /// The session after the step.
    pub(super) fn made(&self) -> Option<(Session, Revision)> {
        self.done.lock().unwrap_or_else(PoisonError::into_inner).take()?.ok()
    }

    /// Why there is none.
    pub(super) fn fault(&self) -> Option<SceneError> {
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        match done.take()? {
            Err(fault) => Some(fault),
            Ok(made) => {
                *done = Some(Ok(made));
                None
            }
        }
    }
}

#[async_trait]
impl Generator for Revising {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    async fn generate(&self, _job: Job, events: EventSender) -> Result<Output, GeneratorError> {
        events.wanted()?;
        let step = self.step.clone();
        let making = tokio::task::spawn_blocking(move || match step {
            Step::Open(brief) => Session::open(&brief),
            Step::On(on) => {
                let (mut session, feedback) = *on;
                session.feedback(&feedback).map(|revision| (session, revision))
            }
        });
        let made = making.await.map_err(|error| GeneratorError::Failed(error.to_string()))?;
        let told = made.as_ref().map(|(_, revision)| {
            // Policy reads what people do; where things stand is no text.
            json!({
                "revision": revision.number, "because": revision.because, "texts": revision.texts,
            })
            .to_string()
        });
        let told = told.map_err(|fault| GeneratorError::Failed(fault.to_string()));
        *self.done.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
        Ok(Output::Text(TextOutput {
            text: told?,
            usage: Usage::default(),
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
