//! Pictures as files, as servers want them.

use std::sync::Arc;

use png::{BitDepth, ColorType, Compression, Encoder};

use crate::{GeneratorError, Mask, Raster};

/// How a mask is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MaskForm {
    /// Grey: white is to be changed.
    Grey,
    /// Grey, and transparent where it is to be changed: what OpenAI's protocol and most nodes of
    /// graphs read.
    Transparent,
}

/// A picture as PNG. Runs on a thread for such work.
///
/// # Errors
/// [`GeneratorError::Failed`] when the pixels do not fill the size.
pub(crate) async fn picture(raster: &Arc<Raster>) -> Result<Vec<u8>, GeneratorError> {
    let raster = Arc::clone(raster);
    off(move || png((raster.width, raster.height), ColorType::Rgb, &raster.pixels)).await
}

/// A mask as PNG. Runs on a thread for such work.
///
/// # Errors
/// [`GeneratorError::Failed`] when the values do not fill the size.
pub(crate) async fn mask(mask: &Arc<Mask>, form: MaskForm) -> Result<Vec<u8>, GeneratorError> {
    let mask = Arc::clone(mask);
    let size = (mask.width, mask.height);
    off(move || match form {
        MaskForm::Grey => png(size, ColorType::Grayscale, &mask.values),
        MaskForm::Transparent => {
            let pixel = |value: &u8| [*value, *value, *value, 255 - *value];
            let pixels: Vec<u8> = mask.values.iter().flat_map(pixel).collect();
            png(size, ColorType::Rgba, &pixels)
        }
    })
    .await
}

async fn off<F>(work: F) -> Result<Vec<u8>, GeneratorError>
where
    F: FnOnce() -> Result<Vec<u8>, GeneratorError> + Send + 'static,
{
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| GeneratorError::Failed("a picture could not be encoded".to_owned()))?
}

fn png(size: (u32, u32), color: ColorType, pixels: &[u8]) -> Result<Vec<u8>, GeneratorError> {
    let failed = |error: png::EncodingError| GeneratorError::Failed(error.to_string());
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, size.0, size.1);
    encoder.set_color(color);
    encoder.set_depth(BitDepth::Eight);
    // It travels a short way once.
    encoder.set_compression(Compression::Fast);
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(pixels).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(file: &[u8]) -> (ColorType, Vec<u8>) {
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        pixels.truncate(info.buffer_size());
        (info.color_type, pixels)
    }

    fn run<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn pictures_and_masks_come_back_as_they_were(
            (width, height, pixels) in (1_u32..9, 1_u32..9).prop_flat_map(|(width, height)| {
                let bytes = prop::collection::vec(any::<u8>(), (3 * width * height) as usize);
                (Just(width), Just(height), bytes)
            })
        ) {
            let raster = Arc::new(Raster { width, height, pixels: pixels.clone() });
            prop_assert_eq!(read(&run(picture(&raster)).unwrap()), (ColorType::Rgb, pixels.clone()));
            let values: Vec<u8> = pixels.iter().step_by(3).copied().collect();
            let drawn = Arc::new(Mask { width, height, values: values.clone() });
            let grey = read(&run(mask(&drawn, MaskForm::Grey)).unwrap());
            prop_assert_eq!(grey, (ColorType::Grayscale, values.clone()));
            let (color, holes) = read(&run(mask(&drawn, MaskForm::Transparent)).unwrap());
            prop_assert_eq!(color, ColorType::Rgba);
            let alphas: Vec<u8> = holes.iter().skip(3).step_by(4).map(|alpha| 255 - alpha).collect();
            prop_assert_eq!(alphas, values);
        }
    }

    #[test]
    fn pixels_that_do_not_fill_the_size_are_refused() {
        let raster = Arc::new(Raster { width: 4, height: 4, pixels: vec![0; 5] });
        assert!(run(picture(&raster)).is_err());
    }
}
