//! Generative adversarial networks: pictures of one kind of thing, from random numbers alone.
//!
//! A folder holds `generator.safetensors`, and perhaps a `config.json` with `name`, `version` and
//! `licence`. No word is read: the seed decides.

mod network;

use std::{path::Path, sync::Arc};

use async_trait::async_trait;
use candle_core::{DType, Device, Tensor};
use chacha20::{ChaCha8Rng, rand_core::SeedableRng as _};
use retouch::Picture;
use serde::Deserialize;
use types::{Modality, Task};

use self::network::{Network, read};
use crate::{
    Checked, Event, EventSender, Generator, GeneratorError, ImageOutput, Job, ModelCard, Output,
    Token, Warning, diffusion::noise, files::ModelFiles, seats::Seats,
};

/// The weights.
pub(crate) const WEIGHTS: &str = "generator.safetensors";
/// What its maker says of it.
const CONFIG: &str = "config.json";
/// Weight files above this are refused: 1 GiB.
const WEIGHT_BYTES_MAX: u64 = 1 << 30;
const CONFIG_BYTES_MAX: u64 = 1 << 20;
/// Pictures are enlarged until their sides have at least so many pixels.
const SIDE_MIN: u32 = 512;
/// One run keeps all cores busy.
const RUNNING_MAX: usize = 1;

/// What its maker says of a model; other members are for other programs.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Config {
    version: Option<String>,
    licence: Option<String>,
}

/// A generative adversarial network.
#[derive(Debug)]
pub struct Gan {
    card: ModelCard,
    network: Arc<Network>,
    seats: Seats,
}

impl Gan {
    /// Opens the model in the folder `path` and reads its weights.
    ///
    /// # Errors
    /// [`GeneratorError::File`] names the file that is missing or damaged.
    pub fn open(name: &str, path: &Path) -> Result<Self, GeneratorError> {
        let files = ModelFiles::folder(path)?;
        let network = load(&files)?;
        let config: Config = if files.has(CONFIG) {
            let wrong = |error: serde_json::Error| GeneratorError::file(files.path(CONFIG), error);
            serde_json::from_slice(&files.read(CONFIG, CONFIG_BYTES_MAX)?).map_err(wrong)?
        } else {
            Config::default()
        };
        let card = ModelCard {
            name: name.to_owned(),
            version: config.version.unwrap_or_else(|| "unstated".to_owned()),
            sha256: files.list(&names(&files))?.sha256(),
            modality: Modality::Image,
            tasks: vec![Task::Create],
            algorithmic: false,
            backend: "gan".to_owned(),
            starter: false,
            architecture: "DCGAN".to_owned(),
            parameters: network.parameters,
            languages: Vec::new(),
            licence: config.licence,
        };
        Ok(Self { card, network: Arc::new(network), seats: Seats::new(RUNNING_MAX) })
    }
}

fn names(files: &ModelFiles) -> Vec<String> {
    let both = [WEIGHTS, CONFIG].into_iter().filter(|name| files.has(name));
    both.map(str::to_owned).collect()
}

fn load(files: &ModelFiles) -> Result<Network, GeneratorError> {
    let content = files.read(WEIGHTS, WEIGHT_BYTES_MAX)?;
    let network = read(&content).and_then(Network::new);
    network.map_err(|error| GeneratorError::file(files.path(WEIGHTS), error))
}

/// Reads every file of the folder `path` and draws one picture.
pub(crate) fn check(path: &Path) -> Checked {
    let mut checked = Checked::new("gan");
    let Some(files) = checked.note(ModelFiles::folder(path)) else { return checked };
    if let Some(listing) = checked.note(files.list(&names(&files))) {
        checked.sha256 = Some(listing.sha256());
        checked.files = listing.files().to_vec();
    }
    let Some(network) = checked.note(load(&files)) else { return checked };
    checked.architecture = Some("DCGAN".to_owned());
    checked.parameters = Some(network.parameters);
    checked.note(drawn(&network, 0));
    checked
}

#[async_trait]
impl Generator for Gan {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    async fn generate(&self, job: Job, events: EventSender) -> Result<Output, GeneratorError> {
        let seat = self.seats.take(&events).await?;
        let network = Arc::clone(&self.network);
        let run = tokio::task::spawn_blocking(move || {
            let _seat = seat;
            picture(&network, &job, &events).map(Output::Image)
        });
        run.await.map_err(|error| GeneratorError::Failed(error.to_string()))?
    }

    fn tokens(&self, _text: &str) -> Option<Vec<Token>> {
        None
    }
}

fn picture(
    network: &Network,
    job: &Job,
    events: &EventSender,
) -> Result<ImageOutput, GeneratorError> {
    let mut picture = drawn(network, job.sampling.seed)?;
    events.send_blocking(Event::Step { done: 1, total: 2 })?;
    while picture.width() < SIDE_MIN {
        let factor = SIDE_MIN.div_ceil(picture.width()).clamp(2, 4);
        let mut wanted = |_, _| events.wanted().is_ok();
        let enlarged = retouch::enlarge(&picture, factor, &mut wanted);
        events.wanted()?;
        picture = enlarged.map_err(|error| GeneratorError::Failed(error.to_string()))?;
    }
    let (width, height) = (picture.width(), picture.height());
    if job.drawing.size.is_some_and(|size| size != (width, height)) {
        let reason =
            format!("is not served by this model: leave it out, or ask for {width}x{height}");
        return Err(GeneratorError::Parameter { parameter: "size", reason });
    }
    events.send_blocking(Event::Step { done: 2, total: 2 })?;
    let unread = "the prompt was not read: this model draws what its seed decides".to_owned();
    let warnings = if job.prompt().is_empty() { Vec::new() } else { vec![Warning::Limit(unread)] };
    Ok(ImageOutput { width, height, pixels: picture.into_pixels(), warnings })
}

/// The picture of a seed, as large as the network makes it.
fn drawn(network: &Network, seed: u64) -> Result<Picture, GeneratorError> {
    let numbers = noise::normal(&mut ChaCha8Rng::seed_from_u64(seed), network.latent);
    let numbers = Tensor::from_vec(numbers, (1, network.latent), &Device::Cpu)?;
    let made = network.pictures(&numbers)?.squeeze(0)?.permute((1, 2, 0))?;
    let sum: f32 = made.abs()?.sum_all()?.to_scalar()?;
    if !sum.is_finite() {
        return Err(GeneratorError::Failed("its weights give numbers that are not finite".into()));
    }
    let bytes = ((made + 1.0)? * 127.5)?.round()?.clamp(0.0, 255.0)?.to_dtype(DType::U8)?;
    let side = network.side as u32;
    Picture::new(side, side, bytes.flatten_all()?.to_vec1()?)
        .map_err(|error| GeneratorError::Failed(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/dcgan")
    }

    async fn run(job: Job) -> Result<ImageOutput, GeneratorError> {
        let (sender, mut receiver) = EventSender::channel(1);
        let model = Gan::open("faces", &folder()).unwrap();
        let heard = async { while receiver.recv().await.is_some() {} };
        let (output, ()) = tokio::join!(model.generate(job, sender), heard);
        match output? {
            Output::Image(image) => Ok(image),
            other => panic!("{other:?} is no picture"),
        }
    }

    fn seeded(seed: u64) -> Job {
        let mut job = Job::default();
        job.sampling.seed = seed;
        job
    }

    #[tokio::test]
    async fn a_seed_decides_the_picture() {
        let first = run(seeded(1)).await.unwrap();
        assert_eq!((first.width, first.height, first.warnings.len()), (512, 512, 0));
        assert_eq!(first, run(seeded(1)).await.unwrap());
        assert_ne!(first.pixels, run(seeded(2)).await.unwrap().pixels);
        let mut sized = seeded(1);
        sized.drawing.size = Some((64, 64));
        assert!(run(sized).await.unwrap_err().to_string().contains("512x512"));
    }

    #[test]
    fn a_folder_is_known_by_its_weights_and_looked_over() {
        assert_eq!(crate::kind_of(&folder()), Some("gan"));
        let checked = check(&folder());
        assert_eq!((checked.problems.len(), checked.architecture.as_deref()), (0, Some("DCGAN")));
        assert_eq!(checked.sha256, Some(Gan::open("x", &folder()).unwrap().card.sha256));
        let empty = tempfile::tempdir().unwrap();
        assert!(check(empty.path()).to_string().contains("generator.safetensors"));
    }
}
