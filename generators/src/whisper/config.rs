//! `config.json` and `generation_config.json` of a Whisper folder.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::{
    GeneratorError,
    files::ModelFiles,
    sequence::Curve,
    stable::shape::{self, sizes},
};

/// The network's shape.
pub(crate) const CONFIG: &str = "config.json";
/// How its makers decode with it.
pub(crate) const GENERATION: &str = "generation_config.json";
/// What the feature extractor is told.
pub(crate) const PREPROCESSOR: &str = "preprocessor_config.json";

/// Shapes of a Whisper network.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Config {
    pub(crate) vocab_size: usize,
    pub(crate) num_mel_bins: usize,
    pub(crate) d_model: usize,
    pub(crate) encoder_layers: usize,
    pub(crate) encoder_attention_heads: usize,
    pub(crate) encoder_ffn_dim: usize,
    pub(crate) decoder_layers: usize,
    pub(crate) decoder_attention_heads: usize,
    pub(crate) decoder_ffn_dim: usize,
    pub(crate) max_source_positions: usize,
    pub(crate) max_target_positions: usize,
    #[serde(default = "gelu")]
    pub(crate) activation_function: String,
    #[serde(default)]
    pub(crate) scale_embedding: bool,
    #[serde(default)]
    pub(crate) suppress_tokens: Option<Vec<i64>>,
    #[serde(default)]
    pub(crate) begin_suppress_tokens: Option<Vec<i64>>,
    #[serde(default)]
    pub(crate) eos_token_id: Option<u32>,
    #[serde(default)]
    pub(crate) decoder_start_token_id: Option<u32>,
}

fn gelu() -> String {
    "gelu".to_owned()
}

impl Config {
    /// Reads and checks it.
    ///
    /// # Errors
    /// [`GeneratorError::File`] naming what is wrong or not served.
    pub(crate) fn read(files: &ModelFiles) -> Result<Self, GeneratorError> {
        let config: Self = shape::read(files, CONFIG, &[("model_type", "whisper")])?;
        config.check().map_err(|reason| GeneratorError::file(files.path(CONFIG), reason))?;
        Ok(config)
    }

    fn check(&self) -> Result<(), String> {
        let counts = [
            self.num_mel_bins,
            self.d_model,
            self.encoder_layers,
            self.encoder_attention_heads,
            self.encoder_ffn_dim,
            self.decoder_layers,
            self.decoder_attention_heads,
            self.decoder_ffn_dim,
            self.max_source_positions,
            self.max_target_positions,
        ];
        sizes("the sizes of the network", &counts)?;
        if !(2..=10_000_000).contains(&self.vocab_size) {
            return Err("`vocab_size` must be 2 to 10000000".to_owned());
        }
        let heads = [self.encoder_attention_heads, self.decoder_attention_heads];
        if heads.iter().any(|heads| !self.d_model.is_multiple_of(*heads)) {
            return Err("the numbers of heads must divide `d_model`".to_owned());
        }
        if self.max_target_positions < 16 {
            return Err("`max_target_positions` must be 16 or more".to_owned());
        }
        Curve::named(&self.activation_function).map(|_| ())
    }
}

/// How its makers decode with it; all of it optional.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Generation {
    pub(crate) suppress_tokens: Option<Vec<i64>>,
    pub(crate) begin_suppress_tokens: Option<Vec<i64>>,
    pub(crate) no_timestamps_token_id: Option<u32>,
    pub(crate) max_initial_timestamp_index: Option<usize>,
    pub(crate) lang_to_id: Option<BTreeMap<String, u32>>,
    pub(crate) is_multilingual: Option<bool>,
    /// Layers and heads that look where the words are.
    pub(crate) alignment_heads: Option<Vec<(usize, usize)>>,
}

impl Generation {
    /// Reads it, if it is there.
    ///
    /// # Errors
    /// [`GeneratorError::File`] when it is damaged.
    pub(crate) fn read(files: &ModelFiles) -> Result<Self, GeneratorError> {
        if files.has(GENERATION) {
            shape::read(files, GENERATION, &[])
        } else {
            Ok(Self::default())
        }
    }
}

/// Mel filters that a folder brings, one row a frequency or one row a filter.
///
/// # Errors
/// [`GeneratorError::File`] when the file is damaged or asks for another sampling.
pub(crate) fn filters(
    files: &ModelFiles,
    bins: usize,
) -> Result<Option<Vec<Vec<f32>>>, GeneratorError> {
    if !files.has(PREPROCESSOR) {
        return Ok(None);
    }
    let fixed = [("sampling_rate", "16000"), ("hop_length", "160"), ("n_fft", "400")];
    let value: Value = shape::read(files, PREPROCESSOR, &fixed)?;
    let Some(found) = value.get("mel_filters").filter(|found| !found.is_null()) else {
        return Ok(None);
    };
    let wrong = |reason: String| GeneratorError::file(files.path(PREPROCESSOR), reason);
    let rows: Vec<Vec<f32>> =
        serde_json::from_value(found.clone()).map_err(|error| wrong(error.to_string()))?;
    let frequencies = super::front::FREQUENCIES;
    let is = |rows: &[Vec<f32>], count: usize, length: usize| {
        rows.len() == count && rows.iter().all(|row| row.len() == length)
    };
    if is(&rows, bins, frequencies) {
        return Ok(Some(rows));
    }
    if is(&rows, frequencies, bins) {
        let filter = |bin: usize| rows.iter().filter_map(|row| row.get(bin).copied()).collect();
        return Ok(Some((0..bins).map(filter).collect()));
    }
    Err(wrong(format!("has `mel_filters` that are not {bins} filters of {frequencies} numbers")))
}
