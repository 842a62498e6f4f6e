//! Server-sent events of a streamed text.
//!
//! The first byte follows the durable `admitted` record; every piece has passed the hold-back
//! window; the terminal record is durable before the chunk that carries `finish_reason`.

use std::{convert::Infallible, time::Duration};

use axum::response::{
    IntoResponse, Response,
    sse::{Event, KeepAlive, Sse},
};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::{
    answer::{self, Headers},
    error::ApiError,
    text::{self, Form},
};
use crate::{
    outcome::{Outcome, Release},
    pipeline::{Admitted, Delivery, Line, LineError, Piece},
};

/// Pieces that may wait for a slow reader before generation pauses.
const PIECES_WAITING_MAX: usize = 16;

/// Answers at once with the first admission's headers; the texts follow one after the other.
pub(crate) fn respond(
    line: Line,
    admitted: Vec<Admitted>,
    form: Form,
    model: String,
    usage: bool,
) -> Response {
    let Some(first) = admitted.first() else { return ApiError::bug().into_response() };
    let headers = Headers::admitted(first.case());
    let chunks = Chunks { id: form.id(first.case().request_id()), form, model, usage };
    let (events, receiver) = mpsc::channel(PIECES_WAITING_MAX);
    tokio::spawn(async move { chunks.send_all(line, admitted, events).await });
    let sse = Sse::new(ReceiverStream::new(receiver)).keep_alive(KeepAlive::default());
    (headers, sse).into_response()
}

/// A stream about assets that were released before; `None` when there are none.
pub(crate) fn again(
    releases: Vec<Release>,
    form: Form,
    model: String,
    usage: bool,
) -> Option<Response> {
    let first = releases.first()?;
    let headers = Headers::of(first);
    let chunks = Chunks { id: form.id(first.request_id), form, model, usage };
    let (events, receiver) = mpsc::channel(PIECES_WAITING_MAX);
    tokio::spawn(async move {
        let mut told = Vec::new();
        for (index, release) in (0..).zip(releases) {
            chunks.begin(&events, index).await;
            let outcome = Ok(Outcome::Released(Box::new(release)));
            told.extend(chunks.close(&events, index, outcome, false).await);
        }
        chunks.end(&events, &told).await;
    });
    Some((headers, Sse::new(ReceiverStream::new(receiver))).into_response())
}

type Events = mpsc::Sender<Result<Event, Infallible>>;

struct Chunks {
    id: String,
    form: Form,
    model: String,
    usage: bool,
}

/// A chunk with a piece of text; its members stand as in every other chunk.
#[derive(Serialize)]
struct Chunk<'a> {
    id: &'a str,
    object: &'static str,
    created: u64,
    model: &'a str,
    choices: [Choice<'a>; 1],
}

#[derive(Serialize)]
struct Choice<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    delta: Option<Delta<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    index: u32,
    finish_reason: Option<&'a str>,
    logprobs: Option<&'a str>,
}

#[derive(Serialize)]
struct Delta<'a> {
    content: &'a str,
}

impl Chunks {
    async fn send_all(self, line: Line, admitted: Vec<Admitted>, events: Events) {
        let limit =
            Duration::from_secs(line.stages().installation.config().server.request_seconds_max);
        let wanted = admitted.len();
        let mut told = Vec::new();
        for (index, admitted) in (0..).zip(admitted) {
            let (pieces, receiver) = mpsc::channel(PIECES_WAITING_MAX);
            let running = line.finish(admitted, Delivery::Stream(pieces));
            let running = tokio::time::timeout(limit, running);
            let (outcome, any) = tokio::join!(running, self.forward(&events, index, receiver));
            let outcome = outcome.unwrap_or(Err(LineError::TimedOut("the request")));
            match self.close(&events, index, outcome, any).await {
                Some(release) => told.push(release),
                // What was admitted after it is dropped, which closes its records.
                None => break,
            }
        }
        let told = if told.len() == wanted { told } else { Vec::new() };
        self.end(&events, &told).await;
    }

    /// Passes pieces on; whether any text was among them. Returning drops the receiver, which tells
    /// the line that the reader has left.
    async fn forward(
        &self,
        events: &Events,
        index: u32,
        mut pieces: mpsc::Receiver<Piece>,
    ) -> bool {
        let mut open = self.begin(events, index).await;
        let mut told = false;
        while open {
            let piece = tokio::select! {
                piece = pieces.recv() => piece,
                () = events.closed() => None,
            };
            match piece {
                Some(Piece::Text(text)) => {
                    told = true;
                    open = send(events, self.text(index, &text)).await;
                }
                Some(Piece::Progress { .. }) => {}
                None => open = false,
            }
        }
        told
    }

    /// The first chunk of a chat answer says who speaks.
    async fn begin(&self, events: &Events, index: u32) -> bool {
        let role = json!({"delta": {"role": "assistant", "content": ""}});
        match self.form {
            Form::Chat => send(events, data(&self.body(index, role, Value::Null))).await,
            Form::Completion => true,
        }
    }

    /// The end of one text; what was released, if it was.
    async fn close(
        &self,
        events: &Events,
        index: u32,
        outcome: Result<Outcome, LineError>,
        told: bool,
    ) -> Option<Release> {
        match outcome {
            Ok(Outcome::Released(release)) => {
                // What had to wait for the end is told now.
                if !told && !release.bytes.is_empty() {
                    let text = String::from_utf8_lossy(&release.bytes);
                    send(events, self.text(index, &text)).await;
                }
                let mut choice = self.nothing();
                insert(&mut choice, "logprobs", self.form.logprobs(&release));
                let finish = json!(release.generation.finish_reason);
                let mut last = self.body(index, choice, finish);
                insert(&mut last, "imprimatur", answer::member(&release));
                send(events, data(&last)).await;
                return Some(*release);
            }
            Ok(Outcome::Held(release)) => {
                self.filtered(events, index, &ApiError::held(&release)).await
            }
            Ok(Outcome::Refused(refusal)) => {
                self.filtered(events, index, &ApiError::refused(&refusal)).await
            }
            Err(error) => {
                send(events, data(&json!(ApiError::from(error).body()))).await;
            }
        }
        None
    }

    /// The end of all: token counts, if they were asked for, and the last word.
    async fn end(&self, events: &Events, told: &[Release]) {
        if self.usage && !told.is_empty() {
            let mut body = self.body(0, self.nothing(), Value::Null);
            // OpenAI's clients take the chunk without choices for the last word.
            insert(&mut body, "choices", json!([]));
            insert(&mut body, "usage", json!(text::usage(told)));
            send(events, data(&body)).await;
        }
        send(events, Event::default().data("[DONE]")).await;
    }

    /// A block after the first byte: `content_filter`, then the error; nothing held back is sent.
    async fn filtered(&self, events: &Events, index: u32, error: &ApiError) {
        let last = self.body(index, self.nothing(), json!("content_filter"));
        send(events, data(&last)).await;
        send(events, data(&json!(error.body()))).await;
    }

    /// What nearly all chunks are, written without a tree of values.
    fn text(&self, index: u32, text: &str) -> Event {
        let (delta, text) = match self.form {
            Form::Chat => (Some(Delta { content: text }), None),
            Form::Completion => (None, Some(text)),
        };
        let chunk = Chunk {
            id: &self.id,
            object: self.form.chunk_object(),
            created: answer::now_unix_s(),
            model: &self.model,
            choices: [Choice { delta, text, index, finish_reason: None, logprobs: None }],
        };
        // Texts and numbers can always be written.
        Event::default().data(serde_json::to_string(&chunk).unwrap_or_default())
    }

    /// A choice without text.
    fn nothing(&self) -> Value {
        match self.form {
            Form::Chat => json!({"delta": {}}),
            Form::Completion => json!({"text": ""}),
        }
    }

    fn body(&self, index: u32, mut choice: Value, finish: Value) -> Value {
        insert(&mut choice, "index", json!(index));
        insert(&mut choice, "finish_reason", finish);
        if choice.get("logprobs").is_none() {
            insert(&mut choice, "logprobs", Value::Null);
        }
        json!({
            "id": self.id, "object": self.form.chunk_object(), "created": answer::now_unix_s(),
            "model": self.model, "choices": [choice],
        })
    }
}

fn insert(body: &mut Value, key: &str, value: Value) {
    if let Some(object) = body.as_object_mut() {
        object.insert(key.to_owned(), value);
    }
}

fn data(body: &Value) -> Event {
    Event::default().data(body.to_string())
}

/// Whether the reader is still there.
async fn send(events: &Events, event: Event) -> bool {
    events.send(Ok(event)).await.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_of_text_has_the_members_of_every_chunk() {
        for (form, choice) in [
            (Form::Chat, json!({"delta": {"content": "a \"\n"}})),
            (Form::Completion, json!({"text": "a \"\n"})),
        ] {
            let chunks = Chunks { id: "i".into(), form, model: "m".into(), usage: false };
            let event = |event: Event| format!("{event:?}");
            let without = |text: String| -> String {
                text.chars().filter(|letter| !letter.is_ascii_digit()).collect()
            };
            let whole = data(&chunks.body(3, choice, Value::Null));
            let piece = chunks.text(3, "a \"\n");
            assert_eq!(without(event(piece)), without(event(whole)));
        }
    }
}
