//! The list of backends.

use std::{path::Path, sync::Arc};

use crate::{Generator, GeneratorError, diffusion::Diffusion, null::Null};

/// A backend as the configuration names it.
struct Backend {
    kind: &'static str,
    open: fn(name: &str, path: &Path) -> Result<Arc<dyn Generator>, GeneratorError>,
}

/// One line a backend.
const BACKENDS: [Backend; 2] = [
    Backend { kind: "diffusion", open: |name, path| Ok(Arc::new(Diffusion::open(name, path)?)) },
    Backend { kind: "null", open: |name, _| Ok(Arc::new(Null::new(name))) },
];

/// Opens the model at `path` with the backend `kind`: `llama`, `diffusion` or `null`.
///
/// # Errors
/// [`GeneratorError`] when there is no such backend or it cannot use the files.
pub fn open(kind: &str, name: &str, path: &Path) -> Result<Arc<dyn Generator>, GeneratorError> {
    (backend(kind)?.open)(name, path)
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
