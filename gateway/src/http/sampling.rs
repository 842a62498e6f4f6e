//! How to sample: what chat and completions share of OpenAI's requests, and what is wrong with it.

use std::collections::BTreeMap;

use serde::Deserialize;
use types::Sampling;
use utoipa::ToSchema;

use super::{answer, error::ApiError, openai::Stop};

/// So many answers may be asked for at once; each is an asset of its own.
const COPIES_MAX: u32 = 8;
/// So many tokens may have a bias.
const BIASES_MAX: usize = 300;
/// So many alternatives may be told for each token.
pub(super) const LOGPROBS_MAX: u32 = 20;

/// How to sample.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub(super) struct SamplingFields {
    /// Makes the answer repeatable.
    pub seed: Option<i64>,
    /// Texts that end the answer, at most four.
    pub stop: Option<Stop>,
    /// At most this many new tokens.
    pub max_tokens: Option<u32>,
    /// 0.0–2.0
    pub temperature: Option<f32>,
    /// 0.0–1.0
    pub top_p: Option<f32>,
    /// Only this many of the likeliest tokens may be drawn.
    pub top_k: Option<u32>,
    /// Only tokens at least this likely beside the likeliest may be drawn, 0.0–1.0.
    pub min_p: Option<f32>,
    /// −2.0–2.0
    pub presence_penalty: Option<f32>,
    /// −2.0–2.0
    pub frequency_penalty: Option<f32>,
    /// Above 0.0, at most 2.0.
    pub repetition_penalty: Option<f32>,
    /// Added to the logits of tokens by their numbers, −100–100.
    pub logit_bias: Option<BTreeMap<String, f32>>,
    /// How many answers, 1–8; each is an asset of its own, with a seed of its own.
    pub n: Option<u32>,
}

impl SamplingFields {
    /// The parameters, checked.
    ///
    /// # Errors
    /// 400 naming the parameter.
    pub(super) fn read(&self) -> Result<Sampling, ApiError> {
        let penalty = |param, value| within(param, value, -2.0, 2.0);
        if self.repetition_penalty.is_some_and(|value| value <= 0.0) {
            let text = "repetition_penalty must lie above 0, up to 2; 1 changes nothing.";
            return Err(ApiError::invalid("repetition_penalty", text));
        }
        for (param, value) in [("top_k", self.top_k), ("max_tokens", self.max_tokens)] {
            if value == Some(0) {
                return Err(ApiError::invalid(param, format!("{param} must be at least 1.")));
            }
        }
        Ok(Sampling {
            seed: answer::seed(self.seed),
            temperature: within("temperature", self.temperature, 0.0, 2.0)?,
            top_p: within("top_p", self.top_p, 0.0, 1.0)?,
            top_k: self.top_k,
            min_p: within("min_p", self.min_p, 0.0, 1.0)?,
            presence_penalty: penalty("presence_penalty", self.presence_penalty)?,
            frequency_penalty: penalty("frequency_penalty", self.frequency_penalty)?,
            repetition_penalty: within("repetition_penalty", self.repetition_penalty, 0.0, 2.0)?,
            logit_bias: self.biases()?,
            max_tokens: self.max_tokens,
            stop: self.stops()?,
            ..Sampling::default()
        })
    }

    /// How many answers.
    ///
    /// # Errors
    /// 400 when there would be none or too many.
    pub(super) fn copies(&self) -> Result<u32, ApiError> {
        let n = self.n.unwrap_or(1);
        if (1..=COPIES_MAX).contains(&n) {
            return Ok(n);
        }
        Err(ApiError::invalid("n", format!("n must lie between 1 and {COPIES_MAX}.")))
    }

    fn stops(&self) -> Result<Vec<String>, ApiError> {
        let stop = match self.stop.clone() {
            None => Vec::new(),
            Some(Stop::One(stop)) => vec![stop],
            Some(Stop::Many(stops)) => stops,
        };
        if stop.len() > 4 || stop.iter().any(String::is_empty) {
            let text = "Give at most four stop texts, none of them empty.";
            return Err(ApiError::invalid("stop", text));
        }
        Ok(stop)
    }

    fn biases(&self) -> Result<BTreeMap<u32, f32>, ApiError> {
        let given = self.logit_bias.iter().flatten();
        let one = |(token, bias): (&String, &f32)| {
            let fits = (-100.0..=100.0).contains(bias);
            token.parse().ok().filter(|_| fits).map(|token: u32| (token, *bias))
        };
        let biases: Option<BTreeMap<u32, f32>> = given.map(one).collect();
        let wrong = || {
            let text = format!(
                "logit_bias takes up to {BIASES_MAX} token numbers with values between -100 and 100."
            );
            ApiError::invalid("logit_bias", text)
        };
        biases.filter(|biases| biases.len() <= BIASES_MAX).ok_or_else(wrong)
    }
}

fn within(param: &str, value: Option<f32>, min: f32, max: f32) -> Result<Option<f32>, ApiError> {
    match value {
        Some(number) if !(min..=max).contains(&number) => {
            Err(ApiError::invalid(param, format!("{param} must lie between {min} and {max}.")))
        }
        _ => Ok(value),
    }
}

/// How many alternatives are told for each token, if any.
///
/// # Errors
/// 400 when there are too many.
pub(super) fn alternatives(param: &str, count: u32) -> Result<u8, ApiError> {
    let fits = u8::try_from(count).ok().filter(|_| count <= LOGPROBS_MAX);
    let wrong =
        || ApiError::invalid(param, format!("{param} must lie between 0 and {LOGPROBS_MAX}."));
    fits.ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(body: Value) -> Result<Sampling, ApiError> {
        let fields: SamplingFields = serde_json::from_value(body).unwrap();
        fields.copies()?;
        fields.read()
    }

    #[test]
    fn what_is_out_of_range_is_named() {
        let cases = [
            (json!({"temperature": 2.1}), "temperature"),
            (json!({"top_p": -0.1}), "top_p"),
            (json!({"min_p": 1.1}), "min_p"),
            (json!({"top_k": 0}), "top_k"),
            (json!({"max_tokens": 0}), "max_tokens"),
            (json!({"presence_penalty": 2.5}), "presence_penalty"),
            (json!({"frequency_penalty": -2.5}), "frequency_penalty"),
            (json!({"repetition_penalty": 0.0}), "repetition_penalty"),
            (json!({"logit_bias": {"x": 1}}), "logit_bias"),
            (json!({"logit_bias": {"1": 101}}), "logit_bias"),
            (json!({"stop": [""]}), "stop"),
            (json!({"n": 0}), "n"),
            (json!({"n": 9}), "n"),
        ];
        for (body, param) in cases {
            let error = read(body.clone()).unwrap_err().body().error;
            assert_eq!(error.param.as_deref(), Some(param), "{body}");
            assert_eq!(error.code.as_deref(), Some("invalid_value"), "{body}");
        }
    }

    #[test]
    fn what_is_in_range_is_taken() {
        let body = json!({"seed": -1, "top_k": 5, "min_p": 0.1, "logit_bias": {"7": -100}, "n": 8});
        let sampling = read(body).unwrap();
        assert_eq!((sampling.seed, sampling.top_k), (u64::MAX, Some(5)));
        assert_eq!(sampling.logit_bias, [(7, -100.0)].into());
    }
}
