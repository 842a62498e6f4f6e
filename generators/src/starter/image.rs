//! The starter picture model: flat illustrations of landscapes, in 41 words.
//!
//! Its card is `starter/image/MODEL_CARD.md`, its training `training/image`.

use std::sync::Arc;

use crate::{Generator, GeneratorError, diffusion::Diffusion, files::Embedded, files::ModelFiles};

const FILES: &[Embedded] = &[
    ("config.json", include_bytes!("../../starter/image/config.json")),
    ("vocabulary.json", include_bytes!("../../starter/image/vocabulary.json")),
    ("unet.safetensors", include_bytes!("../../starter/image/unet.safetensors")),
    ("upscaler.safetensors", include_bytes!("../../starter/image/upscaler.safetensors")),
];

/// The starter picture model; its weights are unpacked at first use.
///
/// # Errors
/// [`GeneratorError::File`] when the program was built with damaged files.
pub fn image() -> Result<Arc<dyn Generator>, GeneratorError> {
    Ok(Arc::new(Diffusion::describe(ModelFiles::Program(FILES), None)?))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn its_card_says_what_it_is() {
        let card = image().unwrap().card().clone();
        assert!(card.starter);
        assert_eq!(card.name, "scenes-starter");
        let weights = |name: &str| {
            let (_, content) = FILES.iter().find(|file| file.0 == name).unwrap();
            let tensors = safetensors::SafeTensors::deserialize(content).unwrap();
            tensors
                .iter()
                .map(|(_, tensor)| tensor.shape().iter().product::<usize>())
                .sum::<usize>()
        };
        let parameters = weights("unet.safetensors") + weights("upscaler.safetensors");
        assert_eq!(card.parameters, parameters as u64);
    }

    #[test]
    fn a_folder_with_the_same_files_is_the_same_model() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("starter/image");
        let opened = crate::open("diffusion", "copy", &folder).unwrap();
        assert_eq!(opened.card().sha256, image().unwrap().card().sha256);
        assert!(!opened.card().starter);
    }
}
