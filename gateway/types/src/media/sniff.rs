//! What kind of content some bytes are, by how they begin.

use super::MediaType;

/// Bytes of an ID3v2 header (ID3v2.4 structure, section 3.1).
const ID3_HEADER_BYTES: usize = 10;

pub(super) fn media_type(bytes: &[u8]) -> Option<MediaType> {
    let known = match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => MediaType::Png,
        [0xff, 0xd8, 0xff, ..] => MediaType::Jpeg,
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => MediaType::Webp,
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => MediaType::Wav,
        [b'I', b'I', b'*', 0, ..] | [b'M', b'M', 0, b'*', ..] => MediaType::Tiff,
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => MediaType::Gif,
        [b'%', b'P', b'D', b'F', b'-', ..] => MediaType::Pdf,
        [b'g', b'l', b'T', b'F', 2, 0, 0, 0, ..] => MediaType::Glb,
        // The first file of an EPUB says what it is (EPUB 3.3, OCF, section 4.3).
        [b'P', b'K', 3, 4, ..] if bytes.get(30..58) == Some(b"mimetypeapplication/epub+zip") => {
            MediaType::Epub
        }
        [b'f', b'L', b'a', b'C', ..] => MediaType::Flac,
        [b'O', b'g', b'g', b'S', 0, ..] => MediaType::Ogg,
        // An ID3v2 tag may stand before FLAC, too.
        [b'I', b'D', b'3', 2..=4, ..] if after_id3(bytes).starts_with(b"fLaC") => MediaType::Flac,
        // An ID3v2 tag, or the first frame of MPEG audio layer III.
        [b'I', b'D', b'3', 2..=4, ..] | [0xff, 0xe2 | 0xe3 | 0xf2 | 0xf3 | 0xfa | 0xfb, ..] => {
            MediaType::Mp3
        }
        [a, b, c, d, b'f', b't', b'y', b'p', brands @ ..] => {
            base_media(u32::from_be_bytes([*a, *b, *c, *d]), brands)
        }
        _ => return text(bytes),
    };
    Some(known)
}

/// A file of the ISO base media format, by its major brand or, where that says only `mif1`, by the
/// compatible ones (ISO/IEC 14496-12, section 4.3).
fn base_media(length: u32, brands: &[u8]) -> MediaType {
    let end = usize::try_from(length).unwrap_or(usize::MAX).saturating_sub(8);
    let brands = brands.get(..end).unwrap_or(brands);
    match brands {
        [b'a', b'v', b'i', b'f' | b's', ..] => MediaType::Avif,
        [b'h', b'e', b'i' | b'v', ..] => MediaType::Heic,
        [b'm', b'i' | b's', b'f', b'1', ..] => {
            let avif = brands.chunks_exact(4).any(|brand| matches!(brand, b"avif" | b"avis"));
            if avif { MediaType::Avif } else { MediaType::Heic }
        }
        [b'M', b'4', b'A' | b'B', b' ', ..] => MediaType::M4a,
        _ => MediaType::Mp4,
    }
}

fn after_id3(bytes: &[u8]) -> &[u8] {
    let Some([a, b, c, d]) = bytes.get(6..ID3_HEADER_BYTES) else { return &[] };
    // Seven bits a byte.
    let length = [a, b, c, d].iter().fold(0, |sum, byte| sum << 7 | usize::from(**byte & 0x7f));
    bytes.get(ID3_HEADER_BYTES + length..).unwrap_or_default()
}

fn text(bytes: &[u8]) -> Option<MediaType> {
    if bytes.is_empty() || bytes.contains(&0) {
        return None;
    }
    let text = std::str::from_utf8(bytes).ok()?;
    Some(if is_svg(text) { MediaType::Svg } else { MediaType::PlainText })
}

/// Whether the root element is `svg`, after whatever XML allows before it.
fn is_svg(text: &str) -> bool {
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    while rest.starts_with("<?") || rest.starts_with("<!") {
        let end = match rest {
            comment if comment.starts_with("<!--") => "-->",
            doctype if doctype.starts_with("<!") && inside_subset(doctype) => "]>",
            _ => ">",
        };
        let Some((_, after)) = rest.split_once(end) else { return false };
        rest = after.trim_start();
    }
    let name = rest.strip_prefix('<').unwrap_or_default();
    let name = name.split(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).next();
    name.is_some_and(|name| name == "svg" || name.ends_with(":svg"))
}

/// Whether a document type declaration has an internal subset, in which `>` does not end it.
fn inside_subset(doctype: &str) -> bool {
    doctype.find('[').is_some_and(|subset| doctype.find('>').is_some_and(|end| subset < end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_recognised_by_its_first_bytes() {
        let cases: [(&[u8], Option<MediaType>); 31] = [
            (b"\x89PNG\r\n\x1a\n....", Some(MediaType::Png)),
            (b"\xff\xd8\xff\xe0", Some(MediaType::Jpeg)),
            ("新闻".as_bytes(), Some(MediaType::PlainText)),
            (b"RIFF\x24\0\0\0WEBPVP8 ", Some(MediaType::Webp)),
            (b"RIFF\x24\0\0\0WAVEfmt ", Some(MediaType::Wav)),
            (b"II*\0", Some(MediaType::Tiff)),
            (b"GIF89a", Some(MediaType::Gif)),
            (b"%PDF-1.7", Some(MediaType::Pdf)),
            (b"fLaC\0", Some(MediaType::Flac)),
            (b"ID3\x04\0\0\0\0\0\x02..fLaC", Some(MediaType::Flac)),
            (b"OggS\0", Some(MediaType::Ogg)),
            (b"ID3\x04", Some(MediaType::Mp3)),
            (b"ID3\x04\0\0\0\0\0\x02fLaC", Some(MediaType::Mp3)),
            (b"\xff\xfb\x90\0", Some(MediaType::Mp3)),
            (b"\0\0\0\x1cftypavif", Some(MediaType::Avif)),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", Some(MediaType::Avif)),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", Some(MediaType::Heic)),
            (b"\0\0\0\x14ftypmif1\0\0\0\0mif1avif", Some(MediaType::Heic)),
            (b"\0\0\0\x1cftypheic", Some(MediaType::Heic)),
            (b"\0\0\0\x1cftypM4A ", Some(MediaType::M4a)),
            (b"\0\0\0\x1cftypisom", Some(MediaType::Mp4)),
            (b"GIF is an abbreviation", Some(MediaType::PlainText)),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Some(MediaType::Svg)),
            (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- <svg> -->\n<svg>", Some(MediaType::Svg)),
            (b"<!DOCTYPE svg [<!ENTITY a 'b'>]><s:svg>", Some(MediaType::Svg)),
            (b"<p>an <svg> is a picture", Some(MediaType::PlainText)),
            (b"<svgs>", Some(MediaType::PlainText)),
            (b"<!-- never closed", Some(MediaType::PlainText)),
            (b"\x00\x01", None),
            (b"RIFF", Some(MediaType::PlainText)),
            (b"", None),
        ];
        for (bytes, expected) in cases {
            assert_eq!(media_type(bytes), expected, "{}", String::from_utf8_lossy(bytes));
        }
    }
}
