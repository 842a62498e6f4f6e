//! Reading `config.json` files of networks: what is served is taken, what is not is refused by name.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{GeneratorError, files::ModelFiles};

/// Configurations above this are refused: 1 MiB.
const CONFIG_BYTES_MAX: u64 = 1 << 20;
/// No width or count may exceed this; a larger one is a damaged file.
const SIZE_MAX: usize = 65_536;

/// One number for all levels, or one for each.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum PerLevel {
    One(usize),
    Each(Vec<usize>),
}

impl PerLevel {
    /// As many as there are levels.
    ///
    /// # Errors
    /// A sentence when there are fewer or more.
    pub(crate) fn spread(&self, name: &str, levels: usize) -> Result<Vec<usize>, String> {
        let each = match self {
            Self::One(number) => vec![*number; levels],
            Self::Each(numbers) => numbers.clone(),
        };
        sizes(name, &each)?;
        if each.len() == levels {
            return Ok(each);
        }
        Err(format!("`{name}` has {} numbers for {levels} levels", each.len()))
    }
}

/// Numbers that must be positive and of a sane size.
pub(crate) fn sizes(name: &str, values: &[usize]) -> Result<(), String> {
    let fits = !values.is_empty() && values.iter().all(|value| (1..=SIZE_MAX).contains(value));
    if fits { Ok(()) } else { Err(format!("`{name}` must be 1 to {SIZE_MAX}")) }
}

/// Channels of every level must fall into groups.
pub(crate) fn grouped(channels: &[usize], groups: usize) -> Result<(), String> {
    sizes("norm_num_groups", &[groups])?;
    if channels.iter().all(|count| count.is_multiple_of(groups)) {
        return Ok(());
    }
    Err("`norm_num_groups` must divide all `block_out_channels`".to_owned())
}

/// Reads the JSON file `name`.
///
/// # Errors
/// [`GeneratorError::File`] when it is missing or no JSON.
pub(crate) fn json(files: &ModelFiles, name: &str) -> Result<Value, GeneratorError> {
    let text = files.read(name, CONFIG_BYTES_MAX)?;
    serde_json::from_slice(&text).map_err(|error| GeneratorError::file(files.path(name), error))
}

/// Reads a configuration, checks its fixed settings and takes the rest.
///
/// # Errors
/// [`GeneratorError::File`] naming the file and what is wrong or not served.
pub(crate) fn read<T: DeserializeOwned>(
    files: &ModelFiles,
    name: &str,
    fixed: &[(&str, &str)],
) -> Result<T, GeneratorError> {
    let value = json(files, name)?;
    let wrong = |reason: String| GeneratorError::file(files.path(name), reason);
    for (setting, served) in fixed {
        let Some(found) = value.get(setting).filter(|found| !found.is_null()) else { continue };
        let found = found.as_str().map_or_else(|| found.to_string(), str::to_owned);
        if !served.split('|').any(|served| served == found) {
            let served = if served.is_empty() { "nothing" } else { served };
            return Err(wrong(format!("has `{setting}` {found}; {served} is served")));
        }
    }
    serde_json::from_value(value).map_err(|error| wrong(error.to_string()))
}
