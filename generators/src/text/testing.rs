//! The tiny checkpoints of `tests/golden` for unit tests.

use std::path::{Path, PathBuf};

use tokenizers::Tokenizer;

use super::{network::Memory, opened::Opened};
use crate::files::ModelFiles;

/// A folder of `tests/golden`.
pub(crate) fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

/// A byte-level tokenizer of 320 tokens.
pub(crate) fn tokenizer() -> Tokenizer {
    Tokenizer::from_file(golden("llama").join("tokenizer.json")).unwrap()
}

/// The logits of a model after the tokens that it is given.
pub(crate) fn logits_after(files: ModelFiles) -> impl Fn(&[u32]) -> Vec<f32> {
    let opened = Opened::open(files, "test").unwrap();
    let network = opened.load(None).unwrap();
    move |ids| network.forward(ids, &mut Memory::new(&opened.config, ids.len())).unwrap()
}
