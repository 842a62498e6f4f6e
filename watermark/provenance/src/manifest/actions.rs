//! What happened to the content, in order (C2PA 2.4, section 18.15).

use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use types::Sha256;

use super::{GENERATOR, ingredient_id, is_marked};
use crate::{DigitalSourceType, Relationship, SigningRequest, UpdateKind, UpdateRequest};

/// The name by which the actions of an update refer to the manifest before.
pub(crate) const PARENT: &str = "parent";
/// Why assertions are taken out: those who ask for it keep their reasons.
const REDACTION: &str = "org.imprimatur.editorial";

/// The actions of an asset.
pub(super) fn of(request: &SigningRequest) -> Vec<Value> {
    let with = |part| places(request, part);
    let mut actions = if with(Relationship::ParentOf).is_empty() {
        vec![created(request)]
    } else {
        vec![on("c2pa.opened", with(Relationship::ParentOf))]
    };
    let placed = with(Relationship::ComponentOf).into_iter();
    actions.extend(placed.map(|place| on("c2pa.placed", vec![place])));
    if !with(Relationship::ParentOf).is_empty() {
        // Where it is told what was done to the parent, that is all that was done.
        actions.extend(edited(request).filter(|_| request.changes.is_empty()));
        let changes = request.changes.iter();
        actions.extend(
            changes
                .map(|change| now(json!({ "action": change.action(), "softwareAgent": agent() }))),
        );
    }
    if is_marked(request) {
        actions.push(json!({ "action": "c2pa.watermarked.bound", "softwareAgent": agent() }));
    }
    actions
}

/// The actions of an update: nothing that changes content is allowed there (C2PA 2.4, section 11.2.3).
pub(super) fn of_update(request: &UpdateRequest, redactions: &[String]) -> Vec<Value> {
    let (name, what) = match request.kind {
        UpdateKind::Reviewed => ("c2pa.edited.metadata", "reviewed"),
        UpdateKind::Published => ("c2pa.published", "published"),
        UpdateKind::Corrected => ("c2pa.edited.metadata", "corrected"),
    };
    let mut update = now(json!({ "action": name, "softwareAgent": agent() }));
    put(&mut update, "parameters", json!({ "org.imprimatur.update": what }));
    let mut actions = vec![on("c2pa.opened", vec![PARENT.to_owned()]), update];
    actions.extend(redactions.iter().map(|address| {
        json!({
            "action": "c2pa.redacted",
            "reason": REDACTION,
            "parameters": { "redacted": address },
        })
    }));
    actions
}

/// How the ingredient at a place of the request's list took part.
pub(super) fn part(request: &SigningRequest, place: usize) -> Relationship {
    let stated = request.ingredients.get(place).and_then(|ingredient| ingredient.relationship);
    stated.unwrap_or(match (request.source, place) {
        (DigitalSourceType::TrainedAlgorithmicMedia, _) => Relationship::InputTo,
        (_, 0) => Relationship::ParentOf,
        (_, _) => Relationship::ComponentOf,
    })
}

fn places(request: &SigningRequest, part_taken: Relationship) -> Vec<String> {
    let all = 0..request.ingredients.len();
    all.filter(|place| part(request, *place) == part_taken).map(ingredient_id).collect()
}

fn on(name: &str, ids: Vec<String>) -> Value {
    json!({ "action": name, "parameters": { "ingredientIds": ids } })
}

fn created(request: &SigningRequest) -> Value {
    let mut action = by_software(request, "c2pa.created");
    // An action of creation must say how; for what nobody told us C2PA has a term of its own.
    let empty = || "http://c2pa.org/digitalsourcetype/empty".to_owned();
    put(&mut action, "digitalSourceType", json!(request.source.uri().unwrap_or_else(empty)));
    action
}

/// `c2pa.opened` never carries a source type: the parent's own manifest does. What came then does.
fn edited(request: &SigningRequest) -> Option<Value> {
    let uri = request.source.uri()?;
    let mut edited = by_software(request, "c2pa.edited");
    put(&mut edited, "digitalSourceType", json!(uri));
    Some(edited)
}

/// An action now, by the model or else by this program, with what went into it.
fn by_software(request: &SigningRequest, name: &str) -> Value {
    let model = request.model.as_ref();
    let agent =
        model.map_or_else(agent, |model| json!({ "name": model.name, "version": model.version }));
    let mut action = now(json!({ "action": name, "softwareAgent": agent }));
    let mut parameters = json!({});
    let inputs = places(request, Relationship::InputTo);
    if !inputs.is_empty() {
        put(&mut parameters, "ingredientIds", json!(inputs));
    }
    // The weights' digest: a name and a version alone do not say which model it was.
    // All zeros stand for a model whose weights nobody here has seen.
    if let Some(model) = model.filter(|model| model.sha256 != Sha256::from([0; 32])) {
        put(&mut parameters, "org.imprimatur.model-sha256", json!(model.sha256.to_string()));
    }
    if let Some(commitment) = request.prompt_commitment {
        let commitment = commitment.to_string();
        put(&mut parameters, "org.imprimatur.prompt-commitment", json!(commitment));
    }
    if parameters.as_object().is_some_and(|parameters| !parameters.is_empty()) {
        put(&mut action, "parameters", parameters);
    }
    action
}

fn now(mut action: Value) -> Value {
    let now = OffsetDateTime::now_utc().replace_nanosecond(0);
    if let Ok(now) = now.unwrap_or(OffsetDateTime::UNIX_EPOCH).format(&Rfc3339) {
        put(&mut action, "when", json!(now));
    }
    action
}

fn agent() -> Value {
    json!({ "name": GENERATOR, "version": env!("CARGO_PKG_VERSION") })
}

fn put(object: &mut Value, key: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(key.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use types::{MediaType, Sha256};

    use super::*;
    use crate::{BindingKind, Ingredient, Model, SoftBinding};

    const AI: DigitalSourceType = DigitalSourceType::TrainedAlgorithmicMedia;

    fn names(actions: &[Value]) -> Vec<&str> {
        actions.iter().map(|action| action["action"].as_str().unwrap()).collect()
    }

    fn photo(relationship: Option<Relationship>) -> Ingredient {
        Ingredient { relationship, ..Ingredient::new("photo", vec![1], MediaType::Png) }
    }

    #[test]
    fn actions_follow_from_the_source_and_the_ingredients() {
        type Case = (DigitalSourceType, &'static [Option<Relationship>], &'static [&'static str]);
        let cases: [Case; 8] = [
            (AI, &[], &["c2pa.created"]),
            (AI, &[None], &["c2pa.created"]),
            (AI, &[Some(Relationship::ParentOf), None], &["c2pa.opened", "c2pa.edited"]),
            (AI, &[Some(Relationship::ComponentOf)], &["c2pa.created", "c2pa.placed"]),
            (DigitalSourceType::Unstated, &[None], &["c2pa.opened"]),
            (DigitalSourceType::Unstated, &[Some(Relationship::InputTo)], &["c2pa.created"]),
            (DigitalSourceType::HumanEdits, &[None], &["c2pa.opened", "c2pa.edited"]),
            (
                DigitalSourceType::Composite,
                &[None, None],
                &["c2pa.opened", "c2pa.placed", "c2pa.edited"],
            ),
        ];
        for (source, parts, expected) in cases {
            let ingredients = parts.iter().map(|part| photo(*part)).collect();
            let request = SigningRequest { ingredients, ..SigningRequest::new("a.png", source) };
            let actions = of(&request);
            assert_eq!(names(&actions), expected, "{source:?} {parts:?}");
            for action in &actions {
                let stated = action.get("digitalSourceType").is_some();
                let opened =
                    matches!(action["action"].as_str(), Some("c2pa.opened" | "c2pa.placed"));
                assert_eq!(stated, !opened, "{action}");
            }
        }
    }

    #[test]
    fn what_a_model_was_given_belongs_to_its_action() {
        let ingredients = vec![photo(Some(Relationship::ParentOf)), photo(None)];
        let actions = of(&SigningRequest { ingredients, ..SigningRequest::new("a.png", AI) });
        assert_eq!(actions[0]["parameters"]["ingredientIds"], json!(["ingredient-0"]));
        assert_eq!(actions[1]["parameters"]["ingredientIds"], json!(["ingredient-1"]));
    }

    #[test]
    fn only_a_mark_is_stated_as_one() {
        for (kind, stated) in [(BindingKind::Watermark, true), (BindingKind::Fingerprint, false)] {
            let binding = SoftBinding { algorithm: "org.example".into(), value: vec![1], kind };
            let request =
                SigningRequest { soft_bindings: vec![binding], ..SigningRequest::new("a.png", AI) };
            assert_eq!(names(&of(&request)).contains(&"c2pa.watermarked.bound"), stated);
        }
    }

    #[test]
    fn the_model_is_named_with_the_digest_of_its_weights() {
        let model = Model { name: "m".into(), version: "1".into(), sha256: Sha256::of(b"w") };
        let mut request = SigningRequest { model: Some(model), ..SigningRequest::new("a.png", AI) };
        request.prompt_commitment = Some(Sha256::of(b"p"));
        let action = created(&request);
        let prompt = &action["parameters"]["org.imprimatur.prompt-commitment"];
        assert_eq!(prompt, &Sha256::of(b"p").to_string());
        assert_eq!(action["softwareAgent"], json!({ "name": "m", "version": "1" }));
        let digest = &action["parameters"]["org.imprimatur.model-sha256"];
        assert_eq!(digest, &Sha256::of(b"w").to_string());
    }

    #[test]
    fn an_update_says_what_became_of_the_asset() {
        let cases = [
            (UpdateKind::Reviewed, "c2pa.edited.metadata", "reviewed"),
            (UpdateKind::Published, "c2pa.published", "published"),
            (UpdateKind::Corrected, "c2pa.edited.metadata", "corrected"),
        ];
        for (kind, name, what) in cases {
            let request = UpdateRequest::new("a.png", kind);
            let actions = of_update(&request, &["self#jumbf=/c2pa/a".to_owned()]);
            assert_eq!(names(&actions), ["c2pa.opened", name, "c2pa.redacted"]);
            assert_eq!(actions[1]["parameters"]["org.imprimatur.update"], what);
            assert_eq!(actions[2]["parameters"]["redacted"], "self#jumbf=/c2pa/a");
        }
    }
}
