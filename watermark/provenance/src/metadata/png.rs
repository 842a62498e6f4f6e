//! XMP in PNG: an `iTXt` chunk with the keyword `XML:com.adobe.xmp` (XMP part 3, section 1.1.5).

use super::{Contents, Edit, Scan, cut_short};
use crate::ProvenanceError;

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// Keyword; neither compressed, nor with language, nor translated.
const HEAD: &[u8] = b"XML:com.adobe.xmp\0\0\0\0\0";

struct Slot {
    packet: Option<Vec<u8>>,
    /// The whole chunk, or the place for a new one.
    at: u64,
    length: u64,
}

pub(super) fn read(scan: &mut Scan<'_>) -> Contents {
    Contents { xmp: slot(scan).and_then(|slot| slot.packet), aigc: None }
}

pub(super) fn write(scan: &mut Scan<'_>, to: &Contents) -> Result<Vec<Edit>, ProvenanceError> {
    let slot = slot(scan).ok_or_else(|| cut_short("PNG"))?;
    let Some(packet) = &to.xmp else { return Ok(Vec::new()) };
    let chunk = chunk(packet).ok_or_else(|| cut_short("PNG"))?;
    Ok(vec![Edit::replace(slot.at, slot.length, chunk)])
}

fn slot(scan: &mut Scan<'_>) -> Option<Slot> {
    if !scan.starts_with(0, SIGNATURE) {
        return None;
    }
    let mut at = SIGNATURE.len() as u64;
    let mut after_header = None;
    while let Some((length, kind)) = scan.be32(at).zip(scan.array::<4>(at + 4)) {
        let end = at + u64::from(length) + 12;
        if end > scan.length() {
            break;
        }
        if &kind == b"iTXt" && scan.starts_with(at + 8, HEAD) {
            let head = HEAD.len() as u64;
            let packet = scan.bytes(at + 8 + head, u64::from(length).saturating_sub(head));
            return Some(Slot { packet, at, length: end - at });
        }
        if &kind == b"IHDR" {
            after_header = Some(end);
        }
        at = end;
    }
    after_header.map(|at| Slot { packet: None, at, length: 0 })
}

/// `None` if the packet is longer than a chunk can be.
fn chunk(packet: &[u8]) -> Option<Vec<u8>> {
    let body = [b"iTXt", HEAD, packet].concat();
    let length = u32::try_from(body.len() - 4).ok()?;
    Some([&length.to_be_bytes()[..], &body, &crc32fast::hash(&body).to_be_bytes()].concat())
}
