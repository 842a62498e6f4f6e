//! When each word is said: where some heads of the decoder look while it is read.
//!
//! As in the original program (`timing.py`): the weights of these heads are normalised over the
//! words, smoothed over time and averaged; the cheapest path through them gives each token its
//! time.

#![expect(clippy::indexing_slicing, reason = "kernels: the lengths are checked where they enter")]

use super::decoding::Writer;
use crate::{
    GeneratorError,
    recogniser::{Segment, Word},
    sequence::{Reading, Source, Watched},
};

/// Places of the encoder in a second.
const PLACES: f64 = 50.0;
/// Places that are smoothed together.
const SMOOTH: usize = 7;
/// Marks that belong to the word before them.
const CLOSING: &str = "\"'.。,，!！?？:：”)]}、";
/// Marks that belong to the word after them.
const OPENING: &str = "\"'“¿([{-";

/// Finds the times of the words of all segments of a window that is `frames` long.
///
/// # Errors
/// [`GeneratorError::Failed`] when a product fails.
pub(crate) fn find(
    writer: Writer<'_>,
    heads: &[(usize, usize)],
    source: &Source,
    (language, task, frames): (Option<u32>, u32, usize),
    (offset, segments): (f64, &mut [Segment]),
) -> Result<(), GeneratorError> {
    let vocabulary = writer.vocabulary;
    let spoken = |segment: &Segment| {
        let words = segment.tokens.iter().copied().filter(|id| *id < vocabulary.end);
        words.collect::<Vec<u32>>()
    };
    let all: Vec<u32> = segments.iter().flat_map(&spoken).collect();
    if all.is_empty() || heads.is_empty() {
        return Ok(());
    }
    let mut ids = writer.task(language, task);
    ids.push(vocabulary.no_times);
    let skipped = ids.len() - 1;
    ids.extend_from_slice(&all);
    ids.truncate(writer.network.config.max_target_positions);
    let mut watched = Watched::new(heads.to_vec());
    let mut memory = writer.network.memory();
    let reading =
        Reading { memory: &mut memory, source, rows: ids.len(), watched: Some(&mut watched) };
    writer.network.decode(&ids, &mut [reading], &[])?;
    let places = (frames / 2).clamp(1, writer.network.frames() / 2);
    let matrix = average(&watched, ids.len(), places);
    // The row that reads a token decides when the next one is said.
    let rows = &matrix[skipped.min(matrix.len())..];
    let starts = path(rows, places);
    let spaced = language.is_none_or(|id| !is_unspaced(writer, id));
    let mut token = 0;
    for segment in segments {
        let tokens = spoken(segment);
        for (text, count) in split(writer, &tokens, spaced)? {
            let at = |index: usize| starts.get(index).or(starts.last()).copied().unwrap_or(0);
            let (start, end) = (at(token), at(token + count));
            token += count;
            let time = |place: usize| offset + place as f64 / PLACES;
            segment.words.push(Word { text, start: time(start), end: time(end.max(start)) });
        }
    }
    Ok(())
}

/// Whether a language is written without spaces between words.
fn is_unspaced(writer: Writer<'_>, language: u32) -> bool {
    let without = ["zh", "ja", "th", "lo", "my", "yue"];
    without.iter().any(|code| writer.vocabulary.language(code) == Some(language))
}

/// The mean of all watched heads, a row a token, smoothed over `places`.
fn average(watched: &Watched, tokens: usize, places: usize) -> Vec<Vec<f32>> {
    let mut mean = vec![vec![0.0; places]; tokens];
    for weights in &watched.weights {
        let width = weights.len() / tokens.max(1);
        let mut rows: Vec<Vec<f32>> = (0..tokens)
            .map(|token| {
                let row = &weights[token * width..][..places.min(width)];
                let sum: f32 = row.iter().sum::<f32>().max(f32::MIN_POSITIVE);
                row.iter().map(|weight| weight / sum).collect()
            })
            .collect();
        standardise(&mut rows, places);
        for (mean, row) in mean.iter_mut().zip(&rows) {
            for (place, mean) in mean.iter_mut().enumerate() {
                *mean += median(row, place) / watched.weights.len() as f32;
            }
        }
    }
    mean
}

/// To mean 0 and variance 1 over the tokens, place by place.
fn standardise(rows: &mut [Vec<f32>], places: usize) {
    let count = rows.len().max(1) as f32;
    for place in 0..places {
        let column = || rows.iter().filter_map(|row| row.get(place).copied());
        let mean = column().sum::<f32>() / count;
        let variance = column().map(|x| (x - mean) * (x - mean)).sum::<f32>() / count;
        let scale = 1.0 / variance.sqrt().max(1e-12);
        for row in &mut *rows {
            if let Some(x) = row.get_mut(place) {
                *x = (*x - mean) * scale;
            }
        }
    }
}

/// The median around a place; the row is mirrored at its edges.
fn median(row: &[f32], place: usize) -> f32 {
    let half = (SMOOTH / 2) as i64;
    let last = row.len() as i64 - 1;
    if last < half {
        return row.get(place).copied().unwrap_or(0.0);
    }
    let mut near = [0.0; SMOOTH];
    for (index, x) in near.iter_mut().enumerate() {
        let at = place as i64 + index as i64 - half;
        let at = if at < 0 { -at } else { at };
        let at = if at > last { 2 * last - at } else { at };
        *x = row[at as usize];
    }
    near.sort_by(f32::total_cmp);
    near[SMOOTH / 2]
}

/// For each row the place where the cheapest monotone path reaches it.
fn path(rows: &[Vec<f32>], places: usize) -> Vec<usize> {
    let count = rows.len();
    let width = places + 1;
    let mut cost = vec![f32::INFINITY; (count + 1) * width];
    let mut step = vec![0_u8; (count + 1) * width];
    cost[0] = 0.0;
    for place in 1..=places {
        for row in 1..=count {
            let at = row * width + place;
            let (both, down, along) = (cost[at - width - 1], cost[at - width], cost[at - 1]);
            let (least, way) = if both < down && both < along {
                (both, 0)
            } else if down < both && down < along {
                (down, 1)
            } else {
                (along, 2)
            };
            cost[at] = least - rows[row - 1][place - 1];
            step[at] = way;
        }
    }
    let mut starts = vec![0; count];
    let (mut row, mut place) = (count, places);
    while row > 0 && place > 0 {
        // The last one noted is the first place of the row.
        starts[row - 1] = place - 1;
        match step[row * width + place] {
            0 => (row, place) = (row - 1, place - 1),
            1 => row -= 1,
            _ => place -= 1,
        }
    }
    starts
}

/// Words of some tokens, each with how many tokens it has; marks belong to their words.
fn split(
    writer: Writer<'_>,
    tokens: &[u32],
    spaced: bool,
) -> Result<Vec<(String, usize)>, GeneratorError> {
    let mut characters: Vec<(String, usize)> = Vec::new();
    let mut from = 0;
    for index in 0..tokens.len() {
        let text = writer.vocabulary.decode(&tokens[from..=index])?;
        // A token may end within a character.
        if !text.ends_with('\u{fffd}') || index + 1 == tokens.len() {
            characters.push((text, index + 1 - from));
            from = index + 1;
        }
    }
    let mut words: Vec<(String, usize)> = Vec::new();
    for (text, count) in characters {
        let begins = !spaced || text.starts_with(' ') || is_mark(&text);
        match words.last_mut() {
            Some((word, tokens)) if !begins => {
                word.push_str(&text);
                *tokens += count;
            }
            _ => words.push((text, count)),
        }
    }
    Ok(together(words))
}

fn is_mark(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && text.chars().all(|c| CLOSING.contains(c) || OPENING.contains(c))
}

/// Puts marks to their words.
fn together(words: Vec<(String, usize)>) -> Vec<(String, usize)> {
    let mut out: Vec<(String, usize)> = Vec::new();
    let mut opening: Option<(String, usize)> = None;
    for (text, count) in words {
        let all =
            |marks: &str| !text.trim().is_empty() && text.trim().chars().all(|c| marks.contains(c));
        if text.starts_with(' ') && all(OPENING) {
            let (before, tokens) = opening.take().unwrap_or_default();
            opening = Some((before + &text, tokens + count));
        } else if let (true, false, Some((word, tokens))) =
            (all(CLOSING), text.starts_with(' '), out.last_mut().filter(|_| opening.is_none()))
        {
            word.push_str(&text);
            *tokens += count;
        } else {
            let (before, tokens) = opening.take().unwrap_or_default();
            let text = if before.is_empty() { text } else { before + text.trim_start() };
            out.push((text, tokens + count));
        }
    }
    match (opening, out.last_mut()) {
        (Some((text, count)), Some((word, tokens))) => {
            word.push_str(&text);
            *tokens += count;
        }
        (Some(alone), None) => out.push(alone),
        (None, _) => {}
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_follows_the_bright_places() {
        let mut rows = vec![vec![-0.1; 12]; 3];
        for (row, places) in [(0, 0..4), (1, 4..5), (2, 5..12)] {
            rows[row][places].fill(1.0);
        }
        assert_eq!(path(&rows, 12), [0, 4, 5]);
        assert!(path(&[], 4).is_empty());
    }

    #[test]
    fn marks_go_to_their_words() {
        let words =
            [(" \"", 1), ("Yes", 1), (",", 1), ("\"", 1), (" he", 1), (" said", 2), (".", 1)];
        let words = words.map(|(text, count)| (text.to_owned(), count)).to_vec();
        let expected = [(" \"Yes,\"", 4), (" he", 1), (" said.", 3)];
        assert_eq!(together(words), expected.map(|(text, count)| (text.to_owned(), count)));
    }

    #[test]
    fn a_median_leaves_single_peaks_out() {
        let row = [0.0, 0.0, 0.0, 0.0, 9.0, 0.0, 0.0, 0.0, 0.0];
        assert_eq!(median(&row, 4), 0.0);
        assert_eq!(median(&[1.0, 2.0], 1), 2.0);
    }
}
