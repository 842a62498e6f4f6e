//! Writing down one window of sound.

use super::{network::Network, rules::Rules, vocabulary::Vocabulary};
use crate::{
    EventSender, GeneratorError,
    sequence::{Reading, Source},
};
use chacha20::{
    ChaCha8Rng,
    rand_core::{Rng as _, SeedableRng as _},
};

/// What is asked of a window.
#[derive(Debug, Clone)]
pub(crate) struct Asked<'a> {
    /// What was written before, at most half of what the network holds.
    pub(crate) before: &'a [u32],
    /// The language's token; none for models of English alone.
    pub(crate) language: Option<u32>,
    pub(crate) task: u32,
    pub(crate) temperature: f32,
    /// Decides what is drawn at a temperature.
    pub(crate) seed: u64,
}

/// What was written of a window.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    /// Words and times, without the end.
    pub(crate) tokens: Vec<u32>,
    pub(crate) avg_logprob: f32,
    pub(crate) no_speech_prob: f32,
    pub(crate) compression_ratio: f32,
    pub(crate) temperature: f32,
}

/// Writes tokens of one model.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Writer<'a> {
    pub(crate) network: &'a Network,
    pub(crate) vocabulary: &'a Vocabulary,
    pub(crate) rules: &'a Rules,
}

impl Writer<'_> {
    /// Writes down what is said in the window of `source`.
    ///
    /// # Errors
    /// [`GeneratorError::Cancelled`] when nobody listens, [`GeneratorError::Failed`] when numbers are
    /// not finite.
    pub(crate) fn write(
        &self,
        source: &Source,
        asked: &Asked<'_>,
        events: &EventSender,
    ) -> Result<Written, GeneratorError> {
        let first = self.beginning(asked);
        let start = first.iter().position(|id| *id == self.vocabulary.start).unwrap_or(0);
        let mut memory = self.network.memory();
        let mut logits = {
            let reading = Reading { memory: &mut memory, source, rows: first.len(), watched: None };
            self.network.decode(&first, &mut [reading], &[start, first.len() - 1])?
        };
        let no_speech_prob = match (self.vocabulary.no_speech, logits.first()) {
            (Some(id), Some(logits)) => probability(logits, id as usize),
            _ => 0.0,
        };
        let mut random = ChaCha8Rng::seed_from_u64(asked.seed);
        let (mut tokens, mut sum) = (Vec::new(), 0.0_f32);
        while tokens.len() < self.longest(first.len()) {
            let Some(mut last) = logits.pop() else { break };
            self.rules.apply(&tokens, &mut last);
            let (token, logprob) = choose(&last, asked.temperature, &mut random)?;
            sum += logprob;
            if token == self.vocabulary.end {
                break;
            }
            tokens.push(token);
            events.wanted()?;
            let reading = Reading { memory: &mut memory, source, rows: 1, watched: None };
            logits = self.network.decode(&[token], &mut [reading], &[0])?;
        }
        let text = self.vocabulary.decode(&tokens)?;
        Ok(Written {
            compression_ratio: compression_ratio(&text),
            avg_logprob: sum / (tokens.len() + 1) as f32,
            temperature: asked.temperature,
            tokens,
            no_speech_prob,
        })
    }

    /// The language's token that is likeliest for a window.
    ///
    /// # Errors
    /// [`GeneratorError::Failed`] when a product fails.
    pub(crate) fn language(&self, source: &Source) -> Result<Option<u32>, GeneratorError> {
        let mut memory = self.network.memory();
        let reading = Reading { memory: &mut memory, source, rows: 1, watched: None };
        let logits = self.network.decode(&[self.vocabulary.start], &mut [reading], &[0])?;
        let logits = logits.first().map_or(&[][..], Vec::as_slice);
        let known = self.vocabulary.languages.iter().map(|(_, id)| *id);
        let rated = known.filter_map(|id| Some((id, *logits.get(id as usize)?)));
        Ok(rated.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(id, _)| id))
    }

    /// What the decoder reads before it writes.
    fn beginning(&self, asked: &Asked<'_>) -> Vec<u32> {
        let mut first = Vec::new();
        if let (Some(before), false) = (self.vocabulary.before, asked.before.is_empty()) {
            let room = self.network.config.max_target_positions / 2 - 1;
            first.push(before);
            let from = asked.before.len().saturating_sub(room);
            first.extend_from_slice(asked.before.get(from..).unwrap_or_default());
        }
        first.extend(self.task(asked.language, asked.task));
        first
    }

    /// The tokens that say what is to be done.
    pub(crate) fn task(&self, language: Option<u32>, task: u32) -> Vec<u32> {
        let mut first = vec![self.vocabulary.start];
        if let Some(language) = language {
            first.extend([language, task]);
        }
        first
    }

    /// How many tokens a window may have after `before` tokens.
    fn longest(&self, before: usize) -> usize {
        let holds = self.network.config.max_target_positions;
        (holds / 2).min(holds.saturating_sub(before))
    }
}

/// The likeliest token, or one that is drawn, with the logarithm of its probability.
fn choose(
    logits: &[f32],
    temperature: f32,
    random: &mut ChaCha8Rng,
) -> Result<(u32, f32), GeneratorError> {
    let (best, most) = logits
        .iter()
        .copied()
        .enumerate()
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .filter(|(_, most)| most.is_finite())
        .ok_or_else(not_finite)?;
    let sum: f32 = logits.iter().map(|logit| (logit - most).exp()).sum();
    if temperature <= 0.0 {
        return Ok((best as u32, -sum.ln()));
    }
    let weight = |logit: &f32| f64::from((logit - most) / temperature).exp();
    let all: f64 = logits.iter().map(weight).sum();
    // 53 bits, evenly from 0 to 1.
    let drawn = (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64 * all;
    let mut passed = 0.0;
    for (id, logit) in logits.iter().enumerate() {
        passed += weight(logit);
        if passed > drawn {
            return Ok((id as u32, logit - most - sum.ln()));
        }
    }
    Ok((best as u32, -sum.ln()))
}

fn not_finite() -> GeneratorError {
    let reason = "it gave numbers that are not finite: its weights are damaged or not for this use";
    GeneratorError::Failed(reason.to_owned())
}

fn probability(logits: &[f32], id: usize) -> f32 {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = logits.iter().map(|logit| (logit - most).exp()).sum();
    logits.get(id).map_or(0.0, |logit| (logit - most).exp() / sum)
}

/// Bytes of a text for each byte that zlib needs for it.
pub(crate) fn compression_ratio(text: &str) -> f32 {
    let small = miniz_oxide::deflate::compress_to_vec_zlib(text.as_bytes(), 6);
    text.len() as f32 / small.len().max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_likeliest_is_taken_and_at_a_temperature_one_is_drawn() {
        let logits = [0.0, 2.0, f32::NEG_INFINITY, 1.0];
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let (token, logprob) = choose(&logits, 0.0, &mut random).unwrap();
        let sum = 1.0 + 2_f32.exp() + 1_f32.exp();
        assert_eq!(token, 1);
        assert!((logprob - (2.0 - sum.ln())).abs() < 1e-6);
        let mut counts = [0; 4];
        for _ in 0..1_000 {
            counts[choose(&logits, 1.0, &mut random).unwrap().0 as usize] += 1;
        }
        assert_eq!(counts[2], 0);
        assert!((600..740).contains(&counts[1]), "{counts:?}");
        assert!(choose(&[f32::NAN, 1.0], 0.0, &mut random).is_err());
        assert!(choose(&[f32::NEG_INFINITY], 0.0, &mut random).is_err());
    }

    #[test]
    fn what_repeats_itself_compresses_well() {
        assert!(compression_ratio(&"thank you. ".repeat(30)) > 5.0);
        assert!(compression_ratio("The river rose by forty centimetres overnight.") < 1.1);
    }
}
