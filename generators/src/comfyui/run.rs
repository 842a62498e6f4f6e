//! A graph's way through a server: pictures up, graph in, progress, picture down.
//!
//! The websocket tells of progress and of the end; what counts is `/history`, which is asked when
//! the websocket says that the run has ended, when it is silent, and when it is gone.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    slots::{self, Name},
    template::Template,
    wire::{File, Heard, History, Queue, Queued, heard},
};
use crate::{
    Event, EventSender, GeneratorError, PictureFile,
    server::{
        Ask, Fault, UpstreamError, Visit, Wait, Wanted,
        file::{self, FILE_BYTES_MAX},
        form::Form,
        harmless, random_id,
        visit::parsed,
        websocket::Websocket,
    },
};

/// A websocket that is silent for so long may have missed something.
const SILENT: Duration = Duration::from_secs(3);
/// Between two looks without a websocket.
const LOOK_EVERY: Duration = Duration::from_millis(400);
/// Between two looks for a run that is said to have ended.
const LOOK_SOON: Duration = Duration::from_millis(50);
/// Looks in a row that may fail, or find a run nowhere.
const LOOKS_LOST_MAX: u32 = 3;
/// The longest answer that is no picture.
const ANSWER_BYTES_MAX: usize = 4 << 20;
/// The longest name of a file that is taken from a server.
const NAME_CHARS_MAX: usize = 200;

/// Runs a graph.
///
/// # Errors
/// [`GeneratorError::Upstream`], or [`GeneratorError::Cancelled`] when nobody listens.
pub(super) async fn run(
    visit: &Visit,
    template: &Template,
    wanted: &Wanted,
    pictures: Vec<(Name, Vec<u8>)>,
    events: &EventSender,
) -> Result<PictureFile, GeneratorError> {
    let mut files = Vec::new();
    for (name, bytes) in pictures {
        files.push((name, upload(visit, name, &bytes).await?));
    }
    let graph = template.filled(&|name, usual| slots::value(wanted, &files, name, usual));
    let client_id = random_id();
    // Without a websocket the end is found in the history.
    let socket = Websocket::open(visit, "ws", &[("clientId", &client_id)]).await.ok();
    let mut begun = Begun::new(visit, random_id());
    let queued = queue(visit, &graph, &client_id, &begun.id).await?;
    begun.id.clone_from(&queued);
    let ended = Following { visit, id: &queued, events, socket }.until_it_ends().await?;
    begun.ended();
    let made = ended?;
    let query =
        [("filename", &*made.filename), ("subfolder", &*made.subfolder), ("type", &*made.folder)];
    let ask = Ask::get("view", visit.first_byte()).with(&query);
    Ok(file::picture(visit.ask(ask, FILE_BYTES_MAX).await?)?)
}

/// Gives the server a picture, in the folder that it empties itself, and tells how it is called.
async fn upload(visit: &Visit, name: Name, bytes: &[u8]) -> Result<String, UpstreamError> {
    let file = format!("imprimatur-{}-{}.png", name.word(), random_id());
    let form = Form::new().png("image", &file, bytes).field("type", "temp");
    let (kind, body) = form.field("overwrite", "true").finish();
    let ask = Ask::post("upload/image", &kind, &body, visit.first_byte());
    let given: File = parsed(&visit.ask(ask, ANSWER_BYTES_MAX).await?)?;
    let named = if given.subfolder.is_empty() {
        given.filename
    } else {
        format!("{}/{}", given.subfolder, given.filename)
    };
    if named.is_empty() || named.chars().count() > NAME_CHARS_MAX {
        return Err(Fault::Malformed("it gives a picture no usable name").into());
    }
    // As its nodes name files that are not in the folder of inputs.
    let folder = Some(given.folder).filter(|folder| !matches!(&**folder, "" | "input"));
    Ok(folder.map_or(named.clone(), |folder| format!("{named} [{folder}]")))
}

/// Puts the graph in the queue, and tells the run's name there.
async fn queue(
    visit: &Visit,
    graph: &Value,
    client_id: &str,
    prompt_id: &str,
) -> Result<String, UpstreamError> {
    let body = json!({"prompt": graph, "client_id": client_id, "prompt_id": prompt_id});
    let body = body.to_string();
    let ask = Ask::json("prompt", body.as_bytes(), visit.first_byte());
    let queued: Queued = parsed(&visit.ask(ask, ANSWER_BYTES_MAX).await?)?;
    // It becomes part of an address.
    let id = harmless(&queued.prompt_id).filter(|id| !id.starts_with('.'));
    Ok(id.ok_or(Fault::Malformed("it gives a run no usable name"))?)
}

/// A run that is being followed.
struct Following<'a> {
    visit: &'a Visit,
    id: &'a str,
    events: &'a EventSender,
    socket: Option<Websocket>,
}

impl Following<'_> {
    /// Waits for the end: the outer error is that it was not seen, the inner one is the run's.
    async fn until_it_ends(mut self) -> Result<Result<File, UpstreamError>, GeneratorError> {
        let mut wait = if self.socket.is_some() { SILENT } else { LOOK_EVERY };
        let (mut told, mut lost) = (None, 0);
        loop {
            if self.visit.left().is_zero() {
                return Err(UpstreamError::from(Fault::TimedOut(Wait::Whole)).into());
            }
            match self.listen(wait).await {
                Listened::Heard(Heard::Step(done, total)) => {
                    if told.replace((done, total)) != Some((done, total)) {
                        self.events.send(Event::Step { done, total }).await?;
                    }
                    continue;
                }
                Listened::Heard(Heard::Other) => continue,
                Listened::Heard(Heard::Failed(code)) => {
                    return Ok(Err(Fault::Reported(code).into()));
                }
                Listened::Heard(Heard::Ended) => {
                    (self.socket, wait) = (None, LOOK_SOON);
                }
                Listened::Gone => (self.socket, wait) = (None, LOOK_EVERY),
                Listened::Nothing => {}
            }
            match look(self.visit, self.id).await {
                Ok(Looked::Ended(end)) => return Ok(end.map_err(UpstreamError::from)),
                Ok(Looked::Waits) => lost = 0,
                Ok(Looked::Nowhere) if lost >= LOOKS_LOST_MAX => {
                    return Ok(Err(Fault::Reported(Some("forgotten".to_owned())).into()));
                }
                Err(error) if lost >= LOOKS_LOST_MAX => return Err(error.into()),
                Ok(Looked::Nowhere) | Err(_) => lost += 1,
            }
        }
    }

    async fn listen(&mut self, wait: Duration) -> Listened {
        let wait = wait.min(self.visit.left());
        let Some(socket) = &mut self.socket else {
            tokio::time::sleep(wait).await;
            return Listened::Nothing;
        };
        match tokio::time::timeout(wait, socket.next()).await {
            Ok(Some(text)) => Listened::Heard(heard(&text, self.id)),
            Ok(None) => Listened::Gone,
            Err(_) => Listened::Nothing,
        }
    }
}

/// Looks where a run is.
async fn look(visit: &Visit, id: &str) -> Result<Looked, UpstreamError> {
    let mut history: History = visit.read(&format!("history/{id}"), &[]).await?;
    if let Some(ended) = history.remove(id) {
        return Ok(Looked::Ended(ended.picture()));
    }
    let queue: Queue = visit.read("queue", &[]).await?;
    Ok(if queue.has(id) { Looked::Waits } else { Looked::Nowhere })
}

enum Listened {
    Heard(Heard),
    Gone,
    Nothing,
}

enum Looked {
    Ended(Result<File, Fault>),
    Waits,
    Nowhere,
}

/// A run that was given to a server. Dropped before its end it is taken back; after its end the
/// server is asked to forget the words.
struct Begun {
    visit: Visit,
    id: String,
    ended: bool,
}

impl Begun {
    fn new(visit: &Visit, id: String) -> Self {
        Self { visit: visit.clone(), id, ended: false }
    }

    const fn ended(&mut self) {
        self.ended = true;
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let (visit, id, ended) = (self.visit.farewell(), self.id.clone(), self.ended);
        runtime.spawn(async move {
            let these = json!({"delete": [id]});
            if ended {
                drop(visit.tell("history", &these).await);
                return;
            }
            drop(visit.tell("queue", &these).await);
            // A server that knows no names here would stop whatever runs.
            let running =
                visit.read::<Queue>("queue", &[]).await.is_ok_and(|queue| queue.runs(&id));
            if running {
                drop(visit.tell("interrupt", &json!({"prompt_id": id})).await);
            }
        });
    }
}
