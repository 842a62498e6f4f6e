//! Servers of the Stable Diffusion web UI and its kin: AUTOMATIC1111, Forge, SD.Next.
//!
//! Reading order: `request` is what is sent, `wire` what comes back; [`check()`] looks a server
//! over. Such a server does one thing at a time and speaks of it without saying whose it is, so one
//! run at a time goes to each, and progress and interruption are its own as long as nobody else
//! uses the server.

mod request;
mod wire;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use types::{Modality, Task};

use self::wire::{Extra, Made, Model, Progress, Upscaler};
use crate::{
    Checked, Event, EventSender, Generator, GeneratorError, Job, ModelCard, Output, PictureFile,
    Token,
    routing::health::Health,
    seats::Seats,
    server::{
        self, Ask, Client, Connection, Fault, Scheme, UpstreamError, Visit, Wanted,
        file::{self, FILE_BYTES_MAX},
        look, not_served,
        visit::parsed,
    },
};

/// The backend's name in the configuration.
const KIND: &str = "a1111";
/// What it is asked for.
const TASKS: [Task; 4] = [Task::Create, Task::Inpaint, Task::Upscale, Task::Vary];
/// Between two looks at the progress.
const LOOK_EVERY: Duration = Duration::from_millis(300);
/// Where progress is read.
const PROGRESS: &str = "sdapi/v1/progress";

/// What is configured.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The servers, each by its address up to `/sdapi`. A key is sent as `name:password` by HTTP's
    /// own scheme, or without a colon as bearer token.
    pub connection: Connection,
    /// The checkpoint, by its title or name there; without it the one that is loaded.
    pub model: Option<String>,
}

/// A model on such a server, or on several that are alike.
#[derive(Debug)]
pub struct WebUi {
    card: ModelCard,
    model: Option<String>,
    client: Arc<Client>,
    seats: Seats,
}

impl WebUi {
    /// A model that is called `name` here. Nothing is asked of the server yet.
    ///
    /// # Errors
    /// [`GeneratorError::Unsupported`] when an address or the key cannot be used.
    pub fn new(name: &str, settings: Settings) -> Result<Self, GeneratorError> {
        let Settings { connection, model } = settings;
        let client = Arc::new(Client::new(&connection, Scheme::Basic)?);
        let called = model.as_deref().unwrap_or(name);
        let card = server::card(KIND, called, Modality::Image, &TASKS);
        let seats =
            Seats::queued(connection.requests_max.min(connection.urls.len()), connection.queue);
        Ok(Self { card, model, client, seats })
    }

    async fn picture(
        &self,
        wanted: &Wanted,
        events: &EventSender,
    ) -> Result<PictureFile, GeneratorError> {
        let task = wanted.drawing.task;
        if !TASKS.contains(&task) {
            return Err(not_served(task));
        }
        let visit = Visit::begin(&self.client, PROGRESS).await?;
        let (path, body) = if task == Task::Upscale {
            let upscalers: Vec<Upscaler> = visit.read("sdapi/v1/upscalers", &[]).await?;
            request::upscale(wanted, wire::best(upscalers)).await?
        } else {
            request::draw(wanted, self.model.as_deref()).await?
        };
        let body = body.to_string();
        let mut begun = Begun(Some(visit.clone()));
        let ask = Ask::json(path, body.as_bytes(), self.client.waits().total);
        let making = visit.ask(ask, FILE_BYTES_MAX);
        let made = tokio::select! {
            made = making => made,
            error = progress(&visit, events) => return Err(error),
        };
        let file = made.and_then(|body| picture(&body, task));
        // Whoever said how it ended is at it no more.
        if !matches!(&file, Err(UpstreamError { fault: Fault::TimedOut(_) | Fault::Reset, .. })) {
            begun.0 = None;
        }
        Ok(visit.judged(file)?)
    }
}

#[async_trait]
impl Generator for WebUi {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    async fn generate(&self, job: Job, events: EventSender) -> Result<Output, GeneratorError> {
        let (deadline, wanted) = (job.deadline, Wanted::from(job));
        let _seat = self.seats.take_until(&events, deadline).await?;
        tokio::select! {
            made = self.picture(&wanted, &events) => made.map(Output::Picture),
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

fn picture(body: &[u8], task: Task) -> Result<PictureFile, UpstreamError> {
    let encoded = if task == Task::Upscale {
        parsed::<Extra>(body)?.image
    } else {
        parsed::<Made>(body)?.images.into_iter().flatten().next()
    };
    file::decoded(&encoded.ok_or(Fault::Malformed("it holds no picture"))?)
}

/// Tells of steps until it is dropped, or nobody listens. A look that fails is none: the answer
/// itself will tell.
async fn progress(visit: &Visit, events: &EventSender) -> GeneratorError {
    let mut told = None;
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let looked = visit.glance::<Progress>(PROGRESS, &[("skip_current_image", "true")]).await;
        let step = looked.ok().and_then(|progress| progress.step());
        if let Some((done, total)) = step.filter(|_| step != told) {
            told = step;
            if let Err(error) = events.send(Event::Step { done, total }).await {
                return error;
            }
        }
    }
}

/// A run that the server has begun and nobody has ended: dropped so, it is interrupted.
#[derive(Debug)]
struct Begun(Option<Visit>);

impl Drop for Begun {
    fn drop(&mut self) {
        let (Some(visit), Ok(runtime)) = (self.0.take(), tokio::runtime::Handle::try_current())
        else {
            return;
        };
        // The server does not ask whose run it is to end.
        if visit.is_alone() {
            runtime.spawn(async move {
                let empty = serde_json::json!({});
                drop(visit.farewell().tell("sdapi/v1/interrupt", &empty).await);
            });
        }
    }
}

/// Asks every server whether it is there and has the checkpoint. Blocks: never call it on an async
/// thread.
#[must_use]
pub fn check(settings: &Settings) -> Checked {
    let wrong = |body: &[u8]| match (parsed::<Vec<Model>>(body), &settings.model) {
        (Err(error), _) => Some(GeneratorError::from(error).to_string()),
        (Ok(models), Some(model)) if !models.iter().any(|listed| listed.is(model)) => {
            Some(format!("it has no checkpoint `{model}`"))
        }
        _ => None,
    };
    look::check(KIND, &settings.connection, Scheme::Basic, "sdapi/v1/sd-models", wrong)
}
