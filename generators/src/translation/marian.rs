//! Marian's networks: what `config.json` says, and where the tensors are.

use serde::Deserialize;

use super::network::{Network, waves};
use crate::{
    GeneratorError,
    files::ModelFiles,
    sequence::{Attention, Curve, Feed, Layer, Map, Norm, Placement, Stack},
    stable::{
        parts::Parts,
        shape::{self, sizes},
    },
    text::network::matrix::{Linear, Matrix},
};

const CONFIG: &str = "config.json";

/// Shapes of a Marian network.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Config {
    pub(crate) vocab_size: usize,
    decoder_vocab_size: Option<usize>,
    d_model: usize,
    encoder_layers: usize,
    decoder_layers: usize,
    encoder_attention_heads: usize,
    decoder_attention_heads: usize,
    encoder_ffn_dim: usize,
    decoder_ffn_dim: usize,
    #[serde(default = "positions")]
    pub(crate) max_position_embeddings: usize,
    #[serde(default = "gelu")]
    activation_function: String,
    #[serde(default)]
    scale_embedding: bool,
    tie_word_embeddings: Option<bool>,
}

const fn positions() -> usize {
    1_024
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
        let fixed = [
            ("model_type", "marian"),
            ("normalize_before", "false"),
            ("normalize_embedding", "false"),
            ("add_final_layer_norm", "false"),
            ("add_bias_logits", "false"),
        ];
        let config: Self = shape::read(files, CONFIG, &fixed)?;
        config.check().map_err(|reason| GeneratorError::file(files.path(CONFIG), reason))?;
        Ok(config)
    }

    fn check(&self) -> Result<(), String> {
        let counts = [
            self.d_model,
            self.encoder_layers,
            self.decoder_layers,
            self.encoder_attention_heads,
            self.decoder_attention_heads,
            self.encoder_ffn_dim,
            self.decoder_ffn_dim,
            self.max_position_embeddings,
        ];
        sizes("the sizes of the network", &counts)?;
        for size in [self.vocab_size, self.written()] {
            if !(2..=10_000_000).contains(&size) {
                return Err("`vocab_size` must be 2 to 10000000".to_owned());
            }
        }
        let heads = [self.encoder_attention_heads, self.decoder_attention_heads];
        if heads.iter().any(|heads| !self.d_model.is_multiple_of(*heads)) {
            return Err("the numbers of heads must divide `d_model`".to_owned());
        }
        Curve::named(&self.activation_function).map(|_| ())
    }

    /// Tokens that can be written.
    pub(crate) fn written(&self) -> usize {
        self.decoder_vocab_size.unwrap_or(self.vocab_size)
    }

    /// Takes the tensors out of `top`.
    ///
    /// # Errors
    /// [`GeneratorError::File`] when a tensor is missing or has another shape.
    pub(crate) fn network(&self, top: &Parts<'_>) -> Result<Network, GeneratorError> {
        let (parts, width, written) = (top.at("model"), self.d_model, self.written());
        let embedding = |name: &str, rows: usize| {
            let own = parts.at(name).at("embed_tokens");
            let shared = parts.at("shared");
            let parts = if own.has("weight") { own } else { shared };
            Matrix::new(parts.stored("weight", &[rows, width])?)
        };
        // A tensor is taken once.
        let (reads, writes) = if parts.has("shared.weight") {
            let shared =
                Matrix::new(parts.at("shared").stored("weight", &[self.vocab_size, width])?)?;
            (shared.clone(), shared)
        } else {
            (embedding("encoder", self.vocab_size)?, embedding("decoder", written)?)
        };
        let tied = self.tie_word_embeddings.unwrap_or(true);
        let head = if top.has("lm_head.weight") && !tied {
            Matrix::new(top.at("lm_head").stored("weight", &[written, width])?)?
        } else {
            writes.clone()
        };
        let bias = top.has("final_logits_bias");
        let bias = bias.then(|| top.tensor("final_logits_bias", &[1, written])).transpose()?;
        Ok(Network {
            width,
            vocabulary: written,
            embeddings: [reads, writes],
            scale: if self.scale_embedding { (width as f32).sqrt() } else { 1.0 },
            waves: waves(width),
            positions: self.max_position_embeddings,
            encoder: self.stack(&parts.at("encoder"), false)?,
            decoder: self.stack(&parts.at("decoder"), true)?,
            last_scale: 1.0,
            head: Linear::new(vec![head], bias.filter(|bias| !bias.is_empty())),
        })
    }

    fn stack(&self, parts: &Parts<'_>, writes: bool) -> Result<Stack, GeneratorError> {
        let unsupported = |reason| GeneratorError::Unsupported { reason };
        let curve = Curve::named(&self.activation_function).map_err(unsupported)?;
        let width = self.d_model;
        let (count, heads, wide) = if writes {
            (self.decoder_layers, self.decoder_attention_heads, self.decoder_ffn_dim)
        } else {
            (self.encoder_layers, self.encoder_attention_heads, self.encoder_ffn_dim)
        };
        let attention = |parts: Parts<'_>| -> Result<Attention, GeneratorError> {
            let map = |name| Map::stored(&parts.at(name), width, width);
            Ok(Attention {
                queries: map("q_proj")?,
                keys: map("k_proj")?,
                values: map("v_proj")?,
                out: map("out_proj")?,
                heads,
                scale: ((width / heads) as f32).sqrt().recip(),
            })
        };
        let layer = |index: usize| -> Result<Layer, GeneratorError> {
            let parts = parts.at("layers").at(index);
            let norm = |name| Norm::layer(&parts.at(name), width);
            let other = writes.then(|| {
                Ok::<_, GeneratorError>((
                    attention(parts.at("encoder_attn"))?,
                    norm("encoder_attn_layer_norm")?,
                ))
            });
            Ok(Layer {
                own: attention(parts.at("self_attn"))?,
                own_norm: norm("self_attn_layer_norm")?,
                other: other.transpose()?,
                feed: Feed {
                    wide: Map::stored(&parts.at("fc1"), width, wide)?,
                    gate: None,
                    narrow: Map::stored(&parts.at("fc2"), wide, width)?,
                    curve,
                },
                feed_norm: norm("final_layer_norm")?,
            })
        };
        Ok(Stack {
            layers: (0..count).map(layer).collect::<Result<_, _>>()?,
            width,
            placement: Placement::After,
            bias: None,
            last: None,
        })
    }
}
