//! Translation with Marian and T5 (also mT5 and MADLAD): folders as Hugging Face's `transformers`
//! saves them; or by a text model that is [`Asked`].
//!
//! Reading order: `opened` is what is known of a folder before its weights are read (`marian`, `t5`,
//! `settings`, `vocabulary` with `spm` and `languages`), `run` is one run: `sentences` cuts texts,
//! `network` writes, `numbers` sees that none is lost. [`Workbench`] runs a network by hand.

mod asked;
mod check;
pub(crate) mod languages;
mod marian;
mod network;
mod numbers;
mod opened;
mod run;
mod sentences;
mod settings;
mod spm;
mod t5;
#[cfg(test)]
mod tests;
mod vocabulary;
mod workbench;

use std::{path::Path, sync::Arc};

use async_trait::async_trait;

use self::opened::Opened;
pub use self::{
    asked::Asked,
    workbench::{Text, Workbench},
};
pub(crate) use self::{check::check, opened::Family};
use crate::{
    EventSender, GeneratorError, ModelCard, files::ModelFiles, seats::Seats, translator::Translator,
};

/// One run keeps all cores busy.
const RUNNING_MAX: usize = 1;

/// A translator; its weights are read at first use.
#[derive(Debug)]
pub struct Translation {
    seats: Seats,
    opened: Arc<Opened>,
}

impl Translation {
    /// Opens the Marian folder `path`; `name` names the model unless its files do.
    ///
    /// # Errors
    /// [`GeneratorError`] when a file is missing or damaged, or the network is not served.
    pub fn marian(name: &str, path: &Path) -> Result<Self, GeneratorError> {
        Self::open(Family::Marian, name, path)
    }

    /// The same for a T5 folder.
    ///
    /// # Errors
    /// [`GeneratorError`] when a file is missing or damaged, or the network is not served.
    pub fn t5(name: &str, path: &Path) -> Result<Self, GeneratorError> {
        Self::open(Family::T5, name, path)
    }

    fn open(family: Family, name: &str, path: &Path) -> Result<Self, GeneratorError> {
        let opened = Arc::new(Opened::open(family, ModelFiles::folder(path)?, name)?);
        Ok(Self { seats: Seats::new(RUNNING_MAX), opened })
    }
}

#[async_trait]
impl Translator for Translation {
    fn card(&self) -> &ModelCard {
        &self.opened.card
    }

    fn pairs(&self) -> Vec<(String, String)> {
        self.opened.pairs.clone()
    }

    async fn translate(
        &self,
        texts: Vec<String>,
        from: Option<&str>,
        to: &str,
        events: EventSender,
    ) -> Result<Vec<String>, GeneratorError> {
        let seat = self.seats.take(&events).await?;
        let opened = Arc::clone(&self.opened);
        let (from, to) = (from.map(str::to_owned), to.to_owned());
        let run = tokio::task::spawn_blocking(move || {
            let _seat = seat;
            run::translate(&opened, &texts, (from.as_deref(), &to), &events)
        });
        run.await.map_err(|error| GeneratorError::Failed(error.to_string()))?
    }
}
