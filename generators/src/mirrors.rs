//! Several models under one name: the next takes over where one fails before its first token.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;

use crate::{
    Event, EventReceiver, EventSender, Generator, GeneratorError, Job, ModelCard, Output,
    SamplerHook, Token,
};

/// Events that may wait between a model and the caller.
const EVENTS_WAITING_MAX: usize = 1;

/// Models that stand in for each other, in the order in which they are asked.
#[derive(Debug)]
pub struct Mirrors {
    card: ModelCard,
    models: Vec<Arc<dyn Generator>>,
}

impl Mirrors {
    /// Mirrors that are called `name`.
    ///
    /// # Errors
    /// [`GeneratorError::Unsupported`] when there is no model, or they make different things.
    pub fn new(name: &str, models: Vec<Arc<dyn Generator>>) -> Result<Self, GeneratorError> {
        let unsupported = |reason: &str| GeneratorError::Unsupported { reason: reason.to_owned() };
        let first = models.first().ok_or_else(|| unsupported("it mirrors no model"))?;
        let kinds: BTreeSet<String> =
            models.iter().map(|model| model.card().modality.to_string()).collect();
        if kinds.len() > 1 {
            return Err(unsupported("the models that it mirrors make different things"));
        }
        let mut card = first.card().clone();
        // What one of them cannot do, another one cannot take over.
        card.tasks.retain(|task| models.iter().all(|model| model.card().tasks.contains(task)));
        card.name = name.to_owned();
        card.backend = "mirrors".to_owned();
        Ok(Self { card, models })
    }
}

#[async_trait]
impl Generator for Mirrors {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    async fn generate(&self, mut job: Job, events: EventSender) -> Result<Output, GeneratorError> {
        let hook = job.sampler_hook.take().map(SharedHook::new);
        let mut last = GeneratorError::Failed("it mirrors no model".to_owned());
        for model in &self.models {
            events.wanted()?;
            let attempt = Job {
                messages: job.messages.clone(),
                sampling: job.sampling.clone(),
                drawing: job.drawing.clone(),
                speaking: job.speaking.clone(),
                filming: job.filming.clone(),
                listening: job.listening.clone(),
                pictures: job.pictures.clone(),
                material: job.material.clone(),
                whole: job.whole,
                tenant: job.tenant.clone(),
                sampler_hook: hook.clone().map(|hook| Box::new(hook) as Box<_>),
            };
            let (sender, receiver) = EventSender::channel(EVENTS_WAITING_MAX);
            let passing = Passing { events: &events, card: model.card(), begun: false };
            let (output, begun) =
                tokio::join!(model.generate(attempt, sender), passing.on(receiver));
            let used = begun? || hook.as_ref().is_some_and(SharedHook::was_called);
            match output {
                Err(error) if !used && is_its_own(&error) => last = error,
                output => return output,
            }
        }
        Err(last)
    }

    fn tokens(&self, _text: &str) -> Option<Vec<Token>> {
        None // each of its models reads texts itself
    }
}

/// Whether an error is the model's, not the request's.
const fn is_its_own(error: &GeneratorError) -> bool {
    matches!(
        error,
        GeneratorError::Busy { .. }
            | GeneratorError::Upstream(_)
            | GeneratorError::Failed(_)
            | GeneratorError::File { .. }
            | GeneratorError::Unsupported { .. }
    )
}

/// Passes a model's events on.
struct Passing<'a> {
    events: &'a EventSender,
    card: &'a ModelCard,
    begun: bool,
}

impl Passing<'_> {
    /// Whether a token was told. When nobody listens any more the model is told so.
    async fn on(mut self, mut receiver: EventReceiver) -> Result<bool, GeneratorError> {
        loop {
            let event = tokio::select! {
                event = receiver.recv() => event,
                () = self.events.closed() => return Ok(self.begun),
            };
            let Some(event) = event else { break };
            let is_first = matches!(event, Event::Token { .. } | Event::Step { .. }) && !self.begun;
            if is_first {
                self.begun = true;
                let card = Box::new(self.card.clone());
                self.events.send(Event::Runs { card }).await?;
            }
            self.events.send(event).await?;
        }
        Ok(self.begun)
    }
}

/// One hook for whichever model runs.
#[derive(Clone)]
struct SharedHook(Arc<Mutex<Hook>>);

struct Hook {
    hook: Box<dyn SamplerHook + Send>,
    called: bool,
}

impl SharedHook {
    fn new(hook: Box<dyn SamplerHook + Send>) -> Self {
        Self(Arc::new(Mutex::new(Hook { hook, called: false })))
    }

    /// Whether it has had a say in a token: then no other model may go on with it.
    fn was_called(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).called
    }
}

impl SamplerHook for SharedHook {
    fn reweigh(&mut self, previous: Option<u32>, candidates: &mut Vec<(u32, f32)>) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.called = true;
        inner.hook.reweigh(previous, candidates);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{TextOutput, null::Null};

    /// Fails after so many tokens.
    #[derive(Debug)]
    struct Failing(Null, usize);

    #[async_trait]
    impl Generator for Failing {
        fn card(&self) -> &ModelCard {
            self.0.card()
        }

        async fn generate(&self, _job: Job, events: EventSender) -> Result<Output, GeneratorError> {
            for _ in 0..self.1 {
                events.send(Event::token("x".to_owned())).await?;
            }
            Err(GeneratorError::Failed("broken".to_owned()))
        }

        fn tokens(&self, _text: &str) -> Option<Vec<Token>> {
            None
        }
    }

    async fn run(tokens: usize) -> (Result<Output, GeneratorError>, Vec<Event>) {
        let failing = Arc::new(Failing(Null::new("failing"), tokens));
        let mirrors = Mirrors::new("both", vec![failing, Arc::new(Null::new("null"))]).unwrap();
        let (sender, mut receiver) = EventSender::channel(99);
        let output = mirrors.generate(Job::default(), sender).await;
        let mut events = Vec::new();
        while let Some(event) = receiver.recv().await {
            events.push(event);
        }
        (output, events)
    }

    #[tokio::test]
    async fn the_next_takes_over_and_its_name_is_told() {
        let (output, events) = run(0).await;
        assert!(matches!(output, Ok(Output::Text(TextOutput { .. }))));
        assert!(matches!(&events[0], Event::Runs { card } if card.name == "null"), "{events:?}");
    }

    #[tokio::test]
    async fn after_the_first_token_nobody_takes_over() {
        let (output, events) = run(1).await;
        assert_eq!(output, Err(GeneratorError::Failed("broken".to_owned())));
        assert_eq!(events.len(), 2, "{events:?}");
    }

    #[test]
    fn what_makes_different_things_is_no_mirror() {
        assert!(Mirrors::new("none", Vec::new()).is_err());
    }
}
