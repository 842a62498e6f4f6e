//! Files that come with a request: decoded once, within limits, before anything is done with them.

mod material;

use std::{io::Cursor, sync::Arc};

use generators::{Mask, Material, Pictures, Raster};
use image::{DynamicImage, GenericImageView as _, ImageDecoder as _, ImageReader, Limits};
use types::{Attachment, GenerationRequest, Modality, Part, Task};

use crate::{carrying::Seeker, case::Case, consents::agreeing, overriding, pipeline::LineError};

/// Pictures with longer sides are not taken.
const SIDE_PIXELS_MAX: u32 = 16_384;
/// Nor those with more pixels.
const PIXELS_MAX: u64 = 50_000_000;
/// Nor those that need more memory to be decoded.
const DECODING_BYTES_MAX: u64 = 512 << 20;

/// Looks up the agreement and the rules that a case's request names, and decodes what came with it.
///
/// # Errors
/// [`LineError::ConsentNeeded`], [`LineError::Consent`], [`LineError::Override`], or [`LineError::Attachment`] naming the file
/// that cannot be used.
pub(crate) async fn open(case: &mut Case) -> Result<(), LineError> {
    overriding::check(case)?;
    case.agreement = agreeing::agreed(case).await?;
    if case.request.attachments.is_empty() && case.modality() != Modality::Image {
        return expected(case.request.drawing.task, &[]);
    }
    let request = case.request.clone();
    let seeker = Seeker::of(&case.stages, request.modality == Modality::Image);
    let opening = tokio::task::spawn_blocking(move || {
        let (pictures, material) = match request.modality {
            Modality::Image => (pictures(&request)?, Material::default()),
            _ => (Pictures::default(), material::open(&request)?),
        };
        let carried = request.attachments.iter().map(|file| seeker.attachment(file));
        Ok::<_, LineError>((pictures, material, carried.collect::<Vec<_>>()))
    });
    let opened = opening.await.map_err(|_| LineError::Stopped)?;
    (case.pictures, case.material, case.carried) = opened?;
    case.from_synthetic = case.carried.iter().any(|file| file.declares_ai);
    Ok(())
}

/// The pictures of a request, by what they are there for.
///
/// A mask comes as a file of its own, or as the transparent part of the source. In a mask with
/// transparency, what is transparent may be changed (OpenAI's convention); in one without, what is
/// white.
///
/// # Errors
/// [`LineError::Attachment`] naming the file that is missing, of no use or too large.
fn pictures(request: &GenerationRequest) -> Result<Pictures, LineError> {
    let task = request.drawing.task;
    expected(task, &request.attachments)?;
    let mut pictures = Pictures::default();
    for file in &request.attachments {
        let part = file.part;
        let picture = decode(part, &file.bytes)?;
        match part {
            Part::Source => {
                let hidden = mask_of_alpha(&picture).filter(|_| task == Task::Inpaint);
                if pictures.mask.is_none() {
                    pictures.mask = hidden.map(Arc::new);
                }
                pictures.source = Some(raster(&picture, pictures.mask.is_some()));
            }
            Part::Mask => pictures.mask = Some(Arc::new(mask(&picture))),
            Part::Style => pictures.style = Some(raster(&picture, false)),
            Part::Garment => {
                if pictures.garment_mask.is_none() {
                    // What is transparent in the picture of a garment is not the garment.
                    pictures.garment_mask = mask_of_alpha(&picture).map(inverted).map(Arc::new);
                }
                pictures.garment = Some(raster(&picture, true));
            }
            Part::GarmentMask => pictures.garment_mask = Some(Arc::new(mask(&picture))),
            Part::Picture | Part::Table | Part::Sound | Part::Script => {}
        }
    }
    fits(Part::Mask, pictures.mask.as_deref(), pictures.source.as_deref())?;
    fits(Part::GarmentMask, pictures.garment_mask.as_deref(), pictures.garment.as_deref())?;
    let masked = task.takes().0.contains(&Part::Mask);
    match pictures.mask.as_deref() {
        None if masked => Err(wrong(Part::Mask, "is missing: it says where to change the picture")),
        Some(mask) if mask.values.iter().all(|value| *value == 0) => {
            let reason = "leaves nothing to change: what is to be changed is white, or transparent";
            Err(wrong(Part::Mask, reason))
        }
        _ => Ok(pictures),
    }
}

/// Whether parts of a picture are transparent. `false` for what is no picture.
pub(crate) fn shows_through(file: &[u8]) -> bool {
    decode(Part::Source, file).is_ok_and(|picture| mask_of_alpha(&picture).is_some())
}

fn wrong(part: Part, reason: impl Into<String>) -> LineError {
    LineError::Attachment { part, reason: reason.into() }
}

/// Every file is of use to the task and comes once, and none is missing.
fn expected(task: Task, files: &[Attachment]) -> Result<(), LineError> {
    let (needed, taken) = task.takes();
    for (place, file) in files.iter().enumerate() {
        if !needed.contains(&file.part) && !taken.contains(&file.part) {
            return Err(wrong(
                file.part,
                format!("is of no use to the task `{task}`: leave it out"),
            ));
        }
        let again = files.iter().skip(place + 1).any(|other| other.part == file.part);
        if again && !file.part.repeats() {
            return Err(wrong(file.part, "comes more than once: give one"));
        }
    }
    // A mask may also be the transparent part of the source.
    let missing =
        |part: &&Part| **part != Part::Mask && !files.iter().any(|file| file.part == **part);
    match needed.iter().find(missing) {
        None => Ok(()),
        Some(part) => Err(wrong(*part, format!("is missing: the task `{task}` works on it"))),
    }
}

fn fits(part: Part, mask: Option<&Mask>, picture: Option<&Raster>) -> Result<(), LineError> {
    match (mask, picture) {
        (Some(mask), Some(picture))
            if (mask.width, mask.height) != (picture.width, picture.height) =>
        {
            let reason = format!(
                "has {}x{} pixels and its picture {}x{}: give both in one size",
                mask.width, mask.height, picture.width, picture.height
            );
            Err(wrong(part, reason))
        }
        _ => Ok(()),
    }
}

/// Decodes a still picture within limits and turns it as its camera was held.
pub(crate) fn decode(part: Part, file: &[u8]) -> Result<DynamicImage, LineError> {
    let unreadable = |_| wrong(part, "cannot be read: give a whole PNG, JPEG, WebP or AVIF file");
    let reader = || ImageReader::new(Cursor::new(file)).with_guessed_format();
    let (width, height) = reader()
        .map_err(image::ImageError::IoError)
        .and_then(ImageReader::into_dimensions)
        .map_err(unreadable)?;
    let pixels = u64::from(width) * u64::from(height);
    if width.max(height) > SIDE_PIXELS_MAX || pixels > PIXELS_MAX {
        let reason = format!(
            "has {width}x{height} pixels; at most {SIDE_PIXELS_MAX} on a side and {PIXELS_MAX} in all are taken"
        );
        return Err(wrong(part, reason));
    }
    let mut reader = reader().map_err(|error| unreadable(error.into()))?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(DECODING_BYTES_MAX);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(unreadable)?;
    // A picture without a readable orientation stands as it is.
    let orientation = decoder.orientation().ok();
    let mut picture = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    if let Some(orientation) = orientation {
        picture.apply_orientation(orientation);
    }
    Ok(picture)
}

/// RGB pixels; what shines through is white, unless the colours under it are wanted.
fn raster(picture: &DynamicImage, under: bool) -> Arc<Raster> {
    let (width, height) = picture.dimensions();
    if under || !picture.color().has_alpha() {
        return Arc::new(Raster { width, height, pixels: picture.to_rgb8().into_raw() });
    }
    let mut pixels = Vec::with_capacity(3 * width as usize * height as usize);
    for pixel in picture.to_rgba8().pixels() {
        let [red, green, blue, alpha] = pixel.0;
        let over = |value: u8| {
            let mixed = u32::from(value) * u32::from(alpha) + 255 * (255 - u32::from(alpha));
            // At most 255: the shares sum to 255.
            ((mixed + 127) / 255) as u8
        };
        pixels.extend([over(red), over(green), over(blue)]);
    }
    Arc::new(Raster { width, height, pixels })
}

fn mask(picture: &DynamicImage) -> Mask {
    mask_of_alpha(picture).unwrap_or_else(|| {
        let (width, height) = picture.dimensions();
        Mask { width, height, values: picture.to_luma8().into_raw() }
    })
}

/// What is transparent; `None` when nothing is.
fn mask_of_alpha(picture: &DynamicImage) -> Option<Mask> {
    if !picture.color().has_alpha() {
        return None;
    }
    let (width, height) = picture.dimensions();
    let values: Vec<u8> = picture.to_rgba8().pixels().map(|pixel| 255 - pixel.0[3]).collect();
    values.iter().any(|value| *value > 0).then_some(Mask { width, height, values })
}

fn inverted(mut mask: Mask) -> Mask {
    for value in &mut mask.values {
        *value = 255 - *value;
    }
    mask
}

#[cfg(test)]
mod tests;
