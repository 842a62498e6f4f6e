//! The mark of sounds: 64 bits as a faint, keyed pattern of loudness over time and frequency.
//!
//! Reading order: `pattern` says which cells of time and frequency a key makes louder or softer,
//! `payload` and `trellis` what they carry for an id, `strength` how much of it a sound hides, and
//! `embedding` adds it. On the way back `spectrogram` and `contrast` make the cells visible,
//! `search` finds where the pattern starts and how the sound was stretched or tuned since,
//! `reading` reads the bits there and `extent` says from when to when they are heard. `part` goes
//! that way for a minute of sound, `detection` for all of it. `file` does both with files, `soundtracks`
//! with the tracks of MP4 files.
//!
//! The pattern multiplies what is there. Silence carries nothing.

mod contrast;
mod detection;
mod embedding;
mod extent;
mod file;
mod part;
mod pattern;
mod payload;
mod reading;
mod search;
mod soundtracks;
mod spectrogram;
mod strength;
mod trellis;

pub use detection::{Detection, Presence, find, presence};
pub use embedding::{LENGTH_MS_MIN, mark};
pub use file::{detect, embed};
pub(crate) use soundtracks::Soundtracks;
pub use soundtracks::detect_soundtrack;

pub use crate::sound::{Depth, Sound, read, resampled, write};

/// The algorithm's name in the C2PA soft binding.
pub const ALGORITHM: &str = "org.imprimatur.audio.1";

/// The rate at which sounds are examined, in samples per second.
const RATE: u32 = 16_000;
/// Samples of a frame and from one frame to the next, at [`RATE`]: 32 ms and 8 ms.
const WINDOW: usize = 512;
const HOP: usize = 128;
/// Frames of a cell: 32 ms. Longer cells are drowned by the slow changes of every sound.
const SLOT: usize = 4;
/// Cells of a period in time. Each period of 4.8 s carries the whole message.
const SLOTS: usize = 150;
/// Frames of a period.
const PERIOD: usize = SLOT * SLOTS;
/// Cells in frequency.
const BANDS: usize = 37;

/// The edges of the bands in Hz: what telephones, codecs and small loudspeakers keep. A band is
/// 94 Hz wide at least, three bins of a frame, and 6 % of its frequency.
fn edges() -> [f32; BANDS + 1] {
    let mut edge = 350.0_f32;
    std::array::from_fn(|_| {
        let lower = edge;
        edge += f32::max(94.0, 0.06 * edge);
        lower
    })
}

/// The time of a frame's start in milliseconds.
fn milliseconds(frame: usize) -> u64 {
    (frame * HOP) as u64 * 1000 / u64::from(RATE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_reach_from_speech_to_what_codecs_keep() {
        let edges = edges();
        assert!(edges.is_sorted());
        assert!((6200.0..6600.0).contains(&edges[BANDS]), "{}", edges[BANDS]);
        assert!(edges.iter().filter(|edge| **edge < 3800.0).count() > 25);
    }
}
