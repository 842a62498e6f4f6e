//! The tiny checkpoints of `tests/golden` for unit tests.

use std::{
    fs,
    path::{Path, PathBuf},
};

use tokenizers::Tokenizer;

use super::{
    network::{Ledger, Memory, Reading, Wanted},
    opened::Opened,
};
use crate::files::ModelFiles;

/// A folder of `tests/golden`.
pub(crate) fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

/// The checkpoint `name` with the tokenizer that all of them share.
pub(crate) fn with_tokenizer(name: &str) -> ModelFiles {
    let read = |folder: PathBuf, name: &'static str| {
        (name, &*Box::leak(fs::read(folder.join(name)).unwrap().into_boxed_slice()))
    };
    let files = vec![
        read(golden(name), "config.json"),
        read(golden(name), "model.safetensors"),
        read(golden("llama"), "tokenizer.json"),
    ];
    ModelFiles::Program(files.leak())
}

/// A byte-level tokenizer of 320 tokens.
pub(crate) fn tokenizer() -> Tokenizer {
    Tokenizer::from_file(golden("llama").join("tokenizer.json")).unwrap()
}

/// The logits of a model after the tokens that it is given.
pub(crate) fn logits_after(files: ModelFiles) -> impl Fn(&[u32]) -> Vec<f32> {
    let opened = Opened::open(files, "test").unwrap();
    let network = opened.load(None).unwrap();
    move |ids| {
        let mut memory = Memory::new(&Ledger::new(&opened.config));
        let reading = Reading { ids, memory: &mut memory, wanted: Wanted::Last };
        network.forward(&mut [reading]).unwrap().remove(0)
    }
}
