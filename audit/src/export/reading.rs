//! Takes the entries of an extent out of the log, in order, with their proofs and attachments.

use std::collections::BTreeSet;

use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use tokio::sync::mpsc;
use types::{AssetId, Sha256};

use super::{ExportError, Plan, Progress};
use crate::{Checkpoint, Event, Log, LogError, Objects, Record, merkle, report::Extent};

/// Entries are read in bundles of this many.
const CHUNK: u64 = 256;

/// One entry on its way into a bag.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) index: u64,
    pub(super) entry: Vec<u8>,
    pub(super) record: Record,
    pub(super) path: Vec<Sha256>,
    pub(super) manifest: Attachment,
    /// The asset's bytes, in a case, if the asset may leave.
    pub(super) content: Attachment,
}

/// Bytes that a record names by their digest.
#[derive(Debug, Default)]
pub(super) enum Attachment {
    /// The record names none, or it is not asked for.
    #[default]
    None,
    /// They are not at hand, or damaged.
    Missing(AssetId),
    /// Here they are.
    Bytes(AssetId, Vec<u8>),
}

/// Reads under one checkpoint.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading<'a> {
    pub(super) log: &'a Log,
    pub(super) objects: &'a Objects,
    pub(super) checkpoint: &'a Checkpoint,
}

impl Reading<'_> {
    /// Sends every entry of the plan; ends early when nobody receives any more.
    pub(super) async fn send(
        self,
        plan: &Plan,
        items: mpsc::Sender<Item>,
        progress: &Progress<'_>,
    ) -> Result<(), ExportError> {
        let wanted = self.wanted(&plan.extent).await?;
        let mut start = self.first(&plan.extent).await?;
        let end = self.checkpoint.size;
        while start < end {
            let entries = self.entries(start, end.min(start.saturating_add(CHUNK))).await?;
            for (index, entry) in (start..).zip(entries) {
                let record = Record::parse(&entry)?;
                if plan.extent.to.as_deref().is_some_and(|to| !before(&record.time, to)) {
                    progress(end, end);
                    return Ok(());
                }
                if !wanted.covers(&entry, &record) {
                    continue;
                }
                let item = self.item(index, entry, record, &plan.extent).await?;
                if items.send(item).await.is_err() {
                    return Ok(());
                }
            }
            start = start.saturating_add(CHUNK);
            progress(start.min(end), end);
        }
        Ok(())
    }

    async fn item(
        self,
        index: u64,
        entry: Vec<u8>,
        record: Record,
        extent: &Extent,
    ) -> Result<Item, ExportError> {
        let proof = self.log.proof_under(index, self.checkpoint)?;
        let mut item = Item {
            index,
            entry,
            record,
            path: proof.path,
            manifest: Attachment::None,
            content: Attachment::None,
        };
        if let (Some(asset), Some(c2pa)) = (item.record.asset_id, &item.record.c2pa) {
            item.manifest = self.attachment(asset, &c2pa.manifest_sha256).await;
        }
        if let (Some(asset), Some(content)) = (item.record.asset_id, &item.record.content)
            && extent.asset == Some(asset)
            && self.log.registry().asset(asset)?.is_some_and(|entry| entry.may_leave())
        {
            item.content = self.attachment(asset, &content.sha256).await;
        }
        Ok(item)
    }

    async fn attachment(self, asset: AssetId, digest: &Sha256) -> Attachment {
        match self.objects.get(digest).await {
            Ok(bytes) => Attachment::Bytes(asset, bytes),
            Err(_) => Attachment::Missing(asset),
        }
    }

    /// The one place where entries are taken out of the log.
    #[expect(clippy::unused_async, reason = "a log on a database is read by waiting")]
    async fn entries(self, start: u64, end: u64) -> Result<Vec<Vec<u8>>, LogError> {
        self.log.entries(start, end)
    }

    /// The first index that is not before `from`: times never go back, so it can be searched for.
    async fn first(self, extent: &Extent) -> Result<u64, ExportError> {
        let Some(from) = &extent.from else { return Ok(0) };
        let (mut low, mut high) = (0, self.checkpoint.size);
        while low < high {
            let middle = low + (high - low) / 2;
            let entry = self.entries(middle, middle + 1).await?;
            let entry = entry.first().ok_or_else(|| LogError::Unknown(middle.to_string()))?;
            if before(&Record::parse(entry)?.time, from) { low = middle + 1 } else { high = middle }
        }
        Ok(low)
    }

    /// What an entry must have to be wanted.
    async fn wanted(self, extent: &Extent) -> Result<Wanted, ExportError> {
        let Some(asset) = extent.asset else {
            return Ok(Wanted { tenant: extent.tenant.clone(), case: None });
        };
        let found = self.log.registry().asset(asset)?;
        let found = found.ok_or(ExportError::UnknownAsset(asset))?;
        let mut actors = BTreeSet::from([found.actor]);
        for index in self.log.registry().request(found.request_id)? {
            for entry in self.entries(index, index.saturating_add(1)).await? {
                actors.insert(Record::parse(&entry)?.actor);
            }
        }
        let names = [asset.to_string().into_bytes(), found.request_id.to_string().into_bytes()];
        Ok(Wanted { tenant: Some(found.tenant), case: Some(Case { names, actors }) })
    }
}

/// Whether an RFC 3339 time is before another.
pub(super) fn before(time: &str, limit: &str) -> bool {
    let parse = |text| OffsetDateTime::parse(text, &Rfc3339);
    matches!((parse(time), parse(limit)), (Ok(time), Ok(limit)) if time < limit)
}

struct Wanted {
    tenant: Option<String>,
    case: Option<Case>,
}

/// What belongs to an asset's story: whatever names it or its request, and the keys of its people.
struct Case {
    names: [Vec<u8>; 2],
    actors: BTreeSet<String>,
}

impl Wanted {
    fn covers(&self, entry: &[u8], record: &Record) -> bool {
        if self.tenant.as_ref().is_some_and(|tenant| *tenant != record.tenant) {
            return false;
        }
        let Some(case) = &self.case else { return true };
        let keys = matches!(record.event, Event::KeyCreated | Event::KeyRevoked);
        let names = |name: &Vec<u8>| entry.windows(name.len()).any(|window| window == name);
        (keys && case.actors.contains(&record.actor)) || case.names.iter().any(names)
    }
}

/// Whether a path proves an entry under a checkpoint.
pub(super) fn proves(index: u64, leaf: Sha256, path: &[Sha256], checkpoint: &Checkpoint) -> bool {
    merkle::verify_inclusion(leaf, index, checkpoint.size, path, &checkpoint.root)
}
