//! What a person prefers: said by them, or learned from what they took and what they threw away.
//!
//! A profile orders proposals. It never decides what may be written: nothing here is asked by
//! policy.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use types::Language;

/// Most learned weights that are kept: those that say least go first.
pub const WEIGHTS_MAX: usize = 96;
/// Most topics, and most words of a list.
pub const LIST_MAX: usize = 32;
/// Longest topic or word, in characters.
pub const WORD_CHARS_MAX: usize = 32;
/// How fast is learned, and how fast what was learned long ago fades.
const RATE: f32 = 0.5;
const FADING: f32 = 0.02;
/// What is said counts as much as a few answers.
const SAID: f32 = 1.5;

/// How a person likes texts to sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    /// Matter of fact.
    Neutral,
    /// Formal.
    Formal,
    /// Lively.
    Lively,
    /// In plain words.
    Plain,
}

/// How long a person likes texts to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Length {
    /// Short.
    Short,
    /// Neither short nor long.
    Medium,
    /// Long.
    Long,
}

/// A person's preferences.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    /// How texts should sound.
    pub tone: Option<Tone>,
    /// How long they should be.
    pub length: Option<Length>,
    /// The language to answer in.
    pub language: Option<Language>,
    /// What the person writes about.
    pub topics: Vec<String>,
    /// Words that they like to use.
    pub preferred: Vec<String>,
    /// Words that they do not.
    pub avoided: Vec<String>,
    /// What was learned, by feature: above zero what they took, below what they threw away.
    pub learned: BTreeMap<String, f32>,
    /// How many answers it was learned from.
    pub answers: u32,
}

/// What a person did with a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// They took it as it was.
    Accepted,
    /// They took it and changed it.
    Edited,
    /// They threw it away.
    Rejected,
}

/// Why a profile cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// A list is too long.
    #[error(
        "`{0}` takes at most {LIST_MAX} entries of at most {WORD_CHARS_MAX} characters, none of them empty"
    )]
    List(&'static str),
    /// Weights are not to be set by hand so.
    #[error("`learned` takes at most {WEIGHTS_MAX} numbers between -10 and 10")]
    Learned,
}

/// Something that can be ranked by taste.
pub trait Proposal {
    /// How good it is for everybody.
    fn base(&self) -> f32;
    /// What it is like, in a fixed vocabulary such as `kind:source` or `length:short`: never words
    /// of the text.
    fn features(&self) -> Vec<String>;
    /// Its words, for those that are preferred or avoided.
    fn text(&self) -> &str;
}

impl Profile {
    /// Checks what a person has set.
    ///
    /// # Errors
    /// [`ProfileError`] naming the field.
    pub fn checked(self) -> Result<Self, ProfileError> {
        let lists =
            [("topics", &self.topics), ("preferred", &self.preferred), ("avoided", &self.avoided)];
        for (name, list) in lists {
            let fits = |word: &String| {
                !word.trim().is_empty()
                    && word.chars().count() <= WORD_CHARS_MAX
                    && !word.chars().any(char::is_control)
            };
            if list.len() > LIST_MAX || !list.iter().all(fits) {
                return Err(ProfileError::List(name));
            }
        }
        let sound = |(name, weight): (&String, &f32)| {
            name.len() <= 48 && weight.is_finite() && weight.abs() <= 10.0
        };
        if self.learned.len() > WEIGHTS_MAX || !self.learned.iter().all(sound) {
            return Err(ProfileError::Learned);
        }
        Ok(self)
    }

    /// Learns from what became of a proposal: one step of logistic regression, so that the same
    /// answers in the same order teach the same.
    pub fn learn(&mut self, proposal: &dyn Proposal, verdict: Verdict) {
        let (goal, weight) = match verdict {
            Verdict::Accepted => (1.0, 1.0),
            Verdict::Edited => (1.0, 0.5),
            Verdict::Rejected => (0.0, 1.0),
        };
        let features = proposal.features();
        let learned: f32 = features.iter().filter_map(|feature| self.learned.get(feature)).sum();
        let expected = 1.0 / (1.0 + (-learned).exp());
        let step = RATE * weight * (goal - expected);
        for feature in features.into_iter().filter(|feature| feature.len() <= 48) {
            let weight = self.learned.entry(feature).or_default();
            // Three decimals are enough to order by, and short to keep.
            let taught = (*weight * (1.0 - FADING) + step).clamp(-10.0, 10.0);
            *weight = (taught * 1000.0).round() / 1000.0;
        }
        self.answers = self.answers.saturating_add(1);
        self.forget(WEIGHTS_MAX);
    }

    /// Forgets the learned weights that say least, until at most `most` are left.
    pub fn forget(&mut self, most: usize) {
        while self.learned.len() > most {
            let least = self.learned.iter().min_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
            let Some(name) = least.map(|(name, _)| name.clone()) else { return };
            self.learned.remove(&name);
        }
    }

    /// How well a proposal suits the person; 0 for whoever has said and shown nothing.
    #[must_use]
    pub fn suits(&self, proposal: &dyn Proposal) -> f32 {
        let features = proposal.features();
        let learned: f32 = features.iter().filter_map(|feature| self.learned.get(feature)).sum();
        let has = |feature: &str| features.iter().any(|other| other == feature);
        let mut said = 0.0;
        if self.tone.is_some_and(|tone| has(&format!("tone:{}", tone.name()))) {
            said += SAID;
        }
        if self.length.is_some_and(|length| has(&format!("length:{}", length.name()))) {
            said += SAID;
        }
        if self.topics.iter().any(|topic| has(&format!("topic:{}", topic.to_lowercase()))) {
            said += SAID;
        }
        let text = proposal.text().to_lowercase();
        let named = |words: &[String]| {
            words.iter().filter(|word| text.contains(&word.to_lowercase())).count() as f32
        };
        learned + said + named(&self.preferred).min(3.0) - 2.0 * named(&self.avoided).min(3.0)
    }

    /// Orders proposals, the best first; equal ones stay as they were.
    pub fn rank<T: Proposal>(&self, proposals: &mut [T]) {
        let worth = |proposal: &T| proposal.base() + self.suits(proposal);
        proposals.sort_by(|a, b| worth(b).total_cmp(&worth(a)));
    }
}

impl Tone {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Formal => "formal",
            Self::Lively => "lively",
            Self::Plain => "plain",
        }
    }
}

impl Length {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Short => "short",
            Self::Medium => "medium",
            Self::Long => "long",
        }
    }

    /// The length of a text, compared with `usual` characters.
    #[must_use]
    pub const fn of(chars: usize, usual: usize) -> Self {
        if chars * 3 < usual * 2 {
            Self::Short
        } else if chars > usual {
            Self::Long
        } else {
            Self::Medium
        }
    }
}

#[cfg(test)]
mod tests;
