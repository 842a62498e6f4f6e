//! XMP in PNG: an `iTXt` chunk with the keyword `XML:com.adobe.xmp` (XMP part 3, section 1.1.5).

use super::Slot;

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// Keyword; neither compressed, nor with language, nor translated.
const HEAD: &[u8] = b"XML:com.adobe.xmp\0\0\0\0\0";

pub(super) fn slot(bytes: &[u8]) -> Option<Slot<'_>> {
    let mut start = SIGNATURE.len();
    let mut after_header = None;
    while let Some((kind, content, end)) = chunk_at(bytes, start) {
        if kind == b"iTXt"
            && let Some(text) = content.strip_prefix(HEAD)
        {
            return Some(Slot { packet: std::str::from_utf8(text).ok(), start, end });
        }
        if kind == b"IHDR" {
            after_header = Some(end);
        }
        start = end;
    }
    after_header.map(|place| Slot { packet: None, start: place, end: place })
}

pub(super) fn chunk(packet: &str) -> Vec<u8> {
    let body = [b"iTXt", HEAD, packet.as_bytes()].concat();
    let length = u32::try_from(body.len() - 4).unwrap_or(u32::MAX);
    [&length.to_be_bytes()[..], &body, &crc32fast::hash(&body).to_be_bytes()].concat()
}

/// Type, contents and end of the chunk at a place.
fn chunk_at(bytes: &[u8], start: usize) -> Option<(&[u8], &[u8], usize)> {
    let (length, rest) = bytes.get(start..)?.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (kind, rest) = rest.split_at_checked(4)?;
    let content = rest.get(..length)?;
    let end = start.checked_add(length)?.checked_add(12)?;
    (end <= bytes.len()).then_some((kind, content, end))
}
