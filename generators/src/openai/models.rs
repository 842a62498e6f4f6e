//! What a server has: `GET /models`.

use super::{settings::Settings, wire::Models};
use crate::{
    Checked, GeneratorError,
    server::{Client, Fault, Scheme, UpstreamError, look},
};

/// So many models are taken from a list.
const MODELS_MAX: usize = 256;
/// The longest name that is taken.
const NAME_CHARS_MAX: usize = 200;

/// The models that the server at the first address lists, in its order.
///
/// # Errors
/// [`GeneratorError`] when it cannot be asked or lists none.
pub async fn list(settings: &Settings) -> Result<Vec<String>, GeneratorError> {
    let client = Client::new(&settings.connection(), Scheme::Bearer)?;
    let first = client.look("models").await.into_iter().next();
    let (_, answered) = first.ok_or_else(|| none("no url is configured for it"))?;
    let names = names(&answered?)?;
    if names.is_empty() { Err(none("the server lists no model")) } else { Ok(names) }
}

/// Asks every endpoint whether it is there and has the model. Blocks: never call it on an async
/// thread.
#[must_use]
pub fn check(settings: &Settings) -> Checked {
    let has = |body: &[u8]| match (names(body), &settings.model) {
        (Err(error), _) => Some(error.to_string()),
        (Ok(names), Some(model)) if !names.contains(model) => {
            Some(format!("it has no model `{model}`"))
        }
        _ => None,
    };
    look::check("openai", &settings.connection(), Scheme::Bearer, "models", has)
}

/// The names in a list, those that can be used.
pub(super) fn names(body: &[u8]) -> Result<Vec<String>, GeneratorError> {
    let malformed = |_| UpstreamError::from(Fault::Malformed("it is no list of models"));
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
