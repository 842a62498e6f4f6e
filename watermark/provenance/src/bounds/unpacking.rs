//! Parts of files that unpack to any size.
//!
//! An ID3v2 frame may be compressed, and its reader unpacks it whole. No program puts credentials
//! there, so such a tag is not read at all.

/// An extended header follows the tag's header (ID3v2.3 and 2.4, section 3.1).
const EXTENDED: u8 = 0x40;
const HEADER_BYTES: usize = 10;

/// Why a file is not to be unpacked.
pub(crate) fn unpacks(bytes: &[u8]) -> Option<&'static str> {
    has_compressed_frame(bytes).then_some("its ID3 tag has compressed parts, which are not read")
}

/// Whether an ID3v2 tag that a file begins with has a compressed frame.
fn has_compressed_frame(bytes: &[u8]) -> bool {
    let Some([b'I', b'D', b'3', version @ 2..=4, _, flags, size @ ..]) =
        bytes.first_chunk::<HEADER_BYTES>()
    else {
        return false;
    };
    // In ID3v2.2 this flag means that the whole tag is compressed, in an unknown way.
    if *version == 2 {
        return flags & EXTENDED != 0;
    }
    let end = HEADER_BYTES.saturating_add(synchsafe(*size)).min(bytes.len());
    let mut rest = bytes.get(HEADER_BYTES..end).unwrap_or_default();
    if flags & EXTENDED != 0 {
        rest = past_extension(rest, *version);
    }
    while let Some((frame, after)) = rest.split_first_chunk::<HEADER_BYTES>() {
        let [a, _, _, _, size @ .., _, format] = *frame;
        if a == 0 {
            return false;
        }
        let compressed = if *version == 3 { 0x80 } else { 0x08 };
        if format & compressed != 0 {
            return true;
        }
        rest = after.get(length(size, *version)..).unwrap_or_default();
    }
    false
}

fn past_extension(rest: &[u8], version: u8) -> &[u8] {
    let Some(size) = rest.first_chunk::<4>() else { return &[] };
    // Version 2.3 does not count the size field itself.
    let length = if version == 3 { length(*size, 3).saturating_add(4) } else { synchsafe(*size) };
    rest.get(length..).unwrap_or_default()
}

fn length(size: [u8; 4], version: u8) -> usize {
    if version == 3 {
        usize::try_from(u32::from_be_bytes(size)).unwrap_or(usize::MAX)
    } else {
        synchsafe(size)
    }
}

fn synchsafe(size: [u8; 4]) -> usize {
    size.iter().fold(0, |value, byte| value << 7 | usize::from(byte & 0x7f))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tag(version: u8, frames: &[(&[u8; 4], u8, u8)]) -> Vec<u8> {
        let frame = |(id, size, format): &(&[u8; 4], u8, u8)| {
            [&id[..], &[0, 0, 0, *size, 0, *format], &vec![1; usize::from(*size)]].concat()
        };
        let frames: Vec<u8> = frames.iter().flat_map(frame).collect();
        let size = u8::try_from(frames.len()).unwrap();
        [&[b'I', b'D', b'3', version, 0, 0, 0, 0, 0, size], &frames[..]].concat()
    }

    #[test]
    fn a_compressed_frame_is_found_behind_others() {
        for (version, compressed, other) in [(3, 0x80, 0x08), (4, 0x08, 0x80)] {
            let plain: (&[u8; 4], u8, u8) = (b"TIT2", 5, 0);
            assert!(has_compressed_frame(&tag(version, &[plain, (b"GEOB", 9, compressed)])));
            assert!(!has_compressed_frame(&tag(version, &[plain, (b"GEOB", 9, other)])));
            assert!(!has_compressed_frame(&tag(version, &[])));
        }
        assert!(has_compressed_frame(b"ID3\x02\0\x40\0\0\0\0"));
        assert!(unpacks(b"RIFF").is_none());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>, version in 2_u8..5) {
            let tag = [&[b'I', b'D', b'3', version][..], &bytes].concat();
            let _ = (unpacks(&tag), unpacks(&bytes));
        }
    }
}
