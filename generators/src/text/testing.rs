//! The tiny checkpoints of `tests/golden` for unit tests.

use std::path::{Path, PathBuf};

use tokenizers::Tokenizer;

/// A folder of `tests/golden`.
pub(crate) fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

/// A byte-level tokenizer of 320 tokens.
pub(crate) fn tokenizer() -> Tokenizer {
    Tokenizer::from_file(golden("llama").join("tokenizer.json")).unwrap()
}
