//! Looks a folder over and says in words what is wrong with it.

use std::path::Path;

use super::{
    manual::Manual,
    network::{self, Memory},
    opened::{self, Opened},
};
use crate::{Checked, GeneratorError, files::ModelFiles, weights};

/// Opens the folder `path`, reads every file and runs one token.
pub(crate) fn check(path: &Path) -> Checked {
    let mut checked = Checked::new("llama");
    let files = match ModelFiles::folder(path) {
        Ok(files) => files,
        Err(error) => {
            checked.problems.push(error.to_string());
            return checked;
        }
    };
    files_one_by_one(&files, &mut checked);
    if checked.problems.is_empty()
        && let Err(error) = together(files, &mut checked)
    {
        checked.problems.push(error.to_string());
    }
    checked
}

/// Each file is looked at, so that one report names all that is wrong.
fn files_one_by_one(files: &ModelFiles, checked: &mut Checked) {
    let weight_files = checked.note(weights::files_of(files));
    if let Some(weight_files) = &weight_files
        && let Some(listing) = checked.note(files.list(&opened::names(files, weight_files)))
    {
        checked.sha256 = Some(listing.sha256());
        checked.files = listing.files().to_vec();
    }
    let stored = weight_files.and_then(|names| checked.note(opened::stored(files, &names)));
    checked.note(Manual::read(files));
    let Some(config) = checked.note(opened::config(files)) else { return };
    checked.parameters = Some(network::parameters(&config));
    checked.note(opened::tokenizer(files, &config));
    if let Some(stored) = stored {
        checked.note(opened::check_shapes(&config, &stored));
    }
    checked.architecture = Some(config.architecture);
}

fn together(files: ModelFiles, checked: &mut Checked) -> Result<(), GeneratorError> {
    let opened = Opened::open(files, "check")?;
    let network = opened.load(None)?;
    let logits = network.forward(&[0], &mut Memory::new(&opened.config, 1))?;
    if !logits.iter().all(|logit| logit.is_finite()) {
        checked.problems.push("the weights give numbers that are not finite".to_owned());
    }
    if opened.end_tokens.is_empty() {
        checked.problems.push("no file names a token that ends an answer".to_owned());
    }
    Ok(())
}
