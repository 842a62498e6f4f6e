//! Characters by their sound, and words that sound the same.

use std::{collections::HashMap, sync::LazyLock};

use super::words::{CHINESE, Entry};
use crate::packed::unpack;

/// Two readings of a character, without tones, as numbers; the usual one first.
static READINGS: LazyLock<HashMap<char, [u16; 2]>> = LazyLock::new(readings);
/// Words of at least two characters by the hash of how they sound, sorted.
static SOUNDING: LazyLock<Vec<(u32, u32)>> = LazyLock::new(sounding);

fn readings() -> HashMap<char, [u16; 2]> {
    let mut readings: HashMap<char, [u16; 2]> = HashMap::new();
    let mut numbers: HashMap<String, u16> = HashMap::new();
    for line in unpack(include_bytes!("../../../data/chinese.sounds")).lines() {
        let Some((sound, characters)) = line.split_once(' ') else { continue };
        let Some((sound, rank)) = sound.split_at_checked(sound.len().saturating_sub(1)) else {
            continue;
        };
        let next = u16::try_from(numbers.len() + 1).unwrap_or(u16::MAX);
        let number = *numbers.entry(sound.to_owned()).or_insert(next);
        for c in characters.chars() {
            let both = readings.entry(c).or_default();
            let [first, second] = both;
            *(if rank == "0" { first } else { second }) = number;
        }
    }
    readings
}

fn sounding() -> Vec<(u32, u32)> {
    let mut rows = Vec::with_capacity(CHINESE.rows());
    for row in 0..CHINESE.rows() {
        let (word, entry) = CHINESE.row(row);
        if word.len() < 6 || entry.kind.is_uppercase() {
            continue;
        }
        let usual = word.chars().map(|c| READINGS.get(&c).map_or(0, |[first, _]| *first));
        if let (Some(key), Ok(row)) = (key(usual), u32::try_from(row)) {
            rows.push((key, row));
        }
    }
    rows.sort_unstable();
    rows
}

fn key(sounds: impl Iterator<Item = u16>) -> Option<u32> {
    let mut hash = 0x811c_9dc5_u32;
    for sound in sounds {
        if sound == 0 {
            return None;
        }
        for byte in sound.to_le_bytes() {
            hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        }
    }
    Some(hash)
}

/// Whether two characters can sound the same.
pub(super) fn alike(a: char, b: char) -> bool {
    let (Some(a), Some(b)) = (READINGS.get(&a), READINGS.get(&b)) else { return false };
    a.iter().any(|sound| *sound != 0 && b.contains(sound))
}

/// Tells the words that sound as `chars` do.
pub(super) fn same_sound(chars: &[char], tell: &mut dyn FnMut(&'static str, Entry)) {
    let readings: Vec<[u16; 2]> =
        chars.iter().map(|c| READINGS.get(c).copied().unwrap_or_default()).collect();
    // The usual readings, then each character's other one.
    for other in std::iter::once(None).chain((0..readings.len()).map(Some)) {
        let sounds = readings
            .iter()
            .enumerate()
            .map(|(at, [first, second])| if other == Some(at) { *second } else { *first });
        let Some(key) = key(sounds) else { continue };
        let from = SOUNDING.partition_point(|(other, _)| *other < key);
        for (_, row) in SOUNDING.iter().skip(from).take_while(|(other, _)| *other == key) {
            let (word, entry) = CHINESE.row(*row as usize);
            let same_length = word.chars().count() == chars.len();
            if same_length && word.chars().zip(chars).all(|(a, b)| a == *b || alike(a, *b)) {
                tell(word, entry);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_same_sound_are_found() {
        let check = |text: &str, expected: &str| {
            let chars: Vec<char> = text.chars().collect();
            let mut found = Vec::new();
            same_sound(&chars, &mut |word, _| found.push(word));
            assert!(found.contains(&expected), "{text}: {found:?}");
        };
        check("按装", "安装");
        check("迫不急待", "迫不及待");
        check("在次", "再次");
    }
}
