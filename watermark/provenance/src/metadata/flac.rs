//! The AIGC label in FLAC: a comment (RFC 9639, section 8.6; TC260 practice guide). XMP has no place.

use super::{Contents, Edit, Scan, cut_short, id3, vorbis::Comments};
use crate::ProvenanceError;

const MARKER: &[u8] = b"fLaC";
const COMMENTS: u8 = 4;
/// In the type of a block: no other follows.
const LAST: u8 = 0x80;

#[derive(Debug, Clone, Copy)]
struct Block {
    kind: u8,
    at: u64,
    end: u64,
}

pub(super) fn read(scan: &mut Scan<'_>) -> Contents {
    let comments = blocks(scan).and_then(|blocks| comments(scan, &blocks));
    Contents { xmp: None, aigc: comments.and_then(|(_, comments)| comments.label()) }
}

pub(super) fn write(scan: &mut Scan<'_>, to: &Contents) -> Result<Vec<Edit>, ProvenanceError> {
    edits(scan, to).ok_or_else(|| cut_short("FLAC"))
}

fn edits(scan: &mut Scan<'_>, to: &Contents) -> Option<Vec<Edit>> {
    let blocks = blocks(scan)?;
    let Some(label) = &to.aigc else { return Some(Vec::new()) };
    if let Some((block, mut comments)) = comments(scan, &blocks) {
        comments.set_label(label);
        let new = framed(block.kind, &comments.bytes()?)?;
        return Some(vec![Edit::replace(block.at, block.end - block.at, new)]);
    }
    // The first block describes the stream; comments may follow it.
    let first = blocks.first()?;
    let mut comments = Comments::default();
    comments.set_label(label);
    let new = framed(COMMENTS | first.kind & LAST, &comments.bytes()?)?;
    Some(vec![Edit::over(first.at, [first.kind & !LAST]), Edit::insert(first.end, new)])
}

fn comments(scan: &mut Scan<'_>, blocks: &[Block]) -> Option<(Block, Comments)> {
    let block = *blocks.iter().find(|block| block.kind & !LAST == COMMENTS)?;
    let bytes = scan.bytes(block.at + 4, block.end - block.at - 4)?;
    Some((block, Comments::read(&bytes)?))
}

fn blocks(scan: &mut Scan<'_>) -> Option<Vec<Block>> {
    let start = id3::length(scan)?;
    if !scan.starts_with(start, MARKER) {
        return None;
    }
    let mut blocks = Vec::new();
    let mut at = start + MARKER.len() as u64;
    loop {
        let [kind, a, b, c] = scan.array(at)?;
        let end = at + 4 + u64::from(u32::from_be_bytes([0, a, b, c]));
        if end > scan.length() {
            return None;
        }
        blocks.push(Block { kind, at, end });
        if kind & LAST != 0 {
            return Some(blocks);
        }
        at = end;
    }
}

/// `None` if the content is longer than a block can be.
fn framed(kind: u8, content: &[u8]) -> Option<Vec<u8>> {
    let [0, a, b, c] = u32::try_from(content.len()).ok()?.to_be_bytes() else { return None };
    Some([&[kind, a, b, c], content].concat())
}
