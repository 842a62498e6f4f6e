//! Servers of ComfyUI, which run graphs.
//!
//! Reading order: `template` is the graph with its placeholders, `slots` what they stand for, `run`
//! takes one through a server, `wire` is what it says; [`check()`] looks a server over.

mod run;
mod slots;
mod template;
mod wire;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use types::{Modality, Task};

use self::template::Template;
use crate::{
    Checked, EventSender, Generator, GeneratorError, Job, ModelCard, Output, Token,
    routing::health::Health,
    seats::Seats,
    server::{self, Client, Connection, Scheme, Visit, Wanted, look, not_served, visit::parsed},
};

/// The backend's name in the configuration.
const KIND: &str = "comfyui";

/// What is configured.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The servers, each by its address; a key is sent as a bearer token, for a proxy before it.
    pub connection: Connection,
    /// The graph, as ComfyUI exports it for its API, with placeholders.
    pub template: PathBuf,
}

/// A graph on a server, or on several that are alike.
#[derive(Debug)]
pub struct ComfyUi {
    card: ModelCard,
    template: Template,
    client: Arc<Client>,
    seats: Seats,
}

impl ComfyUi {
    /// A graph that is called `name` here. Nothing is asked of the server yet.
    ///
    /// # Errors
    /// [`GeneratorError::File`] when the graph cannot be used, [`GeneratorError::Unsupported`] when an
    /// address or the key cannot.
    pub fn new(name: &str, settings: &Settings) -> Result<Self, GeneratorError> {
        let template = Template::open(&settings.template)?;
        let client = Arc::new(Client::new(&settings.connection, Scheme::Bearer)?);
        let mut card = server::card(KIND, name, Modality::Image, &[template.task()]);
        // What runs is the graph, and the files that the server has for it.
        card.version = format!("graph-{}", template.digest());
        let seats = Seats::queued(settings.connection.requests_max, settings.connection.queue);
        Ok(Self { card, template, client, seats })
    }

    /// What the graph makes of a request: it follows from its placeholders.
    #[must_use]
    pub const fn task(&self) -> Task {
        self.template.task()
    }

    async fn picture(
        &self,
        wanted: &Wanted,
        events: &EventSender,
    ) -> Result<Output, GeneratorError> {
        if wanted.drawing.task != self.template.task() {
            return Err(not_served(wanted.drawing.task));
        }
        let pictures = slots::pictures(&self.template, wanted).await?;
        if self.template.needs_words() && wanted.prompt.is_empty() {
            return Err(GeneratorError::PromptEmpty);
        }
        let visit = Visit::begin(&self.client, "prompt").await?;
        let made = run::run(&visit, &self.template, wanted, pictures, events).await;
        match made {
            Ok(file) => Ok(Output::Picture(visit.judged(Ok(file))?)),
            Err(GeneratorError::Upstream(error)) => Ok(visit.judged(Err(error))?),
            Err(error) => Err(error),
        }
    }
}

#[async_trait]
impl Generator for ComfyUi {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    async fn generate(&self, job: Job, events: EventSender) -> Result<Output, GeneratorError> {
        let (deadline, wanted) = (job.deadline, Wanted::from(job));
        let _seat = self.seats.take_until(&events, deadline).await?;
        tokio::select! {
            made = self.picture(&wanted, &events) => made,
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

/// Reads the graph and asks every server whether it is there. Blocks: never call it on an async
/// thread.
#[must_use]
pub fn check(settings: &Settings) -> Checked {
    let wrong = |body: &[u8]| match parsed::<wire::Stats>(body) {
        Ok(stats) if stats.system.is_object() => None,
        Ok(_) => Some("what answers is no ComfyUI".to_owned()),
        Err(error) => Some(GeneratorError::from(error).to_string()),
    };
    let path = "system_stats";
    let mut checked = look::check(KIND, &settings.connection, Scheme::Bearer, path, wrong);
    checked.problems.extend(graph_problem(&settings.template));
    checked
}

fn graph_problem(path: &Path) -> Option<String> {
    Template::open(path).err().map(|error| error.to_string())
}
