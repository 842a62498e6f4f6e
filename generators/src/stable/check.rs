//! Looks a folder over and says in words what is wrong with it.

use std::path::Path;

use super::{
    KIND,
    opened::Opened,
    run::{self, Wish},
    scheduler::SchedulerConfig,
    unet::UnetConfig,
    vae::VaeConfig,
};
use crate::{Checked, GeneratorError, files::ModelFiles, math::Map, stable::parts::Component};

/// Reads every file of the folder `path` and runs every network once.
pub(crate) fn check(path: &Path) -> Checked {
    let mut checked = Checked::new(KIND);
    let Some(files) = checked.note(ModelFiles::folder(path)) else { return checked };
    // Each file is looked at, so that one report names all that is wrong.
    checked.note(UnetConfig::read(&files));
    checked.note(VaeConfig::read(&files));
    checked.note(SchedulerConfig::read(&files));
    let stem = "diffusion_pytorch_model";
    for (folder, stem) in [("unet", stem), ("vae", stem), ("text_encoder", "model")] {
        checked.note(Component::find(&files, folder, stem));
    }
    if !checked.problems.is_empty() {
        return checked;
    }
    let Some(opened) = checked.note(Opened::open(files, "check")) else { return checked };
    checked.architecture = Some(opened.card.architecture.clone());
    checked.parameters = Some(opened.card.parameters);
    checked.sha256 = Some(opened.card.sha256);
    checked.files = opened.listing.files().to_vec();
    checked.note(opened.words());
    checked.note(together(&opened));
    checked
}

/// One small step.
fn together(opened: &Opened) -> Result<(), GeneratorError> {
    let networks = opened.networks(None)?;
    let ids: Vec<Vec<u32>> =
        opened.texts.iter().map(|text| vec![0; text.config.max_position_embeddings]).collect();
    let read = networks.read(&ids)?;
    let (unet, channels) = (&opened.unet.0, opened.unet.0.inputs);
    let side = 8;
    let data = (0..side * side * channels).map(|index| (index as f32 * 0.7).sin()).collect();
    let sample = Map { batch: 1, height: side, width: side, channels, data };
    let wish = Wish::new(unet, &read, None, 1.0, (64, 64));
    let predicted = wish.predict(&networks.unet, &sample, 500.0);
    run::finite(&predicted.data)?;
    let picture = networks.vae.decode(&predicted);
    run::finite(&picture.data)?;
    run::finite(&networks.vae.encode(&picture).data)
}
