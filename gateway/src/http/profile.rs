//! `/v1/profile` and `/v1/feedback`: what the caller prefers, set, shown, taught and erased by them.

use assist::profile::{Profile, Verdict};
use axum::{Json, extract::State};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{
    error::{ApiError, ErrorBody},
    extract::{Caller, JsonBody},
};
use crate::{
    pipeline::{Line, LineError},
    profiles::{self, Kept, ProfilesError},
};

/// What the caller prefers.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ProfileBody {
    /// Must be true: nothing is kept about whoever has not agreed.
    #[serde(default)]
    consent: bool,
    /// `tone` (neutral, formal, lively, plain), `length` (short, medium, long), `language` (en, zh),
    /// `topics`, `preferred`, `avoided`, `learned`.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    profile: Profile,
}

/// What became of a proposal.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FeedbackBody {
    /// The proposal's `features`, as it carried them.
    features: Vec<String>,
    /// `accepted`, `edited` or `rejected`.
    #[schema(value_type = String)]
    verdict: Verdict,
}

/// The caller's profile: all that is kept of what they prefer.
#[utoipa::path(get, path = "/v1/profile", responses(
    (status = 200, description = "The profile, and since when there is consent"),
    (status = 404, description = "There is none", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn show(
    State(line): State<Line>,
    caller: Caller,
) -> Result<Json<Value>, ApiError> {
    let kept = profiles::get(&line.stages(), &caller.0).await.map_err(explained)?;
    kept.map_or_else(|| Err(explained(ProfilesError::Missing)), |kept| Ok(Json(shown(&kept))))
}

/// Sets the caller's profile, with consent. What was learned stays unless `learned` is given.
#[utoipa::path(put, path = "/v1/profile", request_body = ProfileBody, responses(
    (status = 200, description = "The profile as it is kept"),
    (status = 400, description = "No consent, or a field that does not fit", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn set(
    State(line): State<Line>,
    caller: Caller,
    JsonBody(body): JsonBody<ProfileBody>,
) -> Result<Json<Value>, ApiError> {
    let principal = caller.generating()?;
    if !body.consent {
        let message = "A profile is kept only with consent: send \"consent\": true.";
        return Err(ApiError::invalid("consent", message));
    }
    let kept = profiles::set(&line.stages(), &principal, body.profile).await.map_err(explained)?;
    Ok(Json(shown(&kept)))
}

/// Erases the caller's profile and what was learned.
#[utoipa::path(delete, path = "/v1/profile", responses(
    (status = 200, description = "Whether there was one"),
), security(("key" = [])))]
pub(crate) async fn erase(
    State(line): State<Line>,
    caller: Caller,
) -> Result<Json<Value>, ApiError> {
    let erased = profiles::erase(&line.stages(), &caller.0).await.map_err(explained)?;
    Ok(Json(json!({"object": "profile.erased", "erased": erased})))
}

/// Teaches the caller's profile what they took and what they threw away.
#[utoipa::path(post, path = "/v1/feedback", request_body = FeedbackBody, responses(
    (status = 200, description = "How many answers the profile was taught by"),
    (status = 400, description = "Unknown features or verdict", body = ErrorBody),
    (status = 404, description = "There is no profile, and no consent to one", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn feedback(
    State(line): State<Line>,
    caller: Caller,
    JsonBody(body): JsonBody<FeedbackBody>,
) -> Result<Json<Value>, ApiError> {
    let principal = caller.generating()?;
    let FeedbackBody { features, verdict } = body;
    let learned = profiles::learn(&line.stages(), &principal, features, verdict).await;
    let kept = learned.map_err(explained)?;
    Ok(Json(json!({"object": "feedback", "answers": kept.profile.answers})))
}

/// What a person sees of their profile.
pub(crate) fn shown(kept: &Kept) -> Value {
    json!({"object": "profile", "consented_at": kept.consented_at, "profile": kept.profile})
}

fn explained(error: ProfilesError) -> ApiError {
    match error {
        ProfilesError::Missing => ApiError::not_found("profile_not_found", error.to_string()),
        ProfilesError::Profile(_) | ProfilesError::TooLong(_) => {
            ApiError::invalid("profile", error.to_string())
        }
        ProfilesError::Features => ApiError::invalid("features", error.to_string()),
        ProfilesError::Busy => ApiError::unavailable("busy", error.to_string()),
        ProfilesError::Vault(error) => LineError::from(error).into(),
        ProfilesError::State(error) => LineError::from(error).into(),
        ProfilesError::Log(error) => LineError::from(error).into(),
        ProfilesError::Broken(_) => ApiError::bug(),
    }
}
