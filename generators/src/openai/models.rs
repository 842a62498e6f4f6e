//! What a server has: `GET /models`.

use super::{client::Client, error::Fault, settings::Settings, wire::Models};
use crate::{Checked, GeneratorError};

/// The longest list that is read.
pub(super) const LIST_BYTES_MAX: usize = 4 << 20;
/// So many models are taken from a list.
const MODELS_MAX: usize = 256;
/// The longest name that is taken.
const NAME_CHARS_MAX: usize = 200;

/// The models that the server at the first address lists, in its order.
///
/// # Errors
/// [`GeneratorError`] when it cannot be asked or lists none.
pub async fn list(settings: &Settings) -> Result<Vec<String>, GeneratorError> {
    let client = Client::new(settings)?;
    let first = client.look("models").await.into_iter().next();
    let (_, answered) = first.ok_or_else(|| none("no url is configured for it"))?;
    let names = names(&answered?)?;
    if names.is_empty() { Err(none("the server lists no model")) } else { Ok(names) }
}

/// Asks every endpoint whether it is there and has the model. Blocks: never call it on an async
/// thread.
#[must_use]
pub fn check(settings: &Settings) -> Checked {
    let mut checked = Checked::new("openai");
    let looking = || -> Result<Vec<String>, GeneratorError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| GeneratorError::Failed(error.to_string()))?;
        runtime.block_on(problems(settings))
    };
    // A thread of its own: the caller's may belong to another runtime.
    let looked = std::thread::scope(|scope| scope.spawn(looking).join());
    let failed = || Err(GeneratorError::Failed("the check ended early".to_owned()));
    let problems = looked.unwrap_or_else(|_| failed());
    match problems {
        Ok(problems) => checked.problems = problems,
        Err(error) => checked.problems.push(error.to_string()),
    }
    checked
}

async fn problems(settings: &Settings) -> Result<Vec<String>, GeneratorError> {
    let mut problems = Vec::new();
    for (base, answered) in Client::new(settings)?.look("models").await {
        let found = answered.map_err(GeneratorError::from).and_then(|body| names(&body));
        match (found, &settings.model) {
            (Err(error), _) => problems.push(format!("{base}: {error}")),
            (Ok(names), Some(model)) if !names.contains(model) => {
                problems.push(format!("{base}: it has no model `{model}`"));
            }
            _ => {}
        }
    }
    Ok(problems)
}

/// The names in a list, those that can be used.
pub(super) fn names(body: &[u8]) -> Result<Vec<String>, GeneratorError> {
    let malformed = |_| super::UpstreamError::from(Fault::Malformed("it is no list of models"));
    let models: Models = serde_json::from_slice(body).map_err(malformed)?;
    let fits = |name: &String| {
        !name.is_empty()
            && name.chars().count() <= NAME_CHARS_MAX
            && !name.chars().any(char::is_control)
    };
    Ok(models.data.into_iter().map(|model| model.id).filter(fits).take(MODELS_MAX).collect())
}

fn none(reason: &str) -> GeneratorError {
    GeneratorError::Unsupported { reason: reason.to_owned() }
}
