//! `POST /v1/audio/speech`

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{
        IntoResponse as _, Response,
        sse::{Event, Sse},
    },
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio_stream::StreamExt as _;
use types::{
    GenerationRequest, Message, Modality, Principal, Sampling, SoundFormat, Speaker, Speaking, Task,
};
use utoipa::ToSchema;

use super::{
    answer::{self, Headers},
    error::{ApiError, ErrorBody},
    extract::{Caller, JsonBody, turned_away},
    openai::{Wished, Wishes},
    strict,
};
use crate::{
    outcome::{Outcome, Release},
    pipeline::{Delivery, Line},
};

/// OpenAI's limit is 4,096; a voice that runs here reads whole articles.
const INPUT_CHARS_MAX: usize = 100_000;
/// Bytes of a file in one event of a stream.
const PIECE_BYTES: usize = 32 << 10;

/// `POST /v1/audio/speech`
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(super) struct SpeechRequest {
    /// What to say; what begins with `<speak>` is read as SSML.
    pub input: String,
    /// The model's configured name; the first that speaks if absent.
    pub model: Option<String>,
    /// The voice, by the name that the model gives it, or one of OpenAI's names.
    pub voice: Option<Voice>,
    /// `wav`, `flac`, `mp3`, `opus` or `pcm`; `mp3` if absent, as OpenAI has it.
    pub response_format: Option<String>,
    /// How fast, 0.25–4.
    pub speed: Option<f32>,
    /// `audio` for the file, `sse` for events with pieces of it.
    pub stream_format: Option<String>,
    /// What only this program knows.
    pub imprimatur: Option<Wishes>,
    /// Everything else: what would change the sound is refused, what would not is ignored.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Map<String, Value>,
}

/// A voice, by its name or as OpenAI's object with its id.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(untagged)]
pub(super) enum Voice {
    /// Its name.
    Name(String),
    /// Its id.
    Custom {
        /// The name.
        id: String,
    },
}

/// Says a text through the line. The answer is the file, marked and signed; where its format holds no
/// manifest, `Link` leads to it.
#[utoipa::path(post, path = "/v1/audio/speech", request_body = SpeechRequest, responses(
    (status = 200, description = "The sound, or a stream of `speech.audio.delta` events"),
    (status = 400, description = "Bad input, or `content_policy_violation`", body = ErrorBody),
    (status = 403, description = "`held_for_review`", body = ErrorBody),
    (status = 503, description = "Busy or failing closed", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn speech(
    State(line): State<Line>,
    caller: Caller,
    body: Result<JsonBody<SpeechRequest>, ApiError>,
) -> Result<Response, ApiError> {
    let principal = caller.generating()?;
    match body.and_then(|JsonBody(body)| Wanted::read(&line, &body)) {
        Ok(wanted) => said(&line, principal, wanted).await,
        Err(error) => Err(turned_away(&line, principal, Modality::Audio, error).await),
    }
}

async fn said(line: &Line, principal: Principal, wanted: Wanted) -> Result<Response, ApiError> {
    let Wanted { request, is_stream } = wanted;
    let format = request.speaking.format;
    match line.run(principal, request, Delivery::Whole).await? {
        Outcome::Released(release) if is_stream => Ok(events(*release)),
        Outcome::Released(release) => Ok(file(*release, format)),
        Outcome::Held(release) => Err(ApiError::held(&release)),
        Outcome::Refused(refusal) => Err(ApiError::refused(&refusal)),
    }
}

/// The answer about a sound that was released before.
pub(super) fn again(line: &Line, body: &[u8], release: Release) -> Option<Response> {
    let wanted = Wanted::read(line, &serde_json::from_slice(body).ok()?).ok()?;
    Some(match wanted.is_stream {
        true => events(release),
        false => file(release, wanted.request.speaking.format),
    })
}

fn file(release: Release, format: SoundFormat) -> Response {
    let name = match format {
        SoundFormat::Pcm => "audio/pcm",
        _ => release.media_type.name(),
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(name));
    if !provenance::carries_manifest(release.media_type) {
        let link = answer::manifest_link(release.asset_id);
        headers.extend(link.map(|link| (header::LINK, link)));
    }
    (StatusCode::OK, Headers::of(&release), headers, release.bytes).into_response()
}

/// The file in pieces, by OpenAI's names of events. It is whole before the first of them: what is
/// marked and signed is the whole.
fn events(release: Release) -> Response {
    let headers = Headers::of(&release);
    let member = answer::member(&release);
    let pieces: Vec<String> =
        release.bytes.chunks(PIECE_BYTES).map(|piece| STANDARD.encode(piece)).collect();
    let deltas =
        pieces.into_iter().map(|audio| json!({"type": "speech.audio.delta", "audio": audio}));
    let usage = json!({"input_tokens": 0, "output_tokens": 0, "total_tokens": 0});
    let done = json!({"type": "speech.audio.done", "usage": usage, "imprimatur": member});
    let events = deltas.chain([done]).map(|event| Event::default().data(event.to_string()));
    let events = tokio_stream::iter(events).map(Ok::<_, std::convert::Infallible>);
    (headers, Sse::new(events)).into_response()
}

/// What is asked for, checked.
struct Wanted {
    request: GenerationRequest,
    is_stream: bool,
}

impl Wanted {
    fn read(line: &Line, body: &SpeechRequest) -> Result<Self, ApiError> {
        strict::strict(&body.rest)?;
        if body.input.trim().is_empty() {
            return Err(ApiError::invalid("input", "The input is empty: give what is to be said."));
        }
        if body.input.chars().count() > INPUT_CHARS_MAX {
            let text = format!("The input has more than {INPUT_CHARS_MAX} characters: divide it.");
            return Err(ApiError::invalid("input", text));
        }
        let default = || line.stages().default_model(Modality::Audio, Task::Create);
        let model = body.model.clone().or_else(default);
        let none = || ApiError::invalid("model", "No configured model speaks.");
        let messages = vec![Message { role: Speaker::User, text: body.input.clone() }];
        let request = GenerationRequest {
            speaking: speaking(body)?,
            ..GenerationRequest::new(
                Modality::Audio,
                model.ok_or_else(none)?,
                messages,
                Sampling::default(),
            )
        };
        let request = Wished::read(body.imprimatur.as_ref())?.onto(request);
        let is_stream = match body.stream_format.as_deref() {
            None | Some("audio") => false,
            Some("sse") => true,
            Some(_) => return Err(ApiError::invalid("stream_format", "Use audio or sse.")),
        };
        Ok(Self { request, is_stream })
    }
}

fn speaking(body: &SpeechRequest) -> Result<Speaking, ApiError> {
    let format = body.response_format.as_deref().unwrap_or("mp3");
    let known = || SoundFormat::ALL.map(|(_, name)| name).join(", ");
    let wrong = || {
        let text = format!("`{format}` is not served: use one of {}.", known());
        ApiError::invalid("response_format", text)
    };
    let format = SoundFormat::named(format).ok_or_else(wrong)?;
    if body.speed.is_some_and(|speed| !(0.25..=4.0).contains(&speed)) {
        return Err(ApiError::invalid("speed", "speed must lie between 0.25 and 4."));
    }
    let voice = body.voice.as_ref().map(|voice| match voice {
        Voice::Name(name) | Voice::Custom { id: name } => name.clone(),
    });
    Ok(Speaking { voice, speed: body.speed, format })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: Value) -> Result<Speaking, ApiError> {
        speaking(&serde_json::from_value(body).unwrap())
    }

    #[test]
    fn fields_are_those_of_openai() {
        let asked = json!({"input": "Hello", "voice": {"id": "anna"}, "response_format": "opus"});
        let wanted = read(asked).unwrap();
        assert_eq!((wanted.voice.as_deref(), wanted.format), (Some("anna"), SoundFormat::Opus));
        assert_eq!(read(json!({"input": "Hello"})).unwrap().format, SoundFormat::Mp3);
    }

    #[test]
    fn what_is_not_served_is_named() {
        for (body, param) in [
            (json!({"input": "x", "response_format": "aac"}), "response_format"),
            (json!({"input": "x", "speed": 9}), "speed"),
        ] {
            assert_eq!(read(body).unwrap_err().body().error.param.unwrap(), param);
        }
    }
}
