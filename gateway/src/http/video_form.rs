//! What `/v1/videos` takes: a form with files, or JSON without.

use axum::{
    extract::{FromRequest as _, Request},
    http::header,
};
use serde::Deserialize;
use serde_json::Value;
use types::{
    Attachment, Drawing, Filming, GenerationRequest, Message, Modality, Part, Sampling, Speaker,
    Speaking, Task,
};
use utoipa::ToSchema;

use super::{
    answer,
    error::ApiError,
    extract::JsonBody,
    image_form::{attachment, broken, number, opened},
    images,
    openai::{Wished, Wishes},
};
use crate::pipeline::Line;

/// Longer videos are not made.
const SECONDS_MAX: f32 = 600.0;

/// `POST /v1/videos`: OpenAI's fields, and those that say what else can be done.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub(super) struct VideoForm {
    /// What is shown; for `anchor` what is said.
    #[serde(default)]
    pub prompt: String,
    /// `effects` (titles, pictures, charts, captions) or `anchor` (a drawn presenter).
    pub task: Option<String>,
    /// The model's configured name; the first that does the task if absent.
    pub model: Option<String>,
    /// `1280x720` and so on.
    pub size: Option<String>,
    /// How long; with speech it is as long as that.
    #[serde(default, deserialize_with = "number_or_text")]
    pub seconds: Option<String>,
    /// Makes it repeatable.
    pub seed: Option<i64>,
    /// The voice that speaks.
    pub voice: Option<String>,
    /// How fast it speaks, 0.25–4.
    pub speed: Option<f32>,
    /// The presenter's looks.
    pub presenter: Option<String>,
    /// Whether what is said is also written.
    pub captions: Option<bool>,
    /// Scene for scene, as JSON.
    #[schema(value_type = Option<Object>)]
    pub storyboard: Option<Value>,
    /// What only this program knows.
    pub imprimatur: Option<Wishes>,
    /// The files: `input_reference` and `picture` (pictures), `table` (CSV), `sound`.
    #[serde(skip)]
    #[schema(value_type = String, format = Binary)]
    pub attachments: Vec<Attachment>,
}

/// OpenAI's clients send seconds as text.
fn number_or_text<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Option<String>, D::Error> {
    Ok(match Option::<Value>::deserialize(input)? {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text),
        Some(other) => Some(other.to_string()),
    })
}

impl VideoForm {
    /// Reads a form, or JSON.
    ///
    /// # Errors
    /// 400 or 413 naming the field.
    pub(super) async fn read(line: &Line, request: Request) -> Result<Self, ApiError> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let is_form = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/"));
        if !is_form {
            let JsonBody(form) = JsonBody::<Self>::from_request(request, line).await?;
            return Ok(form);
        }
        let mut form = opened(line, request).await?;
        let mut read = Self::default();
        while let Some(field) = form.next_field().await.map_err(broken)? {
            let name = field.name().unwrap_or_default().to_owned();
            match part(&name) {
                Some(part) => read.attachments.push(attachment(part, field).await?),
                None => read.set(&name, field.text().await.map_err(broken)?)?,
            }
        }
        Ok(read)
    }

    fn set(&mut self, name: &str, text: String) -> Result<(), ApiError> {
        match name {
            "prompt" => self.prompt = text,
            "task" => self.task = Some(text),
            "model" => self.model = Some(text),
            "size" => self.size = Some(text),
            "seconds" => self.seconds = Some(text),
            "seed" => self.seed = Some(number(name, &text)?),
            "voice" => self.voice = Some(text),
            "speed" => self.speed = Some(number(name, &text)?),
            "presenter" => self.presenter = Some(text),
            "captions" => self.captions = Some(number(name, &text)?),
            "storyboard" => self.storyboard = Some(json(name, &text)?),
            "imprimatur" => self.imprimatur = Some(json(name, &text)?),
            "user" => {}
            other => {
                let text = format!("The form has no field `{other}`; /openapi.json lists them.");
                return Err(ApiError::invalid(other, text));
            }
        }
        Ok(())
    }

    /// What is asked for, if it lies within what is served.
    ///
    /// # Errors
    /// 400 naming the field.
    pub(super) fn request(&self, line: &Line) -> Result<GenerationRequest, ApiError> {
        let task = self.task()?;
        if self.prompt.trim().is_empty() && (task.needs_words() || self.is_bare()) {
            let text = "The prompt is empty: say what to show, or what the presenter says.";
            return Err(ApiError::invalid("prompt", text));
        }
        let default = || line.stages().default_model(Modality::Video, task);
        let model = self.model.clone().or_else(default).ok_or_else(|| {
            let text = format!("No configured model does the task `{task}`.");
            ApiError::invalid("model", text)
        })?;
        let messages = vec![Message { role: Speaker::User, text: self.prompt.clone() }];
        let sampling = Sampling { seed: answer::seed(self.seed), ..Sampling::default() };
        let wished = Wished::read(self.imprimatur.as_ref())?;
        Ok(wished.onto(GenerationRequest {
            drawing: Drawing {
                task,
                size: images::size(self.size.as_deref())?,
                ..Drawing::default()
            },
            speaking: self.speaking()?,
            filming: self.filming()?,
            attachments: self.attachments.clone(),
            ..GenerationRequest::new(Modality::Video, model, messages, sampling)
        }))
    }

    /// Whether there is nothing but words to make a video of.
    fn is_bare(&self) -> bool {
        self.storyboard.is_none() && self.attachments.is_empty()
    }

    fn task(&self) -> Result<Task, ApiError> {
        match self.task.as_deref() {
            Some("effects") => Ok(Task::Effects),
            Some("anchor") => Ok(Task::Anchor),
            None if self.presenter.is_some() => Ok(Task::Anchor),
            None => Ok(Task::Effects),
            Some(_) => Err(ApiError::invalid("task", "Use effects or anchor.")),
        }
    }

    fn speaking(&self) -> Result<Speaking, ApiError> {
        if self.speed.is_some_and(|speed| !(0.25..=4.0).contains(&speed)) {
            return Err(ApiError::invalid("speed", "speed must lie between 0.25 and 4."));
        }
        Ok(Speaking { voice: self.voice.clone(), speed: self.speed, ..Speaking::default() })
    }

    fn filming(&self) -> Result<Filming, ApiError> {
        let wrong = || ApiError::invalid("seconds", "seconds must be a number from 1 to 600.");
        let seconds = self.seconds.as_deref().map(|text| text.trim().parse::<f32>());
        let seconds = seconds.transpose().map_err(|_| wrong())?;
        if seconds.is_some_and(|seconds| !(1.0..=SECONDS_MAX).contains(&seconds)) {
            return Err(wrong());
        }
        let storyboard = self.storyboard.as_ref().map(|board| match board {
            Value::String(text) => text.clone(),
            board => board.to_string(),
        });
        let (presenter, captions) = (self.presenter.clone(), self.captions);
        Ok(Filming { seconds, storyboard, presenter, captions })
    }
}

fn part(name: &str) -> Option<Part> {
    Some(match name {
        "input_reference" | "picture" | "picture[]" => Part::Picture,
        "table" | "table[]" => Part::Table,
        "sound" => Part::Sound,
        _ => return None,
    })
}

fn json<T: serde::de::DeserializeOwned>(name: &str, text: &str) -> Result<T, ApiError> {
    let wrong =
        |error| ApiError::invalid(name, format!("{name} is not the JSON it must be: {error}"));
    serde_json::from_str(text).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_may_be_a_number_or_a_text() {
        for body in [r#"{"seconds": 4}"#, r#"{"seconds": "4"}"#] {
            let form: VideoForm = serde_json::from_str(body).unwrap();
            assert_eq!(form.filming().unwrap().seconds, Some(4.0), "{body}");
        }
        let none: VideoForm = serde_json::from_str(r#"{"seconds": null}"#).unwrap();
        assert_eq!(none.filming().unwrap().seconds, None);
    }

    #[test]
    fn values_out_of_range_are_named() {
        for (name, text) in [
            ("seconds", "0"),
            ("seconds", "NaN"),
            ("seconds", "one"),
            ("speed", "9"),
            ("seed", "x"),
            ("captions", "perhaps"),
            ("storyboard", "{"),
            ("director", "x"),
        ] {
            let mut form = VideoForm::default();
            let read = form.set(name, text.to_owned());
            let read = read.and_then(|()| form.filming()).and_then(|_| form.speaking());
            assert_eq!(read.unwrap_err().body().error.param.unwrap(), name, "{text}");
        }
    }
}
