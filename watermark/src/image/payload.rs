//! The 64 bits of an id, their checksum, and what a false accept costs.

use types::MarkId;

use super::trellis::{self, CODED};
use crate::statistics::ln_lower_tail;

/// What is written for an id: its 64 bits and their CRC-32, coded.
pub(crate) fn encode(id: MarkId) -> [bool; CODED] {
    let id = id.to_u64();
    trellis::encode(u128::from(id) << 32 | u128::from(checksum(id)))
}

/// Reads the id that explains `soft` best, one number a wave, positive where its sign is rather
/// plus; `None` when the checksum does not match. With it comes how many signs contradict it.
pub(crate) fn decode(soft: &[f32]) -> Option<(MarkId, u32)> {
    let mut sums = [0.0; CODED];
    for repetition in soft.chunks(CODED) {
        sums.iter_mut().zip(repetition).for_each(|(sum, soft)| *sum += soft);
    }
    // The upper 64 of 96 bits, and the lower 32.
    let messages = trellis::decode(&sums).map(|message| ((message >> 32) as u64, message as u32));
    let (id, _) = messages.into_iter().find(|(id, check)| checksum(*id) == *check)?;
    let id = MarkId::from(id);
    let word = encode(id);
    let wrong = soft.iter().zip(word.iter().cycle()).filter(|(soft, bit)| (**soft < 0.0) != **bit);
    Some((id, wrong.count() as u32))
}

/// A bound on the probability that one of `hypotheses` readings of an unmarked picture is accepted
/// with at most `wrong` of `waves` signs against it.
///
/// The key's phases make the signs of an unmarked picture fair coins. So a reading decodes to each
/// message with the same probability, and the checksum accepts one in 2³². And each of the 2⁶⁴
/// code words that it would accept agrees that well with the tail of a binomial. Both bounds hold;
/// the lesser counts, for every hypothesis.
pub(crate) fn p_value(hypotheses: u32, waves: usize, wrong: u32) -> f64 {
    let ln_2 = std::f64::consts::LN_2;
    let near = 64.0 * ln_2 + ln_lower_tail(waves as u64, wrong.into());
    f64::from(hypotheses) * f64::min(-32.0 * ln_2, near).exp()
}

fn checksum(id: u64) -> u32 {
    crc32fast::hash(&id.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::WatermarkKey;

    const WAVES: usize = 1040;

    fn soft(id: MarkId) -> Vec<f32> {
        encode(id).iter().cycle().take(WAVES).map(|bit| if *bit { -1.0 } else { 1.0 }).collect()
    }

    proptest! {
        #[test]
        fn ids_survive_156_wrong_signs_of_1040(id: u64, seed: [u8; 32]) {
            let id = MarkId::from(id);
            let mut signs = soft(id);
            let mut order: Vec<usize> = (0..WAVES).collect();
            WatermarkKey::new(seed).numbers("order").shuffle(&mut order);
            order[..156].iter().for_each(|at| signs[*at] = -signs[*at]);
            prop_assert_eq!(decode(&signs), Some((id, 156)));
        }
    }

    #[test]
    fn noise_is_rejected() {
        let mut numbers = WatermarkKey::new([3; 32]).numbers("noise");
        for _ in 0..300 {
            let noise: Vec<f32> = (0..WAVES).map(|_| numbers.fraction() as f32 - 0.5).collect();
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
        for (hypotheses, waves, wrong, expected) in cases {
            let bound = p_value(hypotheses, waves, wrong);
            assert!((bound - expected).abs() <= 0.01 * f64::max(expected, 1e-40), "{bound}");
        }
    }
}
