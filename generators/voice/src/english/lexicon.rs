//! Pronunciations of 118,000 words: the CMU dictionary, packed.
//!
//! `data/lexicon.z` is made by `examples/letters.rs`; its licence lies beside it.

use std::sync::OnceLock;

use super::{
    code::{Arpa, decode},
    letters::LetterRules,
};

const PACKED: &[u8] = include_bytes!("../../data/lexicon.z");
const RULES: &[u8] = include_bytes!("../../data/letters.z");
/// Every so many words one is kept in full, to search among.
const STRIDE: usize = 16;

/// The unpacked dictionary.
#[derive(Debug)]
struct Lexicon {
    spelling: Vec<u8>,
    sounds: Vec<u8>,
    /// First words of strides, with where they start in `spelling` and in `sounds`.
    strides: Vec<(Vec<u8>, usize, usize)>,
}

impl Lexicon {
    /// An empty one where the bytes are damaged, which a test rules out.
    fn unpack() -> Self {
        let bytes = miniz_oxide::inflate::decompress_to_vec(PACKED).unwrap_or_default();
        let (length, rest) = bytes.split_at_checked(4).unwrap_or((&[0; 4], &[]));
        let length = length.try_into().map_or(0, u32::from_le_bytes) as usize;
        let (spelling, sounds) = rest.split_at_checked(length).unwrap_or((&[], &[]));
        let mut lexicon =
            Self { spelling: spelling.to_vec(), sounds: sounds.to_vec(), strides: Vec::new() };
        let (mut word, mut at, mut sound, mut count) = (Vec::new(), 0, 0, 0);
        while at < lexicon.spelling.len() {
            let next = lexicon.step(&mut word, at);
            if count % STRIDE == 0 {
                lexicon.strides.push((word.clone(), at, sound));
            }
            sound = lexicon.after(sound);
            at = next;
            count += 1;
        }
        lexicon
    }

    /// Reads the word at `at` over the one before it; gives where the next one is.
    fn step(&self, word: &mut Vec<u8>, at: usize) -> usize {
        word.truncate(usize::from(self.spelling.get(at).copied().unwrap_or(0)));
        let letters = self.spelling.iter().skip(at + 1).take_while(|byte| **byte >= b'\'');
        let before = word.len();
        word.extend(letters);
        at + 1 + word.len() - before
    }

    /// Where the sounds of the next word are.
    fn after(&self, sound: usize) -> usize {
        let rest = self.sounds.get(sound..).unwrap_or_default();
        sound + rest.iter().position(|code| *code == 0).unwrap_or(0) + 1
    }

    fn find(&self, wanted: &[u8]) -> Option<Vec<Arpa>> {
        let stride = self.strides.partition_point(|(word, ..)| word.as_slice() <= wanted);
        let (first, mut at, mut sound) = self.strides.get(stride.checked_sub(1)?)?.clone();
        let mut word = first;
        // The first word of a stride is known in full; its entry only says how it shares letters.
        for index in 0..STRIDE {
            if index > 0 {
                at = self.step(&mut word, at);
            } else {
                let mut same = word.clone();
                at = self.step(&mut same, at);
            }
            if word == wanted {
                let rest = self.sounds.get(sound..)?;
                return Some(
                    rest.iter().take_while(|c| **c > 0).filter_map(|c| decode(*c)).collect(),
                );
            }
            sound = self.after(sound);
        }
        None
    }
}

fn lexicon() -> &'static Lexicon {
    static LEXICON: OnceLock<Lexicon> = OnceLock::new();
    LEXICON.get_or_init(Lexicon::unpack)
}

/// The dictionary's pronunciation of a word in small letters.
pub(crate) fn known(word: &str) -> Option<Vec<Arpa>> {
    lexicon().find(word.as_bytes())
}

/// What the letters of a word suggest.
pub(crate) fn guessed(word: &str) -> Vec<Arpa> {
    static LETTERS: OnceLock<Option<LetterRules>> = OnceLock::new();
    let rules = LETTERS.get_or_init(|| {
        LetterRules::from_bytes(&miniz_oxide::inflate::decompress_to_vec(RULES).ok()?)
    });
    rules.as_ref().map(|rules| rules.read(word)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(phones: &[Arpa]) -> String {
        phones.iter().map(|phone| phone.name).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn words_are_found_first_last_and_between() {
        assert_eq!(written(&known("government").unwrap()), "G AH V ER M AH N T");
        assert_eq!(written(&known("zurich").unwrap()), "Z UH R IH K");
        assert_eq!(written(&known("a").unwrap()), "AH");
        assert_eq!(written(&known("they're").unwrap()), "DH EH R");
        assert_eq!(known("imprimaturs"), None);
        let lexicon = lexicon();
        assert!(lexicon.strides.len() > 7000);
        for (word, ..) in lexicon.strides.iter().step_by(97) {
            assert!(lexicon.find(word).is_some(), "{:?}", String::from_utf8_lossy(word));
        }
    }

    #[test]
    fn unknown_words_are_read_by_their_letters() {
        assert_eq!(written(&guessed("brindle")), "B R IH N D AH L");
        assert!(guessed("").is_empty());
        assert!(guessed("ztrw").iter().all(|phone| !phone.is_vowel()));
    }
}
