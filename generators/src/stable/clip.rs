//! The text encoders: CLIP's, as SD 1, SD 2 and SDXL use them.

use serde::Deserialize;

use super::{parts::Parts, shape};
use crate::{
    GeneratorError,
    math::{Curve, Heads, Linear, Norm},
};

/// Shapes of a text encoder.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ClipConfig {
    #[serde(default)]
    pub(crate) vocab_size: usize,
    pub(crate) hidden_size: usize,
    intermediate_size: usize,
    pub(crate) num_hidden_layers: usize,
    num_attention_heads: usize,
    #[serde(default)]
    pub(crate) max_position_embeddings: usize,
    #[serde(default = "quick")]
    hidden_act: String,
    #[serde(default = "epsilon")]
    pub(crate) layer_norm_eps: f64,
    #[serde(default)]
    pub(crate) projection_dim: Option<usize>,
    #[serde(default)]
    eos_token_id: Option<u32>,
}

fn quick() -> String {
    "quick_gelu".to_owned()
}

const fn epsilon() -> f64 {
    1e-5
}

impl ClipConfig {
    /// Checks what was read.
    ///
    /// # Errors
    /// What is wrong, as a sentence.
    pub(crate) fn check(&self) -> Result<(), String> {
        let counts = [
            self.hidden_size,
            self.intermediate_size,
            self.num_hidden_layers,
            self.num_attention_heads,
        ];
        shape::sizes("the sizes of the text encoder", &counts)?;
        if !self.hidden_size.is_multiple_of(self.num_attention_heads) {
            return Err("`num_attention_heads` must divide `hidden_size`".to_owned());
        }
        self.curve().map(|_| ())
    }

    /// The same, and that it reads words.
    ///
    /// # Errors
    /// What is wrong, as a sentence.
    pub(crate) fn check_words(&self) -> Result<(), String> {
        self.check()?;
        shape::sizes("max_position_embeddings", &[self.max_position_embeddings])?;
        if self.vocab_size < 2 || self.vocab_size > 10_000_000 {
            return Err("`vocab_size` must be 2 to 10000000".to_owned());
        }
        Ok(())
    }

    /// The curve between its layers.
    ///
    /// # Errors
    /// A sentence naming those that are served.
    pub(crate) fn curve(&self) -> Result<Curve, String> {
        let served =
            || format!("`hidden_act` {} is not served; quick_gelu and gelu are", self.hidden_act);
        Curve::named(&self.hidden_act).ok_or_else(served)
    }
}

/// A text encoder.
#[derive(Debug)]
pub(crate) struct Clip {
    config: ClipConfig,
    curve: Curve,
    tokens: Vec<f32>,
    positions: Vec<f32>,
    layers: Vec<Layer>,
    last: Norm,
    projection: Option<Linear>,
}

/// One layer of a tower, of words or of pieces of a picture.
#[derive(Debug)]
pub(crate) struct Layer {
    before: Norm,
    queries: Linear,
    keys: Linear,
    values: Linear,
    out: Linear,
    between: Norm,
    wide: Linear,
    narrow: Linear,
}

/// What a text encoder makes of tokens.
#[derive(Debug)]
pub(crate) struct Encoded {
    /// One row a token after the last layer and its norm.
    pub(crate) last: Vec<f32>,
    /// One row a token before the last layer.
    pub(crate) penultimate: Vec<f32>,
    /// The projected row of the end of the text, where the encoder projects.
    pub(crate) pooled: Vec<f32>,
}

impl Clip {
    /// Builds it from its tensors, in the layout with or without `text_model.`.
    ///
    /// # Errors
    /// [`GeneratorError::File`] when a tensor is missing or has another shape.
    pub(crate) fn new(config: &ClipConfig, parts: &Parts<'_>) -> Result<Self, GeneratorError> {
        let unsupported = |reason| GeneratorError::Unsupported { reason };
        let curve = config.curve().map_err(unsupported)?;
        let width = config.hidden_size;
        let top = parts;
        let parts =
            if top.has("text_model.final_layer_norm.weight") { &top.at("text_model") } else { top };
        let embeddings = parts.at("embeddings");
        let layer = |index| Layer::new(config, &parts.at("encoder.layers").at(index));
        // Models of text and pictures keep a projection too, but only SDXL's second encoder uses it.
        let projection = match config.projection_dim {
            Some(outputs) if top.has("text_projection.weight") => {
                Some(top.at("text_projection").linear(width, outputs, false)?)
            }
            _ => None,
        };
        Ok(Self {
            curve,
            tokens: embeddings.tensor("token_embedding.weight", &[config.vocab_size, width])?,
            positions: embeddings
                .tensor("position_embedding.weight", &[config.max_position_embeddings, width])?,
            layers: (0..config.num_hidden_layers).map(layer).collect::<Result<_, _>>()?,
            last: parts.at("final_layer_norm").norm(width, config.layer_norm_eps)?,
            projection,
            config: config.clone(),
        })
    }

    /// Numbers of its projection, if it has one.
    pub(crate) fn pooled_width(&self) -> Option<usize> {
        self.projection.as_ref().and(self.config.projection_dim)
    }

    /// Reads one text of tokens.
    ///
    /// # Errors
    /// [`GeneratorError::Failed`] when a token is unknown or there are too many.
    pub(crate) fn encode(&self, ids: &[u32]) -> Result<Encoded, GeneratorError> {
        let width = self.config.hidden_size;
        if ids.len() > self.config.max_position_embeddings {
            return Err(GeneratorError::Failed(format!("{} tokens are too many", ids.len())));
        }
        let mut x = Vec::with_capacity(ids.len() * width);
        for (id, position) in ids.iter().zip(self.positions.chunks_exact(width)) {
            let at = *id as usize * width;
            let token = self.tokens.get(at..at + width);
            let unknown = || GeneratorError::Failed(format!("token {id} is unknown"));
            x.extend(token.ok_or_else(unknown)?.iter().zip(position).map(|(a, b)| a + b));
        }
        let mut penultimate = x.clone();
        for layer in &self.layers {
            penultimate.clone_from(&x);
            x = layer.forward(&self.config, self.curve, true, x);
        }
        let last = self.last.rows(&x);
        let pooled = self.pool(ids, &last);
        Ok(Encoded { last, penultimate, pooled })
    }

    /// The row where the text ends. Old configurations name 2 as the end, which it never was: there
    /// the largest token is it.
    fn pool(&self, ids: &[u32], last: &[f32]) -> Vec<f32> {
        let Some(projection) = &self.projection else { return Vec::new() };
        let named = self.config.eos_token_id.filter(|id| *id != 2);
        let end = named.or_else(|| ids.iter().max().copied());
        let at = ids.iter().position(|id| Some(*id) == end).unwrap_or(0);
        let width = self.config.hidden_size;
        let row = last.get(at * width..(at + 1) * width).unwrap_or_default();
        projection.forward(row, width)
    }
}

impl Layer {
    /// Builds it.
    ///
    /// # Errors
    /// [`GeneratorError::File`] when a tensor is missing or has another shape.
    pub(crate) fn new(config: &ClipConfig, parts: &Parts<'_>) -> Result<Self, GeneratorError> {
        let (width, wide) = (config.hidden_size, config.intermediate_size);
        let attention = |name| parts.at("self_attn").at(name).linear(width, width, true);
        Ok(Self {
            before: parts.at("layer_norm1").norm(width, config.layer_norm_eps)?,
            queries: attention("q_proj")?,
            keys: attention("k_proj")?,
            values: attention("v_proj")?,
            out: attention("out_proj")?,
            between: parts.at("layer_norm2").norm(width, config.layer_norm_eps)?,
            wide: parts.at("mlp.fc1").linear(width, wide, true)?,
            narrow: parts.at("mlp.fc2").linear(wide, width, true)?,
        })
    }

    /// Applies it; `causal` rows see only those up to themselves.
    pub(crate) fn forward(
        &self,
        config: &ClipConfig,
        curve: Curve,
        causal: bool,
        x: Vec<f32>,
    ) -> Vec<f32> {
        let width = config.hidden_size;
        let normed = self.before.rows(&x);
        let heads = Heads { batch: 1, heads: config.num_attention_heads, width, causal };
        let row = |map: &Linear| map.forward(&normed, width);
        let taken = heads.attend(&row(&self.queries), &row(&self.keys), &row(&self.values));
        let x = self.out.onto(&taken, width, x);
        let mut wide = self.wide.forward(&self.between.rows(&x), width);
        curve.bend(&mut wide);
        self.narrow.onto(&wide, config.intermediate_size, x)
    }
}
