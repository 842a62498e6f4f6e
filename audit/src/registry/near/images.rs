//! Multi-index hashing (Norouzi, Punjani and Fleet 2012) over 256-bit hashes.
//!
//! A hash is sixteen bands of sixteen bits. Two hashes that differ in at most 31 bits differ in at
//! most one bit of some band, so looking up every band of the asked hash and its sixteen neighbours
//! finds every near one: nothing within the distance is missed. Up to 47 bits two bits of a band are
//! varied; beyond that every hash is compared.
//!
//! Memory: 32 bytes of hash and 64 of links for each picture, and 4 MiB of list heads.

use std::collections::BTreeSet;

use types::ImageFingerprint;

const BANDS: usize = 16;
const KEYS: usize = 1 << 16;
/// Beyond this many varied bits of a band, comparing everything is less work.
const VARIED_MAX: u32 = 2;
/// Fewer pictures than this are compared one by one.
const LINEAR_MAX: usize = 1024;

/// Hashes of pictures by the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Images {
    hashes: Vec<ImageFingerprint>,
    /// For each band and key the last hash that has it, plus one; 0 is none.
    heads: Vec<u32>,
    /// For each hash and band the one before it with the same key, plus one.
    links: Vec<[u32; BANDS]>,
}

impl Images {
    pub(super) fn push(&mut self, hash: ImageFingerprint) {
        if self.heads.is_empty() {
            self.heads = vec![0; BANDS * KEYS];
        }
        self.hashes.push(hash);
        let this = u32::try_from(self.hashes.len()).unwrap_or(u32::MAX);
        let mut links = [0; BANDS];
        for (band, (key, link)) in bands(&hash).into_iter().zip(&mut links).enumerate() {
            if let Some(head) = self.heads.get_mut(slot(band, key)) {
                *link = std::mem::replace(head, this);
            }
        }
        self.links.push(links);
    }

    /// The hashes that differ in at most `max` bits, each with in how many: least first, then in
    /// the order in which they came.
    pub(super) fn near(&self, hash: &ImageFingerprint, max: u32) -> Vec<(usize, u32)> {
        let varied = max / 16;
        if self.hashes.len() <= LINEAR_MAX || varied > VARIED_MAX {
            let all = self.hashes.iter().map(|known| known.distance(hash)).enumerate();
            let mut near: Vec<_> = all.filter(|found| found.1 <= max).collect();
            near.sort_by_key(|found| found.1);
            return near;
        }
        let mut near = BTreeSet::new();
        for (band, key) in bands(hash).into_iter().enumerate() {
            for key in neighbours(key, varied) {
                self.walk(band, key, |ordinal, known| {
                    let distance = known.distance(hash);
                    if distance <= max {
                        near.insert((distance, ordinal));
                    }
                });
            }
        }
        near.into_iter().map(|(distance, ordinal)| (ordinal, distance)).collect()
    }

    fn walk(&self, band: usize, key: u16, mut each: impl FnMut(usize, &ImageFingerprint)) {
        let mut next = self.heads.get(slot(band, key)).copied().unwrap_or_default();
        while let Some(ordinal) = (next as usize).checked_sub(1) {
            if let Some(known) = self.hashes.get(ordinal) {
                each(ordinal, known);
            }
            next = self.links.get(ordinal).and_then(|links| links.get(band)).copied().unwrap_or(0);
        }
    }
}

fn bands(hash: &ImageFingerprint) -> [u16; BANDS] {
    let mut bands = [0; BANDS];
    let (pairs, _) = hash.0.as_chunks::<2>();
    bands.iter_mut().zip(pairs).for_each(|(band, pair)| *band = u16::from_be_bytes(*pair));
    bands
}

/// A key and all that differ from it in at most `varied` bits.
fn neighbours(key: u16, varied: u32) -> Vec<u16> {
    let mut masks: Vec<u16> = vec![0];
    for _ in 0..varied {
        let more = masks.iter().flat_map(|mask| (0..16).map(move |bit| mask | 1 << bit));
        masks = masks.iter().copied().chain(more).collect();
    }
    masks.sort_unstable();
    masks.dedup();
    masks.into_iter().map(|mask| key ^ mask).collect()
}

const fn slot(band: usize, key: u16) -> usize {
    band * KEYS + key as usize
}
