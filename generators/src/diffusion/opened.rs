//! A model whose description was read and checked; its weights are read when they are needed.

use std::sync::{Arc, Mutex, PoisonError};

use super::{
    config::Config,
    vocabulary::Vocabulary,
    weights::{Networks, UNET, UPSCALER},
};
use crate::{EventSender, GeneratorError, files::ModelFiles};

const CONFIG: &str = "config.json";
const VOCABULARY: &str = "vocabulary.json";
/// Descriptions above this are refused: 4 MiB.
const DESCRIPTION_BYTES_MAX: u64 = 4 << 20;

/// The files that decide what a model does.
pub(crate) const FILES: [&str; 4] = [CONFIG, UNET, UPSCALER, VOCABULARY];

/// A model as its folder describes it.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) config: Config,
    pub(crate) vocabulary: Vocabulary,
    files: ModelFiles,
    networks: Mutex<Option<Arc<Networks>>>,
}

impl Opened {
    /// Reads what the model says about itself.
    ///
    /// # Errors
    /// [`GeneratorError::File`] names the file that is missing or damaged.
    pub(crate) fn open(files: ModelFiles) -> Result<Self, GeneratorError> {
        let read = |name| files.read(name, DESCRIPTION_BYTES_MAX);
        let wrong = |name, reason: String| GeneratorError::file(files.path(name), reason);
        let config = Config::parse(&read(CONFIG)?).map_err(|reason| wrong(CONFIG, reason))?;
        let vocabulary =
            Vocabulary::parse(&read(VOCABULARY)?).map_err(|reason| wrong(VOCABULARY, reason))?;
        Ok(Self { config, vocabulary, files, networks: Mutex::new(None) })
    }

    /// The networks, read if they are not in memory; `events` hears of the reading. A failure is
    /// told, and tried again next time.
    ///
    /// # Errors
    /// [`GeneratorError::File`] names the file that is missing or damaged.
    pub(crate) fn networks(
        &self,
        events: Option<&EventSender>,
    ) -> Result<Arc<Networks>, GeneratorError> {
        let mut slot = self.networks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(networks) = slot.as_ref() {
            return Ok(Arc::clone(networks));
        }
        let words = self.vocabulary.len();
        let networks = Arc::new(Networks::load(&self.files, &self.config, words, events)?);
        *slot = Some(Arc::clone(&networks));
        Ok(networks)
    }
}
