//! Both networks of a model folder, read into memory.

use candle_core::{DType, Device};
use candle_nn::VarBuilder;

use super::{config::Config, unet::Unet, upscale::Upscaler};
use crate::{Event, EventSender, GeneratorError, files::ModelFiles};

/// Files of weights.
pub(crate) const UNET: &str = "unet.safetensors";
pub(crate) const UPSCALER: &str = "upscaler.safetensors";

/// Weight files above this are refused: 2 GiB.
const BYTES_MAX: u64 = 2 << 30;

/// Both networks.
#[derive(Debug)]
pub(crate) struct Networks {
    pub(crate) unet: Unet,
    pub(crate) upscaler: Upscaler,
}

impl Networks {
    /// Reads both networks; with `events`, tells how far it is.
    ///
    /// # Errors
    /// [`GeneratorError::File`] names the file that is missing, damaged or of another shape.
    pub(crate) fn load(
        files: &ModelFiles,
        config: &Config,
        words: usize,
        events: Option<&EventSender>,
    ) -> Result<Self, GeneratorError> {
        let total = files.open(UNET)?.bytes + files.open(UPSCALER)?.bytes;
        let tell =
            |done| events.map_or(Ok(()), |e| e.send_blocking(Event::Loading { done, total }));
        tell(0)?;
        let content = files.read(UNET, BYTES_MAX)?;
        let unet_bytes = content.len() as u64;
        let unet = weights(content).and_then(|weights| Unet::new(&config.unet, words, &weights));
        let unet = unet.map_err(|error| damaged(files, UNET, &error))?;
        tell(unet_bytes)?;
        let upscaler = weights(files.read(UPSCALER, BYTES_MAX)?)
            .and_then(|weights| Upscaler::new(&config.upscaler, &weights))
            .map_err(|error| damaged(files, UPSCALER, &error))?;
        tell(total)?;
        Ok(Self { unet, upscaler })
    }
}

fn weights(content: Vec<u8>) -> candle_core::Result<VarBuilder<'static>> {
    VarBuilder::from_buffered_safetensors(content, DType::F32, &Device::Cpu)
}

fn damaged(files: &ModelFiles, name: &str, error: &candle_core::Error) -> GeneratorError {
    GeneratorError::file(files.path(name), format!("is damaged or of another model: {error}"))
}
