//! Looks a folder over and says in words what is wrong with it.

use std::path::Path;

use super::{
    gguf,
    manual::Manual,
    network::{Ledger, Memory, Reading, Wanted},
    opened::{self, Opened, Source},
    parts::{self, Naming},
};
use crate::{Checked, GeneratorError, files::ModelFiles};

/// Opens the folder `path`, reads every file and runs one token.
pub(crate) fn check(path: &Path) -> Checked {
    let mut checked = Checked::new("llama");
    let files = match ModelFiles::folder_or_file(path) {
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
    let source = checked.note(Source::of(files));
    if let Some(source) = &source
        && let Some(listing) = checked.note(files.list(&opened::names(files, source)))
    {
        checked.sha256 = Some(listing.sha256());
        checked.files = listing.files().to_vec();
    }
    let stored = match source {
        Some(Source::Gguf(name)) => {
            if let Some(described) = checked.note(gguf::describe(files, &name)) {
                checked.parameters = Some(parts::parameters(&described.config));
                checked.architecture = Some(described.config.family.architecture.to_owned());
            }
            return;
        }
        Some(Source::SafeTensors(names)) => checked.note(opened::stored(files, &names)),
        None => None,
    };
    checked.note(Manual::read(files));
    let Some(config) = checked.note(opened::config(files)) else { return };
    checked.parameters = Some(parts::parameters(&config));
    checked.note(opened::tokenizer(files, &config));
    if let Some(stored) = stored {
        checked.note(opened::check_shapes(&config, Naming::HuggingFace, &stored));
    }
    checked.architecture = Some(config.family.architecture.to_owned());
}

fn together(files: ModelFiles, checked: &mut Checked) -> Result<(), GeneratorError> {
    let opened = Opened::open(files, "check")?;
    let network = opened.load(None)?;
    let mut memory = Memory::new(&Ledger::new(&opened.config));
    let reading = Reading { ids: &[0], memory: &mut memory, wanted: Wanted::Last };
    let logits = network.forward(&mut [reading])?;
    if !logits.iter().flatten().all(|logit| logit.is_finite()) {
        checked.problems.push("the weights give numbers that are not finite".to_owned());
    }
    if opened.end_tokens.is_empty() {
        checked.problems.push("no file names a token that ends an answer".to_owned());
    }
    Ok(())
}
