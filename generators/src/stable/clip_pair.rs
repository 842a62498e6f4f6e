//! CLIP whole: how well words fit a picture.

use std::path::Path;

use serde::Deserialize;

use super::{
    clip::{Clip, ClipConfig, Layer},
    parts::{Component, Parts},
    shape,
    studio::Seen,
};
use crate::{
    GeneratorError,
    files::ModelFiles,
    math::{Curve, Linear, Norm},
    weights::Weights,
};

const CONFIG: &str = "config.json";

#[derive(Deserialize)]
struct Config {
    text_config: ClipConfig,
    vision_config: VisionConfig,
    projection_dim: usize,
}

#[derive(Deserialize)]
struct VisionConfig {
    #[serde(flatten)]
    tower: ClipConfig,
    image_size: usize,
    patch_size: usize,
}

/// Both encoders of a CLIP folder as `transformers` saves it.
#[derive(Debug)]
pub struct ClipPair {
    words: Clip,
    sight: Sight,
    scale: f32,
}

/// The encoder of pictures.
#[derive(Debug)]
struct Sight {
    config: ClipConfig,
    curve: Curve,
    /// Pixels on the side of a picture and of a piece.
    sides: (usize, usize),
    pieces: Linear,
    summary: Vec<f32>,
    positions: Vec<f32>,
    before: Norm,
    layers: Vec<Layer>,
    after: Norm,
    projection: Linear,
}

impl ClipPair {
    /// Opens the folder `path`, which has `config.json` and `model.safetensors`, and reads it.
    ///
    /// # Errors
    /// [`GeneratorError`] when a file is missing or damaged, or the networks are not served.
    pub fn open(path: &Path) -> Result<Self, GeneratorError> {
        let files = ModelFiles::folder(path)?;
        let config: Config = shape::read(&files, CONFIG, &[("model_type", "clip")])?;
        let wrong = |reason| GeneratorError::file(files.path(CONFIG), reason);
        let mut text = config.text_config;
        text.projection_dim = Some(config.projection_dim);
        text.check_words().map_err(wrong)?;
        config.vision_config.tower.check().map_err(wrong)?;
        let sides = [config.vision_config.image_size, config.vision_config.patch_size];
        shape::sizes("image_size", &sides).map_err(wrong)?;
        let component = Component::find(&files, ".", "model")?;
        let listing = files.list(&component.shards)?;
        let all = |_: &str| true;
        let weights = Weights::read(&files, &listing, &component.shards, &all, &mut |_| Ok(()))?;
        let source = component.filled(weights);
        let parts = source.parts();
        let scale = parts.tensor("logit_scale", &[])?.first().copied().unwrap_or(0.0).exp();
        Ok(Self {
            words: Clip::new(&text, &parts)?,
            sight: Sight::new(&config.vision_config, config.projection_dim, &parts)?,
            scale,
        })
    }

    /// The direction of length 1 that a text of tokens points in.
    ///
    /// # Errors
    /// [`GeneratorError::Failed`] when a token is unknown or there are too many.
    pub fn words(&self, ids: &[u32]) -> Result<Vec<f32>, GeneratorError> {
        Ok(unit(self.words.encode(ids)?.pooled))
    }

    /// The direction of length 1 that a picture points in, given as the encoder was trained on:
    /// three planes of its size, normalised.
    ///
    /// # Errors
    /// [`GeneratorError::Parameter`] when it has another size.
    pub fn picture(&self, picture: &Seen) -> Result<Vec<f32>, GeneratorError> {
        self.sight.encode(picture).map(unit)
    }

    /// How well they fit: the larger the better.
    #[must_use]
    pub fn fit(&self, picture: &[f32], words: &[f32]) -> f32 {
        self.scale * picture.iter().zip(words).map(|(a, b)| a * b).sum::<f32>()
    }
}

fn unit(mut numbers: Vec<f32>) -> Vec<f32> {
    let length = numbers.iter().map(|x| x * x).sum::<f32>().sqrt();
    numbers.iter_mut().for_each(|x| *x /= length);
    numbers
}

impl Sight {
    fn new(
        vision: &VisionConfig,
        projection: usize,
        parts: &Parts<'_>,
    ) -> Result<Self, GeneratorError> {
        let config = vision.tower.clone();
        let (width, epsilon) = (config.hidden_size, config.layer_norm_eps);
        let (side, piece) = (vision.image_size, vision.patch_size);
        let projection = parts.at("visual_projection").linear(width, projection, false)?;
        let parts = parts.at("vision_model");
        let embeddings = parts.at("embeddings");
        let weight = embeddings.tensor("patch_embedding.weight", &[width, 3, piece, piece])?;
        let count = (side / piece) * (side / piece) + 1;
        let layer = |index| Layer::new(&config, &parts.at("encoder.layers").at(index));
        Ok(Self {
            curve: config.curve().map_err(|reason| GeneratorError::Unsupported { reason })?,
            sides: (side, piece),
            pieces: Linear::new(3 * piece * piece, width, &weight, Vec::new()),
            summary: embeddings.tensor("class_embedding", &[width])?,
            positions: embeddings.tensor("position_embedding.weight", &[count, width])?,
            before: parts.at("pre_layrnorm").norm(width, epsilon)?,
            layers: (0..config.num_hidden_layers).map(layer).collect::<Result<_, _>>()?,
            after: parts.at("post_layernorm").norm(width, epsilon)?,
            projection,
            config,
        })
    }

    fn encode(&self, picture: &Seen) -> Result<Vec<f32>, GeneratorError> {
        let (side, width) = (self.sides.0, self.config.hidden_size);
        if picture.size != (side, side) || picture.numbers.len() != 3 * side * side {
            let reason = format!("must be three planes of {side}x{side}");
            return Err(GeneratorError::Parameter { parameter: "image", reason });
        }
        let (cut, length) = self.cut(&picture.numbers);
        let mut x = self.summary.clone();
        x.extend(self.pieces.forward(&cut, length));
        x.iter_mut().zip(&self.positions).for_each(|(x, position)| *x += position);
        let mut x = self.before.rows(&x);
        for layer in &self.layers {
            x = layer.forward(&self.config, self.curve, false, x);
        }
        let summary = x.get(..width).unwrap_or_default();
        Ok(self.projection.forward(&self.after.rows(summary), width))
    }

    /// Pieces of a picture as rows, by plane, row, column; and the length of a row.
    fn cut(&self, planes: &[f32]) -> (Vec<f32>, usize) {
        let (side, piece) = self.sides;
        let count = side / piece;
        let mut rows = Vec::with_capacity(planes.len());
        for index in 0..count * count {
            let (top, left) = (index / count * piece, index % count * piece);
            for line in 0..3 * piece {
                let at = (line / piece * side + top + line % piece) * side + left;
                rows.extend_from_slice(planes.get(at..at + piece).unwrap_or_default());
            }
        }
        (rows, 3 * piece * piece)
    }
}
