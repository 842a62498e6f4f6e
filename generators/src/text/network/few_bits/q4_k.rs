//! Q4_K: 256 numbers of four bits, with a scale and an offset of six bits for each 32.

use std::array;

use half::f16;

use super::{
    activations::{Rows, Style},
    format::{Format, Panel},
    lanes::Lanes,
};

#[derive(Debug)]
pub(super) struct Q4K;

/// A block of eight rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    /// For each 64 columns two scales of each row.
    scales: [[u8; 16]; 4],
    /// And two offsets.
    offsets: [[u8; 16]; 4],
    /// For each 32 columns and each eight of them: four columns of each row in the lower bits,
    /// the next four in the upper ones.
    numbers: [[[u8; 32]; 4]; 8],
}

const LOWER: i32 = 0x0f0f_0f0f;

impl Format for Q4K {
    const COLUMNS: usize = 256;
    const BYTES: usize = 144;
    const LANES: usize = 8;
    const SCALES: usize = 16;
    const STYLE: Style = Style { block: 256, to_a_word: 4, sums: true };
    type Block = Block;

    fn empty() -> Block {
        Block { scales: [[0; 16]; 4], offsets: [[0; 16]; 4], numbers: [[[0; 32]; 4]; 8] }
    }

    fn put(block: &mut Block, scales: &mut [f16], lane: usize, stored: &[u8]) {
        let Some(([a, b, c, d, rest @ ..], numbers)) = stored.split_first_chunk::<16>() else {
            return;
        };
        for (at, bytes) in [(lane, [*a, *b]), (Self::LANES + lane, [*c, *d])] {
            if let Some(to) = scales.get_mut(at) {
                *to = f16::from_le_bytes(bytes);
            }
        }
        let (scales, offsets) = six_bits(*rest);
        pairs(&mut block.scales, lane, scales);
        pairs(&mut block.offsets, lane, offsets);
        // In a file the lower bits of 32 bytes are 32 columns, the upper ones the next 32.
        for (two, bytes) in block.numbers.as_chunks_mut::<2>().0.iter_mut().zip(numbers.chunks(32))
        {
            for (step, to) in two.iter_mut().enumerate() {
                for (to, from) in to.iter_mut().zip(bytes.as_chunks::<4>().0.as_chunks::<2>().0) {
                    let [lower, upper] =
                        from.map(|four| four.map(|byte| (byte >> (4 * step)) & 15));
                    if let Some(to) = to.as_chunks_mut::<4>().0.get_mut(lane) {
                        *to = array::from_fn(|at| lower[at] | (upper[at] << 4));
                    }
                }
            }
        }
    }

    fn widen(block: &Block, scales: &[f16], lane: usize, to: &mut [f32]) {
        let whole = |at: usize| scales.get(at).map_or(0.0, |scale| scale.to_f32());
        let (scale, offset) = (whole(lane), whole(Self::LANES + lane));
        let own = |pairs: &[[u8; 16]; 4]| -> [f32; 8] {
            array::from_fn(|at| f32::from(pairs[at / 2][2 * lane + at % 2]))
        };
        let parts = own(&block.scales).into_iter().zip(own(&block.offsets));
        for ((bytes, parts), to) in block.numbers.iter().zip(parts).zip(to.as_chunks_mut::<32>().0)
        {
            for (bytes, to) in bytes.iter().zip(to.as_chunks_mut::<8>().0) {
                let four = bytes.as_chunks::<4>().0.get(lane).copied().unwrap_or_default();
                for (at, to) in to.iter_mut().enumerate() {
                    let number = (four[at % 4] >> (at / 4 * 4)) & 15;
                    *to = scale * parts.0 * f32::from(number) - offset * parts.1;
                }
            }
        }
    }

    #[inline(always)]
    fn tile<L: Lanes, const R: usize>(
        lanes: L,
        panel: Panel<'_, Block>,
        rows: Rows<'_, R>,
        out: &mut [f32],
    ) {
        let scales = panel.scales.as_chunks::<8>().0.as_chunks::<2>().0;
        let blocks = panel.blocks.iter().zip(scales);
        let words = rows.words.as_chunks::<64>().0.iter().zip(rows.sums.as_chunks::<8>().0);
        let mut sums = [lanes.splat(0.0); R];
        for (((block, scales), (words, added)), own) in blocks.zip(words).zip(rows.scales) {
            let dots = dots(lanes, block, words);
            let below = offsets(lanes, block, added);
            let [scale, offset] = scales.map(|scales| lanes.load(scales));
            for (((sum, own), dot), below) in sums.iter_mut().zip(own).zip(dots).zip(below) {
                let dot = lanes.multiply(lanes.floats(dot), scale);
                let below = lanes.multiply(lanes.floats(below), offset);
                let own = lanes.splat(*own);
                *sum = lanes.add(*sum, lanes.multiply(lanes.subtract(dot, below), own));
            }
        }
        for (out, sum) in out.as_chunks_mut::<8>().0.iter_mut().zip(sums) {
            *out = lanes.store(sum);
        }
    }
}

/// Numbers times whole numbers times their scales of six bits.
#[inline(always)]
fn dots<L: Lanes, const R: usize>(
    lanes: L,
    block: &Block,
    words: &[[i32; R]; 64],
) -> [L::Whole; R] {
    let mut dots = [lanes.word(0); R];
    let (numbers, words) = (block.numbers.as_chunks::<2>().0, words.as_chunks::<8>().0);
    let parts = numbers.iter().zip(words.as_chunks::<2>().0);
    for (scales, (two, words)) in block.scales.iter().zip(parts) {
        let scales = lanes.widen(*scales);
        let scales = [lanes.twice::<false>(scales), lanes.twice::<true>(scales)];
        for ((bytes, words), scale) in two.iter().zip(words).zip(scales) {
            let short = column(lanes, bytes, words);
            for (dot, short) in dots.iter_mut().zip(short) {
                *dot = lanes.add_long(*dot, lanes.dot_shorts(short, scale));
            }
        }
    }
    dots
}

/// 32 columns of numbers times whole numbers.
#[inline(always)]
fn column<L: Lanes, const R: usize>(
    lanes: L,
    bytes: &[[u8; 32]; 4],
    words: &[[i32; R]; 8],
) -> [L::Whole; R] {
    let lower = lanes.word(LOWER);
    let mut short = [lanes.word(0); R];
    for (bytes, [a, b]) in bytes.iter().zip(words.as_chunks::<2>().0) {
        let bytes = lanes.bytes(*bytes);
        let first = lanes.and(bytes, lower);
        let second = lanes.and(lanes.shift::<-4>(bytes), lower);
        for ((short, a), b) in short.iter_mut().zip(a).zip(b) {
            // Eight of at most 2 · 15 · 127 are within a short integer.
            *short = lanes.add_short(*short, lanes.dot_bytes(first, lanes.word(*a)));
            *short = lanes.add_short(*short, lanes.dot_bytes(second, lanes.word(*b)));
        }
    }
    short
}

/// Sums of whole numbers times their offsets of six bits.
#[inline(always)]
fn offsets<L: Lanes, const R: usize>(
    lanes: L,
    block: &Block,
    added: &[[i32; R]; 8],
) -> [L::Whole; R] {
    let mut dots = [lanes.word(0); R];
    for (offsets, [first, second]) in block.offsets.iter().zip(added.as_chunks::<2>().0) {
        let offsets = lanes.widen(*offsets);
        let pair = [lanes.twice::<false>(offsets), lanes.twice::<true>(offsets)];
        for ((dot, a), b) in dots.iter_mut().zip(first).zip(second) {
            let a = lanes.dot_shorts(pair[0], lanes.word(*a));
            let b = lanes.dot_shorts(pair[1], lanes.word(*b));
            *dot = lanes.add_long(*dot, lanes.add_long(a, b));
        }
    }
    dots
}

fn pairs(to: &mut [[u8; 16]; 4], lane: usize, numbers: [u8; 8]) {
    for (to, from) in to.iter_mut().zip(numbers.as_chunks::<2>().0) {
        if let Some(to) = to.as_chunks_mut::<2>().0.get_mut(lane) {
            *to = *from;
        }
    }
}

/// Eight scales and eight offsets out of twelve bytes.
fn six_bits(bytes: [u8; 12]) -> ([u8; 8], [u8; 8]) {
    let one = |at: usize, offset: usize| {
        if at < 4 {
            bytes[at + offset] & 63
        } else {
            let low = (bytes[at + 4] >> offset) & 15;
            low | ((bytes[at - 4 + offset] >> 6) << 4)
        }
    };
    (array::from_fn(|at| one(at, 0)), array::from_fn(|at| one(at, 4)))
}
