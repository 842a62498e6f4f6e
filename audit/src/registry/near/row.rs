//! A fingerprint as a row: its kind, the fingerprint's bytes.

use types::{ImageFingerprint, TextFingerprint};

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
pub(in crate::registry) fn encode(content: &ContentRecord) -> Option<Vec<u8>> {
    let row = |kind: u8, bytes: &[u8]| [&[kind], bytes].concat();
    match (&content.image_fingerprint, &content.text_fingerprint) {
        (Some(image), _) => Some(row(IMAGE, &image.0)),
        (None, Some(text)) => Some(row(TEXT, &text.to_bytes())),
        (None, None) => None,
    }
}

/// The fingerprint of a row.
pub(super) fn decode(row: &[u8]) -> Option<Fingerprint> {
    let (kind, bytes) = row.split_first()?;
    match *kind {
        IMAGE => Some(Fingerprint::Image(ImageFingerprint(bytes.try_into().ok()?))),
        TEXT => Some(Fingerprint::Text(Box::new(TextFingerprint::from_bytes(bytes).ok()?))),
        _ => None,
    }
}
