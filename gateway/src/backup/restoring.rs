//! The way back: check everything first, then change, then open.

use std::{
    fs,
    path::{Component, Path, PathBuf},
};

use audit::{
    Event, LogError, LogKey, Record, epoch, rotation,
    vault::{Erasures, INSTALLATION},
};
use zip::ZipArchive;

use super::{BackupError, LIST, Listing, copy, swapping};
use crate::{config::Config, installation::Installation, wiring::Stages};

/// Longest list that is read.
const LIST_BYTES_MAX: u64 = 1 << 30;

/// How to restore.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The log that is there stays.
    pub keep_log: bool,
    /// A later copy of the log, or an export, whose erasures are repeated.
    pub erasures: Option<PathBuf>,
    /// A later checkpoint of the same log.
    pub checkpoint: Option<PathBuf>,
}

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The backup's own list.
    pub listing: Listing,
    /// How many erasures were repeated.
    pub erased_again: u64,
    /// Records in the log now, with the one about this.
    pub log_size: u64,
}

/// Restores `backup` into `target`; refuses while a server runs there.
///
/// # Errors
/// [`BackupError::Behind`], [`BackupError::Unreadable`] and [`BackupError::NoKeys`] before anything
/// is changed. After a crash, the same call finishes it; until then nothing opens the folder.
pub async fn restore(
    backup: &Path,
    target: &Path,
    options: Options,
) -> Result<Restored, BackupError> {
    let (backup, folder) = (backup.to_path_buf(), target.to_path_buf());
    let work = tokio::task::spawn_blocking(move || put_back(&backup, &folder, &options));
    let (listing, mut erased_again) = work.await.map_err(|_| LogError::Closed)??;
    let stages = Stages::open(opened(target)?).await?;
    erased_again += stages.erased_again();
    let mut record = Record::new(Event::Restored, INSTALLATION, "operator");
    record.detail = Some(format!(
        "backup of {} over {} records, {erased_again} erased again",
        listing.made_at, listing.log_size
    ));
    stages.log.append(record).await?;
    stages.close().await?;
    Ok(Restored { listing, erased_again, log_size: stages.log.size() })
}

fn put_back(
    backup: &Path,
    target: &Path,
    options: &Options,
) -> Result<(Listing, u64), BackupError> {
    fs::create_dir_all(target).map_err(BackupError::file(target))?;
    let _lock = swapping::lock(target)?;
    swapping::go_back(target)?;
    let (mut zip, listing) = open(backup)?;
    let kept = target.join("log/checkpoint");
    let here = if kept.is_file() { size_of(&kept)? } else { 0 };
    let known = options.checkpoint.as_deref().map_or(Ok(0), size_of)?.max(here);
    let results = if options.keep_log { here } else { listing.log_size };
    if results < known {
        return Err(BackupError::Behind { backup: results, known });
    }
    let staging = swapping::stage(target)?;
    let extracted = extract(backup, &mut zip, &listing, &staging, options)
        .and_then(|()| check(&listing, target, &staging, options));
    if let Err(error) = extracted {
        swapping::discard(target)?;
        return Err(error);
    }
    let mut erased = 0;
    if let Some(source) = &options.erasures {
        erased += audit::vault::replay(&staging.join("vault"), &Erasures::read(source)?)?;
    }
    if options.keep_log {
        let erasures = Erasures::read(&target.join("log"))?;
        erased += audit::vault::replay(&staging.join("vault"), &erasures)?;
    }
    swapping::swap(target)?;
    Ok((listing, erased))
}

fn open(backup: &Path) -> Result<(ZipArchive<fs::File>, Listing), BackupError> {
    use std::io::Read as _;
    let file = fs::File::open(backup).map_err(BackupError::file(backup))?;
    let wrong = |reason: String| BackupError::unreadable(backup, reason);
    let mut zip = ZipArchive::new(file).map_err(|error| wrong(error.to_string()))?;
    let mut text = String::new();
    let list = zip.by_name(LIST).map_err(|_| wrong("not a backup".to_owned()))?;
    let read = list.take(LIST_BYTES_MAX).read_to_string(&mut text);
    read.map_err(|error| wrong(error.to_string()))?;
    let listing: Listing = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    if listing.format != 1 {
        return Err(wrong(format!("format {} is not known", listing.format)));
    }
    Ok((zip, listing))
}

/// Writes every listed file into the staging folder, durable and as it was.
fn extract(
    backup: &Path,
    zip: &mut ZipArchive<fs::File>,
    listing: &Listing,
    staging: &Path,
    options: &Options,
) -> Result<(), BackupError> {
    for (name, expected) in &listing.files {
        let wrong = |reason: &str| BackupError::unreadable(backup, format!("{name}: {reason}"));
        let relative = Path::new(name);
        // A path that leads out of the folder would overwrite what is not ours.
        if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(wrong("leads out of the folder"));
        }
        if options.keep_log && relative.starts_with("log") {
            continue;
        }
        let path = staging.join(relative);
        let mut source = zip.by_name(name).map_err(|_| wrong("is listed but missing"))?;
        let mut file = swapping::create(&path)?;
        let digest = copy(&mut source, &mut file).map_err(|error| wrong(&error.to_string()))?;
        file.sync_all().map_err(BackupError::file(&path))?;
        if digest != *expected {
            return Err(wrong("was changed"));
        }
    }
    Ok(())
}

/// The log that is to be in force must fit its own checkpoint.
fn check(
    listing: &Listing,
    target: &Path,
    staging: &Path,
    options: &Options,
) -> Result<(), BackupError> {
    let keys = if listing.with_keys { staging } else { target };
    let key = Installation::new(keys.to_path_buf(), Config::default()).log_key();
    if !key.is_file() {
        return Err(BackupError::NoKeys(keys.to_path_buf()));
    }
    if options.keep_log {
        return Ok(());
    }
    let config = Config::load(Some(&staging.join("imprimatur.toml")));
    let origin = config.unwrap_or_default().audit.origin;
    let folder = staging.join("log");
    // The backup may be of a later epoch, and the key here one from before a rotation or after it.
    let origin = epoch::origin(&folder, &origin)?;
    let verifier = rotation::verifier(&folder, &origin, LogKey::load(&key)?.verifying_key())?;
    audit::verify_log(&folder, &verifier)?;
    Ok(())
}

/// The size in a checkpoint's second line. It is not verified: a wrong one can only refuse.
fn size_of(checkpoint: &Path) -> Result<u64, BackupError> {
    let text = fs::read_to_string(checkpoint).map_err(BackupError::file(checkpoint))?;
    let size = text.lines().nth(1).and_then(|line| line.parse().ok());
    let wrong = "not a checkpoint: if the log there is lost, move its folder away first";
    size.ok_or_else(|| BackupError::unreadable(checkpoint, wrong))
}

fn opened(target: &Path) -> Result<Installation, BackupError> {
    let file = target.join("imprimatur.toml");
    let config =
        Config::load(Some(&file)).map_err(|error| BackupError::unreadable(&file, error))?;
    Ok(Installation::new(target.to_path_buf(), config))
}
