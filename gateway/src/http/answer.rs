//! What every answer about an asset carries: headers and the member `imprimatur`.

use axum::{
    http::{HeaderMap, HeaderValue},
    response::{IntoResponseParts, ResponseParts},
};
use serde_json::{Value, json};
use types::{AssetId, Mark};

use crate::{case::Case, outcome::Release};

/// The `x-…` headers about one asset.
#[derive(Debug)]
pub(crate) struct Headers(HeaderMap);

impl Headers {
    /// Of a finished asset.
    pub(crate) fn of(release: &Release) -> Self {
        Self::build(&[
            ("x-request-id", release.request_id.to_string()),
            ("x-imprimatur-asset", release.asset_id.to_string()),
            ("x-imprimatur-receipt", release.receipt.index.to_string()),
        ])
    }

    /// Of a stream: the receipt is that of the `admitted` record.
    pub(crate) fn admitted(case: &Case) -> Self {
        let receipt = case.admission().map(|index| index.to_string()).unwrap_or_default();
        Self::build(&[
            ("x-request-id", case.request_id().to_string()),
            ("x-imprimatur-asset", case.asset_id().to_string()),
            ("x-imprimatur-receipt", receipt),
        ])
    }

    fn build(pairs: &[(&'static str, String)]) -> Self {
        let values = pairs.iter().filter_map(|(name, value)| {
            HeaderValue::from_str(value).ok().map(|value| ((*name).parse().ok(), value))
        });
        Self(values.filter_map(|(name, value)| name.map(|name| (name, value))).collect())
    }
}

impl IntoResponseParts for Headers {
    type Error = std::convert::Infallible;

    fn into_response_parts(
        self,
        mut response: ResponseParts,
    ) -> Result<ResponseParts, Self::Error> {
        response.headers_mut().extend(self.0);
        Ok(response)
    }
}

/// The member `imprimatur` of a JSON answer.
pub(crate) fn member(release: &Release) -> Value {
    json!({
        "asset_id": release.asset_id,
        "mark_id": match &release.mark { Mark::Embedded { id, .. } => json!(id), _ => Value::Null },
        "mark": release.mark,
        "manifest_url": format!("/v1/assets/{}/manifest", release.asset_id),
        "receipt": {"index": release.receipt.index, "leaf_hash": release.receipt.leaf_hash},
        "decision": decision(release),
        "labels": release.labels,
        "warnings": release.warnings,
    })
}

/// Where the manifest of an asset is whose file holds none, as C2PA has it for HTTP.
pub(crate) fn manifest_link(asset: AssetId) -> Option<HeaderValue> {
    let link = format!("</v1/assets/{asset}/manifest>; rel=\"c2pa-manifest\"");
    HeaderValue::from_str(&link).ok()
}

/// Action and findings, without the policy's internals.
pub(crate) fn decision(release: &Release) -> Value {
    json!({"action": release.decision.action, "findings": release.decision.findings})
}

/// OpenAI's `created`.
pub(crate) fn now_unix_s() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

/// The request's seed, or a random one, which the record keeps.
pub(crate) fn seed(given: Option<i64>) -> u64 {
    given.map_or_else(rand::random, i64::cast_unsigned)
}
