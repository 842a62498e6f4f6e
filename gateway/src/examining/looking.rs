//! One look at one file: what its credentials say, whether its mark is read, what strangers are told.

use audit::{
    AssetEntry, ExaminedRecord, Record,
    record::examined::{
        AnswerRecord, Kept, Maker, MarkRead, Producer, Provider, RecodedRecord, Says, ShownRecord,
        Stamp, System,
    },
    report::SOFTWARE,
};
use provenance::{
    Report, Verdict, carries_manifest,
    metadata::{self, Found, ProviderCode},
};
use serde_json::Value;
use types::{Language, Mark};

use super::{ExamineError, recoding};
use crate::{
    carrying::term,
    detecting::MarkFound,
    disclosure::{self, Audience},
    lookup::{Lookup, Subject, Verification},
    wiring::Stages,
};

/// Members of an answer that would be about a person.
const PERSONAL: [&str; 9] = [
    "actor",
    "desk",
    "email",
    "identities",
    "principal",
    "prompt",
    "reviewed_by",
    "role",
    "subject",
];

/// What is known of an asset before its file is looked at.
#[derive(Debug)]
pub(super) struct Looking<'a> {
    entry: &'a AssetEntry,
    record: &'a Record,
    maker: Maker,
    lookup: Lookup,
    publisher: String,
    producer: Option<ProviderCode>,
}

impl<'a> Looking<'a> {
    pub(super) fn new(stages: &Stages, entry: &'a AssetEntry, record: &'a Record) -> Self {
        let config = stages.installation.config();
        let card = |name: &str| {
            let mut cards = stages.generators.values().map(|model| model.card());
            cards.find(|card| card.name == name)
        };
        let maker = match &record.generator {
            None => Maker::Brought,
            Some(made) => match card(&made.model) {
                Some(card) if card.algorithmic => Maker::Rules,
                Some(_) => Maker::Model,
                None => Maker::Unknown,
            },
        };
        let (publisher, producer) = (config.provenance.publisher.clone(), config.labels.producer());
        Self { entry, record, maker, lookup: stages.lookup(), publisher, producer }
    }

    /// Looks at the file, and at the manifest beside it.
    pub(super) async fn at(
        &self,
        kept: Kept,
        file: Option<(Vec<u8>, Option<Vec<u8>>)>,
    ) -> Result<ExaminedRecord, ExamineError> {
        let shows = match file {
            Some((file, beside)) => Some(self.shown(file, beside).await?),
            None => None,
        };
        Ok(ExaminedRecord {
            software: SOFTWARE.to_owned(),
            made: self.entry.index,
            media_type: self.entry.media_type,
            sha256: self.entry.sha256,
            maker: self.maker,
            marked: self.is_marked(),
            kept,
            published: None,
            drawn_from: None,
            shows,
        })
    }

    const fn is_marked(&self) -> bool {
        matches!(self.entry.mark, Some(Mark::Embedded { .. } | Mark::Statistical { .. }))
    }

    async fn shown(
        &self,
        file: Vec<u8>,
        beside: Option<Vec<u8>>,
    ) -> Result<ShownRecord, ExamineError> {
        let media_type = self.entry.media_type;
        let recoding = {
            let file = file.clone();
            tokio::task::spawn_blocking(move || {
                (recoding::recoded(&file, media_type), metadata::read(&file))
            })
        };
        let (recoded, stated) = recoding.await.map_err(|_| ExamineError::Stopped)?;
        let alone = self.checked(file.clone(), None).await;
        let whole = match beside.filter(|_| !carries_manifest(media_type)) {
            Some(manifest) => self.checked(file, Some(manifest)).await.report,
            None => alone.report.clone(),
        };
        let recoded = match recoded {
            Some((coding, bytes)) => {
                let found = self.checked(bytes, None).await;
                let (mark, answer) = (self.mark(found.mark.as_ref()), self.answer(&found));
                Some(RecodedRecord { coding, mark, answer })
            }
            None => None,
        };
        let stamp = whole.time_stamp.as_ref();
        let listed = |trusted| if trusted { Stamp::Listed } else { Stamp::Unlisted };
        Ok(ShownRecord {
            verdict: whole.verdict.name().to_owned(),
            stamp: stamp.map(|stamp| listed(stamp.trusted)),
            source_type: stated_source(&whole),
            xmp_source_type: stated.source_type.as_deref().map(term),
            provider: self.provider(&whole),
            system: self.system(&whole, &stated),
            aigc: stated.aigc.as_ref().map(|object| self.producer(object)),
            ingredients: whole.contents.ingredients.len() as u64,
            mark: self.mark(alone.mark.as_ref()),
            answer: self.answer(&alone),
            recoded,
        })
    }

    /// What a check of the file says, as `/v1/verify` does it, with its mark looked for in any case.
    async fn checked(&self, bytes: Vec<u8>, sidecar: Option<Vec<u8>>) -> Verification {
        let format = Some(self.entry.media_type.name().to_owned());
        let format = format.filter(|_| sidecar.is_some());
        let subject = Subject { sidecar, format, recover: true, ..Subject::new(bytes) };
        self.lookup.verify(subject).await
    }

    fn mark(&self, found: Option<&MarkFound>) -> Option<MarkRead> {
        let found = found.filter(|found| found.found);
        Some(match (self.entry.mark.as_ref()?, found) {
            (Mark::NotMarkable { .. }, _) => return None,
            (_, None) => MarkRead::Nothing,
            (Mark::Embedded { id, .. }, Some(found)) if found.id == Some(*id) => MarkRead::Recorded,
            (Mark::Statistical { algorithm, .. }, Some(found)) if found.algorithm == algorithm => {
                MarkRead::Recorded
            }
            (_, Some(_)) => MarkRead::Other,
        })
    }

    fn answer(&self, found: &Verification) -> AnswerRecord {
        let (lists, publisher) = (self.lookup.lists(), &self.publisher);
        let told = disclosure::report(found, lists, Audience::Public, publisher, Language::En);
        let is_marked = told.pointer("/mark/found").and_then(Value::as_bool) == Some(true);
        let says = if told.get("recovered").is_some_and(|origin| !origin.is_null()) {
            Says::Origin
        } else if found.report.verdict == Verdict::Trusted {
            Says::Signer
        } else if is_marked {
            Says::Mark
        } else {
            Says::Nothing
        };
        AnswerRecord { says, names_people: self.names_people(&told) }
    }

    /// Whether a member is about a person, or a value is a pseudonym or a desk.
    fn names_people(&self, told: &Value) -> bool {
        match told {
            Value::Object(members) => members.iter().any(|(name, value)| {
                let is_empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
                (PERSONAL.contains(&name.as_str()) && !is_empty) || self.names_people(value)
            }),
            Value::Array(values) => values.iter().any(|value| self.names_people(value)),
            Value::String(text) => {
                text.contains(&self.entry.actor) || self.record.desk.as_deref() == Some(text)
            }
            _ => false,
        }
    }

    fn provider(&self, whole: &Report) -> Option<Provider> {
        let signer = whole.signer.as_ref().filter(|signer| !signer.name.trim().is_empty())?;
        let is_ours = signer.name.trim() == self.publisher.trim();
        Some(if is_ours { Provider::Publisher } else { Provider::Other })
    }

    fn system(&self, whole: &Report, stated: &Found) -> Option<System> {
        let made = self.record.generator.as_ref()?;
        let version = stated.ai_system.as_ref().filter(|system| system.name == made.model);
        let version = version.and_then(|system| system.version.as_deref());
        if version == Some(&made.version) {
            return Some(System::NameAndVersion);
        }
        let mut agents = whole.contents.actions.iter().filter_map(|action| action.agent.as_ref());
        agents.any(|agent| *agent == made.model).then_some(System::Name)
    }

    fn producer(&self, object: &Value) -> Producer {
        let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default();
        let code = self.producer.as_ref().map(ProviderCode::as_str);
        let is_ours = code == Some(text("ContentProducer"))
            && text("ProduceID") == self.entry.asset_id.to_string();
        if is_ours { Producer::Own } else { Producer::Other }
    }
}

/// What the active manifest states of how the content came about.
fn stated_source(report: &Report) -> Option<String> {
    let stated = report.contents.actions.iter().find_map(|action| action.source_type.as_deref());
    // C2PA's own term for what nobody has said.
    stated.filter(|uri| !uri.ends_with("/digitalsourcetype/empty")).map(term)
}
