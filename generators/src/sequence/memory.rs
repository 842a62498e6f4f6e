//! What a decoder remembers while it writes.

/// Keys and values of the tokens that were written, for each layer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Memory {
    pub(crate) layers: Vec<Rows>,
    /// Tokens that were read.
    pub(crate) tokens: usize,
}

impl Memory {
    /// An empty one for `layers` layers.
    pub(crate) fn new(layers: usize) -> Self {
        Self { layers: vec![Rows::default(); layers], tokens: 0 }
    }
}

/// Keys and values of what the encoder made, for each layer of the decoder.
#[derive(Debug, Default)]
pub(crate) struct Source {
    pub(crate) layers: Vec<Rows>,
}

/// Keys and values, a row each.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rows {
    pub(crate) keys: Vec<f32>,
    pub(crate) values: Vec<f32>,
}
