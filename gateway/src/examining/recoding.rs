//! What others do with a file: its metadata goes, and it is coded once more.

use std::io::Cursor;

use audit::record::examined::Coding;
use image::codecs::jpeg::JpegEncoder;
use types::{MediaType, Modality, Part};
use watermark::{audio, video};

use crate::attaching;

/// JPEG quality of what pages and messengers show.
const QUALITY: u8 = 75;

/// The file without metadata, coded once more; `None` for kinds that are not coded here. Blocks.
pub(super) fn recoded(file: &[u8], media_type: MediaType) -> Option<(Coding, Vec<u8>)> {
    match media_type.modality() {
        Modality::Image => jpeg(file).map(|bytes| (Coding::Jpeg75, bytes)),
        Modality::Audio => {
            let sound = audio::read(file).ok()?;
            let written = |coding, kind| Some((coding, audio::write(&sound, kind).ok()?));
            written(Coding::Mp3, MediaType::Mp3).or_else(|| written(Coding::Opus, MediaType::Ogg))
        }
        Modality::Video => video::recode(file).ok().map(|bytes| (Coding::H264, bytes)),
        Modality::Text => None,
    }
}

fn jpeg(file: &[u8]) -> Option<Vec<u8>> {
    let picture = attaching::decode(Part::Source, file).ok()?;
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(Cursor::new(&mut bytes), QUALITY)
        .encode_image(&picture.to_rgb8())
        .ok()?;
    Some(bytes)
}
