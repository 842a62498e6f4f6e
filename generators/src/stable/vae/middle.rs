//! The coarsest level of the autoencoder: residual, attention, residual.

use super::config::VaeConfig;
use crate::{
    GeneratorError,
    math::{Heads, Linear, Map, Norm},
    stable::{
        parts::Parts,
        unet::{Grouping, Residual},
    },
};

/// The smallest number under the root of every norm here.
pub(crate) const EPSILON: f64 = 1e-6;

/// The coarsest level.
#[derive(Debug)]
pub(crate) struct Middle {
    before: Residual,
    attention: Attention,
    after: Residual,
}

#[derive(Debug)]
struct Attention {
    groups: usize,
    norm: Norm,
    queries: Linear,
    keys: Linear,
    values: Linear,
    out: Linear,
}

impl Middle {
    /// Builds it.
    ///
    /// # Errors
    /// [`GeneratorError::File`] when a tensor is missing or has another shape.
    pub(crate) fn new(config: &VaeConfig, parts: &Parts<'_>) -> Result<Self, GeneratorError> {
        let channels = config.coarsest();
        let grouping = Grouping { groups: config.norm_num_groups, epsilon: EPSILON };
        let residual = |index: usize| {
            Residual::new((channels, channels), 0, grouping, &parts.at("resnets").at(index))
        };
        let attention = Attention::new(config, &parts.at("attentions.0"))?;
        Ok(Self { before: residual(0)?, attention, after: residual(1)? })
    }

    /// Applies it.
    pub(crate) fn forward(&self, x: Map) -> Map {
        let x = self.before.forward(x, &[]);
        self.after.forward(self.attention.forward(x), &[])
    }
}

impl Attention {
    fn new(config: &VaeConfig, parts: &Parts<'_>) -> Result<Self, GeneratorError> {
        let channels = config.coarsest();
        // Folders saved before diffusers 0.15 use the second names.
        let map = |new: &str, old: &str| {
            let name = if parts.has(&format!("{new}.weight")) { new } else { old };
            parts.at(name).linear(channels, channels, true)
        };
        Ok(Self {
            groups: config.norm_num_groups,
            norm: parts.at("group_norm").norm(channels, EPSILON)?,
            queries: map("to_q", "query")?,
            keys: map("to_k", "key")?,
            values: map("to_v", "value")?,
            out: map("to_out.0", "proj_attn")?,
        })
    }

    fn forward(&self, x: Map) -> Map {
        let width = x.channels;
        let normed = self.norm.groups(&x, self.groups, None).data;
        let heads = Heads { batch: x.batch, heads: 1, width, causal: false };
        let row = |map: &Linear| map.forward(&normed, width);
        let taken = heads.attend(&row(&self.queries), &row(&self.keys), &row(&self.values));
        let data = self.out.onto(&taken, width, x.data);
        Map { data, ..x }
    }
}
