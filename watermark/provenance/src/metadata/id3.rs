//! MP3: XMP in a private frame (XMP part 3, section 1.1.4), the AIGC label as a text of the user's own
//! (TC260 practice guide), both in an ID3v2 tag.

use std::io::Cursor;

use id3::{
    Encoder, Frame, Tag, TagLike as _, Version,
    frame::{Content, ExtendedText, Private},
};

use super::{Contents, Edit, Scan, cut_short};
use crate::ProvenanceError;

const OWNER: &str = "XMP";
const LABEL: &str = "AIGC";
/// Bytes of a tag's header, and of the footer that repeats it.
const HEADER_BYTES: u64 = 10;
/// In the flags: a footer follows.
const HAS_FOOTER: u8 = 0x10;

pub(super) fn read(scan: &mut Scan<'_>) -> Contents {
    let Some(tag) = length(scan).and_then(|length| tag(scan, length)) else {
        return Contents::default();
    };
    let xmp = tag.frames().find_map(|frame| match frame.content() {
        Content::Private(private) if private.owner_identifier == OWNER => {
            Some(private.private_data.clone())
        }
        _ => None,
    });
    let label = tag.extended_texts().find(|text| text.description == LABEL);
    let aigc = label.map(|text| text.value.trim_end_matches('\0').as_bytes().to_vec());
    Contents { xmp, aigc }
}

pub(super) fn write(scan: &mut Scan<'_>, to: &Contents) -> Result<Vec<Edit>, ProvenanceError> {
    let length = length(scan).ok_or_else(|| cut_short("MP3"))?;
    let mut tag = if length == 0 {
        Tag::with_version(Version::Id3v24)
    } else {
        tag(scan, length).ok_or_else(|| {
            ProvenanceError::Labels(
                "the MP3's ID3 tag cannot be read: remove or mend it".to_owned(),
            )
        })?
    };
    if let Some(packet) = &to.xmp {
        let ours = |frame: &Frame| matches!(frame.content(), Content::Private(private) if private.owner_identifier == OWNER);
        let kept: Vec<Frame> = tag.frames().filter(|frame| !ours(frame)).cloned().collect();
        let mut cleared = Tag::with_version(tag.version());
        kept.into_iter().for_each(|frame| drop(cleared.add_frame(frame)));
        cleared.add_frame(Frame::with_content(
            "PRIV",
            Content::Private(Private {
                owner_identifier: OWNER.to_owned(),
                private_data: packet.clone(),
            }),
        ));
        tag = cleared;
    }
    if let Some(label) = &to.aigc {
        let value = String::from_utf8_lossy(label).into_owned();
        tag.remove_extended_text(Some(LABEL), None);
        tag.add_frame(ExtendedText { description: LABEL.to_owned(), value });
    }
    // The older kind has no private frames.
    let version = match tag.version() {
        Version::Id3v23 => Version::Id3v23,
        _ => Version::Id3v24,
    };
    let mut bytes = Vec::new();
    let encoded = Encoder::new().version(version).encode(&tag, &mut bytes);
    encoded.map_err(|error| ProvenanceError::Labels(error.to_string()))?;
    Ok(vec![Edit::replace(0, length, bytes)])
}

/// How long the tag at the beginning is; nothing if there is none. `None` if it does not end.
pub(super) fn length(scan: &mut Scan<'_>) -> Option<u64> {
    if !scan.starts_with(0, b"ID3") {
        return Some(0);
    }
    let [.., flags, a, b, c, d] = scan.array::<10>(0)?;
    // Seven bits a byte.
    let content = [a, b, c, d].iter().fold(0, |sum, byte| sum << 7 | u64::from(byte & 0x7f));
    let footer = if flags & HAS_FOOTER == 0 { 0 } else { HEADER_BYTES };
    let length = HEADER_BYTES + content + footer;
    (length <= scan.length()).then_some(length)
}

fn tag(scan: &mut Scan<'_>, length: u64) -> Option<Tag> {
    let bytes = scan.bytes(0, length)?;
    Tag::read_from2(Cursor::new(bytes)).ok()
}
