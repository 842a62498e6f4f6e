//! Any bytes as one file of a downloaded model, beside its other files: it is looked over, and what is wrong is
//! said. The first byte says which file of which model.
#![cfg_attr(fuzzing, no_main)]

use std::fs;

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| run(data));

/// A backend, and the files of a small model for it.
pub(crate) struct Model {
    kind: &'static str,
    pub(crate) files: &'static [(&'static str, &'static [u8])],
}

pub(crate) const MODELS: [Model; 6] = [
    Model {
        kind: "llama",
        files: &[("model.gguf", include_bytes!("../../tests/golden/llama/model-BF16.gguf"))],
    },
    Model {
        kind: "llama",
        files: &[
            ("config.json", include_bytes!("../../tests/golden/llama/config.json")),
            ("model.safetensors", include_bytes!("../../tests/golden/llama/model.safetensors")),
            ("tokenizer.json", include_bytes!("../../tests/golden/llama/tokenizer.json")),
        ],
    },
    Model {
        kind: "gan",
        files: &[(
            "generator.safetensors",
            include_bytes!("../../tests/golden/dcgan/generator.safetensors"),
        )],
    },
    Model {
        kind: "marian",
        files: &[
            ("config.json", include_bytes!("../../tests/golden/marian/config.json")),
            (
                "generation_config.json",
                include_bytes!("../../tests/golden/marian/generation_config.json"),
            ),
            ("model.safetensors", include_bytes!("../../tests/golden/marian/model.safetensors")),
            ("source.spm", include_bytes!("../../tests/golden/marian/source.spm")),
            ("target.spm", include_bytes!("../../tests/golden/marian/target.spm")),
            (
                "tokenizer_config.json",
                include_bytes!("../../tests/golden/marian/tokenizer_config.json"),
            ),
            ("vocab.json", include_bytes!("../../tests/golden/marian/vocab.json")),
        ],
    },
    Model {
        kind: "t5",
        files: &[
            ("config.json", include_bytes!("../../tests/golden/t5/config.json")),
            (
                "generation_config.json",
                include_bytes!("../../tests/golden/t5/generation_config.json"),
            ),
            ("model.safetensors", include_bytes!("../../tests/golden/t5/model.safetensors")),
            ("spiece.model", include_bytes!("../../tests/golden/t5/spiece.model")),
        ],
    },
    Model {
        kind: "whisper",
        files: &[
            ("config.json", include_bytes!("../../tests/golden/whisper/config.json")),
            (
                "generation_config.json",
                include_bytes!("../../tests/golden/whisper/generation_config.json"),
            ),
            ("model.safetensors", include_bytes!("../../tests/golden/whisper/model.safetensors")),
            (
                "preprocessor_config.json",
                include_bytes!("../../tests/golden/whisper/preprocessor_config.json"),
            ),
            ("tokenizer.json", include_bytes!("../../tests/golden/whisper/tokenizer.json")),
        ],
    },
];

pub(crate) fn run(data: &[u8]) {
    let Some((first, bytes)) = data.split_first() else { return };
    let mut files =
        MODELS.iter().flat_map(|model| model.files.iter().map(move |file| (model, file.0)));
    let count = files.clone().count();
    let Some((model, changed)) = files.nth(usize::from(*first) % count) else { return };
    let Ok(folder) = tempfile::tempdir() else { return };
    for (name, content) in model.files {
        let content = if *name == changed { bytes } else { content };
        assert!(fs::write(folder.path().join(name), content).is_ok(), "the folder is ours");
    }
    let checked = generators::check(model.kind, folder.path());
    let Ok(checked) = checked else { unreachable!("the backend is there") };
    assert!(checked.problems.iter().all(|problem| !problem.is_empty()));
    let opened = generators::open(model.kind, "model", folder.path());
    assert!(
        opened.is_ok() || !checked.problems.is_empty(),
        "{changed} is sound: {:?}",
        opened.err()
    );
}
