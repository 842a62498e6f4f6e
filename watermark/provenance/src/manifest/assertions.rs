//! Assertions other than actions, as they are written.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::{
    HumanOversight, Permission, SigningRequest, SoftBinding, TrainingMining, metadata::Statements,
};

/// That a model took part, and how people watched over it (C2PA 2.4, AI disclosure).
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Disclosure<'a> {
    model_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    model_name: Option<&'a str>,
    content_profile: ContentProfile,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ContentProfile {
    human_oversight_level: &'static str,
}

impl<'a> Disclosure<'a> {
    pub(super) const fn new(model_name: Option<&'a str>, oversight: HumanOversight) -> Self {
        Self {
            model_type: "c2pa.types.model",
            model_name,
            content_profile: ContentProfile { human_oversight_level: oversight.name() },
        }
    }

    pub(super) fn of(request: &'a SigningRequest) -> Self {
        let model = request.model.as_ref().map(|model| model.name.as_str());
        Self::new(model, request.human_oversight)
    }
}

#[derive(Debug, Serialize)]
pub(super) struct Binding<'a> {
    alg: &'a str,
    blocks: [Block<'a>; 1],
    #[serde(with = "serde_bytes")]
    pad: &'a [u8],
}

#[derive(Debug, Serialize)]
struct Block<'a> {
    scope: BTreeMap<String, String>,
    #[serde(with = "serde_bytes")]
    value: &'a [u8],
}

/// Typed rather than JSON, because the value must be a CBOR byte string (C2PA 2.4, section 18.10).
pub(super) fn binding(binding: &SoftBinding) -> Binding<'_> {
    let block = Block { scope: BTreeMap::new(), value: &binding.value };
    Binding { alg: &binding.algorithm, blocks: [block], pad: &[] }
}

/// `cawg.training-mining` (CAWG Training and Data Mining Assertion 1.1).
pub(super) fn training_mining(permissions: &TrainingMining) -> Value {
    let entry = |permission: &Permission| match permission {
        Permission::NotAllowed => json!({ "use": "notAllowed" }),
        Permission::Allowed => json!({ "use": "allowed" }),
        Permission::Constrained(info) => json!({ "use": "constrained", "constraint_info": info }),
    };
    json!({ "entries": {
        "cawg.ai_inference": entry(&permissions.ai_inference),
        "cawg.ai_generative_training": entry(&permissions.ai_generative_training),
        "cawg.ai_training": entry(&permissions.ai_training),
        "cawg.data_mining": entry(&permissions.data_mining),
    }})
}

/// `cawg.metadata` (CAWG Metadata Assertion 1.1): what stands in XMP, or would stand there. `None`
/// where nothing is stated.
pub(super) fn metadata(statements: &Statements<'_>) -> Option<Value> {
    let mut stated = Map::new();
    let mut put = |name: &str, value: &str| {
        stated.insert(format!("Iptc4xmpExt:{name}"), json!(value));
    };
    if let Some(uri) = &statements.source_type {
        put("DigitalSourceType", uri);
    }
    if let Some(system) = &statements.ai_system {
        put("AISystemUsed", &system.name);
        if let Some(version) = &system.version {
            put("AISystemVersionUsed", version);
        }
    }
    if stated.is_empty() {
        return None;
    }
    let context = json!({ "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/" });
    stated.insert("@context".to_owned(), context);
    Some(Value::Object(stated))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DigitalSourceType, metadata::AiSystem};

    #[test]
    fn nothing_is_allowed_unless_somebody_says_so() {
        let entries = |permissions| training_mining(&permissions)["entries"].clone();
        let default = entries(TrainingMining::default());
        assert_eq!(default.as_object().unwrap().len(), 4);
        assert!(default.as_object().unwrap().values().all(|entry| entry["use"] == "notAllowed"));
        let some = entries(TrainingMining {
            ai_inference: Permission::Allowed,
            data_mining: Permission::Constrained("ask us".into()),
            ..TrainingMining::default()
        });
        assert_eq!(some["cawg.ai_inference"]["use"], "allowed");
        assert_eq!(some["cawg.ai_training"]["use"], "notAllowed");
        assert_eq!(some["cawg.data_mining"]["constraint_info"], "ask us");
    }

    #[test]
    fn signed_metadata_repeats_what_xmp_says() {
        assert_eq!(metadata(&Statements::default()), None);
        let system = AiSystem { name: "m".into(), version: Some("1".into()) };
        let source = DigitalSourceType::TrainedAlgorithmicMedia.uri();
        let stated = metadata(&Statements {
            source_type: source.clone(),
            ai_system: Some(system),
            aigc: None,
        });
        let stated = stated.unwrap();
        assert_eq!(stated["Iptc4xmpExt:DigitalSourceType"], json!(source));
        assert_eq!(stated["Iptc4xmpExt:AISystemUsed"], "m");
        assert_eq!(stated["Iptc4xmpExt:AISystemVersionUsed"], "1");
    }

    #[test]
    fn oversight_is_stated_by_its_term() {
        for (oversight, term) in [
            (HumanOversight::FullyAutonomous, "fully_autonomous"),
            (HumanOversight::PromptGuided, "prompt_guided"),
            (HumanOversight::HumanValidated, "human_validated"),
        ] {
            let disclosed = serde_json::to_value(Disclosure::new(Some("m"), oversight)).unwrap();
            assert_eq!(disclosed["contentProfile"]["humanOversightLevel"], term);
            assert_eq!(disclosed["modelName"], "m");
        }
    }
}
