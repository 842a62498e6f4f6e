use proptest::prelude::*;

use super::*;

/// A hash that differs from `base` in the bits at `flips`.
fn flipped(base: [u8; 32], flips: &[u8]) -> ImageFingerprint {
    let mut bytes = base;
    flips.iter().for_each(|bit| bytes[usize::from(bit / 8)] ^= 1 << (bit % 8));
    ImageFingerprint(bytes)
}

/// Deterministic noise for the bulk that a search has to get past.
fn noise(seed: u64) -> u64 {
    let mixed = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb)
}

fn noisy_image(seed: u64) -> ImageFingerprint {
    let words = (0..4).flat_map(|n| noise(seed * 4 + n).to_be_bytes());
    ImageFingerprint(words.collect::<Vec<u8>>().try_into().unwrap())
}

#[expect(clippy::cast_possible_truncation, reason = "noise")]
fn noisy_text(seed: u64) -> TextFingerprint {
    TextFingerprint(std::array::from_fn(|n| noise(seed * 64 + n as u64) as u32))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn pictures_within_the_distance_are_found_as_by_comparing_all(
        base: [u8; 32],
        near in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..60), 1..6),
        max in 0_u32..64,
    ) {
        let mut images = Images::default();
        let mut all = Vec::new();
        let bulk = (0..2000).map(noisy_image);
        for image in bulk.chain(near.iter().map(|flips| flipped(base, flips))) {
            images.push(image);
            all.push(image);
        }
        let asked = ImageFingerprint(base);
        let scanned = all.iter().map(|known| known.distance(&asked)).enumerate();
        let mut expected: Vec<_> = scanned.filter(|found| found.1 <= max).collect();
        expected.sort_by_key(|found| found.1);
        prop_assert_eq!(images.near(&asked, max), expected);
    }

    #[test]
    fn texts_of_half_or_more_equal_minima_are_always_candidates(
        seed in 0_u64..1 << 32,
        kept in proptest::collection::btree_set(0_usize..64, 0..=64),
        min in 0.5_f32..1.0,
    ) {
        let asked = noisy_text(seed);
        let mut known = noisy_text(seed + 1);
        kept.iter().for_each(|n| known.0[*n] = asked.0[*n]);
        let mut texts = Texts::default();
        texts.push(&known);
        (0..200).for_each(|n| texts.push(&noisy_text(seed + 2 + n)));
        let found = texts.candidates(&asked, min);
        let similarity = known.similarity(&asked);
        if similarity >= min {
            let most = found.iter().find(|(ordinal, _)| *ordinal == 0);
            prop_assert!(most.is_some_and(|(_, most)| *most >= similarity));
        }
    }
}

/// The hardest case: exactly one minimum of every pair is equal.
#[test]
fn exactly_half_is_found_in_whatever_way_it_falls() {
    for way in 0..16_usize {
        let asked = noisy_text(1);
        let mut known = noisy_text(2);
        for pair in 0..32 {
            let equal = 2 * pair + (way >> (pair % 4) & 1);
            known.0[equal] = asked.0[equal];
        }
        let mut texts = Texts::default();
        texts.push(&known);
        assert_eq!(texts.candidates(&asked, 0.5).len(), 1, "way {way}");
    }
}
