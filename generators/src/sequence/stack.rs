//! Layers on top of each other.

#![expect(clippy::indexing_slicing, reason = "kernels: the lengths are checked where they enter")]

use super::{
    Attention, Bias, Feed, Memory, Norm, Source,
    attention::{Asking, Mixing},
    memory::Rows,
};
use crate::{GeneratorError, math::Heads};

/// One layer.
#[derive(Debug)]
pub(crate) struct Layer {
    pub(crate) own: Attention,
    pub(crate) own_norm: Norm,
    /// Looks at what the encoder made; in decoders.
    pub(crate) other: Option<(Attention, Norm)>,
    pub(crate) feed: Feed,
    pub(crate) feed_norm: Norm,
}

/// Where the norms stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Placement {
    /// Before each part.
    Before,
    /// After each part and what went around it.
    After,
}

/// All layers of an encoder or of a decoder.
#[derive(Debug)]
pub(crate) struct Stack {
    pub(crate) layers: Vec<Layer>,
    /// Floats of a row.
    pub(crate) width: usize,
    pub(crate) placement: Placement,
    /// By which distance tells in attention to the own sequence.
    pub(crate) bias: Option<Bias>,
    pub(crate) last: Option<Norm>,
}

/// Rows that a decoder reads of one sequence.
#[derive(Debug)]
pub(crate) struct Reading<'a> {
    pub(crate) memory: &'a mut Memory,
    pub(crate) source: &'a Source,
    /// How many rows.
    pub(crate) rows: usize,
    /// Where it looks in its source, if anybody wants to know.
    pub(crate) watched: Option<&'a mut Watched>,
}

/// Where the heads of a decoder look in its source.
#[derive(Debug, Default)]
pub(crate) struct Watched {
    /// Layers and heads.
    pub(crate) heads: Vec<(usize, usize)>,
    /// For each of them the weights, row after row.
    pub(crate) weights: Vec<Vec<f32>>,
}

impl Stack {
    /// Encodes sequences that lie one after the other in `x`, with `lengths` rows each.
    ///
    /// # Errors
    /// [`GeneratorError::Failed`] when a product fails.
    pub(crate) fn encode(
        &self,
        mut x: Vec<f32>,
        lengths: &[usize],
    ) -> Result<Vec<f32>, GeneratorError> {
        for layer in &self.layers {
            x = self.part(&layer.own_norm, x, |rows| self.look(&layer.own, rows, lengths))?;
            x = self.part(&layer.feed_norm, x, |rows| layer.feed.forward(rows))?;
        }
        Ok(self.finish(x))
    }

    /// Keys and values of `encoded` for every layer of this decoder.
    ///
    /// # Errors
    /// [`GeneratorError::Failed`] when a product fails.
    pub(crate) fn source(&self, encoded: &[f32]) -> Result<Source, GeneratorError> {
        let rows = |layer: &Layer| {
            let (other, _) = layer.other.as_ref().ok_or_else(no_source)?;
            let rows =
                Rows { keys: other.keys.forward(encoded)?, values: other.values.forward(encoded)? };
            Ok(rows)
        };
        Ok(Source { layers: self.layers.iter().map(rows).collect::<Result<_, GeneratorError>>()? })
    }

    /// Decodes the rows of all readings, which lie one after the other in `x`.
    ///
    /// # Errors
    /// [`GeneratorError::Failed`] when a product fails.
    pub(crate) fn decode(
        &self,
        mut x: Vec<f32>,
        readings: &mut [Reading<'_>],
    ) -> Result<Vec<f32>, GeneratorError> {
        for (index, layer) in self.layers.iter().enumerate() {
            let mut look = |rows: &[f32]| self.remember(&layer.own, index, rows, readings);
            x = self.part(&layer.own_norm, x, &mut look)?;
            let (other, norm) = layer.other.as_ref().ok_or_else(no_source)?;
            let mut look = |rows: &[f32]| self.look_back(other, index, rows, readings);
            x = self.part(norm, x, &mut look)?;
            x = self.part(&layer.feed_norm, x, |rows| layer.feed.forward(rows))?;
        }
        for reading in readings {
            reading.memory.tokens += reading.rows;
        }
        Ok(self.finish(x))
    }

    /// One part of a layer with its norm and the way around it.
    fn part(
        &self,
        norm: &Norm,
        mut x: Vec<f32>,
        run: impl FnOnce(&[f32]) -> Result<Vec<f32>, GeneratorError>,
    ) -> Result<Vec<f32>, GeneratorError> {
        let made = match self.placement {
            Placement::Before => run(&norm.rows(&x))?,
            Placement::After => run(&x)?,
        };
        x.iter_mut().zip(made).for_each(|(x, made)| *x += made);
        Ok(if self.placement == Placement::After { norm.rows(&x) } else { x })
    }

    fn finish(&self, x: Vec<f32>) -> Vec<f32> {
        self.last.as_ref().map_or_else(|| x.clone(), |norm| norm.rows(&x))
    }

    /// Every row of a sequence looks at all of them.
    fn look(
        &self,
        attention: &Attention,
        rows: &[f32],
        lengths: &[usize],
    ) -> Result<Vec<f32>, GeneratorError> {
        let queries = attention.queries.forward(rows)?;
        let (keys, values) = (attention.keys.forward(rows)?, attention.values.forward(rows)?);
        let inner = queries.len() / (rows.len() / self.width).max(1);
        let mut taken = Vec::with_capacity(queries.len());
        let mut first = 0;
        for length in lengths {
            let range = first * inner..(first + length) * inner;
            first += length;
            if self.bias.is_none() {
                let (heads, width) = (attention.heads, inner);
                let shape = Heads { batch: 1, heads, width, causal: false };
                let cut = |all: &[f32]| all[range.clone()].to_vec();
                taken.extend(shape.attend(&cut(&queries), &cut(&keys), &cut(&values)));
                continue;
            }
            let seen =
                Rows { keys: keys[range.clone()].to_vec(), values: values[range.clone()].to_vec() };
            let asking: Vec<Asking<'_>> = queries[range]
                .chunks_exact(inner)
                .enumerate()
                .map(|(position, query)| Asking { query, rows: &seen, seen: *length, position })
                .collect();
            taken.extend(self.own(attention).mix(&asking, inner));
        }
        attention.out.forward(&taken)
    }

    const fn own(&self, attention: &Attention) -> Mixing<'_> {
        Mixing { heads: attention.heads, scale: attention.scale, bias: self.bias.as_ref() }
    }

    /// Every row looks at those before it, which are remembered, and at itself.
    fn remember(
        &self,
        attention: &Attention,
        layer: usize,
        rows: &[f32],
        readings: &mut [Reading<'_>],
    ) -> Result<Vec<f32>, GeneratorError> {
        let queries = attention.queries.forward(rows)?;
        let (keys, values) = (attention.keys.forward(rows)?, attention.values.forward(rows)?);
        let inner = queries.len() / (rows.len() / self.width).max(1);
        let mut first = 0;
        for reading in &mut *readings {
            let range = first * inner..(first + reading.rows) * inner;
            first += reading.rows;
            let memory = &mut reading.memory.layers[layer];
            memory.keys.extend_from_slice(&keys[range.clone()]);
            memory.values.extend_from_slice(&values[range]);
        }
        let mut asking = Vec::with_capacity(first);
        let mut next = queries.chunks_exact(inner);
        for reading in &*readings {
            let (rows, before) = (&reading.memory.layers[layer], reading.memory.tokens);
            for (index, query) in next.by_ref().take(reading.rows).enumerate() {
                let position = before + index;
                asking.push(Asking { query, rows, seen: position + 1, position });
            }
        }
        attention.out.forward(&self.own(attention).mix(&asking, inner))
    }

    /// Every row looks at what the encoder made.
    fn look_back(
        &self,
        attention: &Attention,
        layer: usize,
        rows: &[f32],
        readings: &mut [Reading<'_>],
    ) -> Result<Vec<f32>, GeneratorError> {
        let queries = attention.queries.forward(rows)?;
        let inner = queries.len() / (rows.len() / self.width).max(1);
        let mixing = Mixing { heads: attention.heads, scale: attention.scale, bias: None };
        let mut asking = Vec::new();
        let mut next = queries.chunks_exact(inner);
        for reading in &mut *readings {
            let source = &reading.source.layers[layer];
            let seen = source.keys.len() / inner;
            let count = reading.rows;
            let own = next.by_ref().take(count);
            let own = own.map(|query| Asking { query, rows: source, seen, position: 0 });
            let own: Vec<Asking<'_>> = own.collect();
            if let Some(watched) = &mut reading.watched {
                watched.note(layer, &own, mixing, inner);
            }
            asking.extend(own);
        }
        attention.out.forward(&mixing.mix(&asking, inner))
    }
}

impl Watched {
    /// Watches these layers and heads.
    pub(crate) fn new(heads: Vec<(usize, usize)>) -> Self {
        let weights = vec![Vec::new(); heads.len()];
        Self { heads, weights }
    }

    fn note(&mut self, layer: usize, asking: &[Asking<'_>], mixing: Mixing<'_>, width: usize) {
        let mut scores = Vec::new();
        for ((_, head), weights) in
            self.heads.iter().zip(&mut self.weights).filter(|((of, _), _)| *of == layer)
        {
            for one in asking {
                mixing.weigh(one, *head, width, &mut scores);
                weights.extend_from_slice(&scores);
            }
        }
    }
}

fn no_source() -> GeneratorError {
    GeneratorError::Failed("an encoder was asked to decode".to_owned())
}
