//! Folders whose files are signed as they come (`[watch.NAME]`).
//!
//! A folder is read every second: that works on every file system, also on those that another machine
//! writes to. A file is taken once it has not changed for a while. Its original stays; what was signed
//! is written under another name first and then moved, so that nobody picks up half a file. Which bytes
//! were signed is kept in the state, so a new start, or a second gateway, does not sign them again.

mod files;

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

pub(crate) use files::kind;
use provenance::DigitalSourceType;
use tokio::task::JoinSet;
use types::{Principal, Role, Sha256};

use crate::{
    bringing::{Brought, Lineage, Marking},
    config::WatchSection,
    outcome::Outcome,
    pipeline::{Line, LineError},
};

/// How often a folder is read.
const EVERY: Duration = Duration::from_secs(1);
/// Longest pause while the line is in the way: each try leaves records.
const PAUSE_MAX: Duration = Duration::from_secs(300);
const SETTLE_SECONDS: u64 = 2;
/// Files of one folder that are looked at.
const FILES_MAX: usize = 100_000;
/// Larger files are not read into memory.
const FILE_BYTES_MAX: u64 = 1 << 30;

/// Why a folder cannot be watched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum WatchError {
    /// A folder cannot be used.
    #[error("[watch.{name}]: {path}: {error}")]
    Folder {
        /// The section.
        name: String,
        /// The folder.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// What is signed would be signed again.
    #[error("[watch.{0}]: `output` must not lie in `folder`, nor `folder` in `output`")]
    Circle(String),
    /// An unknown term.
    #[error(
        "[watch.{name}]: {term} is no digital source type of IPTC's list, such as digitalCapture"
    )]
    SourceType {
        /// The section.
        name: String,
        /// What it says.
        term: String,
    },
}

/// One watched folder.
struct Watch {
    name: String,
    folder: PathBuf,
    output: PathBuf,
    who: Principal,
    source: Option<DigitalSourceType>,
    marking: Marking,
    settle: Duration,
    /// What was dealt with: its length and time, so that it is not read again.
    known: HashMap<PathBuf, (u64, SystemTime)>,
}

/// Begins to watch; ends when the set is dropped.
///
/// # Errors
/// [`WatchError`] for a section that cannot be used.
pub(crate) fn start(line: &Line) -> Result<JoinSet<()>, WatchError> {
    let stages = line.stages();
    let mut tasks = JoinSet::new();
    for (name, section) in &stages.installation.config().watch {
        let mut watch = Watch::open(stages.installation.folder(), name, section)?;
        let line = line.clone();
        tasks.spawn(async move {
            let mut pause = EVERY;
            loop {
                pause = pause_after(watch.pass(&line).await, pause);
                tokio::time::sleep(pause).await;
            }
        });
    }
    Ok(tasks)
}

/// How long to wait after a pass, whether it went well, and the pause before it.
fn pause_after(well: bool, before: Duration) -> Duration {
    if well { EVERY } else { before.saturating_mul(2).min(PAUSE_MAX) }
}

impl Watch {
    fn open(base: &Path, name: &str, section: &WatchSection) -> Result<Self, WatchError> {
        let place = |path: &Path| {
            let path = base.join(path);
            let made = fs::create_dir_all(&path).and_then(|()| path.canonicalize());
            made.map_err(|error| WatchError::Folder { name: name.to_owned(), path, error })
        };
        let (folder, output) = (place(&section.folder)?, place(&section.output)?);
        if output.starts_with(&folder) || folder.starts_with(&output) {
            return Err(WatchError::Circle(name.to_owned()));
        }
        let unknown =
            |term: &String| WatchError::SourceType { name: name.to_owned(), term: term.clone() };
        let source = section.source_type.as_ref();
        let source = source
            .map(|term| DigitalSourceType::from_uri(term).ok_or_else(|| unknown(term)))
            .transpose()?;
        Ok(Self {
            name: name.to_owned(),
            folder,
            output,
            who: Principal {
                tenant: section.tenant.clone(),
                desk: section.desk.clone(),
                role: Role::Journalist,
                subject: format!("watch/{name}"),
            },
            source,
            marking: if section.mark { Marking::Mark } else { Marking::Leave },
            settle: Duration::from_secs(section.settle_seconds.unwrap_or(SETTLE_SECONDS)),
            known: HashMap::new(),
        })
    }

    /// Signs what is new; whether the line took all of it.
    async fn pass(&mut self, line: &Line) -> bool {
        let (folder, settle) = (self.folder.clone(), self.settle);
        let found = tokio::task::spawn_blocking(move || files::settled(&folder, settle, FILES_MAX));
        let Ok(found) = found.await else { return false };
        // They are in order.
        let is_there = |path: &Path| found.binary_search_by(|file| file.path.as_path().cmp(path));
        self.known.retain(|path, _| is_there(path).is_ok());
        for file in found {
            let as_it_is = (file.bytes, file.changed);
            if self.known.get(&file.path) == Some(&as_it_is) {
                continue;
            }
            match self.take(line, &file).await {
                Ok(()) => drop(self.known.insert(file.path, as_it_is)),
                // The line is in the way, not the file: it is tried again.
                Err(error) => {
                    tracing::warn!(watch = %self.name, %error, "a file waits to be signed");
                    return false;
                }
            }
        }
        true
    }

    /// Signs a file, or writes beside its place why that cannot be.
    async fn take(&self, line: &Line, file: &files::Found) -> Result<(), LineError> {
        let below = file.path.strip_prefix(&self.folder).unwrap_or(&file.path);
        let to = self.output.join(below);
        if file.bytes > FILE_BYTES_MAX {
            self.refuse(&to, &format!("the file has more than {FILE_BYTES_MAX} bytes"));
            return Ok(());
        }
        let path = file.path.clone();
        let reading = tokio::task::spawn_blocking(move || {
            fs::read(path).map(|bytes| (Sha256::of(&bytes), bytes))
        });
        let Ok((sha256, bytes)) = reading.await.map_err(|_| LineError::Stopped)? else {
            self.refuse(&to, "the file cannot be read");
            return Ok(());
        };
        let stages = line.stages();
        // Keys of the state are short.
        let of = Sha256::of(&[self.name.as_bytes(), sha256.as_bytes()].concat());
        let key = [b"watch/".as_slice(), of.as_bytes()].concat();
        if stages.state.get(&key).await?.is_some() {
            return Ok(());
        }
        let lineage = match self.source {
            Some(source) => Lineage::Stated { source, ingredients: Vec::new() },
            None => Lineage::Unstated,
        };
        let media_type = kind(&file.path, &bytes);
        let brought = Brought { bytes, media_type, lineage, marking: self.marking };
        let release = match line.bring(self.who.clone(), brought).await {
            Ok(Outcome::Released(release)) => release,
            Ok(Outcome::Held(release)) => {
                let asset = release.asset_id.to_string();
                self.refuse(&to, &format!("held for an editor: asset {asset}"));
                // An editor is asked once.
                stages.state.compare_and_swap(&key, None, Some(asset.as_bytes())).await?;
                return Ok(());
            }
            Ok(Outcome::Refused(refusal)) => {
                self.refuse(&to, &refusal.message);
                return Ok(());
            }
            Err(error @ (LineError::Watermark(_) | LineError::Provenance(_))) => {
                self.refuse(&to, &error.to_string());
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let asset = release.asset_id.to_string();
        let putting = tokio::task::spawn_blocking(move || {
            files::put(&to, &release.bytes, release.sidecar.as_deref())
        });
        if let Err(error) = putting.await.map_err(|_| LineError::Stopped)? {
            tracing::error!(watch = %self.name, %error, "what was signed cannot be written");
            return Err(LineError::State(audit::StateError::Store(error.to_string())));
        }
        tracing::info!(watch = %self.name, %asset, "signed a file");
        stages.state.compare_and_swap(&key, None, Some(asset.as_bytes())).await?;
        Ok(())
    }

    fn refuse(&self, to: &Path, reason: &str) {
        tracing::warn!(watch = %self.name, "a file cannot be signed");
        if let Err(error) = files::tell(to, reason) {
            tracing::error!(watch = %self.name, %error, "why a file cannot be signed cannot be written");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_in_the_way_is_asked_less_and_less() {
        let mut pause = EVERY;
        for seconds in [2, 4, 8, 16, 32, 64, 128, 256, 300, 300] {
            pause = pause_after(false, pause);
            assert_eq!(pause, Duration::from_secs(seconds));
        }
        assert_eq!(pause_after(true, pause), EVERY);
    }
}
