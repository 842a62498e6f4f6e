//! `config.json` as transformers 4 and 5 write it.

use serde::Deserialize;
use serde_json::Value;

use super::{
    config::{Biases, Config, LayerKind},
    family::{Biased, Family, Windows},
    rope::{RawRope, Rope, Turned},
};
use crate::GeneratorError;

/// Why a configuration cannot be used.
#[derive(Debug)]
pub(crate) enum ConfigError {
    /// It is not what transformers writes.
    Json(String),
    /// It describes another network.
    Model(GeneratorError),
}

/// Reads and checks `config.json`.
///
/// # Errors
/// [`GeneratorError::Unsupported`] naming what another network would need; plain JSON errors
/// are returned as text.
pub(crate) fn parse(text: &[u8]) -> Result<Config, ConfigError> {
    let named: Named = serde_json::from_slice(text).map_err(json)?;
    let unsupported = |reason| ConfigError::Model(GeneratorError::Unsupported { reason });
    let architecture = named.architectures.first().map(String::as_str);
    let family = Family::named(architecture).map_err(unsupported)?;
    let raw: Raw = serde_json::from_slice(text).map_err(json)?;
    raw.config(family).and_then(Config::check).map_err(unsupported)
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn json(error: serde_json::Error) -> ConfigError {
    ConfigError::Json(error.to_string())
}

/// The name comes first: another network may have other fields.
#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    architectures: Vec<String>,
}

/// `config.json` as written; fields that do not change the network are not listed.
#[derive(Deserialize)]
struct Raw {
    vocab_size: usize,
    hidden_size: usize,
    intermediate_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    num_key_value_heads: Option<usize>,
    head_dim: Option<usize>,
    #[serde(default = "epsilon")]
    rms_norm_eps: f32,
    max_position_embeddings: usize,
    original_max_position_embeddings: Option<f32>,
    sliding_window: Option<usize>,
    use_sliding_window: Option<bool>,
    max_window_layers: Option<usize>,
    sliding_window_pattern: Option<u64>,
    /// The same in transformers 4.5x; some files have both.
    _sliding_window_pattern: Option<u64>,
    layer_types: Option<Vec<String>>,
    tie_word_embeddings: Option<bool>,
    #[serde(default)]
    attention_bias: bool,
    #[serde(default)]
    mlp_bias: bool,
    hidden_act: Option<String>,
    hidden_activation: Option<String>,
    query_pre_attn_scalar: Option<f32>,
    attn_logit_softcapping: Option<f32>,
    final_logit_softcapping: Option<f32>,
    use_bidirectional_attention: Option<bool>,
    quantization_config: Option<Value>,
    rope_theta: Option<f32>,
    rope_local_base_freq: Option<f32>,
    partial_rotary_factor: Option<f32>,
    rope_scaling: Option<RawRope>,
    /// Where transformers 5 keeps all of them: for the network, or for each kind of layer.
    rope_parameters: Option<RopeParameters>,
    eos_token_id: Option<OneOrMany>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RopeParameters {
    ByLayer { full_attention: RawRope, sliding_attention: RawRope },
    One(RawRope),
}

const fn epsilon() -> f32 {
    1e-6
}

/// A token id, or a list of them.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum OneOrMany {
    One(u32),
    Many(Vec<u32>),
}

impl OneOrMany {
    pub(crate) fn into_vec(self) -> Vec<u32> {
        match self {
            Self::One(id) => vec![id],
            Self::Many(ids) => ids,
        }
    }
}

/// The base of gemma 3's windows when nothing is said.
const LOCAL_THETA: f32 = 10_000.0;

impl Raw {
    fn config(self, family: &'static Family) -> Result<Config, String> {
        self.supported(family)?;
        let gemma = family.gemma;
        let (ropes, long_from) = self.ropes(family)?;
        let scalar = self.query_pre_attn_scalar.filter(|_| gemma);
        Ok(Config {
            layers: self.layers(family)?,
            family,
            vocabulary: self.vocab_size,
            hidden: self.hidden_size,
            intermediate: self.intermediate_size,
            heads: self.num_attention_heads,
            kv_heads: self.num_key_value_heads.unwrap_or(self.num_attention_heads),
            head_size: self.head_size(family),
            epsilon: self.rms_norm_eps,
            context: self.max_position_embeddings,
            tied_embeddings: self.tie_word_embeddings.unwrap_or(gemma),
            biases: self.biases(family),
            ropes,
            long_from,
            activation: family.activation(),
            attention_scale: scalar.unwrap_or(self.head_size(family) as f32).sqrt().recip(),
            attention_cap: self.attn_logit_softcapping.filter(|_| gemma),
            logit_cap: self.final_logit_softcapping.filter(|_| gemma),
            embedding_scale: gemma.then(|| (self.hidden_size as f32).sqrt()),
            norm_offset: if gemma { 1.0 } else { 0.0 },
            end_tokens: self.eos_token_id.map(OneOrMany::into_vec).unwrap_or_default(),
        })
    }

    fn supported(&self, family: &Family) -> Result<(), String> {
        if self.quantization_config.is_some() {
            let known = "F32, F16 and BF16 are supported, and quantised weights as GGUF";
            return Err(format!("its weights are quantised; {known}"));
        }
        if self.use_bidirectional_attention == Some(true) {
            return Err("its tokens look ahead: it reads texts and writes none".to_owned());
        }
        let wanted = if family.gemma { "gelu_pytorch_tanh" } else { "silu" };
        let named = self.hidden_activation.as_ref().or(self.hidden_act.as_ref());
        match named.filter(|named| *named != wanted) {
            Some(named) => Err(format!("its activation is `{named}`; `{wanted}` is supported")),
            None => Ok(()),
        }
    }

    fn head_size(&self, family: &Family) -> usize {
        let shared = || self.hidden_size / self.num_attention_heads.max(1);
        self.head_dim.or(family.head_size).unwrap_or_else(shared)
    }

    const fn biases(&self, family: &Family) -> Biases {
        let (qkv, attention_output) = match family.biased {
            Biased::AsConfigured => (self.attention_bias, self.attention_bias),
            Biased::QueriesKeysValues => (true, false),
            Biased::Never => (false, false),
        };
        Biases { qkv, attention_output, mlp: self.mlp_bias }
    }

    fn layers(&self, family: &Family) -> Result<Vec<LayerKind>, String> {
        let count = self.num_hidden_layers;
        let window = self.sliding_window.filter(|window| *window > 0);
        let seen = |windowed: bool| LayerKind {
            window: window.filter(|_| windowed),
            rope: usize::from(windowed && family.local_rope),
        };
        if let (Some(types), true) = (&self.layer_types, family.windows != Windows::Never) {
            if types.len() != count {
                return Err(format!("`layer_types` names {} of {count} layers", types.len()));
            }
            let kinds = types.iter().map(|kind| match kind.as_str() {
                "full_attention" => Ok(seen(false)),
                "sliding_attention" => Ok(seen(true)),
                other => {
                    Err(format!("a layer's type is `{other}`; full and sliding are supported"))
                }
            });
            return kinds.collect();
        }
        let every = self.sliding_window_pattern.or(self._sliding_window_pattern);
        let windowed = |index: usize| match family.windows {
            Windows::Never => false,
            Windows::Always => true,
            Windows::Later => {
                let from = self.max_window_layers.unwrap_or(0);
                self.use_sliding_window == Some(true) && index >= from
            }
            Windows::AllButEvery(usual) => {
                let every = every.map_or(usual, |every| every as usize).max(1);
                !(index + 1).is_multiple_of(every)
            }
        };
        // A damaged file may name any number; it is checked after this.
        Ok((0..count.min(1 << 16)).map(|index| seen(windowed(index))).collect())
    }

    /// The rotations, and from where on texts are long.
    fn ropes(&self, family: &Family) -> Result<(Vec<Rope>, Option<usize>), String> {
        let (mut main, mut local) = match &self.rope_parameters {
            Some(RopeParameters::ByLayer { full_attention, sliding_attention }) => {
                (full_attention.clone(), Some(sliding_attention.clone()))
            }
            Some(RopeParameters::One(one)) => (one.clone(), None),
            None => (self.rope_scaling.clone().unwrap_or_default(), None),
        };
        main.partial_rotary_factor = main.partial_rotary_factor.or(self.partial_rotary_factor);
        // Phi 3 keeps it beside the rest.
        main.original_max_position_embeddings =
            main.original_max_position_embeddings.or(self.original_max_position_embeddings);
        if family.local_rope && local.is_none() {
            let theta = self.rope_local_base_freq.unwrap_or(LOCAL_THETA);
            local = Some(RawRope { rope_theta: Some(theta), ..RawRope::default() });
        }
        let head_size = self.head_size(family);
        let turned =
            Turned { head_size, theta: self.rope_theta, context: self.max_position_embeddings };
        let long = main.original_max_position_embeddings.filter(|_| main.long_factor.is_some());
        let ropes = std::iter::once(&main).chain(local.as_ref().filter(|_| family.local_rope));
        let ropes: Result<Vec<Rope>, String> = ropes.map(|raw| Rope::new(turned, raw)).collect();
        Ok((ropes?, long.map(|tokens| tokens as usize)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn config() -> Value {
        json!({
            "architectures": ["LlamaForCausalLM"], "vocab_size": 512, "hidden_size": 64,
            "intermediate_size": 176, "num_hidden_layers": 3, "num_attention_heads": 4,
            "num_key_value_heads": 2, "max_position_embeddings": 256, "hidden_act": "silu",
        })
    }

    fn with(changes: Value) -> Result<Config, String> {
        let mut config = config();
        for (key, value) in changes.as_object().unwrap() {
            config[key] = value.clone();
        }
        parse(config.to_string().as_bytes()).map_err(|error| match error {
            ConfigError::Json(reason) => reason,
            ConfigError::Model(error) => error.to_string(),
        })
    }

    #[test]
    fn old_and_new_ways_to_write_rope_are_the_same() {
        let old = with(json!({"rope_theta": 5e5})).unwrap();
        let new = with(json!({"rope_parameters": {"rope_theta": 5e5, "rope_type": "default"}}));
        assert_eq!(old.ropes, new.unwrap().ropes);
        assert_ne!(old.ropes, with(json!({})).unwrap().ropes);
    }

    #[test]
    fn what_is_not_supported_is_named() {
        let cases = [
            (json!({"architectures": ["GemmaForCausalLM"]}), "GemmaForCausalLM"),
            (json!({"architectures": []}), "no architecture"),
            (json!({"hidden_act": "gelu"}), "`gelu`"),
            (json!({"quantization_config": {}}), "quantised"),
            (json!({"architectures": ["Qwen3MoeForCausalLM"]}), "mixture of experts"),
            (json!({"architectures": ["Gemma3ForConditionalGeneration"]}), "reads pictures"),
            (json!({"num_attention_heads": 0}), "`num_attention_heads` is 0"),
            (json!({"num_key_value_heads": 3}), "cannot share"),
            (json!({"vocab_size": -1}), "-1"),
            (json!({"vocab_size": 1_u64 << 40}), "vocab_size"),
            (json!({"rope_parameters": {"rope_theta": 1e4, "rope_type": "yarn"}}), "yarn"),
        ];
        for (changes, expected) in cases {
            let said = with(changes).unwrap_err();
            assert!(said.contains(expected), "{said}");
        }
    }

    fn windows(config: &Config) -> Vec<Option<usize>> {
        config.layers.iter().map(|layer| layer.window).collect()
    }

    #[test]
    fn biases_and_windows_follow_the_family() {
        let qwen = with(json!({"architectures": ["Qwen2ForCausalLM"], "sliding_window": null}));
        let expected = Biases { qkv: true, ..Biases::default() };
        assert_eq!(qwen.unwrap().biases, expected);
        let mistral = json!({"architectures": ["MistralForCausalLM"], "sliding_window": 8});
        assert_eq!(windows(&with(mistral).unwrap()), [Some(8); 3]);
        let later = json!({"architectures": ["Qwen2ForCausalLM"], "sliding_window": 8,
                           "use_sliding_window": true, "max_window_layers": 1});
        assert_eq!(windows(&with(later).unwrap()), [None, Some(8), Some(8)]);
        let unused = json!({"architectures": ["Qwen2ForCausalLM"], "sliding_window": 8});
        assert_eq!(windows(&with(unused).unwrap()), [None; 3]);
    }

    fn gemma(architecture: &str, changes: Value) -> Result<Config, String> {
        let mut all = json!({"architectures": [architecture], "hidden_act": null, "head_dim": 16,
                             "hidden_activation": "gelu_pytorch_tanh", "sliding_window": 8,
                             "query_pre_attn_scalar": 64});
        for (key, value) in changes.as_object().unwrap() {
            all[key] = value.clone();
        }
        with(all)
    }

    #[test]
    fn gemma_2_alternates_and_caps() {
        let caps = json!({"attn_logit_softcapping": 50.0, "final_logit_softcapping": 30.0});
        let config = gemma("Gemma2ForCausalLM", caps).unwrap();
        assert_eq!(windows(&config), [Some(8), None, Some(8)]);
        assert_eq!((config.attention_cap, config.logit_cap), (Some(50.0), Some(30.0)));
        assert_eq!((config.attention_scale, config.embedding_scale), (0.125, Some(8.0)));
        assert!(config.tied_embeddings);
    }

    #[test]
    fn gemma_3_turns_its_windows_by_another_base_in_both_styles() {
        let old = json!({"rope_theta": 1e6, "rope_local_base_freq": 1e4, "sliding_window_pattern": 2,
                         "rope_scaling": {"rope_type": "linear", "factor": 8.0}});
        let new = json!({
            "layer_types": ["sliding_attention", "full_attention", "sliding_attention"],
            "rope_parameters": {
                "full_attention": {"rope_theta": 1e6, "rope_type": "linear", "factor": 8.0},
                "sliding_attention": {"rope_theta": 1e4, "rope_type": "default"},
            },
        });
        let old = gemma("Gemma3ForCausalLM", old).unwrap();
        let new = gemma("Gemma3ForCausalLM", new).unwrap();
        assert_eq!((&old.ropes, &old.layers), (&new.ropes, &new.layers));
        assert_eq!(old.layers[0], LayerKind { window: Some(8), rope: 1 });
        assert_eq!(old.layers[1], LayerKind { window: None, rope: 0 });
        assert_ne!(old.ropes[0], old.ropes[1]);
        let ahead = json!({"use_bidirectional_attention": true});
        assert!(gemma("Gemma3ForCausalLM", ahead).unwrap_err().contains("look ahead"));
    }

    #[test]
    fn a_layer_of_an_unknown_type_is_named() {
        let types = |types: Value| {
            with(json!({"architectures": ["Qwen3ForCausalLM"], "layer_types": types})).unwrap_err()
        };
        let full = "full_attention";
        assert!(types(json!([full, "chunked_attention", full])).contains("chunked_attention"));
        assert!(types(json!([full])).contains("names 1 of 3 layers"));
    }
}
