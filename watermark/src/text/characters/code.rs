//! Groups of invisible digits: which part of the payload they hold, and its bits.

use std::ops::Range;

use types::MarkId;

use super::ALGORITHM;
use crate::WatermarkKey;

/// Groups that hold 64 bits of id and 32 bits of CRC-32 once: six bits each.
pub(super) const GROUPS: usize = 16;
const BITS: usize = 6;
/// Digits of a group: 7⁴ = 2,401 values, of which 16 · 64 = 1,024 are written.
const DIGITS: usize = 4;
/// VS8 to VS14.
const ALPHABET: [char; 7] =
    ['\u{fe07}', '\u{fe08}', '\u{fe09}', '\u{fe0a}', '\u{fe0b}', '\u{fe0c}', '\u{fe0d}'];

pub(super) const fn is_digit(character: char) -> bool {
    matches!(character, '\u{fe07}'..='\u{fe0d}')
}

/// The secret of one key: where each part of the payload stands, and what is added to it.
pub(super) struct Code {
    order: [u16; GROUPS],
    pad: u128,
}

impl Code {
    pub(super) fn new(key: &WatermarkKey) -> Self {
        let mut numbers = key.numbers(ALGORITHM);
        let pad = u128::from(numbers.bits()) << 32 | u128::from(numbers.bits() >> 32);
        let mut order = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
        numbers.shuffle(&mut order);
        Self { order, pad }
    }

    /// The groups of an id, in the order in which they are written.
    pub(super) fn groups(&self, id: MarkId) -> Vec<[char; DIGITS]> {
        let payload = payload(id) ^ self.pad;
        let groups = self.order.iter().map(|part| {
            let bits = (payload >> (BITS * usize::from(*part))) as u16 & 63;
            digits(part << BITS | bits)
        });
        groups.collect()
    }

    /// The id that most of the groups agree on, if its checksum is right.
    pub(super) fn read(&self, values: &[u16]) -> Option<MarkId> {
        let mut votes = [0_u32; GROUPS << BITS];
        for value in values {
            // Values that are never written are damage.
            if let Some(count) = votes.get_mut(usize::from(*value)) {
                *count += 1;
            }
        }
        let mut masked = 0;
        for (part, votes) in votes.chunks(1 << BITS).enumerate() {
            let (bits, count) = votes.iter().enumerate().max_by_key(|(_, count)| **count)?;
            if *count == 0 {
                return None;
            }
            masked |= (bits as u128) << (BITS * part);
        }
        let found = masked ^ self.pad;
        let id = MarkId::from((found >> 32) as u64);
        (payload(id) == found).then_some(id)
    }
}

/// The id and its CRC-32: 96 bits.
fn payload(id: MarkId) -> u128 {
    let id = id.to_u64();
    u128::from(id) << 32 | u128::from(crc32fast::hash(&id.to_be_bytes()))
}

fn digits(value: u16) -> [char; DIGITS] {
    let digit = |power: u32| usize::from(value / 7_u16.pow(power) % 7);
    [3, 2, 1, 0].map(|power| ALPHABET.get(digit(power)).copied().unwrap_or('\u{fe07}'))
}

/// Neighbouring groups and where they stand.
pub(super) struct Run {
    pub(super) bytes: Range<usize>,
    pub(super) values: Vec<u16>,
}

/// The runs of whole groups in a text. Variation selectors in other numbers or of other kinds, such
/// as those of text manifests, are not ours.
pub(super) fn runs(text: &str) -> impl Iterator<Item = Run> {
    let mut rest = text.char_indices().peekable();
    std::iter::from_fn(move || {
        loop {
            let (start, first) = rest.next()?;
            if !is_selector(first) {
                continue;
            }
            let mut selectors = vec![first];
            while let Some((_, next)) = rest.next_if(|(_, next)| is_selector(*next)) {
                selectors.push(next);
            }
            let bytes: usize = selectors.iter().map(|selector| selector.len_utf8()).sum();
            let after_manifest = text.get(..start).is_some_and(|text| text.ends_with('\u{feff}'));
            if let (Some(values), false) = (values(&selectors), after_manifest) {
                return Some(Run { bytes: start..start + bytes, values });
            }
        }
    })
}

/// All variation selectors; a text manifest begins with U+FEFF and goes on in them.
const fn is_selector(character: char) -> bool {
    matches!(character, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// The values of a run, if it is one of whole groups.
fn values(selectors: &[char]) -> Option<Vec<u16>> {
    let (groups, rest) = selectors.as_chunks::<DIGITS>();
    let value = |group: &[char; DIGITS]| {
        group.iter().try_fold(0, |value, digit| {
            let digit = ALPHABET.iter().zip(0..).find(|(known, _)| *known == digit)?.1;
            Some(7 * value + digit)
        })
    };
    rest.is_empty().then(|| groups.iter().map(value).collect())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_its_value() {
        for value in [0, 1, 6, 7, 1023] {
            assert_eq!(values(&digits(value)), Some(vec![value]));
        }
        assert_eq!(values(&['\u{fe07}'; 3]), None);
        assert_eq!(values(&['\u{fe0f}'; 4]), None);
    }

    #[test]
    fn other_selectors_are_not_ours() {
        let group: String = digits(77).iter().collect();
        let read = |text: String| runs(&text).map(|run| run.values).collect::<Vec<_>>();
        assert_eq!(read(format!("a{group}b{group}{group}")), [vec![77], vec![77, 77]]);
        for foreign in ["\u{fe0f}", "\u{e0100}", "\u{fe07}"] {
            assert!(read(format!("a{foreign}{group}")).is_empty());
        }
        assert!(read(format!("\u{feff}{group}")).is_empty());
    }

    #[test]
    fn votes_outweigh_damage_and_a_missing_part_is_missed() {
        let code = Code::new(&WatermarkKey::new([1; 32]));
        let id = MarkId::from(0x0123_4567_89ab_cdef);
        let written: Vec<u16> =
            code.groups(id).iter().flat_map(|group| values(group).unwrap()).collect();
        assert_eq!(code.read(&written), Some(id));
        let mut damaged = [&written[..], &written, &written].concat();
        damaged[3] ^= 1;
        damaged[7] = 2000;
        assert_eq!(code.read(&damaged), Some(id));
        assert_eq!(code.read(&written[1..]), None);
        assert_eq!(Code::new(&WatermarkKey::new([2; 32])).read(&written), None);
    }
}
