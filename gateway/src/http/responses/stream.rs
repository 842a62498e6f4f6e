//! A response as events, in OpenAI's order and numbered.
//!
//! The first byte follows the durable `admitted` record; every piece has passed the hold-back window;
//! the terminal record is durable before the event that ends the stream.

use std::{convert::Infallible, time::Duration};

use axum::response::{
    IntoResponse as _, Response,
    sse::{Event, KeepAlive, Sse},
};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use types::RequestId;

use super::object;
use crate::{
    http::{answer::Headers, error::ApiError},
    members::put,
    outcome::{Outcome, Release},
    pipeline::{Admitted, Delivery, Line, LineError, Piece},
};

/// Pieces that may wait for a slow reader before generation pauses.
const PIECES_WAITING_MAX: usize = 16;

/// Answers at once with the admission's headers; the events follow.
pub(super) fn respond(line: Line, admitted: Admitted, body: Value) -> Response {
    let headers = Headers::admitted(admitted.case());
    let (mut told, receiver) = Told::new(admitted.case().request_id(), body);
    tokio::spawn(async move {
        let seconds = line.stages().installation.config().server.request_seconds_max;
        told.begin().await;
        let (pieces, receiver) = mpsc::channel(PIECES_WAITING_MAX);
        let running = line.finish(admitted, Delivery::Stream(pieces));
        let running = tokio::time::timeout(Duration::from_secs(seconds), running);
        let (outcome, ()) = tokio::join!(running, told.forward(receiver));
        told.close(outcome.unwrap_or(Err(LineError::TimedOut("the request")))).await;
    });
    (headers, events(receiver)).into_response()
}

/// The events about a text that was released before.
pub(super) fn again(release: Release, body: Value) -> Response {
    let headers = Headers::of(&release);
    let (mut told, receiver) = Told::new(release.request_id, body);
    tokio::spawn(async move {
        told.begin().await;
        told.close(Ok(Outcome::Released(Box::new(release)))).await;
    });
    (headers, events(receiver)).into_response()
}

type Receiver = mpsc::Receiver<Result<Event, Infallible>>;

fn events(receiver: Receiver) -> impl axum::response::IntoResponse {
    Sse::new(ReceiverStream::new(receiver)).keep_alive(KeepAlive::default())
}

/// What has been told of a response.
struct Told {
    request: RequestId,
    body: Value,
    /// The text so far.
    text: String,
    number: u64,
    events: mpsc::Sender<Result<Event, Infallible>>,
}

impl Told {
    fn new(request: RequestId, body: Value) -> (Self, Receiver) {
        let (events, receiver) = mpsc::channel(PIECES_WAITING_MAX);
        (Self { request, body, text: String::new(), number: 0, events }, receiver)
    }

    async fn begin(&mut self) {
        let body = self.body.clone();
        self.send("response.created", json!({"response": body})).await;
        self.send("response.in_progress", json!({"response": body})).await;
        let item = object::message(self.request, "in_progress", &Value::Null);
        self.send("response.output_item.added", json!({"output_index": 0, "item": item})).await;
        let part = object::part("", &json!([]));
        self.tell("response.content_part.added", json!({"part": part})).await;
    }

    /// Passes pieces on. Returning drops the receiver, which tells the line that the reader has left.
    async fn forward(&mut self, mut pieces: mpsc::Receiver<Piece>) {
        let mut open = true;
        while open {
            let piece = tokio::select! {
                piece = pieces.recv() => piece,
                () = self.events.closed() => None,
            };
            match piece {
                Some(Piece::Text(text)) => open = self.piece(&text).await,
                Some(Piece::Progress { .. }) => {}
                None => open = false,
            }
        }
    }

    async fn piece(&mut self, text: &str) -> bool {
        self.text.push_str(text);
        self.tell("response.output_text.delta", json!({"delta": text, "logprobs": []})).await
    }

    async fn close(&mut self, outcome: Result<Outcome, LineError>) {
        match outcome {
            Ok(Outcome::Released(release)) => self.released(*release).await,
            Ok(Outcome::Held(release)) => self.filtered(&ApiError::held(&release)).await,
            Ok(Outcome::Refused(refusal)) => self.filtered(&ApiError::refused(&refusal)).await,
            Err(error) => {
                let body = object::failed(self.body.clone(), &ApiError::from(error));
                self.send("response.failed", json!({"response": body})).await;
            }
        }
    }

    async fn released(&mut self, release: Release) {
        // What had to wait for the end is told now.
        if self.text.is_empty() && !release.bytes.is_empty() {
            let text = String::from_utf8_lossy(&release.bytes).into_owned();
            self.piece(&text).await;
        }
        let body = object::finished(self.body.clone(), &release);
        let status = body.get("status").and_then(Value::as_str).unwrap_or_default().to_owned();
        self.ended(&status, &object::logprobs(&release)).await;
        self.send(&format!("response.{status}"), json!({"response": body})).await;
    }

    /// A block after the first byte: nothing held back is sent.
    async fn filtered(&mut self, error: &ApiError) {
        let item = self.ended("incomplete", &json!([])).await;
        let body = object::filtered(self.body.clone(), Some(item), error);
        self.send("response.incomplete", json!({"response": body})).await;
    }

    /// Ends text, part and item; the item as it is.
    async fn ended(&mut self, status: &str, logprobs: &Value) -> Value {
        let text = std::mem::take(&mut self.text);
        let told = json!({"text": text, "logprobs": logprobs});
        self.tell("response.output_text.done", told).await;
        let part = object::part(&text, logprobs);
        self.tell("response.content_part.done", json!({"part": part})).await;
        let item = object::message(self.request, status, &part);
        let done = json!({"output_index": 0, "item": item});
        self.send("response.output_item.done", done).await;
        item
    }

    /// An event about the only part of the only item.
    async fn tell(&mut self, name: &str, mut event: Value) -> bool {
        put(&mut event, "item_id", object::message_id(self.request));
        put(&mut event, "output_index", 0);
        put(&mut event, "content_index", 0);
        self.send(name, event).await
    }

    /// Whether the reader is still there.
    async fn send(&mut self, name: &str, mut event: Value) -> bool {
        put(&mut event, "type", name);
        put(&mut event, "sequence_number", self.number);
        self.number += 1;
        let event = Event::default().event(name).data(event.to_string());
        self.events.send(Ok(event)).await.is_ok()
    }
}
