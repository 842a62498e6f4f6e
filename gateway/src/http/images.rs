//! `POST /v1/images/generations`

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use types::{
    Drawing, GenerationRequest, Message, Modality, Principal, Sampling, Speaker, Unlabelled,
};

use super::{
    answer::{self, Headers},
    error::ApiError,
    extract::{Caller, JsonBody, turned_away},
    openai::{self, ImageRequest},
};
use crate::{
    outcome::{Outcome, Release},
    pipeline::{Delivery, Line},
};

/// Generates pictures through the line; each is an asset and a request of its own.
#[utoipa::path(post, path = "/v1/images/generations", request_body = ImageRequest, responses(
    (status = 200, description = "Pictures"),
    (status = 400, description = "Bad input, or `content_policy_violation`", body = super::error::ErrorBody),
    (status = 403, description = "`held_for_review`", body = super::error::ErrorBody),
    (status = 503, description = "Busy or failing closed", body = super::error::ErrorBody),
), security(("key" = [])))]
pub(crate) async fn generations(
    State(line): State<Line>,
    caller: Caller,
    body: Result<JsonBody<ImageRequest>, ApiError>,
) -> Result<Response, ApiError> {
    let principal = caller.generating()?;
    let wanted = match body.and_then(|JsonBody(body)| Wanted::new(&line, &body)) {
        Ok(wanted) => wanted,
        Err(error) => return Err(turned_away(&line, principal, Modality::Image, error).await),
    };
    let mut releases = Vec::new();
    for copy in 0..wanted.n {
        releases.push(generate(&line, principal.clone(), wanted.request(copy)).await?);
    }
    let none = || ApiError::invalid("n", "n must lie between 1 and 4.");
    pictures(&wanted, &releases).ok_or_else(none)
}

/// The answer about pictures that were released before; `None` when some of them are missing.
pub(super) fn again(line: &Line, body: &[u8], releases: &[Release]) -> Option<Response> {
    let wanted = Wanted::new(line, &serde_json::from_slice(body).ok()?).ok()?;
    if releases.len() != usize::try_from(wanted.n).ok()? {
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

struct Wanted {
    model: String,
    prompt: String,
    n: u32,
    size: Option<(u32, u32)>,
    seed: u64,
    as_url: bool,
    unlabelled: Option<Unlabelled>,
}

impl Wanted {
    fn new(line: &Line, body: &ImageRequest) -> Result<Self, ApiError> {
        if body.prompt.trim().is_empty() {
            return Err(ApiError::invalid("prompt", "The prompt is empty: say what to draw."));
        }
        let n = body.n.unwrap_or(1);
        if !(1..=4).contains(&n) {
            return Err(ApiError::invalid("n", "n must lie between 1 and 4."));
        }
        if body.output_format.as_deref().is_some_and(|format| format != "png") {
            return Err(ApiError::invalid("output_format", "Only png is served."));
        }
        let as_url = match body.response_format.as_deref() {
            None | Some("b64_json") => false,
            Some("url") => true,
            Some(_) => return Err(ApiError::invalid("response_format", "Use b64_json or url.")),
        };
        let default = || line.stages().default_model(Modality::Image);
        let model = body.model.clone().or_else(default);
        let model =
            model.ok_or_else(|| ApiError::invalid("model", "No image model is configured."))?;
        let size = size(body.size.as_deref())?;
        Ok(Self {
            model,
            prompt: body.prompt.clone(),
            n,
            size,
            seed: answer::seed(body.seed),
            as_url,
            unlabelled: openai::unlabelled(body.imprimatur.as_ref())?,
        })
    }

    fn request(&self, copy: u32) -> GenerationRequest {
        let messages = vec![Message { role: Speaker::User, text: self.prompt.clone() }];
        let seed = self.seed.wrapping_add(u64::from(copy));
        let sampling = Sampling { seed, ..Sampling::default() };
        GenerationRequest {
            drawing: Drawing { size: self.size, ..Drawing::default() },
            unlabelled: self.unlabelled.clone(),
            ..GenerationRequest::new(Modality::Image, &*self.model, messages, sampling)
        }
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

/// `WIDTHxHEIGHT`; `auto` leaves the size to the model.
pub(crate) fn size(text: Option<&str>) -> Result<Option<(u32, u32)>, ApiError> {
    let Some(text) = text.filter(|text| *text != "auto") else { return Ok(None) };
    let parsed = text.split_once('x').and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
    let wrong = || ApiError::invalid("size", "Give a size such as 512x512 or 1024x1024, or auto.");
    parsed.map(Some).ok_or_else(wrong)
}
