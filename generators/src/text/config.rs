//! The shape of a llama-family network, read from `config.json` as transformers 4 and 5 write it.

use serde::Deserialize;

use super::rope::{RawRope, Rope};
use crate::GeneratorError;

/// Networks that are a llama with at most other biases or a window.
const ARCHITECTURES: [&str; 3] = ["LlamaForCausalLM", "MistralForCausalLM", "Qwen2ForCausalLM"];
/// No dimension of a network of today is larger; a damaged file must not ask for more.
const DIMENSION_MAX: usize = 1 << 24;

/// A checked shape.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    pub(crate) architecture: String,
    pub(crate) vocabulary: usize,
    pub(crate) hidden: usize,
    pub(crate) intermediate: usize,
    pub(crate) layers: usize,
    pub(crate) heads: usize,
    /// Heads of keys and values; each serves `heads / kv_heads` query heads.
    pub(crate) kv_heads: usize,
    pub(crate) head_size: usize,
    /// Added to the mean square in the norms.
    pub(crate) epsilon: f32,
    /// Tokens of prompt and answer together.
    pub(crate) context: usize,
    /// A token sees only this many tokens up to itself.
    pub(crate) window: Option<usize>,
    pub(crate) tied_embeddings: bool,
    pub(crate) biases: Biases,
    pub(crate) rope: Rope,
    /// Tokens that end an answer.
    pub(crate) end_tokens: Vec<u32>,
}

/// Which linear maps add a bias.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Biases {
    pub(crate) qkv: bool,
    pub(crate) attention_output: bool,
    pub(crate) mlp: bool,
}

impl Config {
    /// Reads and checks `config.json`.
    ///
    /// # Errors
    /// [`GeneratorError::Unsupported`] naming what another network would need; plain JSON errors
    /// are returned as text.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, ConfigError> {
        let raw: Raw =
            serde_json::from_slice(text).map_err(|e| ConfigError::Json(e.to_string()))?;
        raw.check().map_err(|reason| ConfigError::Model(GeneratorError::Unsupported { reason }))
    }
}

/// Why a configuration cannot be used.
#[derive(Debug)]
pub(crate) enum ConfigError {
    /// It is not what transformers writes.
    Json(String),
    /// It describes another network.
    Model(GeneratorError),
}

/// `config.json` as written; fields that do not change the network are not listed.
#[derive(Deserialize)]
struct Raw {
    #[serde(default)]
    architectures: Vec<String>,
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
    sliding_window: Option<usize>,
    #[serde(default)]
    use_sliding_window: bool,
    #[serde(default)]
    tie_word_embeddings: bool,
    #[serde(default)]
    attention_bias: bool,
    #[serde(default)]
    mlp_bias: bool,
    hidden_act: Option<String>,
    quantization_config: Option<serde_json::Value>,
    rope_theta: Option<f32>,
    rope_scaling: Option<RawRope>,
    /// Where transformers 5 keeps both.
    rope_parameters: Option<RawRope>,
    eos_token_id: Option<OneOrMany>,
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

impl Raw {
    fn check(self) -> Result<Config, String> {
        let architecture = self.architecture()?;
        if self.quantization_config.is_some() {
            return Err("its weights are quantised; F32, F16 and BF16 are supported".to_owned());
        }
        if let Some(act) = self.hidden_act.as_ref().filter(|act| *act != "silu") {
            return Err(format!("its activation is `{act}`; `silu` is supported"));
        }
        self.check_dimensions()?;
        let head_size = self.head_size();
        let rope = self.rope_parameters.clone().or_else(|| self.rope_scaling.clone());
        let rope = Rope::new(head_size, self.rope_theta, rope.unwrap_or_default())?;
        let qwen2 = architecture == "Qwen2ForCausalLM";
        Ok(Config {
            window: self.window(&architecture)?,
            vocabulary: self.vocab_size,
            hidden: self.hidden_size,
            intermediate: self.intermediate_size,
            layers: self.num_hidden_layers,
            heads: self.num_attention_heads,
            kv_heads: self.kv_heads(),
            head_size,
            epsilon: self.rms_norm_eps,
            context: self.max_position_embeddings,
            tied_embeddings: self.tie_word_embeddings,
            biases: Biases {
                qkv: self.attention_bias || qwen2,
                attention_output: self.attention_bias && !qwen2,
                mlp: self.mlp_bias,
            },
            rope,
            end_tokens: self.eos_token_id.map(OneOrMany::into_vec).unwrap_or_default(),
            architecture,
        })
    }

    fn architecture(&self) -> Result<String, String> {
        let known = || ARCHITECTURES.join(", ");
        let Some(named) = self.architectures.first() else {
            return Err(format!("config.json names no architecture; supported are {}", known()));
        };
        if ARCHITECTURES.contains(&named.as_str()) {
            return Ok(named.clone());
        }
        Err(format!("its architecture is {named}; supported are {}", known()))
    }

    fn window(&self, architecture: &str) -> Result<Option<usize>, String> {
        match architecture {
            "MistralForCausalLM" => Ok(self.sliding_window.filter(|window| *window > 0)),
            _ if self.use_sliding_window => {
                Err("a sliding window in some layers is not supported".to_owned())
            }
            _ => Ok(None),
        }
    }

    fn kv_heads(&self) -> usize {
        self.num_key_value_heads.unwrap_or(self.num_attention_heads)
    }

    fn head_size(&self) -> usize {
        self.head_dim.unwrap_or_else(|| self.hidden_size / self.num_attention_heads.max(1))
    }

    fn check_dimensions(&self) -> Result<(), String> {
        let dimensions = [
            ("vocab_size", self.vocab_size),
            ("hidden_size", self.hidden_size),
            ("intermediate_size", self.intermediate_size),
            ("num_hidden_layers", self.num_hidden_layers),
            ("num_attention_heads", self.num_attention_heads),
            ("num_key_value_heads", self.kv_heads()),
            ("head_dim", self.head_size()),
            ("max_position_embeddings", self.max_position_embeddings),
        ];
        for (name, value) in dimensions {
            if value == 0 || value > DIMENSION_MAX {
                return Err(format!("`{name}` is {value} in config.json"));
            }
        }
        let (heads, kv_heads, head_size) =
            (self.num_attention_heads, self.kv_heads(), self.head_size());
        if heads % kv_heads != 0 {
            return Err(format!("{heads} heads cannot share {kv_heads} heads of keys"));
        }
        if head_size % 2 != 0 {
            return Err(format!("`head_dim` is {head_size}; it must be even"));
        }
        Ok(())
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
        Config::parse(config.to_string().as_bytes()).map_err(|error| match error {
            ConfigError::Json(reason) => reason,
            ConfigError::Model(error) => error.to_string(),
        })
    }

    #[test]
    fn old_and_new_ways_to_write_rope_are_the_same() {
        let old = with(json!({"rope_theta": 5e5})).unwrap();
        let new = with(json!({"rope_parameters": {"rope_theta": 5e5, "rope_type": "default"}}));
        assert_eq!(old.rope, new.unwrap().rope);
        assert_ne!(old.rope, with(json!({})).unwrap().rope);
    }

    #[test]
    fn what_is_not_supported_is_named() {
        let cases = [
            (json!({"architectures": ["GemmaForCausalLM"]}), "GemmaForCausalLM"),
            (json!({"architectures": []}), "no architecture"),
            (json!({"hidden_act": "gelu"}), "`gelu`"),
            (json!({"quantization_config": {}}), "quantised"),
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

    #[test]
    fn biases_and_windows_follow_the_architecture() {
        let qwen = with(json!({"architectures": ["Qwen2ForCausalLM"], "sliding_window": null}));
        let expected = Biases { qkv: true, ..Biases::default() };
        assert_eq!(qwen.unwrap().biases, expected);
        let mistral = json!({"architectures": ["MistralForCausalLM"], "sliding_window": 8});
        assert_eq!(with(mistral).unwrap().window, Some(8));
    }
}
