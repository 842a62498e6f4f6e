//! Rotary position embeddings (Su et al. 2021), with the scalings of `linear`, `llama3` and
//! `longrope`.

use std::f32::consts::TAU;

use serde::Deserialize;

/// The base when a configuration says none, as in the first llama.
pub(crate) const THETA: f32 = 10_000.0;

/// How fast each pair of a head turns from one token to the next.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rope {
    /// Radians a token, one for each pair.
    frequencies: Vec<f32>,
    /// The same for texts beyond the context that the model was first trained on.
    long: Option<Vec<f32>>,
    /// Cosines and sines are multiplied by it.
    scale: f32,
}

/// `rope_scaling` of transformers 4 or `rope_parameters` of transformers 5.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct RawRope {
    pub(crate) rope_theta: Option<f32>,
    pub(crate) rope_type: Option<String>,
    /// The same before transformers 4.43; some files have both.
    #[serde(rename = "type")]
    pub(crate) older_type: Option<String>,
    pub(crate) factor: Option<f32>,
    pub(crate) low_freq_factor: Option<f32>,
    pub(crate) high_freq_factor: Option<f32>,
    pub(crate) original_max_position_embeddings: Option<f32>,
    /// The part of a head that turns.
    pub(crate) partial_rotary_factor: Option<f32>,
    pub(crate) short_factor: Option<Vec<f32>>,
    pub(crate) long_factor: Option<Vec<f32>>,
    pub(crate) attention_factor: Option<f32>,
}

/// What of a network its rotation depends on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turned {
    pub(crate) head_size: usize,
    /// The base unless the rope itself says another.
    pub(crate) theta: Option<f32>,
    /// Tokens that the network can hold.
    pub(crate) context: usize,
}

impl Rope {
    /// Frequencies for heads of `turned`; what `raw` says goes first.
    pub(crate) fn new(turned: Turned, raw: &RawRope) -> Result<Self, String> {
        let theta = raw.rope_theta.or(turned.theta).unwrap_or(THETA);
        if !(theta.is_finite() && theta > 0.0) {
            return Err(format!("`rope_theta` is {theta}"));
        }
        let size = raw.turned_size(turned.head_size)?;
        let exponent = |pair: usize| (2 * pair) as f32 / size as f32;
        let plain = (0..size / 2).map(|pair| 1.0 / theta.powf(exponent(pair)));
        let (mut long, mut scale) = (None, 1.0);
        let frequencies: Vec<f32> = match raw.kind() {
            "default" => plain.collect(),
            "linear" => {
                let factor = raw.positive("factor", raw.factor)?;
                plain.map(|frequency| frequency / factor).collect()
            }
            "llama3" => {
                let stretch = Stretch::new(raw)?;
                plain.map(|frequency| stretch.apply(frequency)).collect()
            }
            "longrope" | "su" => {
                let plain: Vec<f32> = plain.collect();
                long = Some(divided(&plain, raw.factors("long_factor", &raw.long_factor)?)?);
                scale = raw.long_scale(turned.context)?;
                divided(&plain, raw.factors("short_factor", &raw.short_factor)?)?
            }
            other => {
                let known = "default, linear, llama3 and longrope are supported";
                return Err(format!("its rope type is `{other}`; {known}"));
            }
        };
        Ok(Self { frequencies, long, scale })
    }

    /// Divides the frequencies, as the files of llama.cpp ask for.
    pub(crate) fn divided(mut self, factors: &[f32]) -> Result<Self, String> {
        self.frequencies = divided(&self.frequencies, factors)?;
        Ok(self)
    }

    /// The part of a head that turns.
    pub(crate) const fn size(&self) -> usize {
        2 * self.frequencies.len()
    }

    /// Cosines and sines of the token at `position`, half a turned head each.
    pub(crate) fn at(&self, position: usize, long: bool) -> impl Iterator<Item = (f32, f32)> + '_ {
        let frequencies = self.long.as_ref().filter(|_| long).unwrap_or(&self.frequencies);
        frequencies.iter().map(move |frequency| {
            let (sine, cosine) = (position as f32 * frequency).sin_cos();
            (cosine * self.scale, sine * self.scale)
        })
    }
}

fn divided(frequencies: &[f32], factors: &[f32]) -> Result<Vec<f32>, String> {
    let (wanted, found) = (frequencies.len(), factors.len());
    if wanted != found || factors.iter().any(|factor| !(factor.is_finite() && *factor > 0.0)) {
        return Err(format!("rope needs {wanted} positive factors; {found} are given"));
    }
    Ok(frequencies.iter().zip(factors).map(|(frequency, factor)| frequency / factor).collect())
}

impl RawRope {
    fn kind(&self) -> &str {
        self.rope_type.as_deref().or(self.older_type.as_deref()).unwrap_or("default")
    }

    /// The even number of a head's numbers that turn.
    fn turned_size(&self, head_size: usize) -> Result<usize, String> {
        let part = self.partial_rotary_factor.unwrap_or(1.0);
        let size = (head_size as f32 * part) as usize;
        if !(0.0..=1.0).contains(&part) || size == 0 || !size.is_multiple_of(2) {
            return Err(format!("`partial_rotary_factor` is {part} for heads of {head_size}"));
        }
        Ok(size)
    }

    fn factors<'a>(&self, name: &str, factors: &'a Option<Vec<f32>>) -> Result<&'a [f32], String> {
        factors.as_deref().ok_or_else(|| format!("rope type `{}` needs `{name}`", self.kind()))
    }

    /// By how much `longrope` makes attention sharper.
    fn long_scale(&self, context: usize) -> Result<f32, String> {
        if let Some(scale) = self.attention_factor {
            return self.positive("attention_factor", Some(scale));
        }
        let name = "original_max_position_embeddings";
        let original = self.positive(name, self.original_max_position_embeddings)?;
        let factor = self.factor.unwrap_or(context as f32 / original);
        Ok(if factor <= 1.0 { 1.0 } else { (1.0 + factor.ln() / original.ln()).sqrt() })
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

    fn plain(head_size: usize, theta: Option<f32>) -> Turned {
        Turned { head_size, theta, context: 4096 }
    }

    #[test]
    fn llama3_keeps_short_waves_and_stretches_long_ones() {
        let turned = plain(128, Some(5e5));
        let plain = Rope::new(turned, &RawRope::default()).unwrap().frequencies;
        let scaled = Rope::new(turned, &raw("llama3")).unwrap().frequencies;
        assert_eq!(scaled[0], plain[0]);
        assert_eq!(scaled[63], plain[63] / 8.0);
        let between = scaled.iter().zip(&plain).filter(|(s, p)| *s < *p && **s > **p / 8.0);
        assert!(between.count() >= 3);
    }

    #[test]
    fn linear_divides_all() {
        let bare = Rope::new(plain(8, None), &RawRope::default()).unwrap().frequencies;
        let scaled = Rope::new(plain(8, None), &raw("linear")).unwrap().frequencies;
        assert!(scaled.iter().zip(&bare).all(|(s, p)| *s == p / 8.0));
    }

    #[test]
    fn longrope_has_factors_for_short_and_long_texts() {
        let mut raw = raw("longrope");
        raw.factor = None;
        raw.original_max_position_embeddings = Some(2048.0);
        assert!(Rope::new(plain(4, None), &raw).unwrap_err().contains("long_factor"));
        raw.long_factor = Some(vec![2.0, 4.0]);
        raw.short_factor = Some(vec![1.0, 1.0]);
        let rope = Rope::new(plain(4, None), &raw).unwrap();
        let scale = (1.0 + 2.0_f32.ln() / 2048.0_f32.ln()).sqrt();
        let short: Vec<(f32, f32)> = rope.at(6, false).collect();
        let long: Vec<(f32, f32)> = rope.at(6, true).collect();
        assert_eq!(short[0], (6.0_f32.cos() * scale, 6.0_f32.sin() * scale));
        assert_eq!(long[0], (3.0_f32.cos() * scale, 3.0_f32.sin() * scale));
        raw.short_factor = Some(vec![1.0]);
        assert!(Rope::new(plain(4, None), &raw).unwrap_err().contains("2 positive factors"));
    }

    #[test]
    fn a_scaling_without_its_numbers_is_refused() {
        let bare = RawRope { rope_type: Some("llama3".into()), ..RawRope::default() };
        let said = Rope::new(plain(8, None), &bare).unwrap_err();
        assert!(said.contains("original_max_position_embeddings"), "{said}");
        assert!(Rope::new(plain(8, Some(f32::NAN)), &RawRope::default()).is_err());
        let none = RawRope { partial_rotary_factor: Some(0.0), ..RawRope::default() };
        assert!(Rope::new(plain(8, None), &none).unwrap_err().contains("partial"));
    }
}
