//! Keys and values of the tokens that a sequence has read.
//!
//! They lie in blocks of [`BLOCK`] tokens. A full block never changes, so sequences that begin
//! with the same tokens can share it. Every block is counted by a [`Ledger`] until it is dropped.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use crate::{GeneratorError, text::config::Config};

/// Tokens of a block. A multiple of the lanes of a sum, so that sums over blocks have one order.
pub(crate) const BLOCK: usize = 64;

/// Counts the blocks of a model.
#[derive(Debug)]
pub(crate) struct Ledger {
    layers: usize,
    kv_heads: usize,
    head_size: usize,
    used: AtomicUsize,
}

impl Ledger {
    pub(crate) fn new(config: &Config) -> Arc<Self> {
        Arc::new(Self {
            layers: config.layers.len(),
            kv_heads: config.kv_heads,
            head_size: config.head_size,
            used: AtomicUsize::new(0),
        })
    }

    /// Blocks that exist.
    pub(crate) fn used(&self) -> usize {
        self.used.load(Ordering::Acquire)
    }

    /// Bytes of a block.
    pub(crate) const fn block_bytes(&self) -> usize {
        2 * self.layers * self.kv_heads * self.head_size * BLOCK * size_of::<f32>()
    }
}

/// Keys and values of some tokens, for each layer, for each head: keys number after number, each of
/// all tokens, values token after token.
#[derive(Debug)]
pub(crate) struct Block {
    keys: Vec<f32>,
    values: Vec<f32>,
    ledger: Arc<Ledger>,
}

impl Block {
    fn new(ledger: &Arc<Ledger>) -> Self {
        ledger.used.fetch_add(1, Ordering::AcqRel);
        let floats = ledger.block_bytes() / 2 / size_of::<f32>();
        Self { keys: vec![0.0; floats], values: vec![0.0; floats], ledger: Arc::clone(ledger) }
    }

    fn offset(&self, layer: usize, head: usize) -> usize {
        (layer * self.ledger.kv_heads + head) * BLOCK * self.ledger.head_size
    }

    /// The keys of one head, [`BLOCK`] tokens for each of their numbers.
    pub(crate) fn keys(&self, layer: usize, head: usize) -> &[f32] {
        let from = self.offset(layer, head);
        self.keys.get(from..from + BLOCK * self.ledger.head_size).unwrap_or_default()
    }

    /// The values of the first `tokens` tokens of one head.
    pub(crate) fn values(&self, layer: usize, head: usize, tokens: usize) -> &[f32] {
        let from = self.offset(layer, head);
        self.values.get(from..from + tokens * self.ledger.head_size).unwrap_or_default()
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        self.ledger.used.fetch_sub(1, Ordering::AcqRel);
    }
}

/// What a sequence remembers.
#[derive(Debug)]
pub(crate) struct Memory {
    blocks: Vec<Arc<Block>>,
    tokens: usize,
    ledger: Arc<Ledger>,
    /// Whether positions turn by the factors for long texts.
    pub(crate) long: bool,
}

impl Memory {
    /// Remembers nothing.
    pub(crate) fn new(ledger: &Arc<Ledger>) -> Self {
        Self::sharing(ledger, Vec::new())
    }

    /// Remembers the tokens of full blocks.
    pub(crate) fn sharing(ledger: &Arc<Ledger>, blocks: Vec<Arc<Block>>) -> Self {
        let tokens = blocks.len() * BLOCK;
        Self { blocks, tokens, ledger: Arc::clone(ledger), long: false }
    }

    /// Tokens read.
    pub(crate) const fn tokens(&self) -> usize {
        self.tokens
    }

    /// The blocks that are full and will not change.
    pub(crate) fn full_blocks(&self) -> &[Arc<Block>] {
        self.blocks.get(..self.tokens / BLOCK).unwrap_or_default()
    }

    pub(crate) fn blocks(&self) -> &[Arc<Block>] {
        &self.blocks
    }

    /// Makes room for `tokens` more.
    pub(crate) fn reserve(&mut self, tokens: usize) {
        while self.blocks.len() * BLOCK < self.tokens + tokens {
            self.blocks.push(Arc::new(Block::new(&self.ledger)));
        }
    }

    /// Writes keys and values of all heads of the token at `position`.
    pub(crate) fn write(
        &mut self,
        layer: usize,
        position: usize,
        keys: &[f32],
        values: &[f32],
    ) -> Result<(), GeneratorError> {
        let shared = || GeneratorError::Failed("a shared block was written".to_owned());
        let block = self.blocks.get_mut(position / BLOCK).and_then(Arc::get_mut);
        let block = block.ok_or_else(shared)?;
        let size = self.ledger.head_size;
        let heads = keys.chunks_exact(size).zip(values.chunks_exact(size));
        for (head, (key, value)) in heads.enumerate() {
            let (from, place) = (block.offset(layer, head), position % BLOCK);
            let (Some(keys), Some(values)) = (
                block.keys.get_mut(from..from + BLOCK * size),
                block.values.get_mut(from + place * size..from + (place + 1) * size),
            ) else {
                return Err(shared());
            };
            let keys = keys.iter_mut().skip(place).step_by(BLOCK);
            keys.zip(key).for_each(|(to, key)| *to = *key);
            values.copy_from_slice(value);
        }
        Ok(())
    }

    /// The tokens for which room was made are written in every layer.
    pub(crate) const fn advance(&mut self, tokens: usize) {
        self.tokens += tokens;
    }
}
