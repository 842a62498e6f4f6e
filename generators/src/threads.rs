//! Work shared among the processor's threads.
//!
//! Nobody waits for a thread that has not begun: what the others have not taken, whoever shares the work
//! does alone. So a busy machine costs no more than the threads that it has left, where threads that meet
//! at a barrier would wait for each other through every layer of a network.

use std::ops::Range;

/// Into how many stretches each thread's share is cut, so that a slow thread holds up little.
const STRETCHES: usize = 4;

/// Does `work` on one of the threads that share: what it shares is then taken up without a change of
/// threads. Worth it where much small work follows.
pub(crate) fn within<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    rayon::scope(|_| work())
}

/// Runs all of `pieces` pieces of work, in stretches, on all threads that are free.
pub(crate) fn share(pieces: usize, run: impl Fn(Range<usize>) + Sync) {
    let threads = rayon::current_num_threads();
    match pieces {
        0 => {}
        1 => run(0..1),
        _ if threads < 2 => run(0..pieces),
        _ => halve(0..pieces, pieces.div_ceil(threads * STRETCHES), &run),
    }
}

fn halve(pieces: Range<usize>, least: usize, run: &(impl Fn(Range<usize>) + Sync)) {
    if pieces.len() <= least {
        return run(pieces);
    }
    let middle = pieces.start + pieces.len() / 2;
    rayon::join(
        || halve(pieces.start..middle, least, run),
        || halve(middle..pieces.end, least, run),
    );
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn every_piece_is_done_once_wherever_the_caller_stands() {
        for pieces in [0, 1, 2, 7, 1000] {
            let done: Vec<AtomicUsize> = (0..pieces).map(|_| AtomicUsize::new(0)).collect();
            let count = |range: Range<usize>| {
                for piece in range {
                    done[piece].fetch_add(1, Ordering::Relaxed);
                }
            };
            share(pieces, count);
            within(|| share(pieces, count));
            assert!(done.iter().all(|done| done.load(Ordering::Relaxed) == 2), "{pieces}");
        }
    }
}
