//! What a manifest says beside who signed it: actions with their times, soft bindings, the picture of
//! itself, named actors, what it was made from.
//!
//! All of it is text and bytes of strangers: bounded in number and length, without control characters,
//! and never markup.

use c2pa::Manifest;
use coset::cbor::{self, Value as Cbor};
use serde::Serialize;
use serde_json::Value;

use crate::{actors::NamedActor, jumbf, thumbnails::Thumbnail, tree::Node};

/// Longer lists are cut.
pub(crate) const ITEMS_MAX: usize = 64;
/// Longer texts are cut.
const CHARS_MAX: usize = 256;
/// Longer values of soft bindings are left out.
const BINDING_BYTES_MAX: usize = 4096;

/// What the active manifest says. Empty where there is none, and where the credentials are void.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Contents {
    /// The asset's name.
    pub title: Option<String>,
    /// The program that made the claim.
    pub generator: Option<String>,
    /// The picture of the asset when it was signed.
    pub thumbnail: Option<Thumbnail>,
    /// What was done, in the order that the manifest gives.
    pub actions: Vec<Action>,
    /// How the manifest is found again once it has been stripped.
    pub soft_bindings: Vec<Binding>,
    /// People and organisations that are named beside the signer (CAWG identity assertions).
    pub identities: Vec<NamedActor>,
    /// What the asset was made from.
    pub ingredients: Vec<Node>,
    /// There are more ingredients than are listed.
    pub ingredients_left_out: bool,
}

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Action {
    /// Such as `c2pa.created`.
    pub action: String,
    /// When, as stated; RFC 3339.
    pub when: Option<String>,
    /// By which program or model.
    pub agent: Option<String>,
    /// How the content came about, a term of IPTC's `digitalsourcetype`.
    pub source_type: Option<String>,
}

/// A soft binding (C2PA 2.4, section 18.10).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Binding {
    /// The algorithm's name.
    pub algorithm: String,
    /// The first block's value, hexadecimal; a value that was written as text stays text.
    pub value: String,
}

/// A stranger's text for people: one line without control or direction characters, and not too long.
pub(crate) fn plain(text: &str) -> String {
    let unseen = |c: &char| {
        !c.is_control() && !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().filter(unseen).take(CHARS_MAX).collect()
}

pub(crate) fn generator(manifest: &Manifest) -> Option<String> {
    let told = manifest.claim_generator_info.iter().flatten().next();
    let named = told.map(|info| match &info.version {
        Some(version) => format!("{} {version}", info.name),
        None => info.name.clone(),
    });
    named.or_else(|| manifest.claim_generator().map(str::to_owned)).map(|text| plain(&text))
}

pub(crate) fn actions(manifest: &Manifest) -> Vec<Action> {
    let is_actions = |label: &str| label == "c2pa.actions" || label.starts_with("c2pa.actions.v");
    let assertions = manifest.assertions().iter().filter(|found| is_actions(found.label()));
    let listed = assertions.filter_map(|found| found.value().ok()?.get("actions")?.as_array());
    listed.flatten().filter_map(action).take(ITEMS_MAX).collect()
}

fn action(value: &Value) -> Option<Action> {
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(plain);
    let agent = value.get("softwareAgent");
    // A name, or (from version 2 on) an object with one.
    let named = agent.and_then(|agent| agent.as_str().or_else(|| agent.get("name")?.as_str()));
    Some(Action {
        action: text("action")?,
        when: text("when"),
        agent: named.map(plain),
        source_type: text("digitalSourceType"),
    })
}

/// Read from the raw store, because byte strings do not survive as JSON.
pub(crate) fn soft_bindings(manifest: &Manifest, label: &str, store: &[u8]) -> Vec<Binding> {
    let is_binding =
        |name: &str| name == "c2pa.soft-binding" || name.starts_with("c2pa.soft-binding.");
    let found = manifest.assertions().iter().map(c2pa::ManifestAssertion::label);
    let found: Vec<&str> = found.filter(|name| is_binding(name)).take(ITEMS_MAX).collect();
    // In the store the second of a name ends in `__1`, which `label_with_instance` leaves out.
    let before =
        |place: usize, name: &str| found.iter().take(place).filter(|other| **other == name).count();
    let names = found.iter().enumerate().map(|(place, name)| match before(place, name) {
        0 => (*name).to_owned(),
        instance => format!("{name}__{instance}"),
    });
    names
        .filter_map(|name| binding(jumbf::content(store, &[label, "c2pa.assertions", &name])?))
        .collect()
}

fn binding(content: &[u8]) -> Option<Binding> {
    let assertion: Cbor = cbor::from_reader(content).ok()?;
    let block = member(&assertion, "blocks")?.as_array()?.first()?;
    let value = match member(block, "value")? {
        Cbor::Bytes(bytes) if bytes.len() <= BINDING_BYTES_MAX => {
            bytes.iter().map(|byte| format!("{byte:02x}")).collect()
        }
        Cbor::Text(text) => plain(text),
        _ => return None,
    };
    Some(Binding { algorithm: plain(member(&assertion, "alg")?.as_text()?), value })
}

fn member<'a>(map: &'a Cbor, key: &str) -> Option<&'a Cbor> {
    map.as_map()?.iter().find(|(name, _)| name.as_text() == Some(key)).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_strangers_text_is_one_short_line() {
        assert_eq!(plain("a\nb\u{202e}c\0"), "abc");
        assert_eq!(plain(&"x".repeat(1000)).len(), CHARS_MAX);
        assert_eq!(plain("<script>"), "<script>");
    }

    #[test]
    fn an_agent_is_a_name_or_an_object_with_one() {
        let read = |agent| action(&json!({ "action": "c2pa.created", "softwareAgent": agent }));
        for agent in [json!("Model"), json!({ "name": "Model", "version": "1" })] {
            assert_eq!(read(agent).unwrap().agent.as_deref(), Some("Model"));
        }
        assert_eq!(read(json!(7)).unwrap().agent, None);
        assert_eq!(action(&json!({ "when": "today" })), None);
    }
}
