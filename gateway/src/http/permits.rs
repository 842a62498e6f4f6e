//! What each endpoint lets somebody do: one table.
//!
//! It is the first thing that a request meets. An endpoint that is not here is for nobody.

mod console;

use access::Act;
use axum::http::Method;
use types::{Modality, Role};

/// Who may use an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permit {
    /// Also strangers; the endpoint itself may ask for more.
    Anyone,
    /// Whoever is signed in or has a key, whatever the role.
    Known,
    /// Whoever may do this.
    May(Act),
}

impl Permit {
    /// Whether a role may.
    #[must_use]
    pub fn admits(self, role: Role) -> bool {
        match self {
            Self::Anyone | Self::Known => true,
            Self::May(act) => act.may(role),
        }
    }
}

const TEXT: Permit = Permit::May(Act::Generate(Modality::Text));
const IMAGE: Permit = Permit::May(Act::Generate(Modality::Image));
const AUDIO: Permit = Permit::May(Act::Generate(Modality::Audio));
const VIDEO: Permit = Permit::May(Act::Generate(Modality::Video));
const READ: Permit = Permit::May(Act::Read);
const PREFER: Permit = Permit::May(Act::Prefer);
const REVIEW: Permit = Permit::May(Act::Review);
const PUBLISH: Permit = Permit::May(Act::Publish);
const AUDIT: Permit = Permit::May(Act::Audit);
const ADMIN: Permit = Permit::May(Act::Admin);

/// Every guarded endpoint: method, path, who may.
pub const TABLE: &[(&str, &str, Permit)] = &[
    ("POST", "/v1/chat/completions", TEXT),
    ("POST", "/v1/completions", TEXT),
    ("POST", "/v1/images/generations", IMAGE),
    ("POST", "/v1/images/edits", IMAGE),
    ("POST", "/v1/images/variations", IMAGE),
    ("POST", "/v1/audio/speech", AUDIO),
    ("POST", "/v1/audio/transcriptions", TEXT),
    ("POST", "/v1/audio/translations", TEXT),
    ("POST", "/v1/videos", VIDEO),
    ("GET", "/v1/videos", READ),
    ("GET", "/v1/videos/{id}", READ),
    ("GET", "/v1/videos/{id}/content", READ),
    ("GET", "/v1/realtime", TEXT),
    ("POST", "/v1/sessions", TEXT),
    // Whoever has a ticket takes part without a key.
    ("GET", "/v1/sessions/{id}", Permit::Anyone),
    ("DELETE", "/v1/sessions/{id}", READ),
    ("POST", "/v1/sessions/{id}/feedback", Permit::Anyone),
    ("GET", "/v1/sessions/{id}/scene.glb", Permit::Anyone),
    ("GET", "/v1/sessions/{id}/poster.svg", Permit::Anyone),
    ("GET", "/v1/sessions/{id}/page", Permit::Anyone),
    ("GET", "/v1/sessions/{id}/socket", Permit::Anyone),
    ("POST", "/v1/stories", TEXT),
    ("GET", "/v1/stories/{id}", READ),
    ("POST", "/v1/moderations", Permit::May(Act::Moderate)),
    ("POST", "/v1/assist/suggest", TEXT),
    ("POST", "/v1/assist/correct", TEXT),
    ("POST", "/v1/assist/ideas", TEXT),
    ("POST", "/v1/assist/headline", TEXT),
    ("POST", "/v1/assist/alt-text", TEXT),
    ("GET", "/v1/profile", READ),
    ("PUT", "/v1/profile", PREFER),
    ("DELETE", "/v1/profile", READ),
    ("POST", "/v1/feedback", PREFER),
    ("GET", "/v1/models", Permit::Known),
    ("GET", "/v1/models/{id}", Permit::Known),
    ("POST", "/v1/responses", TEXT),
    ("GET", "/v1/responses/{id}", READ),
    ("DELETE", "/v1/responses/{id}", READ),
    ("GET", "/v1/responses/{id}/input_items", READ),
    ("POST", "/v1/responses/{id}/cancel", READ),
    // What a tool does goes through the line, which looks at role, scope and budget.
    ("POST", "/mcp", Permit::Known),
    ("GET", "/v1/assets", READ),
    ("GET", "/v1/complaints", REVIEW),
    ("POST", "/v1/complaints/{ticket}", REVIEW),
    ("GET", "/v1/consents", REVIEW),
    ("POST", "/v1/consents", REVIEW),
    ("DELETE", "/v1/consents/{id}", REVIEW),
    ("GET", "/v1/assets/{id}", READ),
    ("GET", "/v1/assets/{id}/content", READ),
    ("GET", "/v1/assets/{id}/manifest", READ),
    ("GET", "/v1/assets/{id}/receipt", READ),
    ("GET", "/v1/assets/{id}/ninjs", READ),
    ("GET", "/v1/assets/{id}/newsml", READ),
    ("GET", "/v1/assets/{id}/xmp", READ),
    ("POST", "/v1/renditions", IMAGE),
    ("GET", "/v1/assets/{id}/publish", READ),
    ("POST", "/v1/assets/{id}/publish", PUBLISH),
    ("POST", "/v1/assets/{id}/correct", PUBLISH),
    ("POST", "/v1/assets/{id}/withdraw", PUBLISH),
    ("GET", "/v1/reviews", REVIEW),
    ("POST", "/v1/reviews/{id}", REVIEW),
    ("GET", "/v1/audit/entries", AUDIT),
    ("GET", "/v1/audit/export", AUDIT),
    ("GET", "/v1/audit/reports", AUDIT),
    ("POST", "/v1/audit/reveal", Permit::May(Act::Reveal)),
    ("POST", "/v1/audit/erase", AUDIT),
    ("GET", "/v1/audit/access/{subject}", AUDIT),
    ("GET", "/v1/audit/holds", AUDIT),
    ("POST", "/v1/audit/holds", AUDIT),
    ("DELETE", "/v1/audit/holds/{hold}", AUDIT),
    ("GET", "/v1/keys", ADMIN),
    ("POST", "/v1/keys", ADMIN),
    ("DELETE", "/v1/keys/{id}", ADMIN),
    ("POST", "/v1/keys/{id}/rotate", ADMIN),
    ("POST", "/admin/reload", ADMIN),
    ("GET", "/v1/people", ADMIN),
    ("POST", "/v1/people", ADMIN),
    ("POST", "/v1/people/{id}/disable", ADMIN),
    ("POST", "/v1/people/{id}/enable", ADMIN),
    ("POST", "/v1/people/{id}/link", ADMIN),
    ("GET", "/console/sign-in", Permit::Anyone),
    ("GET", "/console/session", Permit::Known),
    ("POST", "/console/session", Permit::Anyone),
    ("POST", "/console/session/end", Permit::Known),
    ("POST", "/console/password", Permit::Known),
    ("GET", "/console/oidc/start", Permit::Anyone),
    ("GET", "/console/oidc/callback", Permit::Anyone),
    ("GET", "/healthz", Permit::Anyone),
    ("GET", "/readyz", Permit::Anyone),
    ("GET", "/metrics", Permit::Anyone),
    ("GET", "/openapi.json", Permit::Anyone),
    ("GET", "/docs", Permit::Anyone),
];

/// Who may use the endpoint; `None` for what is not in the table.
#[must_use]
pub fn of(method: &Method, path: &str) -> Option<Permit> {
    // HEAD is answered as GET without a body.
    let method = if method == Method::HEAD { "GET" } else { method.as_str() };
    rows().find(|row| row.0 == method && row.1 == path).map(|row| row.2)
}

/// Whether an endpoint takes any method.
pub(super) fn takes(path: &str) -> bool {
    rows().any(|row| row.1 == path)
}

fn rows() -> impl Iterator<Item = &'static (&'static str, &'static str, Permit)> {
    TABLE.iter().chain(console::TABLE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_has_one_line() {
        for (at, (method, path, _)) in TABLE.iter().enumerate() {
            let first = TABLE.iter().position(|row| row.0 == *method && row.1 == *path);
            assert_eq!(first, Some(at), "{method} {path}");
        }
        assert_eq!(of(&Method::HEAD, "/healthz"), Some(Permit::Anyone));
        assert_eq!(of(&Method::GET, "/nothing"), None);
    }
}
