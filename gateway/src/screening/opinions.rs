//! What checkers beside the rules say of a request or an output.

use generators::{ImageOutput, Raster};
use image::{DynamicImage, RgbImage, codecs::jpeg::JpegEncoder, imageops::FilterType};
use policy::Hook;
use types::{Action, CheckRun, Decision, Modality};

use super::{IMAGE_CONTENT, language};
use crate::{
    case::Case, checking::Question, pipeline::LineError, product::Product, wiring::Stages,
};

/// Longer sides are made smaller before a picture is shown.
const SIDE_MAX: u32 = 1024;
/// JPEG quality of what is shown.
const QUALITY: u8 = 85;

/// Asks about a prompt and the pictures that came with it.
///
/// # Errors
/// [`LineError::Policy`] when somebody has no opinion; the decision then says who.
pub(super) async fn input(
    case: &Case,
    prompt: String,
    decision: &mut Decision,
) -> Result<(), LineError> {
    let mut pictures = Vec::new();
    if case.stages.checkers.look(Hook::Input) {
        let came = case.pictures.clone();
        let rasters = [came.source, came.style, came.garment];
        pictures =
            drawn(move || rasters.into_iter().flatten().map(|it| raster(&it)).collect()).await?;
    }
    ask(case, Hook::Input, prompt, pictures, decision).await
}

/// Asks about what was made.
///
/// # Errors
/// [`LineError::Policy`] when somebody has no opinion; the decision then says who.
pub(super) async fn output(
    case: &Case,
    product: &Product,
    decision: &mut Decision,
) -> Result<(), LineError> {
    let mut pictures = Vec::new();
    let words = match product {
        Product::Text(text) => text.text.clone(),
        Product::Speech(speech) => speech.output.transcript.clone(),
        Product::Film(film) => film.output.transcript.clone(),
        Product::Image(image) if case.stages.checkers.look(Hook::Output) => {
            let image = image.clone();
            pictures = drawn(move || vec![made(&image)]).await?;
            String::new()
        }
        _ => String::new(),
    };
    ask(case, Hook::Output, words, pictures, decision).await
}

/// Asks about words alone.
///
/// # Errors
/// [`LineError::Policy`] when somebody has no opinion; the decision then says who.
pub(crate) async fn words(
    case: &Case,
    hook: Hook,
    words: String,
    decision: &mut Decision,
) -> Result<(), LineError> {
    ask(case, hook, words, Vec::new(), decision).await
}

/// Asks about a text that nobody wants anything made of.
///
/// # Errors
/// [`LineError::Policy`] when somebody has no opinion.
pub(crate) async fn second_opinions(
    stages: &Stages,
    text: &str,
    decision: &mut Decision,
) -> Result<(), LineError> {
    let (hook, modality) = (Hook::Input, Modality::Text);
    if decision.action == Action::Block || !stages.checkers.are_asked(hook) {
        return Ok(());
    }
    let (language, text) = (language(text), text.to_owned());
    let question = Question { hook, modality, language, text, pictures: Vec::new() };
    stages.checkers.ask(question, decision).await
}

async fn ask(
    case: &Case,
    hook: Hook,
    text: String,
    pictures: Vec<Vec<u8>>,
    decision: &mut Decision,
) -> Result<(), LineError> {
    let checkers = &case.stages.checkers;
    // What the rules refuse is shown to nobody else.
    if decision.action == Action::Block || !checkers.are_asked(hook) {
        return Ok(());
    }
    let (modality, shown) = (case.modality(), !pictures.is_empty());
    let language = language(if text.is_empty() { &decision.policy.id } else { &text });
    checkers.ask(Question { hook, modality, language, text, pictures }, decision).await?;
    if shown {
        let looked = |check: &&mut CheckRun| check.check == IMAGE_CONTENT;
        for check in decision.checks.iter_mut().filter(looked) {
            check.outcome = "ran".to_owned();
        }
    }
    Ok(())
}

/// Encodes pictures away from the async threads; one that cannot be shown is an error.
async fn drawn(
    encode: impl FnOnce() -> Vec<Option<Vec<u8>>> + Send + 'static,
) -> Result<Vec<Vec<u8>>, LineError> {
    let encoded = tokio::task::spawn_blocking(encode).await;
    let encoded = encoded.map_err(|error| LineError::Policy(error.to_string()))?;
    let all: Option<Vec<_>> = encoded.into_iter().collect();
    all.ok_or_else(|| LineError::Policy("a picture cannot be shown to a checker".to_owned()))
}

fn raster(raster: &Raster) -> Option<Vec<u8>> {
    jpeg(raster.width, raster.height, raster.pixels.clone())
}

fn made(image: &ImageOutput) -> Option<Vec<u8>> {
    jpeg(image.width, image.height, image.pixels.clone())
}

fn jpeg(width: u32, height: u32, pixels: Vec<u8>) -> Option<Vec<u8>> {
    let mut picture = DynamicImage::ImageRgb8(RgbImage::from_raw(width, height, pixels)?);
    if width.max(height) > SIDE_MAX {
        picture = picture.resize(SIDE_MAX, SIDE_MAX, FilterType::Triangle);
    }
    let mut file = Vec::new();
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut file, QUALITY)).ok()?;
    Some(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_picture_is_shown_smaller() {
        let file = jpeg(3000, 10, vec![90; 90_000]).unwrap();
        let seen = image::load_from_memory(&file).unwrap();
        assert_eq!(seen.width(), SIDE_MAX);
        assert!(jpeg(2, 2, vec![0; 3]).is_none(), "pixels that fill no picture");
    }
}
