//! The network: an encoder of half a minute of sound, and a decoder of tokens.

use super::config::Config;
use crate::{
    GeneratorError, math,
    sequence::{
        Attention, Curve, Feed, Layer, Map, Memory, Norm, Placement, Reading, Source, Stack,
    },
    stable::parts::Parts,
    text::network::matrix::{Linear, Matrix},
};

/// Both halves with their weights.
#[derive(Debug)]
pub(crate) struct Network {
    pub(crate) config: Config,
    /// Two convolutions over three frames each, the second over every other frame.
    first: math::Linear,
    second: math::Linear,
    places: Vec<f32>,
    encoder: Stack,
    tokens: Matrix,
    positions: Vec<f32>,
    decoder: Stack,
    head: Linear,
}

impl Network {
    /// Takes the tensors out of `top`, with or without `model.` before their names.
    ///
    /// # Errors
    /// [`GeneratorError::File`] when a tensor is missing or has another shape.
    pub(crate) fn new(config: &Config, top: &Parts<'_>) -> Result<Self, GeneratorError> {
        let prefixed = top.has("model.encoder.conv1.weight");
        let parts = if prefixed { top.at("model") } else { top.clone() };
        let (encoder, decoder) = (parts.at("encoder"), parts.at("decoder"));
        let width = config.d_model;
        let shape = [config.vocab_size, width];
        let tokens = Matrix::new(decoder.at("embed_tokens").stored("weight", &shape)?)?;
        let head = if top.has("proj_out.weight") {
            Matrix::new(top.at("proj_out").stored("weight", &shape)?)?
        } else {
            tokens.clone()
        };
        Ok(Self {
            first: convolution(&encoder.at("conv1"), config.num_mel_bins, width)?,
            second: convolution(&encoder.at("conv2"), width, width)?,
            places: places(&encoder, config.max_source_positions, width)?,
            encoder: stack(config, &encoder, false)?,
            positions: decoder
                .at("embed_positions")
                .tensor("weight", &[config.max_target_positions, width])?,
            decoder: stack(config, &decoder, true)?,
            head: Linear::new(vec![head], None),
            tokens,
            config: config.clone(),
        })
    }

    /// Frames of sound that the encoder reads at once.
    pub(crate) const fn frames(&self) -> usize {
        2 * self.config.max_source_positions
    }

    /// Reads a picture of [`Self::frames`] rows; one row for every other frame.
    ///
    /// # Errors
    /// [`GeneratorError::Failed`] when a product fails or the picture has another size.
    pub(crate) fn encode(&self, picture: &[f32]) -> Result<Vec<f32>, GeneratorError> {
        let (bins, width) = (self.config.num_mel_bins, self.config.d_model);
        if picture.len() != self.frames() * bins {
            return Err(GeneratorError::Failed("a window of another length".to_owned()));
        }
        let curve = Curve::Gelu;
        let mut x = self.first.forward(&threes(picture, bins, 1), 3 * bins);
        curve.bend(&mut x);
        let mut x = self.second.forward(&threes(&x, width, 2), 3 * width);
        curve.bend(&mut x);
        x.iter_mut().zip(&self.places).for_each(|(x, place)| *x += place);
        let rows = x.len() / width;
        self.encoder.encode(x, &[rows])
    }

    /// Prepares what [`Self::encode`] gave for the decoder.
    ///
    /// # Errors
    /// [`GeneratorError::Failed`] when a product fails.
    pub(crate) fn source(&self, encoded: &[f32]) -> Result<Source, GeneratorError> {
        self.decoder.source(encoded)
    }

    /// An empty memory.
    pub(crate) fn memory(&self) -> Memory {
        Memory::new(self.config.decoder_layers)
    }

    /// Reads the tokens of every reading and gives the logits after each token that `wanted` picks
    /// by its index.
    ///
    /// # Errors
    /// [`GeneratorError::Failed`] when a token is unknown or there are too many.
    pub(crate) fn decode(
        &self,
        ids: &[u32],
        readings: &mut [Reading<'_>],
        wanted: &[usize],
    ) -> Result<Vec<Vec<f32>>, GeneratorError> {
        let width = self.config.d_model;
        let mut x = vec![0.0; ids.len() * width];
        let places = readings.iter().flat_map(|reading| {
            let from = reading.memory.tokens;
            from..from + reading.rows
        });
        let scale = if self.config.scale_embedding { (width as f32).sqrt() } else { 1.0 };
        for ((row, id), place) in x.chunks_exact_mut(width).zip(ids).zip(places) {
            self.tokens.row(*id as usize, row)?;
            let position = self.positions.get(place * width..(place + 1) * width);
            let too_many = || GeneratorError::Failed(format!("{place} tokens are too many"));
            let position = position.ok_or_else(too_many)?;
            row.iter_mut().zip(position).for_each(|(x, more)| *x = *x * scale + more);
        }
        let x = self.decoder.decode(x, readings)?;
        let mut picked = Vec::with_capacity(wanted.len() * width);
        for index in wanted {
            picked.extend_from_slice(x.get(index * width..(index + 1) * width).unwrap_or_default());
        }
        let logits = self.head.forward(picked)?;
        Ok(logits.chunks_exact(self.config.vocab_size).map(<[f32]>::to_vec).collect())
    }
}

/// Three rows of `channels` beside each other, around every `step`-th row; zeros beyond the edges.
fn threes(rows: &[f32], channels: usize, step: usize) -> Vec<f32> {
    let count = rows.len() / channels;
    let mut out = vec![0.0; count.div_ceil(step) * 3 * channels];
    for (index, out) in out.chunks_exact_mut(3 * channels).enumerate() {
        for (tap, out) in out.chunks_exact_mut(channels).enumerate() {
            let row = (index * step + tap).checked_sub(1);
            let from = row.and_then(|row| rows.get(row * channels..(row + 1) * channels));
            if let Some(from) = from {
                out.copy_from_slice(from);
            }
        }
    }
    out
}

/// A convolution over three rows, as a map of three rows beside each other.
fn convolution(
    parts: &Parts<'_>,
    inputs: usize,
    outputs: usize,
) -> Result<math::Linear, GeneratorError> {
    let stored = parts.tensor("weight", &[outputs, inputs, 3])?;
    let bias = parts.tensor("bias", &[outputs])?;
    let mut weight = vec![0.0; stored.len()];
    for (to, from) in weight.chunks_exact_mut(3 * inputs).zip(stored.chunks_exact(3 * inputs)) {
        for (input, taps) in from.chunks_exact(3).enumerate() {
            for (tap, number) in taps.iter().enumerate() {
                if let Some(to) = to.get_mut(tap * inputs + input) {
                    *to = *number;
                }
            }
        }
    }
    Ok(math::Linear::new(3 * inputs, outputs, &weight, bias))
}

/// Where a row is: learned, or waves where the files hold none.
fn places(parts: &Parts<'_>, count: usize, width: usize) -> Result<Vec<f32>, GeneratorError> {
    if parts.has("embed_positions.weight") {
        return parts.at("embed_positions").tensor("weight", &[count, width]);
    }
    let half = width / 2;
    let step = 10_000_f64.ln() / (half.max(2) - 1) as f64;
    let number = |index: usize| {
        let (row, column) = (index / width, index % width);
        let turned = row as f64 * (-step * (column % half.max(1)) as f64).exp();
        (if column < half { turned.sin() } else { turned.cos() }) as f32
    };
    Ok((0..count * width).map(number).collect())
}

fn stack(config: &Config, parts: &Parts<'_>, writes: bool) -> Result<Stack, GeneratorError> {
    let unsupported = |reason| GeneratorError::Unsupported { reason };
    let curve = Curve::named(&config.activation_function).map_err(unsupported)?;
    let width = config.d_model;
    let (count, heads, wide) = if writes {
        (config.decoder_layers, config.decoder_attention_heads, config.decoder_ffn_dim)
    } else {
        (config.encoder_layers, config.encoder_attention_heads, config.encoder_ffn_dim)
    };
    // Sounds are long, so the encoder's maps are packed; so are those of the decoder that it
    // applies to all of a sound.
    let map = |parts: Parts<'_>, inputs, outputs, packed: bool| {
        if packed {
            Map::packed(&parts, inputs, outputs)
        } else {
            Map::stored(&parts, inputs, outputs)
        }
    };
    let attention = |parts: Parts<'_>, sound: bool| -> Result<Attention, GeneratorError> {
        Ok(Attention {
            queries: map(parts.at("q_proj"), width, width, !writes)?,
            keys: map(parts.at("k_proj"), width, width, sound)?,
            values: map(parts.at("v_proj"), width, width, sound)?,
            out: map(parts.at("out_proj"), width, width, !writes)?,
            heads,
            scale: ((width / heads) as f32).sqrt().recip(),
        })
    };
    let layer = |index: usize| -> Result<Layer, GeneratorError> {
        let parts = parts.at("layers").at(index);
        let other = writes.then(|| {
            let norm = Norm::layer(&parts.at("encoder_attn_layer_norm"), width)?;
            Ok::<_, GeneratorError>((attention(parts.at("encoder_attn"), true)?, norm))
        });
        Ok(Layer {
            own: attention(parts.at("self_attn"), !writes)?,
            own_norm: Norm::layer(&parts.at("self_attn_layer_norm"), width)?,
            other: other.transpose()?,
            feed: Feed {
                wide: map(parts.at("fc1"), width, wide, !writes)?,
                gate: None,
                narrow: map(parts.at("fc2"), wide, width, !writes)?,
                curve,
            },
            feed_norm: Norm::layer(&parts.at("final_layer_norm"), width)?,
        })
    };
    Ok(Stack {
        layers: (0..count).map(layer).collect::<Result<_, _>>()?,
        width,
        placement: Placement::Before,
        bias: None,
        last: Some(Norm::layer(&parts.at("layer_norm"), width)?),
    })
}
