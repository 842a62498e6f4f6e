//! Leads an export: reads, writes, records, and only then hands the bag out.

use std::path::{Path, PathBuf};

use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use tokio::sync::mpsc;
use types::Sha256;

use super::{
    Enclosures, ExportError, Plan, Progress,
    about::{self, About},
    payload::Payload,
    reading::{self, Reading},
    sealing,
    trust::Trust,
};
use crate::{
    Checkpoint, Clock as _, Log, LogError, Objects, SystemClock, merkle,
    report::{Facts, LogHead, Regime, Rendered, SOFTWARE, Seen, Views, facts::Stamped},
};

/// Entries that wait to be written: reading goes on meanwhile, memory does not.
const WAITING: usize = 64;

/// Exports and reports over one log.
#[derive(Debug, Clone)]
pub struct Exporter {
    log: Log,
    objects: Objects,
    enclosures: Enclosures,
}

/// A bag in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// Where it is.
    pub path: PathBuf,
    /// Its name.
    pub bag: String,
    /// How many entries it holds or proves.
    pub entries: u64,
    /// How many of them are withheld.
    pub withheld: u64,
    /// SHA-256 of its payload manifest, which the log has recorded.
    pub sha256: Sha256,
    /// The index of that record.
    pub index: u64,
}

impl Exporter {
    /// Exports of a log and the objects that its records name.
    #[must_use]
    pub const fn new(log: Log, objects: Objects, enclosures: Enclosures) -> Self {
        Self { log, objects, enclosures }
    }

    /// Writes a bag to `target`, or into it if it is a folder. The export is itself recorded before
    /// the bag is in its place.
    ///
    /// # Errors
    /// [`ExportError`]; then there is no bag.
    pub async fn export(
        &self,
        plan: &Plan,
        target: &Path,
        progress: &Progress<'_>,
    ) -> Result<Exported, ExportError> {
        let regime = Regime::named(&plan.regime)?;
        let checkpoint = self.log.checkpoint_now().await?;
        let trust = Trust::gather(&self.log, &self.enclosures, &checkpoint)?;
        let about = self.about(plan, &checkpoint, &trust);
        let at = |error| ExportError::file(target, error);
        let path = sealing::path(target, &about.bag).map_err(at)?;
        let (temporary, file) = sealing::temporary(&path).map_err(at)?;
        let (sender, mut items) = mpsc::channel(WAITING);
        let (enclosures, under, place) =
            (self.enclosures.clone(), checkpoint.clone(), path.clone());
        let writing = tokio::task::spawn_blocking(move || {
            let written = (|| {
                let mut payload = Payload::new(about, &regime, under, file)?;
                while let Some(item) = items.blocking_recv() {
                    payload.add(item)?;
                }
                payload.finish(&enclosures, &trust)
            })();
            written.map_err(|error| error.at(&place))
        });
        let reading = Reading { log: &self.log, objects: &self.objects, checkpoint: &checkpoint };
        let read = reading.send(plan, sender, progress).await;
        let written = writing.await.map_err(|_| LogError::Closed)?;
        read?;
        let (bag, about, sha256) = written?;
        let recorded = sealing::record(&self.log, plan, &about, &sha256).await?;
        let exported = Exported {
            path: path.clone(),
            bag: about.bag.clone(),
            entries: about.entries,
            withheld: about.withheld,
            sha256,
            index: recorded.index,
        };
        let placing = tokio::task::spawn_blocking(move || {
            sealing::place(bag, &about, &recorded, temporary, &path)
                .map_err(|error| ExportError::file(&path, error))
        });
        placing.await.map_err(|_| LogError::Closed)??;
        Ok(exported)
    }

    /// Runs the checks of a regime over an extent, without writing a bag.
    ///
    /// # Errors
    /// [`ExportError`].
    pub async fn report(
        &self,
        plan: &Plan,
        progress: &Progress<'_>,
    ) -> Result<Rendered, ExportError> {
        let regime = Regime::named(&plan.regime)?;
        let checkpoint = self.log.checkpoint_now().await?;
        let trust = Trust::gather(&self.log, &self.enclosures, &checkpoint)?;
        let about = self.about(plan, &checkpoint, &trust);
        let mut views = Views::new(&regime, &about.facts, &plan.extent, plan.language)?;
        let (sender, mut items) = mpsc::channel::<reading::Item>(WAITING);
        let under = checkpoint.clone();
        let looking = tokio::task::spawn_blocking(move || {
            while let Some(item) = items.blocking_recv() {
                let leaf = merkle::leaf_hash(&item.entry);
                let proved = reading::proves(item.index, leaf, &item.path, &under);
                let manifest = match item.manifest {
                    reading::Attachment::None => None,
                    reading::Attachment::Missing(_) => Some(false),
                    reading::Attachment::Bytes(..) => Some(true),
                };
                views.see(&Seen { index: item.index, record: &item.record, proved, manifest });
            }
            views
        });
        let reading = Reading { log: &self.log, objects: &self.objects, checkpoint: &checkpoint };
        let read = reading.send(plan, sender, progress).await;
        let views = looking.await.map_err(|_| LogError::Closed)?;
        read?;
        Ok(views.finish(&about.log, &about.generated))
    }

    /// What is known before the first entry is read.
    fn about(&self, plan: &Plan, checkpoint: &Checkpoint, trust: &Trust) -> About {
        let generated = rfc3339(SystemClock.now());
        let bag = about::bag_name(&plan.extent, &generated);
        let vkey = self.log.verifier().vkey();
        let readme = about::readme(&bag, &vkey);
        About {
            schema: About::SCHEMA.to_owned(),
            bag,
            software: SOFTWARE.to_owned(),
            generated,
            regime: plan.regime.clone(),
            language: plan.language,
            extent: plan.extent.clone(),
            redaction: plan.redaction,
            ground: plan.stated_ground(),
            log: LogHead {
                origin: checkpoint.origin.clone(),
                size: checkpoint.size,
                root: checkpoint.root,
                vkey,
            },
            facts: self.facts(plan, checkpoint, trust),
            entries: 0,
            withheld: 0,
            manifests_missing: Vec::new(),
            policies_missing: Vec::new(),
            readme_sha256: Sha256::of(readme.as_bytes()),
        }
    }

    fn facts(&self, plan: &Plan, checkpoint: &Checkpoint, trust: &Trust) -> Facts {
        Facts {
            retention_months: self.enclosures.retention_months,
            anchors: self.anchors(checkpoint),
            cosignatures: trust.cosignatures(&self.enclosures.witnesses),
            from_start: plan.extent.from.is_none() && plan.extent.asset.is_none(),
            partial: plan.extent.asset.is_some(),
        }
    }

    /// Time-stamped checkpoints up to this one.
    fn anchors(&self, checkpoint: &Checkpoint) -> Vec<Stamped> {
        let found = self.enclosures.anchors.as_deref().map(anchors).unwrap_or_default();
        found.into_iter().filter(|stamped| stamped.size <= checkpoint.size).collect()
    }
}

/// Time-stamped checkpoints in a folder, ascending by size; a broken one counts as none.
fn anchors(folder: &Path) -> Vec<Stamped> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let stamped = entries.filter_map(|entry| {
        let size = entry.file_name().to_str()?.strip_suffix(".tsr")?.parse::<u64>().ok()?;
        let noted = folder.join(format!("{size}.note")).is_file();
        let at = entry.metadata().ok()?.modified().ok()?;
        noted.then(|| Stamped { size, at: rfc3339(OffsetDateTime::from(at)) })
    });
    let mut stamped: Vec<Stamped> = stamped.collect();
    stamped.sort_by_key(|stamped| stamped.size);
    stamped
}

fn rfc3339(time: OffsetDateTime) -> String {
    let seconds = time.replace_nanosecond(0).unwrap_or(time);
    seconds.format(&Rfc3339).unwrap_or_default()
}
