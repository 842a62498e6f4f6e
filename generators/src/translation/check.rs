//! Looks a folder over and says in words what is wrong with it.

use std::path::Path;

use super::opened::{Config, Family, Opened};
use crate::{
    Checked, GeneratorError, files::ModelFiles, manual::Manual, sequence::Reading,
    sequence::beam::Writes as _, stable::parts::Component,
};

/// Reads every file of the folder `path` and runs one token.
pub(crate) fn check(family: Family, path: &Path) -> Checked {
    let mut checked = Checked::new(family.kind());
    let Some(files) = checked.note(ModelFiles::folder(path)) else { return checked };
    // Each file is looked at, so that one report names all that is wrong.
    checked.note(Config::read(family, &files));
    checked.note(Manual::read(&files));
    checked.note(Component::top(&files));
    if !checked.problems.is_empty() {
        return checked;
    }
    let Some(opened) = checked.note(Opened::open(family, files, "check")) else { return checked };
    checked.architecture = Some(opened.card.architecture.clone());
    checked.parameters = Some(opened.card.parameters);
    checked.sha256 = Some(opened.card.sha256);
    checked.files = opened.listing.files().to_vec();
    checked.note(together(&opened));
    checked
}

fn together(opened: &Opened) -> Result<(), GeneratorError> {
    let network = opened.network(None)?;
    let search = &opened.settings.search;
    let encoded = network.encode(&[vec![search.end]])?.concat();
    let source = network.source(&encoded)?;
    let mut memory = network.memory();
    let reading = Reading { memory: &mut memory, source: &source, rows: 1, watched: None };
    let logits = network.decode(&[search.start], &mut [reading])?;
    if logits.iter().flatten().all(|logit| logit.is_finite()) {
        return Ok(());
    }
    Err(GeneratorError::Failed("the weights give numbers that are not finite".to_owned()))
}
