//! Rotary position embeddings (Su et al. 2021), with the scalings of `linear` and `llama3`.

use std::f32::consts::TAU;

use candle_core::{Device, Tensor};
use serde::Deserialize;

use crate::GeneratorError;

/// The base when a configuration says none, as in the first llama.
const THETA: f32 = 10_000.0;

/// How fast each pair of a head turns from one token to the next.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rope {
    /// Radians a token, one for each pair.
    frequencies: Vec<f32>,
}

/// `rope_scaling` of transformers 4 or `rope_parameters` of transformers 5.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct RawRope {
    rope_theta: Option<f32>,
    rope_type: Option<String>,
    /// The same before transformers 4.43; some files have both.
    #[serde(rename = "type")]
    older_type: Option<String>,
    factor: Option<f32>,
    low_freq_factor: Option<f32>,
    high_freq_factor: Option<f32>,
    original_max_position_embeddings: Option<f32>,
}

impl Rope {
    /// Frequencies for heads of `head_size`; what `raw` says of theta goes before `theta`.
    pub(crate) fn new(head_size: usize, theta: Option<f32>, raw: RawRope) -> Result<Self, String> {
        let theta = raw.rope_theta.or(theta).unwrap_or(THETA);
        if !(theta.is_finite() && theta > 0.0) {
            return Err(format!("`rope_theta` is {theta}"));
        }
        let exponent = |pair: usize| (2 * pair) as f32 / head_size as f32;
        let plain = (0..head_size / 2).map(|pair| 1.0 / theta.powf(exponent(pair)));
        let kind = raw.kind();
        let frequencies = match kind {
            "default" => plain.collect(),
            "linear" => {
                let factor = raw.positive("factor", raw.factor)?;
                plain.map(|frequency| frequency / factor).collect()
            }
            "llama3" => {
                let stretch = Stretch::new(&raw)?;
                plain.map(|frequency| stretch.apply(frequency)).collect()
            }
            other => {
                let known = "default, linear and llama3 are supported";
                return Err(format!("its rope type is `{other}`; {known}"));
            }
        };
        Ok(Self { frequencies })
    }

    /// Cosines and sines for `count` tokens from position `start`: (`count`, half a head).
    pub(crate) fn tables(
        &self,
        start: usize,
        count: usize,
    ) -> Result<(Tensor, Tensor), GeneratorError> {
        let positions = start..start + count;
        let angles = positions.flat_map(|position| {
            self.frequencies.iter().map(move |frequency| position as f32 * frequency)
        });
        let (sines, cosines): (Vec<f32>, Vec<f32>) = angles.map(f32::sin_cos).unzip();
        let shape = (count, self.frequencies.len());
        let table = |values| Tensor::from_vec(values, shape, &Device::Cpu);
        Ok((table(cosines)?, table(sines)?))
    }
}

impl RawRope {
    fn kind(&self) -> &str {
        self.rope_type.as_deref().or(self.older_type.as_deref()).unwrap_or("default")
    }

    fn positive(&self, name: &str, value: Option<f32>) -> Result<f32, String> {
        let value = value.filter(|value| value.is_finite() && *value > 0.0);
        value.ok_or_else(|| format!("rope type `{}` needs a positive `{name}`", self.kind()))
    }
}

/// The scaling of Llama 3.1: long waves are stretched, short ones kept, those between blended.
struct Stretch {
    factor: f32,
    /// Waves shorter than this many tokens are kept.
    short: f32,
    /// Waves longer than this many tokens are stretched.
    long: f32,
}

impl Stretch {
    fn new(raw: &RawRope) -> Result<Self, String> {
        let name = "original_max_position_embeddings";
        let context = raw.positive(name, raw.original_max_position_embeddings)?;
        let low = raw.positive("low_freq_factor", raw.low_freq_factor)?;
        let high = raw.positive("high_freq_factor", raw.high_freq_factor)?;
        if high <= low {
            return Err("rope type `llama3` needs high_freq_factor > low_freq_factor".to_owned());
        }
        let factor = raw.positive("factor", raw.factor)?;
        Ok(Self { factor, short: context / high, long: context / low })
    }

    fn apply(&self, frequency: f32) -> f32 {
        let wave = TAU / frequency;
        if wave < self.short {
            return frequency;
        }
        if wave > self.long {
            return frequency / self.factor;
        }
        // 0 at the longest wave that is blended, 1 at the shortest.
        let kept = (1.0 / wave - 1.0 / self.long) / (1.0 / self.short - 1.0 / self.long);
        (1.0 - kept) * frequency / self.factor + kept * frequency
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(kind: &str) -> RawRope {
        RawRope {
            rope_type: Some(kind.to_owned()),
            factor: Some(8.0),
            low_freq_factor: Some(1.0),
            high_freq_factor: Some(4.0),
            original_max_position_embeddings: Some(8192.0),
            ..RawRope::default()
        }
    }

    #[test]
    fn llama3_keeps_short_waves_and_stretches_long_ones() {
        let plain = Rope::new(128, Some(5e5), RawRope::default()).unwrap().frequencies;
        let scaled = Rope::new(128, Some(5e5), raw("llama3")).unwrap().frequencies;
        assert_eq!(scaled[0], plain[0]);
        assert_eq!(scaled[63], plain[63] / 8.0);
        let between = scaled.iter().zip(&plain).filter(|(s, p)| *s < *p && **s > **p / 8.0);
        assert!(between.count() >= 3);
    }

    #[test]
    fn linear_divides_all() {
        let plain = Rope::new(8, None, RawRope::default()).unwrap().frequencies;
        let scaled = Rope::new(8, None, raw("linear")).unwrap().frequencies;
        assert!(scaled.iter().zip(&plain).all(|(s, p)| *s == p / 8.0));
    }

    #[test]
    fn a_scaling_without_its_numbers_is_refused() {
        let bare = RawRope { rope_type: Some("llama3".into()), ..RawRope::default() };
        let said = Rope::new(8, None, bare).unwrap_err();
        assert!(said.contains("original_max_position_embeddings"), "{said}");
        assert!(Rope::new(8, Some(f32::NAN), RawRope::default()).is_err());
    }
}
