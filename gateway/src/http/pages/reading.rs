//! Pages that are only read: `/trust` and `/about`.

use axum::{extract::State, response::Response};
use pages::public::{about, report::List, trust};
use watermark::audio::LENGTH_MS_MIN;

use super::Paged;
use crate::{http::ApiError, pipeline::Line};

pub(super) async fn trust(State(line): State<Line>, page: Paged) -> Response {
    let lookup = line.stages().lookup();
    let lists: Result<Vec<List>, _> = lookup
        .lists()
        .map(|list| serde_json::to_value(list).and_then(serde_json::from_value))
        .collect();
    match lists {
        Ok(lists) => page.show(trust::page(&page.frame, &lists)),
        Err(_) => page.problem(&ApiError::bug()),
    }
}

pub(super) async fn about(page: Paged) -> Response {
    page.show(about::page(&page.frame, LENGTH_MS_MIN / 1000))
}
