//! Which token may come next.
//!
//! Times stand in pairs around what is said, never go back, and begin near the start of a window;
//! these are the rules of the original program (`ApplyTimestampRules`).

#![expect(clippy::indexing_slicing, reason = "kernels: the lengths are checked where they enter")]

use super::{
    config::{Config, Generation},
    vocabulary::Vocabulary,
};

/// Rules of one model.
#[derive(Debug)]
pub(crate) struct Rules {
    never: Vec<usize>,
    not_first: Vec<usize>,
    /// The latest first time, counted from 0.
    first_time_max: Option<usize>,
    end: usize,
    no_times: usize,
    times: usize,
}

/// A second in tokens for times: none of the files says more than the original program's setting.
const FIRST_TIME_MAX: usize = 50;

impl Rules {
    /// As the files say, else as the original program does.
    pub(crate) fn new(config: &Config, generation: &Generation, vocabulary: &Vocabulary) -> Self {
        let size = config.vocab_size;
        let listed = |ids: &Option<Vec<i64>>, other: &Option<Vec<i64>>| -> Vec<usize> {
            let ids = ids.as_ref().or(other.as_ref()).into_iter().flatten();
            ids.filter_map(|id| usize::try_from(*id).ok()).filter(|id| *id < size).collect()
        };
        let mut never = listed(&generation.suppress_tokens, &config.suppress_tokens);
        // None of these is ever said, whatever the files leave out.
        let start = [Some(vocabulary.start), vocabulary.before, vocabulary.no_speech];
        never.extend(start.into_iter().flatten().map(|id| id as usize));
        never.extend([vocabulary.transcribe, vocabulary.translate].map(|id| id as usize));
        Self {
            never,
            not_first: listed(&generation.begin_suppress_tokens, &config.begin_suppress_tokens),
            first_time_max: Some(generation.max_initial_timestamp_index.unwrap_or(FIRST_TIME_MAX)),
            end: vocabulary.end as usize,
            no_times: vocabulary.no_times as usize,
            times: vocabulary.times as usize,
        }
    }

    /// Takes the chance from tokens that may not follow `written`.
    pub(crate) fn apply(&self, written: &[u32], logits: &mut [f32]) {
        let first = written.is_empty();
        for id in self.not_first.iter().filter(|_| first).chain(&self.never) {
            logits[*id] = f32::NEG_INFINITY;
        }
        logits[self.no_times] = f32::NEG_INFINITY;
        self.pair(written, logits);
        if first {
            logits[..self.times].fill(f32::NEG_INFINITY);
            if let Some(latest) = self.first_time_max {
                let from = (self.times + latest + 1).min(logits.len());
                logits[from..].fill(f32::NEG_INFINITY);
            }
        }
        self.prefer_times(logits);
    }

    fn pair(&self, written: &[u32], logits: &mut [f32]) {
        let is_time = |id: &u32| *id as usize >= self.times;
        let last = written.last().is_some_and(is_time);
        let before = written.len() < 2 || is_time(&written[written.len() - 2]);
        if last && before {
            logits[self.times..].fill(f32::NEG_INFINITY);
        } else if last {
            logits[..self.end].fill(f32::NEG_INFINITY);
        }
        if let Some(latest) = written.iter().rev().find(|id| is_time(id)) {
            // A pair may close where it opens the next, but nothing lasts no time.
            let from = *latest as usize + usize::from(!last || before);
            let from = from.min(logits.len());
            logits[self.times..from].fill(f32::NEG_INFINITY);
        }
    }

    /// Where a time is likelier than every word, it is a time.
    fn prefer_times(&self, logits: &mut [f32]) {
        let (words, times) = logits.split_at_mut(self.times);
        let word = words.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let time = times.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        if time == f32::NEG_INFINITY {
            return;
        }
        let sum: f32 = times.iter().map(|logit| (logit - time).exp()).sum();
        if time + sum.ln() > word {
            words.fill(f32::NEG_INFINITY);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words 0–9, end 10, no times 11, times from 12 on.
    fn rules() -> Rules {
        Rules {
            never: vec![3],
            not_first: vec![10],
            first_time_max: Some(2),
            end: 10,
            no_times: 11,
            times: 12,
        }
    }

    fn allowed(written: &[u32], likely: usize) -> Vec<usize> {
        let mut logits = vec![0.0; 20];
        logits[likely] = 5.0;
        rules().apply(written, &mut logits);
        (0..20).filter(|id| logits[*id] > f32::NEG_INFINITY).collect()
    }

    #[test]
    fn a_window_begins_with_an_early_time() {
        assert_eq!(allowed(&[], 4), [12, 13, 14]);
    }

    #[test]
    fn words_follow_the_first_time_and_times_come_in_pairs() {
        assert_eq!(allowed(&[13], 4), [0, 1, 2, 4, 5, 6, 7, 8, 9, 10]);
        // After words, a word or a later time.
        let after = [0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 14, 15, 16, 17, 18, 19];
        assert_eq!(allowed(&[13, 4], 4), after);
        // A single time is followed by its pair, not before it, or by the end.
        assert_eq!(allowed(&[13, 4, 15], 10), [10, 15, 16, 17, 18, 19]);
        assert_eq!(allowed(&[13, 4, 15, 15], 4), [0, 1, 2, 4, 5, 6, 7, 8, 9, 10]);
    }

    #[test]
    fn a_likely_time_leaves_no_words() {
        assert_eq!(allowed(&[13, 4], 16), [14, 15, 16, 17, 18, 19]);
    }
}
