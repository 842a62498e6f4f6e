//! The shape of a network: what both `config.json` and the header of a GGUF file say.

use super::{family::Family, network::Activation, rope::Rope};

/// No dimension of a network of today is larger; a damaged file must not ask for more.
const DIMENSION_MAX: usize = 1 << 24;
/// Nor has one more layers.
const LAYERS_MAX: usize = 4096;

/// A checked shape.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    pub(crate) family: &'static Family,
    pub(crate) vocabulary: usize,
    pub(crate) hidden: usize,
    pub(crate) intermediate: usize,
    pub(crate) layers: Vec<LayerKind>,
    pub(crate) heads: usize,
    /// Heads of keys and values; each serves `heads / kv_heads` query heads.
    pub(crate) kv_heads: usize,
    pub(crate) head_size: usize,
    /// Added to the mean square in the norms.
    pub(crate) epsilon: f32,
    /// Tokens of prompt and answer together.
    pub(crate) context: usize,
    pub(crate) tied_embeddings: bool,
    pub(crate) biases: Biases,
    /// The rotation of most layers, then that of layers with a window if they have their own.
    pub(crate) ropes: Vec<Rope>,
    /// Texts beyond so many tokens turn by other factors.
    pub(crate) long_from: Option<usize>,
    pub(crate) activation: Activation,
    /// Scores are multiplied by it.
    pub(crate) attention_scale: f32,
    /// Scores stay within ± this, softly.
    pub(crate) attention_cap: Option<f32>,
    /// Logits stay within ± this, softly.
    pub(crate) logit_cap: Option<f32>,
    /// Embeddings are multiplied by it.
    pub(crate) embedding_scale: Option<f32>,
    /// Added to the weights of norms.
    pub(crate) norm_offset: f32,
    /// Tokens that end an answer.
    pub(crate) end_tokens: Vec<u32>,
}

/// How one layer differs from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LayerKind {
    /// A token sees only this many tokens up to itself.
    pub(crate) window: Option<usize>,
    /// Which of the ropes turns its heads.
    pub(crate) rope: usize,
}

/// Which linear maps add a bias.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Biases {
    pub(crate) qkv: bool,
    pub(crate) attention_output: bool,
    pub(crate) mlp: bool,
}

impl Config {
    /// Checks that all dimensions can be.
    ///
    /// # Errors
    /// The first that cannot, by its name in `config.json`.
    pub(crate) fn check(self) -> Result<Self, String> {
        let dimensions = [
            ("vocab_size", self.vocabulary, DIMENSION_MAX),
            ("hidden_size", self.hidden, DIMENSION_MAX),
            ("intermediate_size", self.intermediate, DIMENSION_MAX),
            ("num_hidden_layers", self.layers.len(), LAYERS_MAX),
            ("num_attention_heads", self.heads, DIMENSION_MAX),
            ("num_key_value_heads", self.kv_heads, DIMENSION_MAX),
            ("head_dim", self.head_size, DIMENSION_MAX),
            ("max_position_embeddings", self.context, DIMENSION_MAX),
        ];
        for (name, value, largest) in dimensions {
            if value == 0 || value > largest {
                return Err(format!("its `{name}` is {value}"));
            }
        }
        let (heads, kv_heads, head_size) = (self.heads, self.kv_heads, self.head_size);
        if heads % kv_heads != 0 {
            return Err(format!("{heads} heads cannot share {kv_heads} heads of keys"));
        }
        if head_size % 2 != 0 || heads * head_size > DIMENSION_MAX {
            return Err(format!("its `head_dim` is {head_size} for {heads} heads"));
        }
        if self.ropes.iter().any(|rope| rope.size() > head_size) {
            return Err(format!("more of a head turns than its {head_size} numbers"));
        }
        let floats = [Some(self.epsilon), self.attention_cap, self.logit_cap];
        let wrong = floats.into_iter().flatten().find(|x| !(x.is_finite() && *x > 0.0));
        wrong.map_or(Ok(self), |x| Err(format!("a positive number of its configuration is {x}")))
    }
}
