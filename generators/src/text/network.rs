//! The forward pass of the llama family (Touvron et al. 2023): norm, attention with rotary
//! positions and shared key heads, norm, gated feed-forward.
//!
//! One sequence at a time, 32-bit floats, on the CPU. Tensors are (tokens, features).

use candle_core::{Device, Tensor};
use candle_nn::{Linear, Module as _, kv_cache::KvCache, ops};

use super::config::Config;
use crate::{GeneratorError, weights::Weights};

/// A network with its weights in memory.
#[derive(Debug)]
pub(crate) struct Network {
    config: Config,
    embeddings: Tensor,
    layers: Vec<Layer>,
    norm: Norm,
    head: Linear,
}

/// Keys and values of the tokens read so far.
#[derive(Debug)]
pub(crate) struct Memory {
    layers: Vec<KvCache>,
    tokens: usize,
}

/// Tokens by which a memory grows: a long context costs memory only when it is used.
const TOKENS_GROWN: usize = 512;

impl Memory {
    /// An empty memory that will probably hold up to `tokens` tokens.
    pub(crate) fn new(config: &Config, tokens: usize) -> Self {
        let room = tokens.clamp(1, TOKENS_GROWN);
        let layers = (0..config.layers).map(|_| KvCache::new(2, room)).collect();
        Self { layers, tokens: 0 }
    }
}

impl Network {
    /// Takes the tensors of [`shapes`] out of `weights`.
    pub(crate) fn new(config: &Config, weights: &mut Weights) -> Result<Self, GeneratorError> {
        let embeddings = weights.take("model.embed_tokens.weight")?;
        let head = if config.tied_embeddings {
            embeddings.clone()
        } else {
            weights.take("lm_head.weight")?
        };
        let layers = (0..config.layers).map(|index| Layer::new(config, weights, index));
        Ok(Self {
            layers: layers.collect::<Result<_, _>>()?,
            norm: Norm::new(config, weights, "model.norm")?,
            config: config.clone(),
            embeddings,
            head: Linear::new(head, None),
        })
    }

    /// Reads `ids` after what `memory` holds and gives the logits of the token that follows.
    pub(crate) fn forward(
        &self,
        ids: &[u32],
        memory: &mut Memory,
    ) -> Result<Vec<f32>, GeneratorError> {
        let start = memory.tokens;
        let ids = Tensor::new(ids, &Device::Cpu)?;
        let mut x = self.embeddings.index_select(&ids, 0)?;
        let tokens = x.dim(0)?;
        let (cosines, sines) = self.config.rope.tables(start, tokens)?;
        let mask = mask(start, tokens, self.config.window)?;
        let place = Place { cosines, sines, mask };
        for (layer, cache) in self.layers.iter().zip(&mut memory.layers) {
            x = layer.forward(&x, &place, cache)?;
        }
        memory.tokens += tokens;
        let last = self.norm.forward(&x.narrow(0, tokens - 1, 1)?)?;
        Ok(self.head.forward(&last)?.flatten_all()?.to_vec1()?)
    }
}

/// Every tensor of a network with its shape.
pub(crate) fn shapes(config: &Config) -> Vec<(String, Vec<usize>)> {
    let (hidden, inner) = (config.hidden, config.intermediate);
    let (queries, keys) = (config.heads * config.head_size, config.kv_heads * config.head_size);
    let biases = config.biases;
    let mut shapes = vec![
        ("model.embed_tokens.weight".to_owned(), vec![config.vocabulary, hidden]),
        ("model.norm.weight".to_owned(), vec![hidden]),
    ];
    if !config.tied_embeddings {
        shapes.push(("lm_head.weight".to_owned(), vec![config.vocabulary, hidden]));
    }
    for index in 0..config.layers {
        let layer = format!("model.layers.{index}");
        shapes.push((format!("{layer}.input_layernorm.weight"), vec![hidden]));
        shapes.push((format!("{layer}.post_attention_layernorm.weight"), vec![hidden]));
        let linear = [
            ("self_attn.q_proj", queries, hidden, biases.qkv),
            ("self_attn.k_proj", keys, hidden, biases.qkv),
            ("self_attn.v_proj", keys, hidden, biases.qkv),
            ("self_attn.o_proj", hidden, queries, biases.attention_output),
            ("mlp.gate_proj", inner, hidden, biases.mlp),
            ("mlp.up_proj", inner, hidden, biases.mlp),
            ("mlp.down_proj", hidden, inner, biases.mlp),
        ];
        for (name, rows, columns, biased) in linear {
            shapes.push((format!("{layer}.{name}.weight"), vec![rows, columns]));
            if biased {
                shapes.push((format!("{layer}.{name}.bias"), vec![rows]));
            }
        }
    }
    shapes
}

/// How many numbers were learned.
pub(crate) fn parameters(config: &Config) -> u64 {
    let sizes = shapes(config).into_iter().map(|(_, shape)| shape.into_iter().product::<usize>());
    sizes.map(|size| size as u64).sum()
}

/// Where the tokens of one forward pass stand.
struct Place {
    cosines: Tensor,
    sines: Tensor,
    /// Minus infinity where a token must not look; `None` when it may look everywhere.
    mask: Option<Tensor>,
}

#[derive(Debug)]
struct Layer {
    attention_norm: Norm,
    attention: Attention,
    mlp_norm: Norm,
    mlp: Mlp,
}

impl Layer {
    fn new(config: &Config, weights: &mut Weights, index: usize) -> Result<Self, GeneratorError> {
        let name = format!("model.layers.{index}");
        Ok(Self {
            attention_norm: Norm::new(config, weights, &format!("{name}.input_layernorm"))?,
            attention: Attention::new(config, weights, &format!("{name}.self_attn"))?,
            mlp_norm: Norm::new(config, weights, &format!("{name}.post_attention_layernorm"))?,
            mlp: Mlp::new(config, weights, &format!("{name}.mlp"))?,
        })
    }

    fn forward(
        &self,
        x: &Tensor,
        place: &Place,
        cache: &mut KvCache,
    ) -> candle_core::Result<Tensor> {
        let x = (x + self.attention.forward(&self.attention_norm.forward(x)?, place, cache)?)?;
        &x + self.mlp.forward(&self.mlp_norm.forward(&x)?)?
    }
}

#[derive(Debug)]
struct Attention {
    query: Linear,
    key: Linear,
    value: Linear,
    output: Linear,
    heads: usize,
    kv_heads: usize,
    head_size: usize,
}

impl Attention {
    fn new(config: &Config, weights: &mut Weights, name: &str) -> Result<Self, GeneratorError> {
        let biases = config.biases;
        Ok(Self {
            query: linear(weights, &format!("{name}.q_proj"), biases.qkv)?,
            key: linear(weights, &format!("{name}.k_proj"), biases.qkv)?,
            value: linear(weights, &format!("{name}.v_proj"), biases.qkv)?,
            output: linear(weights, &format!("{name}.o_proj"), biases.attention_output)?,
            heads: config.heads,
            kv_heads: config.kv_heads,
            head_size: config.head_size,
        })
    }

    fn forward(
        &self,
        x: &Tensor,
        place: &Place,
        cache: &mut KvCache,
    ) -> candle_core::Result<Tensor> {
        let (tokens, size) = (x.dim(0)?, self.head_size);
        let turn = |x: Tensor| candle_nn::rotary_emb::rope(&x, &place.cosines, &place.sines);
        let query = turn(self.split(&self.query, x, self.heads)?)?;
        let key = turn(self.split(&self.key, x, self.kv_heads)?)?;
        let value = self.split(&self.value, x, self.kv_heads)?;
        let (keys, values) = cache.append(&key, &value)?;
        let (keys, values) = (keys.squeeze(0)?, values.squeeze(0)?);

        // The queries that share a key head lie one after the other: one product for all of them.
        let group = self.heads / self.kv_heads;
        let query = query.reshape((self.kv_heads, group * tokens, size))?;
        let scores = (query.matmul(&keys.t()?)? / (size as f64).sqrt())?;
        let scores = match &place.mask {
            None => scores,
            Some(mask) => {
                let each = scores.reshape((self.kv_heads, group, tokens, mask.dim(1)?))?;
                each.broadcast_add(mask)?.reshape(scores.shape())?
            }
        };
        let seen = ops::softmax_last_dim(&scores)?.matmul(&values)?;
        let seen = seen.reshape((self.heads, tokens, size))?.transpose(0, 1)?;
        self.output.forward(&seen.reshape((tokens, self.heads * size))?)
    }

    /// Projects and splits into (1, heads, tokens, head size).
    fn split(&self, map: &Linear, x: &Tensor, heads: usize) -> candle_core::Result<Tensor> {
        let split = map.forward(x)?.reshape((x.dim(0)?, heads, self.head_size))?;
        split.transpose(0, 1)?.contiguous()?.unsqueeze(0)
    }
}

#[derive(Debug)]
struct Mlp {
    gate: Linear,
    up: Linear,
    down: Linear,
}

impl Mlp {
    fn new(config: &Config, weights: &mut Weights, name: &str) -> Result<Self, GeneratorError> {
        let bias = config.biases.mlp;
        Ok(Self {
            gate: linear(weights, &format!("{name}.gate_proj"), bias)?,
            up: linear(weights, &format!("{name}.up_proj"), bias)?,
            down: linear(weights, &format!("{name}.down_proj"), bias)?,
        })
    }

    fn forward(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        let gated = (self.gate.forward(x)?.silu()? * self.up.forward(x)?)?;
        self.down.forward(&gated)
    }
}

/// Division by the root of the mean square.
#[derive(Debug)]
struct Norm {
    weight: Tensor,
    epsilon: f32,
}

impl Norm {
    fn new(config: &Config, weights: &mut Weights, name: &str) -> Result<Self, GeneratorError> {
        Ok(Self { weight: weights.take(&format!("{name}.weight"))?, epsilon: config.epsilon })
    }

    fn forward(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        ops::rms_norm(x, &self.weight, self.epsilon)
    }
}

fn linear(weights: &mut Weights, name: &str, biased: bool) -> Result<Linear, GeneratorError> {
    let weight = weights.take(&format!("{name}.weight"))?;
    let bias = biased.then(|| weights.take(&format!("{name}.bias"))).transpose()?;
    Ok(Linear::new(weight, bias))
}

/// Which of the tokens so far each of `tokens` new ones must not see; `None` when all may be seen.
fn mask(start: usize, tokens: usize, window: Option<usize>) -> candle_core::Result<Option<Tensor>> {
    let total = start + tokens;
    let window = window.unwrap_or(total);
    if tokens == 1 && total <= window {
        return Ok(None);
    }
    let hidden = |from: usize, to: usize| to > from || from - to >= window;
    let rows = (start..total).flat_map(|from| (0..total).map(move |to| hidden(from, to)));
    let values = rows.map(|hidden| if hidden { f32::NEG_INFINITY } else { 0.0 });
    Tensor::from_vec(values.collect(), (tokens, total), &Device::Cpu).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_sees_itself_and_its_window() {
        let seen = |start, tokens, window| -> Vec<Vec<f32>> {
            mask(start, tokens, window).unwrap().unwrap().to_vec2().unwrap()
        };
        let no = f32::NEG_INFINITY;
        assert_eq!(seen(0, 2, None), [[0.0, no], [0.0, 0.0]]);
        assert_eq!(seen(2, 1, Some(2)), [[no, 0.0, 0.0]]);
        assert!(mask(1, 1, Some(2)).unwrap().is_none());
    }
}
