//! The shape of a network from the header of its GGUF file.

use super::metadata::Metadata;
use crate::{
    gguf::Header,
    text::{
        config::{Biases, Config, LayerKind},
        family::{Family, Windows},
        parts::{Naming, Part},
        rope::{RawRope, Rope, Turned},
    },
};

/// Small tensors that belong to the shape: factors of the rotation.
pub(crate) struct Factors {
    /// `rope_freqs.weight`: llama 3.1 and later.
    pub(crate) all: Option<Vec<f32>>,
    /// `rope_factors_short.weight` and `rope_factors_long.weight`: phi 3.
    pub(crate) short: Option<Vec<f32>>,
    pub(crate) long: Option<Vec<f32>>,
}

/// The base of gemma 3's windows, and its caps of gemma 2, when the file says none.
const LOCAL_THETA: f32 = 10_000.0;
const ATTENTION_CAP: f32 = 50.0;
const LOGIT_CAP: f32 = 30.0;
/// The layers of the largest gemma 2 and 3, which scale scores by the width of the network.
const WIDE_LAYERS: [(&str, usize); 2] = [("gemma2", 46), ("gemma3", 62)];

/// Reads and checks the shape.
///
/// # Errors
/// What is missing or not supported, in words.
pub(crate) fn config(header: &Header, factors: &Factors) -> Result<Config, String> {
    let metadata = Metadata::new(&header.metadata)?;
    if metadata.number("expert_count")?.unwrap_or(0) > 0 {
        return Err("it is a mixture of experts, which is not supported".to_owned());
    }
    if metadata.number("split.count")?.unwrap_or(1) > 1 {
        let join = "join them with `llama-gguf-split --merge`";
        return Err(format!("it is one of several files: {join}"));
    }
    let family = Family::of_gguf(metadata.architecture())?;
    Shape { header, metadata, family }.config(factors)?.check()
}

struct Shape<'a> {
    header: &'a Header,
    metadata: Metadata<'a>,
    family: &'static Family,
}

impl Shape<'_> {
    fn config(&self, factors: &Factors) -> Result<Config, String> {
        let (metadata, gemma) = (&self.metadata, self.family.gemma);
        let hidden = metadata.needed("embedding_length")?;
        let layers = metadata.needed("block_count")?;
        let heads = metadata.needed("attention.head_count")?;
        let (ropes, long_from) = self.ropes(factors)?;
        let head_size = self.head_size()?;
        let gemma2 = gemma && !self.family.local_rope;
        let cap = |key, usual| -> Result<Option<f32>, String> {
            Ok(metadata.float(key)?.or_else(|| gemma2.then_some(usual)).filter(|_| gemma))
        };
        Ok(Config {
            family: self.family,
            vocabulary: self.vocabulary()?,
            hidden,
            intermediate: metadata.needed("feed_forward_length")?,
            layers: self.layers(layers)?,
            heads,
            kv_heads: metadata.number("attention.head_count_kv")?.unwrap_or(heads),
            head_size,
            epsilon: metadata.float("attention.layer_norm_rms_epsilon")?.unwrap_or(1e-5),
            context: metadata.needed("context_length")?,
            tied_embeddings: self.header.tensor("output.weight").is_none(),
            biases: self.biases(),
            ropes,
            long_from,
            activation: self.family.activation(),
            attention_scale: self.attention_scale(hidden, heads, layers, head_size),
            attention_cap: cap("attn_logit_softcapping", ATTENTION_CAP)?.filter(|_| gemma2),
            logit_cap: cap("final_logit_softcapping", LOGIT_CAP)?,
            embedding_scale: gemma.then(|| (hidden as f32).sqrt()),
            // Files of llama.cpp have it in their weights already.
            norm_offset: 0.0,
            end_tokens: Vec::new(),
        })
    }

    fn attention_scale(&self, hidden: usize, heads: usize, layers: usize, size: usize) -> f32 {
        let wide = WIDE_LAYERS.contains(&(self.family.gguf, layers));
        let scalar = if wide { hidden as f32 / heads.max(1) as f32 } else { size as f32 };
        scalar.sqrt().recip()
    }

    fn head_size(&self) -> Result<usize, String> {
        let heads = self.metadata.needed("attention.head_count")?;
        let shared = self.metadata.needed("embedding_length")? / heads.max(1);
        let size = self.metadata.number("attention.key_length")?.unwrap_or(shared);
        let values = self.metadata.number("attention.value_length")?.unwrap_or(size);
        if values == size {
            return Ok(size);
        }
        Err(format!("keys of {size} and values of {values} are not supported together"))
    }

    fn vocabulary(&self) -> Result<usize, String> {
        let name = "token_embd.weight";
        let entry = self.header.tensor(name).ok_or_else(|| format!("it has no tensor `{name}`"))?;
        Ok(entry.shape.first().copied().unwrap_or(0))
    }

    fn biases(&self) -> Biases {
        let has = |part| {
            let stem = Naming::Gguf.stem(self.family, part, 0);
            self.header.tensor(&format!("{stem}.bias")).is_some()
        };
        let (qkv, gate_up) = if self.family.fused {
            (Part::QueryKeyValue, Part::GateUp)
        } else {
            (Part::Query, Part::Gate)
        };
        Biases { qkv: has(qkv), attention_output: has(Part::Output), mlp: has(gate_up) }
    }

    fn layers(&self, count: usize) -> Result<Vec<LayerKind>, String> {
        let window = self.metadata.number("attention.sliding_window")?;
        let window = window.filter(|window| *window > 0);
        let every = self.metadata.number("attention.sliding_window_pattern").unwrap_or(None);
        let windowed = |index: usize| match self.family.windows {
            // Files of these families say nothing of windows; llama.cpp uses none.
            Windows::Never | Windows::Later => false,
            Windows::Always => true,
            Windows::AllButEvery(usual) => {
                !(index + 1).is_multiple_of(every.unwrap_or(usual).max(1))
            }
        };
        let kind = |index| LayerKind {
            window: window.filter(|_| windowed(index)),
            rope: usize::from(windowed(index) && self.family.local_rope),
        };
        // A damaged file may name any number; it is checked after this.
        Ok((0..count.min(1 << 16)).map(kind).collect())
    }

    /// The rotations, and from where on texts are long.
    fn ropes(&self, factors: &Factors) -> Result<(Vec<Rope>, Option<usize>), String> {
        let metadata = &self.metadata;
        let head_size = self.head_size()?;
        let turned = metadata.number("rope.dimension_count")?.unwrap_or(head_size);
        let original = metadata.float("rope.scaling.original_context_length")?;
        let long = factors.long.is_some().then_some(original).flatten();
        let kind = metadata.text("rope.scaling.type").filter(|kind| *kind != "none");
        let raw = RawRope {
            rope_theta: metadata.float("rope.freq_base")?,
            rope_type: if factors.long.is_some() { Some("longrope") } else { kind }
                .map(str::to_owned),
            factor: metadata.float("rope.scaling.factor")?.filter(|_| factors.long.is_none()),
            partial_rotary_factor: Some(turned as f32 / head_size.max(1) as f32),
            original_max_position_embeddings: original,
            attention_factor: metadata.float("rope.scaling.attn_factor")?,
            short_factor: factors.short.clone(),
            long_factor: factors.long.clone(),
            ..RawRope::default()
        };
        let context = metadata.needed("context_length")?;
        let turned = Turned { head_size, theta: None, context };
        let mut main = Rope::new(turned, &raw)?;
        if let Some(factors) = &factors.all {
            main = main.divided(factors)?;
        }
        let mut ropes = vec![main];
        if self.family.local_rope {
            let theta = metadata.float("rope.freq_base_swa")?.unwrap_or(LOCAL_THETA);
            let local = RawRope { rope_theta: Some(theta), ..RawRope::default() };
            ropes.push(Rope::new(turned, &local)?);
        }
        Ok((ropes, long.map(|tokens| tokens as usize)))
    }
}
