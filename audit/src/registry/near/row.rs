//! A fingerprint as a row: its kind, the asset, the fingerprint's bytes.

use types::{AssetId, ImageFingerprint, TextFingerprint};

use crate::ContentRecord;

const IMAGE: u8 = b'i';
const TEXT: u8 = b't';

/// A fingerprint of either kind.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fingerprint {
    Image(ImageFingerprint),
    Text(Box<TextFingerprint>),
}

/// The row of an asset's content, if it has a fingerprint.
pub(in crate::registry) fn encode(asset: AssetId, content: &ContentRecord) -> Option<Vec<u8>> {
    let row = |kind: u8, bytes: &[u8]| [&[kind], asset.as_bytes().as_slice(), bytes].concat();
    match (&content.image_fingerprint, &content.text_fingerprint) {
        (Some(image), _) => Some(row(IMAGE, &image.0)),
        (None, Some(text)) => Some(row(TEXT, &text.to_bytes())),
        (None, None) => None,
    }
}

/// The asset and fingerprint of a row.
pub(super) fn decode(row: &[u8]) -> Option<(AssetId, Fingerprint)> {
    let (kind, rest) = row.split_first()?;
    let (asset, bytes) = rest.split_first_chunk::<16>()?;
    let fingerprint = match *kind {
        IMAGE => Fingerprint::Image(ImageFingerprint(bytes.try_into().ok()?)),
        TEXT => Fingerprint::Text(Box::new(TextFingerprint::from_bytes(bytes).ok()?)),
        _ => return None,
    };
    Some((AssetId::from(*asset), fingerprint))
}
