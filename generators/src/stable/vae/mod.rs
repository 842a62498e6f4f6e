//! The autoencoder between pictures and latent pictures: AutoencoderKL.
//!
//! Candle's own is not used: it draws the noise of its encoder from a generator without a seed, so
//! that no picture made from another could be made again.

mod config;
mod middle;
mod tiles;

pub(crate) use self::config::VaeConfig;
use self::middle::{EPSILON, Middle};
use super::{
    parts::Parts,
    unet::{Grouping, Residual},
};
use crate::{
    GeneratorError,
    math::{Convolution, Curve, Map, Norm, Walk},
};

/// Both halves of the autoencoder.
#[derive(Debug)]
pub(crate) struct Vae {
    pub(crate) config: VaeConfig,
    encoder: Encoder,
    decoder: Decoder,
}

#[derive(Debug)]
struct Encoder {
    first: Convolution,
    levels: Vec<Level>,
    middle: Middle,
    last_norm: Norm,
    last: Convolution,
    quantised: Option<Convolution>,
}

#[derive(Debug)]
struct Decoder {
    quantised: Option<Convolution>,
    first: Convolution,
    middle: Middle,
    levels: Vec<Level>,
    last_norm: Norm,
    last: Convolution,
}

#[derive(Debug)]
struct Level {
    residuals: Vec<Residual>,
    resize: Option<Convolution>,
}

impl Level {
    fn new(
        config: &VaeConfig,
        (inputs, outputs): (usize, usize),
        residuals: usize,
        resize: Option<&str>,
        parts: &Parts<'_>,
    ) -> Result<Self, GeneratorError> {
        let grouping = Grouping { groups: config.norm_num_groups, epsilon: EPSILON };
        let residual = |index: usize| {
            let inputs = if index == 0 { inputs } else { outputs };
            Residual::new((inputs, outputs), 0, grouping, &parts.at("resnets").at(index))
        };
        let resize = match resize {
            Some(name) => Some(parts.at(name).convolution(outputs, outputs, 3)?),
            None => None,
        };
        Ok(Self { residuals: (0..residuals).map(residual).collect::<Result<_, _>>()?, resize })
    }

    fn forward(&self, mut x: Map) -> Map {
        for residual in &self.residuals {
            x = residual.forward(x, &[]);
        }
        x
    }
}

impl Vae {
    /// Builds it from its tensors.
    ///
    /// # Errors
    /// [`GeneratorError::File`] when a tensor is missing or has another shape.
    pub(crate) fn new(config: &VaeConfig, parts: &Parts<'_>) -> Result<Self, GeneratorError> {
        Ok(Self {
            config: config.clone(),
            encoder: Encoder::new(config, parts)?,
            decoder: Decoder::new(config, parts)?,
        })
    }

    /// Means and logarithms of variances of the latent pictures of a picture in −1 to 1.
    pub(crate) fn encode(&self, x: &Map) -> Map {
        tiles::encode(
            &|x| self.encoder.forward(x, self.config.norm_num_groups),
            x,
            self.config.factor(),
        )
    }

    /// The picture in −1 to 1 of a latent picture, as the autoencoder itself scales them.
    pub(crate) fn decode(&self, latents: &Map) -> Map {
        tiles::decode(
            &|x| self.decoder.forward(x, self.config.norm_num_groups),
            latents,
            self.config.factor(),
        )
    }

    /// From the network's latent picture to the autoencoder's.
    pub(crate) fn unscaled(&self, latents: &Map) -> Map {
        let (scale, shift) = self.scale();
        let data = latents.data.iter().map(|x| x / scale + shift).collect();
        latents.with(latents.channels, data)
    }

    /// From the autoencoder's latent picture to the network's.
    pub(crate) fn scaled(&self, latents: &Map) -> Map {
        let (scale, shift) = self.scale();
        let data = latents.data.iter().map(|x| (x - shift) * scale).collect();
        latents.with(latents.channels, data)
    }

    fn scale(&self) -> (f32, f32) {
        (self.config.scaling_factor as f32, self.config.shift_factor.unwrap_or(0.0) as f32)
    }
}

impl Encoder {
    fn new(config: &VaeConfig, parts: &Parts<'_>) -> Result<Self, GeneratorError> {
        let channels = &config.block_out_channels;
        let twice = 2 * config.latent_channels;
        let quantised = match config.use_quant_conv {
            true => Some(parts.at("quant_conv").convolution(twice, twice, 1)?),
            false => None,
        };
        let parts = parts.at("encoder");
        let finest = channels.first().copied().unwrap_or(0);
        let mut inputs = finest;
        let mut levels = Vec::new();
        for (index, outputs) in channels.iter().enumerate() {
            let resize = (index + 1 < channels.len()).then_some("downsamplers.0.conv");
            let count = config.layers_per_block;
            let parts = parts.at("down_blocks").at(index);
            levels.push(Level::new(config, (inputs, *outputs), count, resize, &parts)?);
            inputs = *outputs;
        }
        Ok(Self {
            first: parts.at("conv_in").convolution(3, finest, 3)?,
            levels,
            middle: Middle::new(config, &parts.at("mid_block"))?,
            last_norm: parts.at("conv_norm_out").norm(inputs, EPSILON)?,
            last: parts.at("conv_out").convolution(inputs, twice, 3)?,
            quantised,
        })
    }

    fn forward(&self, x: &Map, groups: usize) -> Map {
        let mut x = self.first.forward(x, Walk::Same);
        for level in &self.levels {
            x = level.forward(x);
            if let Some(halve) = &level.resize {
                x = halve.forward(&x, Walk::HalveFlush);
            }
        }
        let x = self.middle.forward(x);
        let x = self.last_norm.groups(&x, groups, Some(Curve::Silu));
        let x = self.last.forward(&x, Walk::Same);
        match &self.quantised {
            Some(map) => map.forward(&x, Walk::Same),
            None => x,
        }
    }
}

impl Decoder {
    fn new(config: &VaeConfig, parts: &Parts<'_>) -> Result<Self, GeneratorError> {
        let latent = config.latent_channels;
        let quantised = match config.use_post_quant_conv {
            true => Some(parts.at("post_quant_conv").convolution(latent, latent, 1)?),
            false => None,
        };
        let parts = parts.at("decoder");
        let coarsest = config.coarsest();
        let mut inputs = coarsest;
        let mut levels = Vec::new();
        for (index, outputs) in config.block_out_channels.iter().rev().enumerate() {
            let last = index + 1 == config.block_out_channels.len();
            let resize = (!last).then_some("upsamplers.0.conv");
            let count = config.layers_per_block + 1;
            let parts = parts.at("up_blocks").at(index);
            levels.push(Level::new(config, (inputs, *outputs), count, resize, &parts)?);
            inputs = *outputs;
        }
        Ok(Self {
            quantised,
            first: parts.at("conv_in").convolution(latent, coarsest, 3)?,
            middle: Middle::new(config, &parts.at("mid_block"))?,
            levels,
            last_norm: parts.at("conv_norm_out").norm(inputs, EPSILON)?,
            last: parts.at("conv_out").convolution(inputs, 3, 3)?,
        })
    }

    fn forward(&self, latents: &Map, groups: usize) -> Map {
        let mut x = match &self.quantised {
            Some(map) => self.first.forward(&map.forward(latents, Walk::Same), Walk::Same),
            None => self.first.forward(latents, Walk::Same),
        };
        x = self.middle.forward(x);
        for level in &self.levels {
            x = level.forward(x);
            if let Some(double) = &level.resize {
                x = double.forward(&x, Walk::Enlarged(2 * x.height, 2 * x.width));
            }
        }
        let x = self.last_norm.groups(&x, groups, Some(Curve::Silu));
        self.last.forward(&x, Walk::Same)
    }
}
