//! Q6_K: 256 numbers of six bits, with a scale of eight bits for each 16.

use std::array;

use half::f16;

use super::{
    activations::{Rows, Style},
    format::{Format, Panel},
    lanes::Lanes,
};

#[derive(Debug)]
pub(super) struct Q6K;

/// A block of eight rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    /// For each 32 columns two scales of each row.
    scales: [[u8; 16]; 8],
    /// For each 16 columns: of four times four columns of each row the lower bits in two times
    /// two halves of bytes, and the upper ones in four quarters.
    numbers: [[[u8; 32]; 3]; 16],
}

const LOWER: i32 = 0x0f0f_0f0f;
const UPPER: i32 = 0x3030_3030;
/// Six bits count from here.
const MIDDLE: i16 = 32;

impl Format for Q6K {
    const COLUMNS: usize = 256;
    const BYTES: usize = 210;
    const LANES: usize = 8;
    const SCALES: usize = 8;
    const STYLE: Style = Style { block: 256, to_a_word: 4, sums: true };
    type Block = Block;

    fn empty() -> Block {
        Block { scales: [[0; 16]; 8], numbers: [[[0; 32]; 3]; 16] }
    }

    fn put(block: &mut Block, scales: &mut [f16], lane: usize, stored: &[u8]) {
        let (Some(numbers), Some((own, scale))) =
            (numbers(stored), stored.get(192..).and_then(|rest| rest.split_first_chunk::<16>()))
        else {
            return;
        };
        if let (Some(to), Some(scale)) = (scales.get_mut(lane), scale.first_chunk()) {
            *to = f16::from_le_bytes(*scale);
        }
        for (to, from) in block.scales.iter_mut().zip(own.as_chunks::<2>().0) {
            if let Some(to) = to.as_chunks_mut::<2>().0.get_mut(lane) {
                *to = *from;
            }
        }
        for (to, from) in block.numbers.iter_mut().zip(numbers.as_chunks::<16>().0) {
            for (at, number) in from.iter().enumerate() {
                let (four, place) = (at / 4, 4 * lane + at % 4);
                to[four / 2][place] |= (number & 15) << (four % 2 * 4);
                to[2][place] |= (number >> 4) << (2 * four);
            }
        }
    }

    fn widen(block: &Block, scales: &[f16], lane: usize, to: &mut [f32]) {
        let scale = scales.get(lane).map_or(0.0, |scale| scale.to_f32());
        for (step, (bytes, to)) in block.numbers.iter().zip(to.as_chunks_mut::<16>().0).enumerate()
        {
            let own = block.scales[step / 2][2 * lane + step % 2].cast_signed();
            for (at, to) in to.iter_mut().enumerate() {
                let (four, place) = (at / 4, 4 * lane + at % 4);
                let low = (bytes[four / 2][place] >> (four % 2 * 4)) & 15;
                let number = low | (((bytes[2][place] >> (2 * four)) & 3) << 4);
                *to = scale * f32::from(own) * f32::from(i16::from(number) - MIDDLE);
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
        let scales = panel.scales.as_chunks::<8>().0;
        let blocks = panel.blocks.iter().zip(scales);
        let words = rows.words.as_chunks::<64>().0.iter().zip(rows.sums.as_chunks::<8>().0);
        let mut sums = [lanes.splat(0.0); R];
        for (((block, scales), (words, added)), own) in blocks.zip(words).zip(rows.scales) {
            let dots = dots(lanes, block, words, added);
            let scale = lanes.load(*scales);
            for ((sum, own), dot) in sums.iter_mut().zip(own).zip(dots) {
                let dot = lanes.multiply(lanes.floats(dot), scale);
                *sum = lanes.add(*sum, lanes.multiply(dot, lanes.splat(*own)));
            }
        }
        for (out, sum) in out.as_chunks_mut::<8>().0.iter_mut().zip(sums) {
            *out = lanes.store(sum);
        }
    }
}

/// Numbers times whole numbers times their scales of eight bits.
#[inline(always)]
fn dots<L: Lanes, const R: usize>(
    lanes: L,
    block: &Block,
    words: &[[i32; R]; 64],
    added: &[[i32; R]; 8],
) -> [L::Whole; R] {
    let mut dots = [lanes.word(0); R];
    let (numbers, words) = (block.numbers.as_chunks::<2>().0, words.as_chunks::<4>().0);
    let parts = numbers.iter().zip(words.as_chunks::<2>().0).zip(added);
    for (scales, ((two, words), added)) in block.scales.iter().zip(parts) {
        let scales = lanes.widen(*scales);
        // 32 times a scale is within a short integer.
        let middle = lanes.shift::<5>(scales);
        for (dot, added) in dots.iter_mut().zip(added) {
            *dot = lanes.subtract_long(*dot, lanes.dot_shorts(middle, lanes.word(*added)));
        }
        let scales = [lanes.twice::<false>(scales), lanes.twice::<true>(scales)];
        for ((bytes, [a, b, c, d]), scale) in two.iter().zip(words).zip(scales) {
            let fours = fours(lanes, *bytes);
            for (row, dot) in dots.iter_mut().enumerate() {
                let half = |at: usize, a: i32, b: i32| {
                    let (a, b) = (lanes.word(a), lanes.word(b));
                    // Two of at most 2 · 63 · 127 are within a short integer.
                    let a = lanes.dot_bytes(fours[at], a);
                    let short = lanes.add_short(a, lanes.dot_bytes(fours[at + 1], b));
                    lanes.dot_shorts(short, scale)
                };
                let halves = lanes.add_long(half(0, a[row], b[row]), half(2, c[row], d[row]));
                *dot = lanes.add_long(*dot, halves);
            }
        }
    }
    dots
}

/// Four times four columns of each row.
#[inline(always)]
fn fours<L: Lanes>(lanes: L, [a, b, upper]: [[u8; 32]; 3]) -> [L::Whole; 4] {
    let (low, high) = (lanes.word(LOWER), lanes.word(UPPER));
    let (a, b, upper) = (lanes.bytes(a), lanes.bytes(b), lanes.bytes(upper));
    let lower = [a, lanes.shift::<-4>(a), b, lanes.shift::<-4>(b)].map(|x| lanes.and(x, low));
    let upper = [lanes.shift::<4>(upper), lanes.shift::<2>(upper), upper, lanes.shift::<-2>(upper)];
    array::from_fn(|at| lanes.or(lower[at], lanes.and(upper[at], high)))
}

/// The 256 numbers of a stored block, in the order of their columns.
fn numbers(stored: &[u8]) -> Option<[u8; 256]> {
    let (lower, rest) = stored.split_first_chunk::<128>()?;
    let upper = rest.first_chunk::<64>()?;
    Some(array::from_fn(|column| {
        let (half, quarter, at) = (column / 128, column % 128 / 32, column % 32);
        let low = lower[64 * half + 32 * (quarter % 2) + at] >> (quarter / 2 * 4);
        let high = upper[32 * half + at] >> (2 * quarter);
        (low & 15) | ((high & 3) << 4)
    }))
}
