//! The backend: a folder of `config.json`, `vocabulary.json` and two weight files behind the seam.

use std::{path::Path, sync::Arc};

use async_trait::async_trait;
use candle_core::{DType, Tensor};
use chacha20::{ChaCha8Rng, rand_core::SeedableRng as _};
use types::{Modality, Task};

use super::{
    config::Config,
    noise,
    opened::{FILES, Opened},
    prompt::Scene,
    sampler,
    upscale::FACTOR,
};
use crate::{
    Event, EventSender, Generator, GeneratorError, ImageOutput, Job, ModelCard, Output, Token,
    files::ModelFiles, math::Map, seats::Seats,
};

/// One run keeps all cores busy.
const RUNNING_MAX: usize = 1;

/// A picture model.
///
/// It serves the size its upscaler makes, and twice that by bilinear enlargement.
#[derive(Debug)]
pub struct Diffusion {
    card: ModelCard,
    seats: Seats,
    model: Arc<Opened>,
}

impl Diffusion {
    /// Opens the model in the folder `path` and reads its weights.
    ///
    /// # Errors
    /// [`GeneratorError::File`] names the file that is missing or damaged.
    pub fn open(name: &str, path: &Path) -> Result<Self, GeneratorError> {
        let diffusion = Self::describe(ModelFiles::folder(path)?, Some(name))?;
        diffusion.model.networks(None)?;
        Ok(diffusion)
    }

    /// Reads what a model says about itself; its weights are read at first use. Without a name it
    /// is the starter, under its own.
    pub(crate) fn describe(files: ModelFiles, name: Option<&str>) -> Result<Self, GeneratorError> {
        let listing = files.list(&FILES.map(str::to_owned))?;
        let model = Opened::open(files)?;
        let Config { version, parameters, languages, licence, .. } = model.config.clone();
        let card = ModelCard {
            name: name.unwrap_or(&model.config.name).to_owned(),
            version,
            sha256: listing.sha256(),
            modality: Modality::Image,
            tasks: vec![Task::Create],
            algorithmic: false,
            backend: "diffusion".to_owned(),
            starter: name.is_none(),
            architecture: Config::ARCHITECTURE.to_owned(),
            parameters,
            languages,
            licence: Some(licence),
        };
        Ok(Self { card, seats: Seats::new(RUNNING_MAX), model: Arc::new(model) })
    }
}

#[async_trait]
impl Generator for Diffusion {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    async fn generate(&self, job: Job, events: EventSender) -> Result<Output, GeneratorError> {
        if job.prompt().is_empty() {
            return Err(GeneratorError::PromptEmpty);
        }
        let doublings = doublings(&self.model.config, job.drawing.size)?;
        let seat = self.seats.take(&events).await?;
        let model = Arc::clone(&self.model);
        let run = tokio::task::spawn_blocking(move || {
            let _seat = seat;
            draw(&model, &job, doublings, &events).map(Output::Image)
        });
        run.await.map_err(|error| GeneratorError::Failed(error.to_string()))?
    }

    fn tokens(&self, _text: &str) -> Option<Vec<Token>> {
        None
    }
}

/// How often the upscaler's picture is doubled for a size.
fn doublings(config: &Config, size: Option<(u32, u32)>) -> Result<u32, GeneratorError> {
    let side = config.unet.side * FACTOR;
    let Some((width, height)) = size else { return Ok(0) };
    let served = |factor| width == height && width as usize == side * factor;
    if served(1) {
        return Ok(0);
    }
    if served(2) {
        return Ok(1);
    }
    let double = 2 * side;
    let reason = format!(
        "{width}x{height} is not served by this model: ask for {side}x{side} or {double}x{double}"
    );
    Err(GeneratorError::Parameter { parameter: "size", reason })
}

fn draw(
    model: &Opened,
    job: &Job,
    doublings: u32,
    events: &EventSender,
) -> Result<ImageOutput, GeneratorError> {
    let networks = model.networks(Some(events))?;
    let mut rng = ChaCha8Rng::seed_from_u64(job.sampling.seed);
    let scene = Scene::read(job.prompt(), &model.vocabulary, &mut rng);
    let side = model.config.unet.side;
    let noise = Map::from_planes((3, side, side), &noise::normal(&mut rng, 3 * side * side));
    let total = model.config.sampler.steps;
    let tell = |done| events.send_blocking(Event::Step { done, total });
    let small = sampler::sample(&networks.unet, &model.config.sampler, &scene.words, noise, tell)?;
    events.wanted()?;
    let mut large = networks.upscaler.enlarge(&small)?;
    for _ in 0..doublings {
        let (_, _, height, width) = large.dims4()?;
        large = large.upsample_bilinear2d(2 * height, 2 * width, false)?;
    }
    let (width, height, pixels) = pixels(&large)?;
    Ok(ImageOutput { width, height, pixels, warnings: scene.warnings })
}

/// Width, height and RGB bytes of a picture in −1 to 1.
fn pixels(picture: &Tensor) -> candle_core::Result<(u32, u32, Vec<u8>)> {
    let (_, _, height, width) = picture.dims4()?;
    let rows = picture.squeeze(0)?.permute((1, 2, 0))?;
    let bytes = ((rows + 1.0)? * 127.5)?.round()?.clamp(0.0, 255.0)?.to_dtype(DType::U8)?;
    Ok((width as u32, height as u32, bytes.flatten_all()?.to_vec1()?))
}
