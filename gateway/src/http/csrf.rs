//! Whether a form was made by the session that sends it.
//!
//! Scripts send the header `x-csrf-token`. Forms without a script have a first field `csrf`, which is
//! read from the beginning of the body; the rest of the body is not touched.

use access::Csrf;
use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{
        HeaderMap,
        header::{CONTENT_TYPE, HOST, ORIGIN},
    },
};
use futures::{StreamExt as _, stream};

use super::error::ApiError;

const HEADER: &str = "x-csrf-token";
const FIELD: &str = "csrf";
/// The first field is within so many bytes.
const BEGINNING_BYTES: usize = 1024;

/// The request again, and whether it carries the session's token.
pub(super) async fn checked(request: Request, csrf: &Csrf) -> Result<(Request, bool), ApiError> {
    if !same_origin(request.headers()) {
        return Ok((request, false));
    }
    if let Some(given) = request.headers().get(HEADER) {
        let fits = given.to_str().is_ok_and(|given| csrf.is(given));
        return Ok((request, fits));
    }
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let Some(form) = kind.and_then(Form::of) else { return Ok((request, false)) };
    let (parts, body) = request.into_parts();
    let (beginning, body) = begun(body).await?;
    let fits = form.token(&beginning).is_some_and(|given| csrf.is(&given));
    Ok((Request::from_parts(parts, body), fits))
}

/// Whether the browser says that the request comes from a page of ours, if it says anything.
///
/// Pages that send no referrer, as ours, send forms with the origin `null` (Fetch, 3.2): that says
/// nothing by itself.
pub(super) fn same_origin(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    let host = text(HOST.as_str());
    text(ORIGIN.as_str()).filter(|origin| *origin != "null").is_none_or(|origin| {
        origin.split_once("://").is_some_and(|(_, from)| host.is_none_or(|host| host == from))
    })
}

/// How a form is written.
#[derive(Debug, PartialEq, Eq)]
enum Form {
    Encoded,
    Parts { boundary: String },
}

impl Form {
    fn of(content_type: &str) -> Option<Self> {
        let (kind, rest) = content_type.split_once(';').unwrap_or((content_type, ""));
        match kind.trim().to_ascii_lowercase().as_str() {
            "application/x-www-form-urlencoded" => Some(Self::Encoded),
            "multipart/form-data" => {
                let boundary =
                    rest.split(';').find_map(|part| part.trim().strip_prefix("boundary="));
                let boundary = boundary?.trim_matches('"').to_owned();
                (!boundary.is_empty()).then_some(Self::Parts { boundary })
            }
            _ => None,
        }
    }

    /// The token, if it is the first field.
    fn token(&self, beginning: &[u8]) -> Option<String> {
        let text = String::from_utf8_lossy(beginning);
        let given = match self {
            Self::Encoded => {
                let first = text.split('&').next()?;
                first.strip_prefix(FIELD)?.strip_prefix('=')?.to_owned()
            }
            Self::Parts { boundary } => {
                let first = text.strip_prefix("--")?.strip_prefix(boundary.as_str())?;
                let (head, rest) = first.strip_prefix("\r\n")?.split_once("\r\n\r\n")?;
                let named = head.to_ascii_lowercase().contains(&format!("name=\"{FIELD}\""));
                let (value, _) = rest.split_once("\r\n").filter(|_| named)?;
                value.to_owned()
            }
        };
        Some(given)
    }
}

/// Reads the beginning of a body, and gives it back whole.
async fn begun(body: Body) -> Result<(Vec<u8>, Body), ApiError> {
    let mut rest = body.into_data_stream();
    let mut read: Vec<Bytes> = Vec::new();
    let mut length = 0;
    while length < BEGINNING_BYTES {
        match rest.next().await {
            None => break,
            Some(Ok(piece)) => {
                length += piece.len();
                read.push(piece);
            }
            Some(Err(error)) => {
                let status = axum::http::StatusCode::BAD_REQUEST;
                return Err(ApiError::unreadable(status, error.to_string()));
            }
        }
    }
    let beginning: Vec<u8> = read.iter().flatten().copied().take(BEGINNING_BYTES).collect();
    let again = stream::iter(read.into_iter().map(Ok)).chain(rest);
    Ok((beginning, Body::from_stream(again)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PARTS: &str = "multipart/form-data; boundary=\"xyz\"";

    fn token(content_type: &str, body: &str) -> Option<String> {
        Form::of(content_type)?.token(body.as_bytes())
    }

    #[test]
    fn the_first_field_carries_the_token() {
        let encoded = "application/x-www-form-urlencoded; charset=utf-8";
        assert_eq!(token(encoded, "csrf=abc&name=x").as_deref(), Some("abc"));
        assert_eq!(token(encoded, "name=x&csrf=abc"), None);
        assert_eq!(token(encoded, "csrfx=abc"), None);
        let form = "--xyz\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\nabc\r\n--xyz--";
        assert_eq!(token(PARTS, form).as_deref(), Some("abc"));
        assert_eq!(token(PARTS, &form.replace("csrf", "file")), None);
        assert_eq!(token("application/json", "{}"), None);
    }

    #[test]
    fn another_site_s_request_is_not_ours() {
        let headers = |pairs: &[(&'static str, &'static str)]| {
            pairs
                .iter()
                .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
                .collect::<HeaderMap>()
        };
        assert!(same_origin(&headers(&[("host", "a.example")])));
        assert!(same_origin(&headers(&[
            ("host", "a.example:1"),
            ("origin", "https://a.example:1")
        ])));
        assert!(!same_origin(&headers(&[("host", "a.example"), ("origin", "https://b.example")])));
        assert!(same_origin(&headers(&[("origin", "null"), ("sec-fetch-site", "same-origin")])));
        assert!(!same_origin(&headers(&[("origin", "null"), ("sec-fetch-site", "cross-site")])));
        assert!(!same_origin(&headers(&[("sec-fetch-site", "cross-site")])));
        assert!(!same_origin(&headers(&[("sec-fetch-site", "same-site")])));
    }

    #[tokio::test]
    async fn the_body_is_given_back_whole() {
        let pieces: Vec<Vec<u8>> = (0..50_u8).map(|byte| vec![byte; 100]).collect();
        let whole: Vec<u8> = pieces.concat();
        let body = stream::iter(pieces.into_iter().map(Ok::<_, std::io::Error>));
        let (beginning, body) = begun(Body::from_stream(body)).await.unwrap();
        assert_eq!(beginning, whole[..BEGINNING_BYTES]);
        assert_eq!(axum::body::to_bytes(body, 10_000).await.unwrap(), whole);
    }

    proptest! {
        #[test]
        fn any_beginning_is_read_or_not_and_nothing_panics(kind in "\\PC{0,60}", body: Vec<u8>) {
            for kind in [kind.as_str(), PARTS, "application/x-www-form-urlencoded"] {
                if let Some(form) = Form::of(kind) {
                    drop(form.token(&body));
                }
            }
        }
    }
}
