//! RIFF: XMP and the AIGC label in WAV, XMP in WebP (XMP part 3, sections 1.1.7 and 1.1.10; WebP
//! container specification; TC260 practice guide for audio).

use super::{Contents, Edit, Scan, cut_short};
use crate::ProvenanceError;

const XMP_IN_WAV: &[u8; 4] = b"_PMX";
const XMP_IN_WEBP: &[u8; 4] = b"XMP ";
const AIGC: &[u8; 4] = b"AIGC";
/// Who writes a stream of unknown length states one that no file reaches.
const UNKNOWN_BYTES_MIN: u64 = 0x7fff_0000;
/// Bytes before the first chunk.
const HEADER_BYTES: u64 = 12;
/// In the flags of `VP8X`: an `XMP ` chunk follows.
const HAS_XMP: u8 = 4;
/// In the flags of `VP8X`: the picture is not opaque.
const HAS_ALPHA: u8 = 16;

#[derive(Debug, Clone, Copy)]
struct Chunk {
    id: [u8; 4],
    at: u64,
    length: u64,
    /// With the byte that fills it up to an even length.
    end: u64,
}

struct Layout {
    chunks: Vec<Chunk>,
    end: u64,
    /// Gives its length to sound that was streamed before anybody knew it.
    mended: Option<Edit>,
}

impl Layout {
    fn first(&self, id: &[u8; 4]) -> Option<Chunk> {
        self.chunks.iter().find(|chunk| &chunk.id == id).copied()
    }

    fn content(&self, scan: &mut Scan<'_>, id: &[u8; 4]) -> Option<Vec<u8>> {
        let chunk = self.first(id)?;
        scan.bytes(chunk.at + 8, chunk.length)
    }

    /// Puts one chunk in the place of all of its kind, or at the end.
    fn set(&self, id: &[u8; 4], content: Option<&[u8]>, edits: &mut Vec<Edit>) -> Option<()> {
        let mut content = content.map(|content| chunk(id, content));
        for old in self.chunks.iter().filter(|chunk| &chunk.id == id) {
            let new = content.take().unwrap_or_else(|| Some(Vec::new()))?;
            edits.push(Edit::replace(old.at, old.end - old.at, new));
        }
        if let Some(new) = content {
            edits.push(Edit::insert(self.end, new?));
        }
        Some(())
    }
}

pub(super) fn read_wav(scan: &mut Scan<'_>) -> Contents {
    let Some(layout) = layout(scan) else { return Contents::default() };
    Contents { xmp: layout.content(scan, XMP_IN_WAV), aigc: layout.content(scan, AIGC) }
}

pub(super) fn write_wav(scan: &mut Scan<'_>, to: &Contents) -> Result<Vec<Edit>, ProvenanceError> {
    let layout = layout(scan).ok_or_else(|| cut_short("WAV"))?;
    let mut edits: Vec<Edit> = layout.mended.clone().into_iter().collect();
    let set = layout
        .set(XMP_IN_WAV, to.xmp.as_deref(), &mut edits)
        .and_then(|()| layout.set(AIGC, to.aigc.as_deref(), &mut edits));
    set.and_then(|()| sized(&layout, edits)).ok_or_else(|| cut_short("WAV"))
}

pub(super) fn read_webp(scan: &mut Scan<'_>) -> Contents {
    let xmp = layout(scan).and_then(|layout| layout.content(scan, XMP_IN_WEBP));
    Contents { xmp, aigc: None }
}

pub(super) fn write_webp(scan: &mut Scan<'_>, to: &Contents) -> Result<Vec<Edit>, ProvenanceError> {
    webp_edits(scan, to).ok_or_else(|| cut_short("WebP"))
}

fn webp_edits(scan: &mut Scan<'_>, to: &Contents) -> Option<Vec<Edit>> {
    let layout = layout(scan)?;
    let mut edits = Vec::new();
    let first = layout.chunks.first()?;
    if &first.id == b"VP8X" {
        let [flags] = scan.array(first.at + 8)?;
        edits.push(Edit::over(first.at + 8, [flags | HAS_XMP]));
    } else {
        edits.push(Edit::insert(first.at, extended_header(scan, first)?));
    }
    layout.set(XMP_IN_WEBP, to.xmp.as_deref(), &mut edits)?;
    sized(&layout, edits)
}

/// The chunk that a picture needs before it may carry metadata.
fn extended_header(scan: &mut Scan<'_>, picture: &Chunk) -> Option<Vec<u8>> {
    let (width, height, alpha) = match &picture.id {
        b"VP8 " => {
            let [.., a, b, c, d] = scan.array::<10>(picture.at + 8)?;
            let edge = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3fff);
            (edge(a, b).checked_sub(1)?, edge(c, d).checked_sub(1)?, false)
        }
        b"VP8L" => {
            let bits = scan.le32(picture.at + 9)?;
            (bits & 0x3fff, bits >> 14 & 0x3fff, bits >> 28 & 1 == 1)
        }
        _ => return None,
    };
    let flags = if alpha { HAS_XMP | HAS_ALPHA } else { HAS_XMP };
    let [w0, w1, w2, _] = width.to_le_bytes();
    let [h0, h1, h2, _] = height.to_le_bytes();
    chunk(b"VP8X", &[flags, 0, 0, 0, w0, w1, w2, h0, h1, h2])
}

fn layout(scan: &mut Scan<'_>) -> Option<Layout> {
    if !scan.starts_with(0, b"RIFF") {
        return None;
    }
    let stated = u64::from(scan.le32(4)?) + 8;
    let end = stated.min(scan.length());
    let (mut chunks, mut mended) = (Vec::new(), None);
    let mut at = HEADER_BYTES;
    while at + 8 <= end {
        let (id, length) = scan.array::<4>(at).zip(scan.le32(at + 4))?;
        let mut length = u64::from(length);
        if at + 8 + length > end {
            // A chunk that reaches past the end would swallow whatever is put behind it.
            if &id != b"data" || length < UNKNOWN_BYTES_MIN {
                return None;
            }
            length = end - at - 8;
            mended = Some(Edit::over(at + 4, u32::try_from(length).ok()?.to_le_bytes()));
        }
        let padded = (at + 8 + length + length % 2).min(end);
        chunks.push(Chunk { id, at, length, end: padded });
        at = padded;
    }
    Some(Layout { chunks, end, mended })
}

/// `None` if the content is longer than a chunk can be.
fn chunk(id: &[u8; 4], content: &[u8]) -> Option<Vec<u8>> {
    let length = u32::try_from(content.len()).ok()?;
    let mut chunk = [&id[..], &length.to_le_bytes(), content].concat();
    if content.len() % 2 == 1 {
        chunk.push(0);
    }
    Some(chunk)
}

/// The edits with the length of the whole, and with what makes the end even before a new chunk.
fn sized(layout: &Layout, mut edits: Vec<Edit>) -> Option<Vec<Edit>> {
    if layout.end % 2 == 1
        && let Some(last) = edits.iter_mut().find(|edit| edit.at == layout.end)
    {
        last.bytes.insert(0, 0);
    }
    let new = edits
        .iter()
        .fold(layout.end, |end, edit| (end + edit.bytes.len() as u64).saturating_sub(edit.removed));
    edits.push(Edit::over(4, u32::try_from(new - 8).ok()?.to_le_bytes()));
    Some(edits)
}
