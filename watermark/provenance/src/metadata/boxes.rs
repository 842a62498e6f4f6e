//! Boxes of the ISO base media format (ISO/IEC 14496-12, section 4.2), and the tables in them that say
//! where in the file something lies: they must follow when bytes before it come or go.

use super::{Edit, Scan, edits::moved};

/// Boxes of one kind inside another that are looked at: more than a film has, fewer than a bomb.
const BOXES_MAX: usize = 200_000;
/// In the flags of `tfhd`: an offset from the start of the file follows.
const BASE_DATA_OFFSET: u32 = 1;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Box4 {
    pub(super) kind: [u8; 4],
    pub(super) at: u64,
    /// Where its content begins.
    pub(super) content: u64,
    pub(super) end: u64,
    /// It reaches to the end of the file, whatever that is.
    pub(super) open: bool,
}

impl Box4 {
    /// The length field after a change; none for a box that reaches to the end anyway.
    pub(super) fn resized(&self, by: i64) -> Option<Vec<Edit>> {
        if self.open {
            return Some(Vec::new());
        }
        let length = (self.end - self.at).checked_add_signed(by)?;
        // After a long length, the content begins eight bytes later.
        let long = self.content - self.at == 16;
        Some(vec![if long {
            Edit::over(self.at + 8, length.to_be_bytes())
        } else {
            Edit::over(self.at, u32::try_from(length).ok()?.to_be_bytes())
        }])
    }
}

/// The boxes between two places; `None` where they do not fit one another.
pub(super) fn boxes(scan: &mut Scan<'_>, mut at: u64, end: u64) -> Option<Vec<Box4>> {
    let mut found = Vec::new();
    while at + 8 <= end {
        let (length, kind) = scan.be32(at).zip(scan.array(at + 4))?;
        let (content, box_end, open) = match length {
            0 => (at + 8, end, true),
            1 => (at + 16, at.checked_add(scan.be64(at + 8)?)?, false),
            length => (at + 8, at + u64::from(length), false),
        };
        if box_end > end || box_end < content || found.len() == BOXES_MAX {
            return None;
        }
        found.push(Box4 { kind, at, content, end: box_end, open });
        at = box_end;
    }
    Some(found)
}

/// The boxes of one kind inside another.
pub(super) fn inside(scan: &mut Scan<'_>, parent: &Box4, kind: &[u8; 4]) -> Vec<Box4> {
    let mut found = boxes(scan, parent.content, parent.end).unwrap_or_default();
    found.retain(|found| &found.kind == kind);
    found
}

/// The boxes at a path of kinds below the top of the file.
pub(super) fn at_path(scan: &mut Scan<'_>, path: &[&[u8; 4]]) -> Vec<Box4> {
    let whole = Box4 { kind: *b"file", at: 0, content: 0, end: scan.length(), open: true };
    let mut found = vec![whole];
    for kind in path {
        found = found.iter().flat_map(|parent| inside(scan, parent, kind)).collect();
    }
    found
}

/// A box with a content.
pub(super) fn boxed(kind: &[u8; 4], content: &[u8]) -> Option<Vec<u8>> {
    let length = u32::try_from(content.len() + 8).ok()?;
    Some([&length.to_be_bytes()[..], kind, content].concat())
}

/// The same tables with the places that their entries will have after `edits`. `None` where a table
/// cannot be read, or cannot hold a new place.
pub(super) fn relocated(scan: &mut Scan<'_>, edits: &[Edit]) -> Option<Vec<Edit>> {
    let mut tables = Vec::new();
    let samples: [&[u8; 4]; 5] = [b"moov", b"trak", b"mdia", b"minf", b"stbl"];
    for table in at_path(scan, &samples) {
        for (kind, wide) in [(b"stco", false), (b"co64", true)] {
            for offsets in inside(scan, &table, kind) {
                let count = u64::from(scan.be32(offsets.content + 4)?);
                tables.extend(column(scan, edits, offsets.content + 8, count, wide)?);
            }
        }
    }
    for fragment in at_path(scan, &[b"moof", b"traf", b"tfhd"]) {
        if scan.be32(fragment.content)? & BASE_DATA_OFFSET != 0 {
            tables.extend(column(scan, edits, fragment.content + 8, 1, true)?);
        }
    }
    for index in at_path(scan, &[b"mfra", b"tfra"]) {
        tables.extend(random_access(scan, edits, &index)?);
    }
    Some(tables)
}

/// Offsets one after another.
fn column(
    scan: &mut Scan<'_>,
    edits: &[Edit],
    at: u64,
    count: u64,
    wide: bool,
) -> Option<Option<Edit>> {
    let bytes = scan.bytes(at, count.checked_mul(if wide { 8 } else { 4 })?)?;
    let new = if wide {
        let place = |bytes: &[u8; 8]| moved(edits, u64::from_be_bytes(*bytes)).to_be_bytes();
        bytes.as_chunks::<8>().0.iter().flat_map(place).collect::<Vec<u8>>()
    } else {
        let place = |bytes: &[u8; 4]| moved(edits, u64::from(u32::from_be_bytes(*bytes)));
        let places = bytes.as_chunks::<4>().0.iter().map(place);
        let narrow: Option<Vec<u32>> = places.map(|place| u32::try_from(place).ok()).collect();
        narrow?.into_iter().flat_map(u32::to_be_bytes).collect()
    };
    Some((new != bytes).then(|| Edit::over(at, new)))
}

/// Places of fragments, for seeking (ISO/IEC 14496-12, section 8.8.10).
fn random_access(scan: &mut Scan<'_>, edits: &[Edit], index: &Box4) -> Option<Vec<Edit>> {
    let [version] = scan.array(index.content)?;
    let sizes = u64::from(scan.be32(index.content + 8)? & 0x3f);
    let count = u64::from(scan.be32(index.content + 12)?);
    let wide = version == 1;
    let place = if wide { 8 } else { 4 };
    let numbers = (sizes >> 4 & 3) + (sizes >> 2 & 3) + (sizes & 3) + 3;
    let mut found = Vec::new();
    for entry in 0..count {
        let at = index.content + 16 + entry.checked_mul(2 * place + numbers)?;
        found.extend(column(scan, edits, at + place, 1, wide)?);
    }
    Some(found)
}
