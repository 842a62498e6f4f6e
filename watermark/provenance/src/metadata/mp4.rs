//! MP4 and M4A: XMP in a `uuid` box (XMP part 3, section 1.2.5), the AIGC label as a keyed item in
//! `moov.udta.meta` (TC260 practice guide; QuickTime File Format, metadata).

use super::{
    Contents, Edit, Scan,
    boxes::{Box4, at_path, boxed, boxes, inside, relocated},
    cut_short,
};
use crate::ProvenanceError;

/// The type of the box that holds XMP.
const XMP: [u8; 16] = [
    0xbe, 0x7a, 0xcf, 0xcb, 0x97, 0xa9, 0x42, 0xe8, 0x9c, 0x71, 0x99, 0x94, 0x91, 0xe3, 0xaf, 0xac,
];
const KEY: &[u8] = b"AIGC";
/// In a key: its namespace is QuickTime's own.
const NAMESPACE: &[u8; 4] = b"mdta";
/// In `data`: the value is UTF-8.
const UTF8: u32 = 1;

pub(super) fn read(scan: &mut Scan<'_>) -> Contents {
    let xmp = xmp_box(scan).and_then(|found| {
        scan.bytes(found.content + 16, (found.end - found.content).checked_sub(16)?)
    });
    let aigc = keyed(scan).into_iter().find_map(|meta| meta.value(KEY));
    Contents { xmp, aigc }
}

pub(super) fn write(scan: &mut Scan<'_>, to: &Contents) -> Result<Vec<Edit>, ProvenanceError> {
    edits(scan, to).ok_or_else(|| cut_short("MP4"))
}

fn edits(scan: &mut Scan<'_>, to: &Contents) -> Option<Vec<Edit>> {
    let top = boxes(scan, 0, scan.length())?;
    let mut edits = Vec::new();
    // Before the other: what goes into the movie may go where that box ends.
    if let Some(label) = &to.aigc {
        let movie = top.iter().find(|found| &found.kind == b"moov")?;
        edits.extend(labelled(scan, movie, label)?);
    }
    if let Some(packet) = &to.xmp {
        let new = boxed(b"uuid", &[&XMP[..], packet].concat())?;
        edits.push(match xmp_box(scan) {
            Some(old) => Edit::replace(old.at, old.end - old.at, new),
            // Nothing may follow a box that reaches to the end.
            None => {
                let last = top.last()?;
                Edit::insert(if last.open { last.at } else { last.end }, new)
            }
        });
    }
    let tables = relocated(scan, &edits)?;
    edits.extend(tables);
    Some(edits)
}

fn xmp_box(scan: &mut Scan<'_>) -> Option<Box4> {
    at_path(scan, &[b"uuid"]).into_iter().find(|found| scan.starts_with(found.content, &XMP))
}

/// The label in the first metadata box with keys, or in a new one. Players read an older kind of
/// metadata box, which is left beside it.
fn labelled(scan: &mut Scan<'_>, movie: &Box4, label: &[u8]) -> Option<Vec<Edit>> {
    let mut edits = Vec::new();
    let data = inside(scan, movie, b"udta").first().copied();
    let grown = match (keyed(scan).into_iter().next(), data) {
        (Some(meta), Some(data)) => {
            let (at, length) = (meta.place.at, meta.place.end - meta.place.at);
            let new = meta.with(KEY, label)?;
            let by = signed(new.len())?.checked_sub_unsigned(length)?;
            edits.push(Edit::replace(at, length, new));
            edits.extend(data.resized(by)?);
            by
        }
        (_, Some(data)) => {
            let new = Keyed::empty(data).with(KEY, label)?;
            let by = signed(new.len())?;
            edits.push(Edit::insert(end_of(scan, &data)?, new));
            edits.extend(data.resized(by)?);
            by
        }
        (_, None) => {
            let new = boxed(b"udta", &Keyed::empty(*movie).with(KEY, label)?)?;
            let by = signed(new.len())?;
            edits.push(Edit::insert(movie.end, new));
            by
        }
    };
    edits.extend(movie.resized(grown)?);
    Some(edits)
}

/// Where a list of user data ends: QuickTime closes it with four bytes of zero.
fn end_of(scan: &mut Scan<'_>, data: &Box4) -> Option<u64> {
    Some(boxes(scan, data.content, data.end)?.last().map_or(data.content, |last| last.end))
}

fn signed(length: usize) -> Option<i64> {
    i64::try_from(length).ok()
}

/// A metadata box whose items are named by keys.
struct Keyed {
    place: Box4,
    /// Whether version and flags stand before its boxes, as ISO has it and QuickTime has not.
    full: bool,
    /// The whole entries of `keys`, each with its namespace.
    keys: Vec<Vec<u8>>,
    /// The items: numbers of keys, counted from one, and contents.
    items: Vec<(u32, Vec<u8>)>,
    /// All other boxes, whole.
    others: Vec<u8>,
}

/// The metadata boxes with keys in the user data of the movie.
fn keyed(scan: &mut Scan<'_>) -> Vec<Keyed> {
    let metas = at_path(scan, &[b"moov", b"udta", b"meta"]);
    metas.into_iter().filter_map(|meta| Keyed::read(scan, meta)).collect()
}

impl Keyed {
    const fn empty(place: Box4) -> Self {
        Self { place, full: true, keys: Vec::new(), items: Vec::new(), others: Vec::new() }
    }

    fn read(scan: &mut Scan<'_>, place: Box4) -> Option<Self> {
        let full = !scan.starts_with(place.content + 4, b"hdlr");
        let start = place.content + if full { 4 } else { 0 };
        let mut found = Self { full, ..Self::empty(place) };
        let mut named = false;
        for child in boxes(scan, start, place.end)? {
            match &child.kind {
                b"keys" => {
                    let entries = Box4 { content: child.content + 8, ..child };
                    for key in boxes(scan, entries.content, entries.end)? {
                        found.keys.push(scan.bytes(key.at + 4, key.end - key.at - 4)?);
                    }
                    named = true;
                }
                b"ilst" => {
                    for item in boxes(scan, child.content, child.end)? {
                        let content = scan.bytes(item.content, item.end - item.content)?;
                        found.items.push((u32::from_be_bytes(item.kind), content));
                    }
                }
                _ => found.others.extend(scan.bytes(child.at, child.end - child.at)?),
            }
        }
        named.then_some(found)
    }

    /// The number of a key, counted from one.
    fn number(&self, key: &[u8]) -> Option<u32> {
        let entry = [&NAMESPACE[..], key].concat();
        let index = self.keys.iter().position(|known| *known == entry)?;
        u32::try_from(index + 1).ok()
    }

    fn value(&self, key: &[u8]) -> Option<Vec<u8>> {
        let number = self.number(key)?;
        let (_, content) = self.items.iter().find(|(item, _)| *item == number)?;
        // Length, `data`, type and locale stand before the value.
        let length = content.first_chunk::<4>().map(|length| u32::from_be_bytes(*length))?;
        content.get(16..usize::try_from(length).ok()?).map(<[u8]>::to_vec)
    }

    /// The whole box with one value for a key.
    fn with(mut self, key: &[u8], value: &[u8]) -> Option<Vec<u8>> {
        let number = match self.number(key) {
            Some(number) => number,
            None => {
                self.keys.push([&NAMESPACE[..], key].concat());
                u32::try_from(self.keys.len()).ok()?
            }
        };
        let data = [&UTF8.to_be_bytes()[..], &[0; 4], value].concat();
        self.items.retain(|(item, _)| *item != number);
        self.items.push((number, boxed(b"data", &data)?));
        self.whole()
    }

    fn whole(&self) -> Option<Vec<u8>> {
        let mut content = if self.full { vec![0; 4] } else { Vec::new() };
        if self.others.is_empty() {
            content.extend(boxed(b"hdlr", &[&[0; 8][..], NAMESPACE, &[0; 13]].concat())?);
        }
        content.extend(&self.others);
        let mut keys = [[0; 4], u32::try_from(self.keys.len()).ok()?.to_be_bytes()].concat();
        for key in &self.keys {
            let length = u32::try_from(key.len() + 4).ok()?;
            keys.extend([&length.to_be_bytes()[..], key].concat());
        }
        content.extend(boxed(b"keys", &keys)?);
        let mut items = Vec::new();
        for (number, item) in &self.items {
            items.extend(boxed(&number.to_be_bytes(), item)?);
        }
        content.extend(boxed(b"ilst", &items)?);
        boxed(b"meta", &content)
    }
}
