//! Content fingerprints: what of an asset survives light changes.

use serde::{Deserialize, Serialize};

use crate::TypeError;

/// A 256-bit perceptual hash of a picture; near pictures differ in few bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ImageFingerprint(pub [u8; 32]);

impl ImageFingerprint {
    /// In how many of the 256 bits two fingerprints differ.
    #[must_use]
    pub fn distance(&self, other: &Self) -> u32 {
        self.0.iter().zip(other.0).map(|(a, b)| (a ^ b).count_ones()).sum()
    }
}

/// MinHash of a text's shingles: 64 minima of 32 bits (Broder 1997).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TextFingerprint(pub [u32; 64]);

impl TextFingerprint {
    /// The share of equal minima, an estimate of the Jaccard similarity: 0.0–1.0.
    #[must_use]
    pub fn similarity(&self, other: &Self) -> f32 {
        let equal = self.0.iter().zip(&other.0).filter(|(a, b)| a == b).count();
        u8::try_from(equal).map_or(1.0, |equal| f32::from(equal) / 64.0)
    }

    /// The minima as 256 big-endian bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|minimum| minimum.to_be_bytes()).collect()
    }

    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`TypeError::Fingerprint`] when there are not 256 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TypeError> {
        let wrong = || TypeError::Fingerprint(bytes.len());
        let (words, rest) = bytes.as_chunks::<4>();
        let minima: [[u8; 4]; 64] = words.try_into().map_err(|_| wrong())?;
        rest.is_empty().then(|| Self(minima.map(u32::from_be_bytes))).ok_or_else(wrong)
    }
}

impl TryFrom<String> for ImageFingerprint {
    type Error = TypeError;

    fn try_from(text: String) -> Result<Self, TypeError> {
        let mut bytes = [0; 32];
        let read = hex::decode_to_slice(&text, &mut bytes);
        read.map(|()| Self(bytes)).map_err(|_| TypeError::Fingerprint(text.len() / 2))
    }
}

impl From<ImageFingerprint> for String {
    fn from(fingerprint: ImageFingerprint) -> Self {
        hex::encode(fingerprint.0)
    }
}

impl TryFrom<String> for TextFingerprint {
    type Error = TypeError;

    fn try_from(text: String) -> Result<Self, TypeError> {
        let bytes = hex::decode(&text).map_err(|_| TypeError::Fingerprint(text.len() / 2))?;
        Self::from_bytes(&bytes)
    }
}

impl From<TextFingerprint> for String {
    fn from(fingerprint: TextFingerprint) -> Self {
        hex::encode(fingerprint.to_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_bits() {
        let mut other = [0; 32];
        other[0] = 0b101;
        other[31] = 0x80;
        assert_eq!(ImageFingerprint([0; 32]).distance(&ImageFingerprint(other)), 3);
    }

    proptest::proptest! {
        #[test]
        fn a_text_fingerprint_survives_its_bytes(minima: [u32; 32]) {
            let mut all = [0; 64];
            all[..32].copy_from_slice(&minima);
            let fingerprint = TextFingerprint(all);
            proptest::prop_assert!((fingerprint.similarity(&fingerprint) - 1.0).abs() < f32::EPSILON);
            let back = TextFingerprint::from_bytes(&fingerprint.to_bytes()).unwrap();
            proptest::prop_assert_eq!(back, fingerprint);
        }
    }
}
