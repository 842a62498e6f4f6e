//! A picture file that a server gave.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{Fault, UpstreamError};
use crate::PictureFile;

/// The largest answer with a picture that is read.
pub(crate) const FILE_BYTES_MAX: usize = 96 << 20;

/// The file, if it begins as a picture does: PNG, JPEG, GIF or WebP.
///
/// # Errors
/// [`Fault::Malformed`]
pub(crate) fn picture(bytes: Vec<u8>) -> Result<PictureFile, UpstreamError> {
    let begins = |sign: &[u8]| bytes.starts_with(sign);
    let webp = || begins(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    if begins(b"\x89PNG") || begins(b"\xff\xd8\xff") || begins(b"GIF8") || webp() {
        return Ok(PictureFile { bytes, warnings: Vec::new() });
    }
    Err(Fault::Malformed("what it calls a picture is none").into())
}

/// The file in base64, perhaps as a `data:` address.
///
/// # Errors
/// [`Fault::Malformed`]
pub(crate) fn decoded(encoded: &str) -> Result<PictureFile, UpstreamError> {
    let data = encoded.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"));
    let encoded = data.map_or(encoded, |(_, encoded)| encoded);
    let bytes = STANDARD.decode(encoded.trim());
    picture(bytes.map_err(|_| Fault::Malformed("its base64 is damaged"))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_begins_as_a_picture_is_taken() {
        let cases: [(&[u8], bool); 6] = [
            (b"\x89PNG\r\n", true),
            (b"\xff\xd8\xff\xe0", true),
            (b"RIFF\0\0\0\0WEBPVP8 ", true),
            (b"RIFF\0\0\0\0WAVE", false),
            (b"<html>", false),
            (b"", false),
        ];
        for (bytes, expected) in cases {
            assert_eq!(picture(bytes.to_vec()).is_ok(), expected, "{bytes:?}");
        }
    }

    #[test]
    fn base64_may_come_with_its_type() {
        for encoded in ["iVBORw==", "data:image/png;base64,iVBORw=="] {
            assert_eq!(decoded(encoded).unwrap().bytes, b"\x89PNG");
        }
        assert_eq!(decoded("?").unwrap_err().code(), "upstream_malformed");
    }
}
