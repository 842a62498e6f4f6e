//! What a [`SigningRequest`] becomes in C2PA 2.4: a claim, its actions and its assertions.

mod actions;
mod assertions;

use c2pa::Builder;
use serde_json::{Value, json};

use crate::{
    BindingKind, ProvenanceError, Relationship, SigningRequest, UpdateRequest,
    metadata::{AiSystem, Statements},
};
pub(crate) use actions::PARENT;
use assertions::Disclosure;

/// The version of the specification that the manifests follow, as the claim states it.
const SPECIFICATION: &str = "2.4.0";
/// What the claim calls the software that makes it.
const GENERATOR: &str = "Imprimatur";

pub(crate) const ACTIONS: &str = "c2pa.actions.v2";
pub(crate) const AI_DISCLOSURE: &str = "c2pa.ai-disclosure";
pub(crate) const SOFT_BINDING: &str = "c2pa.soft-binding";
/// What others may do with the content.
pub(crate) const TRAINING_MINING: &str = "cawg.training-mining";
/// The statements of the file's own metadata again, signed.
pub(crate) const METADATA: &str = "cawg.metadata";
/// Ours: why the content carries no mark.
pub(crate) const NOT_MARKED: &str = "org.imprimatur.not-marked";

/// Assertions that the signer stands for; all others would count as gathered from elsewhere.
pub(crate) const CREATED: [&str; 9] = [
    "c2pa.actions",
    "c2pa.ingredient",
    "c2pa.thumbnail.claim",
    "c2pa.thumbnail.ingredient",
    AI_DISCLOSURE,
    SOFT_BINDING,
    TRAINING_MINING,
    METADATA,
    NOT_MARKED,
];

/// The builder's definition: everything that can be written as JSON.
pub(crate) fn definition(request: &SigningRequest) -> Value {
    defined(&request.title, &actions::of(request))
}

/// The same for an update manifest over the manifest named `parent`.
pub(crate) fn update_definition(request: &UpdateRequest, redactions: &[String]) -> Value {
    let mut definition = defined(&request.title, &actions::of_update(request, redactions));
    if let (Some(definition), false) = (definition.as_object_mut(), redactions.is_empty()) {
        definition.insert("redactions".to_owned(), json!(redactions));
    }
    definition
}

fn defined(title: &str, actions: &[Value]) -> Value {
    json!({
        "claim_version": 2,
        "title": title,
        "claim_generator_info": [{
            "name": GENERATOR,
            "version": env!("CARGO_PKG_VERSION"),
            "specVersion": SPECIFICATION,
        }],
        "assertions": [{
            "label": ACTIONS,
            "created": true,
            "data": { "actions": actions, "allActionsIncluded": true },
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
        builder.add_assertion(AI_DISCLOSURE, &Disclosure::of(request))?;
    }
    for binding in &request.soft_bindings {
        builder.add_assertion(SOFT_BINDING, &assertions::binding(binding))?;
    }
    if let Some(reason) = &request.not_marked {
        builder.add_assertion(NOT_MARKED, &json!({ "reason": reason }))?;
    }
    let permissions = assertions::training_mining(&request.training_mining);
    builder.add_assertion(TRAINING_MINING, &permissions)?;
    if let Some(metadata) = assertions::metadata(&statements(request)) {
        builder.add_assertion_json(METADATA, &metadata)?;
    }
    Ok(())
}

/// Says in an update of AI content how much people had to do with it by now.
///
/// # Errors
/// [`ProvenanceError::Sign`] when the assertion cannot be written.
pub(crate) fn update_assertions(
    builder: &mut Builder,
    request: &UpdateRequest,
    model: Option<&str>,
) -> Result<(), ProvenanceError> {
    builder.add_assertion(AI_DISCLOSURE, &Disclosure::new(model, request.human_oversight))?;
    Ok(())
}

/// What the file's own metadata shall say.
pub(crate) fn statements(request: &SigningRequest) -> Statements<'_> {
    let maker = request.model.as_ref().filter(|_| request.source.declares_ai());
    let by_model = || {
        maker.map(|model| AiSystem {
            name: model.name.clone(),
            version: Some(model.version.clone()),
        })
    };
    Statements {
        source_type: request.source.uri(),
        ai_system: request.labels.ai_system.clone().or_else(by_model),
        aigc: request.labels.aigc.as_ref(),
    }
}

/// How the ingredient at a place of the request's list took part.
pub(crate) fn relationship(request: &SigningRequest, place: usize) -> &'static str {
    match actions::part(request, place) {
        Relationship::ParentOf => "parentOf",
        Relationship::ComponentOf => "componentOf",
        Relationship::InputTo => "inputTo",
    }
}

/// The name by which actions refer to an ingredient.
pub(crate) fn ingredient_id(place: usize) -> String {
    format!("ingredient-{place}")
}

/// Other validators refuse a watermark that nothing leads back from; a mark and a reason for its
/// absence exclude each other; nothing has two parents.
fn check(request: &SigningRequest) -> Result<(), ProvenanceError> {
    let wrong = |reason: &str| Err(ProvenanceError::Manifest(reason.to_owned()));
    if request.soft_bindings.iter().any(|binding| binding.value.is_empty()) {
        return wrong("a soft binding has no value");
    }
    if request.soft_bindings.iter().any(|binding| binding.algorithm.is_empty()) {
        return wrong("a soft binding names no algorithm");
    }
    if is_marked(request) && request.not_marked.is_some() {
        return wrong(
            "content cannot be watermarked and not markable at once: drop one of the two",
        );
    }
    let parents = (0..request.ingredients.len())
        .filter(|place| actions::part(request, *place) == Relationship::ParentOf);
    if parents.count() > 1 {
        return wrong("only one ingredient can be what the content was before");
    }
    Ok(())
}

fn is_marked(request: &SigningRequest) -> bool {
    request.soft_bindings.iter().any(|binding| binding.kind == BindingKind::Watermark)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DigitalSourceType, Ingredient, SoftBinding};
    use types::MediaType;

    fn binding(kind: BindingKind, value: Vec<u8>) -> SoftBinding {
        SoftBinding { algorithm: "org.example".into(), value, kind }
    }

    #[test]
    fn contradictions_are_refused() {
        let fine = SigningRequest::new("a.png", DigitalSourceType::TrainedAlgorithmicMedia);
        let marked = |value| SigningRequest {
            soft_bindings: vec![binding(BindingKind::Watermark, value)],
            ..fine.clone()
        };
        let reason = Some("too small".to_owned());
        let fingerprint = vec![binding(BindingKind::Fingerprint, vec![1])];
        let parent = Ingredient {
            relationship: Some(Relationship::ParentOf),
            ..Ingredient::new("photo", vec![1], MediaType::Png)
        };
        let cases = [
            (fine.clone(), true),
            (marked(vec![1]), true),
            (marked(Vec::new()), false),
            (SigningRequest { not_marked: reason.clone(), ..marked(vec![1]) }, false),
            (
                SigningRequest { not_marked: reason, soft_bindings: fingerprint, ..fine.clone() },
                true,
            ),
            (SigningRequest { ingredients: vec![parent.clone()], ..fine.clone() }, true),
            (SigningRequest { ingredients: vec![parent.clone(), parent], ..fine }, false),
        ];
        for (request, accepted) in cases {
            let checked = check(&request);
            assert_eq!(checked.is_ok(), accepted, "{request:?}");
            assert!(checked.is_ok() || matches!(checked, Err(ProvenanceError::Manifest(_))));
        }
    }
}
