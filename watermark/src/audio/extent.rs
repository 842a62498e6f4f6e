//! From when to when a mark is heard.

use super::{
    PERIOD, SLOT, SLOTS, contrast::Contrast, pattern::Pattern, payload, reading::Reading, strength,
};

/// Cells in time that are judged together: 0.96 s.
const BLOCK: usize = 30;
/// Agreement of a block, in standard deviations of chance, that speaks neither for nor against.
const NEUTRAL: f32 = 2.5;

/// The first frame of the sound in which the mark of a reading is heard, and the first after it.
pub(super) fn extent(
    contrast: &Contrast,
    pattern: &Pattern,
    reading: &Reading,
) -> std::ops::Range<usize> {
    let signs = strength::signs(pattern, &payload::encode(reading.id));
    let frames = contrast.frames();
    let tempo = f64::from(reading.place.tempo);
    let offset = reading.place.offset;
    // Slots are counted on the pattern; the first one begins at or before the sound.
    let slots = ((frames as f64 * tempo) as usize + PERIOD - offset) / SLOT + 1;
    let frame_of = |slot: usize| {
        let phase = (slot * SLOT + offset) as f64 - PERIOD as f64;
        (phase / tempo).round().max(0.0) as usize
    };
    let score = |first: usize| {
        let (mut sum, mut power) = (0.0, f32::MIN_POSITIVE);
        for slot in first..first + BLOCK {
            // A slot that begins before the sound is not heard.
            if slot * SLOT + offset < PERIOD {
                continue;
            }
            let row = contrast.row(frame_of(slot));
            let expected = signs.get(slot % SLOTS).into_iter().flatten();
            for (value, sign) in row.iter().zip(expected) {
                sum += value * sign;
                power += value * value;
            }
        }
        sum / power.sqrt()
    };
    let blocks: Vec<f32> = (0..slots).step_by(BLOCK).map(score).collect();
    let range = likeliest(&blocks);
    frame_of(range.start * BLOCK)..frame_of(range.end * BLOCK).min(frames)
}

/// The run of blocks with the greatest sum above neutral (Kadane).
fn likeliest(blocks: &[f32]) -> std::ops::Range<usize> {
    let (mut best, mut sum, mut start, mut range) = (0.0, 0.0, 0, 0..0);
    for (at, score) in blocks.iter().enumerate() {
        if sum <= 0.0 {
            (sum, start) = (0.0, at);
        }
        sum += score - NEUTRAL;
        if sum > best {
            (best, range) = (sum, start..at + 1);
        }
    }
    range
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_likeliest_run_bridges_gaps_and_leaves_noise() {
        let cases: [(&[f32], std::ops::Range<usize>); 4] = [
            (&[0.1, -1.0, 9.0, 8.0, 1.5, 9.0, 0.3, -0.5], 2..6),
            (&[9.0, 9.0], 0..2),
            (&[0.0, 1.0, -1.0], 0..0),
            (&[], 0..0),
        ];
        for (blocks, expected) in cases {
            assert_eq!(likeliest(blocks), expected, "{blocks:?}");
        }
    }
}
