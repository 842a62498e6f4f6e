//! Looks a folder over and says in words what is wrong with it.

use std::path::Path;

use super::{
    KIND,
    config::{Config, Generation},
    opened::Opened,
};
use crate::{
    Checked, GeneratorError, files::ModelFiles, manual::Manual, sequence::Reading,
    stable::parts::Component,
};

/// Reads every file of the folder `path`, hears one window of silence and writes one token.
pub(crate) fn check(path: &Path) -> Checked {
    let mut checked = Checked::new(KIND);
    let Some(files) = checked.note(ModelFiles::folder(path)) else { return checked };
    // Each file is looked at, so that one report names all that is wrong.
    checked.note(Config::read(&files));
    checked.note(Generation::read(&files));
    checked.note(Manual::read(&files));
    checked.note(Component::top(&files));
    if !checked.problems.is_empty() {
        return checked;
    }
    let Some(opened) = checked.note(Opened::open(files, "check")) else { return checked };
    checked.architecture = Some(opened.card.architecture.clone());
    checked.parameters = Some(opened.card.parameters);
    checked.sha256 = Some(opened.card.sha256);
    checked.files = opened.listing.files().to_vec();
    checked.note(together(&opened));
    checked
}

fn together(opened: &Opened) -> Result<(), GeneratorError> {
    let network = opened.network(None)?;
    let picture = opened.front.picture(&[], 0.0, 0, network.frames());
    let source = network.source(&network.encode(&picture)?)?;
    let mut memory = network.memory();
    let reading = Reading { memory: &mut memory, source: &source, rows: 1, watched: None };
    let logits = network.decode(&[opened.vocabulary.start], &mut [reading], &[0])?;
    if logits.iter().flatten().all(|logit| logit.is_finite()) {
        return Ok(());
    }
    Err(GeneratorError::Failed("the weights give numbers that are not finite".to_owned()))
}
