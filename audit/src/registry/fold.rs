//! The one fold over the log's records, which makes and mends the index.
//!
//! Taking a record in twice changes nothing, so after a restart the last block of records is taken
//! in again, and nothing before it is read.

use std::collections::HashMap;

use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use types::Sha256;

use super::{
    AssetEntry, Registry, failed,
    near::row,
    postings::BLOCK,
    rows::{
        FINGERPRINTS, POSITION, Rows, SAME, TENANTS, TIMES, WAITING, number, numbered, open_key,
        position, position_value, tenant_key,
    },
    terms::{Term, terms},
};
use crate::{Event, LogError, Record};

impl Registry {
    /// How many records the stored index has taken in, and the leaf hash of the last.
    pub(crate) fn position(&self) -> Result<Option<(u64, Sha256)>, LogError> {
        let stored = self.db.get(POSITION).map_err(failed)?;
        Ok(stored.as_deref().and_then(position))
    }

    /// Compares the stored index with a log of `size` records by one leaf hash. Gives the index of
    /// the first record that must be given to [`Self::apply`], in order up to the log's end.
    ///
    /// An index of another log, or of more than the log holds, is emptied: then the answer is 0.
    pub(crate) fn confirm(
        &self,
        size: u64,
        leaf: impl FnOnce(u64) -> Option<Sha256>,
    ) -> Result<u64, LogError> {
        let known = self.position()?.filter(|(count, last)| {
            let confirmed = count.checked_sub(1).filter(|_| *count <= size).and_then(leaf);
            confirmed == Some(*last)
        });
        let Some((count, _)) = known else {
            self.reset()?;
            return Ok(0);
        };
        let first = count - count % BLOCK;
        self.postings.begin(first);
        Ok(first)
    }

    /// Empties the index, to be filled from record 0.
    pub(crate) fn reset(&self) -> Result<(), LogError> {
        self.postings.begin(0);
        self.near.reset();
        self.db.clear().map_err(failed)
    }

    /// Takes in the records from index `first` on; on return they are found.
    pub(crate) fn apply(&self, first: u64, records: &[(Sha256, &Record)]) -> Result<(), LogError> {
        let mut rows = Rows::default();
        let mut time = self.last_time()?;
        let mut tenants: HashMap<&str, u64> = HashMap::new();
        let mut found: Vec<(u64, Vec<Term>)> = Vec::with_capacity(records.len());
        for (index, (leaf, record)) in (first..).zip(records) {
            self.apply_request(index, record, &mut rows)?;
            self.apply_asset(index, *leaf, record, &mut rows)?;
            tenants.insert(&record.tenant, record.tenant_seq + 1);
            if let Some(ms) = milliseconds(&record.time).filter(|ms| Some(*ms) > time) {
                rows.put(&numbered(TIMES, ms), &index.to_be_bytes())?;
                time = Some(ms);
            }
            found.push((index, terms(record)));
        }
        for (tenant, next) in tenants {
            rows.put(&tenant_key(tenant), &[&next.to_be_bytes(), tenant.as_bytes()].concat())?;
        }
        let Some((leaf, _)) = records.last() else { return Ok(()) };
        rows.put(POSITION, &position_value(first + records.len() as u64, leaf))?;
        self.postings.fill(found.iter().map(|(index, terms)| (*index, terms.as_slice())), rows)
    }

    fn apply_request(&self, index: u64, record: &Record, rows: &mut Rows) -> Result<(), LogError> {
        let Some(request) = record.request_id else { return Ok(()) };
        match record.event {
            Event::Admitted => rows.put(&open_key(request), &index.to_be_bytes())?,
            event if event.is_terminal() => rows.remove(&open_key(request)),
            _ => {}
        }
        Ok(())
    }

    fn apply_asset(
        &self,
        index: u64,
        leaf: Sha256,
        record: &Record,
        rows: &mut Rows,
    ) -> Result<(), LogError> {
        match record.event {
            Event::Approved | Event::Rejected => return self.apply_review(index, record, rows),
            Event::Published | Event::Corrected | Event::Withdrawn => {
                return self.apply_publication(index, record, rows);
            }
            _ => {}
        }
        let Some(entry) = AssetEntry::of(index, leaf, record) else { return Ok(()) };
        // Taken in again, it keeps what has happened since.
        let known = self.entry(index)?.filter(|known| known.asset_id == entry.asset_id);
        let entry = known.unwrap_or(entry);
        if entry.event == Event::Held && entry.review.is_none() {
            rows.put(&numbered(WAITING, index), &[])?;
        }
        if let Some(content) = &record.content
            && let Some(fingerprint) = row::encode(content)
        {
            rows.put(&numbered(FINGERPRINTS, index), &fingerprint)?;
        }
        rows.put_asset(entry)
    }

    fn apply_review(&self, index: u64, record: &Record, rows: &mut Rows) -> Result<(), LogError> {
        let Some(entry) = self.known(record, rows)? else { return Ok(()) };
        let waited = entry.index;
        let Some(decided) = entry.decided(index, record) else { return Ok(()) };
        rows.remove(&numbered(WAITING, waited));
        rows.put_asset(decided)
    }

    /// The published bytes lead to the asset, too.
    fn apply_publication(
        &self,
        index: u64,
        record: &Record,
        rows: &mut Rows,
    ) -> Result<(), LogError> {
        let Some(entry) = self.known(record, rows)? else { return Ok(()) };
        rows.put(&numbered(SAME, index), &entry.index.to_be_bytes())?;
        entry.published(index, record).map_or(Ok(()), |published| rows.put_asset(published))
    }

    /// The asset that a later record is about, with what the records before it have changed.
    fn known(&self, record: &Record, rows: &Rows) -> Result<Option<AssetEntry>, LogError> {
        let Some(asset) = record.asset_id else { return Ok(None) };
        match rows.asset(asset) {
            Some(entry) => Ok(Some(entry.clone())),
            None => self.asset(asset),
        }
    }

    /// The next number of every tenant, as of the last record taken in.
    pub(crate) fn tenants(&self) -> Result<HashMap<String, u64>, LogError> {
        let mut tenants = HashMap::new();
        for value in self.db.scan_prefix(TENANTS).values() {
            let value = value.map_err(failed)?;
            let (next, name) = value
                .split_first_chunk::<8>()
                .ok_or_else(|| LogError::Index("a tenant's row is too short".to_owned()))?;
            let name = String::from_utf8_lossy(name).into_owned();
            tenants.insert(name, u64::from_be_bytes(*next));
        }
        Ok(tenants)
    }

    /// The time of the last record, in milliseconds since 1970.
    pub(crate) fn last_time(&self) -> Result<Option<u64>, LogError> {
        let last = self.db.scan_prefix(TIMES).next_back().transpose().map_err(failed)?;
        Ok(last.map(|(key, _)| number(&key)))
    }

    /// The index of the first record of a time or later.
    pub(crate) fn since(&self, ms: u64) -> Result<Option<u64>, LogError> {
        let row = self.db.range(numbered(TIMES, ms)..=numbered(TIMES, u64::MAX)).next();
        Ok(row.transpose().map_err(failed)?.map(|(_, value)| number(&value)))
    }
}

/// Records carry milliseconds; one whose time cannot be read has the time of the one before.
fn milliseconds(time: &str) -> Option<u64> {
    let time = OffsetDateTime::parse(time, &Rfc3339).ok()?;
    u64::try_from(time.unix_timestamp_nanos() / 1_000_000).ok()
}
