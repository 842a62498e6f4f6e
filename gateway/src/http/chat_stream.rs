//! Server-sent events of a streamed chat answer.
//!
//! The first byte follows the durable `admitted` record; every piece has passed the hold-back
//! window; the terminal record is durable before the chunk that carries `finish_reason`.

use std::{convert::Infallible, time::Duration};

use axum::response::{
    IntoResponse, Response,
    sse::{Event, KeepAlive, Sse},
};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::{
    answer::{self, Headers},
    chat,
    error::ApiError,
};
use crate::{
    outcome::{Outcome, Release},
    pipeline::{Admitted, Delivery, Line, LineError, Piece},
};

/// Pieces that may wait for a slow reader before generation pauses.
const PIECES_WAITING_MAX: usize = 16;

/// Answers at once with the admission's headers; events follow.
pub(crate) fn respond(line: Line, admitted: Admitted, model: String, usage: bool) -> Response {
    let headers = Headers::admitted(admitted.case());
    let chunks = Chunks { id: format!("chatcmpl-{}", admitted.case().request_id()), model, usage };
    let (events, receiver) = mpsc::channel(PIECES_WAITING_MAX);
    tokio::spawn(async move { chunks.send_all(line, admitted, events).await });
    let sse = Sse::new(ReceiverStream::new(receiver)).keep_alive(KeepAlive::default());
    (headers, sse).into_response()
}

/// A stream about an asset that was released before.
pub(crate) fn again(release: Release, model: String, usage: bool) -> Response {
    let headers = Headers::of(&release);
    let chunks = Chunks { id: format!("chatcmpl-{}", release.request_id), model, usage };
    let (events, receiver) = mpsc::channel(PIECES_WAITING_MAX);
    tokio::spawn(async move {
        let role = json!({"role": "assistant", "content": ""});
        send(&events, chunks.chunk(&role, Value::Null)).await;
        chunks.close(&events, Ok(Outcome::Released(Box::new(release))), false).await;
        send(&events, Event::default().data("[DONE]")).await;
    });
    (headers, Sse::new(ReceiverStream::new(receiver))).into_response()
}

type Events = mpsc::Sender<Result<Event, Infallible>>;

struct Chunks {
    id: String,
    model: String,
    usage: bool,
}

impl Chunks {
    async fn send_all(self, line: Line, admitted: Admitted, events: Events) {
        let (pieces, receiver) = mpsc::channel(PIECES_WAITING_MAX);
        let limit =
            Duration::from_secs(line.stages().installation.config().server.request_seconds_max);
        let running = tokio::time::timeout(limit, line.finish(admitted, Delivery::Stream(pieces)));
        let (outcome, told) = tokio::join!(running, self.forward(&events, receiver));
        let outcome = outcome.unwrap_or(Err(LineError::TimedOut("the request")));
        self.close(&events, outcome, told).await;
        send(&events, Event::default().data("[DONE]")).await;
    }

    /// Passes pieces on; whether any text was among them. Returning drops the receiver, which tells
    /// the line that the reader has left.
    async fn forward(&self, events: &Events, mut pieces: mpsc::Receiver<Piece>) -> bool {
        let role = json!({"role": "assistant", "content": ""});
        let mut open = send(events, self.chunk(&role, Value::Null)).await;
        let mut told = false;
        while open {
            let piece = tokio::select! {
                piece = pieces.recv() => piece,
                () = events.closed() => None,
            };
            match piece {
                Some(Piece::Text(text)) => {
                    told = true;
                    open = send(events, self.text(&text)).await;
                }
                Some(Piece::Progress { .. }) => {}
                None => open = false,
            }
        }
        told
    }

    async fn close(&self, events: &Events, outcome: Result<Outcome, LineError>, told: bool) {
        match outcome {
            Ok(Outcome::Released(release)) => {
                // What had to wait for the end is told now.
                if !told && !release.bytes.is_empty() {
                    send(events, self.text(&String::from_utf8_lossy(&release.bytes))).await;
                }
                let mut last = self.body(&json!({}), json!(release.generation.finish_reason));
                insert(&mut last, "imprimatur", answer::member(&release));
                send(events, data(&last)).await;
                if self.usage {
                    send(events, self.usage_chunk(&release)).await;
                }
            }
            Ok(Outcome::Held(release)) => self.filtered(events, &ApiError::held(&release)).await,
            Ok(Outcome::Refused(refusal)) => {
                self.filtered(events, &ApiError::refused(&refusal)).await
            }
            Err(error) => {
                send(events, data(&json!(ApiError::from(error).body()))).await;
            }
        }
    }

    /// A block after the first byte: `content_filter`, then the error; nothing held back is sent.
    async fn filtered(&self, events: &Events, error: &ApiError) {
        send(events, self.chunk(&json!({}), json!("content_filter"))).await;
        send(events, data(&json!(error.body()))).await;
    }

    fn text(&self, text: &str) -> Event {
        self.chunk(&json!({"content": text}), Value::Null)
    }

    fn chunk(&self, delta: &Value, finish: Value) -> Event {
        data(&self.body(delta, finish))
    }

    fn body(&self, delta: &Value, finish: Value) -> Value {
        json!({
            "id": self.id, "object": "chat.completion.chunk", "created": answer::now_unix_s(),
            "model": self.model,
            "choices": [{"index": 0, "delta": delta, "logprobs": Value::Null, "finish_reason": finish}],
        })
    }

    fn usage_chunk(&self, release: &Release) -> Event {
        let mut body = self.body(&json!({}), Value::Null);
        // OpenAI's clients take the chunk without choices for the last word.
        insert(&mut body, "choices", json!([]));
        insert(&mut body, "usage", json!(chat::usage(release)));
        data(&body)
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
