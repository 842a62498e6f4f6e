//! What `config.json` of a model folder says: shapes of the networks, and how to sample.

use serde::Deserialize;

/// No width, count or number of steps may exceed this; a larger one is a damaged file.
const SIZE_MAX: usize = 4096;

/// A picture model.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The model's own name; the configuration of the gateway may give another.
    pub(crate) name: String,
    /// Its version.
    pub(crate) version: String,
    /// An SPDX expression.
    pub(crate) licence: String,
    /// Languages of its vocabulary, by ISO 639-1.
    pub(crate) languages: Vec<String>,
    /// Numbers learned by both networks.
    pub(crate) parameters: u64,
    pub(crate) unet: UnetConfig,
    pub(crate) upscaler: UpscalerConfig,
    pub(crate) sampler: SamplerConfig,
}

/// The network that predicts the velocity.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UnetConfig {
    /// Width and height of the small picture, in pixels.
    pub(crate) side: usize,
    /// Channels of each level, finest first.
    pub(crate) channels: Vec<usize>,
    /// Numbers that stand for time and words.
    pub(crate) embedding: usize,
    /// Heads of attention.
    pub(crate) heads: usize,
    /// Groups of each normalisation.
    pub(crate) groups: usize,
    /// The finest level that attends over all positions.
    pub(crate) attention_from_level: usize,
}

/// The network that enlarges.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpscalerConfig {
    /// Channels at the small size.
    pub(crate) width: usize,
    /// Residual blocks.
    pub(crate) blocks: usize,
    /// Channels at the middle size.
    pub(crate) fine: usize,
}

/// How to sample.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SamplerConfig {
    /// Steps from noise to picture.
    pub(crate) steps: u32,
    /// How much more the words count than without guidance; 1 is none.
    pub(crate) guidance: f64,
}

impl Config {
    /// The name of the network that such a configuration shapes.
    pub(crate) const ARCHITECTURE: &str = "word-conditioned rectified flow";

    /// Reads and checks a configuration.
    ///
    /// # Errors
    /// What is wrong with it, as a sentence.
    pub(crate) fn parse(json: &[u8]) -> Result<Self, String> {
        let config: Self = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        config.unet.check()?;
        let Self { upscaler, sampler, .. } = &config;
        sizes("upscaler", &[upscaler.width, upscaler.blocks, upscaler.fine])?;
        sizes("sampler.steps", &[sampler.steps as usize])?;
        if !(1.0..=20.0).contains(&sampler.guidance) {
            return Err("`sampler.guidance` must be 1 to 20".to_owned());
        }
        Ok(config)
    }
}

impl UnetConfig {
    fn check(&self) -> Result<(), String> {
        sizes("unet", &[self.side, self.embedding, self.heads, self.groups])?;
        sizes("unet.channels", &self.channels)?;
        if self.channels.is_empty() || self.channels.len() > 8 {
            return Err("`unet.channels` must name 1 to 8 levels".to_owned());
        }
        let divides = |by: usize| self.channels.iter().all(|channels| channels.is_multiple_of(by));
        if !divides(self.groups) || !divides(self.heads) {
            return Err("`unet.groups` and `unet.heads` must divide all `unet.channels`".to_owned());
        }
        let halvings = self.channels.len() as u32;
        if !self.side.is_multiple_of(2usize.pow(halvings)) {
            return Err(format!("`unet.side` must be halved {halvings} times without a rest"));
        }
        Ok(())
    }
}

fn sizes(name: &str, values: &[usize]) -> Result<(), String> {
    let fits = values.iter().all(|value| (1..=SIZE_MAX).contains(value));
    if fits { Ok(()) } else { Err(format!("`{name}` must be 1 to {SIZE_MAX}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STARTER: &str = include_str!("../../starter/image/config.json");

    #[test]
    fn the_starter_is_well_formed() {
        assert_eq!(Config::parse(STARTER.as_bytes()).unwrap().unet.side, 64);
    }

    #[test]
    fn a_wrong_configuration_says_what_is_wrong() {
        let cases = [
            ("\"side\": 64", "\"side\": 60", "halved 4 times"),
            ("\"groups\": 8", "\"groups\": 7", "must divide"),
            ("\"channels\": [32, 64, 112, 144]", "\"channels\": []", "1 to 8 levels"),
            ("\"width\": 48", "\"width\": 99999", "`upscaler` must be 1 to 4096"),
            ("\"guidance\": 2.5", "\"guidance\": 0.0", "guidance"),
            ("\"steps\": 20", "\"stepps\": 20", "stepps"),
        ];
        for (good, bad, expected) in cases {
            assert!(STARTER.contains(good), "{good}");
            let error = Config::parse(STARTER.replace(good, bad).as_bytes()).unwrap_err();
            assert!(error.contains(expected), "{bad}: {error}");
        }
    }
}
