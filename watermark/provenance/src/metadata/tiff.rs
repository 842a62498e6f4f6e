//! XMP in TIFF: tag 700 of the first directory (XMP part 3, section 1.1.9).

use super::{Contents, Edit, Scan, cut_short};
use crate::ProvenanceError;

const XMP: u16 = 700;
/// The field type of uninterpreted bytes.
const BYTE: u16 = 1;
const ENTRY_BYTES: usize = 12;
/// A value of more bytes stands elsewhere, and the entry says where.
const INLINE_BYTES_MAX: u32 = 4;

#[derive(Debug, Clone, Copy)]
struct Endian {
    little: bool,
}

impl Endian {
    fn u16(self, bytes: [u8; 2]) -> u16 {
        if self.little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) }
    }

    fn u32(self, bytes: [u8; 4]) -> u32 {
        if self.little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) }
    }

    fn of_u16(self, value: u16) -> [u8; 2] {
        if self.little { value.to_le_bytes() } else { value.to_be_bytes() }
    }

    fn of_u32(self, value: u32) -> [u8; 4] {
        if self.little { value.to_le_bytes() } else { value.to_be_bytes() }
    }
}

/// The first directory.
struct Directory {
    endian: Endian,
    entries: Vec<[u8; ENTRY_BYTES]>,
    at: u64,
    next: [u8; 4],
}

impl Directory {
    fn tag(&self, entry: &[u8; ENTRY_BYTES]) -> u16 {
        let [a, b, ..] = *entry;
        self.endian.u16([a, b])
    }

    /// Place in the list, length and offset of the packet.
    fn packet(&self) -> Option<(usize, u32, u32)> {
        let index = self.entries.iter().position(|entry| self.tag(entry) == XMP)?;
        let [_, _, _, _, a, b, c, d, e, f, g, h] = *self.entries.get(index)?;
        Some((index, self.endian.u32([a, b, c, d]), self.endian.u32([e, f, g, h])))
    }

    fn entry(&self, length: u32, offset: u32) -> [u8; ENTRY_BYTES] {
        let [t0, t1] = self.endian.of_u16(XMP);
        let [k0, k1] = self.endian.of_u16(BYTE);
        let [l0, l1, l2, l3] = self.endian.of_u32(length);
        let [o0, o1, o2, o3] = self.endian.of_u32(offset);
        [t0, t1, k0, k1, l0, l1, l2, l3, o0, o1, o2, o3]
    }
}

pub(super) fn read(scan: &mut Scan<'_>) -> Contents {
    let packet = directory(scan).and_then(|directory| {
        let (_, length, offset) = directory.packet()?;
        (length > INLINE_BYTES_MAX).then(|| scan.bytes(offset.into(), length.into()))?
    });
    // Writers fill up with NUL.
    let xmp = packet.map(|mut packet| {
        packet.truncate(packet.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1));
        packet
    });
    Contents { xmp, aigc: None }
}

pub(super) fn write(scan: &mut Scan<'_>, to: &Contents) -> Result<Vec<Edit>, ProvenanceError> {
    edits(scan, to).ok_or_else(|| cut_short("TIFF"))
}

/// The packet goes to the end, so that nothing that is addressed moves.
fn edits(scan: &mut Scan<'_>, to: &Contents) -> Option<Vec<Edit>> {
    let directory = directory(scan)?;
    let Some(packet) = &to.xmp else { return Some(Vec::new()) };
    let end = scan.length();
    let start = end + end % 2;
    let mut added = vec![0; usize::try_from(start - end).ok()?];
    added.extend_from_slice(packet);
    let entry = directory.entry(u32::try_from(packet.len()).ok()?, u32::try_from(start).ok()?);
    let mut edits = Vec::new();
    if let Some((index, length, offset)) = directory.packet() {
        edits.push(Edit::over(directory.at + 2 + (index * ENTRY_BYTES) as u64, entry));
        // Nobody who searches the file shall find the old packet.
        if length > INLINE_BYTES_MAX && u64::from(offset) + u64::from(length) <= end {
            edits.push(Edit::over(offset.into(), vec![b' '; usize::try_from(length).ok()?]));
        }
    } else {
        let mut entries = directory.entries.clone();
        entries.push(entry);
        entries.sort_by_key(|entry| directory.tag(entry));
        added.resize(added.len() + (end + added.len() as u64) as usize % 2, 0);
        let moved_to = u32::try_from(end + added.len() as u64).ok()?;
        edits.push(Edit::over(4, directory.endian.of_u32(moved_to)));
        added.extend(directory.endian.of_u16(u16::try_from(entries.len()).ok()?));
        added.extend(entries.concat());
        added.extend(directory.next);
    }
    edits.push(Edit::insert(end, added));
    Some(edits)
}

fn directory(scan: &mut Scan<'_>) -> Option<Directory> {
    let endian = match scan.array::<4>(0)? {
        [b'I', b'I', b'*', 0] => Endian { little: true },
        [b'M', b'M', 0, b'*'] => Endian { little: false },
        _ => return None,
    };
    let at = u64::from(endian.u32(scan.array(4)?));
    let count = u64::from(endian.u16(scan.array(at)?));
    let bytes = scan.bytes(at + 2, count * ENTRY_BYTES as u64)?;
    let (entries, _) = bytes.as_chunks::<ENTRY_BYTES>();
    let next = scan.array(at + 2 + count * ENTRY_BYTES as u64)?;
    Some(Directory { endian, entries: entries.to_vec(), at, next })
}
