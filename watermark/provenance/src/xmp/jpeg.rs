//! XMP in JPEG: an `APP1` segment with Adobe's identifier (XMP part 3, section 1.1.3).

use super::Slot;

const START_OF_IMAGE: &[u8] = b"\xff\xd8";
const APP1: u8 = 0xe1;
const IDENTIFIER: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";

pub(super) fn slot(bytes: &[u8]) -> Option<Slot<'_>> {
    let mut start = START_OF_IMAGE.len();
    // A new packet goes after the leading JFIF and Exif segments, whose readers expect them first.
    let mut place = start;
    while let Some((marker, content, end)) = segment_at(bytes, start) {
        if marker == APP1
            && let Some(text) = content.strip_prefix(IDENTIFIER)
        {
            return Some(Slot { packet: std::str::from_utf8(text).ok(), start, end });
        }
        if start == place && matches!(marker, 0xe0 | APP1) {
            place = end;
        }
        start = end;
    }
    bytes.starts_with(START_OF_IMAGE).then_some(Slot { packet: None, start: place, end: place })
}

/// `None` if the packet is longer than a segment can be.
pub(super) fn segment(packet: &str) -> Option<Vec<u8>> {
    let length = u16::try_from(2 + IDENTIFIER.len() + packet.len()).ok()?;
    Some([&[0xff, APP1][..], &length.to_be_bytes(), IDENTIFIER, packet.as_bytes()].concat())
}

/// Marker, contents and end of the segment at a place; nothing from the scan on.
fn segment_at(bytes: &[u8], start: usize) -> Option<(u8, &[u8], usize)> {
    let [0xff, marker, high, low, rest @ ..] = bytes.get(start..)? else { return None };
    // Application and comment segments, tables and frame headers; not the scan, not the end.
    let known = matches!(marker, 0xc0..=0xcf | 0xdb..=0xdf | 0xe0..=0xef | 0xfe);
    let length = usize::from(u16::from_be_bytes([*high, *low])).checked_sub(2).filter(|_| known)?;
    Some((*marker, rest.get(..length)?, start + 4 + length))
}
