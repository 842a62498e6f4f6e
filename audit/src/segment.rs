//! Segment files: batches of entries, each with a header that detects torn writes.
//!
//! A batch is written with one write and made durable before the next is begun. So after a power
//! cut at most the last batch is torn: a broken batch with a whole one behind it is damage, not a
//! torn tail. A disk writes sectors whole: the last batch is torn only where a sector of it, or its
//! end, is still zero. Otherwise it was written, perhaps acknowledged, and then changed.

mod read;

use std::ops::Range;

pub(crate) use self::read::{End, check, read};

const MAGIC: [u8; 4] = *b"IMP2";
/// Magic, first index, number of entries, length of the body, CRC-32 of header and body.
pub(crate) const HEADER_BYTES: usize = 4 + 8 + 4 + 4 + 4;
/// Length and CRC-32 of an entry, before each. The CRC names the entry when the batch's is wrong.
pub(crate) const FRAME_BYTES: usize = 4 + 4;
const SECTOR_BYTES: usize = 512;

/// Appends a batch as bytes to an empty buffer.
pub(crate) fn encode(batch: &mut Vec<u8>, first: u64, entries: &[Vec<u8>]) {
    batch.extend(MAGIC);
    batch.extend(first.to_le_bytes());
    batch.extend(length(entries.len()).to_le_bytes());
    let body: usize = entries.iter().map(|entry| FRAME_BYTES + entry.len()).sum();
    batch.extend(length(body).to_le_bytes());
    let mut crc = crc32fast::Hasher::new();
    crc.update(batch);
    batch.reserve(4 + body);
    batch.extend([0; 4]);
    for entry in entries {
        batch.extend(length(entry.len()).to_le_bytes());
        batch.extend(crc32fast::hash(entry).to_le_bytes());
        batch.extend(entry);
    }
    crc.update(batch.get(HEADER_BYTES..).unwrap_or_default());
    if let Some(place) = batch.get_mut(HEADER_BYTES - 4..HEADER_BYTES) {
        place.copy_from_slice(&crc.finalize().to_le_bytes());
    }
}

/// Batches are bounded far below 4 GiB by the committer.
fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

/// What a batch says about itself; it may lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) first: u64,
    pub(crate) count: u32,
    /// Bytes it takes in the segment.
    pub(crate) bytes: usize,
    crc: u32,
}

/// The header at the beginning of `data`.
pub(crate) fn header(data: &[u8]) -> Option<Header> {
    let header = data.get(..HEADER_BYTES).filter(|header| header.starts_with(&MAGIC))?;
    let first = u64::from_le_bytes(header.get(4..12)?.try_into().ok()?);
    let bytes = HEADER_BYTES.checked_add(u32_at(header, 16)? as usize)?;
    Some(Header { first, count: u32_at(header, 12)?, bytes, crc: u32_at(header, 20)? })
}

/// A batch read back.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Batch<'a> {
    pub(crate) first: u64,
    pub(crate) entries: Vec<&'a [u8]>,
    /// Bytes it takes in the segment.
    pub(crate) bytes: usize,
}

/// The batch at the beginning of `data`; `None` when there is no whole one.
pub(crate) fn decode(data: &[u8]) -> Option<Batch<'_>> {
    let header = header(data)?;
    let body = data.get(HEADER_BYTES..header.bytes)?;
    (crc_of(data, body)? == header.crc).then_some(())?;
    let mut entries = Vec::new();
    let mut rest = body;
    for _ in 0..header.count {
        let (entry, _, after) = frame(rest)?;
        entries.push(entry);
        rest = after;
    }
    rest.is_empty().then_some(Batch { first: header.first, entries, bytes: header.bytes })
}

/// The entries of a batch whose indices are wanted; `None` when one of them is not as it was.
pub(crate) fn pick(batch: &[u8], wanted: Range<u64>) -> Option<Vec<Vec<u8>>> {
    let header = header(batch)?;
    let mut rest = batch.get(HEADER_BYTES..)?;
    let mut found = Vec::new();
    for index in (header.first..wanted.end).take(header.count as usize) {
        let bytes = u32_at(rest, 0)? as usize;
        let (entry, after) = rest.get(FRAME_BYTES..)?.split_at_checked(bytes)?;
        if wanted.contains(&index) {
            (crc32fast::hash(entry) == u32_at(rest, 4)?).then_some(())?;
            found.push(entry.to_vec());
        }
        rest = after;
    }
    Some(found)
}

fn crc_of(data: &[u8], body: &[u8]) -> Option<u32> {
    let mut crc = crc32fast::Hasher::new();
    crc.update(data.get(..HEADER_BYTES - 4)?);
    crc.update(body);
    Some(crc.finalize())
}

/// An entry, whether its CRC fits, and what follows it.
fn frame(body: &[u8]) -> Option<(&[u8], bool, &[u8])> {
    let bytes = u32_at(body, 0)? as usize;
    let (entry, after) = body.get(FRAME_BYTES..)?.split_at_checked(bytes)?;
    Some((entry, crc32fast::hash(entry) == u32_at(body, 4)?, after))
}

/// The index of the first entry that is wrong in a broken batch which should begin with `next`.
fn first_wrong(data: &[u8], next: u64) -> u64 {
    let Some(header) = header(data).filter(|header| header.first == next) else { return next };
    let body = data.get(HEADER_BYTES..header.bytes).or_else(|| data.get(HEADER_BYTES..));
    let mut rest = body.unwrap_or_default();
    for index in (next..).take(header.count as usize) {
        match frame(rest) {
            Some((_, true, after)) => rest = after,
            // Every entry is as it was: the header is not.
            None if rest.is_empty() => return next,
            _ => return index,
        }
    }
    next
}

/// Whether what stands at `offset` of a segment, and is no whole batch, was only partly written.
fn is_torn(data: &[u8], offset: usize) -> bool {
    let written = data.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let Some(batch) = data.get(offset..written) else { return true };
    let rest = data.get(offset..).unwrap_or_default();
    if batch.len() < HEADER_BYTES + FRAME_BYTES || has_zero_sector(batch, offset) {
        return true;
    }
    // It claims to be longer than what is there. If only the claim is wrong, it is not torn.
    let claims_more = header(rest).is_some_and(|header| header.bytes > batch.len());
    claims_more && !whole_but_for_its_length(batch)
}

fn has_zero_sector(batch: &[u8], offset: usize) -> bool {
    let head = (SECTOR_BYTES - offset % SECTOR_BYTES).min(batch.len());
    let (head, rest) = batch.split_at(head);
    let is_zero = |sector: &[u8]| sector.iter().all(|byte| *byte == 0);
    is_zero(head) || rest.chunks(SECTOR_BYTES).any(is_zero)
}

fn whole_but_for_its_length(batch: &[u8]) -> bool {
    let Some(body) = batch.get(HEADER_BYTES..) else { return false };
    let mut mended = batch.get(..HEADER_BYTES).unwrap_or_default().to_vec();
    if let Some(place) = mended.get_mut(16..20) {
        place.copy_from_slice(&length(body.len()).to_le_bytes());
    }
    header(batch).is_some_and(|header| crc_of(&mended, body) == Some(header.crc))
}

/// Whether a whole batch begins anywhere in `data`.
fn holds_batch(data: &[u8]) -> bool {
    let starts = data.windows(MAGIC.len()).enumerate().filter(|(_, window)| *window == MAGIC);
    starts.into_iter().any(|(at, _)| data.get(at..).and_then(decode).is_some())
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// The file name of the segment that begins with entry `first`.
pub(crate) fn name(first: u64) -> String {
    format!("{first:020}.segment")
}

#[cfg(test)]
mod tests;
