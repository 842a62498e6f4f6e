//! `GET /v1/models` and `GET /v1/models/{id}`

use axum::{
    Json,
    extract::{Path, State},
};
use serde_json::{Value, json};

use super::{error::ApiError, extract::Caller, openai::Model};
use crate::pipeline::Line;

/// The configured models.
#[utoipa::path(get, path = "/v1/models", responses((status = 200, description = "A list of models")), security(("key" = [])))]
pub(crate) async fn list(State(line): State<Line>, _caller: Caller) -> Json<Value> {
    let models: Vec<Model> =
        line.stages().generators.keys().filter_map(|name| model(&line, name)).collect();
    Json(json!({"object": "list", "data": models}))
}

/// One configured model.
#[utoipa::path(get, path = "/v1/models/{id}", responses(
    (status = 200, description = "The model", body = Model),
    (status = 404, description = "No such model", body = super::error::ErrorBody),
), security(("key" = [])))]
pub(crate) async fn one(
    State(line): State<Line>,
    _caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Model>, ApiError> {
    let missing =
        || ApiError::not_found("model_not_found", format!("No model named `{id}` is configured."));
    model(&line, &id).map(Json).ok_or_else(missing)
}

fn model(line: &Line, name: &str) -> Option<Model> {
    let stages = line.stages();
    let card = stages.generators.get(name)?.card();
    Some(Model { id: name.to_owned(), object: "model", created: 0, owned_by: card.backend.clone() })
}
