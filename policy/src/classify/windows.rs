//! Windows over the last sentences of a text, and the highest scores so far.

use std::collections::VecDeque;

use super::model::{CATEGORIES, Model, Reading, Scores, Sums};

/// A window has at least so many words and Han characters, or begins where the text begins: one
/// for a sentence, one for a paragraph, one for a page.
const TOKENS: [u32; 3] = [6, 24, 160];
/// The place of injection among scores.
const INJECTION: usize = CATEGORIES - 1;
/// An instruction in a letter counts from these scores on.
const HIDDEN: f32 = 0.5;

/// Reads sentence by sentence.
#[derive(Debug, Default)]
pub(crate) struct Windows {
    recent: VecDeque<Sums>,
    /// How much a window before this sentence reads like a letter.
    mail: f32,
    best: Scores,
}

/// What the end of a sentence says.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Ended {
    /// The highest scores of the windows that end here.
    pub(crate) scores: Scores,
    /// Whether one of them reaches its default threshold.
    pub(crate) over: [bool; CATEGORIES],
}

impl Windows {
    /// The highest scores of all windows so far.
    pub(crate) const fn best(&self) -> Scores {
        self.best
    }

    /// Takes the next sentence.
    pub(super) fn push(&mut self, model: &Model, sentence: Sums) -> Ended {
        self.recent.push_back(sentence);
        let mut ended = Ended::default();
        let (mut window, mut mail) = (Sums::default(), 0.0_f32);
        let mut sizes = TOKENS.iter().peekable();
        for (behind, sums) in self.recent.iter().rev().enumerate() {
            window.add(sums);
            let begins = behind + 1 == self.recent.len();
            if !begins && sizes.peek().is_none_or(|size| window.tokens < **size) {
                continue;
            }
            let reading = model.read_window(&window);
            ended.add(&reading);
            mail = mail.max(reading.mail);
            while sizes.next_if(|size| window.tokens >= **size).is_some() {}
            if sizes.peek().is_none() {
                break;
            }
        }
        // Also of a short sentence, and by itself.
        ended.hidden(self.mail.min(model.read_window(&sentence).instruction), model);
        self.mail = self.mail.max(mail);
        self.forget();
        for (best, score) in self.best.iter_mut().zip(ended.scores) {
            *best = best.max(score);
        }
        ended
    }

    /// Drops sentences that no window will reach.
    fn forget(&mut self) {
        let [.., longest] = TOKENS;
        let mut tokens: u32 = self.recent.iter().map(|sums| sums.tokens).sum();
        while let Some(first) = self.recent.front().map(|sums| sums.tokens) {
            if tokens - first < longest || self.recent.len() < 2 {
                break;
            }
            tokens -= first;
            self.recent.pop_front();
        }
    }
}

impl Ended {
    fn add(&mut self, reading: &Reading) {
        self.merge(&Self { scores: reading.scores, over: reading.over });
    }

    /// Takes what the end of another sentence says as well.
    pub(super) fn merge(&mut self, other: &Self) {
        for (highest, score) in self.scores.iter_mut().zip(other.scores) {
            *highest = highest.max(score);
        }
        for (over, reaches) in self.over.iter_mut().zip(other.over) {
            *over |= reaches;
        }
    }

    /// An instruction after what reads like a letter is not meant by the letter's reader.
    fn hidden(&mut self, score: f32, model: &Model) {
        let threshold = model.thresholds(INJECTION).map_or(1.0, |(english, _)| english);
        let [.., injection] = &mut self.scores;
        let [.., over] = &mut self.over;
        *over |= score >= HIDDEN;
        *injection = injection.max(if score >= HIDDEN { score.max(threshold) } else { score });
    }
}
