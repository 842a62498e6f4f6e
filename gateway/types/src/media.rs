//! Kinds of content.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::TypeError;

mod sniff;

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
    /// `image/svg+xml`
    Svg,
    /// `image/heic`
    Heic,
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
    /// `text/markdown`, always UTF-8 here; its bytes alone do not tell it from plain text
    Markdown,
    /// `application/pdf`
    Pdf,
    /// `text/html`; only who made it says so
    Html,
    /// `application/epub+zip`
    Epub,
    /// `model/gltf-binary`
    Glb,
    /// `application/octet-stream`: bytes of any other kind
    Binary,
}

impl MediaType {
    /// Every known type with its name and file extension.
    pub const ALL: [(Self, &'static str, &'static str); 21] = [
        (Self::Png, "image/png", "png"),
        (Self::Jpeg, "image/jpeg", "jpg"),
        (Self::Webp, "image/webp", "webp"),
        (Self::Avif, "image/avif", "avif"),
        (Self::Tiff, "image/tiff", "tif"),
        (Self::Gif, "image/gif", "gif"),
        (Self::Svg, "image/svg+xml", "svg"),
        (Self::Heic, "image/heic", "heic"),
        (Self::Wav, "audio/wav", "wav"),
        (Self::Flac, "audio/flac", "flac"),
        (Self::Mp3, "audio/mpeg", "mp3"),
        (Self::Ogg, "audio/ogg", "ogg"),
        (Self::M4a, "audio/mp4", "m4a"),
        (Self::Mp4, "video/mp4", "mp4"),
        (Self::PlainText, "text/plain", "txt"),
        (Self::Markdown, "text/markdown", "md"),
        (Self::Pdf, "application/pdf", "pdf"),
        (Self::Html, "text/html", "html"),
        (Self::Epub, "application/epub+zip", "epub"),
        (Self::Glb, "model/gltf-binary", "glb"),
        (Self::Binary, "application/octet-stream", "bin"),
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

    /// What a person perceives of it. Documents, and bytes that nobody can name, count as text.
    #[must_use]
    pub const fn modality(self) -> Modality {
        match self {
            Self::Png
            | Self::Jpeg
            | Self::Webp
            | Self::Avif
            | Self::Tiff
            | Self::Gif
            | Self::Svg
            | Self::Heic => Modality::Image,
            Self::Wav | Self::Flac | Self::Mp3 | Self::Ogg | Self::M4a => Modality::Audio,
            Self::Mp4 => Modality::Video,
            Self::PlainText
            | Self::Markdown
            | Self::Pdf
            | Self::Html
            | Self::Epub
            | Self::Glb
            | Self::Binary => Modality::Text,
        }
    }

    /// Recognises content by its first bytes; UTF-8 without NUL counts as text. `None` for bytes
    /// that could be anything.
    #[must_use]
    pub fn sniff(bytes: &[u8]) -> Option<Self> {
        sniff::media_type(bytes)
    }

    /// The type of an extension, such as `jpeg` or `.md`, in either case.
    #[must_use]
    pub fn from_extension(extension: &str) -> Option<Self> {
        let extension = extension.trim_start_matches('.').to_ascii_lowercase();
        let usual = match extension.as_str() {
            "jpeg" => "jpg",
            "tiff" => "tif",
            "heif" => "heic",
            "wave" => "wav",
            "oga" | "opus" => "ogg",
            "m4b" => "m4a",
            "m4v" | "mov" => "mp4",
            "markdown" => "md",
            "htm" => "html",
            other => other,
        };
        Self::ALL.iter().find(|row| row.2 == usual).map(|row| row.0)
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
        assert!("text/css".parse::<MediaType>().is_err());
    }

    #[test]
    fn every_type_is_known_by_name_and_extension() {
        for (media_type, name, extension) in MediaType::ALL {
            assert_eq!(name.parse(), Ok(media_type));
            assert_eq!((media_type.name(), media_type.extension()), (name, extension));
            assert_eq!(MediaType::from_extension(extension), Some(media_type));
        }
        for (extension, expected) in [
            (".JPEG", Some(MediaType::Jpeg)),
            ("mov", Some(MediaType::Mp4)),
            ("opus", Some(MediaType::Ogg)),
            ("exe", None),
            ("", None),
        ] {
            assert_eq!(MediaType::from_extension(extension), expected, "{extension}");
        }
    }
}
