//! XMP in GIF: an application extension that is its own trailer (XMP part 3, section 1.1.2).

use super::{Contents, Edit, Scan, cut_short};
use crate::ProvenanceError;

const HEAD: &[u8] = b"\x21\xff\x0bXMP DataXMP";
/// Bytes of header and screen descriptor.
const SCREEN_END: u64 = 13;
const EXTENSION: u8 = 0x21;
const IMAGE: u8 = 0x2c;
const TRAILER: u8 = 0x3b;
/// Bytes of the trailer that leads a reader of sub-blocks out of the packet, wherever it lands.
const MAGIC_BYTES: u64 = 258;

struct Slot {
    packet: Option<Vec<u8>>,
    /// The whole extension, or the place for a new one.
    at: u64,
    length: u64,
}

pub(super) fn read(scan: &mut Scan<'_>) -> Contents {
    Contents { xmp: slot(scan).and_then(|slot| slot.packet), aigc: None }
}

pub(super) fn write(scan: &mut Scan<'_>, to: &Contents) -> Result<Vec<Edit>, ProvenanceError> {
    let slot = slot(scan).ok_or_else(|| cut_short("GIF"))?;
    let Some(packet) = &to.xmp else { return Ok(Vec::new()) };
    let down = (0..=0xff_u8).rev();
    let magic: Vec<u8> = [1].into_iter().chain(down).chain([0]).collect();
    let extension = [HEAD, packet, &magic].concat();
    // Extensions came with the later version.
    let version = Edit::over(3, *b"89a");
    Ok(vec![version, Edit::replace(slot.at, slot.length, extension)])
}

fn slot(scan: &mut Scan<'_>) -> Option<Slot> {
    if !scan.starts_with(0, b"GIF8") {
        return None;
    }
    let mut at = SCREEN_END + color_table(scan, 10)?;
    loop {
        let [kind] = scan.array(at)?;
        match kind {
            EXTENSION if scan.starts_with(at, HEAD) => {
                let start = at + HEAD.len() as u64;
                let end = after_blocks(scan, start)?;
                let packet = scan.bytes(start, (end - start).checked_sub(MAGIC_BYTES)?);
                return Some(Slot { packet, at, length: end - at });
            }
            EXTENSION => at = after_blocks(scan, at + 2)?,
            // Descriptor, colours, and the size of codes before the data.
            IMAGE => {
                let data = at + 11 + color_table(scan, at + 9)?;
                at = after_blocks(scan, data)?;
            }
            TRAILER => return Some(Slot { packet: None, at, length: 0 }),
            _ => return None,
        }
    }
}

/// Bytes of the colour table that a byte of flags announces.
fn color_table(scan: &mut Scan<'_>, flags_at: u64) -> Option<u64> {
    let [flags] = scan.array(flags_at)?;
    Some(if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) })
}

/// Where a row of sub-blocks ends.
fn after_blocks(scan: &mut Scan<'_>, mut at: u64) -> Option<u64> {
    loop {
        let [length] = scan.array(at)?;
        at += 1 + u64::from(length);
        if length == 0 {
            return Some(at);
        }
    }
}
