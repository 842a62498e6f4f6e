//! One layer: attention and a gated feed-forward, each added to what came in.

use super::{
    attention::Attention,
    batch::Batch,
    functions::{gated, rms_norm},
    matrix::{Linear, Matrix},
};
use crate::{
    GeneratorError,
    text::{
        config::Config,
        parts::{Naming, Part},
    },
    weights::Weights,
};

/// Takes the tensors of a network out of its weights.
pub(crate) struct Parts<'a> {
    pub(crate) config: &'a Config,
    pub(crate) naming: Naming,
    pub(crate) weights: &'a mut Weights,
    pub(crate) layer: usize,
}

impl Parts<'_> {
    fn stem(&self, part: Part) -> String {
        self.naming.stem(self.config.family, part, self.layer)
    }

    pub(crate) fn matrix(&mut self, part: Part) -> Result<Matrix, GeneratorError> {
        let name = format!("{}.weight", self.stem(part));
        Matrix::new(self.weights.take(&name)?)
    }

    fn linear(&mut self, parts: &[Part], biased: bool) -> Result<Linear, GeneratorError> {
        let matrices: Result<Vec<Matrix>, GeneratorError> =
            parts.iter().map(|part| self.matrix(*part)).collect();
        let mut bias = Vec::new();
        for part in parts.iter().filter(|_| biased) {
            let name = format!("{}.bias", self.stem(*part));
            bias.extend(self.weights.take(&name)?.floats());
        }
        Ok(Linear::new(matrices?, biased.then_some(bias)))
    }

    pub(crate) fn norm(&mut self, part: Part) -> Result<Norm, GeneratorError> {
        let name = format!("{}.weight", self.stem(part));
        let mut weight = self.weights.take(&name)?.floats();
        weight.iter_mut().for_each(|weight| *weight += self.config.norm_offset);
        Ok(Norm { weight, epsilon: self.config.epsilon })
    }

    fn norm_if(&mut self, wanted: bool, part: Part) -> Result<Option<Norm>, GeneratorError> {
        wanted.then(|| self.norm(part)).transpose()
    }
}

/// Division by the root of the mean square.
#[derive(Debug)]
pub(crate) struct Norm {
    weight: Vec<f32>,
    epsilon: f32,
}

impl Norm {
    pub(crate) fn apply(&self, rows: &mut [f32]) {
        rms_norm(rows, &self.weight, self.epsilon);
    }

    fn of(&self, rows: &[f32]) -> Vec<f32> {
        let mut normed = rows.to_vec();
        self.apply(&mut normed);
        normed
    }
}

#[derive(Debug)]
pub(crate) struct Layer {
    /// Counts from 0.
    index: usize,
    attention_norm: Norm,
    qkv: Linear,
    query_norm: Option<Norm>,
    key_norm: Option<Norm>,
    output: Linear,
    after_attention: Option<Norm>,
    mlp_norm: Norm,
    gate_up: Linear,
    down: Linear,
    after_mlp: Option<Norm>,
}

impl Layer {
    pub(crate) fn new(parts: &mut Parts<'_>) -> Result<Self, GeneratorError> {
        let (family, biases) = (parts.config.family, parts.config.biases);
        let (qkv, gate_up): (&[Part], &[Part]) = if family.fused {
            (&[Part::QueryKeyValue], &[Part::GateUp])
        } else {
            (&[Part::Query, Part::Key, Part::Value], &[Part::Gate, Part::Up])
        };
        Ok(Self {
            index: parts.layer,
            attention_norm: parts.norm(Part::AttentionNorm)?,
            qkv: parts.linear(qkv, biases.qkv)?,
            query_norm: parts.norm_if(family.query_norm, Part::QueryNorm)?,
            key_norm: parts.norm_if(family.query_norm, Part::KeyNorm)?,
            output: parts.linear(&[Part::Output], biases.attention_output)?,
            after_attention: parts.norm_if(family.gemma, Part::AfterAttentionNorm)?,
            mlp_norm: parts.norm(Part::MlpNorm)?,
            gate_up: parts.linear(gate_up, biases.mlp)?,
            down: parts.linear(&[Part::Down], biases.mlp)?,
            after_mlp: parts.norm_if(family.gemma, Part::AfterMlpNorm)?,
        })
    }

    /// Reads keys and values of all rows and goes on with the rows `kept`: all, or in the last
    /// layer those whose logits are wanted.
    pub(crate) fn forward(
        &self,
        config: &Config,
        x: Vec<f32>,
        batch: &mut Batch<'_, '_>,
        kept: Option<&[usize]>,
    ) -> Result<Vec<f32>, GeneratorError> {
        let qkv = self.qkv.forward(self.attention_norm.of(&x))?;
        let queries = self.queries(config, qkv, batch)?;
        let Some(kind) = config.layers.get(self.index).copied() else { return Ok(x) };
        if kept.is_some_and(<[usize]>::is_empty) {
            return Ok(Vec::new());
        }
        let spans = batch.spans();
        let mut seen = Attention { config, kind, layer: self.index }.look(&spans, &queries);
        let mut x = x;
        if let Some(kept) = kept {
            x = some_rows(&x, config.hidden, kept);
            seen = some_rows(&seen, config.heads * config.head_size, kept);
        }
        let mut more = self.output.forward(seen)?;
        add(&mut x, &mut more, self.after_attention.as_ref());
        let both = self.gate_up.forward(self.mlp_norm.of(&x))?;
        let mut more = self.down.forward(gated(config.activation, &both, config.intermediate))?;
        add(&mut x, &mut more, self.after_mlp.as_ref());
        Ok(x)
    }

    /// Norms, turns and scales the queries; keys and values go into the memories.
    fn queries(
        &self,
        config: &Config,
        mut qkv: Vec<f32>,
        batch: &mut Batch<'_, '_>,
    ) -> Result<Vec<f32>, GeneratorError> {
        let size = config.head_size;
        let (queries, keys) = (config.heads * size, config.kv_heads * size);
        let rope = config.layers.get(self.index).map_or(0, |layer| layer.rope);
        let mut out = Vec::with_capacity(qkv.len() / (queries + 2 * keys) * queries);
        for (row, qkv) in qkv.chunks_exact_mut(queries + 2 * keys).enumerate() {
            let (query, rest) = qkv.split_at_mut(queries);
            let (key, value) = rest.split_at_mut(keys);
            if let (Some(query_norm), Some(key_norm)) = (&self.query_norm, &self.key_norm) {
                query_norm.apply(query);
                key_norm.apply(key);
            }
            batch.turn(rope, row, size, query);
            batch.turn(rope, row, size, key);
            batch.remember(self.index, row, key, value)?;
            out.extend(query.iter().map(|x| x * config.attention_scale));
        }
        Ok(out)
    }
}

fn add(x: &mut [f32], more: &mut [f32], norm: Option<&Norm>) {
    if let Some(norm) = norm {
        norm.apply(more);
    }
    x.iter_mut().zip(more).for_each(|(x, more)| *x += *more);
}

fn some_rows(rows: &[f32], length: usize, kept: &[usize]) -> Vec<f32> {
    let row = |row: &usize| rows.get(row * length..(row + 1) * length).unwrap_or_default();
    kept.iter().flat_map(row).copied().collect()
}
