//! Pictures from diffusers' folders: Stable Diffusion 1 and 2, SDXL, SDXL-Turbo and models like them.
//!
//! Reading order: `opened` is what is known of a folder before its weights are read, `draw` turns a
//! job into a picture with `words`, `networks`, `run` and the scheduler. `clip`, `unet` and `vae` are
//! the networks on the arithmetic of `math`; `parts` names their tensors, `lora` changes them.
//! [`Studio`] runs networks by hand; [`ClipPair`] says how well words fit a picture.
//!
//! `candle-transformers` has modules for these networks; none of them is used. Each says why where
//! it stands: fixed shapes, conditions that are missing, noise without a seed, and speed.

mod canvas;
mod check;
mod clip;
mod clip_pair;
mod draw;
mod lora;
mod manual;
mod memory;
mod networks;
mod opened;
pub(crate) mod parts;
mod run;
mod scheduler;
pub(crate) mod shape;
mod size;
mod studio;
#[cfg(test)]
mod tests;
mod unet;
mod vae;
mod words;

use std::{path::Path, sync::Arc};

use async_trait::async_trait;

pub(crate) use self::check::check;
pub use self::{
    clip_pair::ClipPair,
    studio::{Seen, Studio, Text},
};
use self::{draw::Order, opened::Opened, words::Words};
use crate::{
    EventSender, Generator, GeneratorError, Job, ModelCard, Output, Token, files::ModelFiles,
    seats::Seats,
};

/// The backend's name in the configuration.
pub(crate) const KIND: &str = "stable-diffusion";

/// One run keeps all cores busy.
const RUNNING_MAX: usize = 1;

/// A picture model in diffusers' layout; its weights are read at first use.
///
/// It serves new pictures, variations of a picture and the making anew of what a mask covers. Sizes
/// are multiples of 8; a picture that was brought keeps its size.
#[derive(Debug)]
pub struct StableDiffusion {
    seats: Seats,
    model: Arc<Model>,
}

#[derive(Debug)]
struct Model {
    opened: Opened,
    words: Vec<Words>,
}

impl StableDiffusion {
    /// Opens the folder `path`; `name` names the model unless its files do.
    ///
    /// # Errors
    /// [`GeneratorError`] when a file is missing or damaged, or the networks are not served.
    pub fn open(name: &str, path: &Path) -> Result<Self, GeneratorError> {
        let opened = Opened::open(ModelFiles::folder(path)?, name)?;
        let words = opened.words()?;
        Ok(Self { seats: Seats::new(RUNNING_MAX), model: Arc::new(Model { opened, words }) })
    }
}

/// Whether `path` is a folder in diffusers' layout: with an index, or with the two networks that
/// every pipeline has.
pub(crate) fn is_folder(path: &Path) -> bool {
    let has = |name: &str| path.join(name).is_file();
    has("model_index.json") || (has("unet/config.json") && has("vae/config.json"))
}

#[async_trait]
impl Generator for StableDiffusion {
    fn card(&self) -> &ModelCard {
        &self.model.opened.card
    }

    async fn generate(&self, job: Job, events: EventSender) -> Result<Output, GeneratorError> {
        let seat = self.seats.take(&events).await?;
        let model = Arc::clone(&self.model);
        let run = tokio::task::spawn_blocking(move || {
            let _seat = seat;
            let order = Order::new(&model.opened, &model.words, &job)?;
            draw::draw(&model.opened, &job, order, &events).map(Output::Image)
        });
        run.await.map_err(|error| GeneratorError::Failed(error.to_string()))?
    }

    fn tokens(&self, _text: &str) -> Option<Vec<Token>> {
        None
    }
}
