//! Locality-sensitive hashing of MinHash fingerprints (Indyk and Motwani 1998; Broder 1997).
//!
//! A fingerprint has 64 minima; similarity is the share of equal ones. Two fingerprints are candidates
//! when both minima of some pair are equal. The pairs are 0–1, 2–3, … 62–63, and of the first four
//! minima also 0–2, 0–3, 1–2 and 1–3. When half of the minima are equal, then either both of a pair
//! are, or exactly one of each pair, and then one of the four crossing pairs: so at a similarity of
//! 0.5 or more nothing is missed. Asked for less, every fingerprint is compared.
//!
//! Memory: 64 bytes (the last byte of each minimum, which bounds the similarity from above) and 144
//! of links for each text, and 9 MiB of list heads. Whole fingerprints are read from their rows.

use types::TextFingerprint;

const MINIMA: usize = 64;
const PAIRS: usize = MINIMA / 2 + CROSSING.len();
const CROSSING: [(usize, usize); 4] = [(0, 2), (0, 3), (1, 2), (1, 3)];
const KEYS: usize = 1 << 16;
/// Down to this similarity the tables miss nothing.
const SIMILARITY_MIN: f32 = 0.5;

/// Fingerprints of texts by the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Texts {
    short: Vec<[u8; MINIMA]>,
    /// For each pair and key the last text that has it, plus one; 0 is none.
    heads: Vec<u32>,
    /// For each text and pair the one before it with the same key, plus one.
    links: Vec<[u32; PAIRS]>,
}

impl Texts {
    pub(super) fn push(&mut self, text: &TextFingerprint) {
        if self.heads.is_empty() {
            self.heads = vec![0; PAIRS * KEYS];
        }
        self.short.push(shorten(text));
        let this = u32::try_from(self.short.len()).unwrap_or(u32::MAX);
        let mut links = [0; PAIRS];
        for (slot, link) in slots(text).zip(&mut links) {
            if let Some(head) = self.heads.get_mut(slot) {
                *link = std::mem::replace(head, this);
            }
        }
        self.links.push(links);
    }

    /// Texts that may be similar by `min` or more, each with the most that its similarity can be,
    /// likeliest first, and the latest first among equals.
    pub(super) fn candidates(&self, text: &TextFingerprint, min: f32) -> Vec<(usize, f32)> {
        let mut ordinals =
            if min < SIMILARITY_MIN { (0..self.short.len()).collect() } else { self.sharing(text) };
        ordinals.sort_unstable();
        ordinals.dedup();
        let short = shorten(text);
        let bounded = ordinals.into_iter().rev().filter_map(|ordinal| {
            let known = self.short.get(ordinal)?;
            let equal = known.iter().zip(&short).filter(|(a, b)| a == b).count();
            let most = u8::try_from(equal).map_or(1.0, |equal| f32::from(equal) / 64.0);
            (most >= min).then_some((ordinal, most))
        });
        let mut candidates: Vec<(usize, f32)> = bounded.collect();
        candidates.sort_by(|a, b| b.1.total_cmp(&a.1));
        candidates
    }

    fn sharing(&self, text: &TextFingerprint) -> Vec<usize> {
        let mut ordinals = Vec::new();
        for (pair, slot) in slots(text).enumerate() {
            let mut next = self.heads.get(slot).copied().unwrap_or_default();
            while let Some(ordinal) = (next as usize).checked_sub(1) {
                ordinals.push(ordinal);
                let links = self.links.get(ordinal);
                next = links.and_then(|links| links.get(pair)).copied().unwrap_or_default();
            }
        }
        ordinals
    }
}

fn shorten(text: &TextFingerprint) -> [u8; MINIMA] {
    text.0.map(|minimum| minimum.to_be_bytes()[3])
}

/// Where the lists of a text's pairs begin.
fn slots(text: &TextFingerprint) -> impl Iterator<Item = usize> {
    let side_by_side = (0..MINIMA / 2).map(|n| (2 * n, 2 * n + 1));
    let minimum = |n: usize| u64::from(text.0.get(n).copied().unwrap_or_default());
    side_by_side.chain(CROSSING).enumerate().map(move |(pair, (a, b))| {
        let both = minimum(a) << 32 | minimum(b);
        // The upper bits of a product with an odd constant spread well (Fibonacci hashing).
        let key = both.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48;
        pair * KEYS + usize::try_from(key).unwrap_or_default()
    })
}
