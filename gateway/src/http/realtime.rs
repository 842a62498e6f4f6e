//! `WS /v1/realtime`: a conversation by text or voice, with OpenAI's names of events.
//!
//! The first event says that the other side is a machine, and so do the first words of the first
//! answer. Sound is `pcm16`: 24,000 samples a second, one channel.

mod events;
mod hearing;
mod running;

use std::time::Duration;

use access::Standing;
use axum::{
    extract::{
        Query, State, WebSocketUpgrade,
        ws::{Message as Frame, WebSocket},
    },
    response::Response,
};
use events::Telling;
use hearing::Hearing;
use running::{Running, next};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use types::{Language, Message, Modality, Principal, RequestId, Speaker, Speaking, Task};

use super::error::{ApiError, ErrorBody};
use crate::{
    admitting,
    outcome::Outcome,
    pipeline::{Delivery, Line},
    realtime::{self, Ended, Told, Turn},
};

/// The largest event: a few seconds of sound.
const EVENT_BYTES_MAX: usize = 4 << 20;
/// A reader who takes nothing for so long has left.
const READER_WAITS_MAX: Duration = Duration::from_secs(10);
/// Who says nothing for so long has left.
const IDLE_MAX: Duration = Duration::from_secs(900);
/// Messages of a conversation that are remembered.
const MESSAGES_MAX: usize = 64;
/// Pieces of an answer that may wait for a slow reader.
const PIECES_WAITING_MAX: usize = 16;

/// What a caller may ask for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
pub(crate) struct Asked {
    /// The model that writes; the usual one if absent.
    model: Option<String>,
}

/// A conversation over a websocket.
#[utoipa::path(get, path = "/v1/realtime", params(Asked), responses(
    (status = 101, description = "A websocket with OpenAI's realtime events"),
    (status = 401, description = "No key, or a wrong one", body = ErrorBody),
    (status = 503, description = "No model writes", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn realtime(
    State(line): State<Line>,
    Query(asked): Query<Asked>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, ApiError> {
    let pass = admitting::current().ok_or_else(ApiError::unauthenticated)?;
    let usual = || line.stages().default_model(Modality::Text, Task::Create);
    let named = asked.model.filter(|model| line.stages().generators.contains_key(model));
    let model = named.or_else(usual).ok_or_else(ApiError::model_needed)?;
    let upgrade = upgrade.max_message_size(EVENT_BYTES_MAX).protocols(["realtime"]);
    Ok(upgrade.on_upgrade(move |socket| async move {
        let talk = Talk::new(line, pass.principal.clone(), model, socket);
        let standing = pass.standing.clone();
        admitting::carrying(Some(pass), talk.run(standing)).await;
    }))
}

struct Talk {
    line: Line,
    principal: Principal,
    model: String,
    socket: WebSocket,
    id: String,
    messages: Vec<Message>,
    instructions: String,
    speaking: Option<Speaking>,
    hearing: Hearing,
    noticed: bool,
    running: Option<Running>,
}

/// The socket is gone.
struct Gone;

impl Talk {
    fn new(line: Line, principal: Principal, model: String, socket: WebSocket) -> Self {
        Self {
            line,
            principal,
            model,
            socket,
            id: format!("sess_{}", RequestId::new()),
            messages: Vec::new(),
            instructions: String::new(),
            speaking: Some(Speaking::default()),
            hearing: Hearing::default(),
            noticed: false,
            running: None,
        }
    }

    /// Talks until the caller leaves, or the key ends.
    async fn run(mut self, standing: Standing) {
        let ending = tokio::select! {
            () = self.talk() => return,
            ending = standing.ended() => ending,
        };
        // Whoever does not read any more does not read this, either.
        drop(self.failed(ApiError::ended(ending)).await);
    }

    async fn talk(&mut self) {
        let created = json!({"type": "session.created", "session": self.session()});
        if self.say(created).await.is_err() {
            return;
        }
        while self.step().await.is_ok() {}
    }

    /// Waits for an event, or for the next piece of the answer.
    async fn step(&mut self) -> Result<(), Gone> {
        let Self { socket, running, .. } = self;
        tokio::select! {
            frame = tokio::time::timeout(IDLE_MAX, socket.recv()) => match frame {
                Ok(Some(Ok(Frame::Text(text)))) => self.event(&text).await,
                Ok(Some(Ok(Frame::Ping(_) | Frame::Pong(_)))) => Ok(()),
                Ok(Some(Ok(Frame::Binary(_)))) => self.wrong("event", "Events are JSON texts.").await,
                Ok(Some(Ok(Frame::Close(_)) | Err(_)) | None) | Err(_) => Err(Gone),
            },
            piece = next(running) => self.piece(piece).await,
        }
    }

    async fn event(&mut self, text: &str) -> Result<(), Gone> {
        let Ok(event) = serde_json::from_str::<Value>(text) else {
            return self.wrong("event", "The event is not JSON.").await;
        };
        match event.get("type").and_then(Value::as_str).unwrap_or_default() {
            "session.update" => self.update(event.get("session").unwrap_or(&Value::Null)).await,
            "conversation.item.create" => {
                self.item(event.get("item").unwrap_or(&Value::Null)).await
            }
            "response.create" => self.respond(event.get("response").unwrap_or(&Value::Null)).await,
            "response.cancel" => self.cancel("client_cancelled").await,
            "input_audio_buffer.append" => self.heard(&event).await,
            "input_audio_buffer.commit" => self.commit().await,
            "input_audio_buffer.clear" => {
                self.hearing.clear();
                self.say(json!({"type": "input_audio_buffer.cleared"})).await
            }
            other => {
                self.wrong("type", &format!("`{other}` is no event that is served here.")).await
            }
        }
    }

    fn session(&self) -> Value {
        let modalities = if self.speaking.is_some() { json!(["audio"]) } else { json!(["text"]) };
        json!({
            "id": self.id, "object": "realtime.session", "type": "realtime", "model": self.model,
            "output_modalities": modalities, "instructions": self.instructions,
            "audio": {
                "input": {"format": {"type": "audio/pcm", "rate": realtime::RATE},
                          "turn_detection": self.hearing.detection()},
                "output": {"format": {"type": "audio/pcm", "rate": realtime::RATE},
                           "voice": self.speaking.as_ref().and_then(|speaking| speaking.voice.clone())},
            },
            "imprimatur": {"notice": realtime::notice(self.language())},
        })
    }

    fn language(&self) -> Language {
        let is_chinese = |text: &str| text.chars().any(|c| matches!(c, '\u{3400}'..='\u{9fff}'));
        let last = self.messages.last().map_or(self.instructions.as_str(), |message| &message.text);
        if is_chinese(last) { Language::Zh } else { Language::En }
    }

    /// Changes what is served of a session, by the newer and the older names.
    async fn update(&mut self, wanted: &Value) -> Result<(), Gone> {
        if let Some(text) = wanted.get("instructions").and_then(Value::as_str) {
            text.clone_into(&mut self.instructions);
        }
        let modalities = wanted.get("output_modalities").or_else(|| wanted.get("modalities"));
        if let Some(modalities) = modalities.and_then(Value::as_array) {
            let is_spoken = modalities.iter().any(|modality| modality == "audio");
            self.speaking = is_spoken.then(|| self.speaking.clone().unwrap_or_default());
        }
        let voice = wanted.pointer("/audio/output/voice").or_else(|| wanted.get("voice"));
        let speed = wanted.pointer("/audio/output/speed").or_else(|| wanted.get("speed"));
        if let Some(speaking) = &mut self.speaking {
            if let Some(voice) = voice.and_then(Value::as_str) {
                speaking.voice = Some(voice.to_owned());
            }
            if let Some(speed) = speed.and_then(Value::as_f64) {
                speaking.speed = Some(speed.clamp(0.25, 1.5) as f32);
            }
        }
        let detection =
            wanted.pointer("/audio/input/turn_detection").or_else(|| wanted.get("turn_detection"));
        if let Some(detection) = detection {
            self.hearing.detect(detection);
        }
        let session = self.session();
        self.say(json!({"type": "session.updated", "session": session})).await
    }

    /// A message that was written.
    async fn item(&mut self, item: &Value) -> Result<(), Gone> {
        let parts = item.get("content").and_then(Value::as_array);
        let words = parts.into_iter().flatten().filter_map(|part| part.get("text")?.as_str());
        let text = words.collect::<Vec<_>>().join("\n");
        if text.trim().is_empty() {
            return self.wrong("item", "The item has no text.").await;
        }
        let role = match item.get("role").and_then(Value::as_str) {
            Some("assistant") => Speaker::Assistant,
            Some("system") => Speaker::System,
            _ => Speaker::User,
        };
        let id = item.get("id").and_then(Value::as_str).map(str::to_owned);
        let id = id.unwrap_or_else(|| format!("item_{}", RequestId::new()));
        self.remember(Message { role, text });
        let mut item = item.clone();
        if let Some(members) = item.as_object_mut() {
            members.insert("id".to_owned(), json!(id));
            members.insert("status".to_owned(), json!("completed"));
        }
        self.say(json!({"type": "conversation.item.added", "item": item})).await?;
        self.say(json!({"type": "conversation.item.done", "item": item})).await
    }

    fn remember(&mut self, message: Message) {
        if self.messages.len() == MESSAGES_MAX {
            self.messages.remove(0);
        }
        self.messages.push(message);
    }

    /// Begins an answer; one that runs is stopped first.
    async fn respond(&mut self, wanted: &Value) -> Result<(), Gone> {
        self.cancel("turn_detected").await?;
        if self.messages.is_empty() {
            return self.wrong("response", "Nothing has been said yet.").await;
        }
        let instructions = wanted.get("instructions").and_then(Value::as_str);
        let instructions = instructions.unwrap_or(&self.instructions).to_owned();
        let system = Message { role: Speaker::System, text: instructions };
        let system = Some(system).filter(|system| !system.text.is_empty());
        let modalities = wanted.get("output_modalities").or_else(|| wanted.get("modalities"));
        let texts_only = modalities.is_some_and(|wanted| *wanted == json!(["text"]));
        let speaking = self.speaking.clone().filter(|_| !texts_only);
        let tokens = wanted.get("max_output_tokens").and_then(Value::as_u64);
        let turn = Turn {
            line: self.line.clone(),
            principal: self.principal.clone(),
            model: self.model.clone(),
            messages: system.into_iter().chain(self.messages.iter().cloned()).collect(),
            notice: (!self.noticed).then(|| realtime::notice(self.language())),
            max_tokens: tokens.and_then(|tokens| u32::try_from(tokens).ok()),
            speaking,
        };
        let response = Telling::new(turn.speaking.is_some());
        for event in response.begun() {
            self.say(event).await?;
        }
        let (told, pieces) = mpsc::channel(PIECES_WAITING_MAX);
        let answering = tokio::spawn(admitting::carried(turn.answer(told)));
        self.running = Some(Running { response, pieces, answering });
        Ok(())
    }

    async fn piece(&mut self, piece: Option<Told>) -> Result<(), Gone> {
        let Some(running) = &mut self.running else { return Ok(()) };
        if let Some(piece) = piece {
            // Whoever interrupts before the notice is told it with the next answer.
            self.noticed = true;
            let event = running.response.piece(piece);
            return self.say(event).await;
        }
        let Some(mut running) = self.running.take() else { return Ok(()) };
        let ended = (&mut running.answering).await;
        let events = match ended {
            Ok(Ok(Ended::Said(text, read, written))) => {
                self.remember(Message { role: Speaker::Assistant, text });
                running.response.completed(read, written)
            }
            Ok(Ok(Ended::Stopped(message))) => running.response.stopped(&message),
            Ok(Err(error)) => {
                let error = ApiError::from(error);
                running.response.failed(&error.body())
            }
            Err(_) => running.response.failed(&ApiError::bug().body()),
        };
        for event in events {
            self.say(event).await?;
        }
        Ok(())
    }

    async fn cancel(&mut self, reason: &str) -> Result<(), Gone> {
        match self.running.take() {
            None => Ok(()),
            Some(running) => {
                let event = running.response.cancelled(reason);
                drop(running);
                self.say(event).await
            }
        }
    }

    async fn heard(&mut self, event: &Value) -> Result<(), Gone> {
        if self.recogniser().is_none() {
            let error = ApiError::model_needed();
            return self.say(json!({"type": "error", "error": error.body().error})).await;
        }
        let Some(noticed) = self.hearing.append(event.get("audio").and_then(Value::as_str)) else {
            return self
                .wrong("audio", "audio must be base64 of pcm16, at most ten minutes in all.")
                .await;
        };
        for event in noticed {
            let is_start = event.get("type") == Some(&json!("input_audio_buffer.speech_started"));
            let is_stop = event.get("type") == Some(&json!("input_audio_buffer.speech_stopped"));
            if is_start {
                // Whoever is spoken to stops talking.
                self.cancel("turn_detected").await?;
            }
            self.say(event).await?;
            if is_stop {
                self.commit().await?;
                self.respond(&Value::Null).await?;
            }
        }
        Ok(())
    }

    fn recogniser(&self) -> Option<String> {
        self.line.stages().default_model(Modality::Text, Task::Transcribe)
    }

    /// Writes down what was heard, as a message of the person.
    async fn commit(&mut self) -> Result<(), Gone> {
        let (id, samples) = self.hearing.take();
        let Some(model) = self.recogniser().filter(|_| !samples.is_empty()) else {
            return self.wrong("input_audio_buffer", "There is nothing in the buffer.").await;
        };
        self.say(json!({"type": "input_audio_buffer.committed", "item_id": id, "previous_item_id": null})).await?;
        let request = match realtime::heard(model, samples, None) {
            Ok(request) => request,
            Err(error) => return self.failed(ApiError::from(error)).await,
        };
        match self.line.run(self.principal.clone(), request, Delivery::Whole).await {
            Ok(Outcome::Released(release)) => {
                let text = String::from_utf8_lossy(&release.bytes).into_owned();
                let content = json!([{"type": "input_audio", "transcript": text}]);
                let item = json!({"id": id, "type": "message", "role": "user", "status": "completed", "content": content});
                self.remember(Message { role: Speaker::User, text: text.clone() });
                self.say(json!({"type": "conversation.item.added", "item": item})).await?;
                self.say(json!({"type": "conversation.item.done", "item": item})).await?;
                self.say(json!({
                    "type": "conversation.item.input_audio_transcription.completed",
                    "item_id": id, "content_index": 0, "transcript": text,
                }))
                .await
            }
            Ok(Outcome::Refused(refusal)) => self.failed(ApiError::refused(&refusal)).await,
            Ok(Outcome::Held(release)) => self.failed(ApiError::held(&release)).await,
            Err(error) => self.failed(error.into()).await,
        }
    }

    async fn failed(&mut self, error: ApiError) -> Result<(), Gone> {
        self.say(json!({"type": "error", "error": error.body().error})).await
    }

    async fn wrong(&mut self, param: &str, message: &str) -> Result<(), Gone> {
        self.failed(ApiError::invalid(param, message)).await
    }

    async fn say(&mut self, mut event: Value) -> Result<(), Gone> {
        if let Some(members) = event.as_object_mut() {
            members.insert("event_id".to_owned(), json!(format!("event_{}", RequestId::new())));
        }
        let sending = self.socket.send(Frame::Text(event.to_string().into()));
        match tokio::time::timeout(READER_WAITS_MAX, sending).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Gone),
        }
    }
}
