//! Metadata that a marked file keeps: colour, density, descriptions. Content Credentials are not
//! among them: they speak of the bytes as they were.

use img_parts::{
    Bytes,
    jpeg::{Jpeg, JpegSegment, markers},
    png::Png,
    webp::{CHUNK_ANIM, WebP},
};

use crate::WatermarkError;

/// Chunks that stay true whatever the pixels' format.
const PNG_CHUNKS: [&[u8; 4]; 12] = [
    b"cHRM", b"cICP", b"gAMA", b"iCCP", b"sRGB", b"mDCV", b"cLLI", b"pHYs", b"eXIf", b"tEXt",
    b"zTXt", b"iTXt",
];
const JFIF: &[u8] = b"JFIF\0";
const ICC: &[u8] = b"ICC_PROFILE\0";

/// Whether a PNG file holds more than one picture (APNG).
pub(super) fn is_animated_png(file: &[u8]) -> bool {
    let png = Png::from_bytes(Bytes::copy_from_slice(file));
    png.is_ok_and(|png| png.chunk_by_type(*b"acTL").is_some())
}

/// Whether a WebP file holds more than one picture.
pub(super) fn is_animated_webp(file: &[u8]) -> bool {
    let webp = WebP::from_bytes(Bytes::copy_from_slice(file));
    webp.is_ok_and(|webp| webp.has_chunk(CHUNK_ANIM))
}

/// Whether a TIFF file has a second directory (TIFF 6.0, section 2).
pub(super) fn has_pages(file: &[u8]) -> bool {
    let little = file.first() == Some(&b'I');
    let number = |at: usize, bytes: usize| {
        let field = file.get(at..at.checked_add(bytes)?)?.iter();
        let push = |number: usize, byte: &u8| number << 8 | usize::from(*byte);
        Some(if little { field.rev().fold(0, push) } else { field.fold(0, push) })
    };
    let next = || {
        let directory = number(4, 4)?;
        let entries = number(directory, 2)?;
        number(directory.checked_add(2 + 12 * entries)?, 4)
    };
    next().is_some_and(|next| next != 0)
}

/// Puts the chunks of `source` that are kept into the PNG file `bytes`.
pub(super) fn carry_png(bytes: Vec<u8>, source: &[u8]) -> Result<Vec<u8>, WatermarkError> {
    let source = Png::from_bytes(Bytes::copy_from_slice(source)).map_err(unreadable)?;
    let mut png = Png::from_bytes(bytes.into()).map_err(unreadable)?;
    let kept = source.chunks().iter().filter(|chunk| PNG_CHUNKS.contains(&&chunk.kind()));
    let (kept, chunks) = (kept.cloned(), png.chunks_mut());
    // Behind the header, in front of the pixels: all of them may stand there.
    let header = 1.min(chunks.len());
    chunks.splice(header..header, kept);
    Ok(png.encoder().bytes().to_vec())
}

/// Puts the segments of `source` that are kept into the JPEG file `bytes`.
pub(super) fn carry_jpeg(
    bytes: Vec<u8>,
    source: &[u8],
    colour: bool,
) -> Result<Vec<u8>, WatermarkError> {
    let source = Jpeg::from_bytes(Bytes::copy_from_slice(source)).map_err(unreadable)?;
    let mut jpeg = Jpeg::from_bytes(bytes.into()).map_err(unreadable)?;
    let space: &[u8] = if colour { b"RGB " } else { b"GRAY" };
    let segments = source.segments();
    // A profile of four inks does not describe the three colours it was converted to.
    let profile = segments.iter().find(|segment| is_icc(segment)).and_then(colour_space);
    let kept = segments.iter().filter(|segment| match segment.marker() {
        markers::APP0 => segment.contents().starts_with(JFIF),
        markers::APP1 | markers::APP13 | markers::COM => true,
        markers::APP2 => is_icc(segment) && profile.is_some_and(|found| found == space),
        _ => false,
    });
    let kept: Vec<JpegSegment> = kept.cloned().collect();
    let own = jpeg.segments_mut();
    own.retain(|segment| segment.marker() != markers::APP0);
    let jfif = JpegSegment::new_with_contents(
        markers::APP0,
        Bytes::from_static(b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0"),
    );
    let first = if kept.iter().any(|segment| segment.marker() == markers::APP0) {
        None
    } else {
        Some(jfif)
    };
    own.splice(0..0, first.into_iter().chain(kept));
    Ok(jpeg.encoder().bytes().to_vec())
}

fn is_icc(segment: &JpegSegment) -> bool {
    segment.marker() == markers::APP2 && segment.contents().starts_with(ICC)
}

/// Bytes 16 to 19 of a profile (ICC.1:2022, 7.2.6), which follow two bytes of numbering.
fn colour_space(segment: &JpegSegment) -> Option<&[u8]> {
    segment.contents().get(ICC.len() + 2 + 16..ICC.len() + 2 + 20)
}

fn unreadable(error: img_parts::Error) -> WatermarkError {
    WatermarkError::Unreadable { reason: error.to_string() }
}
