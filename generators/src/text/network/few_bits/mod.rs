//! Products of matrices of few bits whose every number is the same in every batch.
//!
//! Rows are rounded to whole numbers (see [`activations`]), so that the dot product of a block is
//! exact, and a number adds up its blocks from the first column to the last. What is computed
//! side by side, and with which registers, changes nothing. Matrices are held once, with the bits of
//! their file in another order: 16 or 8 rows side by side, in panels.

#![expect(clippy::indexing_slicing, reason = "kernels: the lengths are checked where they enter")]

mod activations;
mod format;
mod lanes;
mod panels;
mod q4_k;
mod q6_k;
mod q8_0;

use candle_core::quantized::GgmlDType;

use self::{panels::Panels, q4_k::Q4K, q6_k::Q6K, q8_0::Q8_0};

/// A matrix of few bits: a row for each output.
#[derive(Debug)]
pub(crate) struct FewBits {
    panels: Of,
    columns: usize,
}

#[derive(Debug)]
enum Of {
    Q8_0(Panels<Q8_0>),
    Q4K(Panels<Q4K>),
    Q6K(Panels<Q6K>),
}

impl FewBits {
    /// Whether there are products for this format and this processor.
    pub(crate) fn has(kind: GgmlDType) -> bool {
        panels::are_fast() && matches!(kind, GgmlDType::Q8_0 | GgmlDType::Q4K | GgmlDType::Q6K)
    }

    /// Takes over the bytes of a file; `None` for another format, or if they are too few or too
    /// many for the shape.
    pub(crate) fn new(kind: GgmlDType, bytes: &[u8], shape: (usize, usize)) -> Option<Self> {
        let panels = match kind {
            GgmlDType::Q8_0 => Of::Q8_0(Panels::new(bytes, shape)?),
            GgmlDType::Q4K => Of::Q4K(Panels::new(bytes, shape)?),
            GgmlDType::Q6K => Of::Q6K(Panels::new(bytes, shape)?),
            _ => return None,
        };
        Some(Self { panels, columns: shape.1 })
    }

    /// `x` · selfᵗ for rows of `x`.
    pub(crate) fn product(&self, x: &[f32]) -> Vec<f32> {
        match &self.panels {
            Of::Q8_0(panels) => panels.product(x, self.columns),
            Of::Q4K(panels) => panels.product(x, self.columns),
            Of::Q6K(panels) => panels.product(x, self.columns),
        }
    }

    /// Writes row `index` as 32-bit floats.
    pub(crate) fn row(&self, index: usize, to: &mut [f32]) {
        match &self.panels {
            Of::Q8_0(panels) => panels.row(index, to),
            Of::Q4K(panels) => panels.row(index, to),
            Of::Q6K(panels) => panels.row(index, to),
        }
    }

    /// The rows of `self` and of `other` below them, if both are of one format and whole panels.
    pub(crate) fn joined(&self, other: &Self) -> Option<Self> {
        let panels = match (&self.panels, &other.panels) {
            (Of::Q8_0(a), Of::Q8_0(b)) => Of::Q8_0(a.joined(b)?),
            (Of::Q4K(a), Of::Q4K(b)) => Of::Q4K(a.joined(b)?),
            (Of::Q6K(a), Of::Q6K(b)) => Of::Q6K(a.joined(b)?),
            _ => return None,
        };
        (self.columns == other.columns).then_some(Self { panels, columns: self.columns })
    }
}

#[cfg(test)]
mod tests;
