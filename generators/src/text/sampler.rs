//! Draws the next token: penalties and biases, temperature, top-k, min-p, top-p, the hook, the
//! form that the text must have, a seeded draw.

use std::{borrow::Cow, collections::BTreeMap};

use chacha20::{
    ChaCha12Rng,
    rand_core::{Rng as _, SeedableRng as _},
};

use tokenizers::Tokenizer;
use types::Sampling;

use super::{json::Constraint, manual::Defaults};
use crate::{GeneratorError, SamplerHook, TokenLogprob};

/// At most this many of the likeliest tokens are candidates: it bounds what a token costs,
/// and what lies beyond is drawn in practice never.
pub(crate) const CANDIDATES_MAX: usize = 1024;

/// At and below it a bias forbids a token.
const BIAS_FORBIDS: f32 = -100.0;

/// How to draw; every value is in range.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SamplerSettings {
    /// 0 picks the likeliest.
    pub(crate) temperature: f32,
    pub(crate) top_k: usize,
    pub(crate) top_p: f32,
    pub(crate) min_p: f32,
    pub(crate) presence_penalty: f32,
    pub(crate) frequency_penalty: f32,
    /// 1 changes nothing.
    pub(crate) repetition_penalty: f32,
    pub(crate) logit_bias: BTreeMap<u32, f32>,
    pub(crate) top_logprobs: Option<u8>,
    pub(crate) seed: u64,
}

impl SamplerSettings {
    /// What was asked for, and what the model's makers say where nothing was.
    pub(crate) fn new(asked: &Sampling, defaults: &Defaults) -> Self {
        let top_k = asked.top_k.or(defaults.top_k);
        Self {
            temperature: asked.temperature.or(defaults.temperature).unwrap_or(1.0),
            top_k: top_k.map_or(CANDIDATES_MAX, |top_k| top_k as usize),
            top_p: asked.top_p.or(defaults.top_p).unwrap_or(1.0),
            min_p: asked.min_p.unwrap_or(0.0),
            presence_penalty: asked.presence_penalty.unwrap_or(0.0),
            frequency_penalty: asked.frequency_penalty.unwrap_or(0.0),
            repetition_penalty: asked.repetition_penalty.unwrap_or(1.0),
            logit_bias: asked.logit_bias.clone(),
            top_logprobs: asked.top_logprobs,
            seed: asked.seed,
        }
    }

    /// Whether logits are drawn from as the network gave them.
    fn is_plain(&self) -> bool {
        self.presence_penalty == 0.0
            && self.frequency_penalty == 0.0
            && self.repetition_penalty == 1.0
            && self.logit_bias.is_empty()
    }
}

/// A token that was drawn, and what the network thought of it.
#[derive(Debug)]
struct Opinion {
    token: (u32, f32),
    likeliest: Vec<(u32, f32)>,
}

/// Draws tokens; the same settings and logits give the same tokens.
#[derive(Debug)]
pub(crate) struct Sampler {
    settings: SamplerSettings,
    random: ChaCha12Rng,
    /// How often each token was written; 0 for those that were only read.
    known: BTreeMap<u32, u32>,
    constraint: Option<Constraint>,
    opinions: Vec<Opinion>,
}

impl Sampler {
    pub(crate) fn new(settings: SamplerSettings) -> Self {
        // Written out, so that no release of a library can change what a seed means.
        let mut seed = [0; 32];
        for (to, from) in seed.iter_mut().zip(settings.seed.to_le_bytes()) {
            *to = from;
        }
        Self {
            settings,
            random: ChaCha12Rng::from_seed(seed),
            known: BTreeMap::new(),
            constraint: None,
            opinions: Vec::new(),
        }
    }

    /// Takes note of the prompt's tokens, which the repetition penalty counts, too.
    pub(crate) fn read(&mut self, prompt: &[u32]) {
        if self.settings.repetition_penalty != 1.0 {
            self.known.extend(prompt.iter().map(|token| (*token, 0)));
        }
    }

    /// Only texts of this form are drawn from now on.
    pub(crate) fn constrain(&mut self, constraint: Option<Constraint>) {
        self.constraint = constraint;
    }

    /// Whether the text has the form that it must have, so that it ends here.
    pub(crate) fn is_whole(&self) -> bool {
        self.constraint.as_ref().is_some_and(Constraint::is_whole)
    }

    /// Draws one token; `previous` is the last token of the text.
    pub(crate) fn draw(
        &mut self,
        logits: &[f32],
        previous: Option<u32>,
        hook: Option<&mut (dyn SamplerHook + Send + 'static)>,
    ) -> Result<u32, GeneratorError> {
        let mut candidates = self.candidates(logits)?;
        if let Some(hook) = hook {
            hook.reweigh(previous, &mut candidates);
        }
        let token = loop {
            let Some(place) = self.pick(&candidates) else { break None };
            // Leaving out what does not fit and drawing again draws among what fits.
            let (token, _) = candidates.remove(place);
            if self.constraint.as_ref().is_none_or(|form| form.allows(token)) {
                break Some(token);
            }
        };
        let token = match token {
            Some(token) => token,
            None => self.first_that_fits(logits)?,
        };
        self.note(logits, token);
        Ok(token)
    }

    /// The place of a drawn candidate; `None` when none has any weight.
    fn pick(&mut self, candidates: &[(u32, f32)]) -> Option<usize> {
        let weight = |candidate: &(u32, f32)| f64::from(candidate.1.max(0.0));
        let total: f64 = candidates.iter().map(weight).sum();
        if !(total.is_finite() && total > 0.0) {
            return None;
        }
        let mut rest = self.uniform() * total;
        for (place, candidate) in candidates.iter().enumerate() {
            rest -= weight(candidate);
            if rest < 0.0 {
                return Some(place);
            }
        }
        // Rounding can leave a crumb: the last that was possible takes it.
        candidates.iter().rposition(|candidate| candidate.1 > 0.0)
    }

    /// The likeliest of all tokens that fits the form, when none of the candidates does.
    fn first_that_fits(&self, logits: &[f32]) -> Result<u32, GeneratorError> {
        let failed = |reason: &str| GeneratorError::Failed(reason.to_owned());
        let form = self.constraint.as_ref();
        let form = form.ok_or_else(|| failed("the sampler hook left no candidate"))?;
        let all = likeliest(&self.adjusted(logits), logits.len());
        let fits = all.into_iter().find(|(token, _)| form.allows(*token));
        let none = || failed("no token of the model fits the form that the text must have");
        fits.map(|(token, _)| token).ok_or_else(none)
    }

    fn note(&mut self, logits: &[f32], token: u32) {
        let times = self.known.entry(token).or_insert(0);
        *times = times.saturating_add(1);
        if let Some(constraint) = &mut self.constraint {
            constraint.take(token);
        }
        let Some(count) = self.settings.top_logprobs else { return };
        let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let total: f64 = logits.iter().map(|logit| f64::from(logit - largest).exp()).sum();
        let norm = largest + total.ln() as f32;
        let own = logits.get(token as usize).map_or(f32::MIN, |logit| logit - norm);
        let mut likeliest = if count == 0 { Vec::new() } else { likeliest(logits, count.into()) };
        likeliest.iter_mut().for_each(|other| other.1 -= norm);
        self.opinions.push(Opinion { token: (token, own), likeliest });
    }

    /// How likely the drawn tokens were, without those that `is_end`; `None` if nobody asked.
    pub(crate) fn logprobs(
        &self,
        tokenizer: &Tokenizer,
        is_end: impl Fn(u32) -> bool,
    ) -> Option<Vec<TokenLogprob>> {
        self.settings.top_logprobs?;
        let told = |(id, logprob): (u32, f32)| {
            let token = tokenizer.decode(&[id], false).unwrap_or_default();
            let whole = !token.contains(char::REPLACEMENT_CHARACTER);
            let bytes = whole.then(|| token.clone().into_bytes());
            TokenLogprob { token, logprob, bytes, top_logprobs: Vec::new() }
        };
        let one = |opinion: &Opinion| TokenLogprob {
            top_logprobs: opinion.likeliest.iter().copied().map(told).collect(),
            ..told(opinion.token)
        };
        let text = self.opinions.iter().filter(|opinion| !is_end(opinion.token.0));
        Some(text.map(one).collect())
    }

    /// Logits after penalties and biases.
    fn adjusted<'a>(&self, logits: &'a [f32]) -> Cow<'a, [f32]> {
        let settings = &self.settings;
        if settings.is_plain() {
            return Cow::Borrowed(logits);
        }
        let mut adjusted = logits.to_vec();
        for (token, times) in &self.known {
            let Some(logit) = adjusted.get_mut(*token as usize) else { continue };
            let repeated = settings.repetition_penalty;
            *logit = if *logit > 0.0 { *logit / repeated } else { *logit * repeated };
            if *times > 0 {
                *logit -= settings.presence_penalty + settings.frequency_penalty * *times as f32;
            }
        }
        for (token, bias) in &settings.logit_bias {
            let Some(logit) = adjusted.get_mut(*token as usize) else { continue };
            *logit = if *bias <= BIAS_FORBIDS { f32::NEG_INFINITY } else { *logit + bias };
        }
        Cow::Owned(adjusted)
    }

    /// Token ids with probabilities that sum to 1, likeliest first.
    fn candidates(&self, logits: &[f32]) -> Result<Vec<(u32, f32)>, GeneratorError> {
        if !logits.iter().all(|logit| logit.is_finite()) {
            let reason = "the network gave numbers that are not finite; its weights are damaged";
            return Err(GeneratorError::Failed(reason.to_owned()));
        }
        let count = if self.settings.temperature > 0.0 { self.settings.top_k } else { 1 };
        let mut candidates = likeliest(&self.adjusted(logits), count.clamp(1, CANDIDATES_MAX));
        let largest = candidates.first().map_or(0.0, |candidate| candidate.1);
        let temperature = self.settings.temperature.max(f32::MIN_POSITIVE);
        for candidate in &mut candidates {
            candidate.1 = ((candidate.1 - largest) / temperature).exp();
        }
        normalise(&mut candidates);
        self.unlikely(&mut candidates);
        self.nucleus(&mut candidates);
        Ok(candidates)
    }

    /// Drops what is less likely than min-p beside the likeliest.
    fn unlikely(&self, candidates: &mut Vec<(u32, f32)>) {
        let least = candidates.first().map_or(0.0, |first| first.1) * self.settings.min_p;
        if least > 0.0 {
            candidates.retain(|candidate| candidate.1 >= least);
            normalise(candidates);
        }
    }

    /// Keeps the fewest candidates whose probabilities reach top-p.
    fn nucleus(&self, candidates: &mut Vec<(u32, f32)>) {
        if self.settings.top_p >= 1.0 {
            return;
        }
        let mut before = 0.0;
        let kept = candidates.iter().take_while(|candidate| {
            let wanted = before < self.settings.top_p;
            before += candidate.1;
            wanted
        });
        let kept = kept.count().max(1);
        candidates.truncate(kept);
        normalise(candidates);
    }

    /// Uniform in 0 ≤ x < 1, of 53 random bits.
    fn uniform(&mut self) -> f64 {
        (self.random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// The `count` largest logits, largest first; of equals the lower id.
fn likeliest(logits: &[f32], count: usize) -> Vec<(u32, f32)> {
    // Sorted as whole numbers, which takes a fraction of the time of comparing floats: the larger
    // the logit, the smaller the upper half, and the id is the lower one.
    let key = |(id, logit): (u32, f32)| {
        let bits = logit.to_bits();
        let falling = if bits >> 31 == 0 { !bits ^ (1 << 31) } else { bits };
        (u64::from(falling) << 32) | u64::from(id)
    };
    let candidate = |key: u64| {
        let falling = (key >> 32) as u32;
        let bits = if falling >> 31 == 0 { !(falling ^ (1 << 31)) } else { falling };
        (key as u32, f32::from_bits(bits))
    };
    let possible = |candidate: &(u32, f32)| candidate.1 > f32::NEG_INFINITY;
    let all = (0..).zip(logits.iter().copied()).filter(possible);
    let mut all: Vec<u64> = all.map(key).collect();
    if count > 0 && count < all.len() {
        all.select_nth_unstable(count - 1);
        all.truncate(count);
    }
    all.sort_unstable();
    all.into_iter().map(candidate).collect()
}

fn normalise(candidates: &mut [(u32, f32)]) {
    let total: f32 = candidates.iter().map(|candidate| candidate.1).sum();
    for candidate in candidates {
        candidate.1 /= total;
    }
}

#[cfg(test)]
#[path = "sampler_tests.rs"]
mod tests;
