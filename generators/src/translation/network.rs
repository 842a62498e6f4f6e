//! The network of a translator: embeddings around an encoder and a decoder.

use crate::{
    GeneratorError,
    sequence::{Memory, Reading, Source, Stack, beam::Writes},
    text::network::matrix::{Linear, Matrix},
};

/// Both halves with their weights.
#[derive(Debug)]
pub(crate) struct Network {
    /// Floats of a row.
    pub(crate) width: usize,
    pub(crate) vocabulary: usize,
    /// What reads, and what was written: the same for most.
    pub(crate) embeddings: [Matrix; 2],
    /// What the embeddings are multiplied by.
    pub(crate) scale: f32,
    /// How fast the waves that tell where a token stands turn, a number a column; or none.
    pub(crate) waves: Vec<f64>,
    /// Tokens of a text at most, where waves tell.
    pub(crate) positions: usize,
    pub(crate) encoder: Stack,
    pub(crate) decoder: Stack,
    /// What the rows are multiplied by before the head.
    pub(crate) last_scale: f32,
    pub(crate) head: Linear,
}

impl Network {
    /// Reads texts of tokens: their encoded rows, for each text.
    ///
    /// # Errors
    /// [`GeneratorError::Failed`] when a token is unknown.
    pub(crate) fn encode(&self, texts: &[Vec<u32>]) -> Result<Vec<Vec<f32>>, GeneratorError> {
        let lengths: Vec<usize> = texts.iter().map(Vec::len).collect();
        let mut x = Vec::with_capacity(lengths.iter().sum::<usize>() * self.width);
        for text in texts {
            x.extend(self.embed(0, text.iter().copied().enumerate())?);
        }
        let encoded = self.encoder.encode(x, &lengths)?;
        let mut rest = encoded.as_slice();
        let mut cut = |length: &usize| {
            let (own, after) = rest.split_at((length * self.width).min(rest.len()));
            rest = after;
            own.to_vec()
        };
        Ok(lengths.iter().map(&mut cut).collect())
    }

    /// Prepares encoded rows for the decoder.
    ///
    /// # Errors
    /// [`GeneratorError::Failed`] when a product fails.
    pub(crate) fn source(&self, encoded: &[f32]) -> Result<Source, GeneratorError> {
        self.decoder.source(encoded)
    }

    /// Reads the tokens of every reading and gives the logits after each of them.
    ///
    /// # Errors
    /// [`GeneratorError::Failed`] when a token is unknown.
    pub(crate) fn decode(
        &self,
        ids: &[u32],
        readings: &mut [Reading<'_>],
    ) -> Result<Vec<Vec<f32>>, GeneratorError> {
        let places = readings.iter().flat_map(|reading| {
            let from = reading.memory.tokens;
            from..from + reading.rows
        });
        let x = self.embed(1, places.zip(ids.iter().copied()))?;
        let mut x = self.decoder.decode(x, readings)?;
        x.iter_mut().for_each(|x| *x *= self.last_scale);
        let logits = self.head.forward(x)?;
        Ok(logits.chunks_exact(self.vocabulary).map(<[f32]>::to_vec).collect())
    }

    fn embed(
        &self,
        side: usize,
        placed: impl Iterator<Item = (usize, u32)>,
    ) -> Result<Vec<f32>, GeneratorError> {
        let [reads, writes] = &self.embeddings;
        let embeddings = if side == 0 { reads } else { writes };
        let mut x = Vec::new();
        let mut row = vec![0.0; self.width];
        for (place, id) in placed {
            embeddings.row(id as usize, &mut row)?;
            row.iter_mut().for_each(|x| *x *= self.scale);
            wave(place, &self.waves, &mut row);
            x.extend_from_slice(&row);
        }
        Ok(x)
    }
}

/// How fast each column of a row of `width` turns.
pub(crate) fn waves(width: usize) -> Vec<f64> {
    let half = width.div_ceil(2);
    let rate = |column: usize| 10_000_f64.powf(-2.0 * (column % half) as f64 / width as f64);
    (0..width).map(rate).collect()
}

/// Adds the waves of a place: sines in the first half of a row, cosines in the second.
fn wave(place: usize, rates: &[f64], row: &mut [f32]) {
    let half = row.len().div_ceil(2);
    for (column, (x, rate)) in row.iter_mut().zip(rates).enumerate() {
        let turned = place as f64 * rate;
        *x += (if column < half { turned.sin() } else { turned.cos() }) as f32;
    }
}

impl Writes for Network {
    fn memory(&self) -> Memory {
        Memory::new(self.decoder.layers.len())
    }

    fn write(
        &self,
        ids: &[u32],
        readings: &mut [Reading<'_>],
    ) -> Result<Vec<Vec<f32>>, GeneratorError> {
        self.decode(ids, readings)
    }
}
