//! Labels that people see, hear and read: the step between policy and the invisible mark.
//!
//! What is written follows from the configured regimes, never from the caller. A caller may only ask
//! for an asset without a visible label where configuration allows it, and then reason and recipient
//! are recorded.

mod sounding;

use std::{sync::Arc, time::Instant};

use audit::{LabelRecord, LabelsRecord, UnlabelledRecord};
use generators::ImageOutput;
use image::{DynamicImage, RgbImage};
use provenance::metadata::{Aigc, ProviderCode};
pub(crate) use sounding::file as sound_file;
use types::{AssetId, Modality, Unlabelled};
use watermark::{
    WatermarkError,
    label::{self, Plan},
};

use crate::{
    case::Case,
    config::{Labels, Unwritable, Visible},
    pipeline::LineError,
    product::{Film, Product, Speech, Text},
    recording,
    screening::Cleared,
    working,
};

/// Longest reason that is recorded.
const REASON_CHARS_MAX: usize = 64;

/// Labels of an installation, ready to be written: from configuration, once.
#[derive(Debug, Clone)]
pub(crate) struct Labelling {
    settings: Labels,
    plan: Option<Plan>,
    /// Whom the label in the metadata names, where China's rules are among the regimes.
    producer: Option<ProviderCode>,
    /// Whom it names where another has produced the content.
    propagator: Option<ProviderCode>,
}

/// An output with its label, or the reason why it has none.
#[derive(Debug)]
pub(crate) struct LabelledOutput {
    pub(crate) cleared: Cleared,
    pub(crate) labels: LabelsRecord,
}

impl Labelling {
    /// # Errors
    /// [`WatermarkError::Label`] naming a regime that is not known.
    pub(crate) fn new(settings: &Labels) -> Result<Self, WatermarkError> {
        let producer = settings.producer().filter(|_| settings.is_chinese());
        let propagator = settings.propagator().filter(|_| settings.is_chinese());
        Ok(Self { settings: settings.clone(), plan: settings.plan()?, producer, propagator })
    }

    /// What a stream of text begins with.
    pub(crate) fn opening(&self, unlabelled: bool) -> Option<String> {
        let plan =
            self.plan.as_ref().filter(|_| self.settings.texts == Visible::On && !unlabelled)?;
        (plan.text.place == label::Place::Start).then(|| opening(plan))
    }

    /// The label that all configured regimes accept.
    pub(crate) const fn plan(&self) -> Option<&Plan> {
        self.plan.as_ref()
    }

    /// What a record says of the label on something published now.
    pub(crate) fn published(&self, modality: Modality) -> LabelsRecord {
        let label = match modality {
            Modality::Text => line,
            Modality::Image => corner,
            Modality::Audio => sound,
            Modality::Video => overlay,
        };
        let (regimes, visible) = (self.settings.regimes.clone(), self.plan.as_ref().map(label));
        LabelsRecord { regimes, visible, ..LabelsRecord::default() }
    }

    /// Whether a text's label stands elsewhere than at its start, so that a stream must wait.
    pub(crate) fn waits(&self) -> bool {
        let elsewhere = |plan: &Plan| plan.text.place != label::Place::Start;
        self.settings.texts == Visible::On && self.plan.as_ref().is_some_and(elsewhere)
    }

    /// The label in the metadata of an asset that a model here has made (GB 45438-2025).
    pub(crate) fn implicit(&self, asset: AssetId) -> Option<Aigc> {
        self.producer.clone().map(|producer| Aigc::produced(producer, asset.to_string()))
    }

    /// Who passes on what another has produced (GB 45438-2025).
    pub(crate) fn propagator(&self) -> Option<ProviderCode> {
        self.propagator.clone()
    }

    /// What China's rules ask of metadata and nobody has configured.
    fn lacks_code(&self) -> Option<&'static str> {
        let lacks = self.settings.is_chinese() && self.producer.is_none();
        lacks.then_some("no AIGC label in the metadata: labels.producer_code is not set")
    }

    /// Writes the label of a product now, says that it is due, or says why there is none.
    fn decide(
        &self,
        product: Product,
        is_synthetic: bool,
        agreed: Option<UnlabelledRecord>,
    ) -> Decided {
        let regimes = self.settings.regimes.clone();
        let mut labels = LabelsRecord { regimes, ..LabelsRecord::default() };
        // A photograph that was only cleaned by rules is one.
        let plan = self.plan.as_ref().filter(|_| is_synthetic);
        let Some(plan) = plan else { return Decided::of(product, labels) };
        let (when, wanted) = match &product {
            Product::Text(_) => (self.settings.texts, line(plan)),
            Product::Image(_) => (self.settings.visible, corner(plan)),
            Product::Speech(_) => (self.settings.visible, sound(plan)),
            Product::Film(_) => (self.settings.visible, overlay(plan)),
            // Nobody here has made it; a rendition keeps the label that its parent has.
            Product::Brought(_) => return Decided::of(product, labels),
        };
        match (when, agreed) {
            (Visible::Off, _) => Decided::of(product, labels),
            (Visible::OnPublish, _) => {
                labels.due = Some(wanted);
                Decided::of(product, labels)
            }
            (Visible::On, agreed @ Some(_)) => {
                labels.unlabelled = agreed;
                Decided::of(product, labels)
            }
            (Visible::On, None) => {
                let (product, written) = write(product, plan);
                match written {
                    Ok(()) => labels.visible = Some(wanted),
                    Err(reason) => labels.absent = Some(reason),
                }
                let is_missing = labels.visible.is_none();
                Decided { product, labels, is_missing }
            }
        }
    }
}

/// A product and what became of its label.
#[derive(Debug)]
struct Decided {
    product: Product,
    labels: LabelsRecord,
    /// The label should be there and could not be written.
    is_missing: bool,
}

impl Decided {
    const fn of(product: Product, labels: LabelsRecord) -> Self {
        Self { product, labels, is_missing: false }
    }
}

fn line(plan: &Plan) -> LabelRecord {
    let (text, place) = (plan.text.line.clone(), plan.text.place.name().to_owned());
    LabelRecord { kind: "line".to_owned(), text, place }
}

fn corner(plan: &Plan) -> LabelRecord {
    let (text, place) = (plan.picture.text.clone(), plan.picture.corner.name().to_owned());
    LabelRecord { kind: "corner".to_owned(), text, place }
}

fn sound(plan: &Plan) -> LabelRecord {
    let place = if plan.sound.end { "start_and_end" } else { "start" };
    let (kind, text) = match plan.sound.kind {
        label::SoundKind::Rhythm => ("rhythm", String::new()),
        label::SoundKind::Speech => ("speech", plan.sound.words.clone()),
    };
    LabelRecord { kind: kind.to_owned(), text, place: place.to_owned() }
}

fn overlay(plan: &Plan) -> LabelRecord {
    let picture = &plan.movie.picture;
    let (text, place) = (picture.text.clone(), picture.corner.name().to_owned());
    LabelRecord { kind: "overlay".to_owned(), text, place }
}

fn opening(plan: &Plan) -> String {
    format!("{}\n\n", plan.text.line)
}

/// Writes the label that people see; `None` when configuration refuses what cannot be labelled.
pub(crate) async fn label(
    case: &mut Case,
    cleared: Cleared,
) -> Result<Option<LabelledOutput>, LineError> {
    let start = Instant::now();
    let Cleared { product, mut warnings, mut hold } = cleared;
    let agreed = case.request.unlabelled.as_ref().map(|asked| agreed(case, asked));
    let stages = Arc::clone(&case.stages);
    let is_synthetic = case.is_synthetic();
    let bytes = product.bytes_to_write();
    let deciding =
        working::done(bytes, move || stages.labelling.decide(product, is_synthetic, agreed));
    let decided = deciding.await.map_err(|_| LineError::Stopped)?;
    let Decided { product, labels, is_missing } = decided;
    case.stage("labels", start);
    warnings.extend(case.stages.labelling.lacks_code().map(str::to_owned));
    if is_missing {
        if case.stages.labelling.settings.unwritable == Unwritable::Refuse {
            return Ok(None);
        }
        hold = true;
        let reason = labels.absent.as_deref().unwrap_or_default();
        warnings.push(format!("not labelled: {reason}"));
    }
    Ok(Some(LabelledOutput { cleared: Cleared { product, warnings, hold }, labels }))
}

/// Writes a label; what cannot be labelled comes back as it was, with the reason.
fn write(product: Product, plan: &Plan) -> (Product, Result<(), String>) {
    match product {
        Product::Text(text) => write_text(text, plan),
        Product::Image(image) => write_image(image, plan),
        Product::Speech(speech) => write_sound(speech, plan),
        // Laid into it while it is marked, so that it is coded once.
        Product::Film(film) => {
            (Product::Film(Film { label: Some(plan.movie.clone()), ..film }), Ok(()))
        }
        brought @ Product::Brought(_) => (brought, Err("it was brought in".to_owned())),
    }
}

fn write_text(mut text: Text, plan: &Plan) -> (Product, Result<(), String>) {
    // A stream that began with the label must end as the same text.
    if text.is_opened {
        text.text.insert_str(0, &opening(plan));
        return (Product::Text(text), Ok(()));
    }
    if serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&text.text).is_ok() {
        let reason = "a line would break the JSON that it is".to_owned();
        return (Product::Text(text), Err(reason));
    }
    let written = label::text(&text.text, &plan.text).map(|labelled| text.text = labelled);
    (Product::Text(text), written.map_err(|error| error.to_string()))
}

fn write_sound(speech: Speech, plan: &Plan) -> (Product, Result<(), String>) {
    match sounding::speech(&speech.output, &plan.sound) {
        Ok(output) => (Product::Speech(Speech { output, ..speech }), Ok(())),
        Err(reason) => (Product::Speech(speech), Err(reason)),
    }
}

fn write_image(image: ImageOutput, plan: &Plan) -> (Product, Result<(), String>) {
    let (width, height) = (image.width, image.height);
    let Some(raster) = RgbImage::from_raw(width, height, image.pixels.clone()) else {
        let reason = "its pixels do not fill its size".to_owned();
        return (Product::Image(image), Err(reason));
    };
    let mut raster = DynamicImage::ImageRgb8(raster);
    match label::draw(&mut raster, &plan.picture) {
        Ok(()) => {
            let pixels = raster.into_rgb8().into_raw();
            (Product::Image(ImageOutput { pixels, ..image }), Ok(()))
        }
        Err(error) => (Product::Image(image), Err(error.to_string())),
    }
}

/// Who gets it without a label, and why. The log holds no names: the recipient is a commitment.
fn agreed(case: &Case, asked: &Unlabelled) -> UnlabelledRecord {
    let key = &case.stages.pseudonym_key;
    UnlabelledRecord {
        reason: asked.reason.chars().take(REASON_CHARS_MAX).collect(),
        recipient: recording::commitment(key, "recipient", &asked.recipient),
    }
}

#[cfg(test)]
mod tests {
    use types::Sha256;
    use watermark::{WatermarkKey, label::measure};

    use super::*;
    use crate::marking::TextMarking;

    fn labelling(regimes: &[&str]) -> Labelling {
        let settings = Labels {
            regimes: regimes.iter().map(ToString::to_string).collect(),
            visible: Visible::On,
            texts: Visible::On,
            ..Labels::default()
        };
        Labelling::new(&settings).unwrap()
    }

    fn text(words: &str, is_opened: bool) -> Product {
        Product::Text(Text {
            text: words.to_owned(),
            prompt_tokens: 1,
            completion_tokens: 2,
            finish_reason: "stop",
            marking: TextMarking::new(&WatermarkKey::new([1; 32])),
            unmarkable: None,
            logprobs: None,
            transcript: None,
            is_opened,
        })
    }

    fn words(product: Product) -> String {
        match product {
            Product::Text(text) => text.text,
            other => panic!("{other:?} is no text"),
        }
    }

    fn grey(side: u32) -> Product {
        let pixels = vec![90; (side * side * 3) as usize];
        Product::Image(ImageOutput { width: side, height: side, pixels, warnings: Vec::new() })
    }

    #[test]
    fn a_text_gets_its_line_once_also_when_the_stream_has_told_it() {
        let labelling = labelling(&["eu-art50"]);
        let expected = "AI-generated\n\nThe river rose.";
        for (before, is_opened) in
            [("The river rose.", false), ("The river rose.", true), (expected, false)]
        {
            let decided = labelling.decide(text(before, is_opened), true, None);
            assert_eq!(words(decided.product), expected);
            assert_eq!(decided.labels.visible, Some(line(labelling.plan.as_ref().unwrap())));
        }
        assert_eq!(labelling.opening(false).unwrap(), "AI-generated\n\n");
        assert_eq!(labelling.opening(true), None);
    }

    #[test]
    fn what_cannot_be_labelled_stays_as_it_is_and_is_missing() {
        let labelling = labelling(&["cn-gb45438"]);
        let json = r#"{"headline": "The river rose"}"#;
        let decided = labelling.decide(text(json, false), true, None);
        assert!(decided.is_missing && decided.labels.absent.unwrap().contains("JSON"));
        assert_eq!(words(decided.product), json);

        let decided = labelling.decide(grey(24), true, None);
        assert!(decided.is_missing && decided.labels.absent.unwrap().contains("no room"));
        assert!(
            matches!(decided.product, Product::Image(image) if image.pixels == [90; 24 * 24 * 3])
        );
    }

    #[test]
    fn a_picture_gets_a_label_that_can_be_measured() {
        let decided = labelling(&["cn-gb45438"]).decide(grey(256), true, None);
        let Product::Image(ImageOutput { width, height, pixels, .. }) = decided.product else {
            panic!("no picture")
        };
        let mut file = std::io::Cursor::new(Vec::new());
        let raster = RgbImage::from_raw(width, height, pixels).unwrap();
        raster.write_to(&mut file, image::ImageFormat::Png).unwrap();
        let found = measure::picture(file.get_ref(), &["AI生成"]).unwrap().unwrap();
        assert!(found.height_percent >= 5.0, "{found:?}");
        assert_eq!(decided.labels.visible.unwrap().text, "AI生成");
    }

    #[test]
    fn configuration_and_agreements_decide_when_a_label_is_written() {
        let labelling = labelling(&["eu-art50"]);
        let agreed = UnlabelledRecord { reason: "layout".into(), recipient: Sha256::of(b"x") };
        let decided = labelling.decide(grey(256), true, Some(agreed.clone()));
        assert_eq!((decided.labels.unlabelled, decided.labels.visible), (Some(agreed), None));

        let settings = Labels { visible: Visible::OnPublish, ..labelling.settings.clone() };
        let decided = Labelling::new(&settings).unwrap().decide(grey(256), true, None);
        assert_eq!(decided.labels.due.unwrap().place, "top-right");
        assert_eq!(decided.labels.visible, None);

        let decided = labelling.decide(grey(256), false, None);
        assert!(decided.labels.visible.is_none() && !decided.is_missing);

        let settings = Labels { visible: Visible::Off, ..labelling.settings.clone() };
        let decided = Labelling::new(&settings).unwrap().decide(grey(256), true, None);
        assert!(decided.labels.due.is_none() && !decided.is_missing);
    }
}
