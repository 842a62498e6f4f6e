//! Turns tokens into text as they are drawn, never breaking a character.

use tokenizers::Tokenizer;

use crate::GeneratorError;

/// A character has at most four bytes, hence as many tokens; what is longer will never be one.
const HELD_MAX: usize = 8;

/// Spells the tokens of one text.
///
/// A tokenizer spells a token by its neighbours (blanks before words, bytes of one character), so
/// the last tokens are spelled again with each new one, and only the difference is new text.
#[derive(Debug)]
pub(crate) struct Spelling<'a> {
    tokenizer: &'a Tokenizer,
    /// Tokens from where spelling is begun.
    recent: Vec<u32>,
    /// How many of them are in the text already.
    spelled: usize,
}

impl<'a> Spelling<'a> {
    pub(crate) const fn new(tokenizer: &'a Tokenizer) -> Self {
        Self { tokenizer, recent: Vec::new(), spelled: 0 }
    }

    /// Takes the next token and gives the text that is final with it, empty while bytes of a
    /// character are missing.
    pub(crate) fn push(&mut self, id: u32) -> Result<String, GeneratorError> {
        self.recent.push(id);
        let text = self.new_text()?;
        let held = self.recent.len() - self.spelled;
        if text.is_empty() || (text.ends_with(char::REPLACEMENT_CHARACTER) && held < HELD_MAX) {
            return Ok(String::new());
        }
        self.recent.drain(..self.spelled);
        self.spelled = self.recent.len();
        Ok(text)
    }

    /// The text has ended: half a character is left out.
    pub(crate) fn finish(&self) -> Result<String, GeneratorError> {
        let text = self.new_text()?;
        Ok(text.trim_end_matches(char::REPLACEMENT_CHARACTER).to_owned())
    }

    fn new_text(&self) -> Result<String, GeneratorError> {
        let known = self.spell(self.recent.get(..self.spelled).unwrap_or_default())?;
        let all = self.spell(&self.recent)?;
        Ok(all.strip_prefix(&known).unwrap_or_default().to_owned())
    }

    fn spell(&self, ids: &[u32]) -> Result<String, GeneratorError> {
        let wrong = |error: tokenizers::Error| GeneratorError::Failed(error.to_string());
        self.tokenizer.decode(ids, true).map_err(wrong)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::testing::tokenizer;

    fn pieces(text: &str) -> Vec<String> {
        let tokenizer = tokenizer();
        let encoded = tokenizer.encode(text, false).unwrap();
        let mut spelling = Spelling::new(&tokenizer);
        let mut pieces: Vec<String> =
            encoded.get_ids().iter().map(|id| spelling.push(*id).unwrap()).collect();
        pieces.push(spelling.finish().unwrap());
        pieces
    }

    #[test]
    fn half_a_character_is_held_until_it_is_whole() {
        // A small byte-level vocabulary has no token for these characters: three bytes each.
        let pieces = pieces("汉堡");
        assert_eq!(pieces, ["", "", "汉", "", "", "堡", ""]);
    }

    #[test]
    fn half_a_character_at_the_end_is_left_out() {
        let tokenizer = tokenizer();
        let encoded = tokenizer.encode("a汉", false).unwrap();
        let mut spelling = Spelling::new(&tokenizer);
        let ids = &encoded.get_ids()[..encoded.len() - 1];
        let text: String = ids.iter().map(|id| spelling.push(*id).unwrap()).collect();
        assert_eq!(text + &spelling.finish().unwrap(), "a");
    }

    proptest! {
        #[test]
        fn all_pieces_are_the_text(text in "[^\\p{C}\u{fffd}]{0,40}") {
            prop_assert_eq!(pieces(&text).concat(), text);
        }
    }
}
