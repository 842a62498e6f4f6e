//! A convolutional code of rate ¼ and memory 8, bitten by its own tail: 96 bits give 384.
//!
//! The generators 463, 535, 733 and 745 (octal) have the greatest free distance of this memory,
//! 24 (Larsen 1973). Tail-biting spends no bits on the ends; decoding runs around the ring.

#![expect(clippy::indexing_slicing, reason = "states are taken modulo their number")]

/// Bits of a message.
pub(super) const BITS: usize = 96;
/// Bits of its code word.
pub(super) const CODED: usize = 4 * BITS;

const GENERATORS: [u32; 4] = [0o463, 0o535, 0o733, 0o745];
const MEMORY: u32 = 8;
const STATES: usize = 1 << MEMORY;
/// Messages that are tried for one reading.
pub(super) const LIST: usize = 8;
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

/// The most likely messages (Viterbi 1967), the best first: `soft` is positive where a bit is
/// rather 0.
///
/// Behind the best path come those that leave it once, where that costs least (Seshadri and
/// Sundberg 1994): a checksum finds the right one among them.
pub(super) fn decode(soft: &[f32; CODED]) -> [u128; LIST] {
    let paths = Paths::new(soft);
    let mut messages = [0; LIST];
    let (best, mut deviations) = paths.best();
    deviations.sort_by(|a, b| a.0.total_cmp(&b.0));
    let others = deviations.iter().map(|(_, step)| paths.trace(Some(*step)));
    // A path that leaves in the lap behind may be the same in the lap that is read.
    let mut found: Vec<u128> = Vec::with_capacity(LIST);
    for message in std::iter::once(best).chain(others.take(2 * LIST)) {
        if found.len() < LIST && !found.contains(&message) {
            found.push(message);
        }
    }
    messages.iter_mut().zip(found).for_each(|(message, found)| *message = found);
    messages
}

/// Every state's better arrival at every step.
struct Paths {
    /// Whether the odd one of two arrivals is the better one, and by how much.
    arrivals: Vec<[f32; STATES]>,
    end: usize,
}

impl Paths {
    fn new(soft: &[f32; CODED]) -> Self {
        let mut metrics = [0.0_f32; STATES];
        let mut arrivals: Vec<[f32; STATES]> = Vec::with_capacity(LAPS * BITS);
        let steps = soft.as_chunks::<4>().0;
        for [a, b, c, d] in std::iter::repeat_n(steps, LAPS).flatten() {
            // A register is a state behind a newer bit, which is 0 in the lower half.
            let mut register = [0.0; 2 * STATES];
            for (half, signs) in register.as_chunks_mut::<STATES>().0.iter_mut().zip(&SIGNS) {
                for ((sum, metric), [e, f, g, h]) in half.iter_mut().zip(&metrics).zip(signs) {
                    *sum = metric + (a * e + b * f) + (c * g + d * h);
                }
            }
            // Registers 2s and 2s + 1 lead to state s.
            let pairs = register.as_chunks::<2>().0;
            let mut by = [0.0; STATES];
            for ((by, metric), [even, odd]) in by.iter_mut().zip(&mut metrics).zip(pairs) {
                *by = odd - even;
                *metric = even.max(*odd);
            }
            arrivals.push(by);
        }
        let best = metrics.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
        Self { arrivals, end: best.map_or(0, |(state, _)| state) }
    }

    /// The best message, and what it costs to leave its path at each step.
    fn best(&self) -> (u128, Vec<(f32, usize)>) {
        let mut costs = Vec::with_capacity(self.arrivals.len());
        let message = self.walk(None, |step, cost| {
            if (BITS..2 * BITS + MEMORY as usize).contains(&step) {
                costs.push((cost, step));
            }
        });
        (message, costs)
    }

    fn trace(&self, leave: Option<usize>) -> u128 {
        self.walk(leave, |_, _| ())
    }

    /// Walks back from the best state and reads the last lap but one.
    fn walk(&self, leave: Option<usize>, mut seen: impl FnMut(usize, f32)) -> u128 {
        let mut state = self.end;
        let mut message = 0;
        for (step, arrivals) in self.arrivals.iter().enumerate().rev() {
            if (BITS..2 * BITS).contains(&step) {
                // The newest bit of a state is its most significant one.
                let bit = (state >> (MEMORY - 1)) as u128;
                message |= bit << (2 * BITS - 1 - step);
            }
            let by = arrivals[state];
            seen(step, by.abs());
            let odd = (by > 0.0) != (leave == Some(step));
            state = (2 * state) % STATES + usize::from(odd);
        }
        message
    }
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

/// For each register, with a newest bit of 0 and of 1: 1 for every code bit that is 0, else −1.
static SIGNS: [[[f32; 4]; STATES]; 2] = {
    let mut signs = [[[1.0; 4]; STATES]; 2];
    let mut register = 0;
    while register < 2 * STATES {
        let mut at = 0;
        while at < 4 {
            if parity(register as u32 & GENERATORS[at]) {
                signs[register / STATES][register % STATES][at] = -1.0;
            }
            at += 1;
        }
        register += 1;
    }
    signs
};

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
            prop_assert_eq!(decode(&received)[0], message);
        }

        #[test]
        fn messages_survive_lost_bits(message in 0..=MOST, start in 0..CODED) {
            let mut received = soft(message);
            (start..start + 20).for_each(|at| received[at % CODED] = 0.0);
            prop_assert_eq!(decode(&received)[0], message);
        }

        #[test]
        fn messages_survive_noise(message in 0..=MOST, seed: [u8; 32]) {
            // Uniform in ±1.4: one bit of seven has the wrong sign.
            let mut numbers = crate::WatermarkKey::new(seed).numbers("noise");
            let received = soft(message).map(|bit| bit + (numbers.fraction() * 2.8 - 1.4) as f32);
            prop_assert_eq!(decode(&received)[0], message);
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
        assert_eq!(decode(&soft(0))[0], 0);
        assert_eq!(decode(&soft(MOST))[0], MOST);
        decode(&[f32::NAN; CODED]);
    }
}
