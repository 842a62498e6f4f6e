//! Files that come with a request: which marks of their origin they carry, and whether the asset keeps
//! them.
//!
//! What they say in words stays in them: a record has codes and counts.

use std::sync::Arc;

use audit::{CarriedRecord, record::carried::CarriedFile};
use provenance::{DigitalSourceType, Ingredient, Verdict, Verifier, metadata::Found};
use serde_json::Value;
use types::{Attachment, Mark, MarkId, MediaType, Sha256};

use crate::{
    bringing::{Brought, Lineage, Marking},
    case::Case,
    detecting::Detector,
    marking::algorithm,
    pipeline::LineError,
    wiring::Stages,
};

/// What a source type is called that IPTC's list does not have.
const OTHER: &str = "other";

/// The marks of origin in one file.
#[derive(Debug, Clone)]
pub(crate) struct Carried {
    sha256: Sha256,
    verdict: Verdict,
    /// Its credentials declare that generative AI took part, or those of something it was made from.
    pub(crate) declares_ai: bool,
    /// The unique name of its manifest.
    pub(crate) manifest_label: Option<String>,
    stated: Found,
    mark: Option<MarkId>,
    /// Whether the mark lies in the sound of a video only, and its pictures have room for one.
    mark_is_beside: bool,
    mark_sought: bool,
}

/// Looks for marks of origin.
#[derive(Debug)]
pub(crate) struct Seeker {
    verifier: Arc<Verifier>,
    detector: Option<Detector>,
}

impl Seeker {
    /// Looks for invisible marks, too, if `marks`.
    pub(crate) fn of(stages: &Stages, marks: bool) -> Self {
        let detector = marks.then(|| stages.detector());
        Self { verifier: Arc::clone(&stages.verifier), detector }
    }

    /// Looks at a file. Blocks.
    pub(crate) fn look(&self, bytes: &[u8], media_type: MediaType) -> Carried {
        let report = self.verifier.verify(bytes, None, Some(media_type.name()));
        // A file that cannot be searched carries no mark that counts.
        let found = self.detector.as_ref().and_then(|detector| detector.detect(bytes).ok());
        let mark = found.as_ref().and_then(|found| found.id);
        let is_beside = found.is_some_and(|found| found.algorithm != algorithm(media_type));
        Carried {
            sha256: Sha256::of(bytes),
            verdict: report.verdict,
            declares_ai: report.ai_declared_anywhere,
            manifest_label: report.manifest_label,
            stated: provenance::metadata::read(bytes),
            mark,
            mark_is_beside: mark.is_some() && is_beside,
            mark_sought: self.detector.is_some(),
        }
    }

    /// The same of a file that comes with a request, with the manifest that lies beside it.
    pub(crate) fn attachment(&self, file: &Attachment) -> Carried {
        self.look(&file.bytes, file.media_type)
    }
}

impl Carried {
    /// The AIGC object in it.
    pub(crate) const fn aigc(&self) -> Option<&Value> {
        self.stated.aigc.as_ref()
    }

    fn has_credentials(&self) -> bool {
        self.manifest_label.is_some() || self.verdict == Verdict::RemoteOnly
    }

    /// What a record says of it; `None` where it carries nothing.
    fn record(&self, kept: &Kept) -> Option<CarriedFile> {
        let source_type = self.stated.source_type.as_deref();
        let has_credentials = self.has_credentials();
        let is_bare = source_type.is_none() && self.aigc().is_none() && self.mark.is_none();
        if is_bare && !has_credentials {
            return None;
        }
        Some(CarriedFile {
            c2pa: has_credentials.then(|| self.verdict.name().to_owned()),
            source_type: source_type.map(term),
            aigc: self.aigc().is_some(),
            mark: self.mark,
            mark_sought: self.mark_sought,
            kept: kept.keeps(self),
        })
    }
}

/// What an asset keeps.
#[derive(Debug)]
pub(crate) struct Kept {
    ingredients: Vec<Sha256>,
    /// Manifests of the asset that this one is another form of.
    parents: Vec<String>,
    stated: Found,
    mark: Option<MarkId>,
}

impl Kept {
    /// What is known before the asset is signed.
    pub(crate) fn before(ingredients: &[Ingredient], parents: Vec<String>, mark: &Mark) -> Self {
        let mark = match mark {
            Mark::Embedded { id, .. } => Some(*id),
            _ => None,
        };
        let ingredients = ingredients.iter().map(|file| Sha256::of(&file.bytes)).collect();
        Self { ingredients, parents, stated: Found::default(), mark }
    }

    /// What a record says of the files of a case; `None` where none came.
    pub(crate) fn record(mut self, carried: &[Carried], signed: &[u8]) -> Option<CarriedRecord> {
        if carried.is_empty() {
            return None;
        }
        self.stated = provenance::metadata::read(signed);
        let mut record = CarriedRecord::default();
        carried.iter().for_each(|file| record.add(file.record(&self)));
        Some(record)
    }

    /// An ingredient comes with everything that it carried. Otherwise each mark has to be in the asset.
    fn keeps(&self, file: &Carried) -> bool {
        let by_parent =
            file.manifest_label.as_ref().is_some_and(|label| self.parents.contains(label));
        if self.ingredients.contains(&file.sha256) {
            return true;
        }
        let same = |key: &str| {
            let [before, now] = [file.aigc(), self.stated.aigc.as_ref()];
            before.and_then(|object| object.get(key)) == now.and_then(|object| object.get(key))
        };
        let source =
            file.stated.source_type.is_none() || file.stated.source_type == self.stated.source_type;
        let aigc = file.aigc().is_none() || (same("ContentProducer") && same("ProduceID"));
        let mark = file.mark.is_none() || file.mark == self.mark;
        (by_parent || !file.has_credentials()) && source && aigc && mark
    }
}

/// Looks at a file that is brought in. A mark of ours that it carries already is kept: a second one
/// would blur it, and it leads to where the file came from.
///
/// # Errors
/// [`LineError::Stopped`] when looking has failed; the case is closed then.
pub(crate) async fn look(mut case: Case, file: &mut Brought) -> Result<Case, LineError> {
    if matches!(file.lineage, Lineage::Composed { .. }) {
        return Ok(case);
    }
    let (media_type, marking) = (file.media_type, file.marking);
    let bytes = std::mem::take(&mut file.bytes);
    let seeker = Seeker::of(&case.stages, is_sought(file));
    let looking = tokio::task::spawn_blocking(move || {
        let carried = seeker.look(&bytes, media_type);
        (carried, bytes)
    });
    let Ok((mut carried, bytes)) = looking.await else {
        return Err(case.fail(LineError::Stopped).await);
    };
    match (marking, carried.mark) {
        (Marking::Mark, Some(id)) if !carried.mark_is_beside => file.marking = Marking::Keep(id),
        (Marking::Keep(id), _) => (carried.mark, carried.mark_sought) = (Some(id), true),
        _ => {}
    }
    file.bytes = bytes;
    case.carried.push(carried);
    Ok(case)
}

/// Where a mark is to be put in it must be known whether there is one. A file that is left as it is keeps what is
/// in it, and searching a photograph takes seconds.
const fn is_sought(file: &Brought) -> bool {
    matches!(file.marking, Marking::Mark)
}

/// IPTC's term of an identifier of its list; texts of strangers do not go into the log.
pub(crate) fn term(uri: &str) -> String {
    let known = DigitalSourceType::from_uri(uri).and_then(DigitalSourceType::uri);
    let known = known.as_deref().and_then(|uri| uri.rsplit('/').next());
    known.unwrap_or(OTHER).to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn file() -> Carried {
        Carried {
            sha256: Sha256::of(b"file"),
            verdict: Verdict::None,
            declares_ai: false,
            manifest_label: None,
            stated: Found::default(),
            mark: None,
            mark_is_beside: false,
            mark_sought: true,
        }
    }

    fn nothing() -> Kept {
        let (ingredients, parents, stated) = (Vec::new(), Vec::new(), Found::default());
        Kept { ingredients, parents, stated, mark: None }
    }

    #[test]
    fn only_terms_of_the_list_go_into_the_log() {
        let cases = [
            ("http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture", "digitalCapture"),
            ("trainedAlgorithmicMedia", "trainedAlgorithmicMedia"),
            ("Ada Lovelace, Dresden", OTHER),
        ];
        for (uri, expected) in cases {
            assert_eq!(term(uri), expected);
        }
    }

    #[test]
    fn a_file_that_carries_nothing_is_only_counted() {
        assert_eq!(file().record(&nothing()), None);
        let record = nothing().record(&[file()], b"").unwrap();
        assert_eq!((record.files, record.marked, record.found.len()), (1, 0, 0));
        assert_eq!(nothing().record(&[], b""), None);
    }

    #[test]
    fn each_mark_is_kept_as_an_ingredient_or_in_the_asset() {
        let aigc = |id: &str| Some(json!({"ContentProducer": "x", "ProduceID": id}));
        let stated = |aigc| Found { aigc, ..Found::default() };
        let credentialed = Carried {
            verdict: Verdict::Trusted,
            manifest_label: Some("urn:c2pa:1".into()),
            ..file()
        };
        let labelled = Carried { stated: stated(aigc("1")), ..file() };
        let marked = Carried { mark: Some(7.into()), ..file() };
        for one in [&credentialed, &labelled, &marked] {
            assert!(!one.record(&nothing()).unwrap().kept, "{one:?}");
            let ingredient = Kept { ingredients: vec![one.sha256], ..nothing() };
            assert!(one.record(&ingredient).unwrap().kept, "{one:?}");
        }
        let parent = Kept { parents: vec!["urn:c2pa:1".into()], ..nothing() };
        assert!(credentialed.record(&parent).unwrap().kept);
        for (id, kept) in [("1", true), ("2", false)] {
            let asset = Kept { stated: stated(aigc(id)), ..nothing() };
            assert_eq!(labelled.record(&asset).unwrap().kept, kept);
        }
        let found = marked.record(&Kept { mark: Some(7.into()), ..nothing() }).unwrap();
        assert!(found.kept && found.mark == Some(7.into()) && found.mark_sought);
    }
}
