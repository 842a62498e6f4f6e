//! The network by hand: for tests and measurements.

use std::path::Path;

use super::{
    network::Network,
    opened::{Config, Family},
};
use crate::{
    GeneratorError,
    files::ModelFiles,
    sequence::{Memory, Reading, Source, beam::Writes as _},
    stable::parts::Component,
};

/// The network of a folder, run step by step.
#[derive(Debug)]
pub struct Workbench(Network);

/// A text that the encoder has read, and the tokens that the decoder has read of it.
#[derive(Debug)]
pub struct Text {
    encoded: Vec<f32>,
    source: Source,
    memory: Memory,
}

impl Text {
    /// What the encoder made: a row a token.
    #[must_use]
    pub fn encoded(&self) -> &[f32] {
        &self.encoded
    }
}

impl Workbench {
    /// Opens the folder `path` of the backend `kind` (`marian` or `t5`) and reads its network.
    ///
    /// # Errors
    /// [`GeneratorError`] when a file is missing or damaged, or the network is not served.
    pub fn open(kind: &str, path: &Path) -> Result<Self, GeneratorError> {
        let family = if kind == Family::Marian.kind() { Family::Marian } else { Family::T5 };
        let files = ModelFiles::folder(path)?;
        let config = Config::read(family, &files)?;
        let component = Component::top(&files)?;
        let listing = files.list(&component.shards)?;
        let source = component.filled(component.load(&files, &listing, None)?);
        Ok(Self(config.network(&source.parts())?))
    }

    /// Lets the encoder read tokens.
    ///
    /// # Errors
    /// [`GeneratorError::Failed`] when a token is unknown.
    pub fn encode(&self, ids: &[u32]) -> Result<Text, GeneratorError> {
        let encoded = self.0.encode(&[ids.to_vec()])?.concat();
        let source = self.0.source(&encoded)?;
        Ok(Text { encoded, source, memory: self.0.memory() })
    }

    /// Lets the decoder read more tokens; the logits after each of them.
    ///
    /// # Errors
    /// [`GeneratorError::Failed`] when a token is unknown.
    pub fn read(&self, text: &mut Text, ids: &[u32]) -> Result<Vec<Vec<f32>>, GeneratorError> {
        let Text { source, memory, .. } = text;
        let reading = Reading { memory, source, rows: ids.len(), watched: None };
        self.0.decode(ids, &mut [reading])
    }
}
