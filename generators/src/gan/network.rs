//! The generator of a DCGAN (Radford et al., "Unsupervised Representation Learning with Deep
//! Convolutional Generative Adversarial Networks", 2015), with the names of PyTorch's own example:
//! `main.0.weight` and so on, transposed convolutions with batch norms and ReLU between.

use std::collections::HashMap;

use candle_core::{Device, Result, Tensor, bail};

/// Side of every kernel.
const KERNEL: usize = 4;
/// Added to the variance, as in PyTorch.
const EPSILON: f64 = 1e-5;
/// More layers or channels are a damaged file.
const LAYERS_MAX: usize = 8;
const CHANNELS_MAX: usize = 8192;

/// The network: from random numbers to a picture in −1 to 1.
#[derive(Debug)]
pub(super) struct Network {
    layers: Vec<Layer>,
    /// How many random numbers it takes.
    pub(super) latent: usize,
    /// Width and height of its pictures.
    pub(super) side: usize,
    /// Numbers learned.
    pub(super) parameters: u64,
}

#[derive(Debug)]
struct Layer {
    /// in × out × 4 × 4
    kernel: Tensor,
    /// Scale and shift for each channel; `None` in the last layer.
    norm: Option<(Tensor, Tensor)>,
}

impl Network {
    /// Takes the network out of the tensors of a weight file.
    ///
    /// # Errors
    /// What is missing or has an unexpected shape.
    pub(super) fn new(mut tensors: HashMap<String, Tensor>) -> Result<Self> {
        let mut layers = Vec::new();
        let mut parameters = 0;
        let mut channels = None;
        // Convolution, norm and ReLU take one number each.
        while let Some(kernel) = tensors.remove(&format!("main.{}.weight", 3 * layers.len())) {
            let (before, after, height, width) = kernel.dims4()?;
            let fits = channels.is_none_or(|channels| channels == before);
            if (height, width) != (KERNEL, KERNEL) || !fits || before.max(after) > CHANNELS_MAX {
                bail!("layer {} has the shape {:?}", layers.len(), kernel.dims());
            }
            let norm = norm(&mut tensors, 3 * layers.len() + 1, after)?;
            parameters += kernel.elem_count() + if norm.is_some() { 2 * after } else { 0 };
            channels = Some(after);
            let is_last = norm.is_none();
            layers.push(Layer { kernel, norm });
            if is_last || layers.len() > LAYERS_MAX {
                break;
            }
        }
        let is_whole = layers.last().is_some_and(|last| last.norm.is_none());
        let Some(first) = layers.first().filter(|_| is_whole && channels == Some(3)) else {
            bail!(
                "it holds no DCGAN generator of colour pictures: `main.0.weight` and so on, 3 channels at the end"
            )
        };
        let latent = first.kernel.dim(0)?;
        let side = KERNEL << (layers.len() - 1);
        Ok(Self { layers, latent, side, parameters: parameters as u64 })
    }

    /// The pictures (n × 3 × side × side, −1 to 1) of n × latent random numbers.
    ///
    /// # Errors
    /// When the numbers have another shape.
    pub(super) fn pictures(&self, numbers: &Tensor) -> Result<Tensor> {
        let count = numbers.dim(0)?;
        let mut x = numbers.reshape((count, self.latent, 1, 1))?;
        for (place, layer) in self.layers.iter().enumerate() {
            let (padding, stride) = if place == 0 { (0, 1) } else { (1, 2) };
            x = x.conv_transpose2d(&layer.kernel, padding, 0, stride, 1)?;
            x = match &layer.norm {
                Some((scale, shift)) => x.broadcast_mul(scale)?.broadcast_add(shift)?.relu()?,
                None => x.tanh()?,
            };
        }
        Ok(x)
    }
}

/// A batch norm as it is used after training: one scale and one shift for each channel.
fn norm(
    tensors: &mut HashMap<String, Tensor>,
    place: usize,
    channels: usize,
) -> Result<Option<(Tensor, Tensor)>> {
    let mut take = |name: &str| tensors.remove(&format!("main.{place}.{name}"));
    let Some(weight) = take("weight") else { return Ok(None) };
    let (bias, mean, variance) = (take("bias"), take("running_mean"), take("running_var"));
    let (Some(bias), Some(mean), Some(variance)) = (bias, mean, variance) else {
        bail!("the norm `main.{place}` lacks `bias`, `running_mean` or `running_var`")
    };
    for tensor in [&weight, &bias, &mean, &variance] {
        if tensor.dims() != [channels] {
            bail!("the norm `main.{place}` has the shape {:?}", tensor.dims());
        }
    }
    let scale = (weight / (variance + EPSILON)?.sqrt()?)?;
    let shift = (bias - (mean * &scale)?)?;
    let each = (1, channels, 1, 1);
    Ok(Some((scale.reshape(each)?, shift.reshape(each)?)))
}

/// Reads a weight file in 32-bit numbers.
///
/// # Errors
/// When it is damaged.
pub(super) fn read(content: &[u8]) -> Result<HashMap<String, Tensor>> {
    let tensors = candle_core::safetensors::load_buffer(content, &Device::Cpu)?;
    let plain = tensors.into_iter().map(|(name, tensor)| {
        // A checkpoint of several processes puts `module.` before every name.
        let name = name.strip_prefix("module.").unwrap_or(&name).to_owned();
        Ok((name, tensor.to_dtype(candle_core::DType::F32)?))
    });
    plain.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEIGHTS: &[u8] = include_bytes!("../../tests/golden/dcgan/generator.safetensors");
    const GOLDEN: &[u8] = include_bytes!("../../tests/golden/dcgan/golden.safetensors");

    #[test]
    fn pictures_are_those_of_pytorch() {
        let network = Network::new(read(WEIGHTS).unwrap()).unwrap();
        assert_eq!((network.latent, network.side), (16, 64));
        let golden = read(GOLDEN).unwrap();
        let made = network.pictures(&golden["numbers"]).unwrap();
        let difference = (made - &golden["pictures"]).unwrap().abs().unwrap();
        let worst: f32 = difference.flatten_all().unwrap().max(0).unwrap().to_scalar().unwrap();
        assert!(worst < 1e-5, "{worst}");
    }

    #[test]
    fn another_network_is_told_from_this_one() {
        let without = |name: &str| {
            let mut tensors = read(WEIGHTS).unwrap();
            tensors.remove(name).unwrap();
            Network::new(tensors).unwrap_err().to_string()
        };
        assert!(without("main.0.weight").contains("no DCGAN"));
        assert!(without("main.4.running_var").contains("`main.4` lacks"));
        assert!(without("main.12.weight").contains("no DCGAN"));
        let mut tensors = read(WEIGHTS).unwrap();
        tensors.insert("main.3.weight".into(), tensors["main.6.weight"].clone());
        assert!(Network::new(tensors).unwrap_err().to_string().contains("layer 1"));
        assert!(read(&WEIGHTS[..900]).is_err());
    }
}
