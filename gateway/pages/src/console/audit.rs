//! `/console/audit`: the log, entry by entry.

use askama::Template;
use types::Language;

use super::{Member, words};
use crate::{Frame, Html, Theme, texts::Texts, written};

/// Which entries are wanted; an empty value means all.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// An id of a request or an asset, a digest, a mark or a manifest's label.
    pub text: String,
    /// The name of an event.
    pub event: String,
    /// A rule.
    pub rule: String,
    /// The first day.
    pub since: String,
    /// The day after the last.
    pub until: String,
}

/// An entry in the list.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its index.
    pub index: u64,
    /// When, RFC 3339.
    pub at: String,
    /// The name of the event.
    pub event: String,
    /// What it is about, in few words.
    pub about: String,
}

/// The head of the log.
#[derive(Debug, Clone)]
pub struct Head {
    /// How many entries it covers.
    pub size: u64,
    /// The root.
    pub root: String,
    /// Whoever has signed it.
    pub signed_by: Vec<String>,
    /// What is overdue.
    pub overdue: Vec<String>,
    /// Time-stamps that are kept, newest first.
    pub stamps: Vec<String>,
}

/// Whether one head is the beginning of another.
#[derive(Debug, Clone)]
pub struct Consistency {
    /// The older size.
    pub old: u64,
    /// The newer size.
    pub new: u64,
    /// The hashes of the proof.
    pub hashes: Vec<String>,
    /// The proof was computed again, and holds.
    pub holds: bool,
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct Explorer {
    /// What was asked for.
    pub wanted: Wanted,
    /// The entries, newest first.
    pub rows: Vec<Row>,
    /// Where to go on.
    pub next: Option<String>,
    /// The head.
    pub head: Head,
    /// Two heads compared.
    pub consistency: Option<Consistency>,
    /// What cannot be asked for.
    pub error: Option<String>,
}

/// Events to choose from.
pub const EVENTS: [&str; 49] = [
    "admitted",
    "released",
    "held",
    "refused",
    "failed",
    "interrupted",
    "approved",
    "rejected",
    "published",
    "corrected",
    "withdrawn",
    "complaint_received",
    "complaint_closed",
    "consent_recorded",
    "consent_withdrawn",
    "verified",
    "asset_examined",
    "dialogue_begun",
    "assisted",
    "exported",
    "reveal_requested",
    "revealed",
    "hold_added",
    "hold_released",
    "erased",
    "erasure_refused",
    "expired",
    "access_answered",
    "profile_set",
    "profile_erased",
    "key_created",
    "key_revoked",
    "key_rotated",
    "person_created",
    "person_changed",
    "person_disabled",
    "signed_in",
    "sign_in_failed",
    "signed_out",
    "policy_changed",
    "policy_replayed",
    "trust_list_updated",
    "signing_key_requested",
    "signing_key_changed",
    "signing_key_revoked",
    "mark_key_rotated",
    "log_key_rotated",
    "epoch_begun",
    "restored",
];

#[derive(Template)]
#[template(path = "console/audit.html")]
struct Page<'a> {
    f: &'a Frame,
    t: Texts,
    me: &'a Member,
    view: &'a Explorer,
}

impl Page<'_> {
    fn older(&self, cursor: &str) -> String {
        let Wanted { text, event, rule, since, until } = &self.view.wanted;
        let pairs =
            [("q", text), ("event", event), ("rule", rule), ("since", since), ("until", until)];
        let given = pairs.iter().filter(|(_, value)| !value.is_empty());
        let given = given.map(|(name, value)| format!("{name}={}&", encoded(value)));
        self.f.to(&format!("/console/audit?{}cursor={cursor}", given.collect::<String>()))
    }
}

/// A value as it stands in a query.
fn encoded(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let written = |byte: u8| {
        if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    value.bytes().map(written).collect()
}

/// The page.
///
/// # Errors
/// [`PageError`](crate::PageError), see there.
pub fn page(frame: &Frame, me: &Member, view: &Explorer) -> Html {
    written(&Page { f: frame, t: frame.t(), me, view })
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_value_cannot_leave_its_place() {
        assert_eq!(super::encoded("a&b=ü"), "a%26b%3D%C3%BC");
    }
}
