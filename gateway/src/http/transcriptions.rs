//! `POST /v1/audio/transcriptions` and `/v1/audio/translations`

use axum::{
    Json,
    extract::{Request, State},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use generators::Transcript;
use serde_json::{Value, json};
use types::{
    Attachment, Drawing, GenerationRequest, Listening, Message, Modality, Part, Principal,
    Sampling, Speaker, Task,
};
use utoipa::ToSchema;

use super::{
    answer::{self, Headers},
    error::{ApiError, ErrorBody},
    extract::{Caller, turned_away},
    image_form::{attachment, broken, number, opened},
};
use crate::{
    members::put,
    outcome::{Outcome, Release},
    pipeline::{Delivery, Line},
};

/// What `/v1/audio/transcriptions` and `/v1/audio/translations` take.
#[derive(Debug, Default, ToSchema)]
pub(crate) struct SoundForm {
    /// The sound.
    #[schema(value_type = String, format = Binary)]
    file: Option<Attachment>,
    /// The model's configured name; the first that writes down what is said if absent.
    model: Option<String>,
    /// The language that is spoken, by ISO 639-1.
    language: Option<String>,
    /// Names, and the style of what came before.
    prompt: Option<String>,
    /// `json`, `text`, `srt`, `verbose_json` or `vtt`.
    response_format: Option<String>,
    /// 0–1.
    temperature: Option<f32>,
    /// `segment`, `word`, or both.
    #[schema(rename = "timestamp_granularities[]")]
    granularities: Vec<String>,
}

/// Writes down what is said in a sound.
#[utoipa::path(post, path = "/v1/audio/transcriptions", request_body(content = SoundForm, content_type = "multipart/form-data"), responses(
    (status = 200, description = "The transcript, as JSON, text or subtitles"),
    (status = 400, description = "Bad input, or `content_policy_violation`", body = ErrorBody),
    (status = 403, description = "`held_for_review`", body = ErrorBody),
    (status = 413, description = "The file is too large", body = ErrorBody),
    (status = 503, description = "`model_needed`: no configured model hears; or busy, or failing closed", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn transcriptions(
    State(line): State<Line>,
    caller: Caller,
    request: Request,
) -> Result<Response, ApiError> {
    heard(line, caller, request, Task::Transcribe).await
}

/// Writes down in English what is said in a sound in another language.
#[utoipa::path(post, path = "/v1/audio/translations", request_body(content = SoundForm, content_type = "multipart/form-data"), responses(
    (status = 200, description = "The translation, as JSON, text or subtitles"),
    (status = 400, description = "Bad input, or `content_policy_violation`", body = ErrorBody),
    (status = 403, description = "`held_for_review`", body = ErrorBody),
    (status = 413, description = "The file is too large", body = ErrorBody),
    (status = 503, description = "`model_needed`: no configured model hears; or busy, or failing closed", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn translations(
    State(line): State<Line>,
    caller: Caller,
    request: Request,
) -> Result<Response, ApiError> {
    heard(line, caller, request, Task::Translate).await
}

async fn heard(
    line: Line,
    caller: Caller,
    request: Request,
    task: Task,
) -> Result<Response, ApiError> {
    let principal = caller.generating()?;
    let form = SoundForm::read(&line, request).await;
    let wanted = form.and_then(|form| Ok((form.request(&line, task)?, form.shape(task)?)));
    match wanted {
        Ok((request, shape)) => written(&line, principal, request, &shape).await,
        Err(error) => Err(turned_away(&line, principal, Modality::Text, error).await),
    }
}

async fn written(
    line: &Line,
    principal: Principal,
    request: GenerationRequest,
    shape: &Shape,
) -> Result<Response, ApiError> {
    match line.run(principal, request, Delivery::Whole).await? {
        Outcome::Released(release) => Ok(shape.answer(&release)),
        Outcome::Held(release) => Err(ApiError::held(&release)),
        Outcome::Refused(refusal) => Err(ApiError::refused(&refusal)),
    }
}

impl SoundForm {
    async fn read(line: &Line, request: Request) -> Result<Self, ApiError> {
        let mut form = opened(line, request).await?;
        let mut read = Self::default();
        while let Some(field) = form.next_field().await.map_err(broken)? {
            let name = field.name().unwrap_or_default().to_owned();
            if name == "file" {
                read.file = Some(attachment(Part::Sound, field).await?);
                continue;
            }
            let text = field.text().await.map_err(broken)?;
            match name.as_str() {
                "model" => read.model = Some(text),
                "language" => read.language = Some(text).filter(|text| !text.is_empty()),
                "prompt" => read.prompt = Some(text),
                "response_format" => read.response_format = Some(text),
                "temperature" => read.temperature = Some(number(&name, &text)?),
                "timestamp_granularities[]" | "timestamp_granularities" => {
                    read.granularities.push(text);
                }
                "stream" if text == "false" => {}
                "user" => {}
                other => {
                    let text =
                        format!("The form has no field `{other}`; /openapi.json lists them.");
                    return Err(ApiError::invalid(other, text));
                }
            }
        }
        Ok(read)
    }

    fn request(&self, line: &Line, task: Task) -> Result<GenerationRequest, ApiError> {
        let missing = || ApiError::invalid("file", "The form field `file` is missing.");
        let file = self.file.clone().ok_or_else(missing)?;
        let default = || line.stages().default_model(Modality::Text, Task::Transcribe);
        // Clients name OpenAI's model where nobody chose one.
        let named = self.model.clone().filter(|model| model != "whisper-1");
        let model = named.or_else(default).ok_or_else(ApiError::model_needed)?;
        if self.temperature.is_some_and(|value| !(0.0..=1.0).contains(&value)) {
            return Err(ApiError::invalid("temperature", "temperature must lie between 0 and 1."));
        }
        let prompt = self.prompt.clone().unwrap_or_default();
        let messages = vec![Message { role: Speaker::User, text: prompt }];
        let sampling = Sampling { temperature: self.temperature, ..Sampling::default() };
        Ok(GenerationRequest {
            drawing: Drawing { task: Task::Transcribe, ..Drawing::default() },
            listening: Listening {
                language: self.language.clone(),
                to: (task == Task::Translate).then(|| "en".to_owned()),
                word_times: self.granularities.iter().any(|unit| unit == "word"),
            },
            attachments: vec![file],
            ..GenerationRequest::new(Modality::Text, model, messages, sampling)
        })
    }

    fn shape(&self, task: Task) -> Result<Shape, ApiError> {
        let form = match self.response_format.as_deref() {
            None | Some("json") => Form::Json,
            Some("text") => Form::Text,
            Some("srt") => Form::Srt,
            Some("vtt") => Form::Vtt,
            Some("verbose_json") => Form::Verbose,
            Some(_) => {
                let text = "Use json, text, srt, verbose_json or vtt.";
                return Err(ApiError::invalid("response_format", text));
            }
        };
        if let Some(other) =
            self.granularities.iter().find(|u| !matches!(&***u, "word" | "segment"))
        {
            let text = format!("`{other}` is none of word and segment.");
            return Err(ApiError::invalid("timestamp_granularities", text));
        }
        let words = self.granularities.iter().any(|unit| unit == "word");
        let segments =
            self.granularities.is_empty() || self.granularities.len() > usize::from(words);
        Ok(Shape { form, task, words, segments })
    }
}

/// How a transcript is answered.
#[derive(Debug)]
struct Shape {
    form: Form,
    task: Task,
    words: bool,
    segments: bool,
}

#[derive(Debug, Clone, Copy)]
enum Form {
    Json,
    Text,
    Srt,
    Vtt,
    Verbose,
}

impl Shape {
    fn answer(&self, release: &Release) -> Response {
        let headers = Headers::of(release);
        let text = String::from_utf8_lossy(&release.bytes).into_owned();
        let transcript = release.generation.transcript.as_ref();
        let plain = |kind: &'static str, text: String| {
            (StatusCode::OK, Headers::of(release), [(header::CONTENT_TYPE, kind)], text)
                .into_response()
        };
        match (self.form, transcript) {
            (Form::Text, _) => plain("text/plain; charset=utf-8", text + "\n"),
            (Form::Srt, Some(heard)) => {
                plain("application/x-subrip; charset=utf-8", heard.to_srt())
            }
            (Form::Vtt, Some(heard)) => plain("text/vtt; charset=utf-8", heard.to_vtt()),
            (Form::Verbose, Some(heard)) => {
                let mut body = self.verbose(heard, text);
                put(&mut body, "imprimatur", answer::member(release));
                (StatusCode::OK, headers, Json(body)).into_response()
            }
            // Without times, because policy took something out: only the words are left.
            (Form::Srt | Form::Vtt, None) => plain("text/plain; charset=utf-8", text + "\n"),
            (Form::Json | Form::Verbose, _) => {
                let body = json!({"text": text, "imprimatur": answer::member(release)});
                (StatusCode::OK, headers, Json(body)).into_response()
            }
        }
    }

    fn verbose(&self, heard: &Transcript, text: String) -> Value {
        let mut body = serde_json::to_value(heard).unwrap_or_default();
        let name = if self.task == Task::Translate { "translate" } else { "transcribe" };
        put(&mut body, "task", json!(name));
        put(&mut body, "text", json!(text));
        if !self.segments {
            put(&mut body, "segments", Value::Null);
        }
        if self.words {
            let words = heard.segments.iter().flat_map(|segment| &segment.words);
            put(&mut body, "words", json!(words.collect::<Vec<_>>()));
        }
        body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn granularities_are_those_of_openai() {
        let shape = |units: &[&str]| {
            let granularities = units.iter().map(ToString::to_string).collect();
            SoundForm { granularities, ..SoundForm::default() }.shape(Task::Transcribe)
        };
        let told =
            |units: &[&str]| shape(units).map(|shape| (shape.words, shape.segments)).unwrap();
        assert_eq!(told(&[]), (false, true));
        assert_eq!(told(&["word"]), (true, false));
        assert_eq!(told(&["word", "segment"]), (true, true));
        assert!(shape(&["letter"]).is_err());
    }
}
