//! Where the items of a picture lie in its file: the box `iloc` (ISO/IEC 14496-12, section 8.11.3).

use super::{Edit, Scan, boxes::Box4, edits::moved};

/// Items that are looked at: more than a picture has, fewer than a bomb.
const ITEMS_MAX: u32 = 100_000;

/// A piece of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) at: u64,
    pub(super) length: u64,
}

/// A number in the table, and how wide it is.
#[derive(Debug, Clone, Copy)]
struct Field {
    at: u64,
    bytes: u8,
    value: u64,
}

impl Field {
    fn set(self, value: u64) -> Option<Option<Edit>> {
        (value == self.value)
            .then_some(None)
            .or_else(|| Some(Some(Edit::over(self.at, number(value, self.bytes)?))))
    }
}

#[derive(Debug)]
struct Item {
    id: u32,
    /// Its places count from the start of the file.
    in_file: bool,
    base: Field,
    /// Offsets and lengths.
    extents: Vec<(Field, Field)>,
}

/// The table.
#[derive(Debug)]
pub(super) struct Locations {
    version: u8,
    offset_bytes: u8,
    length_bytes: u8,
    base_bytes: u8,
    index_bytes: u8,
    count: Field,
    items: Vec<Item>,
    /// Where another entry can be put.
    pub(super) end: u64,
}

impl Locations {
    pub(super) fn read(scan: &mut Scan<'_>, table: &Box4) -> Option<Self> {
        let [version, _, _, _, sizes, more] = scan.array(table.content)?;
        let mut cursor = Cursor { scan, at: table.content + 6, end: table.end };
        let count = cursor.field(if version < 2 { 2 } else { 4 })?;
        let mut found = Self {
            version,
            offset_bytes: sizes >> 4,
            length_bytes: sizes & 15,
            base_bytes: more >> 4,
            index_bytes: if version == 0 { 0 } else { more & 15 },
            count,
            items: Vec::new(),
            end: 0,
        };
        // The library that signs moves the table once more, and looks for these numbers elsewhere
        // than the standard has them.
        let looked_for = match (version, found.index_bytes) {
            (1, _) | (2, 1..) => found.base_bytes,
            _ => 0,
        };
        if looked_for != found.index_bytes {
            return None;
        }
        let items = u32::try_from(count.value).ok().filter(|count| *count <= ITEMS_MAX)?;
        for _ in 0..items {
            let item = found.item(&mut cursor)?;
            found.items.push(item);
        }
        found.end = cursor.at;
        Some(found)
    }

    fn item(&self, cursor: &mut Cursor<'_, '_>) -> Option<Item> {
        let id = u32::try_from(cursor.field(if self.version < 2 { 2 } else { 4 })?.value).ok()?;
        let method = if self.version == 0 { 0 } else { cursor.field(2)?.value & 15 };
        let data_reference = cursor.field(2)?.value;
        let base = cursor.field(self.base_bytes)?;
        let count = cursor.field(2)?.value;
        let mut extents = Vec::new();
        for _ in 0..count {
            cursor.field(self.index_bytes)?;
            extents.push((cursor.field(self.offset_bytes)?, cursor.field(self.length_bytes)?));
        }
        Some(Item { id, in_file: method == 0 && data_reference == 0, base, extents })
    }

    /// The highest number of an item.
    pub(super) fn highest(&self) -> u32 {
        self.items.iter().map(|item| item.id).max().unwrap_or_default()
    }

    /// Where an item lies that is in one piece in this file.
    pub(super) fn single_extent(&self, id: u32) -> Option<Extent> {
        let item = self.items.iter().find(|item| item.id == id && item.in_file)?;
        match item.extents.as_slice() {
            [(offset, length)] => Some(Extent {
                at: item.base.value.checked_add(offset.value)?,
                length: length.value,
            }),
            _ => None,
        }
    }

    /// An entry for an item in one piece.
    pub(super) fn entry(&self, id: u32, extent: Extent) -> Option<Vec<u8>> {
        let (base, offset) = if self.base_bytes == 0 { (0, extent.at) } else { (extent.at, 0) };
        let mut entry = number(id.into(), if self.version < 2 { 2 } else { 4 })?;
        entry.extend(number(0, if self.version == 0 { 2 } else { 4 })?);
        entry.extend(number(base, self.base_bytes)?);
        entry.extend(number(1, 2)?);
        entry.extend(number(0, self.index_bytes)?);
        entry.extend(number(offset, self.offset_bytes)?);
        entry.extend(number(extent.length, self.length_bytes)?);
        Some(entry)
    }

    /// How many bytes an entry has.
    pub(super) fn entry_bytes(&self) -> usize {
        let id = if self.version < 2 { 2 } else { 4 };
        let references = if self.version == 0 { 2 } else { 4 };
        let places = self.base_bytes + self.index_bytes + self.offset_bytes + self.length_bytes;
        usize::from(id + references + 2 + places)
    }

    /// One more item.
    pub(super) fn counted(&self) -> Option<Edit> {
        self.count.set(self.count.value + 1)?
    }

    /// The table with the places after `edits`, and with a new place for one item. A base that has
    /// room holds the first place: the library that signs moves either bases or offsets.
    pub(super) fn relocated(
        &self,
        edits: &[Edit],
        placed: Option<(u32, Extent)>,
    ) -> Option<Vec<Edit>> {
        let mut table = Vec::new();
        for item in self.items.iter().filter(|item| item.in_file) {
            let new = placed.filter(|(id, _)| *id == item.id).map(|(_, extent)| extent);
            let mut places = Vec::new();
            for (offset, length) in &item.extents {
                let old = item.base.value.checked_add(offset.value)?;
                places.push(new.map_or_else(|| moved(edits, old), |extent| extent.at));
                table.extend(length.set(new.map_or(length.value, |extent| extent.length))?);
            }
            let first = places.iter().min().copied().unwrap_or(item.base.value);
            let base = if self.base_bytes == 0 { 0 } else { first };
            table.extend(item.base.set(base)?);
            for ((offset, _), place) in item.extents.iter().zip(places) {
                table.extend(offset.set(place.checked_sub(base)?)?);
            }
        }
        Some(table)
    }
}

struct Cursor<'s, 'f> {
    scan: &'s mut Scan<'f>,
    at: u64,
    end: u64,
}

impl Cursor<'_, '_> {
    fn field(&mut self, bytes: u8) -> Option<Field> {
        let at = self.at;
        let value = match bytes {
            0 => 0,
            2 => u64::from(self.scan.be16(at)?),
            4 => u64::from(self.scan.be32(at)?),
            8 => self.scan.be64(at)?,
            _ => return None,
        };
        self.at += u64::from(bytes);
        (self.at <= self.end).then_some(Field { at, bytes, value })
    }
}

/// `None` if the number does not fit.
fn number(value: u64, bytes: u8) -> Option<Vec<u8>> {
    Some(match bytes {
        0 if value == 0 => Vec::new(),
        2 => u16::try_from(value).ok()?.to_be_bytes().to_vec(),
        4 => u32::try_from(value).ok()?.to_be_bytes().to_vec(),
        8 => value.to_be_bytes().to_vec(),
        _ => return None,
    })
}
