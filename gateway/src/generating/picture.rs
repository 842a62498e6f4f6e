//! Pictures as models give them: files of servers are decoded, and what a mask keeps is put back.

use std::{io::Cursor, sync::Arc};

use generators::{ImageOutput, Mask, PictureFile, Pictures, Raster};
use image::{ImageReader, Limits, imageops::FilterType};
use types::Task;

use crate::{case::Case, pipeline::LineError};

/// Pictures of servers with longer sides are not taken.
const SIDE_PIXELS_MAX: u32 = 16_384;
/// Nor those that need more memory.
const PICTURE_BYTES_MAX: u64 = 512 << 20;

/// The pixels of a picture that a server made; its file may hold credentials and is kept for them.
pub(super) async fn opened(case: &mut Case, file: PictureFile) -> Result<ImageOutput, LineError> {
    let PictureFile { bytes, warnings } = file;
    let decoding = tokio::task::spawn_blocking(move || (decoded(&bytes), bytes));
    let (decoded, bytes) = decoding.await.map_err(|_| LineError::Stopped)?;
    case.original = Some(bytes);
    decoded.map(|image| ImageOutput { warnings, ..image }).ok_or(LineError::Picture)
}

/// What a mask keeps is put back to the bit, whatever the model made of it.
pub(super) async fn kept(case: &Case, image: ImageOutput) -> Result<ImageOutput, LineError> {
    let Pictures { source: Some(source), mask: Some(mask), .. } = &case.pictures else {
        return Ok(image);
    };
    // A mask of `restore` says where damage is; elsewhere noise and blur go, too.
    if !matches!(case.request.drawing.task, Task::Inpaint | Task::TryOn) {
        return Ok(image);
    }
    let (source, mask) = (Arc::clone(source), Arc::clone(mask));
    let keeping = tokio::task::spawn_blocking(move || put_back(&source, &mask, image));
    keeping.await.map_err(|_| LineError::Stopped)?
}

fn put_back(source: &Raster, mask: &Mask, image: ImageOutput) -> Result<ImageOutput, LineError> {
    let ImageOutput { width, height, pixels, warnings } = image;
    let mut raster = sized(Raster { width, height, pixels }, source)?;
    generators::picture::keep(&mut raster, source, mask)?;
    let Raster { width, height, pixels } = raster;
    Ok(ImageOutput { width, height, pixels, warnings })
}

/// In the size of the source: servers give the sizes that their models know.
fn sized(made: Raster, source: &Raster) -> Result<Raster, LineError> {
    let (width, height) = (source.width, source.height);
    if (made.width, made.height) == (width, height) {
        return Ok(made);
    }
    let picture = image::RgbImage::from_raw(made.width, made.height, made.pixels);
    let picture = picture.ok_or(LineError::Picture)?;
    let resized = image::imageops::resize(&picture, width, height, FilterType::Lanczos3);
    Ok(Raster { width, height, pixels: resized.into_raw() })
}

fn decoded(file: &[u8]) -> Option<ImageOutput> {
    let mut reader = ImageReader::new(Cursor::new(file));
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_PIXELS_MAX);
    limits.max_image_height = Some(SIDE_PIXELS_MAX);
    limits.max_alloc = Some(PICTURE_BYTES_MAX);
    reader.limits(limits);
    let picture = reader.with_guessed_format().ok()?.decode().ok()?.into_rgb8();
    let (width, height) = picture.dimensions();
    Some(ImageOutput { width, height, pixels: picture.into_raw(), warnings: Vec::new() })
}
