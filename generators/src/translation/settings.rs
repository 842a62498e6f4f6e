//! How a translator's makers decode with it: `generation_config.json`, and `config.json` of older
//! folders.

use serde::Deserialize;
use serde_json::Value;

use crate::{GeneratorError, files::ModelFiles, sequence::beam::Search, stable::shape};

const CONFIG: &str = "config.json";
const GENERATION: &str = "generation_config.json";
/// Tokens of a translation where no file says otherwise.
const LONGEST: usize = 512;
const BEAMS_MAX: usize = 16;

/// Settings as written.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Raw {
    num_beams: Option<usize>,
    length_penalty: Option<f32>,
    early_stopping: Option<Value>,
    max_length: Option<usize>,
    max_new_tokens: Option<usize>,
    bad_words_ids: Option<Vec<Vec<u32>>>,
    forced_bos_token_id: Option<u32>,
    forced_eos_token_id: Option<u32>,
    decoder_start_token_id: Option<u32>,
    eos_token_id: Option<u32>,
    pad_token_id: Option<u32>,
}

/// How to decode.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) search: Search,
    /// Tokens of a translation at most.
    pub(crate) longest: usize,
}

impl Settings {
    /// Reads both files; what the newer says counts.
    ///
    /// # Errors
    /// [`GeneratorError::File`] when one is damaged or the end is missing.
    pub(crate) fn read(files: &ModelFiles, vocabulary: usize) -> Result<Self, GeneratorError> {
        let old: Raw = shape::read(files, CONFIG, &[])?;
        let new: Raw = if files.has(GENERATION) {
            shape::read(files, GENERATION, &[])?
        } else {
            Raw::default()
        };
        let wrong = |reason: &str| Err(GeneratorError::file(files.path(CONFIG), reason));
        let Some(end) = new.eos_token_id.or(old.eos_token_id) else {
            return wrong("names no `eos_token_id`: a translation would never end");
        };
        let pad = new.pad_token_id.or(old.pad_token_id);
        let Some(start) = new.decoder_start_token_id.or(old.decoder_start_token_id).or(pad) else {
            return wrong("names no `decoder_start_token_id`");
        };
        if [start, end].iter().any(|id| *id as usize >= vocabulary) {
            return wrong("names a token that the network does not know");
        }
        let bad = new.bad_words_ids.or(old.bad_words_ids).unwrap_or_default();
        // Words of several tokens are none that a translator was ever told to avoid.
        let never = bad.into_iter().filter(|word| word.len() == 1).flatten().chain(pad);
        let early = new.early_stopping.or(old.early_stopping);
        let longest = new.max_new_tokens.or(old.max_new_tokens);
        // The first token counts in the one and not in the other.
        let longest =
            longest.or(new.max_length.or(old.max_length).map(|all| all.saturating_sub(1)));
        let search = Search {
            beams: new.num_beams.or(old.num_beams).unwrap_or(1).clamp(1, BEAMS_MAX),
            length_penalty: new
                .length_penalty
                .or(old.length_penalty)
                .unwrap_or(1.0)
                .clamp(-5.0, 5.0),
            early: early == Some(Value::Bool(true)),
            start,
            end,
            forced_end: new.forced_eos_token_id.or(old.forced_eos_token_id).is_some(),
            forced_begin: new.forced_bos_token_id.or(old.forced_bos_token_id),
            never: never.filter(|id| *id != end).collect(),
        };
        Ok(Self { search, longest: longest.unwrap_or(LONGEST).clamp(1, 4 * LONGEST) })
    }
}
