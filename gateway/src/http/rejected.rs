//! What the framework itself turns away is told in the shape of every other error.

use axum::{
    body::{Body, to_bytes},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};

use super::error::ApiError;

/// Longest words of the framework's own.
const BYTES_MAX: usize = 16 << 10;

/// Gives a plain refusal, as of a query or a path that cannot be read, OpenAI's shape.
pub(super) async fn told(response: Response) -> Response {
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    let is_plain = response.headers().get(header::CONTENT_TYPE) == Some(&plain);
    if !is_plain || !response.status().is_client_error() {
        return response;
    }
    let status = match response.status() {
        StatusCode::UNSUPPORTED_MEDIA_TYPE | StatusCode::UNPROCESSABLE_ENTITY => {
            StatusCode::BAD_REQUEST
        }
        status => status,
    };
    match to_bytes(response.into_body(), BYTES_MAX).await {
        Ok(words) => {
            let words = String::from_utf8_lossy(&words).into_owned();
            ApiError::unreadable(status, words).into_response()
        }
        Err(_) => (status, Body::empty()).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_plain_refusals_are_told_otherwise() {
        let check = async |status: StatusCode, kind: &'static str, expected: &str| {
            let response = (status, [(header::CONTENT_TYPE, kind)], "No.").into_response();
            let told = told(response).await;
            let kind = told.headers().get(header::CONTENT_TYPE).unwrap().to_str().unwrap();
            assert_eq!(kind, expected);
            told.status()
        };
        let plain = "text/plain; charset=utf-8";
        check(StatusCode::OK, plain, plain).await;
        check(StatusCode::CONFLICT, "text/x.tlog.size", "text/x.tlog.size").await;
        let wrong = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        assert_eq!(check(wrong, plain, "application/json").await, StatusCode::BAD_REQUEST);
    }
}
