//! Renditions: an asset of ours resized, cropped or in another format, signed again with what it was
//! made from.
//!
//! Nobody can have a foreign file signed as one: it must carry the asset's mark or look like it.

use audit::LogError;
use provenance::Change;
use types::{AssetId, ImageFingerprint, Mark, MarkId, MediaType, Principal, TextFingerprint};
use watermark::fingerprint;

use crate::{
    bringing::{Brought, Lineage, Marking, Parent},
    detecting::Detector,
    lookup::{IMAGE_DISTANCE_MAX, TEXT_SIMILARITY_MIN},
    marking::algorithm,
    outcome::Outcome,
    pipeline::{Line, LineError},
};

/// Why a file is not signed as a rendition.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenditionError {
    /// No asset of this tenant has the id.
    #[error("no asset has the id {0}")]
    Unknown(AssetId),
    /// The asset is held or was rejected.
    #[error("asset {0} is held: an editor has to approve it first")]
    Held(AssetId),
    /// The file shows nothing of the asset.
    #[error(
        "this file neither carries the mark of asset {0} nor looks like it, so it is not signed as a rendition; sign it as a file of its own"
    )]
    Unlike(AssetId),
    /// A stage of the line cannot do its work.
    #[error(transparent)]
    Line(#[from] LineError),
}

impl From<LogError> for RenditionError {
    fn from(error: LogError) -> Self {
        Self::Line(error.into())
    }
}

/// Signs a rendition of an asset through the line.
///
/// # Errors
/// [`RenditionError`] saying why it is not signed.
pub async fn sign(
    line: &Line,
    principal: Principal,
    parent: AssetId,
    bytes: Vec<u8>,
    media_type: MediaType,
) -> Result<Outcome, RenditionError> {
    let stages = line.stages();
    let entry = stages.log.registry().asset(parent)?;
    let entry = entry.filter(|entry| entry.tenant == principal.tenant);
    let entry = entry.ok_or(RenditionError::Unknown(parent))?;
    if !entry.may_leave() {
        return Err(RenditionError::Held(parent));
    }
    let (digest, manifest, _) = entry.current();
    let objects = &stages.objects;
    let read = tokio::try_join!(objects.get(&digest), objects.get(&manifest));
    let (original, manifest) = read.map_err(LineError::from)?;
    let mark = match entry.mark {
        Some(Mark::Embedded { id, .. }) => Some(id),
        _ => None,
    };
    let detector = stages.detector();
    let re_encoded = media_type != entry.media_type;
    let comparing = tokio::task::spawn_blocking(move || {
        let marking = likeness(&detector, &original, mark, &bytes);
        let changes = changes(&original, &bytes, re_encoded);
        (marking, changes, original, bytes)
    });
    let (marking, changes, original, bytes) = comparing.await.map_err(|_| LineError::Stopped)?;
    let marking = marking.ok_or(RenditionError::Unlike(parent))?;
    let parent = Parent { entry, bytes: original, manifest, changes };
    let lineage = Lineage::Rendition(Box::new(parent));
    let file = Brought { bytes, media_type, lineage, marking };
    Ok(line.bring(principal, file).await?)
}

/// Whether a file is a form of another one, and what that means for its mark.
fn likeness(
    detector: &Detector,
    original: &[u8],
    mark: Option<MarkId>,
    file: &[u8],
) -> Option<Marking> {
    // A file that cannot be searched carries no mark that counts.
    let found = detector.detect(file).ok().filter(|found| found.id == mark);
    if let Some((found, id)) = found.zip(mark) {
        // A video that only its sound gives away has lost the mark of its pictures.
        let is_whole =
            MediaType::sniff(file).is_some_and(|kind| algorithm(kind) == found.algorithm);
        return Some(if is_whole { Marking::Keep(id) } else { Marking::Mark });
    }
    let alike = match (std::str::from_utf8(original), std::str::from_utf8(file)) {
        (Ok(one), Ok(other)) => {
            let [one, other]: [TextFingerprint; 2] = [one, other].map(fingerprint::text);
            one.similarity(&other) >= TEXT_SIMILARITY_MIN
        }
        _ => {
            let [one, other]: [Option<ImageFingerprint>; 2] =
                [original, file].map(|file| fingerprint::image(file).ok());
            one.zip(other).is_some_and(|(one, other)| one.distance(&other) <= IMAGE_DISTANCE_MAX)
        }
    };
    alike.then_some(Marking::Mark)
}

/// Sides whose ratio differs by more than this share were cropped, not only resized.
const RATIO_TOLERANCE: f64 = 0.02;

/// What was done to a file, as far as its size and kind show.
fn changes(original: &[u8], file: &[u8], re_encoded: bool) -> Vec<Change> {
    let mut changes = Vec::new();
    if let Some(((w, h), (width, height))) = size(original).zip(size(file)) {
        let ratio = |w: u32, h: u32| f64::from(w) / f64::from(h.max(1));
        let change = ratio(width, height) / ratio(w, h);
        if (change - 1.0).abs() > RATIO_TOLERANCE {
            changes.push(Change::Cropped);
        } else if (w, h) != (width, height) {
            changes.push(Change::Resized);
        }
    }
    if re_encoded || changes.is_empty() {
        changes.push(Change::Transcoded);
    }
    changes
}

fn size(picture: &[u8]) -> Option<(u32, u32)> {
    let reader = image::ImageReader::new(std::io::Cursor::new(picture));
    reader.with_guessed_format().ok()?.into_dimensions().ok()
}

#[cfg(test)]
mod tests {
    use image::{ImageFormat, RgbImage};

    use super::*;

    #[test]
    fn size_and_kind_show_what_was_done() {
        let picture = |width, height| {
            let mut bytes = std::io::Cursor::new(Vec::new());
            RgbImage::new(width, height).write_to(&mut bytes, ImageFormat::Png).unwrap();
            bytes.into_inner()
        };
        let original = picture(200, 100);
        assert_eq!(changes(&original, &picture(100, 50), false), [Change::Resized]);
        assert_eq!(
            changes(&original, &picture(100, 50), true),
            [Change::Resized, Change::Transcoded]
        );
        assert_eq!(changes(&original, &picture(100, 100), false), [Change::Cropped]);
        assert_eq!(changes(&original, &original, false), [Change::Transcoded]);
        assert_eq!(changes(b"a text", b"another text", false), [Change::Transcoded]);
    }
}
