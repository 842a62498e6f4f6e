//! What a video is made of: pictures, tables and a sound.

use std::sync::Arc;

use generators::{Material, Recording};
use types::{Attachment, GenerationRequest, Part};

use super::{decode, expected, raster, wrong};
use crate::pipeline::LineError;

/// What recognisers hear, in samples a second.
const HEARD_RATE: u32 = generators::recogniser::RATE;
/// More files are not taken: a record names them all.
const FILES_MAX: usize = 16;
/// Nor larger tables.
const TABLE_BYTES_MAX: usize = 4 << 20;

/// Reads the material of a request.
///
/// # Errors
/// [`LineError::Attachment`] naming the file that is of no use or too large.
pub(super) fn open(request: &GenerationRequest) -> Result<Material, LineError> {
    let task = request.drawing.task;
    expected(task, &request.attachments)?;
    if let Some(file) = request.attachments.get(FILES_MAX) {
        return Err(wrong(file.part, format!("is one too many: a video takes {FILES_MAX} files")));
    }
    let mut material = Material::default();
    for file in &request.attachments {
        match file.part {
            Part::Picture => {
                material.pictures.push(raster(&decode(file.part, &file.bytes)?, false));
            }
            Part::Table => material.tables.push(table(file)?),
            Part::Sound => {
                let heard = (!task.films()).then_some(HEARD_RATE);
                material.sound = Some(Arc::new(recording(file, heard)?));
            }
            _ => {}
        }
    }
    Ok(material)
}

fn table(file: &Attachment) -> Result<String, LineError> {
    if file.bytes.len() > TABLE_BYTES_MAX {
        return Err(wrong(file.part, format!("has more than {TABLE_BYTES_MAX} bytes")));
    }
    let text = std::str::from_utf8(&file.bytes);
    let text = text.map_err(|_| wrong(file.part, "is not UTF-8: give CSV in UTF-8"))?;
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

/// All channels together, at the rate that is wanted.
fn recording(file: &Attachment, rate: Option<u32>) -> Result<Recording, LineError> {
    let unreadable = |error| wrong(file.part, format!("cannot be read: {error}"));
    let sound = watermark::audio::read(&file.bytes).map_err(unreadable)?;
    let count = sound.channels().len().max(1) as f32;
    let mut samples = vec![0.0; sound.frames()];
    for channel in sound.channels() {
        for (sum, sample) in samples.iter_mut().zip(channel) {
            *sum += sample / count;
        }
    }
    let rate = rate.unwrap_or(sound.rate());
    let samples = watermark::audio::resampled(&samples, sound.rate(), rate).map_err(unreadable)?;
    Ok(Recording { rate, samples })
}

#[cfg(test)]
mod tests {
    use types::{Drawing, MediaType, Modality, Sampling, Task};

    use super::*;

    fn request(task: Task, files: &[(Part, &[u8])]) -> GenerationRequest {
        let file =
            |(part, bytes): &(Part, &[u8])| Attachment::new(*part, MediaType::Binary, *bytes);
        GenerationRequest {
            drawing: Drawing { task, ..Drawing::default() },
            attachments: files.iter().map(file).collect(),
            ..GenerationRequest::new(Modality::Video, "m", Vec::new(), Sampling::default())
        }
    }

    #[test]
    fn tables_keep_their_order_and_lose_the_mark_of_their_encoding() {
        let files: [(Part, &[u8]); 2] = [(Part::Table, b"\xef\xbb\xbfa,b"), (Part::Table, b"c")];
        let found = open(&request(Task::Effects, &files)).unwrap();
        assert_eq!(found.tables, ["a,b", "c"]);
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let cases: [(Task, Part, &[u8], &str); 5] = [
            (Task::Effects, Part::Table, b"\xff\xfe", "not UTF-8"),
            (Task::Effects, Part::Picture, b"no picture", "cannot be read"),
            (Task::Effects, Part::Sound, b"no sound", "cannot be read"),
            (Task::Anchor, Part::Sound, b"", "of no use to the task `anchor`"),
            (Task::Effects, Part::Mask, b"", "of no use to the task `effects`"),
        ];
        for (task, part, bytes, expected) in cases {
            let error = open(&request(task, &[(part, bytes)])).unwrap_err().to_string();
            assert!(error.contains(expected), "{error} does not say {expected}");
        }
    }
}
