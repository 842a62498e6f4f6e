//! Carries messages: follows the log, sends, tries again, and gives up after a day.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use audit::{Log, Record, StateStore};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{
    Failure, Kind, Message, OutboxError, Standing, Subscription, Transport, Waiting,
    delivery::{self, Sent},
    ledger::{Ledger, Progress},
    memory::Memory,
    message::Place,
};

/// How often a new record is looked for.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Pause after a failure of log or state.
const PAUSE: Duration = Duration::from_secs(5);
/// How many records are looked at in one round, and how many messages are sent of them.
const RECORDS_MAX: u64 = 256;
const MESSAGES_MAX: usize = 64;
/// While so many messages wait, no new ones are taken: the log keeps them.
const WAITING_MAX: usize = 64;
/// How far may be looked without writing it down.
const UNSAVED_MAX: u64 = 1024;
/// How often is looked whether somebody else has changed what is remembered.
const REFRESH_S: i64 = 10;
/// Whoever has the turn has it for so long; a round is shorter.
const TURN: Duration = Duration::from_secs(120);

/// Where time comes from.
pub trait Time: fmt::Debug + Send + Sync {
    /// The time now; it may go back.
    fn now(&self) -> OffsetDateTime;
}

/// The operating system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemTime;

impl Time for SystemTime {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }
}

/// What a courier needs beside its subscription.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// What is followed.
    pub log: Log,
    /// Where is remembered what is owed.
    pub state: Arc<dyn StateStore>,
    /// How is sent.
    pub transport: Arc<dyn Transport>,
    /// What time it is.
    pub time: Arc<dyn Time>,
    /// Who this process is to others that write to the same log; `None` where there are none.
    pub holder: Option<String>,
}

/// Carries the messages of one webhook.
///
/// # Contract
/// - What the log holds is sent at least once, also after a crash, always under the same id.
/// - Messages about one subject are sent in the log's order: while one waits, later ones do, too.
///   One that was given up no longer holds others back.
/// - Of several couriers of one webhook on one state, one at a time is at work.
#[derive(Debug)]
pub struct Courier {
    subscription: Subscription,
    around: Surroundings,
    origin: String,
    ledger: Ledger,
    memory: tokio::sync::Mutex<Memory>,
    standing: Mutex<Standing>,
    delivered: AtomicU64,
    failed: AtomicU64,
}

impl Courier {
    /// A courier; it begins with the records after those that there are, if it never ran before.
    #[must_use]
    pub fn new(subscription: Subscription, around: Surroundings) -> Self {
        Self {
            ledger: Ledger::new(Arc::clone(&around.state), subscription.name()),
            origin: around.log.checkpoint().origin,
            subscription,
            around,
            memory: tokio::sync::Mutex::default(),
            standing: Mutex::default(),
            delivered: AtomicU64::new(0),
            failed: AtomicU64::new(0),
        }
    }

    /// The webhook's name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.subscription.name()
    }

    /// How it stands, as of the last round.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Messages that were delivered, and attempts that failed, since the program started.
    #[must_use]
    pub fn counts(&self) -> (u64, u64) {
        (self.delivered.load(Ordering::Relaxed), self.failed.load(Ordering::Relaxed))
    }

    /// Carries on until the task is dropped.
    pub async fn run(&self) {
        loop {
            match self.round().await {
                Ok(0) => tokio::time::sleep(LOOK_EVERY).await,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(webhook = self.name(), %error, "messages wait");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// One round: what waits and is due, then what is new. How many messages were sent or tried.
    ///
    /// # Errors
    /// [`OutboxError`] when log or state fail; the next round begins where this one was.
    pub async fn round(&self) -> Result<usize, OutboxError> {
        let mut memory = self.memory.lock().await;
        let done = match self.in_turn(&mut memory).await {
            Ok(done) => done,
            Err(error) => {
                // What was written is unknown, so it is read again.
                *memory = Memory::default();
                return Err(error);
            }
        };
        let rows: Vec<Waiting> = memory.rows.values().cloned().collect();
        let size = self.around.log.size();
        let standing = Standing::of(memory.progress.as_ref(), &rows, size);
        *self.standing.lock().unwrap_or_else(PoisonError::into_inner) = standing;
        Ok(done)
    }

    async fn in_turn(&self, memory: &mut Memory) -> Result<usize, OutboxError> {
        if !self.takes_turn(memory).await? {
            return Ok(0);
        }
        self.refresh(memory).await?;
        if memory.is_disabled() {
            return Ok(0);
        }
        let repeated = self.repeat(memory).await?;
        if memory.is_disabled() || memory.subjects().len() >= WAITING_MAX {
            return Ok(repeated);
        }
        Ok(repeated + self.follow(memory).await?)
    }

    fn now(&self) -> i64 {
        self.around.time.now().unix_timestamp()
    }

    async fn takes_turn(&self, memory: &mut Memory) -> Result<bool, OutboxError> {
        let Some(holder) = &self.around.holder else { return Ok(true) };
        let (now, term) = (self.around.time.now(), TURN);
        let half = i64::try_from(TURN.as_secs() / 2).unwrap_or_default();
        if memory.turn_until - now.unix_timestamp() <= half {
            let key = self.ledger.turn();
            if !self.around.state.lease(&key, holder, now, term).await? {
                *memory = Memory::default();
                return Ok(false);
            }
            memory.turn_until = (now + term).unix_timestamp();
        }
        self.around.log.catch_up().await?;
        Ok(true)
    }

    /// Reads what is remembered, now and then again: a person may have asked for another try.
    async fn refresh(&self, memory: &mut Memory) -> Result<(), OutboxError> {
        let now = self.now();
        if memory.progress.is_some() && (now - memory.refreshed).abs() < REFRESH_S {
            return Ok(());
        }
        let size = self.around.log.size();
        let stored = self.ledger.progress().await?;
        let mut progress = stored.clone().unwrap_or_else(|| Progress {
            origin: self.origin.clone(),
            next: size,
            disabled: None,
        });
        if progress.origin != self.origin {
            // Another log has taken its place: all of it is new.
            (progress.origin, progress.next) = (self.origin.clone(), 0);
        }
        progress.next = progress.next.min(size);
        if stored.as_ref() != Some(&progress) {
            self.ledger.set(&progress).await?;
        }
        memory.saved = progress.next;
        if let Some(known) = memory.progress.as_ref().filter(|known| known.next > progress.next) {
            // What was looked at without writing it down.
            progress.next = known.next;
        }
        memory.progress = Some(progress);
        memory.rows = self.ledger.rows().await?.into_iter().map(|row| (row.index, row)).collect();
        memory.refreshed = now;
        Ok(())
    }

    /// Tries again what is due.
    async fn repeat(&self, memory: &mut Memory) -> Result<usize, OutboxError> {
        let mut groups = Vec::new();
        for row in memory.due(self.now(), MESSAGES_MAX) {
            match self.message(row.index)? {
                Some(message) if message.id == crate::message::id(row.leaf) => {
                    groups.push(vec![(row.index, message)]);
                }
                _ => {
                    tracing::warn!(
                        webhook = self.name(),
                        index = row.index,
                        "it is not in the log"
                    );
                    self.ledger.remove(row.index).await?;
                    memory.rows.remove(&row.index);
                }
            }
        }
        self.send(memory, groups).await
    }

    /// Sends what is new.
    async fn follow(&self, memory: &mut Memory) -> Result<usize, OutboxError> {
        let Some(mut progress) = memory.progress.clone() else { return Ok(0) };
        let end = self.around.log.size().min(progress.next + RECORDS_MAX);
        let mut groups: BTreeMap<String, Vec<(u64, Message)>> = BTreeMap::new();
        let mut taken = 0;
        while progress.next < end && taken < MESSAGES_MAX {
            let index = progress.next;
            progress.next += 1;
            // One that waits already was met before the process ended.
            let known = memory.rows.contains_key(&index);
            if let Some(message) = self.message(index)?.filter(|_| !known) {
                taken += 1;
                groups.entry(message.subject.clone()).or_default().push((index, message));
            }
        }
        let (behind, free) = {
            let subjects = memory.subjects();
            let split = |subject: &String| subjects.contains(subject.as_str());
            groups.into_iter().partition::<Vec<_>, _>(|(subject, _)| split(subject))
        };
        for (index, message) in behind.into_iter().flat_map(|(_, group)| group) {
            self.wait(memory, (index, &message), Failure::Behind, None).await?;
        }
        self.send(memory, free.into_iter().map(|(_, group)| group).collect()).await?;
        let unsaved = progress.next.saturating_sub(memory.saved);
        let disabled = memory.progress.as_ref().and_then(|progress| progress.disabled);
        progress.disabled = disabled;
        if taken > 0 || unsaved >= UNSAVED_MAX {
            self.ledger.set(&progress).await?;
            memory.saved = progress.next;
        }
        memory.progress = Some(progress);
        Ok(taken)
    }

    /// Sends messages, those of one group one after the other, and writes down what became of them.
    async fn send(
        &self,
        memory: &mut Memory,
        groups: Vec<Vec<(u64, Message)>>,
    ) -> Result<usize, OutboxError> {
        let transport = self.around.transport.as_ref();
        let time = self.around.time.as_ref();
        let sent = delivery::send(&self.subscription, transport, time, groups).await;
        let count = sent.len();
        for (index, message, sent) in sent {
            match sent {
                Sent::Delivered => {
                    self.delivered.fetch_add(1, Ordering::Relaxed);
                    if memory.rows.remove(&index).is_some() {
                        self.ledger.remove(index).await?;
                    }
                }
                Sent::Failed { failure, retry_after } => {
                    self.wait(memory, (index, &message), failure, retry_after).await?;
                }
                Sent::Gone => {
                    let gone = Failure::Status(410);
                    self.wait(memory, (index, &message), gone, None).await?;
                    self.disable(memory).await?;
                }
            }
        }
        Ok(count)
    }

    /// Notes that a message was not delivered.
    async fn wait(
        &self,
        memory: &mut Memory,
        (index, message): (u64, &Message),
        failure: Failure,
        retry_after: Option<Duration>,
    ) -> Result<(), OutboxError> {
        let now = self.now();
        let known = memory.rows.get(&index);
        let (attempts, first) = known.map_or((0, now), |row| (row.attempts, row.first));
        let tried = failure != Failure::Behind;
        let attempts = attempts.saturating_add(u32::from(tried));
        self.failed.fetch_add(u64::from(tried), Ordering::Relaxed);
        // Its day begins with its first try.
        let first = if attempts <= 1 { now } else { first };
        let next = delivery::next_try(now, first, attempts, retry_after);
        let row = Waiting {
            index,
            leaf: self.around.log.leaf(index).unwrap_or_else(|| [0; 32].into()),
            kind: message.kind.name().to_owned(),
            subject: message.subject.clone(),
            attempts,
            first,
            next: next.unwrap_or(now),
            parked: next.is_none(),
            reason: failure.to_string(),
        };
        if row.parked {
            tracing::error!(webhook = self.name(), id = message.id, "a message was given up");
        }
        self.ledger.put(&row).await?;
        memory.rows.insert(index, row);
        Ok(())
    }

    /// The receiver wants to hear no more.
    async fn disable(&self, memory: &mut Memory) -> Result<(), OutboxError> {
        let Some(progress) = memory.progress.as_mut().filter(|known| known.disabled.is_none())
        else {
            return Ok(());
        };
        tracing::error!(webhook = self.name(), "it answered 410 and is disabled");
        progress.disabled = Some(self.now());
        self.ledger.set(progress).await
    }

    /// What the record at an index says to this receiver.
    fn message(&self, index: u64) -> Result<Option<Message>, OutboxError> {
        let log = &self.around.log;
        let record = Record::parse(&log.entry(index)?)?;
        let Some(kind) = Kind::of(&record) else { return Ok(None) };
        let desk = self.desk(&record)?;
        if !self.subscription.wants(kind, &record.tenant, desk.as_deref()) {
            return Ok(None);
        }
        let Some(leaf) = log.leaf(index) else { return Ok(None) };
        let place = Place { origin: &self.origin, index, leaf };
        Ok(Message::of(&record, place, desk.as_deref()))
    }

    /// The desk that asked for what a record is about.
    fn desk(&self, record: &Record) -> Result<Option<String>, OutboxError> {
        let log = &self.around.log;
        let (None, Some(asset)) = (&record.desk, record.asset_id) else {
            return Ok(record.desk.clone());
        };
        let Some(entry) = log.registry().asset(asset)? else { return Ok(None) };
        Ok(Record::parse(&log.entry(entry.index)?)?.desk)
    }
}

/// A time as messages have it.
pub(crate) fn rfc3339(time: OffsetDateTime) -> String {
    time.format(&Rfc3339).unwrap_or_default()
}

#[cfg(test)]
mod tests;
