//! Servers that speak OpenAI's protocol: vLLM, llama.cpp, Ollama, LocalAI and whatever else does.
//!
//! Reading order: [`settings`] is what is configured, `request` and `pictures` what is sent (by
//! [`crate::server`]), `wire` and `sse` what comes back, `writing` the text and `picture` the
//! picture made of it; [`audio`] hears and speaks; [`models`] asks what a server has.
//!
//! A server chooses the words itself, so [`crate::SamplerHook`] is never called: texts carry
//! [`crate::SampledBy::Upstream`] and no statistical mark.

pub mod audio;
pub mod models;
mod picture;
mod pictures;
mod request;
pub mod settings;
mod sse;
mod wire;
mod writing;

use async_trait::async_trait;
pub use settings::{Key, Protocol, Settings, Waits};
use tokio::sync::OnceCell;
use types::{Modality, Task};

pub use crate::server::{Fault, UpstreamError, Wait};
use crate::{
    EventSender, Generator, GeneratorError, Job, ModelCard, Output, Token,
    routing::health::Health,
    seats::Seats,
    server::{self, Ask, Client, Scheme, Wanted, client::LOOK_BYTES_MAX},
};

/// What servers of pictures are asked for.
const TASKS: [Task; 3] = [Task::Create, Task::Inpaint, Task::Vary];

/// A model on a server, or on several that are alike.
#[derive(Debug)]
pub struct Upstream {
    card: ModelCard,
    settings: Settings,
    client: Client,
    /// The model's name there.
    model: OnceCell<String>,
    seats: Seats,
}

impl Upstream {
    /// A model that is called `name` here. Nothing is asked of the server yet.
    ///
    /// # Errors
    /// [`GeneratorError::Unsupported`] when an address or the key cannot be used.
    pub fn new(name: &str, settings: Settings) -> Result<Self, GeneratorError> {
        let client = Client::new(&settings.connection(), Scheme::Bearer)?;
        let called = settings.model.as_deref().unwrap_or(name);
        let tasks: &[Task] = if settings.modality == Modality::Image { &TASKS } else { &[] };
        let card = server::card("openai", called, settings.modality, tasks);
        let model = OnceCell::new_with(settings.model.clone());
        let seats = Seats::queued(settings.requests_max, settings.queue);
        Ok(Self { card, settings, client, model, seats })
    }

    /// The model's name there.
    async fn model(&self) -> Result<&str, GeneratorError> {
        model_of(&self.client, &self.model).await
    }

    async fn text(&self, job: Job, events: &EventSender) -> Result<Output, GeneratorError> {
        let model = self.model().await?;
        let (path, body) = request::text(&job, model, self.settings.protocol)?;
        let (waits, whole) = (self.client.waits(), job.whole);
        // Whoever answers in one piece writes all of it before the first byte.
        let first_byte = if whole { waits.total } else { waits.first_byte };
        let body = body.to_string();
        let ask = Ask::json(path, body.as_bytes(), first_byte).until(job.deadline);
        let mut answer = self.client.ask(ask).await?;
        writing::read(&mut answer, !whole, events).await.map(Output::Text)
    }

    async fn picture(&self, job: Job) -> Result<Output, GeneratorError> {
        let (model, deadline) = (self.model().await?, job.deadline);
        let request = pictures::request(&Wanted::from(job), model).await?;
        let first_byte = self.client.waits().total;
        let ask = Ask::post(request.path, &request.kind, &request.body, first_byte);
        let ask = ask.until(deadline);
        let mut answer = self.client.ask(ask).await?;
        picture::read(&self.client, &mut answer).await.map(Output::Picture)
    }
}

/// The model's name there; the server is asked once where it is not configured.
async fn model_of<'a>(
    client: &Client,
    model: &'a OnceCell<String>,
) -> Result<&'a str, GeneratorError> {
    let first = || async {
        let mut answer = client.ask(Ask::get("models", client.waits().first_byte)).await?;
        let read = answer.whole(LOOK_BYTES_MAX).await;
        let names = models::names(&answer.judged(read)?)?;
        let none =
            || GeneratorError::from(UpstreamError::from(Fault::Malformed("it lists no model")));
        names.into_iter().next().ok_or_else(none)
    };
    model.get_or_try_init(first).await.map(String::as_str)
}

#[async_trait]
impl Generator for Upstream {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    async fn generate(&self, job: Job, events: EventSender) -> Result<Output, GeneratorError> {
        let _seat = self.seats.take_until(&events, job.deadline).await?;
        let running = async {
            match self.settings.modality {
                Modality::Image => self.picture(job).await,
                _ => self.text(job, &events).await,
            }
        };
        // What is dropped here closes its connection, which tells the server to stop.
        tokio::select! {
            output = running => output,
            () = events.closed() => Err(GeneratorError::Cancelled),
        }
    }

    fn tokens(&self, _text: &str) -> Option<Vec<Token>> {
        None
    }

    fn health(&self) -> Option<Health> {
        Some(self.client.health(&self.seats))
    }
}
