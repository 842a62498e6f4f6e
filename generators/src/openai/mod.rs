//! Servers that speak OpenAI's protocol: vLLM, llama.cpp, Ollama, LocalAI and whatever else does.
//!
//! Reading order: [`settings`] is what is configured, `request` what is sent, `client` how (with
//! `endpoint` for health and `budget` for retries), `wire` and `sse` what comes back, `writing`
//! the text and `picture` the picture made of it; [`models`] asks what a server has.
//!
//! A server chooses the words itself, so [`crate::SamplerHook`] is never called: texts carry
//! [`crate::SampledBy::Upstream`] and no statistical mark.

mod budget;
mod client;
mod endpoint;
mod error;
pub mod models;
mod picture;
mod request;
pub mod settings;
mod sse;
mod wire;
mod writing;

use async_trait::async_trait;
pub use error::{Fault, UpstreamError, Wait};
pub use settings::{Key, Protocol, Settings, Waits};
use tokio::sync::OnceCell;
use types::{Modality, Sha256, Task};

use self::client::{Ask, Client};
use crate::{EventSender, Generator, GeneratorError, Job, ModelCard, Output, Token, seats::Seats};

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
        let client = Client::new(&settings)?;
        let card = ModelCard {
            name: settings.model.clone().unwrap_or_else(|| name.to_owned()),
            version: "unstated".to_owned(),
            // Nobody here has seen its files.
            sha256: Sha256::from([0; 32]),
            modality: settings.modality,
            tasks: if settings.modality == Modality::Image {
                vec![Task::Create]
            } else {
                Vec::new()
            },
            algorithmic: false,
            backend: "openai".to_owned(),
            starter: false,
            architecture: "unstated".to_owned(),
            parameters: 0,
            languages: Vec::new(),
            licence: None,
        };
        let model = OnceCell::new_with(settings.model.clone());
        let seats = Seats::new(settings.requests_max);
        Ok(Self { card, settings, client, model, seats })
    }

    /// The model's name there; the server is asked once where it is not configured.
    async fn model(&self) -> Result<&str, GeneratorError> {
        let first = || async {
            let first_byte = self.client.waits().first_byte;
            let mut answer =
                self.client.ask(Ask { path: "models", body: None, first_byte }).await?;
            let read = answer.whole(models::LIST_BYTES_MAX).await;
            let names = models::names(&answer.judged(read)?)?;
            let none =
                || GeneratorError::from(UpstreamError::from(Fault::Malformed("it lists no model")));
            names.into_iter().next().ok_or_else(none)
        };
        self.model.get_or_try_init(first).await.map(String::as_str)
    }

    async fn text(&self, job: Job, events: &EventSender) -> Result<Output, GeneratorError> {
        let model = self.model().await?;
        let (path, body) = request::text(&job, model, self.settings.protocol)?;
        let (waits, whole) = (self.client.waits(), job.whole);
        // Whoever answers in one piece writes all of it before the first byte.
        let first_byte = if whole { waits.total } else { waits.first_byte };
        let body = body.to_string();
        let ask = Ask { path, body: Some(body.as_bytes()), first_byte };
        let mut answer = self.client.ask(ask).await?;
        writing::read(&mut answer, !whole, events).await.map(Output::Text)
    }

    async fn picture(&self, job: Job) -> Result<Output, GeneratorError> {
        let model = self.model().await?;
        let body = request::picture(&job, model)?.to_string();
        let first_byte = self.client.waits().total;
        let ask = Ask { path: "images/generations", body: Some(body.as_bytes()), first_byte };
        let mut answer = self.client.ask(ask).await?;
        picture::read(&mut answer).await.map(Output::Picture)
    }
}

#[async_trait]
impl Generator for Upstream {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    async fn generate(&self, job: Job, events: EventSender) -> Result<Output, GeneratorError> {
        let _seat = self.seats.take(&events).await?;
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
}
