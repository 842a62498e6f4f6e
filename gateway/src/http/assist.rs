//! `POST /v1/assist/…`: help for writers, by rules and on record.

use assist::alt_text::Facts;
use axum::{
    Json,
    extract::State,
    http::{HeaderName, StatusCode},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::Deserialize;
use serde_json::{Value, json};
use types::{Language, Modality, Principal};
use utoipa::ToSchema;

use super::{
    answer::{self, Headers},
    error::{ApiError, ErrorBody},
    extract::{Caller, JsonBody, turned_away},
};
use crate::{
    assisting::{self, Ask, Assisted, LENGTHS, TEXT_CHARS_MAX, Tool, picture},
    outcome::Outcome,
    pipeline::{Delivery, Line},
};

/// A text to be helped with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AssistBody {
    /// The text.
    text: String,
    /// `en` or `zh`; told by the characters if absent.
    #[schema(value_type = Option<String>)]
    language: Option<Language>,
    /// How long a headline may be, in characters.
    max_chars: Option<usize>,
    /// For `suggest`: the model that writes on.
    model: Option<String>,
}

/// A picture to be described.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AltTextBody {
    /// The picture, PNG or JPEG, in base64.
    image: Option<String>,
    /// What is to be seen, in the words of who has seen it.
    caption: Option<String>,
    /// What a model was asked to draw.
    prompt: Option<String>,
    /// The language of the description.
    #[schema(value_type = Option<String>)]
    language: Option<Language>,
}

/// How a text could go on, or be put shorter.
///
/// Rules leave blanks for facts. A model writes on if one is named, or configured that can; what it
/// writes is an asset, marked, signed and labelled as made by AI.
#[utoipa::path(post, path = "/v1/assist/suggest", request_body = AssistBody, responses(
    (status = 200, description = "suggestions, each with its features for /v1/feedback; continuation, if a model wrote one"),
    (status = 400, description = "Bad input, or policy refuses", body = ErrorBody),
    (status = 403, description = "Not by this role, or the continuation is held", body = ErrorBody),
    (status = 413, description = "The text is too long", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn suggest(
    State(line): State<Line>,
    caller: Caller,
    body: Result<JsonBody<AssistBody>, ApiError>,
) -> Result<Response, ApiError> {
    let principal = caller.generating()?;
    let (ask, model) = read(&line, &principal, Tool::Suggest, body).await?;
    let written_on = assisting::continuation(&line.stages(), &ask.text, model);
    let Some(request) = written_on else { return helped(&line, principal, ask).await };
    let assisted = assisting::assist(&line.stages(), principal.clone(), ask).await?;
    let mut assisted = assisted.map_err(|refusal| ApiError::refused(&refusal))?;
    match line.run(principal, request, Delivery::Whole).await? {
        Outcome::Released(release) => {
            let text = String::from_utf8_lossy(&release.bytes);
            let continuation = json!({
                "text": text, "ai_generated": true, "imprimatur": answer::member(&release),
            });
            if let Some(members) = assisted.body.as_object_mut() {
                members.insert("continuation".to_owned(), continuation);
                members.insert("by".to_owned(), json!("model"));
                members.insert("ai_generated".to_owned(), json!(true));
            }
            Ok((Headers::of(&release), respond(assisted)).into_response())
        }
        Outcome::Held(release) => Err(ApiError::held(&release)),
        Outcome::Refused(refusal) => Err(ApiError::refused(&refusal)),
    }
}

/// What is written wrong, with places in code points of the text, and the text put right.
#[utoipa::path(post, path = "/v1/assist/correct", request_body = AssistBody, responses(
    (status = 200, description = "corrections {start, end, original, kind, rule, message, replacements}, text"),
    (status = 400, description = "Bad input, or policy refuses", body = ErrorBody),
    (status = 413, description = "The text is too long", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn correct(
    State(line): State<Line>,
    caller: Caller,
    body: Result<JsonBody<AssistBody>, ApiError>,
) -> Result<Response, ApiError> {
    plain(line, caller, Tool::Correct, body).await
}

/// What a text lacks, and what could be asked next.
#[utoipa::path(post, path = "/v1/assist/ideas", request_body = AssistBody, responses(
    (status = 200, description = "ideas {matter, text, span, features}, the best for the caller first"),
    (status = 400, description = "Bad input, or policy refuses", body = ErrorBody),
    (status = 413, description = "The text is too long", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn ideas(
    State(line): State<Line>,
    caller: Caller,
    body: Result<JsonBody<AssistBody>, ApiError>,
) -> Result<Response, ApiError> {
    plain(line, caller, Tool::Ideas, body).await
}

/// Headlines and a summary that add no name and no number to the text.
#[utoipa::path(post, path = "/v1/assist/headline", request_body = AssistBody, responses(
    (status = 200, description = "headlines {text, source, score, features}, summary {text, sources}"),
    (status = 400, description = "Bad input, or policy refuses", body = ErrorBody),
    (status = 413, description = "The text is too long", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn headline(
    State(line): State<Line>,
    caller: Caller,
    body: Result<JsonBody<AssistBody>, ApiError>,
) -> Result<Response, ApiError> {
    plain(line, caller, Tool::Headline, body).await
}

/// A description of a picture, from what is known without looking at it.
#[utoipa::path(post, path = "/v1/assist/alt-text", request_body = AltTextBody, responses(
    (status = 200, description = "text, what it was made from, and what nobody has looked at"),
    (status = 400, description = "Bad input, or policy refuses", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn alt_text(
    State(line): State<Line>,
    caller: Caller,
    body: Result<JsonBody<AltTextBody>, ApiError>,
) -> Result<Response, ApiError> {
    let principal = caller.generating()?;
    let ask = match body.and_then(|JsonBody(body)| described(body)) {
        Ok(ask) => ask,
        Err(error) => return Err(turned_away(&line, principal, Modality::Image, error).await),
    };
    helped(&line, principal, ask).await
}

async fn plain(
    line: Line,
    caller: Caller,
    tool: Tool,
    body: Result<JsonBody<AssistBody>, ApiError>,
) -> Result<Response, ApiError> {
    let principal = caller.generating()?;
    let (ask, _) = read(&line, &principal, tool, body).await?;
    helped(&line, principal, ask).await
}

async fn read(
    line: &Line,
    principal: &Principal,
    tool: Tool,
    body: Result<JsonBody<AssistBody>, ApiError>,
) -> Result<(Ask, Option<String>), ApiError> {
    match body.and_then(|JsonBody(body)| checked(tool, body)) {
        Ok(read) => Ok(read),
        Err(error) => Err(turned_away(line, principal.clone(), Modality::Text, error).await),
    }
}

fn checked(tool: Tool, body: AssistBody) -> Result<(Ask, Option<String>), ApiError> {
    let AssistBody { text, language, max_chars, model } = body;
    within(&text)?;
    if !text.chars().any(|c| !c.is_whitespace() && !c.is_control()) {
        return Err(ApiError::invalid("text", "The text is empty: give at least one word."));
    }
    if max_chars.is_some_and(|most| !LENGTHS.contains(&most)) {
        let (least, most) = LENGTHS.into_inner();
        let message = format!("max_chars must lie between {least} and {most}.");
        return Err(ApiError::invalid("max_chars", message));
    }
    if model.is_some() && tool != Tool::Suggest {
        return Err(ApiError::invalid(
            "model",
            "Only `suggest` takes a model; this tool has rules.",
        ));
    }
    Ok((Ask { tool, text, language, chars_max: max_chars, facts: Facts::default() }, model))
}

fn within(text: &str) -> Result<(), ApiError> {
    if text.chars().count() <= TEXT_CHARS_MAX {
        return Ok(());
    }
    let message = format!("The text has more than {TEXT_CHARS_MAX} characters: send it in parts.");
    Err(ApiError::unreadable(StatusCode::PAYLOAD_TOO_LARGE, message))
}

fn described(body: AltTextBody) -> Result<Ask, ApiError> {
    let mut facts = match body.image.as_deref().map(str::trim) {
        None => Facts::default(),
        Some(image) => {
            let data = image.split_once("base64,").map_or(image, |(_, data)| data);
            let unreadable = || ApiError::invalid("image", picture::Unreadable.to_string());
            let bytes = BASE64_STANDARD.decode(data).map_err(|_| unreadable())?;
            picture::facts(&bytes).map_err(|_| unreadable())?
        }
    };
    facts.caption = body.caption;
    facts.prompt = body.prompt.or(facts.prompt);
    let said = [&facts.caption, &facts.title, &facts.prompt];
    let text = said.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join("\n");
    within(&text)?;
    if text.trim().is_empty() && facts.size.is_none() {
        return Err(ApiError::invalid("image", "Give an image, a caption or a prompt."));
    }
    Ok(Ask { tool: Tool::AltText, text, language: body.language, chars_max: None, facts })
}

async fn helped(line: &Line, principal: Principal, ask: Ask) -> Result<Response, ApiError> {
    let assisted = assisting::assist(&line.stages(), principal, ask).await?;
    Ok(respond(assisted.map_err(|refusal| ApiError::refused(&refusal))?))
}

fn respond(assisted: Assisted) -> Response {
    let headers = [
        (HeaderName::from_static("x-request-id"), assisted.request_id.to_string()),
        (HeaderName::from_static("x-imprimatur-receipt"), assisted.receipt.index.to_string()),
    ];
    (headers, Json(told(assisted))).into_response()
}

/// The answer with the member `imprimatur`.
pub(crate) fn told(assisted: Assisted) -> Value {
    let Assisted { request_id, receipt, decision, mut body } = assisted;
    if let Some(members) = body.as_object_mut() {
        let receipt = json!({"index": receipt.index, "leaf_hash": receipt.leaf_hash});
        let decision = json!({"action": decision.action, "findings": decision.findings});
        let member = json!({"request_id": request_id, "receipt": receipt, "decision": decision});
        members.insert("imprimatur".to_owned(), member);
    }
    body
}
