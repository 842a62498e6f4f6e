//! Content with an AIGC object of others that is passed on (GB 45438-2025, section 6): its producer's fields
//! stay as they are, and whoever passes it on is named, if configuration has their code.

use audit::PassedOnRecord;
use provenance::metadata::{self, Aigc, AigcLabel, ProviderCode};
use serde_json::Value;

use crate::{bringing::Lineage, case::Case, marking::MarkedAsset};

/// Fields that are the producer's.
const PRODUCERS: [&str; 4] = ["Label", "ContentProducer", "ProduceID", "ReservedCode1"];

/// An AIGC object that a file, or the asset that it is another form of, brought along.
#[derive(Debug)]
pub(super) struct Passing {
    before: Value,
    /// The file has lost it on its way.
    lost: bool,
    propagator: Option<ProviderCode>,
    asset: String,
    /// China's rules are among the configured ones.
    asked: bool,
}

impl Passing {
    /// `None` for what a model here has made, and for files without such an object.
    pub(super) fn of(case: &Case, asset: &MarkedAsset) -> Option<Self> {
        let (_, lineage) = asset.brought.as_ref()?;
        let own = case.carried.first().and_then(|file| file.aigc()).cloned();
        let lost = own.is_none();
        let before = own.or_else(|| match lineage {
            Lineage::Rendition(parent) => metadata::read(&parent.bytes).aigc,
            _ => None,
        })?;
        let propagator = case.stages.labelling.propagator();
        let asked = case.stages.installation.config().labels.is_chinese();
        Some(Self { before, lost, propagator, asset: case.asset_id().to_string(), asked })
    }

    /// What is written into the file; `None` leaves what stands there.
    pub(super) fn label(&self) -> Option<Aigc> {
        if self.lost {
            return Aigc::restored(&self.before, self.propagator.clone(), &self.asset);
        }
        // Over an object that is there the label is the producer's.
        let propagator = self.propagator.clone()?;
        Some(Aigc::passed_on(AigcLabel::Suspected, propagator, self.asset.clone()))
    }

    /// What is missing, where China's rules are followed.
    pub(super) fn warning(&self) -> Option<&'static str> {
        (self.asked && self.propagator.is_none()).then_some(
            "the AIGC label does not say who passes it on: labels.propagator_code is not set",
        )
    }

    /// What the delivered bytes say.
    pub(super) fn record(&self, delivered: &[u8]) -> PassedOnRecord {
        let found = metadata::read(delivered).aigc.unwrap_or_default();
        let text = |key: &str| found.get(key).and_then(Value::as_str).unwrap_or_default();
        let producer_kept = PRODUCERS.iter().all(|key| {
            let before = self.before.get(*key).filter(|value| **value != "");
            before == found.get(*key).filter(|value| **value != "")
        });
        let code = self.propagator.as_ref().map(ProviderCode::as_str);
        let is_named = code == Some(text("ContentPropagator")) && text("PropagateID") == self.asset;
        let propagator = code.filter(|_| is_named).map(str::to_owned);
        PassedOnRecord { producer_kept, propagator }
    }
}
