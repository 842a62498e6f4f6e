//! XMP packets in PNG and JPEG: the source type that picture editors and archives read
//! (IPTC Photo Metadata 2025.1), and the implicit label of GB 45438-2025.
//!
//! Bytes outside the packet are not touched: the file is cut and joined, never re-encoded.

mod jpeg;
mod packet;
mod png;

use types::MediaType;

use crate::{DigitalSourceType, ProvenanceError};

pub(crate) use packet::{aigc, source_type};

/// Where a packet lies, or where one may be put.
struct Slot<'a> {
    /// The text, if there is one.
    packet: Option<&'a str>,
    /// What is replaced: the whole segment or chunk, or nothing at the place for a new one.
    start: usize,
    end: usize,
}

/// The file with its source type in XMP; other properties are kept.
///
/// # Errors
/// [`ProvenanceError::Sign`] when the packet does not fit the format.
pub(crate) fn with_source(
    bytes: &[u8],
    media_type: MediaType,
    source: DigitalSourceType,
) -> Result<Vec<u8>, ProvenanceError> {
    let (Some(uri), Some(slot)) = (source.uri(), slot(bytes, media_type)) else {
        return Ok(bytes.to_vec());
    };
    let packet = packet::with_source(slot.packet, &uri);
    let framed = if media_type == MediaType::Png {
        Some(png::chunk(&packet))
    } else {
        jpeg::segment(&packet)
    };
    let framed = framed.ok_or_else(|| {
        ProvenanceError::Sign(
            "its XMP packet leaves no room for the source type: shorten the metadata".to_owned(),
        )
    })?;
    let around = bytes.get(..slot.start).zip(bytes.get(slot.end..));
    let (before, after) =
        around.ok_or_else(|| ProvenanceError::Sign("it ends too early".to_owned()))?;
    Ok([before, &framed, after].concat())
}

/// The XMP packet of a PNG or JPEG.
pub(crate) fn read(bytes: &[u8]) -> Option<&str> {
    slot(bytes, MediaType::sniff(bytes)?)?.packet
}

fn slot(bytes: &[u8], media_type: MediaType) -> Option<Slot<'_>> {
    match media_type {
        MediaType::Png => png::slot(bytes),
        MediaType::Jpeg => jpeg::slot(bytes),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::{DynamicImage, ImageFormat};

    use super::*;

    const SOURCE: DigitalSourceType = DigitalSourceType::TrainedAlgorithmicMedia;

    fn picture(format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(8, 8).write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn a_picture_states_its_source_and_stays_the_same_picture() {
        for (format, media_type) in
            [(ImageFormat::Png, MediaType::Png), (ImageFormat::Jpeg, MediaType::Jpeg)]
        {
            let plain = picture(format);
            assert_eq!(read(&plain), None);
            let stated = with_source(&plain, media_type, SOURCE).unwrap();
            assert_eq!(source_type(read(&stated).unwrap()), SOURCE.uri());
            let pixels = |bytes: &[u8]| image::load_from_memory(bytes).unwrap().to_rgb8();
            assert_eq!(pixels(&stated), pixels(&plain));
            assert_eq!(with_source(&stated, media_type, SOURCE).unwrap(), stated, "{media_type}");
            let other = with_source(&stated, media_type, DigitalSourceType::HumanEdits).unwrap();
            assert_eq!(source_type(read(&other).unwrap()), DigitalSourceType::HumanEdits.uri());
            assert_eq!(
                with_source(&plain, media_type, DigitalSourceType::Unstated).unwrap(),
                plain
            );
        }
    }

    #[test]
    fn a_packet_that_fills_its_segment_is_an_error() {
        let full = format!("<rdf:RDF>{}</rdf:RDF>", "x".repeat(65_400));
        let segment = jpeg::segment(&full).unwrap();
        let bytes = [b"\xff\xd8", &segment[..], b"\xff\xda"].concat();
        assert!(matches!(
            with_source(&bytes, MediaType::Jpeg, SOURCE),
            Err(ProvenanceError::Sign(_))
        ));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes: Vec<u8>, cut in 0_usize..200) {
            for start in [&b"\x89PNG\r\n\x1a\n"[..], b"\xff\xd8\xff\xe1"] {
                let _ = read(&[start, &bytes[..]].concat());
            }
            let whole = png::chunk(&packet::with_source(None, "x"));
            let whole = [b"\x89PNG\r\n\x1a\n", &whole[..]].concat();
            let _ = read(&whole[..cut.min(whole.len())]);
        }
    }
}
