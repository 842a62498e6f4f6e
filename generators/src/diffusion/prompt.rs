//! From a prompt to the words of one scene.
//!
//! A picture shows one word of each kind. Words that the prompt leaves open are chosen by the
//! seed from those that suit the others: `a red car` becomes `car, road, plain, clear, day, red`.

use std::collections::HashSet;

use chacha20::{ChaCha8Rng, rand_core::Rng as _};

use super::vocabulary::{Kind, Vocabulary, Word};
use crate::Warning;

/// What a prompt says to a model.
#[derive(Debug, Default)]
pub(crate) struct Scene {
    /// One word of each kind that the picture shows.
    pub(crate) words: Vec<Word>,
    /// What of the prompt the picture will not show.
    pub(crate) warnings: Vec<Warning>,
}

impl Scene {
    /// Reads `prompt`, and completes what it leaves open.
    pub(crate) fn read(prompt: &str, vocabulary: &Vocabulary, rng: &mut ChaCha8Rng) -> Self {
        let (named, unknown) = named(&tokens(prompt), vocabulary);
        let mut scene = Self::default();
        let mut left_out = Vec::new();
        for word in named {
            let rival = scene.words.iter().any(|&other| vocabulary.rivals(word, other));
            if !rival {
                scene.words.push(word);
            } else if !scene.words.contains(&word) && !left_out.contains(&word) {
                left_out.push(word);
            }
        }
        scene.drop_loose_attributes(vocabulary, &mut left_out);
        scene.complete(vocabulary, rng);
        scene.warn(unknown, &left_out, vocabulary);
        scene
    }

    /// A colour needs a thing that can have it.
    fn drop_loose_attributes(&mut self, vocabulary: &Vocabulary, left_out: &mut Vec<Word>) {
        let all = self.words.clone();
        self.words.retain(|&word| {
            let describes = vocabulary.kind(word).is_some_and(|kind| kind.of.is_some());
            let kept = !describes || all.iter().any(|&thing| vocabulary.suits(thing, word));
            if !kept {
                left_out.push(word);
            }
            kept
        });
    }

    fn complete(&mut self, vocabulary: &Vocabulary, rng: &mut ChaCha8Rng) {
        for kind in vocabulary.kinds() {
            if self.words.iter().any(|word| kind.words.contains(word)) {
                continue;
            }
            let candidates = self.candidates(kind, vocabulary);
            if !candidates.is_empty() {
                let place = rng.next_u32() as usize % candidates.len();
                self.words.extend(candidates.get(place));
            }
        }
    }

    /// Words of `kind` that suit the first word that has an opinion, else the usual ones.
    fn candidates(&self, kind: &Kind, vocabulary: &Vocabulary) -> Vec<Word> {
        let suiting = self.words.iter().map(|&word| {
            let suits = |other: &Word| vocabulary.suits(word, *other);
            kind.words.iter().copied().filter(suits).collect::<Vec<_>>()
        });
        suiting.into_iter().find(|words| !words.is_empty()).unwrap_or_else(|| {
            kind.words.iter().copied().filter(|&word| vocabulary.is_usual(word)).collect()
        })
    }

    fn warn(&mut self, unknown: Vec<String>, left_out: &[Word], vocabulary: &Vocabulary) {
        if !unknown.is_empty() {
            self.warnings.push(Warning::UnknownWords(unknown));
        }
        for &word in left_out {
            let kind = vocabulary.kind(word).map_or("", |kind| kind.name.as_str());
            let word = vocabulary.spelling(word);
            self.warnings.push(Warning::Limit(format!(
                "the picture shows one {kind} that suits the scene; `{word}` was left out"
            )));
        }
    }
}

/// Words of the model in their order in the prompt, and the tokens that are none.
fn named(mut tokens: &[String], vocabulary: &Vocabulary) -> (Vec<Word>, Vec<String>) {
    let (mut words, mut unknown) = (Vec::new(), Vec::<String>::new());
    let mut after_unknown_han = false;
    while let Some((first, rest)) = tokens.split_first() {
        let mut unknown_han = false;
        if let Some((word, count)) = vocabulary.longest(tokens) {
            words.push(word);
            tokens = tokens.get(count..).unwrap_or_default();
        } else {
            tokens = rest;
            if !vocabulary.ignores(first) {
                unknown_han = first.chars().all(is_han);
                match unknown.last_mut().filter(|_| unknown_han && after_unknown_han) {
                    Some(last) => last.push_str(first),
                    None => unknown.push(first.clone()),
                }
            }
        }
        after_unknown_han = unknown_han;
    }
    let mut seen = HashSet::new();
    unknown.retain(|word| seen.insert(word.clone()));
    (words, unknown)
}

/// Lower-case runs of letters and digits; each Chinese character is one token.
pub(crate) fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut run = String::new();
    for character in text.chars().flat_map(char::to_lowercase) {
        if character.is_alphanumeric() && !is_han(character) {
            run.push(character);
            continue;
        }
        if !run.is_empty() {
            tokens.push(std::mem::take(&mut run));
        }
        if is_han(character) {
            tokens.push(character.to_string());
        }
    }
    tokens.extend(Some(run).filter(|run| !run.is_empty()));
    tokens
}

fn is_han(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use chacha20::rand_core::SeedableRng as _;
    use proptest::prelude::*;

    use super::{super::vocabulary::starter, *};

    fn read(prompt: &str, seed: u64) -> (Vec<String>, Vec<Warning>) {
        let vocabulary = starter();
        let scene = Scene::read(prompt, &vocabulary, &mut ChaCha8Rng::seed_from_u64(seed));
        let spelling = |&word: &Word| vocabulary.spelling(word).to_owned();
        (scene.words.iter().map(spelling).collect(), scene.warnings)
    }

    #[test]
    fn what_a_prompt_names_is_in_the_scene() {
        let cases: [(&str, &[&str]); 7] = [
            ("a harbour at dawn", &["harbour", "dawn"]),
            ("A lighthouse on a clear day.", &["lighthouse", "clear", "day"]),
            ("the red car's road in winter", &["red", "car", "road", "snow"]),
            ("hot-air balloon over mountains", &["balloon", "mountains"]),
            ("黎明的港口", &["dawn", "harbour"]),
            ("下雨的夜晚，城市里的一辆红色汽车", &["rain", "night", "skyline", "red", "car"]),
            ("city skyline at night", &["skyline", "night"]),
        ];
        for (prompt, expected) in cases {
            let (words, warnings) = read(prompt, 1);
            assert_eq!(&words[..expected.len()], expected, "{prompt}");
            assert_eq!(warnings, [], "{prompt}");
        }
    }

    #[test]
    fn what_cannot_be_shown_is_told() {
        let unknown =
            |words: &[&str]| Warning::UnknownWords(words.iter().map(ToString::to_string).collect());
        let cases = [
            ("a zebra at dawn, a zebra", unknown(&["zebra"])),
            ("港口里的熊猫", unknown(&["熊猫"])),
        ];
        for (prompt, expected) in cases {
            assert_eq!(read(prompt, 1).1, [expected], "{prompt}");
        }
        for (prompt, word) in [("a boat and a car", "`car`"), ("a red lighthouse", "`red`")] {
            let warning = read(prompt, 1).1[0].to_string();
            assert!(warning.contains(word) && warning.contains("left out"), "{warning}");
        }
    }

    #[test]
    fn the_seed_chooses_what_the_prompt_leaves_open() {
        let scenes: HashSet<_> = (0..40).map(|s| read("a car", s).0).collect();
        assert!(scenes.len() > 3, "{scenes:?}");
        assert_eq!(read("a car", 7).0, read("a car", 7).0);
    }

    proptest! {
        #[test]
        fn any_prompt_gives_one_word_of_a_kind(prompt in "\\PC{0,60}", seed: u64) {
            static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(starter);
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let scene = Scene::read(&prompt, &VOCABULARY, &mut rng);
            for kind in VOCABULARY.kinds() {
                let count = scene.words.iter().filter(|word| kind.words.contains(word)).count();
                prop_assert!(count <= 1);
            }
            prop_assert!(scene.words.len() >= 4);
        }
    }
}
