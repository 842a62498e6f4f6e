//! What a manifest states, as plain data.
//!
//! Nothing here names a person or a prompt: the audit log holds what links to those.

use types::{MediaType, Sha256};

use crate::metadata::Labels;

/// One asset to be signed.
///
/// What becomes of ingredients without a relationship of their own follows from the source: an asset
/// that a model made ([`DigitalSourceType::TrainedAlgorithmicMedia`]) took them as inputs; every other
/// source says that the first one was opened and changed, and that the others were placed in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningRequest {
    /// The asset's name, for people; usually a file name.
    pub title: String,
    /// How the content came about.
    pub source: DigitalSourceType,
    /// The model that made or changed the content.
    pub model: Option<Model>,
    /// Keyed commitment to the prompt: whoever has the key can show which words it was, and nobody
    /// else can guess them.
    pub prompt_commitment: Option<Sha256>,
    /// How the manifest is found again once it has been stripped. A manifest with a binding of the
    /// kind [`BindingKind::Watermark`] states that the content was watermarked.
    pub soft_bindings: Vec<SoftBinding>,
    /// Why the content carries no mark, for people.
    pub not_marked: Option<String>,
    /// What the content was made from, with its own credentials.
    pub ingredients: Vec<Ingredient>,
    /// What was done to the ingredient that the content is another form of.
    pub changes: Vec<Change>,
    /// Labels that go into the file's own metadata, beside the source type.
    pub labels: Labels,
    /// How much people had to do with it, where a model took part.
    pub human_oversight: HumanOversight,
    /// What others may do with the content.
    pub training_mining: TrainingMining,
}

impl SigningRequest {
    /// A statement about title and source only. Training and mining are not allowed.
    #[must_use]
    pub fn new(title: impl Into<String>, source: DigitalSourceType) -> Self {
        Self {
            title: title.into(),
            source,
            model: None,
            prompt_commitment: None,
            soft_bindings: Vec::new(),
            not_marked: None,
            ingredients: Vec::new(),
            changes: Vec::new(),
            labels: Labels::default(),
            human_oversight: HumanOversight::PromptGuided,
            training_mining: TrainingMining::default(),
        }
    }
}

/// Something that became of a signed asset without changing its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateRequest {
    /// The asset's name, for people; usually a file name.
    pub title: String,
    /// What became of it.
    pub kind: UpdateKind,
    /// How much people had to do with it by now. It names a role and never a person.
    pub human_oversight: HumanOversight,
    /// Assertions of the manifest before that are taken out of the file: labels such as
    /// `org.imprimatur.not-marked`, or whole JUMBF addresses. Never actions or hashes.
    pub redactions: Vec<String>,
}

impl UpdateRequest {
    /// An update that a person with an editorial role stands for.
    #[must_use]
    pub fn new(title: impl Into<String>, kind: UpdateKind) -> Self {
        let human_oversight = HumanOversight::HumanValidated;
        Self { title: title.into(), kind, human_oversight, redactions: Vec::new() }
    }
}

/// What became of a signed asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UpdateKind {
    /// A person with editorial control looked at it and approved it.
    Reviewed,
    /// It was published.
    Published,
    /// What is stated about it was corrected; its content is the same.
    Corrected,
}

/// How much people had to do with content that a model made (C2PA 2.4, `humanOversightLevel`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum HumanOversight {
    /// Nobody asked for it and nobody looked at it.
    FullyAutonomous,
    /// A person wrote the prompt and approved nothing yet.
    #[default]
    PromptGuided,
    /// A person looked at it and approved it.
    HumanValidated,
}

impl HumanOversight {
    /// The term of the specification.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FullyAutonomous => "fully_autonomous",
            Self::PromptGuided => "prompt_guided",
            Self::HumanValidated => "human_validated",
        }
    }
}

/// What others may do with the content (CAWG, Training and Data Mining Assertion 1.1).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrainingMining {
    /// `cawg.ai_inference`: as input of a model that was trained before.
    pub ai_inference: Permission,
    /// `cawg.ai_generative_training`: to train a model that generates content.
    pub ai_generative_training: Permission,
    /// `cawg.ai_training`: to train another model.
    pub ai_training: Permission,
    /// `cawg.data_mining`: to find patterns and correlations.
    pub data_mining: Permission,
}

/// Whether a use of content is allowed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Permission {
    /// Without the owner's licence it is not.
    #[default]
    NotAllowed,
    /// It is.
    Allowed,
    /// Under conditions: where to find them, or how they read.
    Constrained(String),
}

/// A generative model, as it is disclosed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The digest of its weights; all zeros where nobody here has seen them: then the manifest has none.
    pub sha256: Sha256,
}

/// A value that leads from the content back to its manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoftBinding {
    /// The algorithm's name, such as `org.imprimatur.image.1`.
    pub algorithm: String,
    /// What the algorithm reads from the content, in its own format.
    pub value: Vec<u8>,
    /// Whether the value was put into the content or computed from it.
    pub kind: BindingKind,
}

/// Where a soft binding's value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BindingKind {
    /// A mark in the content carries it.
    Watermark,
    /// It is computed from the content, which is unchanged.
    Fingerprint,
}

/// Something that the content was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ingredient {
    /// Its name, for people.
    pub title: String,
    /// The whole file.
    pub bytes: Vec<u8>,
    /// What the file is.
    pub media_type: MediaType,
    /// The manifest store that lies beside the file, where it carries none itself.
    pub sidecar: Option<Vec<u8>>,
    /// How it took part; `None` where that follows from the source.
    pub relationship: Option<Relationship>,
}

impl Ingredient {
    /// A file that has nothing beside it, and whose part follows from the source.
    #[must_use]
    pub fn new(title: impl Into<String>, bytes: Vec<u8>, media_type: MediaType) -> Self {
        Self { title: title.into(), bytes, media_type, sidecar: None, relationship: None }
    }
}

/// How an ingredient took part (C2PA 2.4, section 10.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relationship {
    /// The content is this, changed. At most one ingredient is.
    ParentOf,
    /// It is part of the content.
    ComponentOf,
    /// A process took it as input: a model that got a reference picture, or a mask.
    InputTo,
}

/// What is done to content that stays what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Change {
    /// A part was cut out.
    Cropped,
    /// It has another size.
    Resized,
    /// It was encoded again, or into another format.
    Transcoded,
    /// A visible label or line was added.
    TextAdded,
}

impl Change {
    /// The action's name (C2PA 2.4, section 18.15.2).
    #[must_use]
    pub const fn action(self) -> &'static str {
        match self {
            Self::Cropped => "c2pa.cropped",
            Self::Resized => "c2pa.resized",
            Self::Transcoded => "c2pa.transcoded",
            Self::TextAdded => "c2pa.addedText",
        }
    }
}

/// How content came about: terms of the IPTC NewsCodes scheme `digitalsourcetype`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DigitalSourceType {
    /// Created by a model trained on sampled content.
    TrainedAlgorithmicMedia,
    /// Edited with, or combined with the output of, such a model.
    CompositeWithTrainedAlgorithmicMedia,
    /// Created by an algorithm that was not trained on sampled content.
    AlgorithmicMedia,
    /// Captured from a real-life source by a camera or recorder.
    DigitalCapture,
    /// Corrected or enhanced a little by an algorithm.
    AlgorithmicallyEnhanced,
    /// Augmented, corrected or enhanced by people with non-generative tools.
    HumanEdits,
    /// Created by people with non-generative tools.
    DigitalCreation,
    /// Mixed from several elements.
    Composite,
    /// Nobody told us. The manifest states nothing, rather than a guess.
    Unstated,
}

impl DigitalSourceType {
    const SCHEME: &'static str = "http://cv.iptc.org/newscodes/digitalsourcetype/";
    const TERMS: [(Self, &'static str); 8] = [
        (Self::TrainedAlgorithmicMedia, "trainedAlgorithmicMedia"),
        (Self::CompositeWithTrainedAlgorithmicMedia, "compositeWithTrainedAlgorithmicMedia"),
        (Self::AlgorithmicMedia, "algorithmicMedia"),
        (Self::DigitalCapture, "digitalCapture"),
        (Self::AlgorithmicallyEnhanced, "algorithmicallyEnhanced"),
        (Self::HumanEdits, "humanEdits"),
        (Self::DigitalCreation, "digitalCreation"),
        (Self::Composite, "composite"),
    ];

    /// The term's identifier; `None` if nothing is stated.
    #[must_use]
    pub fn uri(self) -> Option<String> {
        let (_, term) = Self::TERMS.iter().find(|(source, _)| *source == self)?;
        Some(format!("{}{term}", Self::SCHEME))
    }

    /// The term of an identifier, or a bare term such as `digitalCapture`.
    #[must_use]
    pub fn from_uri(uri: &str) -> Option<Self> {
        let term = uri.strip_prefix(Self::SCHEME).unwrap_or(uri);
        Self::TERMS.iter().find(|(_, known)| *known == term).map(|(source, _)| *source)
    }

    /// Whether the term declares that generative AI took part.
    #[must_use]
    pub const fn declares_ai(self) -> bool {
        matches!(self, Self::TrainedAlgorithmicMedia | Self::CompositeWithTrainedAlgorithmicMedia)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_survives_its_identifier() {
        for (source, term) in DigitalSourceType::TERMS {
            let uri = source.uri().unwrap();
            assert_eq!(DigitalSourceType::from_uri(&uri), Some(source));
            assert_eq!(DigitalSourceType::from_uri(term), Some(source));
            assert_eq!(
                source.declares_ai(),
                term.to_lowercase().contains("trainedalgorithmicmedia")
            );
        }
        assert_eq!(DigitalSourceType::Unstated.uri(), None);
        assert_eq!(DigitalSourceType::from_uri("http://example.org/digitalCapture"), None);
    }
}
