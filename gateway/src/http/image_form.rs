//! Forms with pictures: what `/v1/images/edits` and `/v1/images/variations` take.

use axum::extract::{
    FromRequest as _, Multipart, Request,
    multipart::{Field, MultipartError},
};
use serde::Deserialize;
use types::{Attachment, Drawing, MediaType, Part, Task};
use utoipa::ToSchema;

use super::{error::ApiError, openai::Wishes};
use crate::{attaching, pipeline::Line};

/// How a picture is to be made; names are those of the diffusers library.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub(crate) struct DrawingFields {
    /// What the picture must not show.
    pub negative_prompt: Option<String>,
    /// How much more the words count, 1–30.
    pub guidance_scale: Option<f32>,
    /// Steps, 1–200.
    pub num_inference_steps: Option<u32>,
    /// How far the source may be left, above 0, at most 1.
    pub strength: Option<f32>,
    /// How many times the sides of the source, 2–4.
    pub factor: Option<u32>,
}

impl DrawingFields {
    /// What is asked for, if it lies within what is served.
    ///
    /// # Errors
    /// 400 naming the field.
    pub(crate) fn read(&self, task: Task) -> Result<Drawing, ApiError> {
        let wrong = |name: &str, text: &str| Err(ApiError::invalid(name, text));
        if self.guidance_scale.is_some_and(|value| !(1.0..=30.0).contains(&value)) {
            return wrong("guidance_scale", "guidance_scale must lie between 1 and 30.");
        }
        if self.num_inference_steps.is_some_and(|steps| !(1..=200).contains(&steps)) {
            return wrong("num_inference_steps", "num_inference_steps must lie between 1 and 200.");
        }
        if self.strength.is_some_and(|value| !(value > 0.0 && value <= 1.0)) {
            return wrong("strength", "strength must be above 0 and at most 1.");
        }
        if self.factor.is_some_and(|factor| !(2..=4).contains(&factor)) {
            return wrong("factor", "factor must be 2, 3 or 4.");
        }
        Ok(Drawing {
            task,
            size: None,
            negative_prompt: self.negative_prompt.clone(),
            guidance: self.guidance_scale,
            steps: self.num_inference_steps,
            strength: self.strength,
            factor: self.factor,
        })
    }
}

/// `POST /v1/images/edits`: OpenAI's fields, and those that say what else can be done.
#[derive(Debug, Default, ToSchema)]
pub(super) struct EditForm {
    /// The pictures: `image`, `mask`, `style`, `garment` and `garment_mask` are files of the form.
    #[schema(value_type = String, format = Binary)]
    pub attachments: Vec<Attachment>,
    /// What to draw.
    pub prompt: String,
    /// `inpaint` (the usual one with a mask), `restore`, `style`, `try-on`, `upscale` or `vary` (the
    /// usual one without).
    pub task: Option<String>,
    /// The model's configured name; the first that does the task if absent.
    pub model: Option<String>,
    /// How many, 1–4.
    pub n: Option<u32>,
    /// `512x512` and so on, or `auto`.
    pub size: Option<String>,
    /// `b64_json` or `url`.
    pub response_format: Option<String>,
    /// Only `png` is served.
    pub output_format: Option<String>,
    /// Makes the picture repeatable.
    pub seed: Option<i64>,
    /// For `try-on`: where the agreement of the person shown is kept. Only a keyed commitment to it
    /// is recorded.
    pub consent: Option<String>,
    /// How the picture is to be made.
    #[schema(value_type = Option<Object>)]
    pub drawing: DrawingFields,
    /// What only this program knows, as JSON.
    pub imprimatur: Option<Wishes>,
    /// Parts of the source are transparent, and nothing else says what to do.
    #[schema(ignore)]
    shows_through: bool,
}

impl EditForm {
    /// Reads a form.
    ///
    /// # Errors
    /// 400 or 413 naming the field.
    pub(super) async fn read(line: &Line, request: Request) -> Result<Self, ApiError> {
        let mut form = opened(line, request).await?;
        let mut read = Self::default();
        while let Some(field) = form.next_field().await.map_err(broken)? {
            let name = field.name().unwrap_or_default().to_owned();
            if let Some(part) = part(&name) {
                read.attachments.push(attachment(part, field).await?);
                continue;
            }
            let text = field.text().await.map_err(broken)?;
            read.set(&name, text)?;
        }
        read.shows_through = read.looks_through().await;
        Ok(read)
    }

    fn set(&mut self, name: &str, text: String) -> Result<(), ApiError> {
        match name {
            "prompt" => self.prompt = text,
            "task" => self.task = Some(text),
            "model" => self.model = Some(text),
            "n" => self.n = Some(number(name, &text)?),
            "size" => self.size = Some(text),
            "response_format" => self.response_format = Some(text),
            "output_format" => self.output_format = Some(text),
            "seed" => self.seed = Some(number(name, &text)?),
            "consent" => self.consent = Some(text),
            "negative_prompt" => self.drawing.negative_prompt = Some(text),
            "guidance_scale" => self.drawing.guidance_scale = Some(number(name, &text)?),
            "num_inference_steps" => self.drawing.num_inference_steps = Some(number(name, &text)?),
            "strength" => self.drawing.strength = Some(number(name, &text)?),
            "factor" => self.drawing.factor = Some(number(name, &text)?),
            "imprimatur" => {
                let wishes = serde_json::from_str(&text);
                let wrong = |error: serde_json::Error| ApiError::invalid(name, error.to_string());
                self.imprimatur = Some(wishes.map_err(wrong)?);
            }
            // These change nothing about what is made.
            "user" | "quality" | "background" | "input_fidelity" => {}
            other => {
                let text = format!("The form has no field `{other}`; /openapi.json lists them.");
                return Err(ApiError::invalid(other, text));
            }
        }
        Ok(())
    }

    /// What to do: as it says, or as its files say.
    ///
    /// # Errors
    /// 400 for a task that there is not.
    pub(super) fn task(&self) -> Result<Task, ApiError> {
        let drawn = Task::ALL.iter().filter(|(task, _)| task.draws());
        let known = || drawn.map(|(_, name)| *name).collect::<Vec<_>>().join(", ");
        match &self.task {
            Some(name) => Task::named(name).filter(|task| task.draws()).ok_or_else(|| {
                ApiError::invalid("task", format!("There is no such task; known are {}.", known()))
            }),
            None if self.has(Part::Mask) || self.shows_through => Ok(Task::Inpaint),
            None => Ok(Task::Vary),
        }
    }

    fn has(&self, part: Part) -> bool {
        self.attachments.iter().any(|file| file.part == part)
    }

    /// Whether the source says by its transparency where to change it, as OpenAI's clients may; looked
    /// at only where nothing else says what to do.
    async fn looks_through(&self) -> bool {
        let source = self.attachments.iter().find(|file| file.part == Part::Source);
        let Some(source) = source.filter(|_| self.task.is_none() && !self.has(Part::Mask)) else {
            return false;
        };
        let bytes = std::sync::Arc::clone(&source.bytes);
        let looking = tokio::task::spawn_blocking(move || attaching::shows_through(&bytes));
        looking.await.unwrap_or(false)
    }
}

/// `POST /v1/images/variations`
#[derive(Debug, Default, ToSchema)]
pub(super) struct VariationForm {
    /// The picture: a file of the form named `image`.
    #[schema(value_type = String, format = Binary)]
    pub attachments: Vec<Attachment>,
    /// The model's configured name; the first that varies pictures if absent.
    pub model: Option<String>,
    /// How many, 1–4.
    pub n: Option<u32>,
    /// `512x512` and so on, or `auto`.
    pub size: Option<String>,
    /// `b64_json` or `url`.
    pub response_format: Option<String>,
    /// Makes the picture repeatable.
    pub seed: Option<i64>,
}

impl VariationForm {
    /// Reads a form.
    ///
    /// # Errors
    /// 400 or 413 naming the field.
    pub(super) async fn read(line: &Line, request: Request) -> Result<Self, ApiError> {
        let mut form = opened(line, request).await?;
        let mut read = Self::default();
        while let Some(field) = form.next_field().await.map_err(broken)? {
            let name = field.name().unwrap_or_default().to_owned();
            if name == "image" {
                read.attachments.push(attachment(Part::Source, field).await?);
                continue;
            }
            let text = field.text().await.map_err(broken)?;
            match name.as_str() {
                "model" => read.model = Some(text),
                "n" => read.n = Some(number(&name, &text)?),
                "size" => read.size = Some(text),
                "response_format" => read.response_format = Some(text),
                "seed" => read.seed = Some(number(&name, &text)?),
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
}

pub(super) async fn opened(line: &Line, request: Request) -> Result<Multipart, ApiError> {
    let form = Multipart::from_request(request, line).await;
    form.map_err(|error| ApiError::unreadable(error.status(), error.body_text()))
}

pub(super) fn broken(error: MultipartError) -> ApiError {
    ApiError::unreadable(error.status(), error.body_text())
}

/// OpenAI's clients send one picture as `image` or as the first of `image[]`.
fn part(name: &str) -> Option<Part> {
    Some(match name {
        "image" | "image[]" => Part::Source,
        "mask" => Part::Mask,
        "style" => Part::Style,
        "garment" => Part::Garment,
        "garment_mask" => Part::GarmentMask,
        _ => return None,
    })
}

pub(super) async fn attachment(part: Part, field: Field<'_>) -> Result<Attachment, ApiError> {
    let bytes = field.bytes().await.map_err(broken)?;
    let media_type = MediaType::sniff(&bytes).unwrap_or(MediaType::Binary);
    Ok(Attachment::new(part, media_type, bytes.as_ref()))
}

pub(super) fn number<T: std::str::FromStr>(name: &str, text: &str) -> Result<T, ApiError> {
    let wrong = || ApiError::invalid(name, format!("{name} must be a number."));
    text.trim().parse().map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(part: Part) -> Attachment {
        Attachment::new(part, MediaType::Png, [0_u8; 4].as_slice())
    }

    #[test]
    fn the_files_say_what_to_do_where_nobody_does() {
        let mut form = EditForm { attachments: vec![file(Part::Source)], ..EditForm::default() };
        assert_eq!(form.task().unwrap(), Task::Vary);
        form.attachments.push(file(Part::Mask));
        assert_eq!(form.task().unwrap(), Task::Inpaint);
        form.task = Some("restore".into());
        assert_eq!(form.task().unwrap(), Task::Restore);
        form.task = Some("paint".into());
        assert!(form.task().unwrap_err().body().error.message.contains("try-on"));
    }

    #[test]
    fn numbers_out_of_range_are_named() {
        let cases = [
            ("guidance_scale", "31"),
            ("guidance_scale", "NaN"),
            ("num_inference_steps", "0"),
            ("strength", "0"),
            ("strength", "1.5"),
            ("factor", "5"),
            ("n", "two"),
            ("brush", "1"),
        ];
        for (name, text) in cases {
            let mut form = EditForm::default();
            let read = form.set(name, text.to_owned());
            let read = read.and_then(|()| form.drawing.read(Task::Vary));
            assert_eq!(read.unwrap_err().body().error.param.unwrap(), name, "{text}");
        }
    }
}
