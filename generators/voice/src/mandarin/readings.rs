//! Words and how their characters are read.

use std::{collections::HashMap, sync::OnceLock};

use pinyin::ToPinyin;

use super::Syllable;

const PHRASES: &str = include_str!("../../data/phrases.txt");
const LONGEST: usize = 5;

fn phrases() -> &'static HashMap<&'static str, Vec<Syllable>> {
    static ALL: OnceLock<HashMap<&'static str, Vec<Syllable>>> = OnceLock::new();
    ALL.get_or_init(|| {
        let row = |row: &'static str| {
            let (word, read) = row.split_once(' ')?;
            Some((word, read.split(' ').filter_map(syllable).collect()))
        };
        PHRASES.lines().filter_map(row).collect()
    })
}

/// `r5` marks a curled ending and has no sound of its own.
fn syllable(pinyin: &str) -> Option<Syllable> {
    if pinyin == "r5" {
        return Some(Syllable { initial: "", rime: "er", tone: 5, curled: true });
    }
    Syllable::parse(pinyin)
}

/// Whether a character can be read.
pub(crate) fn is_known(c: char) -> bool {
    c.to_pinyin().is_some() || one(c).is_some()
}

fn one(c: char) -> Option<Syllable> {
    let mut buffer = [0; 4];
    if let Some([only]) = phrases().get(&*c.encode_utf8(&mut buffer)).map(Vec::as_slice) {
        return Some(*only);
    }
    Syllable::parse(c.to_pinyin()?.with_tone_num_end())
}

/// A word with its syllables.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) syllables: Vec<Syllable>,
}

/// Cuts characters into words, the longest known first, and reads them. What is in no word
/// stands alone.
pub(crate) fn words(text: &str) -> Vec<Word> {
    let characters: Vec<char> = text.chars().collect();
    let mut words = Vec::new();
    let mut at = 0;
    while at < characters.len() {
        let known = (2..=LONGEST.min(characters.len() - at)).rev().find_map(|length| {
            let text: String = characters.get(at..at + length)?.iter().collect();
            let syllables = phrases().get(text.as_str())?.clone();
            Some((length, Word { text, syllables }))
        });
        if let Some((length, word)) = known {
            at += length;
            words.push(word);
            continue;
        }
        if let Some(c) = characters.get(at) {
            let syllables = one(*c).into_iter().collect();
            words.push(Word { text: c.to_string(), syllables });
        }
        at += 1;
    }
    words.iter_mut().for_each(curl);
    words
}

/// Puts a curled ending on the syllable before it.
fn curl(word: &mut Word) {
    if word.syllables.last().is_some_and(|last| last.curled) && word.syllables.len() > 1 {
        word.syllables.pop();
        if let Some(last) = word.syllables.last_mut() {
            last.curled = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let said: Vec<String> = words(text)
            .iter()
            .flat_map(|word| word.syllables.clone())
            .map(|s| {
                format!("{}{}{}{}", s.initial, s.rime, s.tone, if s.curled { "r" } else { "" })
            })
            .collect();
        assert_eq!(said.join(" "), expected, "{text}");
    }

    #[test]
    fn the_word_decides_how_a_character_is_read() {
        check(
            "银行",
            "in2 h ang2".replace(' ', "").as_str().replace("in2hang2", "in2 hang2").as_str(),
        );
        check("行走", "xing2 zou3");
        check("重要重复", "zhong4 iao4 chong2 fu4");
        check("长大长度", "zhang3 da4 chang2 du4");
        check("一会儿", "i2 hui4r");
    }

    #[test]
    fn every_row_of_the_list_has_a_syllable_for_each_character() {
        for row in PHRASES.lines() {
            let (word, read) = row.split_once(' ').unwrap();
            assert_eq!(word.chars().count(), read.split(' ').count(), "{row}");
            assert!(read.split(' ').all(|pinyin| syllable(pinyin).is_some()), "{row}");
        }
    }

    #[test]
    fn every_reading_of_the_common_characters_can_be_said() {
        let mut missing = Vec::new();
        for c in '\u{4e00}'..='\u{9fa5}' {
            if c.to_pinyin().is_some() && one(c).is_none() {
                missing.push(c);
            }
        }
        assert!(missing.len() < 12, "{missing:?}");
    }
}
