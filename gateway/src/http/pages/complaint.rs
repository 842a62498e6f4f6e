//! `/complaint`: the form of `/v1/complaints`.

use axum::{
    Form,
    extract::{FromRequest as _, Query, Request, State},
    response::Response,
};
use pages::public::complaint::{self, Fault, Filled};
use serde::Deserialize;

use super::Paged;
use crate::{
    complaints::{self, Complaint, ComplaintError, TEXT_CHARS_MAX},
    http::{error::ApiError, verify::welcome},
    pipeline::Line,
};

/// What a form sends, and what a link fills in.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Fields {
    about: String,
    asset: String,
    verdict: String,
    text: String,
    contact: String,
}

pub(super) async fn form(page: Paged, Query(fields): Query<Fields>) -> Response {
    // Nobody's words come out of an address.
    let fields = Fields { text: String::new(), contact: String::new(), ..fields };
    page.show(complaint::form(&page.frame, page.partly, &filled(fields, None)))
}

pub(super) async fn send(State(line): State<Line>, page: Paged, request: Request) -> Response {
    match sent(&line, &page, request).await {
        Ok(response) => response,
        Err(error) => page.problem(&error),
    }
}

async fn sent(line: &Line, page: &Paged, request: Request) -> Result<Response, ApiError> {
    welcome(line, None, &request)?;
    let form = Form::<Fields>::from_request(request, line).await;
    let Form(fields) =
        form.map_err(|error| ApiError::unreadable(error.status(), error.body_text()))?;
    let Fields { about, asset, verdict, text, contact } = fields.clone();
    let about = if about.is_empty() { "other".to_owned() } else { about };
    let complaint = Complaint { about, asset, verdict, text, contact };
    let stages = line.stages();
    let fault = match complaints::keep(stages.as_ref(), complaint).await {
        Ok(ticket) => {
            return Ok(page.show(complaint::ticket(&page.frame, page.partly, &ticket)));
        }
        Err(ComplaintError::Empty) => Fault::Empty,
        Err(ComplaintError::Long) => Fault::Long,
        Err(error) => return Err(error.into()),
    };
    let form = complaint::form(&page.frame, page.partly, &filled(fields, Some(fault)));
    Ok(page.show(form))
}

fn filled(fields: Fields, fault: Option<Fault>) -> Filled {
    let Fields { about, asset, verdict, text, contact } = fields;
    Filled { about, asset, verdict, text, contact, fault, text_max: TEXT_CHARS_MAX }
}
