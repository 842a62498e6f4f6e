//! The words a model was trained on, as `vocabulary.json` lists them, and other words for them.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;

use super::prompt::tokens;

/// A word of the model, by its place in the list.
pub(crate) type Word = usize;

/// The words of a model.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    words: Vec<String>,
    /// In the order in which a scene is completed.
    kinds: Vec<Kind>,
    /// The kind of each word, by its place in `kinds`.
    kind_of: Vec<usize>,
    goes_with: HashMap<Word, Vec<Word>>,
    usual: Vec<Word>,
    phrases: HashMap<Vec<String>, Word>,
    /// Tokens of the longest phrase.
    phrase_tokens_max: usize,
    ignored: HashSet<String>,
}

/// Words of which a picture shows one: times of day, objects, colours.
#[derive(Debug)]
pub(crate) struct Kind {
    /// Its name.
    pub(crate) name: String,
    /// The kind that words of this one describe, as colours do objects.
    pub(crate) of: Option<String>,
    /// Its words.
    pub(crate) words: Vec<Word>,
}

/// `vocabulary.json`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    words: Vec<String>,
    kinds: Vec<KindContent>,
    goes_with: HashMap<String, Vec<String>>,
    usual: Vec<String>,
    also: HashMap<String, Vec<String>>,
    ignored: HashSet<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct KindContent {
    name: String,
    of: Option<String>,
    words: Vec<String>,
}

impl Vocabulary {
    /// Reads and checks a vocabulary.
    ///
    /// # Errors
    /// What is wrong with it, as a sentence.
    pub(crate) fn parse(json: &[u8]) -> Result<Self, String> {
        let content: Content = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        let places: HashMap<&str, Word> =
            content.words.iter().enumerate().map(|(place, word)| (word.as_str(), place)).collect();
        let word = |name: &String| {
            places.get(name.as_str()).copied().ok_or_else(|| format!("`{name}` is not in `words`"))
        };
        let list = |names: &[String]| names.iter().map(word).collect::<Result<Vec<_>, _>>();
        let kinds = content
            .kinds
            .iter()
            .map(|kind| {
                let words = list(&kind.words)?;
                Ok(Kind { name: kind.name.clone(), of: kind.of.clone(), words })
            })
            .collect::<Result<Vec<_>, String>>()?;
        let goes_with = content
            .goes_with
            .iter()
            .map(|(name, others)| Ok((word(name)?, list(others)?)))
            .collect::<Result<HashMap<_, _>, String>>()?;
        let own = content.words.iter().map(|name| (name, name));
        let also = content.also.iter().flat_map(|(name, all)| all.iter().map(move |a| (a, name)));
        let phrases = own
            .chain(also)
            .map(|(phrase, name)| Ok((tokens(phrase), word(name)?)))
            .collect::<Result<HashMap<_, _>, String>>()?;
        Ok(Self {
            kind_of: kind_of(&content.words, &kinds)?,
            phrase_tokens_max: phrases.keys().map(Vec::len).max().unwrap_or(0),
            usual: list(&content.usual)?,
            ignored: content.ignored,
            words: content.words,
            kinds,
            goes_with,
            phrases,
        })
    }

    /// How many words there are.
    pub(crate) fn len(&self) -> usize {
        self.words.len()
    }

    /// A word's spelling.
    pub(crate) fn spelling(&self, word: Word) -> &str {
        self.words.get(word).map_or("", String::as_str)
    }

    /// All kinds, in the order in which a scene is completed.
    pub(crate) fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// Whether two words are of the same kind, so that a picture shows only one of them.
    pub(crate) fn rivals(&self, one: Word, other: Word) -> bool {
        self.kind_of.get(one) == self.kind_of.get(other)
    }

    /// Whether `other` suits a picture of `word`.
    pub(crate) fn suits(&self, word: Word, other: Word) -> bool {
        self.goes_with.get(&word).is_some_and(|others| others.contains(&other))
    }

    /// Whether a word may be chosen when nothing else decides.
    pub(crate) fn is_usual(&self, word: Word) -> bool {
        self.usual.contains(&word)
    }

    /// The kind of a word.
    pub(crate) fn kind(&self, word: Word) -> Option<&Kind> {
        self.kind_of.get(word).and_then(|place| self.kinds.get(*place))
    }

    /// Whether a token carries no meaning for the picture.
    pub(crate) fn ignores(&self, token: &str) -> bool {
        self.ignored.contains(token)
    }

    /// The word that the longest beginning of `tokens` stands for, and how many tokens that is.
    pub(crate) fn longest(&self, tokens: &[String]) -> Option<(Word, usize)> {
        let most = self.phrase_tokens_max.min(tokens.len());
        (1..=most).rev().find_map(|count| {
            let phrase = tokens.get(..count)?;
            self.phrase(phrase).map(|word| (word, count))
        })
    }

    /// Finds a phrase, also when its last word is an English plural.
    fn phrase(&self, phrase: &[String]) -> Option<Word> {
        let (last, before) = phrase.split_last()?;
        let singular = |ending: &str, instead: &str| {
            let stem = last.strip_suffix(ending)?;
            let mut tokens = before.to_vec();
            tokens.push(format!("{stem}{instead}"));
            self.phrases.get(&tokens)
        };
        let found = self.phrases.get(phrase).or_else(|| singular("s", ""));
        found.or_else(|| singular("es", "")).or_else(|| singular("ies", "y")).copied()
    }
}

fn kind_of(words: &[String], kinds: &[Kind]) -> Result<Vec<usize>, String> {
    let place = |word| kinds.iter().position(|kind| kind.words.contains(&word));
    let missing = |word: &String| format!("`{word}` is of no kind");
    words.iter().enumerate().map(|(i, word)| place(i).ok_or_else(|| missing(word))).collect()
}

#[cfg(test)]
pub(crate) fn starter() -> Vocabulary {
    Vocabulary::parse(include_bytes!("../../starter/image/vocabulary.json")).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_words_stand_for_the_words_of_the_model() {
        let vocabulary = starter();
        let cases = [
            ("harbor", "harbour"),
            ("harbours", "harbour"),
            ("port", "harbour"),
            ("Sunrise", "dawn"),
            ("churches", "church"),
            ("ferries", "boat"),
            ("hot air balloons", "balloon"),
            ("hill", "hills"),
            ("港口", "harbour"),
            ("黎明", "dawn"),
            ("热气球", "balloon"),
        ];
        for (text, expected) in cases {
            let tokens = tokens(text);
            let (word, count) = vocabulary.longest(&tokens).unwrap();
            assert_eq!((vocabulary.spelling(word), count), (expected, tokens.len()), "{text}");
        }
    }

    #[test]
    fn a_wrong_vocabulary_names_the_word() {
        let json = r#"{"words": ["sea"], "kinds": [{"name": "ground", "words": ["lake"]}],
                       "goes_with": {}, "usual": [], "also": {}, "ignored": []}"#;
        assert!(Vocabulary::parse(json.as_bytes()).unwrap_err().contains("`lake`"));
        let json = json.replace("[\"lake\"]", "[]");
        assert!(Vocabulary::parse(json.as_bytes()).unwrap_err().contains("`sea` is of no kind"));
    }
}
