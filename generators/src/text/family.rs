//! What sets one family of networks apart from another, as data.
//!
//! All are a llama (norm, attention with rotary positions, norm, gated feed-forward) with some of
//! the differences that [`Family`] names. To add one is to add a row, if these differences do.

use super::network::Activation;

/// A family of networks.
#[derive(Debug, PartialEq)]
pub(crate) struct Family {
    /// Its name in `config.json`.
    pub(crate) architecture: &'static str,
    /// Its name in a GGUF file.
    pub(crate) gguf: &'static str,
    /// Which maps add a bias whatever the configuration says.
    pub(crate) biased: Biased,
    pub(crate) windows: Windows,
    /// The size of a head when the configuration does not say; else the heads share the width.
    pub(crate) head_size: Option<usize>,
    /// Queries and keys are normed, head by head.
    pub(crate) query_norm: bool,
    /// One matrix for queries, keys and values, one for gate and up.
    pub(crate) fused: bool,
    /// The ways of gemma: norms around each half of a layer, norm weights less one, scaled
    /// embeddings, a scale of scores and caps of its own, GELU.
    pub(crate) gemma: bool,
    /// Layers with a window turn by a base of their own.
    pub(crate) local_rope: bool,
}

/// Biases that the family has or takes from `attention_bias`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Biased {
    /// Queries, keys, values and output, if the configuration says so.
    AsConfigured,
    /// Queries, keys and values always, the output never.
    QueriesKeysValues,
    Never,
}

/// Which layers see only a window when `layer_types` does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Windows {
    /// None.
    Never,
    /// All, if there is a `sliding_window`.
    Always,
    /// Those from `max_window_layers` on, if `use_sliding_window`.
    Later,
    /// All but every n-th.
    AllButEvery(usize),
}

const LLAMA: Family = Family {
    architecture: "LlamaForCausalLM",
    gguf: "llama",
    biased: Biased::AsConfigured,
    windows: Windows::Never,
    head_size: None,
    query_norm: false,
    fused: false,
    gemma: false,
    local_rope: false,
};

/// One row a family.
const FAMILIES: [Family; 7] = [
    LLAMA,
    Family {
        architecture: "MistralForCausalLM",
        gguf: "mistral",
        biased: Biased::Never,
        windows: Windows::Always,
        ..LLAMA
    },
    Family {
        architecture: "Qwen2ForCausalLM",
        gguf: "qwen2",
        biased: Biased::QueriesKeysValues,
        windows: Windows::Later,
        ..LLAMA
    },
    Family {
        architecture: "Qwen3ForCausalLM",
        gguf: "qwen3",
        windows: Windows::Later,
        head_size: Some(128),
        query_norm: true,
        ..LLAMA
    },
    Family {
        architecture: "Phi3ForCausalLM",
        gguf: "phi3",
        biased: Biased::Never,
        windows: Windows::Always,
        fused: true,
        ..LLAMA
    },
    Family {
        architecture: "Gemma2ForCausalLM",
        gguf: "gemma2",
        windows: Windows::AllButEvery(2),
        head_size: Some(256),
        gemma: true,
        ..LLAMA
    },
    Family {
        architecture: "Gemma3ForCausalLM",
        gguf: "gemma3",
        windows: Windows::AllButEvery(6),
        head_size: Some(256),
        query_norm: true,
        gemma: true,
        local_rope: true,
        ..LLAMA
    },
];

impl Family {
    /// The family that `config.json` names.
    ///
    /// # Errors
    /// What is not supported, in words.
    pub(crate) fn named(architecture: Option<&str>) -> Result<&'static Self, String> {
        let known = || FAMILIES.each_ref().map(|family| family.architecture).join(", ");
        let Some(named) = architecture else {
            return Err(format!("config.json names no architecture; supported are {}", known()));
        };
        let found = FAMILIES.iter().find(|family| family.architecture == named);
        found.ok_or_else(|| {
            let why = if named.contains("Moe") || named.contains("Mixtral") {
                ", a mixture of experts"
            } else if named.ends_with("ForConditionalGeneration") {
                ", which also reads pictures or sounds"
            } else {
                ""
            };
            format!("its architecture is {named}{why}; supported are {}", known())
        })
    }

    /// The family that a GGUF file names.
    ///
    /// # Errors
    /// What is not supported, in words.
    pub(crate) fn of_gguf(name: &str) -> Result<&'static Self, String> {
        let known = || FAMILIES.each_ref().map(|family| family.gguf).join(", ");
        let found = FAMILIES.iter().find(|family| family.gguf == name);
        found.ok_or_else(|| format!("its architecture is `{name}`; supported are {}", known()))
    }

    pub(crate) const fn activation(&self) -> Activation {
        if self.gemma { Activation::GeluTanh } else { Activation::Silu }
    }
}
