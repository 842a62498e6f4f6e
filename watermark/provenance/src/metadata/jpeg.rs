//! XMP in JPEG: an `APP1` segment with Adobe's identifier (XMP part 3, section 1.1.3). A packet that
//! does not fit one segment is split: our statements stay in the first part, the rest follows.

use md5::{Digest as _, Md5};

use super::{
    Contents, Edit, Scan, cut_short,
    packet::{self, Property},
};
use crate::ProvenanceError;

const START_OF_IMAGE: &[u8] = b"\xff\xd8";
const APP1: u8 = 0xe1;
const IDENTIFIER: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
const EXTENSION: &[u8] = b"http://ns.adobe.com/xmp/extension/\0";
/// Bytes of an extended packet in one segment.
const PORTION_BYTES: usize = 65_400;
/// What stays in the first part of a packet that is split.
const OURS: [Property; 4] = [packet::SOURCE, packet::SYSTEM, packet::SYSTEM_VERSION, packet::AIGC];

struct Slot {
    packet: Option<Vec<u8>>,
    /// The whole segment, or the place for a new one.
    at: u64,
    length: u64,
}

pub(super) fn read(scan: &mut Scan<'_>) -> Contents {
    Contents { xmp: slot(scan).and_then(|slot| slot.packet), aigc: None }
}

pub(super) fn write(scan: &mut Scan<'_>, to: &Contents) -> Result<Vec<Edit>, ProvenanceError> {
    let slot = slot(scan).ok_or_else(|| cut_short("JPEG"))?;
    let Some(packet) = &to.xmp else { return Ok(Vec::new()) };
    let framed = segment(IDENTIFIER, packet).or_else(|| split(packet)).ok_or_else(|| {
        ProvenanceError::Labels(
            "the JPEG's XMP fills its segment and is split already: shorten it".to_owned(),
        )
    })?;
    Ok(vec![Edit::replace(slot.at, slot.length, framed)])
}

fn slot(scan: &mut Scan<'_>) -> Option<Slot> {
    if !scan.starts_with(0, START_OF_IMAGE) {
        return None;
    }
    let mut at = START_OF_IMAGE.len() as u64;
    // A new packet goes after the leading JFIF and Exif segments, whose readers expect them first.
    let mut place = at;
    while let Some((marker, end)) = segment_at(scan, at) {
        if marker == APP1 && scan.starts_with(at + 4, IDENTIFIER) {
            let start = at + 4 + IDENTIFIER.len() as u64;
            let packet = scan.bytes(start, end.saturating_sub(start));
            return Some(Slot { packet, at, length: end - at });
        }
        if at == place && matches!(marker, 0xe0 | APP1) {
            place = end;
        }
        at = end;
    }
    Some(Slot { packet: None, at: place, length: 0 })
}

/// Marker and end of the segment at a place; nothing from the scan on.
fn segment_at(scan: &mut Scan<'_>, at: u64) -> Option<(u8, u64)> {
    let [0xff, marker, high, low] = scan.array(at)? else { return None };
    // Application and comment segments, tables and frame headers; not the scan, not the end.
    let known = matches!(marker, 0xc0..=0xcf | 0xdb..=0xdf | 0xe0..=0xef | 0xfe);
    let length = u64::from(u16::from_be_bytes([high, low]));
    let end = at + 2 + length;
    (known && length >= 2 && end <= scan.length()).then_some((marker, end))
}

/// `None` if the content is longer than a segment can be.
fn segment(identifier: &[u8], content: &[u8]) -> Option<Vec<u8>> {
    let length = u16::try_from(2 + identifier.len() + content.len()).ok()?;
    Some([&[0xff, APP1][..], &length.to_be_bytes(), identifier, content].concat())
}

/// A short packet with our statements, and segments with all the others (XMP part 3, section 1.1.3.1).
/// `None` if the packet is itself the first part of one that was split.
fn split(whole: &[u8]) -> Option<Vec<u8>> {
    let whole = std::str::from_utf8(whole).ok()?;
    if packet::count(whole, packet::EXTENSION) > 0 {
        return None;
    }
    let rest = packet::with(Some(whole), &OURS.map(|property| (property, None)));
    let rest = unwrapped(&rest);
    let guid: String = Md5::digest(rest).iter().map(|byte| format!("{byte:02X}")).collect();
    let mut values: Vec<_> =
        OURS.iter().map(|property| (*property, packet::value(whole, *property))).collect();
    values.push((packet::EXTENSION, Some(guid.clone())));
    let mut framed = segment(IDENTIFIER, packet::with(None, &values).as_bytes())?;
    let length = u32::try_from(rest.len()).ok()?;
    for (index, portion) in rest.as_bytes().chunks(PORTION_BYTES).enumerate() {
        let offset = u32::try_from(index * PORTION_BYTES).ok()?;
        let head = [guid.as_bytes(), &length.to_be_bytes(), &offset.to_be_bytes()].concat();
        framed.extend(segment(EXTENSION, &[&head, portion].concat())?);
    }
    Some(framed)
}

/// The metadata without the marks around it and without blanks: an extension has neither.
fn unwrapped(packet: &str) -> &str {
    let end = "</x:xmpmeta>";
    let span = packet.find("<x:xmpmeta").zip(packet.rfind(end));
    span.and_then(|(start, last)| packet.get(start..last + end.len())).unwrap_or(packet)
}
