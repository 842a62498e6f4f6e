//! What `vae/config.json` says.

use serde::Deserialize;

use crate::{GeneratorError, files::ModelFiles, stable::shape};

const FIXED: [(&str, &str); 7] = [
    ("_class_name", "AutoencoderKL"),
    ("act_fn", "silu|swish"),
    ("in_channels", "3"),
    ("latents_mean", ""),
    ("latents_std", ""),
    ("mid_block_add_attention", "true"),
    ("out_channels", "3"),
];

/// Shapes of the autoencoder.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct VaeConfig {
    /// Channels of each level, finest first.
    pub(crate) block_out_channels: Vec<usize>,
    pub(crate) layers_per_block: usize,
    pub(crate) latent_channels: usize,
    pub(crate) norm_num_groups: usize,
    down_block_types: Vec<String>,
    up_block_types: Vec<String>,
    /// What latent pictures are multiplied by.
    #[serde(default = "usual")]
    pub(crate) scaling_factor: f64,
    /// What is taken from them before.
    #[serde(default)]
    pub(crate) shift_factor: Option<f64>,
    #[serde(default = "yes")]
    pub(crate) use_quant_conv: bool,
    #[serde(default = "yes")]
    pub(crate) use_post_quant_conv: bool,
}

const fn usual() -> f64 {
    0.18215
}

const fn yes() -> bool {
    true
}

impl VaeConfig {
    /// Reads `vae/config.json`.
    ///
    /// # Errors
    /// [`GeneratorError::File`] saying what is wrong or not served.
    pub(crate) fn read(files: &ModelFiles) -> Result<Self, GeneratorError> {
        const NAME: &str = "vae/config.json";
        let config: Self = shape::read(files, NAME, &FIXED)?;
        config.check().map_err(|reason| GeneratorError::file(files.path(NAME), reason))?;
        Ok(config)
    }

    fn check(&self) -> Result<(), String> {
        let channels = &self.block_out_channels;
        // Sizes are multiples of 8, so no more than three halvings.
        if !(1..=4).contains(&channels.len()) {
            return Err("`block_out_channels` must name 1 to 4 levels".to_owned());
        }
        shape::sizes("block_out_channels", channels)?;
        shape::sizes("layers_per_block", &[self.layers_per_block, self.latent_channels])?;
        shape::grouped(channels, self.norm_num_groups)?;
        let served = |types: &[String], kind: &str| {
            types.len() == channels.len() && types.iter().all(|found| found == kind)
        };
        if !served(&self.down_block_types, "DownEncoderBlock2D")
            || !served(&self.up_block_types, "UpDecoderBlock2D")
        {
            return Err(
                "only DownEncoderBlock2D and UpDecoderBlock2D are served, one a level".to_owned()
            );
        }
        let scale = self.scaling_factor;
        if !scale.is_finite() || scale <= 0.0 {
            return Err("`scaling_factor` must be above 0".to_owned());
        }
        Ok(())
    }

    /// Pixels on the side of a latent place.
    pub(crate) fn factor(&self) -> usize {
        1 << (self.block_out_channels.len() - 1)
    }

    /// Channels of the coarsest level.
    pub(crate) fn coarsest(&self) -> usize {
        self.block_out_channels.last().copied().unwrap_or(0)
    }
}
