//! Labels in the metadata of files: what picture editors, archives and platforms read that know nothing
//! of C2PA. Nobody has to have signed them.
//!
//! Two kinds: IPTC Photo Metadata 2025.1 in XMP (source type, AI system), where XMP has a defined place;
//! and the implicit label of GB 45438-2025, once, at the place that its practice guides name. They are
//! written before signing. Everything else in a file stays as it is: it is cut and joined, never
//! re-encoded.

mod aigc;
mod boxes;
mod edits;
mod flac;
mod gif;
mod heif;
mod id3;
mod items;
mod jpeg;
mod labels;
mod markdown;
mod mp4;
mod ogg;
mod packet;
mod pdf;
mod png;
mod riff;
mod scan;
mod svg;
#[cfg(test)]
mod tests;
mod tiff;
mod vorbis;

use std::{io::Cursor, panic::catch_unwind};

use serde_json::Value;
use types::MediaType;

pub use aigc::{Aigc, AigcLabel, ProviderCode};
pub(crate) use edits::{Edit, Edited};
pub use labels::{AiSystem, Found, Labels};
pub(crate) use scan::{Scan, Source};

use crate::ProvenanceError;

/// What a file carries: a packet of XMP, and the label where it has a place outside XMP.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Contents {
    xmp: Option<Vec<u8>>,
    aigc: Option<Vec<u8>>,
}

/// How one kind of file carries labels.
struct Container {
    media_type: MediaType,
    /// XMP has a place.
    xmp: bool,
    /// The AIGC label has a place outside XMP.
    aigc: bool,
    /// It is checked or prepared for signing, also where no label changes.
    always: bool,
    read: fn(&mut Scan<'_>) -> Contents,
    write: fn(&mut Scan<'_>, &Contents) -> Result<Vec<Edit>, ProvenanceError>,
}

/// Every kind of file that labels have a place in.
const CONTAINERS: [Container; 16] = [
    pictures(MediaType::Png, png::read, png::write),
    pictures(MediaType::Jpeg, jpeg::read, jpeg::write),
    pictures(MediaType::Webp, riff::read_webp, riff::write_webp),
    pictures(MediaType::Gif, gif::read, gif::write),
    pictures(MediaType::Tiff, tiff::read, tiff::write),
    pictures(MediaType::Svg, svg::read, svg::write),
    Container { always: true, ..pictures(MediaType::Avif, heif::read, heif::write) },
    Container { always: true, ..pictures(MediaType::Heic, heif::read, heif::write) },
    Container { aigc: true, ..pictures(MediaType::Mp4, mp4::read, mp4::write) },
    Container { aigc: true, ..pictures(MediaType::M4a, mp4::read, mp4::write) },
    Container { aigc: true, ..pictures(MediaType::Wav, riff::read_wav, riff::write_wav) },
    Container { aigc: true, ..pictures(MediaType::Mp3, id3::read, id3::write) },
    without_xmp(MediaType::Flac, flac::read, flac::write),
    without_xmp(MediaType::Ogg, ogg::read, ogg::write),
    Container { always: true, ..without_xmp(MediaType::Pdf, pdf::read, pdf::write) },
    without_xmp(MediaType::Markdown, markdown::read, markdown::write),
];

type Read = fn(&mut Scan<'_>) -> Contents;
type Write = fn(&mut Scan<'_>, &Contents) -> Result<Vec<Edit>, ProvenanceError>;

const fn pictures(media_type: MediaType, read: Read, write: Write) -> Container {
    Container { media_type, xmp: true, aigc: false, always: false, read, write }
}

const fn without_xmp(media_type: MediaType, read: Read, write: Write) -> Container {
    Container { media_type, xmp: false, aigc: true, always: false, read, write }
}

/// What the metadata of a file states; its kind is told from its bytes. Nothing is stated where it
/// cannot be read.
#[must_use]
pub fn read(bytes: &[u8]) -> Found {
    let kind = match MediaType::sniff(bytes) {
        Some(MediaType::PlainText) => Some(MediaType::Markdown),
        kind => kind,
    };
    // Parsers of hostile input are not all ours: one that panics has found nothing.
    let found = catch_unwind(|| kind.map(|kind| read_as(&mut Cursor::new(bytes), kind)));
    found.unwrap_or_default().unwrap_or_default()
}

/// The same for a stream of a known kind, of which only the metadata is held.
pub(crate) fn read_as(source: &mut dyn Source, media_type: MediaType) -> Found {
    let contents = container(media_type)
        .and_then(|container| Scan::new(source).map(|mut scan| (container.read)(&mut scan)));
    contents.map(|contents| contents.found()).unwrap_or_default()
}

/// What is to be stated, and the changes to a file that state it.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) edits: Vec<Edit>,
    /// What a reader must find afterwards.
    pub(crate) expected: Found,
}

/// What a file shall state. `None` leaves what stands there.
#[derive(Debug, Default)]
pub(crate) struct Statements<'a> {
    pub(crate) source_type: Option<String>,
    pub(crate) ai_system: Option<AiSystem>,
    pub(crate) aigc: Option<&'a Aigc>,
}

/// How to state it in a file. A kind without a place for a statement goes without it.
///
/// # Errors
/// [`ProvenanceError::Labels`] for statements that cannot be written, [`ProvenanceError::Sign`] for
/// bytes that are not of their kind.
pub(crate) fn plan(
    source: &mut dyn Source,
    media_type: MediaType,
    statements: &Statements<'_>,
) -> Result<Plan, ProvenanceError> {
    let container = container(media_type);
    let (Some(container), Some(mut scan)) = (container, Scan::new(source)) else {
        return Ok(Plan::default());
    };
    let old = (container.read)(&mut scan);
    let new = stated(container, &old, statements)?;
    let as_it_is = new == old && !container.always;
    let edits = if as_it_is { Vec::new() } else { (container.write)(&mut scan, &new)? };
    Ok(Plan { edits, expected: new.found() })
}

fn stated(
    container: &Container,
    old: &Contents,
    statements: &Statements<'_>,
) -> Result<Contents, ProvenanceError> {
    let mut new = old.clone();
    let found = old.found();
    let label = statements.aigc.map(|aigc| aigc.over(found.aigc.as_ref())).transpose()?;
    let label = label.map(|label| label.to_string());
    if container.aigc && label.is_some() {
        new.aigc = label.clone().map(String::into_bytes);
    }
    if !container.xmp {
        return Ok(new);
    }
    let mut values = Vec::new();
    if let Some(uri) = &statements.source_type {
        values.push((packet::SOURCE, Some(uri.clone())));
    }
    if let Some(system) = &statements.ai_system {
        values.push((packet::SYSTEM, Some(system.name.clone())));
        values.push((packet::SYSTEM_VERSION, system.version.clone()));
    }
    // Once in a file: in XMP where it has no place of its own, and then nowhere else.
    if label.is_some() {
        values.push((packet::AIGC, label.filter(|_| !container.aigc)));
    }
    let stands = old.packet().is_some() || values.iter().any(|(_, value)| value.is_some());
    if !values.is_empty() && stands {
        if old.xmp.is_some() && old.packet().is_none() {
            return Err(ProvenanceError::Labels(
                "the file's XMP is not UTF-8: mend or remove it".to_owned(),
            ));
        }
        new.xmp = Some(packet::with(old.packet().as_deref(), &values).into_bytes());
    }
    Ok(new)
}

fn container(media_type: MediaType) -> Option<&'static Container> {
    const { &CONTAINERS }.iter().find(|container| container.media_type == media_type)
}

impl Contents {
    fn packet(&self) -> Option<String> {
        self.xmp.clone().and_then(|packet| String::from_utf8(packet).ok())
    }

    fn found(&self) -> Found {
        let packet = self.packet().unwrap_or_default();
        let value = |property| packet::value(&packet, property);
        // Some writers put the object's name around it once more.
        let object = |text: &[u8]| {
            let object = serde_json::from_slice::<Value>(text).ok()?;
            Some(object.get("AIGC").filter(|inner| inner.is_object()).cloned().unwrap_or(object))
        };
        let label = self.aigc.as_deref().and_then(object);
        let version = value(packet::SYSTEM_VERSION);
        Found {
            source_type: value(packet::SOURCE),
            ai_system: value(packet::SYSTEM).map(|name| AiSystem { name, version }),
            aigc: label.or_else(|| object(value(packet::AIGC)?.as_bytes())),
        }
    }
}

/// Bytes that are not what they are said to be, or not all of it.
fn cut_short(kind: &str) -> ProvenanceError {
    ProvenanceError::Sign(format!("its structure as {kind} cannot be followed to its end"))
}
