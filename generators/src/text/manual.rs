//! What the files beside the weights say about how a model is used.

use serde::{Deserialize, de::DeserializeOwned};

use super::{chat::ChatTemplate, facts::Facts, huggingface::OneOrMany, prompt::PromptForm};
use crate::{GeneratorError, files::ModelFiles};

/// The longest of these files that is read.
const BYTES_MAX: u64 = 16 << 20;

pub(crate) const OURS: &str = "imprimatur.json";
pub(crate) const GENERATION: &str = "generation_config.json";
pub(crate) const TOKENIZER_CONFIG: &str = "tokenizer_config.json";
pub(crate) const TEMPLATE: &str = "chat_template.jinja";

/// The only task of [`OURS`] so far: facts in, a brief out.
const TASK: &str = "brief";

/// How a model is used.
#[derive(Debug)]
pub(crate) struct Manual {
    pub(crate) identity: Identity,
    pub(crate) defaults: Defaults,
    pub(crate) form: PromptForm,
    /// Tokens that end an answer, if they differ from those of `config.json`.
    pub(crate) end_tokens: Vec<u32>,
}

/// What the makers of a model say about it in [`OURS`].
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Identity {
    pub(crate) name: Option<String>,
    pub(crate) version: Option<String>,
    #[serde(rename = "license")]
    pub(crate) licence: Option<String>,
    #[serde(default)]
    pub(crate) languages: Vec<String>,
}

/// How to sample when nobody says.
#[derive(Debug, Default, Clone, PartialEq, Deserialize)]
pub(crate) struct Defaults {
    pub(crate) temperature: Option<f32>,
    pub(crate) top_p: Option<f32>,
    pub(crate) top_k: Option<u32>,
    pub(crate) max_tokens: Option<u32>,
}

#[derive(Deserialize)]
struct Ours {
    task: String,
    #[serde(flatten)]
    identity: Identity,
    #[serde(default)]
    defaults: Defaults,
}

#[derive(Default, Deserialize)]
struct Generation {
    #[serde(default)]
    do_sample: bool,
    temperature: Option<f32>,
    top_p: Option<f32>,
    top_k: Option<u32>,
    eos_token_id: Option<OneOrMany>,
}

#[derive(Default, Deserialize)]
struct TokenizerConfig {
    chat_template: Option<Templates>,
    bos_token: Option<TokenText>,
    eos_token: Option<TokenText>,
}

/// One template, or several by name.
#[derive(Deserialize)]
#[serde(untagged)]
enum Templates {
    One(String),
    Named(Vec<NamedTemplate>),
}

#[derive(Deserialize)]
struct NamedTemplate {
    name: String,
    template: String,
}

/// A token by its text, alone or with its attributes.
#[derive(Deserialize)]
#[serde(untagged)]
enum TokenText {
    Text(String),
    Added { content: String },
}

impl Manual {
    /// Reads what there is; every file is optional.
    ///
    /// # Errors
    /// [`GeneratorError::File`] for a file that cannot be read.
    pub(crate) fn read(files: &ModelFiles) -> Result<Self, GeneratorError> {
        let generation: Generation = json(files, GENERATION)?.unwrap_or_default();
        let end_tokens = generation.ends();
        if let Some(ours) = json::<Ours>(files, OURS)? {
            return Self::brief(files, ours, end_tokens);
        }
        let template = template(files)?;
        Ok(Self {
            identity: Identity::default(),
            defaults: generation.defaults(),
            form: template.map_or(PromptForm::Plain, |found| PromptForm::Chat(Box::new(found))),
            end_tokens,
        })
    }

    fn brief(files: &ModelFiles, ours: Ours, end_tokens: Vec<u32>) -> Result<Self, GeneratorError> {
        if ours.task != TASK {
            let reason = format!("has task `{}`; this program knows `{TASK}`", ours.task);
            return Err(GeneratorError::file(files.path(OURS), reason));
        }
        let facts: Option<Facts> = json(files, OURS)?;
        let form = facts.map_or(PromptForm::Plain, |facts| PromptForm::Facts(Box::new(facts)));
        Ok(Self { identity: ours.identity, defaults: ours.defaults, form, end_tokens })
    }
}

impl Generation {
    fn defaults(&self) -> Defaults {
        if !self.do_sample {
            return Defaults::default();
        }
        let top_k = self.top_k.filter(|top_k| *top_k > 0);
        Defaults { temperature: self.temperature, top_p: self.top_p, top_k, max_tokens: None }
    }

    fn ends(&self) -> Vec<u32> {
        self.eos_token_id.clone().map(OneOrMany::into_vec).unwrap_or_default()
    }
}

impl Templates {
    fn usual(self) -> Option<String> {
        match self {
            Self::One(template) => Some(template),
            Self::Named(all) => {
                all.into_iter().find(|named| named.name == "default").map(|named| named.template)
            }
        }
    }
}

impl TokenText {
    fn text(self) -> String {
        match self {
            Self::Text(text) | Self::Added { content: text } => text,
        }
    }
}

fn template(files: &ModelFiles) -> Result<Option<ChatTemplate>, GeneratorError> {
    let config: TokenizerConfig = json(files, TOKENIZER_CONFIG)?.unwrap_or_default();
    let wrong = |name, reason: String| GeneratorError::file(files.path(name), reason);
    let (name, source) = if files.has(TEMPLATE) {
        let bytes = files.read(TEMPLATE, BYTES_MAX)?;
        let text =
            String::from_utf8(bytes).map_err(|_| wrong(TEMPLATE, "is not UTF-8".to_owned()))?;
        (TEMPLATE, Some(text))
    } else {
        (TOKENIZER_CONFIG, config.chat_template.and_then(Templates::usual))
    };
    let text = |token: Option<TokenText>| token.map(TokenText::text).unwrap_or_default();
    let (begin, end) = (text(config.bos_token), text(config.eos_token));
    let parsed = source.map(|source| ChatTemplate::new(source, begin, end)).transpose();
    parsed.map_err(|reason| wrong(name, reason))
}

/// Reads a JSON file, `None` when there is none.
fn json<T: DeserializeOwned>(files: &ModelFiles, name: &str) -> Result<Option<T>, GeneratorError> {
    if !files.has(name) {
        return Ok(None);
    }
    let text = files.read(name, BYTES_MAX)?;
    let wrong = |error: serde_json::Error| GeneratorError::file(files.path(name), error);
    serde_json::from_slice(&text).map(Some).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_extras_is_used_plainly() {
        let manual = Manual::read(&ModelFiles::Program(&[])).unwrap();
        assert!(matches!(manual.form, PromptForm::Plain));
        assert_eq!((manual.defaults, manual.end_tokens), (Defaults::default(), vec![]));
    }

    #[test]
    fn sampling_follows_the_makers_only_when_they_sample() {
        let sampled = ModelFiles::Program(&[(
            GENERATION,
            br#"{"do_sample": true, "temperature": 0.6, "top_p": 0.9, "eos_token_id": [2, 3]}"#,
        )]);
        let manual = Manual::read(&sampled).unwrap();
        assert_eq!(manual.defaults.temperature, Some(0.6));
        assert_eq!(manual.end_tokens, [2, 3]);
        let greedy = ModelFiles::Program(&[(GENERATION, br#"{"temperature": 0.6}"#)]);
        assert_eq!(Manual::read(&greedy).unwrap().defaults, Defaults::default());
    }

    #[test]
    fn templates_are_found_where_either_release_keeps_them() {
        let inside = br#"{"chat_template": [{"name": "default", "template": "{{ bos_token }}"}], "bos_token": {"content": "<s>"}}"#;
        let cases: [&'static [crate::files::Embedded]; 2] =
            [Box::leak(Box::new([(TOKENIZER_CONFIG, &inside[..])])), &[(TEMPLATE, b"hello")]];
        for files in cases {
            let manual = Manual::read(&ModelFiles::Program(files)).unwrap();
            assert!(matches!(manual.form, PromptForm::Chat(_)));
        }
    }

    #[test]
    fn a_damaged_file_is_named() {
        let cases: [(&'static str, &'static [u8], &str); 3] = [
            (OURS, b"{", OURS),
            (OURS, br#"{"task": "poem"}"#, "task `poem`"),
            (TEMPLATE, b"\xff", "UTF-8"),
        ];
        for (name, content, expected) in cases {
            let files: &'static _ = Box::leak(Box::new([(name, content)]));
            let said = Manual::read(&ModelFiles::Program(files)).unwrap_err().to_string();
            assert!(said.contains(expected), "{said}");
        }
    }
}
