//! Metadata that a marked file keeps: colour, density, descriptions. Content Credentials are not
//! among them: they speak of the bytes as they were.

use img_parts::{
    Bytes,
    jpeg::{Jpeg, JpegSegment, markers},
    png::Png,
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
pub(super) fn is_animated(file: &[u8]) -> bool {
    let png = Png::from_bytes(Bytes::copy_from_slice(file));
    png.is_ok_and(|png| png.chunk_by_type(*b"acTL").is_some())
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
