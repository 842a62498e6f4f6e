//! Questions to the log: which records have all of these values, in this time, in this order?
//!
//! A query costs one look-up for each value and block of 256 records that may hold an answer, however
//! long the log is; a page that would cost more than a bounded number of them ends early and says
//! where to go on. A cursor names a place in the log, so pages neither repeat nor skip a record while
//! the log grows.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use time::OffsetDateTime;
use types::Sha256;

use crate::{
    Log, LogError, Registry,
    registry::{
        Filter, Term,
        postings::{BLOCK, Bits},
    },
};

/// At most this many records in a page.
pub const PAGE_MAX: usize = 1000;
/// At most this many blocks are looked at for one page; the tests meet the end of few.
const BLOCKS_MAX: usize = if cfg!(test) { 2 } else { 4096 };
/// Version, order, place, what was asked.
const CURSOR_BYTES: usize = 1 + 1 + 8 + 8;

/// In which order records come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// As they were written.
    #[default]
    Oldest,
    /// The last one first.
    Newest,
}

/// A question; records match that have every value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// What records must have; without any, every record matches.
    pub filters: Vec<Filter>,
    /// Records of this time or later.
    pub since: Option<OffsetDateTime>,
    /// Records before this time.
    pub until: Option<OffsetDateTime>,
    /// Records of this index or later.
    pub start: u64,
    /// In which order.
    pub order: Order,
    /// How many in one page, 1 to [`PAGE_MAX`].
    pub limit: usize,
    /// Where the page before ended: its [`Page::next`].
    pub cursor: Option<String>,
}

/// Some of the answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Indices of matching records, in the query's order.
    pub indices: Vec<u64>,
    /// Where to go on; `None` when there is nothing more. A page may be short and still have one.
    pub next: Option<String>,
}

impl Log {
    /// The records that match.
    ///
    /// # Errors
    /// [`LogError::Note`] for a cursor that is not of this query, [`LogError::Index`] when the index
    /// fails.
    pub fn find(&self, query: &Query) -> Result<Page, LogError> {
        self.registry().find(query, self.size())
    }
}

impl Registry {
    /// The records among the first `size` that match.
    pub(crate) fn find(&self, query: &Query, size: u64) -> Result<Page, LogError> {
        let (mut low, mut high) = (query.start, size);
        if let Some(since) = query.since {
            low = low.max(self.since(ceiling(since))?.unwrap_or(size));
        }
        if let Some(until) = query.until {
            high = high.min(self.since(ceiling(until))?.unwrap_or(size));
        }
        if let Some(cursor) = &query.cursor {
            let place = query.place(cursor)?;
            match query.order {
                Order::Oldest => low = low.max(place),
                Order::Newest => high = high.min(place),
            }
        }
        let terms: Vec<Term> = query.filters.iter().map(Filter::term).collect();
        let walk = Walk { registry: self, terms, order: query.order, low, high };
        let (indices, next) = walk.page(query.limit.clamp(1, PAGE_MAX))?;
        Ok(Page { indices, next: next.map(|place| query.cursor(place)) })
    }
}

/// One pass over the blocks that all values have records in.
struct Walk<'a> {
    registry: &'a Registry,
    terms: Vec<Term>,
    order: Order,
    low: u64,
    /// Exclusive.
    high: u64,
}

/// Where all values have records, or where to go on looking.
enum Step {
    Common(u64, Bits),
    Spent(u64),
    End,
}

impl Walk<'_> {
    fn page(&self, limit: usize) -> Result<(Vec<u64>, Option<u64>), LogError> {
        let mut found = Vec::new();
        let (mut budget, mut block) = (BLOCKS_MAX, self.first());
        while let Some(from) = block.filter(|block| self.within(*block)) {
            let (at, bits) = match self.common(from, &mut budget)? {
                Step::Common(at, bits) => (at, bits),
                Step::Spent(at) => return Ok((found, Some(self.beginning(at)))),
                Step::End => break,
            };
            for index in self.indices(at, bits) {
                if found.len() == limit {
                    return Ok((found, Some(self.place(index))));
                }
                found.push(index);
            }
            block = self.after(at);
        }
        Ok((found, None))
    }

    /// Leapfrog: each value is asked for its next block from where the others are.
    fn common(&self, from: u64, budget: &mut usize) -> Result<Step, LogError> {
        let mut at = from;
        'leap: while self.within(at) {
            let Some(left) = budget.checked_sub(1) else { return Ok(Step::Spent(at)) };
            *budget = left;
            let mut bits = Bits::ALL;
            for term in &self.terms {
                let Some((found, some)) = self.seek(term, at)? else { return Ok(Step::End) };
                if found != at {
                    at = found;
                    continue 'leap;
                }
                bits = bits.and(some);
            }
            return Ok(Step::Common(at, bits));
        }
        Ok(Step::End)
    }

    fn seek(&self, term: &Term, at: u64) -> Result<Option<(u64, Bits)>, LogError> {
        match self.order {
            Order::Oldest => self.registry.postings.at_least(term, at),
            Order::Newest => self.registry.postings.at_most(term, at),
        }
    }

    fn first(&self) -> Option<u64> {
        match self.order {
            Order::Oldest => Some(self.low / BLOCK),
            Order::Newest => self.high.checked_sub(1).map(|last| last / BLOCK),
        }
    }

    fn after(&self, block: u64) -> Option<u64> {
        match self.order {
            Order::Oldest => block.checked_add(1),
            Order::Newest => block.checked_sub(1),
        }
    }

    fn within(&self, block: u64) -> bool {
        let first = block.saturating_mul(BLOCK);
        first < self.high && first.saturating_add(BLOCK) > self.low
    }

    fn indices(&self, block: u64, bits: Bits) -> Vec<u64> {
        let indices = bits.positions().map(|position| block * BLOCK + u64::from(position));
        let within = indices.filter(|index| (self.low..self.high).contains(index));
        match self.order {
            Order::Oldest => within.collect(),
            Order::Newest => within.rev().collect(),
        }
    }

    /// The place from which a record is the next.
    fn place(&self, index: u64) -> u64 {
        match self.order {
            Order::Oldest => index,
            Order::Newest => index + 1,
        }
    }

    /// The place from which a block is the next.
    fn beginning(&self, block: u64) -> u64 {
        match self.order {
            Order::Oldest => block * BLOCK,
            Order::Newest => block.saturating_add(1).saturating_mul(BLOCK),
        }
    }
}

impl Query {
    fn cursor(&self, place: u64) -> String {
        let mut bytes = Vec::with_capacity(CURSOR_BYTES);
        bytes.extend([1, self.order as u8]);
        bytes.extend(place.to_be_bytes());
        bytes.extend(self.asked());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn place(&self, cursor: &str) -> Result<u64, LogError> {
        let wrong = || LogError::Note {
            what: "cursor",
            reason: "it does not belong to this query; ask again without it".to_owned(),
        };
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| wrong())?;
        let place = bytes.get(2..10).and_then(|place| place.try_into().ok()).ok_or_else(wrong)?;
        let place = u64::from_be_bytes(place);
        if self.cursor(place) == cursor { Ok(place) } else { Err(wrong()) }
    }

    /// Eight bytes of a digest of what is asked, so that a cursor fits its query only.
    fn asked(&self) -> [u8; 8] {
        let mut terms: Vec<Term> = self.filters.iter().map(Filter::term).collect();
        terms.sort_unstable();
        let times = [self.since, self.until].map(|time| time.map_or(u64::MAX, ceiling));
        let bounds = times.into_iter().chain([self.start]).flat_map(u64::to_be_bytes);
        let asked: Vec<u8> = terms.into_iter().flatten().chain(bounds).collect();
        Sha256::of(&asked).as_bytes().first_chunk().copied().unwrap_or_default()
    }
}

/// Records carry milliseconds, so a time between two of them means the later one.
fn ceiling(time: OffsetDateTime) -> u64 {
    let nanoseconds = u128::try_from(time.unix_timestamp_nanos()).unwrap_or_default();
    u64::try_from(nanoseconds.div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
