//! How a conversation becomes the tokens that a model reads.

use tokenizers::Tokenizer;

use super::{chat::ChatTemplate, facts::Facts};
use crate::{GeneratorError, Job, Warning};

/// The form in which a model wants its prompt.
#[derive(Debug)]
pub(crate) enum PromptForm {
    /// Structured facts, by the schema of a starter model.
    Facts(Box<Facts>),
    /// The chat template that came with the model.
    Chat(Box<ChatTemplate>),
    /// No template. One message of a person alone is continued as it is. A conversation becomes
    /// lines `User: …` and `Assistant: …` after the instructions, and ends with `Assistant:`.
    Plain,
}

/// What the model reads.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Prompt {
    pub(crate) ids: Vec<u32>,
    /// What of the prompt the model cannot use.
    pub(crate) warnings: Vec<Warning>,
}

impl PromptForm {
    /// The tokens of a job's conversation.
    pub(crate) fn read(&self, job: &Job, tokenizer: &Tokenizer) -> Result<Prompt, GeneratorError> {
        if job.prompt().is_empty() {
            return Err(GeneratorError::PromptEmpty);
        }
        let ids = match self {
            Self::Facts(facts) => return facts.read(job.prompt(), tokenizer),
            // The template writes the tokens for begin and end itself.
            Self::Chat(template) => encode(tokenizer, &template.render(&job.messages)?, false)?,
            Self::Plain => encode(tokenizer, &job.lines(), true)?,
        };
        Ok(Prompt { ids, warnings: Vec::new() })
    }
}

/// The tokens of a text.
pub(crate) fn encode(
    tokenizer: &Tokenizer,
    text: &str,
    add_special_tokens: bool,
) -> Result<Vec<u32>, GeneratorError> {
    let encoded = tokenizer.encode_fast(text, add_special_tokens);
    let wrong = |error: tokenizers::Error| GeneratorError::Failed(error.to_string());
    Ok(encoded.map_err(wrong)?.get_ids().to_vec())
}

/// The id of a token that the model's files name.
pub(crate) fn token(tokenizer: &Tokenizer, name: &str) -> Result<u32, GeneratorError> {
    tokenizer.token_to_id(name).ok_or_else(|| GeneratorError::Unsupported {
        reason: format!("its tokenizer has no token `{name}`, which imprimatur.json names"),
    })
}
