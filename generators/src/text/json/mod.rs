//! Text that must be JSON: which tokens may come next, so that what is written always parses.
//!
//! Reading order: `schema` compiles what is wanted to a [`Grammar`], `machine` reads it byte by
//! byte, `scalar` knows strings and numbers, `vocabulary` knows the bytes of tokens, and
//! [`Constraint`] lets a sampler ask.

mod machine;
mod scalar;
mod schema;
mod vocabulary;

use std::{collections::BTreeSet, sync::Arc};

use types::TextFormat;

use self::machine::Machine;
pub(crate) use self::{schema::Grammar, vocabulary::Vocabulary};
use crate::GeneratorError;

/// Which tokens may come next.
#[derive(Debug)]
pub(crate) struct Constraint {
    machine: Machine,
    vocabulary: Arc<Vocabulary>,
    /// Tokens that may still be drawn.
    left: usize,
}

impl Constraint {
    /// What `format` asks of a text of at most `tokens_max` tokens; `None` when it asks nothing.
    ///
    /// # Errors
    /// [`GeneratorError::Parameter`] when the schema has a part that is not supported, or there is
    /// no room for the shortest text.
    pub(crate) fn new(
        format: &TextFormat,
        vocabulary: impl FnOnce() -> Arc<Vocabulary>,
        tokens_max: usize,
    ) -> Result<Option<Self>, GeneratorError> {
        let grammar = match format {
            TextFormat::Text => return Ok(None),
            TextFormat::JsonObject => Grammar::object(),
            TextFormat::JsonSchema { schema, .. } => Grammar::parse(schema).map_err(|reason| {
                GeneratorError::Parameter { parameter: "response_format", reason }
            })?,
        };
        let machine = Machine::new(Arc::new(grammar));
        if machine.closing() > tokens_max {
            let reason = "leaves no room for the shortest JSON of this form".to_owned();
            return Err(GeneratorError::Parameter { parameter: "max_tokens", reason });
        }
        Ok(Some(Self { machine, vocabulary: vocabulary(), left: tokens_max }))
    }

    /// Whether a token may come next: it fits, and the text can still be ended in time.
    pub(crate) fn allows(&self, token: u32) -> bool {
        self.after(token).is_some()
    }

    /// Takes a token that is allowed.
    pub(crate) fn take(&mut self, token: u32) {
        if let Some(machine) = self.after(token) {
            self.machine = machine;
        }
        self.left = self.left.saturating_sub(1);
    }

    /// Whether the text is whole: nothing may follow.
    pub(crate) const fn is_whole(&self) -> bool {
        self.machine.is_whole()
    }

    fn after(&self, token: u32) -> Option<Machine> {
        let bytes = self.vocabulary.bytes(token)?;
        let mut machine = self.machine.clone();
        let fits = bytes.iter().all(|byte| machine.push(*byte));
        // A byte is a token at most, so what is left is enough for as many bytes.
        (fits && machine.closing() < self.left).then_some(machine)
    }
}

/// The vocabulary of a tokenizer, without the tokens that are no text.
pub(crate) fn vocabulary(
    tokenizer: &tokenizers::Tokenizer,
    special: &BTreeSet<u32>,
) -> Arc<Vocabulary> {
    Arc::new(Vocabulary::of(tokenizer, special))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    const SCHEMA: &str = r#"{"type":"object","properties":{
        "place":{"type":"string"},"level":{"type":"integer"},"rising":{"type":"boolean"},
        "kind":{"enum":["river","lake","文"]},"note":{"type":["string","null"]},
        "parts":{"type":"array","items":{"type":"object","properties":{"km":{"type":"number"}},"required":["km"],"additionalProperties":false},"minItems":1,"maxItems":3}
        },"required":["place","level","kind","parts"],"additionalProperties":false}"#;

    /// Every byte is a token, and some words are.
    fn bytes() -> Arc<Vocabulary> {
        let words = ["{\"", "\":", "\", \"", "}]}", "place", "河", "1234", " true", "\\u00", "km"];
        let single = (0..=255_u8).map(|byte| vec![byte]);
        Arc::new(Vocabulary::from_bytes(single.chain(words.map(|w| w.as_bytes().to_vec()))))
    }

    /// Draws as `choose` says among the tokens that are allowed.
    fn write(format: &TextFormat, tokens_max: usize, mut choose: impl FnMut() -> usize) -> String {
        let mut constraint = Constraint::new(format, bytes, tokens_max).unwrap().unwrap();
        let mut text = Vec::new();
        for _ in 0..tokens_max {
            let allowed: Vec<u32> = (0..266).filter(|token| constraint.allows(*token)).collect();
            assert!(!allowed.is_empty(), "{}", String::from_utf8_lossy(&text));
            let token = allowed[choose() % allowed.len()];
            text.extend_from_slice(bytes().bytes(token).unwrap());
            constraint.take(token);
            if constraint.is_whole() {
                return String::from_utf8(text).unwrap();
            }
        }
        panic!("not ended: {}", String::from_utf8_lossy(&text))
    }

    fn schema() -> TextFormat {
        TextFormat::JsonSchema { name: "river".into(), schema: SCHEMA.into() }
    }

    fn fits(value: &Value) -> bool {
        let Some(object) = value.as_object() else { return false };
        let parts = object["parts"].as_array().unwrap();
        object["place"].is_string()
            && object["level"].is_i64()
            && ["river", "lake", "文"].contains(&object["kind"].as_str().unwrap())
            && object.get("rising").is_none_or(Value::is_boolean)
            && object.get("note").is_none_or(|note| note.is_string() || note.is_null())
            && (1..=3).contains(&parts.len())
            && parts
                .iter()
                .all(|part| part["km"].is_number() && part.as_object().unwrap().len() == 1)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn whatever_is_drawn_parses(seed in any::<u64>(), room in 60_usize..160) {
            let mut state = seed | 1;
            let mut random = move || {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                (state >> 33) as usize
            };
            let object = write(&TextFormat::JsonObject, room, &mut random);
            let object: Result<Value, _> = serde_json::from_str(&object);
            prop_assert!(object.is_ok_and(|object| object.is_object()));
            let text = write(&schema(), room, &mut random);
            let value: Result<Value, _> = serde_json::from_str(&text);
            prop_assert!(value.as_ref().is_ok_and(fits), "{}", text);
        }
    }

    #[test]
    fn the_shortest_room_is_enough_and_less_is_refused() {
        let shortest = r#"{"place":"","level":0,"kind":"river","parts":[{"km":0}]}"#;
        let fitting = write(&schema(), shortest.len(), || 0);
        assert!(fits(&serde_json::from_str(&fitting).unwrap()));
        let error = Constraint::new(&schema(), bytes, shortest.len() - 9).unwrap_err();
        assert!(error.to_string().contains("max_tokens"), "{error}");
    }

    #[test]
    fn nothing_is_asked_of_plain_text() {
        assert!(Constraint::new(&TextFormat::Text, bytes, 1).unwrap().is_none());
    }
}
