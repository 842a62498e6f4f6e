//! MinHash of a text's shingles (Broder 1997): the share of equal minima estimates how many
//! shingles two texts have in common.

use sha2::{Digest as _, Sha256};
use types::TextFingerprint;
use unicode_normalization::UnicodeNormalization as _;

/// Units in a shingle: words, or characters where a script writes no spaces. Words alone also say
/// what is common to a language, and pairs in their order break at every edit: together they stand
/// twice as many edits as threes do, and unrelated texts stay far.
const SHINGLES: [usize; 2] = [1, 2];

/// The fingerprint of a text.
///
/// Case, punctuation, spaces, full-width forms and invisible characters do not change it. All texts
/// without letters and digits are the same.
#[must_use]
pub fn text(text: &str) -> TextFingerprint {
    let units = units(text);
    let mut minima = [u32::MAX; 64];
    for shingle in SHINGLES.iter().flat_map(|length| units.windows(*length)) {
        let hash = hash(shingle);
        for (minimum, permutation) in minima.iter_mut().zip(0..) {
            *minimum = (*minimum).min(permuted(hash, permutation));
        }
    }
    TextFingerprint(minima)
}

/// Words in lower case without their punctuation; ideographs one by one.
fn units(text: &str) -> Vec<String> {
    let mut units = Vec::new();
    let mut word = String::new();
    for character in text.nfkc().flat_map(char::to_lowercase) {
        if stands_alone(character) {
            units.extend(take(&mut word));
            units.push(character.to_string());
        } else if character.is_alphanumeric() {
            word.push(character);
        } else if !joins(character) {
            units.extend(take(&mut word));
        }
    }
    units.extend(take(&mut word));
    units
}

fn take(word: &mut String) -> Option<String> {
    (!word.is_empty()).then(|| std::mem::take(word))
}

/// Scripts without spaces between words: Han, kana, Thai, Lao, Khmer, Burmese.
const fn stands_alone(character: char) -> bool {
    matches!(character,
        '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}'
        | '\u{0e01}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
}

/// What stands inside a word without ending it: apostrophes, soft hyphens, accents, invisible
/// characters and the variation selectors that carry text manifests.
const fn joins(character: char) -> bool {
    matches!(character,
        '\'' | '\u{2019}' | '\u{00ad}' | '\u{0300}'..='\u{036f}' | '\u{200b}'..='\u{200f}'
        | '\u{2060}'..='\u{2064}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0100}'..='\u{e01ef}')
}

/// The first 64 bits of the SHA-256 of the units, each ended by a NUL.
fn hash(shingle: &[String]) -> u64 {
    let digest =
        shingle.iter().fold(Sha256::new(), |hash, unit| hash.chain_update(unit).chain_update([0]));
    digest.finalize().iter().take(8).fold(0, |hash, byte| hash << 8 | u64::from(*byte))
}

/// One of 64 orders of all hashes: the finaliser of SplitMix64 (Steele, Lea and Flood 2014) after
/// as many golden steps.
const fn permuted(hash: u64, permutation: u64) -> u32 {
    let mut z = hash ^ 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(permutation + 1);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    const BRIEF: &str = "The harbour bridge in Aldmoor will close on Monday for repairs. The town \
        council expects the work to take six weeks and to cost 1.4 million crowns.";
    const CHINESE: &str =
        "市政府周一宣布，港口大桥将于下月关闭维修，预计工期六周，耗资一百四十万元。";

    #[test]
    fn words_and_ideographs_are_units() {
        let cases = [
            ("Don’t stop—it's 5.5%!", vec!["dont", "stop", "its", "5", "5"]),
            ("ＡＢＣ　１２", vec!["abc", "12"]),
            ("港口bridge大桥", vec!["港", "口", "bridge", "大", "桥"]),
            ("in\u{200b}visi\u{fe0f}ble", vec!["invisible"]),
            (" ...\n", vec![]),
        ];
        for (text, expected) in cases {
            assert_eq!(units(text), expected, "{text}");
        }
    }

    #[test]
    fn presentation_does_not_matter() {
        let same = [
            (BRIEF, BRIEF.to_uppercase()),
            (BRIEF, BRIEF.replace(' ', "\n ").replace('.', " …")),
            (BRIEF, BRIEF.replace('e', "e\u{200d}")),
            (CHINESE, CHINESE.replace('，', " , ")),
        ];
        for (text_a, text_b) in same {
            assert_eq!(text(text_a), text(&text_b), "{text_b}");
        }
    }

    #[test]
    fn light_changes_stay_near_and_other_texts_are_far() {
        let other = "Rain is forecast for the northern districts until Thursday, and farmers there \
            say that they welcome it after the driest spring in forty years.";
        let cases = [
            (BRIEF.replace("six weeks", "seven weeks"), 0.7..1.0),
            (BRIEF.replace("harbour", "old").replace("town", "").replace("work", "job"), 0.5..1.0),
            (format!("{BRIEF} Traffic will be diverted."), 0.6..1.0),
            (other.to_owned(), 0.0..0.3),
        ];
        for (changed, expected) in cases {
            let similarity = text(BRIEF).similarity(&text(&changed));
            assert!(expected.contains(&similarity), "{similarity}: {changed}");
        }
        let changed = text(CHINESE).similarity(&text(&CHINESE.replace("六周", "七周")));
        assert!((0.7..1.0).contains(&changed), "{changed}");
    }

    #[test]
    fn fingerprints_stay_what_they_are_in_registries() {
        let TextFingerprint(minima) = text(BRIEF);
        assert_eq!(minima[..4], [63_023_068, 52_881_085, 15_504_612, 41_760_945]);
    }

    #[test]
    fn texts_without_words_are_alike() {
        assert_eq!(text(""), text("?!"));
        assert_ne!(text(""), text("a"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_a_fingerprint(a: String, b: String) {
            let similarity = text(&a).similarity(&text(&b));
            proptest::prop_assert!((0.0..=1.0).contains(&similarity));
        }
    }
}
