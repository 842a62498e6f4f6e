//! The invisible mark: in the sampler for text, on the pixels for pictures.

use std::{
    io::Cursor,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use audit::LabelsRecord;
use generators::{ImageOutput, SamplerHook};
use image::{ImageFormat, RgbImage};
use types::{Mark, MarkId, MediaType};
use watermark::{TextMark, WatermarkError, WatermarkKey};

use crate::{
    case::Case,
    config::Unmarkable,
    generating::{Product, Text},
    labelling::LabelledOutput,
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
    /// What people see, hear or read of its origin.
    pub(crate) labels: LabelsRecord,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) generation: Generation,
    pub(crate) warnings: Vec<String>,
    pub(crate) hold: bool,
    /// The picture as it was brought in: its history becomes an ingredient.
    pub(crate) original: Option<Vec<u8>>,
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
pub(crate) async fn mark(
    case: &mut Case,
    labelled: LabelledOutput,
) -> Result<Option<MarkedAsset>, LineError> {
    let start = Instant::now();
    let key = case.stages.mark_keys.of(&case.principal.tenant).clone();
    let LabelledOutput { cleared: Cleared { product, warnings, hold }, labels } = labelled;
    let model = case.request.model.clone();
    let marked = tokio::task::spawn_blocking(move || match product {
        Product::Text(text) => Ok(mark_text(text, model)),
        Product::Image(image) => mark_image(&key, &png(image)?, MediaType::Png, model),
        Product::Photo(photo) => mark_image(&key, &photo.bytes, photo.media_type, model)
            .map(|marked| MarkedAsset { original: Some(photo.bytes), ..marked }),
    });
    let mut asset = marked.await.map_err(|_| LineError::Stopped)??;
    asset.labels = labels;
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
        labels: LabelsRecord::default(),
        fingerprint: Fingerprint::Text(Box::new(watermark::fingerprint::text(&text.text))),
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
        original: None,
    }
}

fn mark_image(
    key: &WatermarkKey,
    file: &[u8],
    media_type: MediaType,
    model: String,
) -> Result<MarkedAsset, LineError> {
    let id = MarkId::from(rand::random::<u64>());
    let (bytes, mark) = match watermark::image::embed(key, file, media_type, id) {
        Ok(bytes) => {
            (bytes, Mark::Embedded { algorithm: watermark::image::ALGORITHM.to_owned(), id })
        }
        // Too small to carry a mark is a fact about the picture, not a failure.
        Err(WatermarkError::TooSmall { .. }) => {
            let reason = "the picture is too small to carry a mark".to_owned();
            (file.to_vec(), Mark::NotMarkable { reason })
        }
        Err(error) => return Err(error.into()),
    };
    let fingerprint = Fingerprint::Image(watermark::fingerprint::image(&bytes)?);
    let generation = Generation { model, ..Generation::default() };
    Ok(MarkedAsset {
        bytes,
        media_type,
        mark,
        labels: LabelsRecord::default(),
        fingerprint,
        generation,
        warnings: Vec::new(),
        hold: false,
        original: None,
    })
}

fn png(picture: ImageOutput) -> Result<Vec<u8>, LineError> {
    let wrong = || LineError::Picture;
    let pixels =
        RgbImage::from_raw(picture.width, picture.height, picture.pixels).ok_or_else(wrong)?;
    let mut bytes = Vec::new();
    pixels.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).map_err(|_| wrong())?;
    Ok(bytes)
}
