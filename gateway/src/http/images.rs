//! `POST /v1/images/generations`, `/v1/images/edits` and `/v1/images/variations`

use axum::{
    Json,
    extract::{Request, State},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use types::{
    Drawing, GenerationRequest, Message, Modality, Principal, RequestId, Sampling, Speaker, Task,
};

use super::{
    answer::{self, Headers},
    error::{ApiError, ErrorBody},
    extract::{Caller, JsonBody, turned_away},
    image_form::{EditForm, VariationForm},
    openai::{ImageRequest, Wished},
    strict,
};
use crate::{
    outcome::{Outcome, Release},
    pipeline::{Delivery, Line},
};

/// Generates pictures through the line; each is an asset and a request of its own.
#[utoipa::path(post, path = "/v1/images/generations", request_body = ImageRequest, responses(
    (status = 200, description = "Pictures"),
    (status = 400, description = "Bad input, or `content_policy_violation`", body = ErrorBody),
    (status = 403, description = "`held_for_review`", body = ErrorBody),
    (status = 503, description = "Busy or failing closed", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn generations(
    State(line): State<Line>,
    caller: Caller,
    body: Result<JsonBody<ImageRequest>, ApiError>,
) -> Result<Response, ApiError> {
    let principal = caller.generating()?;
    let wanted = body.and_then(|JsonBody(body)| Wanted::drawn(&line, &body));
    all(&line, principal, wanted).await
}

/// Makes pictures of a picture: fills what a mask shows, restores, takes a manner over, dresses,
/// enlarges. Each is an asset and a request of its own, with the files as ingredients.
#[utoipa::path(post, path = "/v1/images/edits", request_body(content = EditForm, content_type = "multipart/form-data"), responses(
    (status = 200, description = "Pictures"),
    (status = 400, description = "Bad input, `likeness_consent`, or `content_policy_violation`", body = ErrorBody),
    (status = 403, description = "`held_for_review`", body = ErrorBody),
    (status = 413, description = "The files are too large", body = ErrorBody),
    (status = 503, description = "Busy or failing closed", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn edits(
    State(line): State<Line>,
    caller: Caller,
    request: Request,
) -> Result<Response, ApiError> {
    let principal = caller.generating()?;
    let wanted = Wanted::edited(&line, request).await;
    all(&line, principal, wanted).await
}

/// Makes variations of a picture. Each is an asset and a request of its own.
#[utoipa::path(post, path = "/v1/images/variations", request_body(content = VariationForm, content_type = "multipart/form-data"), responses(
    (status = 200, description = "Pictures"),
    (status = 400, description = "Bad input", body = ErrorBody),
    (status = 403, description = "`held_for_review`", body = ErrorBody),
    (status = 413, description = "The file is too large", body = ErrorBody),
    (status = 503, description = "Busy or failing closed", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn variations(
    State(line): State<Line>,
    caller: Caller,
    request: Request,
) -> Result<Response, ApiError> {
    let principal = caller.generating()?;
    let wanted = Wanted::varied(&line, request).await;
    all(&line, principal, wanted).await
}

async fn all(
    line: &Line,
    principal: Principal,
    wanted: Result<Wanted, ApiError>,
) -> Result<Response, ApiError> {
    let wanted = match wanted {
        Ok(wanted) => wanted,
        Err(error) => return Err(turned_away(line, principal, Modality::Image, error).await),
    };
    let mut releases = Vec::new();
    for copy in 0..wanted.copies {
        releases.push(generate(line, principal.clone(), wanted.request(copy)).await?);
    }
    let none = || ApiError::invalid("n", "n must lie between 1 and 4.");
    pictures(&wanted, &releases).ok_or_else(none)
}

/// The answer about pictures that were released before; `None` when some of them are missing.
pub(super) async fn again(
    line: &Line,
    parts: &Parts,
    body: &[u8],
    releases: &[Release],
) -> Option<Response> {
    let path = parts.uri.path();
    let wanted = if path.ends_with("/generations") {
        Wanted::drawn(line, &serde_json::from_slice(body).ok()?)
    } else {
        let request = Request::from_parts(parts.clone(), body.to_vec().into());
        match path.ends_with("/edits") {
            true => Wanted::edited(line, request).await,
            false => Wanted::varied(line, request).await,
        }
    };
    let wanted = wanted.ok()?;
    if releases.len() != usize::try_from(wanted.copies).ok()? {
        return None;
    }
    pictures(&wanted, releases)
}

fn pictures(wanted: &Wanted, releases: &[Release]) -> Option<Response> {
    let data: Vec<Value> = releases.iter().map(|release| wanted.item(release)).collect();
    let body = json!({"created": answer::now_unix_s(), "output_format": "png", "data": data});
    let first = releases.first()?;
    Some((StatusCode::OK, Headers::of(first), Json(with_member(body, first))).into_response())
}

async fn generate(
    line: &Line,
    principal: Principal,
    request: GenerationRequest,
) -> Result<Release, ApiError> {
    match line.run(principal, request, Delivery::Whole).await? {
        Outcome::Released(release) => Ok(*release),
        Outcome::Held(release) => Err(ApiError::held(&release)),
        Outcome::Refused(refusal) => Err(ApiError::refused(&refusal)),
    }
}

fn with_member(mut body: Value, first: &Release) -> Value {
    if let Some(object) = body.as_object_mut() {
        object.insert("imprimatur".to_owned(), answer::member(first));
    }
    body
}

/// What is asked for, checked.
struct Wanted {
    request: GenerationRequest,
    copies: u32,
    as_url: bool,
}

impl Wanted {
    fn drawn(line: &Line, body: &ImageRequest) -> Result<Self, ApiError> {
        // Policy decides what is let through, whatever is said of moderation; pictures here have one
        // quality, and PNG loses nothing.
        strict::allowing(&["moderation", "output_compression", "quality"], &body.rest)?;
        if body.prompt.trim().is_empty() {
            return Err(ApiError::invalid("prompt", "The prompt is empty: say what to draw."));
        }
        let drawing =
            Drawing { size: size(body.size.as_deref())?, ..body.drawing.read(Task::Create)? };
        let request = request(line, body.model.as_deref(), &body.prompt, body.seed, drawing)?;
        let request = Wished::read(body.imprimatur.as_ref())?.onto(request);
        let form = (body.n, body.response_format.as_deref(), body.output_format.as_deref());
        Self::new(request, form)
    }

    async fn edited(line: &Line, request: Request) -> Result<Self, ApiError> {
        let form = EditForm::read(line, request).await?;
        let drawing =
            Drawing { size: size(form.size.as_deref())?, ..form.drawing.read(form.task()?)? };
        let made = self::request(line, form.model.as_deref(), &form.prompt, form.seed, drawing)?;
        let made = GenerationRequest {
            attachments: form.attachments.clone(),
            consent: form.consent.clone(),
            ..made
        };
        let made = Wished::read(form.imprimatur.as_ref())?.onto(made);
        Self::new(made, (form.n, form.response_format.as_deref(), form.output_format.as_deref()))
    }

    async fn varied(line: &Line, request: Request) -> Result<Self, ApiError> {
        let form = VariationForm::read(line, request).await?;
        let drawing =
            Drawing { task: Task::Vary, size: size(form.size.as_deref())?, ..Drawing::default() };
        let made = self::request(line, form.model.as_deref(), "", form.seed, drawing)?;
        let attachments = form.attachments.clone();
        let made = GenerationRequest { attachments, ..made };
        Self::new(made, (form.n, form.response_format.as_deref(), None))
    }

    /// With how many, as what, and in which format.
    fn new(
        request: GenerationRequest,
        (n, response_format, output_format): (Option<u32>, Option<&str>, Option<&str>),
    ) -> Result<Self, ApiError> {
        let copies = n.unwrap_or(1);
        if !(1..=4).contains(&copies) {
            return Err(ApiError::invalid("n", "n must lie between 1 and 4."));
        }
        if output_format.is_some_and(|format| format != "png") {
            return Err(ApiError::invalid("output_format", "Only png is served."));
        }
        let as_url = match response_format {
            None | Some("b64_json") => false,
            Some("url") => true,
            Some(_) => return Err(ApiError::invalid("response_format", "Use b64_json or url.")),
        };
        Ok(Self { request, copies, as_url })
    }

    /// One of the pictures: a request of its own. Seeds follow each other, so each can be repeated.
    fn request(&self, copy: u32) -> GenerationRequest {
        let mut request = self.request.clone();
        request.id = if copy == 0 { request.id } else { RequestId::new() };
        request.sampling.seed = request.sampling.seed.wrapping_add(u64::from(copy));
        request
    }

    fn item(&self, release: &Release) -> Value {
        let member = answer::member(release);
        if self.as_url {
            let url = format!("/v1/assets/{}/content", release.asset_id);
            return json!({"url": url, "imprimatur": member});
        }
        json!({"b64_json": STANDARD.encode(&release.bytes), "imprimatur": member})
    }
}

fn request(
    line: &Line,
    model: Option<&str>,
    prompt: &str,
    seed: Option<i64>,
    drawing: Drawing,
) -> Result<GenerationRequest, ApiError> {
    let default = || line.stages().default_model(Modality::Image, drawing.task);
    let model = model.map(str::to_owned).or_else(default).ok_or_else(|| {
        let text = format!("No configured model does the task `{}`.", drawing.task);
        ApiError::invalid("model", text)
    })?;
    let messages = vec![Message { role: Speaker::User, text: prompt.to_owned() }];
    let sampling = Sampling { seed: answer::seed(seed), ..Sampling::default() };
    let request = GenerationRequest::new(Modality::Image, model, messages, sampling);
    Ok(GenerationRequest { drawing, ..request })
}

/// `WIDTHxHEIGHT`; `auto` leaves the size to the model.
pub(crate) fn size(text: Option<&str>) -> Result<Option<(u32, u32)>, ApiError> {
    let Some(text) = text.filter(|text| *text != "auto") else { return Ok(None) };
    let parsed = text.split_once('x').and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
    let wrong = || ApiError::invalid("size", "Give a size such as 512x512 or 1024x1024, or auto.");
    parsed.map(Some).ok_or_else(wrong)
}
