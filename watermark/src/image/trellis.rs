//! A convolutional code of rate ¼ and memory 8, bitten by its own tail: 96 bits give 384.
//!
//! The generators 463, 535, 733 and 745 (octal) have the greatest free distance of this memory,
//! 24 (Larsen 1973). Tail-biting spends no bits on the ends; decoding runs around the ring.

/// Bits of a message.
pub(super) const BITS: usize = 96;
/// Bits of its code word.
pub(super) const CODED: usize = 4 * BITS;

const GENERATORS: [u32; 4] = [0o463, 0o535, 0o733, 0o745];
const MEMORY: u32 = 8;
const STATES: usize = 1 << MEMORY;
/// How often decoding runs around the ring; the bits are read from the lap before the last.
const LAPS: usize = 3;

/// The code word of a message, whose first bit is the most significant of 96.
pub(super) fn encode(message: u128) -> [bool; CODED] {
    let mut word = [false; CODED];
    let mut state = (0..MEMORY as usize)
        .fold(0, |state, back| push(state, bit(message, BITS - MEMORY as usize + back)) >> 1);
    for (at, four) in word.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let register = push(state, bit(message, at));
        *four = GENERATORS.map(|generator| parity(register & generator));
        state = register >> 1;
    }
    word
}

/// The most likely message (Viterbi 1967): `soft` is positive where a bit is rather 0.
pub(super) fn decode(soft: &[f32; CODED]) -> u128 {
    let outputs: Vec<usize> = (0..2 * STATES as u32).map(output).collect();
    let mut metrics = [0.0_f32; STATES];
    let mut choices: Vec<[bool; STATES]> = Vec::with_capacity(LAPS * BITS);
    let steps = soft.as_chunks::<4>().0;
    for four in std::iter::repeat_n(steps, LAPS).flatten() {
        let gains: [f32; 16] = std::array::from_fn(|pattern| gain(four, pattern));
        let mut next = [0.0; STATES];
        let mut choice = [false; STATES];
        // Register 2s and 2s + 1 lead to state s, from the states they are without their newest bit.
        let arrivals = next.iter_mut().zip(&mut choice).zip(outputs.as_chunks::<2>().0).enumerate();
        for (state, ((metric, odd), out)) in arrivals {
            let from = (2 * state) % STATES;
            let [even_gain, odd_gain] = out.map(|out| gains.get(out).copied().unwrap_or_default());
            let even_path = metrics.get(from).copied().unwrap_or_default() + even_gain;
            let odd_path = metrics.get(from + 1).copied().unwrap_or_default() + odd_gain;
            *odd = odd_path > even_path;
            *metric = even_path.max(odd_path);
        }
        metrics = next;
        choices.push(choice);
    }
    trace(&metrics, &choices)
}

/// Walks back from the best state and reads the last lap but one.
fn trace(metrics: &[f32; STATES], choices: &[[bool; STATES]]) -> u128 {
    let best = metrics.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
    let mut state = best.map_or(0, |(state, _)| state);
    let mut message = 0;
    for (step, choice) in choices.iter().enumerate().rev() {
        if (BITS..2 * BITS).contains(&step) {
            // The newest bit of a state is its most significant one.
            let bit = (state >> (MEMORY - 1)) as u128;
            message |= bit << (2 * BITS - 1 - step);
        }
        let odd = choice.get(state).copied().unwrap_or_default();
        state = (2 * state) % STATES + usize::from(odd);
    }
    message
}

const fn bit(message: u128, at: usize) -> bool {
    message >> (BITS - 1 - at) & 1 == 1
}

/// The register: the newest bit in front of the eight before it.
const fn push(state: u32, bit: bool) -> u32 {
    (bit as u32) << MEMORY | state
}

const fn parity(bits: u32) -> bool {
    bits.count_ones() % 2 == 1
}

fn output(register: u32) -> usize {
    GENERATORS.iter().fold(0, |out, generator| out << 1 | usize::from(parity(register & generator)))
}

fn gain(soft: &[f32; 4], pattern: usize) -> f32 {
    let signed = soft.iter().zip([8, 4, 2, 1]);
    signed.map(|(soft, mask)| if pattern & mask == 0 { *soft } else { -soft }).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn soft(message: u128) -> [f32; CODED] {
        encode(message).map(|bit| if bit { -1.0 } else { 1.0 })
    }

    const MOST: u128 = (1 << BITS) - 1;

    proptest! {
        #[test]
        fn messages_survive_eleven_wrong_bits(message in 0..=MOST, wrong in prop::collection::vec(0..CODED, 11)) {
            // The free distance of 24 corrects any 11 errors.
            let mut received = soft(message);
            wrong.iter().for_each(|at| received[*at] = -received[*at]);
            prop_assert_eq!(decode(&received), message);
        }

        #[test]
        fn messages_survive_lost_bits(message in 0..=MOST, start in 0..CODED) {
            let mut received = soft(message);
            (start..start + 20).for_each(|at| received[at % CODED] = 0.0);
            prop_assert_eq!(decode(&received), message);
        }

        #[test]
        fn messages_survive_noise(message in 0..=MOST, seed: [u8; 32]) {
            // Uniform in ±1.4: one bit of seven has the wrong sign.
            let mut numbers = crate::WatermarkKey::new(seed).numbers("noise");
            let received = soft(message).map(|bit| bit + (numbers.fraction() * 2.8 - 1.4) as f32);
            prop_assert_eq!(decode(&received), message);
        }

        #[test]
        fn the_code_is_a_ring(message in 0..=MOST, steps in 1..BITS) {
            let turned = (message << steps | message >> (BITS - steps)) & MOST;
            let mut word = encode(message);
            word.rotate_left(4 * steps);
            prop_assert_eq!(encode(turned), word);
        }
    }

    #[test]
    fn nothing_and_everything_decode() {
        assert_eq!(decode(&soft(0)), 0);
        assert_eq!(decode(&soft(MOST)), MOST);
        decode(&[f32::NAN; CODED]);
    }
}
