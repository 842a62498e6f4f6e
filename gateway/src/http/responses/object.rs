//! OpenAI's response object, as far as it is known.

use serde_json::{Value, json};
use types::RequestId;

use crate::{
    http::{
        answer,
        error::{ApiError, ErrorDetail},
        text,
    },
    members::put,
    outcome::Release,
};

/// What ids of responses begin with.
const PREFIX: &str = "resp_";

/// The id of a request's response.
pub(super) fn id(request: RequestId) -> String {
    format!("{PREFIX}{request}")
}

/// The request that a response answers.
///
/// # Errors
/// 404 when there can be no such response.
pub(super) fn parse(param: &str, id: &str) -> Result<RequestId, ApiError> {
    id.strip_prefix(PREFIX).and_then(|id| id.parse().ok()).ok_or_else(|| missing(id).about(param))
}

/// 404: never kept, not this person's, or kept no more.
pub(super) fn missing(id: &str) -> ApiError {
    let text = format!(
        "No response `{id}` is kept for this key: it was asked for with `store: false`, deleted, erased, or never was."
    );
    ApiError::not_found("response_not_found", text)
}

/// A response of which nothing is said yet.
pub(super) fn begun(echo: &Value, request: RequestId) -> Value {
    let mut body = echo.clone();
    put(&mut body, "id", id(request));
    body
}

/// The response that a released text is.
pub(super) fn finished(mut body: Value, release: &Release) -> Value {
    let text = String::from_utf8_lossy(&release.bytes);
    let cut = release.generation.finish_reason == "length";
    let status = if cut { "incomplete" } else { "completed" };
    put(&mut body, "status", status);
    if cut {
        put(&mut body, "incomplete_details", json!({"reason": "max_output_tokens"}));
    }
    put(&mut body, "completed_at", answer::now_unix_s());
    put(
        &mut body,
        "output",
        json!([message(release.request_id, status, &part(&text, &logprobs(release)))]),
    );
    if release.generation.completion_tokens > 0 {
        put(&mut body, "usage", usage(release));
    }
    put(&mut body, "imprimatur", answer::member(release));
    body
}

/// A response that policy has stopped, with what had been said before.
pub(super) fn filtered(mut body: Value, said: Option<Value>, error: &ApiError) -> Value {
    put(&mut body, "status", "incomplete");
    put(&mut body, "incomplete_details", json!({"reason": "content_filter"}));
    put(&mut body, "output", json!(said.into_iter().collect::<Vec<_>>()));
    put(&mut body, "error", told(&error.body().error));
    body
}

/// A response that came to nothing.
pub(super) fn failed(mut body: Value, error: &ApiError) -> Value {
    put(&mut body, "status", "failed");
    put(&mut body, "error", told(&error.body().error));
    body
}

fn told(error: &ErrorDetail) -> Value {
    let code = error.code.as_deref().filter(|_| error.kind != "server_error");
    json!({"code": code.unwrap_or("server_error"), "message": error.message})
}

/// The message of a response.
pub(super) fn message(request: RequestId, status: &str, part: &Value) -> Value {
    let content: Vec<&Value> = Some(part).filter(|part| !part.is_null()).into_iter().collect();
    json!({
        "id": message_id(request), "type": "message", "role": "assistant", "status": status,
        "content": content,
    })
}

/// The id of a response's message.
pub(super) fn message_id(request: RequestId) -> String {
    format!("msg_{request}")
}

/// A part of text.
pub(super) fn part(text: &str, logprobs: &Value) -> Value {
    json!({"type": "output_text", "text": text, "annotations": [], "logprobs": logprobs})
}

/// How likely the tokens were.
pub(super) fn logprobs(release: &Release) -> Value {
    let told = text::Form::Chat.logprobs(release);
    told.get("content").cloned().unwrap_or_else(|| json!([]))
}

fn usage(release: &Release) -> Value {
    let (read, written) = (release.generation.prompt_tokens, release.generation.completion_tokens);
    json!({
        "input_tokens": read, "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": written, "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": read.saturating_add(written),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_a_response_is_that_of_its_request() {
        let request = RequestId::new();
        assert_eq!(parse("id", &id(request)).unwrap(), request);
        for wrong in ["", "resp_", "resp_x", &request.to_string()] {
            assert!(parse("id", wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_wrong_on_this_side_is_no_more_than_that() {
        let body = failed(json!({}), &ApiError::bug());
        assert_eq!(body["error"]["code"], "server_error");
        let body = filtered(json!({}), None, &ApiError::forbidden("No."));
        assert_eq!((&body["error"]["code"], &body["output"]), (&json!("forbidden"), &json!([])));
    }
}
