//! The 64 bits of an id, their checksum, and what a false accept costs.

use types::MarkId;

use super::trellis::{self, CODED};
use crate::statistics::ln_lower_tail;

/// What is written for an id: its 64 bits and their CRC-32, coded.
pub(super) fn encode(id: MarkId) -> [bool; CODED] {
    let id = id.to_u64();
    trellis::encode(u128::from(id) << 32 | u128::from(checksum(id)))
}

/// Reads the id that explains `soft` best, one number a cell, positive where its sign is rather
/// plus; `None` when the checksum does not match.
pub(super) fn decode(soft: &[f32]) -> Option<MarkId> {
    let mut sums = [0.0; CODED];
    for repetition in soft.chunks(CODED) {
        sums.iter_mut().zip(repetition).for_each(|(sum, soft)| *sum += soft);
    }
    let message = trellis::decode(&sums);
    // The upper 64 of 96 bits, and the lower 32.
    let (id, check) = ((message >> 32) as u64, message as u32);
    (checksum(id) == check).then(|| MarkId::from(id))
}

/// How many of the cells that say anything contradict `id`, and how many say anything.
pub(super) fn errors(soft: &[f32], id: MarkId) -> (u32, u32) {
    let word = encode(id);
    let heard = soft.iter().zip(word.iter().cycle()).filter(|(soft, _)| **soft != 0.0);
    heard.fold((0, 0), |(wrong, bits), (soft, bit)| {
        (wrong + u32::from((*soft < 0.0) != *bit), bits + 1)
    })
}

/// A bound on the probability that one of `hypotheses` readings of an unmarked sound is accepted
/// with at most `wrong` of `bits` cells against it.
///
/// The key's signs make the cells of an unmarked sound fair coins, whatever was sung. So a reading
/// decodes to each message with the same probability, and the checksum accepts one in 2³². And each
/// of the 2⁶⁴ code words that it would accept agrees that well with the tail of a binomial. Both
/// bounds hold; the lesser counts, for every hypothesis.
pub(super) fn p_value(hypotheses: u64, bits: u32, wrong: u32) -> f64 {
    let ln_2 = std::f64::consts::LN_2;
    let near = 64.0 * ln_2 + ln_lower_tail(bits.into(), wrong.into());
    hypotheses as f64 * f64::min(-32.0 * ln_2, near).exp()
}

fn checksum(id: u64) -> u32 {
    crc32fast::hash(&id.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{WatermarkKey, audio::pattern::PAYLOAD};

    fn soft(id: MarkId) -> Vec<f32> {
        encode(id).iter().cycle().take(PAYLOAD).map(|bit| if *bit { -1.0 } else { 1.0 }).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn ids_survive_three_wrong_signs_of_ten(id: u64, seed: [u8; 32]) {
            let id = MarkId::from(id);
            let mut signs = soft(id);
            let mut order: Vec<usize> = (0..PAYLOAD).collect();
            WatermarkKey::new(seed).numbers("order").shuffle(&mut order);
            let wrong = PAYLOAD * 3 / 10;
            order[..wrong].iter().for_each(|at| signs[*at] = -signs[*at]);
            prop_assert_eq!(decode(&signs), Some(id));
            prop_assert_eq!(errors(&signs, id), (wrong as u32, PAYLOAD as u32));
        }
    }

    #[test]
    fn noise_is_rejected() {
        let mut numbers = WatermarkKey::new([3; 32]).numbers("noise");
        for _ in 0..30 {
            let noise: Vec<f32> = (0..PAYLOAD).map(|_| numbers.fraction() as f32 - 0.5).collect();
            assert_eq!(decode(&noise), None);
        }
    }

    #[test]
    fn a_wrong_checksum_is_rejected() {
        let message = u128::from(7_u64) << 32 | u128::from(checksum(7) ^ 1);
        let word = trellis::encode(message).map(|bit| if bit { -1.0 } else { 1.0 });
        assert_eq!(decode(&word), None);
    }

    #[test]
    fn the_bound_counts_hypotheses_and_signs() {
        let cases = [(1, 1040, 500, 2.33e-10), (64, 1040, 500, 1.49e-8), (64, 1040, 200, 0.0)];
        for (hypotheses, bits, wrong, expected) in cases {
            let bound = p_value(hypotheses, bits, wrong);
            assert!((bound - expected).abs() <= 0.01 * f64::max(expected, 1e-40), "{bound}");
        }
    }

    #[test]
    fn cells_that_say_nothing_are_not_counted() {
        let mut signs = soft(MarkId::from(4));
        signs[..100].fill(0.0);
        signs[100] = -signs[100];
        assert_eq!(errors(&signs, MarkId::from(4)), (1, PAYLOAD as u32 - 100));
    }
}
