//! What a manifest states, as plain data.
//!
//! Nothing here names a person or a prompt: the audit log holds what links to those.

use types::{MediaType, Sha256};

/// One asset to be signed.
///
/// What becomes of the ingredients follows from the source: an asset that a model made
/// ([`DigitalSourceType::TrainedAlgorithmicMedia`]) took them as inputs; every other source says
/// that the first one was opened and changed, and that the others were placed in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningRequest {
    /// The asset's name, for people; usually a file name.
    pub title: String,
    /// How the content came about.
    pub source: DigitalSourceType,
    /// The model that made or changed the content.
    pub model: Option<Model>,
    /// How the manifest is found again once it has been stripped. A manifest with one states that
    /// the content was watermarked.
    pub soft_binding: Option<SoftBinding>,
    /// Why the content carries no mark, for people.
    pub not_marked: Option<String>,
    /// What the content was made from, with its own credentials.
    pub ingredients: Vec<Ingredient>,
}

impl SigningRequest {
    /// A statement about title and source only.
    #[must_use]
    pub fn new(title: impl Into<String>, source: DigitalSourceType) -> Self {
        let title = title.into();
        Self {
            title,
            source,
            model: None,
            soft_binding: None,
            not_marked: None,
            ingredients: Vec::new(),
        }
    }
}

/// A generative model, as it is disclosed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The digest of its weights.
    pub sha256: Sha256,
}

/// A value that leads from the content back to its manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoftBinding {
    /// The algorithm's name, such as `org.imprimatur.image.1`.
    pub algorithm: String,
    /// What the algorithm reads from the content, in its own format.
    pub value: Vec<u8>,
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
    const TERMS: [(Self, &'static str); 7] = [
        (Self::TrainedAlgorithmicMedia, "trainedAlgorithmicMedia"),
        (Self::CompositeWithTrainedAlgorithmicMedia, "compositeWithTrainedAlgorithmicMedia"),
        (Self::AlgorithmicMedia, "algorithmicMedia"),
        (Self::DigitalCapture, "digitalCapture"),
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
