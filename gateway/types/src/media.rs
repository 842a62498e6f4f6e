//! Kinds of content.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::TypeError;

/// What a person perceives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Modality {
    /// Written words.
    Text,
    /// A still picture.
    Image,
    /// Sound.
    Audio,
    /// Moving pictures.
    Video,
}

impl fmt::Display for Modality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Image => "image",
            Self::Audio => "audio",
            Self::Video => "video",
        })
    }
}

/// A media type (RFC 6838) that the line can mark or sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum MediaType {
    /// `image/png`
    Png,
    /// `image/jpeg`
    Jpeg,
    /// `image/webp`
    Webp,
    /// `image/avif`
    Avif,
    /// `image/tiff`
    Tiff,
    /// `image/gif`
    Gif,
    /// `audio/wav`
    Wav,
    /// `audio/flac`
    Flac,
    /// `audio/mpeg`
    Mp3,
    /// `audio/ogg`: Vorbis or Opus
    Ogg,
    /// `audio/mp4`
    M4a,
    /// `video/mp4`
    Mp4,
    /// `text/plain`, always UTF-8 here
    PlainText,
}

impl MediaType {
    /// Every known type with its name and file extension.
    pub const ALL: [(Self, &'static str, &'static str); 13] = [
        (Self::Png, "image/png", "png"),
        (Self::Jpeg, "image/jpeg", "jpg"),
        (Self::Webp, "image/webp", "webp"),
        (Self::Avif, "image/avif", "avif"),
        (Self::Tiff, "image/tiff", "tif"),
        (Self::Gif, "image/gif", "gif"),
        (Self::Wav, "audio/wav", "wav"),
        (Self::Flac, "audio/flac", "flac"),
        (Self::Mp3, "audio/mpeg", "mp3"),
        (Self::Ogg, "audio/ogg", "ogg"),
        (Self::M4a, "audio/mp4", "m4a"),
        (Self::Mp4, "video/mp4", "mp4"),
        (Self::PlainText, "text/plain", "txt"),
    ];

    /// The registered name, such as `image/png`.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|row| row.0 == self).map_or("application/octet-stream", |row| row.1)
    }

    /// The usual file extension, without a dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        Self::ALL.iter().find(|row| row.0 == self).map_or("bin", |row| row.2)
    }

    /// What a person perceives of it.
    #[must_use]
    pub const fn modality(self) -> Modality {
        match self {
            Self::Png | Self::Jpeg | Self::Webp | Self::Avif | Self::Tiff | Self::Gif => {
                Modality::Image
            }
            Self::Wav | Self::Flac | Self::Mp3 | Self::Ogg | Self::M4a => Modality::Audio,
            Self::Mp4 => Modality::Video,
            Self::PlainText => Modality::Text,
        }
    }

    /// Recognises content by its first bytes; UTF-8 without NUL counts as text.
    #[must_use]
    pub fn sniff(bytes: &[u8]) -> Option<Self> {
        let known = match bytes {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Self::Png,
            [0xff, 0xd8, 0xff, ..] => Self::Jpeg,
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Self::Webp,
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => Self::Wav,
            [b'I', b'I', b'*', 0, ..] | [b'M', b'M', 0, b'*', ..] => Self::Tiff,
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Self::Gif,
            [b'f', b'L', b'a', b'C', ..] => Self::Flac,
            [b'O', b'g', b'g', b'S', 0, ..] => Self::Ogg,
            // An ID3v2 tag, or the first frame of MPEG audio layer III.
            [b'I', b'D', b'3', 2..=4, ..] | [0xff, 0xe2 | 0xe3 | 0xf2 | 0xf3 | 0xfa | 0xfb, ..] => {
                Self::Mp3
            }
            [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => Self::base_media(brand),
            _ => return Self::is_text(bytes).then_some(Self::PlainText),
        };
        Some(known)
    }

    /// A file of the ISO base media format, by its major brand (ISO/IEC 14496-12, 4.3).
    fn base_media(brand: &[u8]) -> Self {
        match brand {
            [b'a', b'v', b'i', b'f' | b's', ..] => Self::Avif,
            [b'M', b'4', b'A' | b'B', b' ', ..] => Self::M4a,
            _ => Self::Mp4,
        }
    }

    fn is_text(bytes: &[u8]) -> bool {
        !bytes.is_empty() && !bytes.contains(&0) && std::str::from_utf8(bytes).is_ok()
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for MediaType {
    type Err = TypeError;

    fn from_str(text: &str) -> Result<Self, TypeError> {
        let essence = text.split(';').next().unwrap_or_default().trim();
        let known = Self::ALL.iter().find(|row| row.1.eq_ignore_ascii_case(essence));
        known.map(|row| row.0).ok_or_else(|| TypeError::MediaType(text.to_owned()))
    }
}

impl TryFrom<String> for MediaType {
    type Error = TypeError;

    fn try_from(text: String) -> Result<Self, TypeError> {
        text.parse()
    }
}

impl From<MediaType> for String {
    fn from(media_type: MediaType) -> Self {
        media_type.name().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_and_case_do_not_matter() {
        assert_eq!("Text/Plain; charset=utf-8".parse(), Ok(MediaType::PlainText));
        assert!("text/html".parse::<MediaType>().is_err());
    }

    #[test]
    fn content_is_recognised_by_its_first_bytes() {
        let cases: [(&[u8], Option<MediaType>); 18] = [
            (b"\x89PNG\r\n\x1a\n....", Some(MediaType::Png)),
            (b"\xff\xd8\xff\xe0", Some(MediaType::Jpeg)),
            ("新闻".as_bytes(), Some(MediaType::PlainText)),
            (b"RIFF\x24\0\0\0WEBPVP8 ", Some(MediaType::Webp)),
            (b"RIFF\x24\0\0\0WAVEfmt ", Some(MediaType::Wav)),
            (b"II*\0", Some(MediaType::Tiff)),
            (b"GIF89a", Some(MediaType::Gif)),
            (b"fLaC\0", Some(MediaType::Flac)),
            (b"OggS\0", Some(MediaType::Ogg)),
            (b"ID3\x04", Some(MediaType::Mp3)),
            (b"\xff\xfb\x90\0", Some(MediaType::Mp3)),
            (b"\0\0\0\x1cftypavif", Some(MediaType::Avif)),
            (b"\0\0\0\x1cftypM4A ", Some(MediaType::M4a)),
            (b"\0\0\0\x1cftypisom", Some(MediaType::Mp4)),
            (b"GIF is an abbreviation", Some(MediaType::PlainText)),
            (b"\x00\x01", None),
            (b"RIFF", Some(MediaType::PlainText)),
            (b"", None),
        ];
        for (bytes, expected) in cases {
            assert_eq!(MediaType::sniff(bytes), expected);
        }
    }
}
