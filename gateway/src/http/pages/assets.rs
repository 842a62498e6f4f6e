//! The files that pages need, by the name that carries their hash.

use axum::{
    extract::Path,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse as _, Response},
};

use crate::http::error::ApiError;

/// A name stands for its bytes for ever.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";

pub(super) async fn serve(
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let missing = || ApiError::not_found("unknown_url", "There is no such file.");
    let path = format!("{}{name}", pages::assets::BELOW);
    let asset = pages::assets::at(&path).ok_or_else(missing)?;
    let fixed = [
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.media_type())),
        (header::CACHE_CONTROL, HeaderValue::from_static(IMMUTABLE)),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
    ];
    if takes_gzip(&headers) && !asset.gzip().is_empty() {
        let packed = [(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"))];
        return Ok((fixed, packed, asset.gzip()).into_response());
    }
    Ok((fixed, asset.bytes()).into_response())
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    let asked = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    let mut codings = asked.unwrap_or_default().split(',').map(str::trim);
    codings.any(|coding| {
        let (name, quality) = coding.split_once(";q=").unwrap_or((coding, "1"));
        name == "gzip" && quality.trim().parse().is_ok_and(|quality: f32| quality > 0.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_for_those_who_ask_for_it() {
        for (asked, takes) in [("gzip, br", true), ("br;q=1, gzip;q=0", false), ("", false)] {
            let value = HeaderValue::from_static(asked);
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, value)]);
            assert_eq!(takes_gzip(&headers), takes, "{asked}");
        }
    }
}
