//! The AIGC label in Ogg: a comment of Vorbis or Opus (RFC 3533; RFC 7845, section 5.2; TC260 practice
//! guide). The pages with the header packets are laid out anew; those after them are renumbered.

use super::{Contents, Edit, Scan, cut_short, vorbis::Comments};
use crate::ProvenanceError;

const VORBIS: &[u8] = b"\x03vorbis";
const OPUS: &[u8] = b"OpusTags";
/// Bytes of a page before its table of segments.
const HEAD_BYTES: u64 = 27;
const SEGMENTS_MAX: usize = 255;
/// In the flags of a page: it begins with the rest of a packet.
const CONTINUED: u8 = 1;
/// Where number and checksum stand in a page.
const NUMBER_AT: u64 = 18;

#[derive(Debug, Clone)]
struct Page {
    at: u64,
    end: u64,
    serial: [u8; 4],
    number: u32,
    segments: Vec<u8>,
}

impl Page {
    fn read(scan: &mut Scan<'_>, at: u64) -> Option<Self> {
        let head = scan.array::<27>(at)?;
        let [b'O', b'g', b'g', b'S', 0, ..] = head else { return None };
        let [.., s0, s1, s2, s3, n0, n1, n2, n3, _, _, _, _, count] = head;
        let segments = scan.bytes(at + HEAD_BYTES, count.into())?;
        let content = segments.iter().map(|length| u64::from(*length)).sum::<u64>();
        let end = at + HEAD_BYTES + u64::from(count) + content;
        (end <= scan.length()).then_some(Self {
            at,
            end,
            serial: [s0, s1, s2, s3],
            number: u32::from_le_bytes([n0, n1, n2, n3]),
            segments,
        })
    }

    fn content(&self, scan: &mut Scan<'_>) -> Option<Vec<u8>> {
        let start = self.at + HEAD_BYTES + self.segments.len() as u64;
        scan.bytes(start, self.end - start)
    }
}

/// The packets after the first, which are headers: comments, and Vorbis' tables.
struct Headers {
    serial: [u8; 4],
    first_number: u32,
    start: u64,
    end: u64,
    pages: u32,
    packets: Vec<Vec<u8>>,
}

impl Headers {
    fn comments(&self) -> Option<(&'static [u8], Comments)> {
        let packet = self.packets.first()?;
        [VORBIS, OPUS]
            .into_iter()
            .find_map(|head| Some((head, Comments::read(packet.strip_prefix(head)?)?)))
    }
}

pub(super) fn read(scan: &mut Scan<'_>) -> Contents {
    let comments = headers(scan).and_then(|headers| headers.comments());
    Contents { xmp: None, aigc: comments.and_then(|(_, comments)| comments.label()) }
}

pub(super) fn write(scan: &mut Scan<'_>, to: &Contents) -> Result<Vec<Edit>, ProvenanceError> {
    edits(scan, to).ok_or_else(|| cut_short("Ogg"))
}

fn edits(scan: &mut Scan<'_>, to: &Contents) -> Option<Vec<Edit>> {
    let mut headers = headers(scan)?;
    let Some(label) = &to.aigc else { return Some(Vec::new()) };
    let (head, mut comments) = headers.comments()?;
    comments.set_label(label);
    let packet = [head, &comments.bytes()?].concat();
    *headers.packets.first_mut()? = packet;
    let pages = paged(&headers)?;
    let more = u32::try_from(pages.len()).ok()?.wrapping_sub(headers.pages);
    let mut edits = vec![Edit::replace(headers.start, headers.end - headers.start, pages.concat())];
    let mut at = headers.end;
    // Nothing is to be renumbered where as many pages follow as there were.
    while more != 0 && at < scan.length() {
        let page = Page::read(scan, at)?;
        if page.serial == headers.serial {
            let mut whole = scan.bytes(page.at, page.end - page.at)?;
            numbered(&mut whole, page.number.wrapping_add(more));
            let new = whole.get(18..26)?.to_vec();
            edits.push(Edit::over(page.at + NUMBER_AT, new));
        }
        at = page.end;
    }
    Some(edits)
}

fn headers(scan: &mut Scan<'_>) -> Option<Headers> {
    let first = Page::read(scan, 0)?;
    let beginning = first.content(scan)?;
    // The headers after the first: comments and tables in Vorbis, comments in Opus.
    let wanted = if beginning.starts_with(b"\x01vorbis") {
        2
    } else if beginning.starts_with(b"OpusHead") {
        1
    } else {
        return None;
    };
    let (mut packets, mut packet) = (Vec::new(), Vec::new());
    let (mut at, mut pages, mut first_number) = (first.end, 0, None);
    while packets.len() < wanted {
        let page = Page::read(scan, at)?;
        // Streams that are mixed from the start would have to be taken apart.
        if page.serial != first.serial {
            return None;
        }
        let content = page.content(scan)?;
        let mut content = content.as_slice();
        for length in &page.segments {
            let (segment, rest) = content.split_at_checked(usize::from(*length))?;
            packet.extend_from_slice(segment);
            content = rest;
            if *length < 255 {
                packets.push(std::mem::take(&mut packet));
            }
        }
        first_number.get_or_insert(page.number);
        pages += 1;
        at = page.end;
    }
    // Sound begins on a page of its own.
    let whole = packets.len() == wanted && packet.is_empty();
    let (serial, first_number) = (first.serial, first_number?);
    whole.then_some(Headers { serial, first_number, start: first.end, end: at, pages, packets })
}

/// The packets in pages.
fn paged(headers: &Headers) -> Option<Vec<Vec<u8>>> {
    let mut segments: Vec<u8> = Vec::new();
    for packet in &headers.packets {
        segments.extend(std::iter::repeat_n(255, packet.len() / 255));
        segments.push(u8::try_from(packet.len() % 255).ok()?);
    }
    let content = headers.packets.concat();
    let (mut pages, mut rest, mut continued) = (Vec::new(), content.as_slice(), false);
    for (index, table) in segments.chunks(SEGMENTS_MAX).enumerate() {
        let length: usize = table.iter().map(|length| usize::from(*length)).sum();
        let (inside, after) = rest.split_at_checked(length)?;
        rest = after;
        let ends = table.iter().any(|length| *length < 255);
        // A page on which no packet ends has no position.
        let position: i64 = if ends { 0 } else { -1 };
        let flags = if continued { CONTINUED } else { 0 };
        let number = headers.first_number.wrapping_add(u32::try_from(index).ok()?);
        let mut page = [
            &b"OggS\0"[..],
            &[flags],
            &position.to_le_bytes(),
            &headers.serial,
            &[0; 8],
            &[u8::try_from(table.len()).ok()?],
            table,
            inside,
        ]
        .concat();
        numbered(&mut page, number);
        pages.push(page);
        continued = table.last() == Some(&255);
    }
    Some(pages)
}

/// Sets a page's number and with it its checksum.
fn numbered(page: &mut [u8], number: u32) {
    let fields = number.to_le_bytes().into_iter().chain([0; 4]);
    page.iter_mut().skip(18).zip(fields).for_each(|(place, byte)| *place = byte);
    let checksum = checksum(page).to_le_bytes();
    page.iter_mut().skip(22).zip(checksum).for_each(|(place, byte)| *place = byte);
}

/// The checksum of RFC 3533, section 6: not reflected, without inversions.
fn checksum(page: &[u8]) -> u32 {
    page.iter().fold(0, |sum, byte| {
        let index = (sum >> 24) as u8 ^ byte;
        sum << 8 ^ TABLE.get(usize::from(index)).copied().unwrap_or_default()
    })
}

const TABLE: [u32; 256] = table();

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut index = 0_u32;
    #[expect(
        clippy::indexing_slicing,
        reason = "the index is under 256, and this runs at compile time"
    )]
    while index < 256 {
        let mut sum = index << 24;
        let mut bit = 0;
        while bit < 8 {
            sum = if sum & 0x8000_0000 == 0 { sum << 1 } else { sum << 1 ^ 0x04c1_1db7 };
            bit += 1;
        }
        table[index as usize] = sum;
        index += 1;
    }
    table
}
