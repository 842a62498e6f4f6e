//! Which of several words belongs into a place, told by the words around it.
//!
//! A log-linear model over hashed features: one table of small integers for all sets of choices.
//! `examples/train_context.rs` makes it; the features are computed here for both.

use crate::packed;

/// Weights in a table: a power of two.
pub const TABLE: usize = 1 << 20;
/// Most choices of a set.
pub const CHOICES_MAX: usize = 3;
/// One unit of a stored weight, in nats.
pub const UNIT: f32 = 0.05;

/// A place and what may stand there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The set of choices.
    pub set: usize,
    /// How many choices the set has.
    pub choices: usize,
    /// What stands there.
    pub written: usize,
    /// Hashes of what is around it.
    pub features: Vec<u64>,
}

/// A trained table with a threshold for each set.
#[derive(Debug)]
pub struct Model {
    weights: Vec<u8>,
    /// For each set and each choice that may be written, the log-odds from which another choice is
    /// proposed; infinite where the model never is sure enough.
    margins: Vec<f32>,
}

impl Model {
    /// Reads what [`packed()`] has written.
    #[must_use]
    pub fn unpack(bytes: &[u8]) -> Self {
        let unpacked = packed::unpack_bytes(bytes);
        let sets = unpacked.first().map_or(0, |count| usize::from(*count));
        let (head, weights) = unpacked.split_at_checked(1 + sets * 4).unwrap_or_default();
        let margins = head.get(1..).unwrap_or_default().chunks_exact(4);
        let margins = margins
            .map(|bytes| bytes.try_into().map_or(f32::INFINITY, f32::from_le_bytes))
            .collect();
        Self { weights: weights.to_vec(), margins }
    }

    /// The best choice and by how many nats it beats what is written.
    #[must_use]
    pub fn best(&self, place: &Place) -> (usize, f32) {
        let score = |choice: usize| -> f32 {
            let units: i32 = slots(place, choice).map(|slot| i32::from(self.weight(slot))).sum();
            // At most a few thousand units: exact in f32.
            units as f32 * UNIT
        };
        let written = score(place.written);
        let mut best = (place.written, 0.0);
        for choice in (0..place.choices).filter(|choice| *choice != place.written) {
            let gain = score(choice) - written;
            if gain > best.1 {
                best = (choice, gain);
            }
        }
        best
    }

    /// What should stand there instead, if the model is sure.
    #[must_use]
    pub fn better(&self, place: &Place) -> Option<usize> {
        let (choice, gain) = self.best(place);
        let row = place.set * CHOICES_MAX + place.written;
        let margin = self.margins.get(row).copied().unwrap_or(f32::INFINITY);
        (choice != place.written && gain >= margin).then_some(choice)
    }

    fn weight(&self, slot: usize) -> i8 {
        self.weights.get(slot).map_or(0, |byte| i8::from_le_bytes([*byte]))
    }
}

/// Where the weights of a choice are.
pub fn slots(place: &Place, choice: usize) -> impl Iterator<Item = usize> {
    let salt = mix((place.set as u64) << 8 | choice as u64);
    place.features.iter().map(move |feature| {
        let slot = mix(feature ^ salt) & (TABLE as u64 - 1);
        usize::try_from(slot).unwrap_or_default()
    })
}

/// A feature: its kind and what it consists of.
#[must_use]
pub fn feature(kind: u8, parts: &[&str]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ u64::from(kind);
    for part in parts {
        for byte in part.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash
}

/// Spreads a hash over all bits (the finaliser of SplitMix64).
fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// What a table is stored as.
#[must_use]
pub fn packed(margins: &[f32], weights: &[i8]) -> Vec<u8> {
    let mut bytes = vec![u8::try_from(margins.len()).unwrap_or(u8::MAX)];
    bytes.extend(margins.iter().flat_map(|margin| margin.to_le_bytes()));
    bytes.extend(weights.iter().flat_map(|weight| weight.to_le_bytes()));
    miniz_oxide::deflate::compress_to_vec_zlib(&bytes, 9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_as_written() {
        let place = Place { set: 0, choices: 2, written: 0, features: vec![feature(1, &["x"])] };
        let mut weights = vec![0_i8; TABLE];
        for slot in slots(&place, 1) {
            weights[slot] = 40;
        }
        let model = Model::unpack(&packed(&[1.5, 9.0, 9.0], &weights));
        assert_eq!(model.best(&place), (1, 2.0));
        assert_eq!(model.better(&place), Some(1));
        let unsure = Model::unpack(&packed(&[2.5, 9.0, 9.0], &weights));
        assert_eq!(unsure.better(&place), None);
    }

    #[test]
    fn no_table_proposes_nothing() {
        let place = Place { set: 0, choices: 2, written: 0, features: vec![1, 2] };
        assert_eq!(Model::unpack(&[]).better(&place), None);
    }
}
