//! Prompts of structured facts, as a starter text model reads them.
//!
//! `Write a brief: River; name = Elbe; level_cm=412` is read as `river; name=Elbe; level_cm=412`:
//! keys in the order of the model's schema, everything it cannot use left out and said.
//! The schema, its aliases and the words the model knows are in `imprimatur.json` beside the weights.

use serde::Deserialize;
use tokenizers::Tokenizer;

use super::{
    prompt::{Prompt, encode, token},
    schema::{Kind, Schema, Shape},
};
use crate::{GeneratorError, Warning};

/// Reads prompts by a model's schema.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub(crate) struct Facts(Schema);

/// A prompt as the model reads it.
#[derive(Debug, PartialEq, Eq)]
struct Canonical {
    text: String,
    chinese: bool,
    headline: bool,
    /// The text holds no facts; it may be any length.
    free: bool,
    warnings: Vec<Warning>,
}

impl Facts {
    /// The tokens of a prompt.
    pub(crate) fn read(
        &self,
        prompt: &str,
        tokenizer: &Tokenizer,
    ) -> Result<Prompt, GeneratorError> {
        let canonical = self.canonical(prompt);
        let mut body = encode(tokenizer, &canonical.text, false)?;
        if canonical.free {
            body.truncate(self.0.defaults.prompt_tokens_max);
        }
        let marks = &self.0.format.special;
        let language = if canonical.chinese { &marks.zh } else { &marks.en };
        let mut ids = vec![token(tokenizer, &marks.start.token)?];
        ids.extend(body);
        if canonical.headline {
            ids.push(token(tokenizer, &marks.headline.token)?);
        }
        ids.push(token(tokenizer, &language.token)?);
        Ok(Prompt { ids, warnings: canonical.warnings })
    }

    /// The token that ends an answer.
    pub(crate) fn end(&self, tokenizer: &Tokenizer) -> Result<u32, GeneratorError> {
        token(tokenizer, &self.0.format.special.end.token)
    }

    fn canonical(&self, prompt: &str) -> Canonical {
        let mut text = prompt.replace('；', ";").replace('＝', "=");
        // Nobody may type a control token; taking one apart must not put another together.
        while text.contains("<|") {
            text = text.replace("<|", "<");
        }
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let chinese = text.chars().any(is_han);
        let free = |words: &str, warning| Canonical {
            text: text.trim_end_matches(['.', '。', '!', '！', '?', '？']).to_owned(),
            chinese,
            headline: self.asks_headline(words),
            free: true,
            warnings: vec![warning],
        };
        let Some(found) = Found::in_text(&text) else {
            let limit = "no facts in the form `kind; key=value`: the text will name no figures";
            return free(&text, Warning::Limit(limit.to_owned()));
        };
        let Some((name, kind)) = self.kind(found.kind) else {
            return free(found.before, Warning::UnknownWords(vec![found.kind.to_owned()]));
        };
        let mut reading = Reading::new(&self.0, name, kind);
        for part in found.after.trim_end_matches(['.', '。', ' ']).split(';') {
            reading.part(part);
        }
        let headline = self.asks_headline(found.before);
        Canonical {
            text: reading.spell(),
            chinese,
            headline,
            free: false,
            warnings: reading.warnings(),
        }
    }

    fn asks_headline(&self, words: &str) -> bool {
        let words = words.to_lowercase();
        self.0.format.headline_words.iter().any(|asked| words.contains(asked))
    }

    /// The kind of a word; a Chinese instruction may be glued before it: 写一则天气.
    fn kind(&self, word: &str) -> Option<(&String, &Kind)> {
        let mut glued = false;
        let starts = word.char_indices().filter(|(at, character)| {
            let start = *at == 0 || glued;
            glued = is_han(*character);
            start
        });
        let mut tails = starts.filter_map(|(at, _)| word.get(at..)).map(str::to_lowercase);
        tails.find_map(|tail| {
            let aliased = || self.0.kinds.iter().find(|(_, kind)| kind.aliases.contains(&tail));
            self.0.kinds.get_key_value(&tail).or_else(aliased)
        })
    }
}

/// Where the facts of a prompt begin.
struct Found<'a> {
    before: &'a str,
    kind: &'a str,
    after: &'a str,
}

impl<'a> Found<'a> {
    /// The first `word;` that a `key=` follows.
    fn in_text(text: &'a str) -> Option<Self> {
        text.match_indices(';').find_map(|(at, _)| {
            let (left, after) = (text.get(..at)?.trim_end(), text.get(at + 1..)?.trim_start());
            let key_end = after.find(|c| !is_word(c)).filter(|end| *end > 0)?;
            let key = after.starts_with(|c: char| !c.is_numeric());
            let assigned = after.get(key_end..)?.trim_start().starts_with('=');
            let run = left.trim_end_matches(is_word).len();
            let kind = left.get(run..)?.trim_start_matches(char::is_numeric);
            let before = left.get(..left.len() - kind.len())?;
            (key && assigned && !kind.is_empty()).then_some(Self { before, kind, after })
        })
    }
}

/// The facts read so far.
struct Reading<'a> {
    schema: &'a Schema,
    name: &'a str,
    kind: &'a Kind,
    given: Vec<Option<String>>,
    unknown: Vec<String>,
    limits: Vec<String>,
}

impl<'a> Reading<'a> {
    fn new(schema: &'a Schema, name: &'a str, kind: &'a Kind) -> Self {
        let given = vec![None; kind.keys.len()];
        Self { schema, name, kind, given, unknown: Vec::new(), limits: Vec::new() }
    }

    /// Reads `key=value`.
    fn part(&mut self, part: &str) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let (name, value) = (name.trim(), value.trim());
        let lower = name.to_lowercase();
        let named = self.kind.keys.iter().position(|key| key.key == lower);
        let aliased = || self.kind.keys.iter().position(|key| key.aliases.contains(&lower));
        let Some((at, key)) =
            named.or_else(aliased).and_then(|at| Some((at, self.kind.keys.get(at)?)))
        else {
            self.unknown.extend((!name.is_empty()).then(|| name.to_owned()));
            return;
        };
        if !key.shape.fits(value) {
            self.limits
                .push(format!("`{name}` was left out: `{value}` is not {}", key.shape.says()));
            return;
        }
        let known = self.schema.known.get(&key.key);
        if known.is_some_and(|languages| !languages.values().flatten().any(|known| known == value))
        {
            self.unknown.push(value.to_owned());
        }
        let value = match key.shape {
            Shape::Text => value.to_owned(),
            _ => value.trim_start_matches('+').replace(' ', ""),
        };
        if let Some(place) = self.given.get_mut(at) {
            *place = Some(value);
        }
    }

    fn spell(&self) -> String {
        let given = self.kind.keys.iter().zip(&self.given);
        let facts =
            given.filter_map(|(key, value)| Some(format!("; {}={}", key.key, value.as_ref()?)));
        self.name.to_owned() + &facts.collect::<String>()
    }

    fn warnings(self) -> Vec<Warning> {
        let unknown = (!self.unknown.is_empty()).then_some(Warning::UnknownWords(self.unknown));
        unknown.into_iter().chain(self.limits.into_iter().map(Warning::Limit)).collect()
    }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn is_han(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn facts() -> Facts {
        serde_json::from_value(serde_json::json!({
            "format": {"headline_words": ["headline", "标题"], "special": {
                "end": {"token": "<|end|>"}, "start": {"token": "<|facts|>"}, "en": {"token": "<|en|>"},
                "zh": {"token": "<|zh|>"}, "headline": {"token": "<|headline|>"}}},
            "defaults": {"prompt_tokens_max": 120},
            "kinds": {
                "river": {"aliases": ["河流", "水位"], "keys": [
                    {"key": "name", "shape": "text", "aliases": ["河名"]},
                    {"key": "day", "shape": "text"},
                    {"key": "level_cm", "shape": "number", "aliases": ["水位"]},
                    {"key": "change_cm", "shape": "number"}]},
                "match": {"keys": [
                    {"key": "home", "shape": "text"}, {"key": "score", "shape": "score"},
                    {"key": "start", "shape": "time"}]},
            },
            "known": {"day": {"en": ["Monday", "Tuesday"], "zh": ["周一"]}},
        }))
        .unwrap()
    }

    #[test]
    fn facts_are_read_in_the_order_of_the_schema() {
        let cases = [
            ("river; name=Elbe; level_cm=412", "river; name=Elbe; level_cm=412", false, false),
            (
                "Brief on the RIVER ;level_cm = +412 ; name= Elbe .",
                "river; name=Elbe; level_cm=412",
                false,
                false,
            ),
            (
                "写一则水位；河名＝长江；水位＝1893。",
                "river; name=长江; level_cm=1893",
                true,
                false,
            ),
            (
                "A headline please: match; home=Jena; score=2 : 1",
                "match; home=Jena; score=2:1",
                false,
                true,
            ),
            ("标题：river; change_cm=-3.5", "river; change_cm=-3.5", true, true),
            ("one; two; river; name=Inn", "river; name=Inn", false, false),
        ];
        for (prompt, text, chinese, headline) in cases {
            let read = facts().canonical(prompt);
            assert_eq!(
                (read.text.as_str(), read.chinese, read.headline),
                (text, chinese, headline)
            );
            assert_eq!(read.warnings, [], "{prompt}");
        }
    }

    #[test]
    fn what_is_left_out_is_said() {
        let limit = |text: &str| Warning::Limit(text.to_owned());
        let unknown =
            |words: &[&str]| Warning::UnknownWords(words.iter().map(ToString::to_string).collect());
        let cases = [
            (
                "the Elbe rises.",
                "the Elbe rises",
                limit("no facts in the form `kind; key=value`: the text will name no figures"),
            ),
            ("opera; name=Aida", "opera; name=Aida", unknown(&["opera"])),
            ("river; depth=4; name=Inn", "river; name=Inn", unknown(&["depth"])),
            ("river; day=Doomsday", "river; day=Doomsday", unknown(&["Doomsday"])),
            (
                "match; score=many",
                "match",
                limit("`score` was left out: `many` is not a score like 2-1"),
            ),
        ];
        for (prompt, text, warning) in cases {
            let read = facts().canonical(prompt);
            assert_eq!((read.text.as_str(), read.warnings.as_slice()), (text, &[warning][..]));
        }
    }

    proptest! {
        #[test]
        fn control_tokens_cannot_be_typed(prompt in "(<\\|{1,3}|[a-z;= ]|\\PC){0,40}") {
            prop_assert!(!facts().canonical(&prompt).text.contains("<|"));
        }

        #[test]
        fn a_canonical_prompt_is_its_own(level in -999_i32..999, name in "[A-Z][a-z]{1,9}") {
            let text = format!("river; name={name}; level_cm={level}");
            prop_assert_eq!(facts().canonical(&text).text, text);
        }
    }
}
