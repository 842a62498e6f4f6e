//! The frame of a page: the reader's language and theme, a nonce, and how a page goes out.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{Html, IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use pages::{Frame, Theme, problem::Problem};
use types::Language;

use crate::{
    http::{error::ApiError, verify::language},
    pipeline::Line,
};

/// Set by htmx: the part that it asked for is enough.
const PARTLY: HeaderName = HeaderName::from_static("hx-request");

/// What a handler of pages takes.
#[derive(Debug)]
pub(crate) struct Paged {
    /// The frame of the page.
    pub(crate) frame: Frame,
    /// Only the part is wanted that htmx puts into the page.
    pub(crate) partly: bool,
    /// Where others reach this server: as configured, else as the browser has asked.
    pub(crate) base: String,
}

impl FromRequestParts<Line> for Paged {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, line: &Line) -> Result<Self, Infallible> {
        let stages = line.stages();
        let config = stages.installation.config();
        let base =
            config.server.public_url.as_deref().map(|url| url.trim_end_matches('/').to_owned());
        let query = parts.uri.query().unwrap_or_default();
        let chosen = value(query, "lang").and_then(spoken);
        let frame = Frame {
            publisher: config.provenance.publisher.clone(),
            language: chosen.unwrap_or_else(|| language(&parts.headers)),
            language_chosen: chosen.is_some(),
            theme: value(query, "theme").and_then(Theme::named),
            nonce: URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>()),
            path: parts.uri.path().to_owned(),
        };
        let base = base.unwrap_or_else(|| asked(&parts.headers));
        Ok(Self { frame, partly: parts.headers.contains_key(PARTLY), base })
    }
}

impl Paged {
    /// The page goes out.
    pub(crate) fn show(&self, html: pages::Html) -> Response {
        self.with_status(StatusCode::OK, html)
    }

    /// Something is in the way: the same status as the API's, in the reader's words.
    pub(crate) fn problem(&self, error: &ApiError) -> Response {
        let answer = error.clone().into_response();
        let message = error.body().error.message;
        let problem =
            Problem { status: answer.status().as_u16(), code: error.code(), message: &message };
        let html = if self.partly {
            pages::problem::part(&self.frame, &problem)
        } else {
            pages::problem::page(&self.frame, &problem)
        };
        let mut shown = self.with_status(answer.status(), html);
        if let Some(wait) = answer.headers().get(header::RETRY_AFTER) {
            shown.headers_mut().insert(header::RETRY_AFTER, wait.clone());
        }
        shown
    }

    pub(crate) fn with_status(&self, status: StatusCode, html: pages::Html) -> Response {
        let html = match html {
            Ok(html) => html,
            Err(error) => {
                tracing::error!(%error, "a page could not be made");
                return ApiError::bug().into_response();
            }
        };
        let policy = HeaderValue::from_str(&pages::policy(&self.frame.nonce));
        let Ok(policy) = policy else { return ApiError::bug().into_response() };
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::VARY, HeaderValue::from_static("accept-language, hx-request"));
        headers.insert(
            HeaderName::from_static("cross-origin-opener-policy"),
            HeaderValue::from_static("same-origin"),
        );
        (status, headers, Html(html)).into_response()
    }
}

/// The address by which the browser has asked; whatever is no name of a host says nothing.
fn asked(headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    let host = host.filter(|host| !host.is_empty() && host.chars().all(plain));
    host.map(|host| format!("http://{host}")).unwrap_or_default()
}

/// The first value of a name in a query; ours need no unescaping.
fn value<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find_map(|(key, value)| (key == name).then_some(value))
}

fn spoken(code: &str) -> Option<Language> {
    match code.get(..2)? {
        "en" => Some(Language::En),
        "zh" => Some(Language::Zh),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_come_from_the_address() {
        assert_eq!(value("a=1&lang=zh-CN&lang=en", "lang").and_then(spoken), Some(Language::Zh));
        assert_eq!(value("lang=", "lang").and_then(spoken), None);
        assert_eq!(value("lang=é", "lang").and_then(spoken), None);
        assert_eq!(value("", "theme").and_then(Theme::named), None);
    }

    #[test]
    fn only_a_host_becomes_an_address() {
        for (host, base) in [
            ("127.0.0.1:8788", "http://127.0.0.1:8788"),
            ("[::1]:80", "http://[::1]:80"),
            ("a.example/\"x", ""),
        ] {
            let value = HeaderValue::from_str(host).unwrap();
            assert_eq!(asked(&HeaderMap::from_iter([(header::HOST, value)])), base);
        }
    }
}
