//! A convolutional code of rate 1/6 and memory 12, bitten by its own tail: 96 bits give 576.
//!
//! The generators were found by drawing 30,000 sets at random; a test computes their free distance.
//! Tail-biting spends no bits on the ends; decoding runs around the ring.

/// Bits of a message.
pub(super) const BITS: usize = 96;
/// Bits of its code word.
pub(super) const CODED: usize = OUTPUTS * BITS;

const OUTPUTS: usize = 6;
const GENERATORS: [u32; OUTPUTS] = [0o12645, 0o15665, 0o17545, 0o15461, 0o16227, 0o14377];
const MEMORY: u32 = 12;
const STATES: usize = 1 << MEMORY;
/// How often decoding runs around the ring; the bits are read from the lap before the last.
const LAPS: usize = 3;

/// The code word of a message, whose first bit is the most significant of 96.
pub(super) fn encode(message: u128) -> [bool; CODED] {
    let mut word = [false; CODED];
    let mut state = (0..MEMORY as usize)
        .fold(0, |state, back| push(state, bit(message, BITS - MEMORY as usize + back)) >> 1);
    for (at, bits) in word.as_chunks_mut::<OUTPUTS>().0.iter_mut().enumerate() {
        let register = push(state, bit(message, at));
        *bits = GENERATORS.map(|generator| parity(register & generator));
        state = register >> 1;
    }
    word
}

/// The most likely message (Viterbi 1967): `soft` is positive where a bit is rather 0.
pub(super) fn decode(soft: &[f32; CODED]) -> u128 {
    let outputs: Vec<usize> = (0..2 * STATES as u32).map(output).collect();
    let mut metrics = vec![0.0_f32; STATES];
    let mut next = vec![0.0_f32; STATES];
    let mut choices: Vec<Vec<bool>> = Vec::with_capacity(LAPS * BITS);
    let steps = soft.as_chunks::<OUTPUTS>().0;
    for six in std::iter::repeat_n(steps, LAPS).flatten() {
        let gains: [f32; 1 << OUTPUTS] = std::array::from_fn(|pattern| gain(six, pattern));
        choices.push(step(&metrics, &mut next, &outputs, &gains));
        std::mem::swap(&mut metrics, &mut next);
    }
    trace(&metrics, &choices)
}

/// One bit further: the better of the two ways into each state, and which it was.
fn step(
    metrics: &[f32],
    next: &mut [f32],
    outputs: &[usize],
    gains: &[f32; 1 << OUTPUTS],
) -> Vec<bool> {
    // Registers 2s and 2s + 1 lead to state s, from the states they are without their newest bit.
    // So both halves of the states come from all states in order.
    let pairs = metrics.as_chunks::<2>().0;
    let arrivals = next.iter_mut().zip(outputs.as_chunks::<2>().0).zip(pairs.iter().cycle());
    let choice = arrivals.map(|((metric, out), [even, odd])| {
        let [even_gain, odd_gain] = out.map(|out| gains.get(out).copied().unwrap_or_default());
        let (even, odd) = (even + even_gain, odd + odd_gain);
        *metric = even.max(odd);
        odd > even
    });
    choice.collect()
}

/// Walks back from the best state and reads the last lap but one.
fn trace(metrics: &[f32], choices: &[Vec<bool>]) -> u128 {
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

/// The register: the newest bit in front of the twelve before it.
const fn push(state: u32, bit: bool) -> u32 {
    (bit as u32) << MEMORY | state
}

const fn parity(bits: u32) -> bool {
    bits.count_ones() % 2 == 1
}

fn output(register: u32) -> usize {
    GENERATORS.iter().fold(0, |out, generator| out << 1 | usize::from(parity(register & generator)))
}

fn gain(soft: &[f32; OUTPUTS], pattern: usize) -> f32 {
    let signed = soft.iter().zip([32, 16, 8, 4, 2, 1]);
    signed.map(|(soft, mask)| if pattern & mask == 0 { *soft } else { -soft }).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MOST: u128 = (1 << BITS) - 1;
    const FREE_DISTANCE: usize = 50;

    fn soft(message: u128) -> [f32; CODED] {
        encode(message).map(|bit| if bit { -1.0 } else { 1.0 })
    }

    /// The least weight of a way that leaves state 0 and comes back (Dijkstra).
    fn free_distance() -> usize {
        let weight = |register: u32| output(register).count_ones() as usize;
        let mut least = vec![usize::MAX; STATES];
        let mut queue = std::collections::BTreeSet::new();
        let first = push(0, true);
        queue.insert((weight(first), first >> 1));
        while let Some((so_far, state)) = queue.pop_first() {
            if state == 0 {
                return so_far;
            }
            if least[state as usize] <= so_far {
                continue;
            }
            least[state as usize] = so_far;
            for bit in [false, true] {
                let register = push(state, bit);
                queue.insert((so_far + weight(register), register >> 1));
            }
        }
        0
    }

    #[test]
    fn the_free_distance_is_what_it_is_said_to_be() {
        assert_eq!(free_distance(), FREE_DISTANCE);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn messages_survive_wrong_bits(message in 0..=MOST, wrong in prop::collection::vec(0..CODED, 24)) {
            // Fewer than half of the free distance.
            let mut received = soft(message);
            wrong.iter().for_each(|at| received[*at] = -received[*at]);
            prop_assert_eq!(decode(&received), message);
        }

        #[test]
        fn messages_survive_lost_bits(message in 0..=MOST, start in 0..CODED) {
            let mut received = soft(message);
            (start..start + 45).for_each(|at| received[at % CODED] = 0.0);
            prop_assert_eq!(decode(&received), message);
        }

        #[test]
        fn messages_survive_noise(message in 0..=MOST, seed: [u8; 32]) {
            // Uniform in ±2: one bit of four has the wrong sign.
            let mut numbers = crate::WatermarkKey::new(seed).numbers("noise");
            let received = soft(message).map(|bit| bit + (numbers.fraction() * 4.0 - 2.0) as f32);
            prop_assert_eq!(decode(&received), message);
        }
    }

    #[test]
    fn the_code_is_a_ring() {
        let message = 0x1234_5678_9abc_def0_1122_3344_u128;
        for steps in [1, 17, 95] {
            let turned = (message << steps | message >> (BITS - steps)) & MOST;
            let mut word = encode(message);
            word.rotate_left(OUTPUTS * steps);
            assert_eq!(encode(turned), word);
        }
    }

    #[test]
    fn nothing_and_everything_decode() {
        assert_eq!(decode(&soft(0)), 0);
        assert_eq!(decode(&soft(MOST)), MOST);
        decode(&[f32::NAN; CODED]);
    }
}
