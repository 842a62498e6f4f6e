//! Which assets are looked at: all of a period, or some drawn at random.

use audit::{AssetEntry, Filter, LogError, Query, Record, query::PAGE_MAX};
use rand::seq::SliceRandom as _;
use types::AssetId;

use super::{LEAVING, Wish};
use crate::wiring::Stages;

/// What was chosen.
#[derive(Debug)]
pub(super) struct Chosen {
    /// Those to look at, in the order in which they were made.
    pub(super) assets: Vec<AssetEntry>,
    /// How many assets there are in the period.
    pub(super) of: usize,
    /// How many of them this version has looked at before.
    pub(super) before: usize,
    /// The same as `of`, where not all are looked at: then they are drawn at random.
    pub(super) drawn_from: Option<u64>,
}

impl Stages {
    /// Those looked at before count towards the sample, so that the same wish again changes nothing.
    pub(super) fn choose(&self, wish: &Wish) -> Result<Chosen, LogError> {
        let mut open = Vec::new();
        let (mut of, mut before) = (0, 0);
        for index in self.leaving(wish)? {
            let Some(asset) = self.released(index)? else { continue };
            of += 1;
            if !wish.again && self.is_known(asset)? {
                before += 1;
            } else {
                open.push(index);
            }
        }
        let wanted = wish.sample.map_or(open.len(), |sample| sample.saturating_sub(before));
        let is_drawn = wanted < open.len();
        if is_drawn {
            open.shuffle(&mut rand::rng());
            open.truncate(wanted);
            open.sort_unstable();
        }
        let assets = open.into_iter().map(|index| self.entry_of(index));
        let assets = assets.filter_map(Result::transpose).collect::<Result<_, LogError>>()?;
        let drawn_from = is_drawn.then_some(of as u64);
        Ok(Chosen { assets, of, before, drawn_from })
    }

    /// Indices of the records with which assets left the line.
    fn leaving(&self, wish: &Wish) -> Result<Vec<u64>, LogError> {
        let mut indices = Vec::new();
        for event in LEAVING {
            let tenant = wish.tenant.clone().map(Filter::Tenant);
            let filters = tenant.into_iter().chain([Filter::Event(event)]).collect();
            let Wish { since, until, .. } = *wish;
            let mut query = Query { filters, since, until, limit: PAGE_MAX, ..Query::default() };
            loop {
                let page = self.log.find(&query)?;
                indices.extend(page.indices);
                query.cursor = page.next;
                if query.cursor.is_none() {
                    break;
                }
            }
        }
        indices.sort_unstable();
        Ok(indices)
    }

    /// The asset of a record, if it may leave: of what is held there is nothing to look at yet.
    fn released(&self, index: u64) -> Result<Option<AssetId>, LogError> {
        Ok(self.entry_of(index)?.filter(AssetEntry::may_leave).map(|entry| entry.asset_id))
    }

    fn entry_of(&self, index: u64) -> Result<Option<AssetEntry>, LogError> {
        let record = Record::parse(&self.log.entry(index)?)?;
        match record.asset_id {
            Some(asset) => self.log.registry().asset(asset),
            None => Ok(None),
        }
    }

    /// Whether this version was the last to look at an asset.
    fn is_known(&self, asset: AssetId) -> Result<bool, LogError> {
        let filters = vec![Filter::Asset(asset), Filter::Event(audit::Event::AssetExamined)];
        let query = Query { filters, order: audit::Order::Newest, limit: 1, ..Query::default() };
        let Some(last) = self.log.find(&query)?.indices.first().copied() else { return Ok(false) };
        let record = Record::parse(&self.log.entry(last)?)?;
        Ok(record.examined.is_some_and(|seen| seen.software == audit::report::SOFTWARE))
    }
}
