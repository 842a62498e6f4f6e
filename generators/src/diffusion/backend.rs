//! The backend: a folder of `config.json`, `vocabulary.json` and two weight files behind the seam.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use candle_core::{DType, Device, Tensor};
use chacha20::{ChaCha8Rng, rand_core::SeedableRng as _};
use types::Modality;

use super::{
    config::Config,
    noise,
    prompt::Scene,
    sampler,
    upscale::FACTOR,
    vocabulary::Vocabulary,
    weights::{Networks, UNET, UPSCALER},
};
use crate::{
    Event, EventSender, Generator, GeneratorError, ImageOutput, Job, ModelCard, Output,
    files::ModelFiles, seats::Seats,
};

const CONFIG: &str = "config.json";
const VOCABULARY: &str = "vocabulary.json";
/// Descriptions above this are refused: 4 MiB.
const DESCRIPTION_BYTES_MAX: u64 = 4 << 20;
/// One run keeps all cores busy.
const RUNNING_MAX: usize = 1;

/// A picture model.
///
/// It serves the size its upscaler makes, and twice that by bilinear enlargement.
#[derive(Debug)]
pub struct Diffusion {
    card: ModelCard,
    seats: Seats,
    model: Arc<Model>,
}

#[derive(Debug)]
struct Model {
    files: ModelFiles,
    config: Config,
    vocabulary: Vocabulary,
    networks: Mutex<Option<Arc<Networks>>>,
}

impl Diffusion {
    /// Opens the model in the folder `path` and reads its weights.
    ///
    /// # Errors
    /// [`GeneratorError::File`] names the file that is missing or damaged.
    pub fn open(name: &str, path: &Path) -> Result<Self, GeneratorError> {
        let files = ModelFiles::folder(path)?;
        let diffusion = Self::describe(files, Some(name))?;
        diffusion.model.networks(None)?;
        Ok(diffusion)
    }

    /// Reads what a model says about itself; its weights are read at first use. Without a name it
    /// is the starter, under its own.
    pub(crate) fn describe(files: ModelFiles, name: Option<&str>) -> Result<Self, GeneratorError> {
        let read = |file| files.read(file, DESCRIPTION_BYTES_MAX);
        let wrong = |file, reason: String| GeneratorError::file(files.path(file), reason);
        let config = Config::parse(&read(CONFIG)?).map_err(|reason| wrong(CONFIG, reason))?;
        let vocabulary =
            Vocabulary::parse(&read(VOCABULARY)?).map_err(|reason| wrong(VOCABULARY, reason))?;
        let names = [CONFIG, VOCABULARY, UNET, UPSCALER].map(str::to_owned);
        let card = ModelCard {
            name: name.unwrap_or(&config.name).to_owned(),
            version: config.version.clone(),
            sha256: files.list(&names)?.sha256(),
            modality: Modality::Image,
            backend: "diffusion".to_owned(),
            starter: name.is_none(),
            architecture: "word-conditioned rectified flow".to_owned(),
            parameters: config.parameters,
            languages: config.languages.clone(),
            licence: Some(config.licence.clone()),
        };
        let model = Model { files, config, vocabulary, networks: Mutex::new(None) };
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
        let doublings = self.model.doublings(job.size)?;
        let seat = self.seats.take(&events).await?;
        let model = Arc::clone(&self.model);
        let run = tokio::task::spawn_blocking(move || {
            let _seat = seat;
            let (prompt, seed) = (job.prompt(), job.sampling.seed);
            model.draw(prompt, seed, doublings, &events).map(Output::Image)
        });
        run.await.map_err(|error| GeneratorError::Failed(error.to_string()))?
    }

    fn tokens(&self, _text: &str) -> Option<Vec<u32>> {
        None
    }
}

impl Model {
    /// How often the upscaler's picture is doubled for a size.
    fn doublings(&self, size: Option<(u32, u32)>) -> Result<u32, GeneratorError> {
        let side = self.config.unet.side * FACTOR;
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

    /// The networks, read if they are not in memory. A failure is told and tried again next time.
    fn networks(&self, events: Option<&EventSender>) -> Result<Arc<Networks>, GeneratorError> {
        let mut slot = self.networks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(networks) = slot.as_ref() {
            return Ok(Arc::clone(networks));
        }
        let words = self.vocabulary.len();
        let networks = Arc::new(Networks::load(&self.files, &self.config, words, events)?);
        *slot = Some(Arc::clone(&networks));
        Ok(networks)
    }

    fn draw(
        &self,
        prompt: &str,
        seed: u64,
        doublings: u32,
        events: &EventSender,
    ) -> Result<ImageOutput, GeneratorError> {
        let networks = self.networks(Some(events))?;
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let scene = Scene::read(prompt, &self.vocabulary, &mut rng);
        let side = self.config.unet.side;
        let noise = noise::normal(&mut rng, 3 * side * side);
        let noise = Tensor::from_vec(noise, (1, 3, side, side), &Device::Cpu)?;
        let total = self.config.sampler.steps;
        let tell = |done| events.send_blocking(Event::Step { done, total });
        let small =
            sampler::sample(&networks.unet, &self.config.sampler, &scene.words, noise, tell)?;
        events.wanted()?;
        let mut large = networks.upscaler.enlarge(&small)?;
        for _ in 0..doublings {
            let (_, _, height, width) = large.dims4()?;
            large = large.upsample_bilinear2d(2 * height, 2 * width, false)?;
        }
        let (width, height, pixels) = pixels(&large)?;
        Ok(ImageOutput { width, height, pixels, warnings: scene.warnings })
    }
}

/// Width, height and RGB bytes of a picture in −1 to 1.
fn pixels(picture: &Tensor) -> candle_core::Result<(u32, u32, Vec<u8>)> {
    let (_, _, height, width) = picture.dims4()?;
    let rows = picture.squeeze(0)?.permute((1, 2, 0))?;
    let bytes = ((rows + 1.0)? * 127.5)?.round()?.clamp(0.0, 255.0)?.to_dtype(DType::U8)?;
    Ok((width as u32, height as u32, bytes.flatten_all()?.to_vec1()?))
}
