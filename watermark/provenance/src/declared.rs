//! What manifests declare about the use of generative AI, in the active one and in those of
//! everything that the file was made from.

use std::collections::HashSet;

use c2pa::{Manifest, Reader};
use serde_json::Value;

use crate::{DigitalSourceType, manifest::AI_DISCLOSURE};

/// C2PA's own term for what a model made that is not media.
const TRAINED_DATA: &str = "http://c2pa.org/digitalsourcetype/trainedAlgorithmicData";
/// Deeper nesting in an assertion is not looked at.
const DEPTH_MAX: usize = 32;

/// Whether AI was declared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Declared {
    pub(crate) active: bool,
    /// In the active manifest, or in one that it leads to.
    pub(crate) anywhere: bool,
}

/// Walks from the active manifest through all ingredients.
pub(crate) fn ai(reader: &Reader) -> Declared {
    let mut open: Vec<&str> = reader.active_label().into_iter().collect();
    let mut seen = HashSet::new();
    let mut anywhere = false;
    while let Some(label) = open.pop() {
        let Some(manifest) = reader.get_manifest(label).filter(|_| seen.insert(label)) else {
            continue;
        };
        anywhere |= declares(manifest);
        open.extend(manifest.ingredients().iter().filter_map(c2pa::Ingredient::active_manifest));
    }
    Declared { active: reader.active_manifest().is_some_and(declares), anywhere }
}

/// Whether a manifest itself declares it.
pub(crate) fn declares(manifest: &Manifest) -> bool {
    manifest.assertions().iter().any(|assertion| {
        assertion.label() == AI_DISCLOSURE
            || assertion.value().is_ok_and(|value| names_ai(value, 0))
    })
}

/// Looks for a source type wherever one may stand: on actions and templates, in IPTC metadata.
fn names_ai(value: &Value, depth: usize) -> bool {
    if depth > DEPTH_MAX {
        return false;
    }
    match value {
        Value::Array(items) => items.iter().any(|item| names_ai(item, depth + 1)),
        Value::Object(members) => members.iter().any(|(key, value)| {
            let name = key.rsplit(':').next().unwrap_or_default();
            let here =
                name.eq_ignore_ascii_case("digitalSourceType") && value.as_str().is_some_and(is_ai);
            here || names_ai(value, depth + 1)
        }),
        _ => false,
    }
}

/// Some writers use `https`, or the bare term.
fn is_ai(uri: &str) -> bool {
    let uri = uri.replacen("https://", "http://", 1);
    uri == TRAINED_DATA
        || DigitalSourceType::from_uri(&uri).is_some_and(DigitalSourceType::declares_ai)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_declaration_is_found_where_writers_put_it() {
        let trained = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";
        let cases = [
            (json!({ "actions": [{ "digitalSourceType": trained }] }), true),
            (json!({ "Iptc4xmpExt:DigitalSourceType": trained }), true),
            (json!({ "digitalSourceType": TRAINED_DATA }), true),
            (json!({ "digitalSourceType": "compositeWithTrainedAlgorithmicMedia" }), true),
            (
                json!({ "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia" }),
                false,
            ),
            (json!({ "title": trained }), false),
        ];
        for (value, expected) in cases {
            assert_eq!(names_ai(&value, 0), expected, "{value}");
        }
    }
}
