//! T5's networks, also mT5 and MADLAD: what `config.json` says, and where the tensors are.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::network::Network;
use crate::{
    GeneratorError,
    files::ModelFiles,
    sequence::{Attention, Bias, Curve, Feed, Layer, Map, Norm, Placement, Stack},
    stable::{
        parts::Parts,
        shape::{self, sizes},
    },
    text::network::matrix::{Linear, Matrix},
};

const CONFIG: &str = "config.json";

/// Shapes of a T5 network.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Config {
    pub(crate) vocab_size: usize,
    model_type: String,
    d_model: usize,
    d_kv: usize,
    d_ff: usize,
    num_layers: usize,
    num_decoder_layers: Option<usize>,
    num_heads: usize,
    relative_attention_num_buckets: usize,
    #[serde(default = "farthest")]
    relative_attention_max_distance: usize,
    #[serde(default = "relu")]
    feed_forward_proj: String,
    #[serde(default = "epsilon")]
    layer_norm_epsilon: f32,
    tie_word_embeddings: Option<bool>,
    /// Written by transformers 5, which otherwise has no trace of it.
    scale_decoder_outputs: Option<bool>,
    /// What the network was taught to do, by name.
    #[serde(default)]
    pub(crate) task_specific_params: Option<BTreeMap<String, Task>>,
}

/// What a network was taught to do.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Task {
    pub(crate) prefix: Option<String>,
}

const fn farthest() -> usize {
    128
}

fn relu() -> String {
    "relu".to_owned()
}

const fn epsilon() -> f32 {
    1e-6
}

impl Config {
    /// Reads and checks it.
    ///
    /// # Errors
    /// [`GeneratorError::File`] naming what is wrong or not served.
    pub(crate) fn read(files: &ModelFiles) -> Result<Self, GeneratorError> {
        let config: Self = shape::read(files, CONFIG, &[("model_type", "t5|mt5")])?;
        config.check().map_err(|reason| GeneratorError::file(files.path(CONFIG), reason))?;
        Ok(config)
    }

    fn check(&self) -> Result<(), String> {
        let counts = [
            self.d_model,
            self.d_kv,
            self.d_ff,
            self.num_layers,
            self.writing_layers(),
            self.num_heads,
            self.relative_attention_num_buckets,
            self.relative_attention_max_distance,
        ];
        sizes("the sizes of the network", &counts)?;
        if !(2..=10_000_000).contains(&self.vocab_size) {
            return Err("`vocab_size` must be 2 to 10000000".to_owned());
        }
        if self.relative_attention_num_buckets < 4
            || self.relative_attention_max_distance <= self.relative_attention_num_buckets
        {
            return Err("`relative_attention_max_distance` must be above the number of buckets, \
                        which must be 4 or more"
                .to_owned());
        }
        self.curve().map(|_| ())
    }

    fn writing_layers(&self) -> usize {
        self.num_decoder_layers.unwrap_or(self.num_layers)
    }

    /// The curve, and whether it is gated.
    fn curve(&self) -> Result<(Curve, bool), String> {
        match self.feed_forward_proj.strip_prefix("gated-") {
            // `gated-gelu` has always meant the one by hyperbolic tangent.
            Some("gelu") => Ok((Curve::GeluTanh, true)),
            Some(name) => Ok((Curve::named(name)?, true)),
            None => Ok((Curve::named(&self.feed_forward_proj)?, false)),
        }
    }

    /// Whether rows are made smaller before the head: in the first T5, whose head is its embeddings.
    fn is_scaled(&self) -> bool {
        let tied = self.tie_word_embeddings != Some(false) && self.model_type == "t5";
        self.scale_decoder_outputs.unwrap_or(tied)
    }

    /// Takes the tensors out of `top`.
    ///
    /// # Errors
    /// [`GeneratorError::File`] when a tensor is missing or has another shape.
    pub(crate) fn network(&self, top: &Parts<'_>) -> Result<Network, GeneratorError> {
        let shape = [self.vocab_size, self.d_model];
        let shared = if top.has("shared.weight") {
            top.at("shared")
        } else {
            top.at("decoder").at("embed_tokens")
        };
        let embeddings = Matrix::new(shared.stored("weight", &shape)?)?;
        let head = if top.has("lm_head.weight") {
            Matrix::new(top.at("lm_head").stored("weight", &shape)?)?
        } else {
            embeddings.clone()
        };
        let scaled = (self.d_model as f32).sqrt().recip();
        Ok(Network {
            width: self.d_model,
            vocabulary: self.vocab_size,
            embeddings: [embeddings.clone(), embeddings],
            scale: 1.0,
            waves: Vec::new(),
            positions: usize::MAX,
            encoder: self.stack(&top.at("encoder"), false)?,
            decoder: self.stack(&top.at("decoder"), true)?,
            last_scale: if self.is_scaled() { scaled } else { 1.0 },
            head: Linear::new(vec![head], None),
        })
    }

    fn stack(&self, parts: &Parts<'_>, writes: bool) -> Result<Stack, GeneratorError> {
        let count = if writes { self.writing_layers() } else { self.num_layers };
        let blocks = parts.at("block");
        let learned = blocks.at(0).at("layer.0.SelfAttention.relative_attention_bias");
        let shape = [self.relative_attention_num_buckets, self.num_heads];
        let learned = learned.tensor("weight", &shape)?;
        let farthest = self.relative_attention_max_distance;
        Ok(Stack {
            layers: (0..count)
                .map(|index| self.layer(&blocks.at(index).at("layer"), writes))
                .collect::<Result<_, _>>()?,
            width: self.d_model,
            placement: Placement::Before,
            bias: Some(Bias::new(&learned, self.num_heads, farthest, !writes)),
            last: Some(self.norm(&parts.at("final_layer_norm"))?),
        })
    }

    fn norm(&self, parts: &Parts<'_>) -> Result<Norm, GeneratorError> {
        Norm::root(parts, self.d_model, self.layer_norm_epsilon)
    }

    fn layer(&self, parts: &Parts<'_>, writes: bool) -> Result<Layer, GeneratorError> {
        let unsupported = |reason| GeneratorError::Unsupported { reason };
        let (curve, gated) = self.curve().map_err(unsupported)?;
        let (width, inner, wide) = (self.d_model, self.num_heads * self.d_kv, self.d_ff);
        let attention = |parts: Parts<'_>| -> Result<Attention, GeneratorError> {
            Ok(Attention {
                queries: Map::stored(&parts.at("q"), width, inner)?,
                keys: Map::stored(&parts.at("k"), width, inner)?,
                values: Map::stored(&parts.at("v"), width, inner)?,
                out: Map::stored(&parts.at("o"), inner, width)?,
                heads: self.num_heads,
                scale: 1.0,
            })
        };
        let norm = |index: usize| self.norm(&parts.at(index).at("layer_norm"));
        let other = writes.then(|| {
            Ok::<_, GeneratorError>((attention(parts.at("1.EncDecAttention"))?, norm(1)?))
        });
        let last = if writes { 2 } else { 1 };
        let feed = parts.at(last).at("DenseReluDense");
        let map = |name: &str| Map::stored(&feed.at(name), width, wide);
        Ok(Layer {
            own: attention(parts.at("0.SelfAttention"))?,
            own_norm: norm(0)?,
            other: other.transpose()?,
            feed: Feed {
                wide: map(if gated { "wi_0" } else { "wi" })?,
                gate: gated.then(|| map("wi_1")).transpose()?,
                narrow: Map::stored(&feed.at("wo"), wide, width)?,
                curve,
            },
            feed_norm: norm(last)?,
        })
    }
}
