//! XMP in AVIF and HEIC: an item of type `mime` that describes the primary item (ISO/IEC 23008-12,
//! annex A). Its bytes go to the end, and the table of items is told of them.

use super::{
    Contents, Edit, Scan,
    boxes::{Box4, boxed, boxes, inside, relocated},
    edits::moved,
    items::{Extent, Locations},
};
use crate::ProvenanceError;

const RDF: &[u8] = b"application/rdf+xml";

/// The metadata box of the file and what it says about items.
struct Items {
    meta: Box4,
    children: Vec<Box4>,
    locations: Locations,
    highest: u32,
    xmp: Option<u32>,
}

impl Items {
    fn child(&self, kind: &[u8; 4]) -> Option<Box4> {
        self.children.iter().find(|child| &child.kind == kind).copied()
    }

    fn extent(&self) -> Option<Extent> {
        self.locations.single_extent(self.xmp?)
    }
}

pub(super) fn read(scan: &mut Scan<'_>) -> Contents {
    let extent = items(scan).and_then(|items| items.extent());
    Contents { xmp: extent.and_then(|extent| scan.bytes(extent.at, extent.length)), aigc: None }
}

pub(super) fn write(scan: &mut Scan<'_>, to: &Contents) -> Result<Vec<Edit>, ProvenanceError> {
    edits(scan, to.xmp.as_deref()).ok_or_else(|| {
        ProvenanceError::Sign(
            "the picture's table of items cannot be followed, or has no room for another"
                .to_owned(),
        )
    })
}

fn edits(scan: &mut Scan<'_>, packet: Option<&[u8]>) -> Option<Vec<Edit>> {
    let items = items(scan)?;
    let Some(packet) = packet else { return items.locations.relocated(&[], None) };
    let top = boxes(scan, 0, scan.length())?;
    let last = top.last()?;
    // Nothing may follow a box that reaches to the end.
    let place = if last.open { last.at } else { last.end };
    let stored = Edit::insert(place, boxed(b"mdat", packet)?);
    let length = packet.len() as u64;
    if let Some(id) = items.xmp {
        let old = items.extent()?;
        let blank = Edit::over(old.at, vec![b' '; usize::try_from(old.length).ok()?]);
        let mut edits = vec![blank, stored];
        let extent = Extent { at: place + 8, length };
        // The old packet is as long as its blanks, and the new one follows everything.
        edits.extend(items.locations.relocated(&edits, Some((id, extent)))?);
        return Some(edits);
    }
    let id = items.highest.checked_add(1)?;
    let mut edits = registered(scan, &items, id)?;
    let entry = items.locations.entry(id, Extent { at: 0, length })?;
    let entry_index = edits.len();
    edits.push(Edit::insert(items.locations.end, entry));
    let count = items.locations.counted()?;
    edits.push(count);
    let table = items.child(b"iloc")?;
    let grown = grown(&edits, items.meta.content, items.meta.end)?;
    edits.extend(table.resized(i64::try_from(items.locations.entry_bytes()).ok()?)?);
    edits.extend(items.meta.resized(grown)?);
    let at = moved(&edits, place) + 8;
    edits.get_mut(entry_index)?.bytes = items.locations.entry(id, Extent { at, length })?;
    edits.push(stored);
    let mut tables = items.locations.relocated(&edits, None)?;
    // A picture that moves has the tables of a film, too.
    tables.extend(relocated(scan, &edits)?);
    edits.extend(tables);
    Some(edits)
}

/// The entry of the item in the list of items, and its reference to the picture.
fn registered(scan: &mut Scan<'_>, items: &Items, id: u32) -> Option<Vec<Edit>> {
    let primary = items.child(b"pitm")?;
    let [version] = scan.array(primary.content)?;
    let primary = match version {
        0 => u32::from(scan.be16(primary.content + 4)?),
        _ => scan.be32(primary.content + 4)?,
    };
    let list = items.child(b"iinf")?;
    let entry = description(id)?;
    let mut edits = list.resized(i64::try_from(entry.len()).ok()?)?;
    let [version] = scan.array(list.content)?;
    edits.push(match version {
        0 => {
            let count = scan.be16(list.content + 4)?.checked_add(1)?;
            Edit::over(list.content + 4, count.to_be_bytes())
        }
        _ => {
            let count = scan.be32(list.content + 4)?.checked_add(1)?;
            Edit::over(list.content + 4, count.to_be_bytes())
        }
    });
    edits.push(Edit::insert(list.end, entry));
    edits.extend(referenced(scan, items, id, primary)?);
    Some(edits)
}

fn description(id: u32) -> Option<Vec<u8>> {
    let (version, id) = match u16::try_from(id) {
        Ok(short) => (2, short.to_be_bytes().to_vec()),
        Err(_) => (3, id.to_be_bytes().to_vec()),
    };
    boxed(b"infe", &[&[version, 0, 0, 0], &id[..], &[0, 0], b"mime", b"\0", RDF, b"\0"].concat())
}

/// `cdsc`: the item describes the picture.
fn referenced(scan: &mut Scan<'_>, items: &Items, id: u32, primary: u32) -> Option<Vec<Edit>> {
    let references = items.child(b"iref");
    let wide = match references {
        Some(references) => scan.array::<1>(references.content)? != [0],
        None => id > u32::from(u16::MAX),
    };
    let number = |id: u32| -> Option<Vec<u8>> {
        Some(if wide {
            id.to_be_bytes().to_vec()
        } else {
            u16::try_from(id).ok()?.to_be_bytes().to_vec()
        })
    };
    let entry = boxed(b"cdsc", &[&number(id)?[..], &[0, 1], &number(primary)?].concat())?;
    match references {
        Some(references) => {
            let mut edits = references.resized(i64::try_from(entry.len()).ok()?)?;
            edits.push(Edit::insert(references.end, entry));
            Some(edits)
        }
        None => {
            let whole = boxed(b"iref", &[&[u8::from(wide), 0, 0, 0], &entry[..]].concat())?;
            // Before the table of places, whose own end takes an entry.
            Some(vec![Edit::insert(items.child(b"iloc")?.at, whole)])
        }
    }
}

/// By how much the bytes between two places grow.
fn grown(edits: &[Edit], start: u64, end: u64) -> Option<i64> {
    let inside = edits.iter().filter(|edit| start <= edit.at && edit.at <= end);
    inside
        .map(|edit| i64::try_from(edit.bytes.len()).ok()?.checked_sub_unsigned(edit.removed))
        .sum()
}

fn items(scan: &mut Scan<'_>) -> Option<Items> {
    let whole = boxes(scan, 0, scan.length())?;
    let meta = *whole.iter().find(|found| &found.kind == b"meta")?;
    let children = boxes(scan, meta.content + 4, meta.end)?;
    let child = |kind: &[u8; 4]| children.iter().find(|child| &child.kind == kind).copied();
    let locations = Locations::read(scan, &child(b"iloc")?)?;
    let list = child(b"iinf")?;
    let [version] = scan.array(list.content)?;
    let entries = Box4 { content: list.content + if version == 0 { 6 } else { 8 }, ..list };
    let (mut highest, mut xmp) = (locations.highest(), None);
    for entry in inside(scan, &entries, b"infe") {
        let (id, is_xmp) = described(scan, &entry)?;
        highest = highest.max(id);
        if is_xmp && xmp.is_none() {
            xmp = Some(id);
        }
    }
    Some(Items { meta, children, locations, highest, xmp })
}

/// The number of an item, and whether it is XMP.
fn described(scan: &mut Scan<'_>, entry: &Box4) -> Option<(u32, bool)> {
    let [version] = scan.array(entry.content)?;
    let (id, after) = match version {
        3 => (scan.be32(entry.content + 4)?, entry.content + 8),
        _ => (u32::from(scan.be16(entry.content + 4)?), entry.content + 6),
    };
    if version < 2 || !scan.starts_with(after + 2, b"mime") {
        return Some((id, false));
    }
    let texts = scan.bytes(after + 6, entry.end.checked_sub(after + 6)?)?;
    let mut texts = texts.split(|byte| *byte == 0).skip(1);
    Some((id, texts.next() == Some(RDF)))
}
