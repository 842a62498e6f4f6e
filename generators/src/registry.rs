//! The list of backends.

use std::{fs, path::Path, sync::Arc};

use crate::{
    Checked, Generator, GeneratorError,
    diffusion::{self, Diffusion},
    filming::Filming,
    gan::{self, Gan},
    null::Null,
    recogniser::Recogniser,
    retouching::Retouching,
    speaking::Speaking,
    stable::{self, StableDiffusion},
    text,
    transcribing::Transcribing,
    translating::Translating,
    translation::{self, Family, Translation},
    translator::Translator,
    whisper::{self, Whisper},
};

type Opened = Result<Arc<dyn Generator>, GeneratorError>;

/// A backend as the configuration names it.
struct Backend {
    kind: &'static str,
    open: fn(name: &str, path: &Path) -> Opened,
    check: fn(path: &Path) -> Checked,
    /// The file by which a folder of this kind is recognised.
    sign: Option<&'static str>,
}

/// One entry a backend.
const BACKENDS: [Backend; 15] = [
    Backend {
        kind: "a1111",
        open: |_, _| Err(without_files("`url` names the server that has it")),
        check: |_| Checked::new("a1111"),
        sign: None,
    },
    Backend {
        kind: "comfyui",
        open: |_, _| Err(without_files("`url` names the server that runs the graph in `path`")),
        check: |_| Checked::new("comfyui"),
        sign: None,
    },
    Backend {
        kind: "diffusion",
        open: |name, path| Ok(Arc::new(Diffusion::open(name, path)?)),
        check: diffusion::check,
        sign: Some("unet.safetensors"),
    },
    Backend {
        kind: "film",
        open: |name, _| Ok(Arc::new(Filming::new(name))),
        check: |_| Checked::new("film"),
        sign: None,
    },
    Backend {
        kind: "gan",
        open: |name, path| Ok(Arc::new(Gan::open(name, path)?)),
        check: gan::check,
        sign: Some(gan::WEIGHTS),
    },
    Backend {
        kind: "llama",
        open: |name, path| Ok(Arc::new(text::TextModel::open(name, path)?)),
        check: text::check::check,
        sign: Some("config.json"),
    },
    Backend {
        kind: Family::Marian.kind(),
        open: |name, path| translates(Translation::marian(name, path)?),
        check: |path| translation::check(Family::Marian, path),
        // `config.json` says whose it is: see `kind_of`.
        sign: None,
    },
    Backend {
        kind: "mirrors",
        open: |_, _| Err(without_files("`of` names the models that it mirrors")),
        check: |_| Checked::new("mirrors"),
        sign: None,
    },
    Backend {
        kind: "null",
        open: |name, _| Ok(Arc::new(Null::new(name))),
        check: |_| Checked::new("null"),
        sign: None,
    },
    Backend {
        kind: "openai",
        open: |_, _| Err(without_files("`url` names the server that has it")),
        check: |_| Checked::new("openai"),
        sign: None,
    },
    Backend {
        kind: "retouch",
        open: |name, _| Ok(Arc::new(Retouching::new(name))),
        check: |_| Checked::new("retouch"),
        sign: None,
    },
    Backend {
        kind: stable::KIND,
        open: |name, path| Ok(Arc::new(StableDiffusion::open(name, path)?)),
        check: stable::check,
        // Not one file: see `stable::is_folder`.
        sign: None,
    },
    Backend {
        kind: Family::T5.kind(),
        open: |name, path| translates(Translation::t5(name, path)?),
        check: |path| translation::check(Family::T5, path),
        // `config.json` says whose it is: see `kind_of`.
        sign: None,
    },
    Backend {
        kind: "voice",
        open: |name, _| Ok(Arc::new(Speaking::new(name))),
        check: |_| Checked::new("voice"),
        sign: None,
    },
    Backend {
        kind: whisper::KIND,
        open: |name, path| Ok(Arc::new(Transcribing::new(Arc::new(Whisper::open(name, path)?)))),
        check: whisper::check,
        // `config.json` says whose it is: see `kind_of`.
        sign: None,
    },
];

/// Opens the model at `path` with the backend `kind`: `llama`, `diffusion`,
/// `stable-diffusion` or `null`.
///
/// # Errors
/// [`GeneratorError`] when there is no such backend or it cannot use the files.
pub fn open(kind: &str, name: &str, path: &Path) -> Result<Arc<dyn Generator>, GeneratorError> {
    (backend(kind)?.open)(name, path)
}

fn translates(translation: Translation) -> Opened {
    Ok(Arc::new(Translating::new(Arc::new(translation))))
}

/// Opens the recogniser at `path` with the backend `kind`: `whisper`.
///
/// # Errors
/// [`GeneratorError`] when there is no such backend, it recognises nothing or it cannot use the
/// files.
pub fn open_recogniser(
    kind: &str,
    name: &str,
    path: &Path,
) -> Result<Arc<dyn Recogniser>, GeneratorError> {
    match backend(kind)?.kind {
        whisper::KIND => Ok(Arc::new(Whisper::open(name, path)?)),
        other => Err(GeneratorError::Unsupported {
            reason: format!("the backend `{other}` does not write down what is said; whisper does"),
        }),
    }
}

/// Opens the translator at `path` with the backend `kind`: `marian` or `t5`.
///
/// # Errors
/// [`GeneratorError`] when there is no such backend, it does not translate or it cannot use the
/// files.
pub fn open_translator(
    kind: &str,
    name: &str,
    path: &Path,
) -> Result<Arc<dyn Translator>, GeneratorError> {
    match backend(kind)?.kind {
        "marian" => Ok(Arc::new(Translation::marian(name, path)?)),
        "t5" => Ok(Arc::new(Translation::t5(name, path)?)),
        other => Err(GeneratorError::Unsupported {
            reason: format!("the backend `{other}` does not translate; marian and t5 do"),
        }),
    }
}

/// Looks the model at `path` over, reads all its files and says what is wrong.
///
/// # Errors
/// [`GeneratorError::UnknownKind`]; what is wrong with the files is not an error but the answer.
pub fn check(kind: &str, path: &Path) -> Result<Checked, GeneratorError> {
    Ok((backend(kind)?.check)(path))
}

/// The backend that would open the folder or file `path`, by the files in it.
#[must_use]
pub fn kind_of(path: &Path) -> Option<&'static str> {
    if let Some(kind) = by_network(path) {
        return Some(kind);
    }
    let signed = |backend: &&Backend| backend.sign.is_some_and(|sign| path.join(sign).is_file());
    let found = BACKENDS.iter().find(signed).map(|backend| backend.kind);
    let found = found.or_else(|| stable::is_folder(path).then_some(stable::KIND));
    found.or_else(|| text::is_gguf(path).then_some("llama"))
}

/// The backend of a network that `config.json` names and that writes no answers.
fn by_network(path: &Path) -> Option<&'static str> {
    /// Larger configurations are damaged.
    const BYTES_MAX: u64 = 1 << 20;
    let config = path.join("config.json");
    let small = fs::metadata(&config).is_ok_and(|metadata| metadata.len() <= BYTES_MAX);
    let text = small.then(|| fs::read(config).ok()).flatten()?;
    let config: serde_json::Value = serde_json::from_slice(&text).ok()?;
    match config.get("model_type")?.as_str()? {
        "whisper" => Some(whisper::KIND),
        "marian" => Some(Family::Marian.kind()),
        "t5" | "mt5" => Some(Family::T5.kind()),
        _ => None,
    }
}

/// What is no folder of files is opened by its settings: [`crate::Upstream`],
/// [`crate::WebUi`], [`crate::ComfyUi`], [`crate::Route`].
fn without_files(instead: &str) -> GeneratorError {
    GeneratorError::Unsupported { reason: format!("it is no folder of files; {instead}") }
}

fn backend(kind: &str) -> Result<&'static Backend, GeneratorError> {
    BACKENDS.iter().find(|backend| backend.kind == kind).ok_or_else(|| {
        let known: Vec<&str> = BACKENDS.iter().map(|backend| backend.kind).collect();
        GeneratorError::UnknownKind { kind: kind.to_owned(), known: known.join(", ") }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_backend_is_named_beside_those_that_exist() {
        let error = open("gpt", "x", Path::new("")).unwrap_err();
        assert!(error.to_string().contains("`gpt`"), "{error}");
        assert!(error.to_string().contains("null"), "{error}");
    }
}
