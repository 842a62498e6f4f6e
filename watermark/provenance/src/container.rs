//! What a file is, for its parser: what its first bytes say, else what the caller says.
//!
//! `c2pa` looks at the same bytes. It must come to the same answer: the manifest store that was
//! looked at beforehand has to be the one that is parsed.

/// First bytes, and the name of the parser for them. RIFF, TIFF and ISO base media have one parser
/// for all their kinds.
const MAGIC: [(usize, &[u8], &str); 13] = [
    (0, b"\xff\xd8\xff", "jpg"),
    (0, b"\x89PNG\r\n\x1a\n", "png"),
    (0, b"GIF87a", "gif"),
    (0, b"GIF89a", "gif"),
    (0, b"II*\0", "tif"),
    (0, b"MM\0*", "tif"),
    (0, b"II+\0", "tif"),
    (0, b"MM\0+", "tif"),
    (0, b"\0\0\0\x0cJXL \r\n\x87\n", "jxl"),
    (0, b"RIFF", "avi"),
    (4, b"ftyp", "avif"),
    (0, b"fLaC", "flac"),
    (0, b"%PDF", "pdf"),
];
/// So much of a file is searched for the beginning of an SVG.
const HEAD_BYTES: usize = 512;
const ID3_HEADER_BYTES: usize = 10;

/// The name of the parser. `hint` is a file extension or media type.
pub(crate) fn parser(bytes: &[u8], hint: Option<&str>) -> String {
    let known = MAGIC
        .iter()
        .find(|(at, magic, _)| bytes.get(*at..).is_some_and(|bytes| bytes.starts_with(magic)));
    let known = known.map(|(_, _, name)| *name).or_else(|| sound(bytes));
    if let Some(known) = known {
        return known.to_owned();
    }
    if is_svg(bytes) {
        return "svg".to_owned();
    }
    let essence = hint.unwrap_or_default().split(';').next().unwrap_or_default();
    essence.trim().trim_start_matches('.').to_lowercase()
}

/// MP3, or FLAC behind an ID3 tag.
fn sound(bytes: &[u8]) -> Option<&'static str> {
    if let Some([b'I', b'D', b'3', _, _, _, size @ ..]) = bytes.first_chunk::<ID3_HEADER_BYTES>() {
        let size = size.iter().fold(0, |size, byte| size << 7 | usize::from(byte & 0x7f));
        let behind = bytes.get(ID3_HEADER_BYTES + size..).unwrap_or_default();
        return Some(if behind.starts_with(b"fLaC") { "flac" } else { "mp3" });
    }
    let [0xff, second, ..] = bytes else { return None };
    (second & 0xe0 == 0xe0).then_some("mp3")
}

fn is_svg(bytes: &[u8]) -> bool {
    let head = String::from_utf8_lossy(bytes.get(..HEAD_BYTES).unwrap_or(bytes));
    let head = head.trim_start_matches('\u{feff}').trim_start();
    head.starts_with("<svg") || head.starts_with("<?xml") && head.contains("<svg")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_count_more_than_names() {
        let cases: [(&[u8], Option<&str>, &str); 12] = [
            (b"\xff\xd8\xff\xe0", Some("wav"), "jpg"),
            (b"RIFF\0\0\0\0WAVE", Some("image/jpeg"), "avi"),
            (b"\0\0\0\x18ftypmp42", None, "avif"),
            (b"ID3\x04\0\0\0\0\0\0fLaC", None, "flac"),
            (b"ID3\x04\0\0\0\0\0\x01fLaC", None, "mp3"),
            (b"\xff\xfb\x90\0", Some("txt"), "mp3"),
            (b"%PDF-1.7", None, "pdf"),
            (b"<?xml version='1.0'?><svg/>", Some("xml"), "svg"),
            (b"<svg/>", None, "svg"),
            (b"an <svg> in a text", Some(".TXT"), "txt"),
            (b"PK\x03\x04", Some("application/epub+zip; x=y"), "application/epub+zip"),
            (b"", None, ""),
        ];
        for (bytes, hint, expected) in cases {
            assert_eq!(parser(bytes, hint), expected, "{bytes:?} {hint:?}");
        }
    }
}
