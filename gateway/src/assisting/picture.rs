//! What a picture's file says about it: its size, its colours, its title, and what made it.

use std::io::Cursor;

use assist::alt_text::{self, Facts};
use image::{ImageReader, Limits};

/// Larger pictures are described by their metadata alone.
const SIDE_MAX: u32 = 12_000;
const ALLOC_BYTES_MAX: u64 = 256 << 20;
/// Colours are counted on a picture of this many pixels a side.
const THUMB_SIDE: u32 = 48;
/// Longest title that is read.
const TITLE_BYTES_MAX: usize = 2000;

/// The file is no picture that is read here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the file is neither a PNG nor a JPEG picture, or is damaged")]
pub struct Unreadable;

/// What the file of a picture says by itself; whether a model made it, its credentials say.
///
/// # Errors
/// [`Unreadable`] when it is no picture.
pub fn facts(bytes: &[u8]) -> Result<Facts, Unreadable> {
    let mut reader =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| Unreadable)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(ALLOC_BYTES_MAX);
    reader.limits(limits);
    let picture = reader.decode().map_err(|_| Unreadable)?;
    let size = Some((picture.width(), picture.height()));
    let small = picture.thumbnail_exact(THUMB_SIDE, THUMB_SIDE).to_rgb8();
    let pixels: Vec<[u8; 3]> = small.pixels().map(|pixel| pixel.0).collect();
    let colours = alt_text::colours(&pixels);
    let prompt = ["parameters", "prompt"].iter().find_map(|name| png_text(bytes, name));
    // What follows the prompt there are settings.
    let prompt = prompt.map(|text| text.lines().next().unwrap_or_default().to_owned());
    let title = xmp(bytes, "dc:description")
        .or_else(|| xmp(bytes, "dc:title"))
        .or_else(|| ["Description", "Title"].iter().find_map(|name| png_text(bytes, name)));
    let ai = bytes_contain(bytes, b"trainedAlgorithmicMedia").then_some(true);
    Ok(Facts { caption: None, title, prompt, size, colours, ai })
}

fn bytes_contain(bytes: &[u8], needle: &[u8]) -> bool {
    find(bytes, needle).is_some()
}

fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes.windows(needle.len()).position(|window| window == needle)
}

/// A property of the XMP packet: its text, or the first of its languages.
fn xmp(bytes: &[u8], name: &str) -> Option<String> {
    let start = find(bytes, format!("<{name}>").as_bytes())? + name.len() + 2;
    let rest = bytes.get(start..)?;
    let end =
        find(rest.get(..rest.len().min(TITLE_BYTES_MAX * 2))?, format!("</{name}>").as_bytes())?;
    let inner = std::str::from_utf8(rest.get(..end)?).ok()?;
    let text = match inner.split_once("<rdf:li") {
        Some((_, item)) => item.split_once('>')?.1.split('<').next()?,
        None => inner,
    };
    let text = ["&lt;", "&gt;", "&quot;", "&apos;", "&amp;"]
        .iter()
        .zip(["<", ">", "\"", "'", "&"])
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
    kept(&text)
}

/// A text chunk of a PNG that is not compressed.
fn png_text(bytes: &[u8], name: &str) -> Option<String> {
    let mut at = 8;
    while let Some(header) = bytes.get(at..at + 8) {
        let length = u32::from_be_bytes(header.get(..4)?.try_into().ok()?) as usize;
        let data = bytes.get(at + 8..at + 8 + length)?;
        let text = match header.get(4..8)? {
            b"tEXt" => data.strip_prefix(name.as_bytes()).and_then(|rest| rest.strip_prefix(&[0])),
            // Keyword, no compression, method, two empty languages.
            b"iTXt" => data
                .strip_prefix(name.as_bytes())
                .and_then(|rest| rest.strip_prefix(&[0, 0, 0, 0, 0])),
            _ => None,
        };
        if let Some(text) = text {
            return kept(&String::from_utf8_lossy(text.get(..text.len().min(TITLE_BYTES_MAX))?));
        }
        at = at.checked_add(length)?.checked_add(12)?;
    }
    None
}

fn kept(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty() && text.len() <= TITLE_BYTES_MAX).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use assist::alt_text::Colour;
    use image::{ImageFormat, Rgb, RgbImage};

    use super::*;

    fn png() -> Vec<u8> {
        let picture = RgbImage::from_pixel(60, 40, Rgb([20, 60, 200]));
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn a_file_says_what_it_knows() {
        let bare = facts(&png()).unwrap();
        assert_eq!(
            (bare.size, bare.colours, bare.title, bare.ai),
            (Some((60, 40)), vec![Colour::Blue], None, None)
        );
        let mut named = png();
        let chunk = b"tEXtDescription\0A ferry at the quay";
        let mut bytes = named.drain(..33).collect::<Vec<_>>();
        bytes.extend((chunk.len() as u32 - 4).to_be_bytes());
        bytes.extend(chunk);
        bytes.extend(crc(chunk).to_be_bytes());
        bytes.extend(named);
        assert_eq!(facts(&bytes).unwrap().title.as_deref(), Some("A ferry at the quay"));
        let mut with_xmp = png();
        with_xmp.extend(b"<dc:title><rdf:Alt><rdf:li xml:lang='en'>Rain &amp; wind</rdf:li></rdf:Alt></dc:title>");
        assert_eq!(facts(&with_xmp).unwrap().title.as_deref(), Some("Rain & wind"));
    }

    #[test]
    fn what_is_no_picture_is_told() {
        for bytes in [b"".as_slice(), b"GIF89a", b"\x89PNG\r\n\x1a\n\xff\xff\xff\xfftEXt", b"text"]
        {
            assert_eq!(facts(bytes), Err(Unreadable));
        }
    }

    fn crc(bytes: &[u8]) -> u32 {
        let mut crc = u32::MAX;
        for byte in bytes {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
            }
        }
        !crc
    }
}
