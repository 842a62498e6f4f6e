//! Ties a bag to the log, and puts it into its place.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;
use types::Sha256;

use super::{
    Plan,
    about::{self, About},
    bag::{BAGIT, Bag},
    names,
};
use crate::{Event, Log, LogError, Proof, Record};

/// The log's record about a bag, with its proof.
#[derive(Debug)]
pub(super) struct Recorded {
    pub(super) index: u64,
    entry: Vec<u8>,
    proof: Proof,
}

/// How the record names a bag.
pub(super) fn detail(about: &About, digest: &Sha256) -> String {
    format!("bag sha256:{digest} entries {} regime {}", about.entries, about.regime)
}

/// Appends the record of the export, and proves it under a new checkpoint.
pub(super) async fn record(
    log: &Log,
    plan: &Plan,
    about: &About,
    digest: &Sha256,
) -> Result<Recorded, LogError> {
    let author = plan.author.clone();
    let mut record = Record::new(Event::Exported, author.tenant, author.actor);
    record.detail = Some(detail(about, digest));
    record.asset_id = plan.extent.asset;
    let index = log.append(record).await?.index;
    let checkpoint = log.checkpoint_now().await?;
    let proof = log.proof_under(index, &checkpoint)?;
    Ok(Recorded { index, entry: log.entry(index)?, proof })
}

/// Writes the tag files and moves the bag into its place; nothing is there before.
pub(super) fn place(
    mut bag: Bag,
    about: &About,
    recorded: &Recorded,
    temporary: NamedTempFile,
    path: &Path,
) -> io::Result<()> {
    bag.tag(names::BAGIT, BAGIT.as_bytes())?;
    let info = about.bag_info(bag.bytes, bag.files);
    bag.tag(names::BAG_INFO, info.as_bytes())?;
    bag.tag(names::README, about::readme(&about.bag, &about.log.vkey).as_bytes())?;
    bag.tag(names::EXPORTED, &recorded.entry)?;
    bag.tag(names::EXPORTED_PROOF, recorded.proof.text().as_bytes())?;
    bag.finish()?.sync_all()?;
    temporary.persist(path)?;
    path.parent().map_or(Ok(()), crate::disk::sync_folder)
}

/// Where the bag goes: into `target` if that is a folder, else to `target` itself.
pub(super) fn path(target: &Path, bag: &str) -> io::Result<PathBuf> {
    // The file's folder is synced, so it must have a name.
    let target = std::path::absolute(target)?;
    Ok(if target.is_dir() { target.join(format!("{bag}.zip")) } else { target })
}

/// A file beside the place, so that moving it there is one step.
pub(super) fn temporary(path: &Path) -> io::Result<(NamedTempFile, fs::File)> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    let temporary = NamedTempFile::new_in(folder)?;
    let file = temporary.reopen()?;
    Ok((temporary, file))
}
