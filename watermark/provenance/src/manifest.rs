//! What a [`SigningRequest`] becomes in C2PA 2.4: a claim, its actions and its assertions.

use std::collections::BTreeMap;

use c2pa::Builder;
use serde::Serialize;
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{DigitalSourceType, ProvenanceError, SigningRequest, SoftBinding};

/// The version of the specification that the manifests follow, as the claim states it.
const SPECIFICATION: &str = "2.4.0";
/// What the claim calls the software that makes it.
const GENERATOR: &str = "Imprimatur";

pub(crate) const ACTIONS: &str = "c2pa.actions.v2";
pub(crate) const AI_DISCLOSURE: &str = "c2pa.ai-disclosure";
pub(crate) const SOFT_BINDING: &str = "c2pa.soft-binding";
/// Ours: why the content carries no mark.
pub(crate) const NOT_MARKED: &str = "org.imprimatur.not-marked";

/// Assertions that the signer stands for; all others would count as gathered from elsewhere.
pub(crate) const CREATED: [&str; 7] = [
    "c2pa.actions",
    "c2pa.ingredient",
    "c2pa.thumbnail.claim",
    "c2pa.thumbnail.ingredient",
    AI_DISCLOSURE,
    SOFT_BINDING,
    NOT_MARKED,
];

/// The builder's definition: everything that can be written as JSON.
pub(crate) fn definition(request: &SigningRequest) -> Value {
    json!({
        "claim_version": 2,
        "title": request.title,
        "claim_generator_info": [{
            "name": GENERATOR,
            "version": env!("CARGO_PKG_VERSION"),
            "specVersion": SPECIFICATION,
        }],
        "assertions": [{
            "label": ACTIONS,
            "created": true,
            "data": { "actions": actions(request), "allActionsIncluded": true },
        }],
    })
}

/// Adds the other assertions.
///
/// # Errors
/// [`ProvenanceError::Manifest`] for a request that contradicts itself.
pub(crate) fn assertions(
    builder: &mut Builder,
    request: &SigningRequest,
) -> Result<(), ProvenanceError> {
    check(request)?;
    if request.source.declares_ai() {
        builder.add_assertion(AI_DISCLOSURE, &disclosure(request))?;
    }
    if let Some(binding) = &request.soft_binding {
        builder.add_assertion(SOFT_BINDING, &binding_assertion(binding))?;
    }
    if let Some(reason) = &request.not_marked {
        builder.add_assertion(NOT_MARKED, &json!({ "reason": reason }))?;
    }
    Ok(())
}

/// How the ingredient at a place of the request's list took part.
pub(crate) const fn relationship(source: DigitalSourceType, place: usize) -> &'static str {
    match (source, place) {
        (DigitalSourceType::TrainedAlgorithmicMedia, _) => "inputTo",
        (_, 0) => "parentOf",
        (_, _) => "componentOf",
    }
}

/// The name by which actions refer to an ingredient.
pub(crate) fn ingredient_id(place: usize) -> String {
    format!("ingredient-{place}")
}

/// Other validators refuse a watermark that nothing leads back from; a mark and a reason for its
/// absence exclude each other.
fn check(request: &SigningRequest) -> Result<(), ProvenanceError> {
    let wrong = |reason: &str| Err(ProvenanceError::Manifest(reason.to_owned()));
    match &request.soft_binding {
        Some(binding) if binding.value.is_empty() => wrong("the soft binding has no value"),
        Some(binding) if binding.algorithm.is_empty() => {
            wrong("the soft binding names no algorithm")
        }
        Some(_) if request.not_marked.is_some() => {
            wrong("content cannot be watermarked and not markable at once: drop one of the two")
        }
        Some(_) | None => Ok(()),
    }
}

fn actions(request: &SigningRequest) -> Vec<Value> {
    let made = request.source == DigitalSourceType::TrainedAlgorithmicMedia
        || request.ingredients.is_empty();
    let mut actions = if made { vec![created(request)] } else { opened(request) };
    if request.soft_binding.is_some() {
        actions.push(json!({ "action": "c2pa.watermarked.bound", "softwareAgent": agent() }));
    }
    actions
}

fn created(request: &SigningRequest) -> Value {
    let ids: Vec<String> = (0..request.ingredients.len()).map(ingredient_id).collect();
    let mut action = by_software(request, "c2pa.created");
    // An action of creation must say how; for what nobody told us C2PA has a term of its own.
    let empty = || "http://c2pa.org/digitalsourcetype/empty".to_owned();
    put(&mut action, "digitalSourceType", json!(request.source.uri().unwrap_or_else(empty)));
    if !ids.is_empty() {
        put(&mut action, "parameters", json!({ "ingredientIds": ids }));
    }
    add_digest(&mut action, request);
    action
}

/// `c2pa.opened` never carries a source type: the parent's own manifest does.
fn opened(request: &SigningRequest) -> Vec<Value> {
    let on = |name: &str, place: usize| json!({ "action": name, "parameters": { "ingredientIds": [ingredient_id(place)] } });
    let mut actions = vec![on("c2pa.opened", 0)];
    actions.extend((1..request.ingredients.len()).map(|place| on("c2pa.placed", place)));
    if let Some(uri) = request.source.uri() {
        let mut edited = by_software(request, "c2pa.edited");
        put(&mut edited, "digitalSourceType", json!(uri));
        add_digest(&mut edited, request);
        actions.push(edited);
    }
    actions
}

/// An action now, by the model or else by this program.
fn by_software(request: &SigningRequest, name: &str) -> Value {
    let model = request.model.as_ref();
    let agent =
        model.map_or_else(agent, |model| json!({ "name": model.name, "version": model.version }));
    let mut action = json!({ "action": name, "softwareAgent": agent });
    if let Ok(now) = OffsetDateTime::now_utc()
        .replace_nanosecond(0)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
        .format(&Rfc3339)
    {
        put(&mut action, "when", json!(now));
    }
    action
}

fn agent() -> Value {
    json!({ "name": GENERATOR, "version": env!("CARGO_PKG_VERSION") })
}

/// The weights' digest: a name and a version alone do not say which model it was.
fn add_digest(action: &mut Value, request: &SigningRequest) {
    let Some(model) = &request.model else { return };
    let parameters = action
        .as_object_mut()
        .map(|action| action.entry("parameters").or_insert_with(|| json!({})));
    if let Some(parameters) = parameters {
        put(parameters, "org.imprimatur.model-sha256", json!(model.sha256.to_string()));
    }
}

fn put(object: &mut Value, key: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(key.to_owned(), value);
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Disclosure<'a> {
    model_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    model_name: Option<&'a str>,
    content_profile: ContentProfile,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ContentProfile {
    human_oversight_level: &'static str,
}

/// Signing precedes review: at this time a person has written the prompt and approved nothing.
fn disclosure(request: &SigningRequest) -> Disclosure<'_> {
    Disclosure {
        model_type: "c2pa.types.model",
        model_name: request.model.as_ref().map(|model| model.name.as_str()),
        content_profile: ContentProfile { human_oversight_level: "prompt_guided" },
    }
}

#[derive(Serialize)]
struct Binding<'a> {
    alg: &'a str,
    blocks: [Block<'a>; 1],
    #[serde(with = "serde_bytes")]
    pad: &'a [u8],
}

#[derive(Serialize)]
struct Block<'a> {
    scope: BTreeMap<String, String>,
    #[serde(with = "serde_bytes")]
    value: &'a [u8],
}

/// Typed rather than JSON, because the value must be a CBOR byte string (C2PA 2.4, section 18.10).
fn binding_assertion(binding: &SoftBinding) -> Binding<'_> {
    let block = Block { scope: BTreeMap::new(), value: &binding.value };
    Binding { alg: &binding.algorithm, blocks: [block], pad: &[] }
}

#[cfg(test)]
mod tests {
    use types::{MediaType, Sha256};

    use super::*;
    use crate::{Ingredient, Model};

    fn names(request: &SigningRequest) -> Vec<String> {
        actions(request)
            .iter()
            .map(|action| action["action"].as_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn actions_follow_from_the_source() {
        let photo =
            || Ingredient { title: "photo".into(), bytes: vec![1], media_type: MediaType::Png };
        let cases: [(DigitalSourceType, usize, &[&str]); 5] = [
            (DigitalSourceType::TrainedAlgorithmicMedia, 0, &["c2pa.created"]),
            (DigitalSourceType::TrainedAlgorithmicMedia, 1, &["c2pa.created"]),
            (DigitalSourceType::Unstated, 1, &["c2pa.opened"]),
            (DigitalSourceType::HumanEdits, 1, &["c2pa.opened", "c2pa.edited"]),
            (DigitalSourceType::Composite, 2, &["c2pa.opened", "c2pa.placed", "c2pa.edited"]),
        ];
        for (source, ingredients, expected) in cases {
            let ingredients = (0..ingredients).map(|_| photo()).collect();
            let request = SigningRequest { ingredients, ..SigningRequest::new("a.png", source) };
            assert_eq!(names(&request), expected, "{source:?}");
            let opened =
                actions(&request).into_iter().find(|action| action["action"] == "c2pa.opened");
            assert!(opened.is_none_or(|action| action.get("digitalSourceType").is_none()));
        }
    }

    #[test]
    fn a_watermark_is_stated_only_with_what_leads_back() {
        let mut request = SigningRequest::new("a.png", DigitalSourceType::TrainedAlgorithmicMedia);
        assert!(!names(&request).contains(&"c2pa.watermarked.bound".to_owned()));
        request.soft_binding =
            Some(SoftBinding { algorithm: "org.example".into(), value: vec![1] });
        assert!(names(&request).contains(&"c2pa.watermarked.bound".to_owned()));
        assert!(check(&request).is_ok());
        request.not_marked = Some("too small".into());
        assert!(matches!(check(&request), Err(ProvenanceError::Manifest(_))));
        request.not_marked = None;
        request.soft_binding =
            Some(SoftBinding { algorithm: "org.example".into(), value: Vec::new() });
        assert!(matches!(check(&request), Err(ProvenanceError::Manifest(_))));
    }

    #[test]
    fn the_model_is_named_with_the_digest_of_its_weights() {
        let mut request = SigningRequest::new("a.png", DigitalSourceType::TrainedAlgorithmicMedia);
        request.model =
            Some(Model { name: "m".into(), version: "1".into(), sha256: Sha256::of(b"w") });
        let action = created(&request);
        assert_eq!(action["softwareAgent"], json!({ "name": "m", "version": "1" }));
        assert_eq!(
            action["parameters"]["org.imprimatur.model-sha256"],
            Sha256::of(b"w").to_string()
        );
        let disclosed = serde_json::to_value(disclosure(&request)).unwrap();
        assert_eq!(disclosed["contentProfile"]["humanOversightLevel"], "prompt_guided");
    }
}
