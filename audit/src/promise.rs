//! What a log has promised beside its own checkpoint, and whether it still keeps it.
//!
//! A log that was replaced as a whole, with its checkpoint, is consistent in itself. It is caught by
//! what others hold or have signed: a saved checkpoint, a cosigned one, a statement of rotation.

mod exchange;

use std::{
    fs,
    io::{self, Read as _},
    path::Path,
};

use crate::{
    Checkpoint, LogError, Verifier,
    merkle::{self, Tree},
    rotation,
    witness::cosigned,
};

pub use exchange::exchange;

/// Whether `tree` extends what lies beside the log: the cosigned checkpoint, and the statements of
/// rotation.
pub(crate) fn kept(folder: &Path, verifier: &Verifier, tree: &Tree) -> Result<(), LogError> {
    let cosigned = cosigned::load(folder, verifier)?;
    cosigned.map_or(Ok(()), |checkpoint| extends(tree, &checkpoint))?;
    for rotation in rotation::statements(folder)? {
        let (origin, note) = (rotation.origin, rotation.note);
        extends(tree, &Checkpoint { origin, size: rotation.size, root: rotation.root, note })?;
    }
    Ok(())
}

/// Whether `tree` extends a checkpoint.
pub(crate) fn extends(tree: &Tree, checkpoint: &Checkpoint) -> Result<(), LogError> {
    match tree.root(checkpoint.size) {
        None => Err(LogError::Behind { found: tree.size(), promised: checkpoint.size }),
        Some(root) if root == checkpoint.root => Ok(()),
        Some(_) => Err(LogError::Forked(format!(
            "its first {0} records are not those that a signed checkpoint over {0} covers",
            checkpoint.size
        ))),
    }
}

/// Whether an export, a ZIP or its unpacked folder, extends a checkpoint that was saved elsewhere.
/// It must hold the whole log, as [`crate::export::Checked::is_whole`] tells.
///
/// # Errors
/// [`LogError::Forked`] or [`LogError::Behind`] when it does not; [`LogError::File`].
pub fn export_extends(path: &Path, saved: &Checkpoint) -> Result<(), LogError> {
    let entries = entries(path).map_err(|error| LogError::file(path, &error))?;
    let mut tree = Tree::default();
    entries.lines().for_each(|line| tree.push(merkle::leaf_hash(line.as_bytes())));
    extends(&tree, saved)
}

/// The entries of a bag, in a folder or a ZIP.
fn entries(path: &Path) -> io::Result<String> {
    const NAME: &str = "data/entries.jsonl";
    if path.is_dir() {
        return fs::read_to_string(path.join(NAME));
    }
    let mut zip = zip::ZipArchive::new(fs::File::open(path)?)?;
    // The bag is a folder in its ZIP (RFC 8493, section 4.1).
    let name = zip.file_names().flatten().find(|name| name.ends_with(NAME));
    let name = name.map_or_else(|| NAME.to_owned(), std::borrow::Cow::into_owned);
    let mut text = String::new();
    zip.by_name(&name)?.read_to_string(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests;
