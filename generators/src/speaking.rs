//! temp
use crate::{GeneratorError, SpeechOutput};
/// temp
pub fn notice(words: &str) -> Result<SpeechOutput, GeneratorError> {
    Err(GeneratorError::Failed(words.to_owned()))
}
