//! The seam between the line and a model that translates.

use std::fmt;

use async_trait::async_trait;

use crate::{EventSender, GeneratorError, ModelCard};

/// A model that translates.
///
/// Contract: as [`crate::Generator`]: the same model and texts give the same translations, runs that
/// are too many are [`GeneratorError::Busy`], and who drops the receiver of the events stops the run
/// within one token. A step event counts the sentences that are done.
#[async_trait]
pub trait Translator: fmt::Debug + Send + Sync {
    /// What the model is; known before its weights are in memory.
    fn card(&self) -> &ModelCard;

    /// The pairs of languages, from and to, by ISO 639-1 where there is such a code. From `*` stands
    /// for every language that the model knows; empty when nobody says.
    fn pairs(&self) -> Vec<(String, String)>;

    /// Translates every text, in their order. Paragraphs and the blanks around them stay.
    ///
    /// # Errors
    /// [`GeneratorError::Parameter`] for a pair that the model does not know; others by what the
    /// caller can do about it.
    async fn translate(
        &self,
        texts: Vec<String>,
        from: Option<&str>,
        to: &str,
        events: EventSender,
    ) -> Result<Vec<String>, GeneratorError>;
}
