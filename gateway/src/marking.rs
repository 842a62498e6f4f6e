//! The invisible mark: in the sampler for text, on the pixels for pictures.

use std::{
    io::Cursor,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use generators::{ImageOutput, SamplerHook};
use image::{ImageFormat, RgbImage};
use types::{Mark, MarkId, MediaType};
use watermark::{TextMark, WatermarkKey};

use crate::{
    case::Case,
    config::Unmarkable,
    generating::{Product, Text},
    outcome::{Fingerprint, Generation},
    pipeline::LineError,
    screening::Cleared,
};

/// An asset with its mark, or the reason why it has none.
#[derive(Debug)]
pub(crate) struct MarkedAsset {
    pub(crate) bytes: Vec<u8>,
    pub(crate) media_type: MediaType,
    pub(crate) mark: Mark,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) generation: Generation,
    pub(crate) warnings: Vec<String>,
    pub(crate) hold: bool,
}

/// The text mark of one generation, shared between the sampler and the line.
#[derive(Debug, Clone)]
pub(crate) struct TextMarking(Arc<Mutex<TextMark>>);

impl TextMarking {
    pub(crate) fn new(key: &WatermarkKey) -> Self {
        Self(Arc::new(Mutex::new(TextMark::new(key))))
    }

    /// What the sampler calls for every token.
    pub(crate) fn hook(&self) -> Box<dyn SamplerHook + Send> {
        Box::new(self.clone())
    }

    fn mark(&self) -> Mark {
        // A sampler that panicked has marked what it had marked.
        let text = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        text.outcome()
    }
}

impl SamplerHook for TextMarking {
    fn reweigh(&mut self, previous: Option<u32>, candidates: &mut Vec<(u32, f32)>) {
        // The first token has no context that a reader of the text could know.
        if let Some(previous) = previous {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).reweigh(previous, candidates);
        }
    }
}

/// Marks the asset; `None` when configuration refuses what cannot be marked.
pub(crate) async fn mark(case: &mut Case, cleared: Cleared) -> Result<Option<MarkedAsset>, LineError> {
    let start = Instant::now();
    let key = Arc::clone(&case.stages.watermark_key);
    let Cleared { product, warnings, hold } = cleared;
    let model = case.request.model.clone();
    let marked = tokio::task::spawn_blocking(move || match product {
        Product::Text(text) => Ok(mark_text(text, model)),
        Product::Image(image) => mark_image(&key, image, model),
    });
    let mut asset = marked.await.map_err(|_| LineError::Stopped)??;
    asset.warnings.splice(0..0, warnings);
    asset.hold |= hold;
    case.stages.metrics.stage("watermark", start);
    let Mark::NotMarkable { reason } = &asset.mark else { return Ok(Some(asset)) };
    match case.stages.installation.config().watermark.unmarkable {
        Unmarkable::Refuse => return Ok(None),
        Unmarkable::Hold => asset.hold = true,
        Unmarkable::Release => {}
    }
    asset.warnings.push(format!("not marked: {reason}"));
    Ok(Some(asset))
}

fn mark_text(text: Text, model: String) -> MarkedAsset {
    MarkedAsset {
        mark: text.marking.mark(),
        fingerprint: Fingerprint::Text(watermark::fingerprint::text(&text.text)),
        bytes: text.text.into_bytes(),
        media_type: MediaType::PlainText,
        generation: Generation {
            model,
            prompt_tokens: text.prompt_tokens,
            completion_tokens: text.completion_tokens,
            finish_reason: text.finish_reason.to_owned(),
        },
        warnings: Vec::new(),
        hold: false,
    }
}

fn mark_image(key: &WatermarkKey, picture: ImageOutput, model: String) -> Result<MarkedAsset, LineError> {
    let png = png(picture)?;
    let id = MarkId::from(rand::random::<u64>());
    let bytes = watermark::image::embed(key, &png, MediaType::Png, id)?;
    let fingerprint = Fingerprint::Image(watermark::fingerprint::image(&bytes)?);
    let mark = Mark::Embedded { algorithm: watermark::image::ALGORITHM.to_owned(), id };
    let generation = Generation { model, ..Generation::default() };
    let (warnings, media_type, hold) = (Vec::new(), MediaType::Png, false);
    Ok(MarkedAsset { bytes, media_type, mark, fingerprint, generation, warnings, hold })
}

fn png(picture: ImageOutput) -> Result<Vec<u8>, LineError> {
    let wrong = || LineError::Picture;
    let pixels = RgbImage::from_raw(picture.width, picture.height, picture.pixels).ok_or_else(wrong)?;
    let mut bytes = Vec::new();
    pixels.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).map_err(|_| wrong())?;
    Ok(bytes)
}
