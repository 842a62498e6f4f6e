//! Networks that read one sequence and write another: an encoder, and a decoder that looks at what
//! the encoder made. Whisper, Marian and T5 are three settings of it.
//!
//! Reading order: `map` has the parts of a layer, `attention` mixes rows, `memory` is what a
//! decoder remembers, `stack` puts layers together, `beam` searches for the likeliest writing.
//!
//! `candle-transformers` has modules for the three networks. None is used: Whisper's decodes without
//! a memory (every token reads the whole text again), has its feed-forward fixed at four times the
//! width and computes the positions that the files hold; T5's logits are off by the root of the
//! width; Marian's and T5's memories belong to one batch of equal lengths and cannot be split or
//! dropped, which a search by beams needs. What is computed here are rows of sequences of any
//! lengths together, on the products of `text::network` (weights stay in the number format of their
//! file) and of `math` (for long sounds).

mod attention;
pub(crate) mod beam;
mod map;
mod memory;
mod stack;

pub(crate) use self::{
    attention::{Attention, Bias},
    map::{Curve, Feed, Map, Norm},
    memory::{Memory, Source},
    stack::{Layer, Placement, Reading, Stack, Watched},
};
