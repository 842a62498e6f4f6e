//! The invisible mark: in the sampler for text, on the pixels for pictures.

mod media;

use std::{
    io::Cursor,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use audit::LabelsRecord;
use generators::{ImageOutput, SamplerHook};
use image::{ImageFormat, RgbImage};
use types::{Mark, MarkId, MediaType, Modality};
use watermark::{TextMark, WatermarkError, WatermarkKey};

use crate::{
    bringing::{Brought, Lineage, Marking},
    case::Case,
    config::Unmarkable,
    labelling::LabelledOutput,
    outcome::{Fingerprint, Generation},
    pipeline::LineError,
    product::{Product, Text},
    screening::Cleared,
    stories, working,
};

/// An asset with its mark, or the reason why it has none.
#[derive(Debug)]
pub(crate) struct MarkedAsset {
    pub(crate) bytes: Vec<u8>,
    pub(crate) media_type: MediaType,
    pub(crate) mark: Mark,
    /// What people see, hear or read of its origin.
    pub(crate) labels: LabelsRecord,
    /// What survives light changes, where there is a fingerprint for its kind.
    pub(crate) fingerprint: Option<Fingerprint>,
    pub(crate) generation: Generation,
    pub(crate) warnings: Vec<String>,
    pub(crate) hold: bool,
    /// The file as it was brought in, and how it came about.
    pub(crate) brought: Option<(Vec<u8>, Lineage)>,
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
    let left = matches!(&product, Product::Brought(file) if file.marking == Marking::Leave);
    let model = case.request.model.clone();
    let derived = !case.request.attachments.is_empty();
    let marked = working::done(product.bytes_to_write(), move || match product {
        Product::Text(text) => Ok(mark_text(text, model)),
        Product::Image(image) => mark_picture(&key, &png(image)?, derived, model),
        Product::Speech(speech) => media::speech(&key, speech, model),
        Product::Film(film) => media::film(&key, film, model),
        Product::Brought(file) => mark_brought(&key, file),
    });
    let mut asset = marked.await.map_err(|_| LineError::Stopped)??;
    asset.labels = labels;
    asset.warnings.splice(0..0, warnings);
    asset.hold |= hold;
    case.stage("watermark", start);
    let Mark::NotMarkable { reason } = &asset.mark else { return Ok(Some(asset)) };
    if left {
        return Ok(Some(asset));
    }
    match case.stages.installation.config().watermark.unmarkable {
        Unmarkable::Refuse => return Ok(None),
        Unmarkable::Hold => asset.hold = true,
        Unmarkable::Release => {}
    }
    asset.warnings.push(format!("not marked: {reason}"));
    Ok(Some(asset))
}

fn mark_text(text: Text, model: String) -> MarkedAsset {
    let mark = match text.unmarkable {
        None => text.marking.mark(),
        Some(reason) => Mark::NotMarkable { reason: reason.to_owned() },
    };
    MarkedAsset {
        mark,
        labels: LabelsRecord::default(),
        fingerprint: fingerprint(text.text.as_bytes(), MediaType::PlainText),
        bytes: text.text.into_bytes(),
        media_type: MediaType::PlainText,
        generation: Generation {
            model,
            prompt_tokens: text.prompt_tokens,
            completion_tokens: text.completion_tokens,
            finish_reason: text.finish_reason.to_owned(),
            logprobs: text.logprobs,
            transcript: text.transcript,
            ..Generation::default()
        },
        warnings: Vec::new(),
        hold: false,
        brought: None,
    }
}

/// A picture that a model has made. One made of a picture of ours may still carry that one's mark; two
/// ids in one place would blur each other, so the same id is put in again: it leads to both assets.
fn mark_picture(
    key: &WatermarkKey,
    file: &[u8],
    derived: bool,
    model: String,
) -> Result<MarkedAsset, LineError> {
    let look = || watermark::image::detect(std::slice::from_ref(key), file).ok().flatten();
    let inherited = derived.then(look).flatten().map(|found| found.id);
    mark_as(inherited.unwrap_or_else(new_id), key, file, MediaType::Png, model)
}

/// A file that was brought in, with the mark that was wanted.
fn mark_brought(key: &WatermarkKey, file: Brought) -> Result<MarkedAsset, LineError> {
    let Brought { bytes, media_type, lineage, marking } = file;
    let model = String::new();
    let marked = match marking {
        Marking::Mark => mark_file(key, &bytes, media_type, model)?,
        Marking::Keep(id) => {
            let algorithm = algorithm(media_type).to_owned();
            unchanged(&bytes, media_type, Mark::Embedded { algorithm, id, also: Vec::new() })
        }
        Marking::Leave => {
            let reason = "no mark was asked for".to_owned();
            unchanged(&bytes, media_type, Mark::NotMarkable { reason })
        }
    };
    Ok(MarkedAsset { brought: Some((bytes, lineage)), ..marked })
}

fn unchanged(bytes: &[u8], media_type: MediaType, mark: Mark) -> MarkedAsset {
    MarkedAsset {
        labels: LabelsRecord::default(),
        fingerprint: fingerprint(bytes, media_type),
        bytes: bytes.to_vec(),
        media_type,
        mark,
        generation: Generation::default(),
        warnings: Vec::new(),
        hold: false,
        brought: None,
    }
}

/// What survives light changes of a file; sounds and videos have nothing of the kind yet.
pub(crate) fn fingerprint(bytes: &[u8], media_type: MediaType) -> Option<Fingerprint> {
    match media_type.modality() {
        // Bundles are found by their parts.
        Modality::Text if stories::is_bundle(media_type) => None,
        Modality::Text => {
            let text = std::str::from_utf8(bytes).ok().map(watermark::fingerprint::text);
            text.map(|text| Fingerprint::Text(Box::new(text)))
        }
        // A picture that no decoder here reads is signed all the same.
        Modality::Image => watermark::fingerprint::image(bytes).ok().map(Fingerprint::Image),
        _ => None,
    }
}

/// The name of the mark that a kind of file takes.
pub(crate) const fn algorithm(media_type: MediaType) -> &'static str {
    match media_type.modality() {
        Modality::Image => watermark::image::ALGORITHM,
        Modality::Audio => watermark::audio::ALGORITHM,
        Modality::Video => watermark::video::ALGORITHM,
        Modality::Text => watermark::text::characters::ALGORITHM,
    }
}

/// A marked file.
#[derive(Debug)]
pub(crate) struct Embedded {
    pub(crate) bytes: Vec<u8>,
    /// Algorithms of further marks in it with the same id.
    pub(crate) also: Vec<String>,
}

impl From<Vec<u8>> for Embedded {
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes, also: Vec::new() }
    }
}

impl From<watermark::video::Marked> for Embedded {
    fn from(marked: watermark::video::Marked) -> Self {
        let sound = marked.sound.then(|| watermark::audio::ALGORITHM.to_owned());
        Self { bytes: marked.file, also: sound.into_iter().collect() }
    }
}

/// The file with a mark that carries `id`.
///
/// # Errors
/// [`WatermarkError`] when it cannot be read or is too small.
pub(crate) fn embed(
    key: &WatermarkKey,
    file: &[u8],
    media_type: MediaType,
    id: MarkId,
) -> Result<Embedded, WatermarkError> {
    match media_type.modality() {
        Modality::Image => watermark::image::embed(key, file, media_type, id).map(Embedded::from),
        Modality::Audio => watermark::audio::embed(key, file, media_type, id).map(Embedded::from),
        Modality::Video => watermark::video::embed(key, file, id).map(Embedded::from),
        Modality::Text if !matches!(media_type, MediaType::PlainText | MediaType::Markdown) => {
            Err(WatermarkError::Unsupported { reason: "documents take no mark".to_owned() })
        }
        // Words that are written already cannot be chosen otherwise.
        Modality::Text => {
            let text = String::from_utf8_lossy(file);
            Ok(watermark::text::characters::embed(key, &text, id)?.into_bytes().into())
        }
    }
}

fn mark_file(
    key: &WatermarkKey,
    file: &[u8],
    media_type: MediaType,
    model: String,
) -> Result<MarkedAsset, LineError> {
    mark_as(new_id(), key, file, media_type, model)
}

fn new_id() -> MarkId {
    MarkId::from(rand::random::<u64>())
}

fn mark_as(
    id: MarkId,
    key: &WatermarkKey,
    file: &[u8],
    media_type: MediaType,
    model: String,
) -> Result<MarkedAsset, LineError> {
    let none = |reason: &str| Mark::NotMarkable { reason: reason.to_owned() };
    let (bytes, mark) = match embed(key, file, media_type, id) {
        Ok(Embedded { bytes, also }) => {
            let algorithm = algorithm(media_type).to_owned();
            (bytes, Mark::Embedded { algorithm, id, also })
        }
        // Too small or too long to carry a mark, or of a kind that takes none, is a fact about it, not a failure.
        Err(WatermarkError::TooSmall { .. }) => {
            (file.to_vec(), none("the picture is too small to carry a mark"))
        }
        Err(WatermarkError::TooShort { .. }) => {
            (file.to_vec(), none("it is too short to carry a mark"))
        }
        Err(WatermarkError::TooLong { .. }) => {
            (file.to_vec(), none("the sound is too long to be marked"))
        }
        Err(WatermarkError::Unsupported { reason }) => (file.to_vec(), none(&reason)),
        Err(error) => return Err(error.into()),
    };
    let generation = Generation { model, ..Generation::default() };
    Ok(MarkedAsset { generation, ..unchanged(&bytes, media_type, mark) })
}

fn png(picture: ImageOutput) -> Result<Vec<u8>, LineError> {
    let wrong = || LineError::Picture;
    let pixels =
        RgbImage::from_raw(picture.width, picture.height, picture.pixels).ok_or_else(wrong)?;
    let mut bytes = Vec::new();
    pixels.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).map_err(|_| wrong())?;
    Ok(bytes)
}
