//! The forward pass of the llama family and its relatives on the CPU.
//!
//! A pass reads tokens of several sequences at once: projections and feed-forwards run on all
//! tokens together, attention on each sequence by itself. Rows are plain 32-bit floats.
//!
//! **A token's logits do not depend on its batch.** This holds by the way sums are ordered (see
//! `product`, `few_bits` and `attention`): the same tokens give the same bits alone, in any
//! batch, in chunks of any size, after a shared prefix, and on any number of threads.

mod attention;
mod batch;
mod few_bits;
pub(crate) mod functions;
mod layer;
pub(crate) mod matrix;
mod memory;
pub(crate) mod product;

use self::{
    batch::Batch,
    functions::soften,
    layer::{Layer, Norm, Parts},
    matrix::{Linear, Matrix},
};
pub(crate) use self::{
    batch::{Reading, Wanted},
    functions::Activation,
    memory::{BLOCK, Block, Ledger, Memory},
};
use super::{
    config::Config,
    parts::{Naming, Part},
};
use crate::{GeneratorError, threads, weights::Weights};

/// A network with its weights in memory.
#[derive(Debug)]
pub(crate) struct Network {
    config: Config,
    embeddings: Matrix,
    layers: Vec<Layer>,
    norm: Norm,
    head: Linear,
}

impl Network {
    /// Takes the tensors of [`super::parts::shapes`] out of `weights`.
    pub(crate) fn new(
        config: &Config,
        naming: Naming,
        weights: &mut Weights,
    ) -> Result<Self, GeneratorError> {
        let mut parts = Parts { config, naming, weights, layer: 0 };
        let embeddings = parts.matrix(Part::Embeddings)?;
        let head =
            if config.tied_embeddings { embeddings.clone() } else { parts.matrix(Part::Head)? };
        let norm = parts.norm(Part::FinalNorm)?;
        let mut layers = Vec::with_capacity(config.layers.len());
        for layer in 0..config.layers.len() {
            parts.layer = layer;
            layers.push(Layer::new(&mut parts)?);
        }
        let head = Linear::new(vec![head], None);
        Ok(Self { config: config.clone(), embeddings, layers, norm, head })
    }

    /// Reads the tokens of all sequences and gives the logits that they want, in their order.
    ///
    /// # Errors
    /// [`GeneratorError::Failed`] when a token is not of the vocabulary; no memory is advanced then.
    pub(crate) fn forward(
        &self,
        readings: &mut [Reading<'_>],
    ) -> Result<Vec<Vec<f32>>, GeneratorError> {
        threads::within(|| self.read(readings))
    }

    fn read(&self, readings: &mut [Reading<'_>]) -> Result<Vec<Vec<f32>>, GeneratorError> {
        let mut batch = Batch::new(&self.config, readings);
        let mut x = self.embed(&batch.ids())?;
        let wanted = batch.wanted();
        for (index, layer) in self.layers.iter().enumerate() {
            let last = index + 1 == self.layers.len();
            let kept = last.then_some(wanted.as_slice());
            x = layer.forward(&self.config, x, &mut batch, kept)?;
        }
        batch.finish();
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        self.norm.apply(&mut x);
        let mut logits = self.head.forward(x)?;
        if let Some(cap) = self.config.logit_cap {
            soften(&mut logits, cap);
        }
        Ok(logits.chunks_exact(self.config.vocabulary).map(<[f32]>::to_vec).collect())
    }

    fn embed(&self, ids: &[u32]) -> Result<Vec<f32>, GeneratorError> {
        let mut x = vec![0.0; ids.len() * self.config.hidden];
        for (row, id) in x.chunks_exact_mut(self.config.hidden).zip(ids) {
            self.embeddings.row(*id as usize, row)?;
        }
        if let Some(scale) = self.config.embedding_scale {
            x.iter_mut().for_each(|x| *x *= scale);
        }
        Ok(x)
    }
}
