//! Gives records their place: the next number of their tenant, and a time that never goes back.

use std::collections::HashMap;

use sha2::Digest as _;
use types::Sha256;

use crate::{
    LogError, Record,
    clock::Monotone,
    merkle,
    record::{RECORD_BYTES_MAX, fit},
};

/// A record made ready by whoever appends it, so that the writing thread has little to do.
pub(crate) struct Prepared {
    record: Record,
    /// `None` when the record has to be written out once it is placed.
    template: Option<Template>,
}

/// The canonical bytes without number and time, hashed as far as they are known.
struct Template {
    bytes: Vec<u8>,
    number_at: usize,
    time_at: usize,
    hashed: sha2::Sha256,
}

/// What number, time and a note about the clock may add later.
const PLACE_BYTES_MAX: usize = 80;
const NUMBER: &[u8] = br#""tenant_seq":"#;
const TIME: &[u8] = br#""time":""#;

impl Prepared {
    /// Makes the canonical bytes; lists that are too long for the log are shortened.
    ///
    /// # Errors
    /// [`LogError::RecordTooLarge`].
    pub(crate) fn new(mut record: Record) -> Result<Self, LogError> {
        record.tenant_seq = 0;
        record.time.clear();
        record.clock_adjusted = false;
        let template = Template::of(fit(&mut record, RECORD_BYTES_MAX - PLACE_BYTES_MAX)?);
        Ok(Self { record, template })
    }

    /// How long the entry will be, about.
    pub(crate) fn bytes(&self) -> usize {
        self.template.as_ref().map_or(RECORD_BYTES_MAX, |template| template.bytes.len() + 32)
    }

    fn place(&mut self) -> Result<(Vec<u8>, Sha256), LogError> {
        let template = self.template.take().filter(|_| !self.record.clock_adjusted);
        let Some(template) = template else {
            let entry = self.record.canonical()?;
            let leaf = merkle::leaf_hash(&entry);
            return Ok((entry, leaf));
        };
        let (entry, leaf) = template.place(self.record.tenant_seq, &self.record.time);
        if entry.len() > RECORD_BYTES_MAX {
            let (bytes, max) = (entry.len(), RECORD_BYTES_MAX);
            return Err(LogError::RecordTooLarge { bytes, max });
        }
        Ok((entry, leaf))
    }
}

impl Template {
    fn of(mut bytes: Vec<u8>) -> Option<Self> {
        // In texts quotes are escaped, so the names stand only where they are members.
        let number_at = only(&bytes, NUMBER)?;
        if bytes.get(number_at) != Some(&b'0') {
            return None;
        }
        bytes.remove(number_at);
        let time_at = only(&bytes, TIME).filter(|time_at| *time_at >= number_at)?;
        let mut hashed = sha2::Sha256::new();
        hashed.update([0]);
        hashed.update(bytes.get(..number_at)?);
        Some(Self { bytes, number_at, time_at, hashed })
    }

    fn place(self, number: u64, time: &str) -> (Vec<u8>, Sha256) {
        let Self { bytes: mut entry, number_at, time_at, mut hashed } = self;
        let rest = entry.split_off(time_at);
        entry.extend(time.as_bytes());
        entry.extend(rest);
        let number = number.to_string();
        entry.splice(number_at..number_at, number.bytes());
        hashed.update(entry.get(number_at..).unwrap_or_default());
        (entry, Sha256::from(<[u8; 32]>::from(hashed.finalize())))
    }
}

/// Where the only occurrence of `wanted` ends.
fn only(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let mut found = memchr::memmem::find_iter(bytes, wanted);
    let at = found.next()?;
    found.next().is_none().then_some(at + wanted.len())
}

/// A record in its place.
pub(crate) struct Numbered {
    pub(crate) record: Record,
    pub(crate) leaf: Sha256,
}

/// What the next number and time depend on.
#[derive(Debug)]
pub(crate) struct Sequencer {
    clock: Monotone,
    tenants: HashMap<String, u64>,
    size: u64,
}

/// Numbers given in a batch that is not durable yet.
pub(crate) type Used = HashMap<String, u64>;

impl Sequencer {
    pub(crate) fn new(clock: Monotone) -> Self {
        Self { clock, tenants: HashMap::new(), size: 0 }
    }

    /// How many entries were taken in.
    pub(crate) const fn size(&self) -> u64 {
        self.size
    }

    /// The next number of each tenant.
    pub(crate) const fn tenants(&self) -> &HashMap<String, u64> {
        &self.tenants
    }

    /// The last time.
    pub(crate) fn time(&self) -> String {
        self.clock.last()
    }

    /// Goes on from what was noted at an earlier time.
    pub(crate) fn go_on(&mut self, size: u64, time: &str, tenants: &[(&String, &u64)]) {
        self.size = size;
        self.clock.seen(time);
        self.tenants = tenants.iter().map(|(name, next)| ((*name).clone(), **next)).collect();
    }

    /// Notes which number and time an entry has used.
    pub(crate) fn note(&mut self, index: u64, record: &Record) {
        self.clock.seen(&record.time);
        self.tenants.insert(record.tenant.clone(), record.tenant_seq + 1);
        self.size = index + 1;
    }

    /// Gives a record its place. Only [`Self::keep`] makes the number used.
    pub(crate) fn number(
        &mut self,
        mut prepared: Prepared,
        used: &mut Used,
    ) -> Result<(Numbered, Vec<u8>), LogError> {
        let record = &mut prepared.record;
        let known = || self.tenants.get(&record.tenant).copied().unwrap_or(0);
        let next = used.get(&record.tenant).copied().unwrap_or_else(known);
        record.tenant_seq = next;
        (record.time, record.clock_adjusted) = self.clock.stamp();
        let (entry, leaf) = prepared.place()?;
        let record = prepared.record;
        match used.get_mut(&record.tenant) {
            Some(used) => *used = next + 1,
            None => drop(used.insert(record.tenant.clone(), next + 1)),
        }
        Ok((Numbered { record, leaf }, entry))
    }

    /// What was numbered is durable.
    pub(crate) fn keep(&mut self, used: Used, entries: u64) {
        self.tenants.extend(used);
        self.size += entries;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Event;

    proptest::proptest! {
        #[test]
        fn a_prepared_record_has_the_bytes_that_it_has_when_written_at_once(
            detail in "\\PC{0,60}|(\"tenant_seq\":0|\"time\":\"\"|\\\\|\"){0,6}",
            tenant in "[a-z\"\\\\]{1,9}",
            number in 0_u64..1 << 53,
            clock_adjusted: bool,
        ) {
            let mut record = Record::new(Event::Failed, tenant, "actor");
            record.detail = Some(detail);
            let mut prepared = Prepared::new(record.clone()).unwrap();
            proptest::prop_assert!(prepared.template.is_some());
            let time = "2026-11-24T19:00:00.123Z".to_owned();
            (record.tenant_seq, record.time, record.clock_adjusted) = (number, time, clock_adjusted);
            prepared.record = record.clone();
            let (entry, leaf) = prepared.place().unwrap();
            proptest::prop_assert_eq!(&entry, &record.canonical().unwrap());
            proptest::prop_assert_eq!(leaf, merkle::leaf_hash(&entry));
        }
    }
}
