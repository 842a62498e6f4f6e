//! The tensors of a network: their names in either kind of file, and their shapes.

use super::{config::Config, family::Family};

/// What a tensor is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Embeddings,
    FinalNorm,
    Head,
    AttentionNorm,
    Query,
    Key,
    Value,
    QueryKeyValue,
    QueryNorm,
    KeyNorm,
    Output,
    AfterAttentionNorm,
    MlpNorm,
    Gate,
    Up,
    GateUp,
    Down,
    AfterMlpNorm,
}

/// Whose names the tensors have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Naming {
    HuggingFace,
    Gguf,
}

impl Naming {
    /// The name of a part without its ending; `layer` counts from 0.
    pub(crate) fn stem(self, family: &Family, part: Part, layer: usize) -> String {
        let (whole, name) = match self {
            Self::HuggingFace => huggingface(family, part),
            Self::Gguf => gguf(part),
        };
        match (whole, self) {
            (true, _) => name.to_owned(),
            (false, Self::HuggingFace) => format!("model.layers.{layer}.{name}"),
            (false, Self::Gguf) => format!("blk.{layer}.{name}"),
        }
    }
}

/// Whether the part is one of the whole network, and its name.
const fn huggingface(family: &Family, part: Part) -> (bool, &'static str) {
    match part {
        Part::Embeddings => (true, "model.embed_tokens"),
        Part::FinalNorm => (true, "model.norm"),
        Part::Head => (true, "lm_head"),
        Part::AttentionNorm => (false, "input_layernorm"),
        Part::Query => (false, "self_attn.q_proj"),
        Part::Key => (false, "self_attn.k_proj"),
        Part::Value => (false, "self_attn.v_proj"),
        Part::QueryKeyValue => (false, "self_attn.qkv_proj"),
        Part::QueryNorm => (false, "self_attn.q_norm"),
        Part::KeyNorm => (false, "self_attn.k_norm"),
        Part::Output => (false, "self_attn.o_proj"),
        Part::AfterAttentionNorm => (false, "post_attention_layernorm"),
        // What comes after attention for gemma comes before the feed-forward for the others.
        Part::MlpNorm if family.gemma => (false, "pre_feedforward_layernorm"),
        Part::MlpNorm => (false, "post_attention_layernorm"),
        Part::Gate => (false, "mlp.gate_proj"),
        Part::Up => (false, "mlp.up_proj"),
        Part::GateUp => (false, "mlp.gate_up_proj"),
        Part::Down => (false, "mlp.down_proj"),
        Part::AfterMlpNorm => (false, "post_feedforward_layernorm"),
    }
}

const fn gguf(part: Part) -> (bool, &'static str) {
    match part {
        Part::Embeddings => (true, "token_embd"),
        Part::FinalNorm => (true, "output_norm"),
        Part::Head => (true, "output"),
        Part::AttentionNorm => (false, "attn_norm"),
        Part::Query => (false, "attn_q"),
        Part::Key => (false, "attn_k"),
        Part::Value => (false, "attn_v"),
        Part::QueryKeyValue => (false, "attn_qkv"),
        Part::QueryNorm => (false, "attn_q_norm"),
        Part::KeyNorm => (false, "attn_k_norm"),
        Part::Output => (false, "attn_output"),
        Part::AfterAttentionNorm => (false, "post_attention_norm"),
        Part::MlpNorm => (false, "ffn_norm"),
        Part::Gate => (false, "ffn_gate"),
        // Where both are one matrix, it is called after the second.
        Part::Up | Part::GateUp => (false, "ffn_up"),
        Part::Down => (false, "ffn_down"),
        Part::AfterMlpNorm => (false, "post_ffw_norm"),
    }
}

/// A part with its shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Needed {
    pub(crate) part: Part,
    /// Rows, unless it is a vector.
    pub(crate) rows: Option<usize>,
    pub(crate) columns: usize,
    pub(crate) biased: bool,
}

impl Needed {
    const fn vector(part: Part, columns: usize) -> Self {
        Self { part, rows: None, columns, biased: false }
    }

    const fn matrix(part: Part, (rows, columns): (usize, usize), biased: bool) -> Self {
        Self { part, rows: Some(rows), columns, biased }
    }

    pub(crate) fn shape(&self) -> Vec<usize> {
        self.rows.into_iter().chain([self.columns]).collect()
    }
}

/// The parts of the whole network.
pub(crate) fn whole(config: &Config) -> Vec<Needed> {
    let size = (config.vocabulary, config.hidden);
    let mut parts = vec![
        Needed::matrix(Part::Embeddings, size, false),
        Needed::vector(Part::FinalNorm, config.hidden),
    ];
    if !config.tied_embeddings {
        parts.push(Needed::matrix(Part::Head, size, false));
    }
    parts
}

/// The parts of each layer.
pub(crate) fn of_layer(config: &Config) -> Vec<Needed> {
    let (family, biases) = (config.family, config.biases);
    let (hidden, inner, size) = (config.hidden, config.intermediate, config.head_size);
    let (queries, keys) = (config.heads * size, config.kv_heads * size);
    let matrix = |part, rows, biased| Needed::matrix(part, (rows, hidden), biased);
    let mut parts = vec![
        Needed::vector(Part::AttentionNorm, hidden),
        Needed::vector(Part::MlpNorm, hidden),
        Needed::matrix(Part::Output, (hidden, queries), biases.attention_output),
        Needed::matrix(Part::Down, (hidden, inner), biases.mlp),
    ];
    if family.fused {
        parts.push(matrix(Part::QueryKeyValue, queries + 2 * keys, biases.qkv));
        parts.push(matrix(Part::GateUp, 2 * inner, biases.mlp));
    } else {
        parts.push(matrix(Part::Query, queries, biases.qkv));
        parts.push(matrix(Part::Key, keys, biases.qkv));
        parts.push(matrix(Part::Value, keys, biases.qkv));
        parts.push(matrix(Part::Gate, inner, biases.mlp));
        parts.push(matrix(Part::Up, inner, biases.mlp));
    }
    if family.query_norm {
        parts.push(Needed::vector(Part::QueryNorm, size));
        parts.push(Needed::vector(Part::KeyNorm, size));
    }
    if family.gemma {
        parts.push(Needed::vector(Part::AfterAttentionNorm, hidden));
        parts.push(Needed::vector(Part::AfterMlpNorm, hidden));
    }
    parts
}

/// Every tensor of a network by its name, with its shape.
pub(crate) fn shapes(config: &Config, naming: Naming) -> Vec<(String, Vec<usize>)> {
    let mut shapes = Vec::new();
    let mut add = |needed: &Needed, layer| {
        let stem = naming.stem(config.family, needed.part, layer);
        if let (Some(rows), true) = (needed.rows, needed.biased) {
            shapes.push((format!("{stem}.bias"), vec![rows]));
        }
        shapes.push((format!("{stem}.weight"), needed.shape()));
    };
    whole(config).iter().for_each(|needed| add(needed, 0));
    let of_layer = of_layer(config);
    for layer in 0..config.layers.len() {
        of_layer.iter().for_each(|needed| add(needed, layer));
    }
    shapes
}

/// How many numbers were learned.
pub(crate) fn parameters(config: &Config) -> u64 {
    let size = |needed: &Needed| {
        let rows = needed.rows.unwrap_or(1) as u64;
        rows * needed.columns as u64 + if needed.biased { rows } else { 0 }
    };
    let sum = |parts: &[Needed]| parts.iter().map(size).sum::<u64>();
    sum(&whole(config)) + config.layers.len() as u64 * sum(&of_layer(config))
}
