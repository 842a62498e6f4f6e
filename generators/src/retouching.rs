//! The crate `retouch` behind the seam: repair, filling, style, try-on, enlargement and variation of
//! pictures by fixed rules, without weights.

use async_trait::async_trait;
use retouch::{Picture, Restoration, RetouchError};
use types::{Modality, Sha256, Task};

use crate::{
    Event, EventSender, Generator, GeneratorError, ImageOutput, Job, Mask, ModelCard, Output,
    Raster, Token, Warning, picture::needed, seats::Seats,
};

/// One run keeps all cores busy.
const RUNNING_MAX: usize = 1;
/// Names the rules, whose code is part of the program.
const RULES: &str = concat!("retouch ", env!("CARGO_PKG_VERSION"));
/// How far a style is taken over unless the caller says.
const STRENGTH: f32 = 1.0;
/// How many times the sides are enlarged unless the caller says.
const FACTOR: u32 = 2;

/// Retouches pictures.
#[derive(Debug)]
pub struct Retouching {
    card: ModelCard,
    seats: Seats,
}

impl Retouching {
    /// The retouching, under this name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let card = ModelCard {
            name: name.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            sha256: Sha256::of(RULES.as_bytes()),
            modality: Modality::Image,
            tasks: vec![
                Task::Inpaint,
                Task::Restore,
                Task::Style,
                Task::TryOn,
                Task::Upscale,
                Task::Vary,
            ],
            algorithmic: true,
            backend: "retouch".to_owned(),
            starter: false,
            architecture: "image processing by fixed rules".to_owned(),
            parameters: 0,
            languages: Vec::new(),
            licence: None,
        };
        Self { card, seats: Seats::new(RUNNING_MAX) }
    }
}

#[async_trait]
impl Generator for Retouching {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    async fn generate(&self, job: Job, events: EventSender) -> Result<Output, GeneratorError> {
        let seat = self.seats.take(&events).await?;
        let run = tokio::task::spawn_blocking(move || {
            let _seat = seat;
            retouched(&job, &events).map(Output::Image)
        });
        run.await.map_err(|error| GeneratorError::Failed(error.to_string()))?
    }

    fn tokens(&self, _text: &str) -> Option<Vec<Token>> {
        None
    }
}

fn retouched(job: &Job, events: &EventSender) -> Result<ImageOutput, GeneratorError> {
    let drawing = &job.drawing;
    let pictures = &job.pictures;
    let source = picture(needed("image", pictures.source.as_ref())?)?;
    let mut warnings = unread(job);
    // Progress that nobody hears is a run that nobody wants.
    let told = &mut |done, total| events.send_blocking(Event::Step { done, total }).is_ok();
    let made = match drawing.task {
        Task::Create | Task::Effects | Task::Anchor | Task::Transcribe | Task::Translate => {
            let reason = "nothing is made of words alone here: ask a model for that".to_owned();
            return Err(GeneratorError::Unsupported { reason });
        }
        Task::Inpaint => {
            let mask = mask(needed("mask", pictures.mask.as_ref())?)?;
            retouch::fill(&source, &mask, told).map_err(wrong)?
        }
        Task::Restore => {
            let damage = pictures.mask.as_deref().map(mask).transpose()?;
            let wanted = Restoration::default();
            let restored =
                retouch::restore(&source, &wanted, damage.as_ref(), told).map_err(wrong)?;
            warnings.extend(restored.report.into_iter().map(Warning::Limit));
            restored.picture
        }
        Task::Style => {
            let style = picture(needed("style", pictures.style.as_ref())?)?;
            let strength = drawing.strength.unwrap_or(STRENGTH);
            retouch::restyle(&source, &style, strength, told).map_err(wrong)?
        }
        Task::TryOn => {
            let garment = picture(needed("garment", pictures.garment.as_ref())?)?;
            let place = mask(needed("mask", pictures.mask.as_ref())?)?;
            let shape = pictures.garment_mask.as_deref().map(mask).transpose()?;
            retouch::try_on(&source, &garment, &place, shape.as_ref(), told).map_err(wrong)?
        }
        Task::Upscale => {
            let factor = drawing.factor.unwrap_or(FACTOR);
            retouch::enlarge(&source, factor, told).map_err(wrong)?
        }
        Task::Vary => retouch::vary(&source, job.sampling.seed, told).map_err(wrong)?,
    };
    let (width, height) = (made.width(), made.height());
    if drawing.size.is_some_and(|size| size != (width, height)) {
        let reason = format!(
            "is not served for this task: leave it out, and the result has {width}x{height}"
        );
        return Err(GeneratorError::Parameter { parameter: "size", reason });
    }
    Ok(ImageOutput { width, height, pixels: made.into_pixels(), warnings })
}

/// What of a request nobody here reads.
fn unread(job: &Job) -> Vec<Warning> {
    let words = !job.prompt().is_empty() || job.drawing.negative_prompt.is_some();
    let said = "the prompt was not read: this works by fixed rules, without a model";
    words.then(|| Warning::Limit(said.to_owned())).into_iter().collect()
}

fn picture(raster: &Raster) -> Result<Picture, GeneratorError> {
    Picture::new(raster.width, raster.height, raster.pixels.clone()).map_err(wrong)
}

fn mask(mask: &Mask) -> Result<retouch::Mask, GeneratorError> {
    retouch::Mask::new(mask.width, mask.height, mask.values.clone()).map_err(wrong)
}

fn wrong(error: RetouchError) -> GeneratorError {
    let parameter = match error {
        RetouchError::Cancelled => return GeneratorError::Cancelled,
        RetouchError::SizesDiffer { .. }
        | RetouchError::EmptyMask { .. }
        | RetouchError::NothingKept => "mask",
        RetouchError::StrengthOutOfRange(_) => "strength",
        RetouchError::FactorOutOfRange(_) => "factor",
        RetouchError::GarmentNotFound => "garment",
        _ => "image",
    };
    GeneratorError::Parameter { parameter, reason: format!("cannot be used: {error}") }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::Pictures;

    fn raster(width: u32, height: u32) -> Arc<Raster> {
        let pixel = |place: u32| [(place * 7) as u8, (place / width * 9) as u8, 120];
        let pixels = (0..width * height).flat_map(pixel).collect();
        Arc::new(Raster { width, height, pixels })
    }

    fn middle(width: u32, height: u32) -> Arc<Mask> {
        let inside = |place: u32| {
            let (x, y) = (place % width, place / width);
            let within = x > width / 4 && x < 3 * width / 4 && y > height / 4 && y < 3 * height / 4;
            if within { 255 } else { 0 }
        };
        Arc::new(Mask { width, height, values: (0..width * height).map(inside).collect() })
    }

    fn job(task: Task) -> Job {
        let mut job = Job::default();
        job.drawing.task = task;
        job.pictures = Pictures {
            source: Some(raster(48, 40)),
            mask: Some(middle(48, 40)),
            style: Some(raster(30, 30)),
            garment: Some(raster(32, 36)),
            garment_mask: Some(middle(32, 36)),
        };
        job
    }

    async fn run(job: Job) -> Result<ImageOutput, GeneratorError> {
        let (sender, mut receiver) = EventSender::channel(1);
        let model = Retouching::new("retouch");
        let heard = async { while receiver.recv().await.is_some() {} };
        let (output, ()) = tokio::join!(model.generate(job, sender), heard);
        match output? {
            Output::Image(image) => Ok(image),
            other => panic!("{other:?} is no picture"),
        }
    }

    #[tokio::test]
    async fn every_task_of_the_card_is_done() {
        for task in Retouching::new("retouch").card.tasks {
            let made = run(job(task)).await.unwrap();
            let factor = if task == Task::Upscale { 2 } else { 1 };
            assert_eq!((made.width, made.height), (48 * factor, 40 * factor), "{task}");
            assert_eq!(made.pixels.len() as u32, 3 * made.width * made.height);
            assert_ne!(made.pixels, raster(48, 40).pixels, "{task}");
        }
    }

    #[tokio::test]
    async fn what_cannot_be_done_is_named() {
        let mut sized = job(Task::Upscale);
        sized.drawing.size = Some((9, 9));
        let mut bare = job(Task::Style);
        bare.pictures.style = None;
        let mut weak = job(Task::Style);
        weak.drawing.strength = Some(7.0);
        for (job, expected) in
            [(sized, "96x80"), (bare, "`style` is missing"), (weak, "`strength`")]
        {
            let error = run(job).await.unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        assert!(matches!(run(job(Task::Create)).await, Err(GeneratorError::Unsupported { .. })));
    }

    #[tokio::test]
    async fn words_that_nobody_reads_are_said_to_be_so() {
        let mut asked = job(Task::Inpaint);
        let message = types::Message { role: types::Speaker::User, text: "a boat".to_owned() };
        asked.messages = vec![message];
        let made = run(asked).await.unwrap();
        assert!(made.warnings[0].to_string().contains("prompt was not read"));
    }

    #[tokio::test]
    async fn a_caller_who_leaves_ends_it() {
        let (sender, receiver) = EventSender::channel(1);
        drop(receiver);
        let left = Retouching::new("retouch").generate(job(Task::Restore), sender).await;
        assert_eq!(left.unwrap_err(), GeneratorError::Cancelled);
    }
}
