//! Soft bindings lead back to manifests (C2PA 2.4, Soft Binding Resolution API).
//!
//! Strangers are led to published assets only; a key, also to those of its own tenant.

use audit::{AssetEntry, Filter, LogError};
use types::{ImageFingerprint, MarkId, MediaType, TextFingerprint};
use watermark::{audio, fingerprint, image, text, text::characters, video};

use crate::{
    detecting::Detector,
    disclosure::Audience,
    lookup::{IMAGE_DISTANCE_MAX, TEXT_SIMILARITY_MIN},
    wiring::Stages,
};

/// Algorithms of marks, as soft bindings name them.
pub(crate) const WATERMARKS: [&str; 5] =
    [image::ALGORITHM, audio::ALGORITHM, video::ALGORITHM, text::ALGORITHM, characters::ALGORITHM];
/// Algorithms of fingerprints.
pub(crate) const FINGERPRINTS: [&str; 2] =
    [fingerprint::IMAGE_ALGORITHM, fingerprint::TEXT_ALGORITHM];

/// What leads back to a manifest.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Binding {
    /// The id in an invisible mark.
    Mark(MarkId),
    /// What a picture looks like.
    Image(ImageFingerprint),
    /// What a text says.
    Text(Box<TextFingerprint>),
}

/// A binding that cannot be looked up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BindingError {
    /// Not one of ours.
    #[error(
        "the algorithm {0:?} is not supported; services/supportedAlgorithms lists those that are"
    )]
    Algorithm(String),
    /// Not what the algorithm makes.
    #[error("a value of {algorithm} has {expected} bytes, this one {found}")]
    Value {
        /// The algorithm.
        algorithm: String,
        /// How many bytes its values have.
        expected: usize,
        /// How many came.
        found: usize,
    },
}

impl Binding {
    /// A binding from its algorithm and the bytes of its value.
    pub(crate) fn read(algorithm: &str, value: &[u8]) -> Result<Self, BindingError> {
        let wrong = |expected| BindingError::Value {
            algorithm: algorithm.to_owned(),
            expected,
            found: value.len(),
        };
        match algorithm {
            // The mark of a sampled text says only whose it is: its manifest binds the fingerprint.
            text::ALGORITHM | fingerprint::TEXT_ALGORITHM => {
                let read = TextFingerprint::from_bytes(value);
                read.map(|text| Self::Text(Box::new(text))).map_err(|_| wrong(256))
            }
            fingerprint::IMAGE_ALGORITHM => {
                let bytes = value.try_into().map_err(|_| wrong(32))?;
                Ok(Self::Image(ImageFingerprint(bytes)))
            }
            mark if WATERMARKS.contains(&mark) => {
                let bytes = value.try_into().map_err(|_| wrong(8))?;
                Ok(Self::Mark(MarkId::from(u64::from_be_bytes(bytes))))
            }
            other => Err(BindingError::Algorithm(other.to_owned())),
        }
    }
}

/// A manifest that a binding leads to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Match {
    /// The asset.
    pub(crate) asset: AssetEntry,
    /// How alike, 0–100; `None` where a payload names it.
    pub(crate) score: Option<u8>,
}

/// At most `max` assets that the audience may know of, best first.
pub(crate) fn resolve(
    stages: &Stages,
    binding: &Binding,
    audience: Audience<'_>,
    max: usize,
) -> Result<Vec<Match>, LogError> {
    let registry = stages.log.registry();
    let found: Vec<Match> = match binding {
        Binding::Mark(id) => {
            let marked = registry.assets(&Filter::Mark(*id), LOOKED_AT_MAX)?;
            marked.into_iter().map(|asset| Match { asset, score: None }).collect()
        }
        Binding::Image(image) => {
            let near = registry.near_images(image, IMAGE_DISTANCE_MAX, LOOKED_AT_MAX)?;
            let score = |bits: u32| Some(percent(256 - bits.min(256), 256));
            near.into_iter().map(|(asset, bits)| Match { asset, score: score(bits) }).collect()
        }
        Binding::Text(text) => {
            let near = registry.near_texts(text, TEXT_SIMILARITY_MIN, LOOKED_AT_MAX)?;
            let minima = |share: f32| if share >= 1.0 { 64 } else { count(share) };
            let score = |share: f32| Some(percent(minima(share), 64));
            near.into_iter().map(|(asset, share)| Match { asset, score: score(share) }).collect()
        }
    };
    Ok(found.into_iter().filter(|found| audience.may_know(&found.asset)).take(max).collect())
}

/// Renditions carry the mark of what they were made from, and unpublished work may look like
/// published: so many assets are looked at.
const LOOKED_AT_MAX: usize = 256;

/// The bindings that a file shows: its mark's, then its fingerprint's; `None` when it is of no kind
/// that has either. Blocks while it searches.
pub(crate) fn read(
    detector: &Detector,
    bytes: &[u8],
    algorithm: Option<&str>,
) -> Option<Vec<Binding>> {
    MediaType::sniff(bytes)?;
    let wanted = |name: &str| algorithm.is_none_or(|algorithm| algorithm == name);
    let mut bindings = Vec::new();
    // A file that cannot be read as what it seems to be shows nothing.
    let mark = detector.detect(bytes).ok().filter(|mark| mark.found);
    let id = mark.filter(|mark| wanted(mark.algorithm)).and_then(|mark| mark.id);
    bindings.extend(id.map(Binding::Mark));
    match std::str::from_utf8(bytes) {
        Ok(words) if wanted(fingerprint::TEXT_ALGORITHM) || wanted(text::ALGORITHM) => {
            bindings.push(Binding::Text(Box::new(fingerprint::text(words))));
        }
        Err(_) if wanted(fingerprint::IMAGE_ALGORITHM) => {
            bindings.extend(fingerprint::image(bytes).ok().map(Binding::Image));
        }
        _ => {}
    }
    Some(bindings)
}

fn percent(part: u32, whole: u32) -> u8 {
    u8::try_from(part * 100 / whole).unwrap_or(100)
}

/// How many of 64 minima a share of them is.
fn count(share: f32) -> u32 {
    (0..64u8).filter(|n| f32::from(*n) < share * 64.0).count().try_into().unwrap_or(64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_the_size_of_their_algorithm() {
        let id = 0x0102_0304_0506_0708_u64;
        let read = Binding::read(image::ALGORITHM, &id.to_be_bytes());
        assert_eq!(read, Ok(Binding::Mark(MarkId::from(id))));
        for (algorithm, expected) in [
            (image::ALGORITHM, 8),
            (video::ALGORITHM, 8),
            (text::ALGORITHM, 256),
            (fingerprint::IMAGE_ALGORITHM, 32),
        ] {
            assert!(Binding::read(algorithm, &vec![0; expected]).is_ok(), "{algorithm}");
            let wrong = Binding::read(algorithm, &[0; 7]).unwrap_err();
            let (algorithm, found) = (algorithm.to_owned(), 7);
            assert_eq!(wrong, BindingError::Value { algorithm, expected, found });
        }
        let unknown = Binding::read("com.example", &[]).unwrap_err();
        assert_eq!(unknown, BindingError::Algorithm("com.example".to_owned()));
    }

    #[test]
    fn shares_become_whole_scores() {
        assert_eq!((percent(count(0.5), 64), percent(count(1.0), 64)), (50, 100));
        assert_eq!((percent(225, 256), percent(0, 64)), (87, 0));
    }
}
