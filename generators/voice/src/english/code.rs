//! The alphabet of the lexicon: ARPAbet with stress, a byte a phone.

/// Consonants, in the order of their codes, which start at 1.
pub(crate) const CONSONANTS: [&str; 24] = [
    "B", "CH", "D", "DH", "F", "G", "HH", "JH", "K", "L", "M", "N", "NG", "P", "R", "S", "SH", "T",
    "TH", "V", "W", "Y", "Z", "ZH",
];
/// Vowels; each has three codes after the consonants': unstressed, primary, secondary.
pub(crate) const VOWELS: [&str; 15] =
    ["AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW"];
const VOWELS_FROM: u8 = 25;

/// A phone of a pronunciation: its name, and its stress if it is a vowel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arpa {
    /// ARPAbet without a digit.
    pub name: &'static str,
    /// 0 unstressed, 1 primary, 2 secondary; 0 for consonants.
    pub stress: u8,
}

impl Arpa {
    pub(crate) fn is_vowel(self) -> bool {
        VOWELS.contains(&self.name)
    }
}

/// The code of a written phone such as `AH0` or `T`.
pub(crate) fn encode(written: &str) -> Option<u8> {
    let base = written.trim_end_matches(|c: char| c.is_ascii_digit());
    if let Some(at) = CONSONANTS.iter().position(|name| *name == base) {
        return Some(1 + at as u8);
    }
    let at = VOWELS.iter().position(|name| *name == base)?;
    let stress = written.bytes().last().filter(u8::is_ascii_digit).map_or(0, |d| d - b'0').min(2);
    Some(VOWELS_FROM + 3 * at as u8 + stress)
}

/// The phone of a code.
pub(crate) fn decode(code: u8) -> Option<Arpa> {
    if code >= VOWELS_FROM {
        let name = VOWELS.get(usize::from((code - VOWELS_FROM) / 3))?;
        return Some(Arpa { name, stress: (code - VOWELS_FROM) % 3 });
    }
    let name = CONSONANTS.get(usize::from(code.checked_sub(1)?))?;
    Some(Arpa { name, stress: 0 })
}

/// The phones of a row such as `"HH AH0 L OW1"`; what is not ARPAbet is left out.
pub(crate) fn phones(row: &str) -> Vec<Arpa> {
    row.split_whitespace().filter_map(encode).filter_map(decode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phone_comes_back_from_its_code() {
        for code in 1..70 {
            let phone = decode(code).unwrap();
            let written = if phone.is_vowel() {
                format!("{}{}", phone.name, phone.stress)
            } else {
                phone.name.to_owned()
            };
            assert_eq!(encode(&written), Some(code));
        }
        assert_eq!(decode(0), None);
        assert_eq!(decode(70), None);
    }
}
