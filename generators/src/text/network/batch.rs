//! Several sequences in one pass: each with its own positions and its own memory.

use super::{attention::Span, memory::Memory};
use crate::{GeneratorError, text::config::Config};

/// Which logits are wanted of the tokens that a sequence reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    Nothing,
    /// Those after the last token.
    Last,
    /// Those after every token.
    All,
}

/// Tokens that a sequence reads after what it remembers.
pub(crate) struct Reading<'a> {
    pub(crate) ids: &'a [u32],
    pub(crate) memory: &'a mut Memory,
    pub(crate) wanted: Wanted,
}

/// The readings of one pass, row by row.
pub(crate) struct Batch<'r, 'm> {
    readings: &'r mut [Reading<'m>],
    /// For each row its reading and its position.
    rows: Vec<(usize, usize)>,
    /// For each rope: for each row the cosines and sines of half a turned head.
    turns: Vec<Turns>,
}

struct Turns {
    pairs: usize,
    values: Vec<(f32, f32)>,
}

impl<'r, 'm> Batch<'r, 'm> {
    /// Makes room in the memories.
    pub(crate) fn new(config: &Config, readings: &'r mut [Reading<'m>]) -> Self {
        let mut rows = Vec::new();
        for (index, reading) in readings.iter_mut().enumerate() {
            reading.memory.reserve(reading.ids.len());
            let start = reading.memory.tokens();
            rows.extend((start..start + reading.ids.len()).map(|position| (index, position)));
        }
        let long = |reading: usize| readings.get(reading).is_some_and(|r| r.memory.long);
        let turns = config.ropes.iter().map(|rope| Turns {
            pairs: rope.size() / 2,
            values: rows.iter().flat_map(|(r, at)| rope.at(*at, long(*r))).collect(),
        });
        let turns = turns.collect();
        Self { readings, rows, turns }
    }

    /// The ids of all rows.
    pub(crate) fn ids(&self) -> Vec<u32> {
        self.readings.iter().flat_map(|reading| reading.ids).copied().collect()
    }

    /// The rows whose logits are wanted.
    pub(crate) fn wanted(&self) -> Vec<usize> {
        let mut first = 0;
        let mut wanted = Vec::new();
        for reading in self.readings.iter() {
            let end = first + reading.ids.len();
            match reading.wanted {
                Wanted::Nothing => (),
                Wanted::Last => wanted.extend((first..end).last()),
                Wanted::All => wanted.extend(first..end),
            }
            first = end;
        }
        wanted
    }

    pub(crate) fn spans(&self) -> Vec<Span<'_>> {
        let mut first = 0;
        let mut spans = Vec::with_capacity(self.readings.len());
        for reading in self.readings.iter() {
            let (memory, tokens) = (&*reading.memory, reading.ids.len());
            spans.push(Span { memory, first, tokens, start: memory.tokens() });
            first += tokens;
        }
        spans
    }

    /// Turns the heads of a row by its position.
    pub(crate) fn turn(&self, rope: usize, row: usize, head_size: usize, heads: &mut [f32]) {
        let Some(turns) = self.turns.get(rope) else { return };
        let pairs = turns.pairs;
        let values = turns.values.get(row * pairs..(row + 1) * pairs).unwrap_or_default();
        for head in heads.chunks_exact_mut(head_size) {
            let Some(turned) = head.get_mut(..2 * pairs) else { return };
            let (lower, upper) = turned.split_at_mut(pairs);
            for ((low, high), (cosine, sine)) in lower.iter_mut().zip(upper).zip(values) {
                let (x, y) = (*low, *high);
                *low = x * cosine - y * sine;
                *high = y * cosine + x * sine;
            }
        }
    }

    /// Writes keys and values of a row into its sequence's memory.
    pub(crate) fn remember(
        &mut self,
        layer: usize,
        row: usize,
        keys: &[f32],
        values: &[f32],
    ) -> Result<(), GeneratorError> {
        let Some((reading, position)) = self.rows.get(row).copied() else { return Ok(()) };
        let Some(reading) = self.readings.get_mut(reading) else { return Ok(()) };
        reading.memory.write(layer, position, keys, values)
    }

    /// Every layer has read the tokens.
    pub(crate) fn finish(self) {
        for reading in self.readings {
            reading.memory.advance(reading.ids.len());
        }
    }
}
