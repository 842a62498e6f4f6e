//! Q8_0: a scale and 32 signed bytes.

use std::hint::black_box;

use half::f16;

use super::{
    activations::{Rows, Style},
    format::{Format, Panel},
    lanes::Lanes,
};

#[derive(Debug)]
pub(super) struct Q8_0;

/// For each two columns two bytes of each row.
type Block = [[[u8; 16]; 2]; 16];

impl Format for Q8_0 {
    const COLUMNS: usize = 32;
    const BYTES: usize = 34;
    const LANES: usize = 16;
    const SCALES: usize = 16;
    const STYLE: Style = Style { block: 32, to_a_word: 2, sums: false };
    type Block = Block;

    fn empty() -> Block {
        [[[0; 16]; 2]; 16]
    }

    fn put(block: &mut Block, scales: &mut [f16], lane: usize, stored: &[u8]) {
        let Some((scale, bytes)) = stored.split_first_chunk::<2>() else { return };
        if let Some(to) = scales.get_mut(lane) {
            *to = f16::from_le_bytes(*scale);
        }
        for (pair, from) in block.iter_mut().zip(bytes.as_chunks::<2>().0) {
            if let Some(to) = pair.as_flattened_mut().as_chunks_mut::<2>().0.get_mut(lane) {
                *to = *from;
            }
        }
    }

    fn widen(block: &Block, scales: &[f16], lane: usize, to: &mut [f32]) {
        let scale = scales.get(lane).map_or(0.0, |scale| scale.to_f32());
        for (pair, to) in block.iter().zip(to.as_chunks_mut::<2>().0) {
            if let Some(bytes) = pair.as_flattened().as_chunks::<2>().0.get(lane) {
                *to = bytes.map(|byte| f32::from(byte.cast_signed()) * scale);
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
        let words = rows.words.as_chunks::<16>().0.iter().zip(rows.scales);
        // Unrolled, sixteen pairs would not fit into the registers.
        let pairs = black_box(16).min(16);
        let mut sums = [[lanes.splat(0.0); 2]; R];
        for ((block, scales), (words, own)) in blocks.zip(words) {
            let mut dots = [[lanes.word(0); 2]; R];
            for (bytes, words) in block[..pairs].iter().zip(words) {
                let bytes = bytes.map(|bytes| lanes.widen(bytes));
                for (dots, word) in dots.iter_mut().zip(words) {
                    let word = lanes.word(*word);
                    for (dot, bytes) in dots.iter_mut().zip(bytes) {
                        *dot = lanes.add_long(*dot, lanes.dot_shorts(bytes, word));
                    }
                }
            }
            let scales = scales.map(|scales| lanes.load(scales));
            for ((sums, dots), own) in sums.iter_mut().zip(dots).zip(own) {
                let own = lanes.splat(*own);
                for ((sum, dot), scale) in sums.iter_mut().zip(dots).zip(scales) {
                    let dot = lanes.multiply(lanes.multiply(lanes.floats(dot), scale), own);
                    *sum = lanes.add(*sum, dot);
                }
            }
        }
        let halves = out.as_chunks_mut::<8>().0.as_chunks_mut::<2>().0;
        for (out, sums) in halves.iter_mut().zip(sums) {
            *out = sums.map(|sum| lanes.store(sum));
        }
    }
}
