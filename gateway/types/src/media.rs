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
    /// `text/plain`, always UTF-8 here
    PlainText,
}

impl MediaType {
    /// Every known type with its name and file extension.
    pub const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Png, "image/png", "png"),
        (Self::Jpeg, "image/jpeg", "jpg"),
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
            Self::Png | Self::Jpeg => Modality::Image,
            Self::PlainText => Modality::Text,
        }
    }

    /// Recognises content by its first bytes; UTF-8 without NUL counts as text.
    #[must_use]
    pub fn sniff(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            return Some(Self::Png);
        }
        if bytes.starts_with(b"\xff\xd8\xff") {
            return Some(Self::Jpeg);
        }
        let text = !bytes.is_empty() && !bytes.contains(&0) && std::str::from_utf8(bytes).is_ok();
        text.then_some(Self::PlainText)
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
        let cases: [(&[u8], Option<MediaType>); 5] = [
            (b"\x89PNG\r\n\x1a\n....", Some(MediaType::Png)),
            (b"\xff\xd8\xff\xe0", Some(MediaType::Jpeg)),
            ("新闻".as_bytes(), Some(MediaType::PlainText)),
            (b"\x00\x01", None),
            (b"", None),
        ];
        for (bytes, expected) in cases {
            assert_eq!(MediaType::sniff(bytes), expected);
        }
    }
}
