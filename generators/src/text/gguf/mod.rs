//! Models as llama.cpp keeps them: shape, tokenizer, template and weights in one file.

mod metadata;
mod shape;
#[cfg(test)]
mod tests;
mod vocabulary;

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Read},
};

use tokenizers::Tokenizer;

use self::{metadata::Metadata, shape::Factors};
use super::{
    chat::ChatTemplate,
    config::Config,
    manual::{Defaults, Identity, Manual},
    parts::{Naming, Part},
    prompt::PromptForm,
};
use crate::{
    GeneratorError,
    files::{HashingReader, Listing, ModelFiles, OpenFile},
    gguf::{self, Header},
    weights::{Stored, Weights},
};

/// The ending of such files.
const ENDING: &str = ".gguf";

/// What the header of a file says.
pub(crate) struct Described {
    pub(crate) config: Config,
    pub(crate) tokenizer: Tokenizer,
    pub(crate) manual: Manual,
    pub(crate) shapes: BTreeMap<String, Vec<usize>>,
}

/// The GGUF file among `files`, unless they are a folder with a `config.json`.
///
/// # Errors
/// [`GeneratorError::File`] when there are several.
pub(crate) fn file_of(files: &ModelFiles) -> Result<Option<String>, GeneratorError> {
    if files.has(super::opened::CONFIG) {
        return Ok(None);
    }
    let mut names = files.ending_with(ENDING)?;
    match names.len() {
        0 | 1 => Ok(names.pop()),
        count => {
            let reason = format!("is one of {count} GGUF files in its folder: name the one to use");
            Err(GeneratorError::file(files.path(&names.swap_remove(0)), reason))
        }
    }
}

/// Reads the header of the file `name` and the small tensors that belong to the shape.
///
/// # Errors
/// [`GeneratorError::File`] when it is damaged, [`GeneratorError::Unsupported`] when the network
/// is not supported.
pub(crate) fn describe(files: &ModelFiles, name: &str) -> Result<Described, GeneratorError> {
    let unsupported = |reason| GeneratorError::Unsupported { reason };
    let OpenFile { mut content, bytes } = files.open(name)?;
    let header = Header::read(&mut content, bytes);
    let header = header.map_err(|reason| GeneratorError::file(files.path(name), reason))?;
    let factors = |tensor: &str| factors(files, name, &header, tensor);
    let factors = Factors {
        all: factors("rope_freqs.weight")?,
        short: factors("rope_factors_short.weight")?,
        long: factors("rope_factors_long.weight")?,
    };
    let config = shape::config(&header, &factors).map_err(unsupported)?;
    let metadata = Metadata::new(&header.metadata).map_err(unsupported)?;
    let tokenizer = vocabulary::tokenizer(metadata).map_err(unsupported)?;
    let manual = manual(metadata).map_err(unsupported)?;
    let shapes = header.tensors.into_iter().map(|entry| (entry.name, entry.shape)).collect();
    Ok(Described { config, tokenizer, manual, shapes })
}

/// A small tensor of the file, if it is there.
fn factors(
    files: &ModelFiles,
    name: &str,
    header: &Header,
    tensor: &str,
) -> Result<Option<Vec<f32>>, GeneratorError> {
    /// No head is larger.
    const NUMBERS_MAX: u64 = 1 << 16;
    let Some(entry) = header.tensor(tensor).filter(|entry| entry.bytes <= NUMBERS_MAX * 4) else {
        return Ok(None);
    };
    let wrong = |reason: String| GeneratorError::file(files.path(name), reason);
    let mut content = files.open_at(name, entry.offset)?;
    gguf::stored(entry, &mut content).map(|stored| Some(stored.floats())).map_err(wrong)
}

fn manual(metadata: Metadata<'_>) -> Result<Manual, String> {
    let token =
        |name: &str| vocabulary::named(metadata, &format!("tokenizer.ggml.{name}_token_id"));
    let text = |name| token(name).map(|(_, text)| text.to_owned()).unwrap_or_default();
    let template = metadata.text("tokenizer.chat_template");
    let template =
        template.map(|source| ChatTemplate::new(source.to_owned(), text("bos"), text("eos")));
    let form = match template.transpose()? {
        Some(template) => PromptForm::Chat(Box::new(template)),
        None => PromptForm::Plain,
    };
    let ends = ["eos", "eot", "eom"].into_iter().filter_map(token).map(|(id, _)| id);
    Ok(Manual {
        identity: Identity {
            licence: metadata.text("general.license").map(str::to_owned),
            languages: metadata.texts("general.languages").unwrap_or_default().to_vec(),
            ..Identity::default()
        },
        defaults: Defaults::default(),
        form,
        end_tokens: ends.collect(),
    })
}

/// Reads the tensors called `wanted`. `progress` is told how many bytes were read; when it fails,
/// reading stops.
///
/// # Errors
/// [`GeneratorError`] when the file cannot be read or is no longer the one that was listed.
pub(crate) fn load(
    files: &ModelFiles,
    name: &str,
    (listing, config): (&Listing, &Config),
    wanted: &BTreeSet<String>,
    progress: &mut dyn FnMut(u64) -> Result<(), GeneratorError>,
) -> Result<Weights, GeneratorError> {
    let wrong = |reason: String| GeneratorError::file(files.path(name), reason);
    let OpenFile { content, bytes } = files.open(name)?;
    let mut content = HashingReader::new(content);
    let header = Header::read(&mut content, bytes).map_err(wrong)?;
    let mut weights = Weights::default();
    for entry in &header.tensors {
        let before = entry.offset.saturating_sub(content.passed());
        skip(&mut content, before).map_err(|error| wrong(error.to_string()))?;
        if wanted.contains(&entry.name) {
            let stored = gguf::stored(entry, &mut content).map_err(wrong)?;
            weights.put(entry.name.clone(), in_order(config, &entry.name, stored));
        } else {
            skip(&mut content, entry.bytes).map_err(|error| wrong(error.to_string()))?;
        }
        progress(before + entry.bytes)?;
    }
    skip(&mut content, u64::MAX).map_err(|error| wrong(error.to_string()))?;
    // What is recorded with the output must be what has run.
    if listing.of(name) != Some(content.sha256()) {
        return Err(wrong("was changed after the model was opened: restart".to_owned()));
    }
    Ok(weights)
}

fn skip(content: &mut dyn Read, bytes: u64) -> io::Result<u64> {
    io::copy(&mut content.take(bytes), &mut io::sink())
}

/// llama.cpp keeps the queries and keys of llama in another order: the two numbers that turn
/// together lie side by side. Here they lie half a head apart.
fn in_order(config: &Config, name: &str, stored: Stored) -> Stored {
    if config.family.gguf != "llama" {
        return stored;
    }
    let is = |part: Part| {
        let stem = Naming::Gguf.stem(config.family, part, 0).replace("blk.0", "");
        name.rsplit_once('.').is_some_and(|(before, _)| before.ends_with(&stem))
    };
    let heads = match (is(Part::Query), is(Part::Key)) {
        (true, _) => config.heads,
        (_, true) => config.kv_heads,
        _ => return stored,
    };
    let rows = heads * config.head_size;
    let row_bytes = stored.bytes.len() / rows;
    let half = config.head_size / 2;
    let mut bytes = Vec::with_capacity(stored.bytes.len());
    for row in 0..rows {
        let (head, within) = (row / config.head_size, row % config.head_size);
        let from = head * config.head_size + 2 * (within % half) + within / half;
        let row = stored.bytes.get(from * row_bytes..(from + 1) * row_bytes);
        bytes.extend_from_slice(row.unwrap_or_default());
    }
    Stored { bytes, ..stored }
}
