//! The log and small state on PostgreSQL, for several gateways at once.
//!
//! One row says which index is next; whoever appends holds its lock, reads what others have written
//! since, and stores one row per batch in the same transaction. So batches follow each other without
//! gaps, and what is visible is durable: the server shows a commit only after its WAL is flushed.
//!
//! A commit that breaks off has an unknown outcome. The next transaction that gets the lock knows
//! it: the old one has ended by then, and the batch with its random id is there or is not.

mod checkpoints;
mod link;
mod listen;
mod read;
mod schema;
mod session;
mod state;
mod write;

use std::{
    fmt, fs,
    future::Future,
    path::Path,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use crate::{
    Checkpoint, Driver, LogError,
    merkle::Tree,
    segment, segments,
    store::{EachEntry, EntryReader, LogStore, News},
};
use link::Link;
use read::Reader;
use session::{BatchId, Row, Session};
pub use state::PostgresState;
use write::Written;

/// How long a request for the right to append waits for a server that is away.
const AWAY_MAX: Duration = Duration::from_secs(5);
/// How long the outcome of a broken commit is looked for. A server that has not noticed the broken
/// connection keeps its lock for some seconds, see `link.rs`.
const DOUBT_MAX: Duration = Duration::from_secs(30);
/// How often the log looks for what others have written, should a notification be lost.
const FOLLOW_EVERY: Duration = Duration::from_millis(500);

/// A log's entries on PostgreSQL 15 or later.
#[derive(Debug)]
pub struct PostgresLog {
    driver: Arc<Driver>,
    link: Link,
    session: Option<Session>,
    /// Whether the session holds the right to append.
    appending: bool,
    /// The last batch that was seen to be durable.
    newest: Option<BatchId>,
    /// Who this process is to the others.
    holder: String,
    _lock: Option<fs::File>,
}

impl PostgresLog {
    /// Connects to `url` and makes missing tables. `folder` is where this process keeps its index;
    /// no other may use it at the same time. Without one the store is to be read only.
    ///
    /// # Errors
    /// [`LogError::Unreachable`], [`LogError::Unfit`] when the server could lose what it
    /// acknowledges, [`LogError::InUse`] when another process has the folder.
    pub fn open(driver: Arc<Driver>, url: &str, folder: Option<&Path>) -> Result<Self, LogError> {
        let lock = folder.map(|folder| {
            fs::create_dir_all(folder).map_err(|error| LogError::file(folder, &error))?;
            segments::lock(folder)
        });
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(|error| LogError::Unfit(error.to_string()))?;
        let holder = format!("{:016x}", u64::from_be_bytes(random));
        let mut log = Self {
            driver,
            link: Link::new(url)?,
            session: None,
            appending: false,
            newest: None,
            holder,
            _lock: lock.transpose()?,
        };
        log.session()?;
        Ok(log)
    }

    /// The open connection, or a new one to a server that holds what the last one held.
    fn session(&mut self) -> Result<Session, LogError> {
        if let Some(session) = self.session.as_ref().filter(|session| !session.is_closed()) {
            return Ok(session.clone());
        }
        self.appending = false;
        let (link, newest) = (self.link.clone(), self.newest);
        let opened = self.driver.wait(async move {
            let session = Session::open(link).await?;
            if let Some(newest) = newest {
                confirm(&session, newest).await?;
            }
            Ok(session)
        });
        let session = opened.map_err(broken)??;
        Ok(self.session.insert(session).clone())
    }

    /// Runs a task on the connection. After an error a new connection is made: the old one may be in
    /// the middle of something.
    fn call<T: Send + 'static, F>(&mut self, task: impl FnOnce(Session) -> F) -> Result<T, LogError>
    where
        F: Future<Output = Result<T, LogError>> + Send + 'static,
    {
        let session = self.session()?;
        let result = self.driver.wait(task(session)).map_err(broken)?;
        if result.is_err() {
            self.session = None;
        }
        result
    }

    /// Repeats what changes nothing until the server is there.
    fn patiently<T>(
        &mut self,
        limit: Duration,
        mut task: impl FnMut(&mut Self) -> Result<T, LogError>,
    ) -> Result<T, LogError> {
        let started = Instant::now();
        let mut pause = Duration::from_millis(20);
        loop {
            match task(self) {
                Err(LogError::Unreachable(_)) if started.elapsed() < limit => thread::sleep(pause),
                result => return result,
            }
            pause = (pause * 2).min(Duration::from_millis(500));
        }
    }

    /// Gives up the right to append, if it is held.
    fn release(&mut self) {
        if std::mem::take(&mut self.appending)
            && let Some(session) = self.session.clone()
            && !matches!(self.driver.wait(async move { session.end("ROLLBACK").await }), Ok(Ok(())))
        {
            self.session = None;
        }
    }

    /// Finds out what became of a batch whose commit broke off, and stores it if it is not there.
    fn settle(&mut self, row: &Row) -> Result<Written, LogError> {
        let holder = self.holder.clone();
        self.patiently(DOUBT_MAX, |log| {
            // The server ends whatever the old connection had begun.
            log.session = None;
            log.call(|session| write::settle(session, row.clone(), holder.clone()))
        })
    }
}

/// A server that does not hold what was acknowledged is another one, or was set back.
async fn confirm(session: &Session, newest: BatchId) -> Result<(), LogError> {
    let found = session.clone().id(newest.first).await?;
    if found.as_deref() == Some(newest.id.as_slice()) {
        return Ok(());
    }
    let what = format!("the server does not hold the batch of entry {} any more", newest.first);
    Err(LogError::Forked(what))
}

impl LogStore for PostgresLog {
    fn read(&mut self, from: u64, each: EachEntry<'_>) -> Result<u64, LogError> {
        let next = self.call(Session::next)?;
        let from = number(from)?;
        if from == next {
            return index(next);
        }
        let mut first = self.call(move |session| session.batch_of(from))?;
        while first < next {
            let rows = self.call(move |session| session.page(first, next))?;
            if rows.is_empty() {
                return Err(LogError::Behind { found: index(first)?, promised: index(next)? });
            }
            for row in rows {
                let entries = read::entries(&row, first)?;
                self.newest = Some(row.id);
                for (at, entry) in (first..).zip(entries) {
                    first = at + 1;
                    if at >= from {
                        each(index(at)?, entry)?;
                    }
                }
            }
        }
        index(next)
    }

    fn begin(&mut self) -> Result<u64, LogError> {
        self.release();
        let next = self.patiently(AWAY_MAX, |log| log.call(Session::begin))?;
        self.appending = true;
        index(next)
    }

    fn commit(&mut self, first: u64, entries: &[Vec<u8>]) -> Result<(), LogError> {
        if entries.is_empty() {
            self.release();
            return Ok(());
        }
        let held = std::mem::take(&mut self.appending);
        let Some(session) = self.session.clone().filter(|_| held) else {
            return Err(LogError::NotKept("the right to append is not held".to_owned()));
        };
        let row = row(first, entries)?;
        let writing = write::write(session, row.clone(), self.holder.clone());
        let mut written = self.driver.wait(writing).map_err(broken)?;
        if let Written::Perhaps(_) = written {
            written = self.settle(&row)?;
        }
        match written {
            Written::Yes => {
                self.newest = Some(row.id);
                Ok(())
            }
            Written::No(reason) => Err(LogError::NotKept(reason)),
            Written::Perhaps(reason) => Err(LogError::Unreachable(reason)),
        }
    }

    fn checkpoint(&mut self) -> Result<Option<String>, LogError> {
        self.call(checkpoints::last)
    }

    fn integrates(&mut self) -> Result<bool, LogError> {
        let holder = self.holder.clone();
        self.call(|session| checkpoints::lease(session, holder))
    }

    fn publish(&mut self, checkpoint: &Checkpoint, _tree: &Tree) -> Result<(), LogError> {
        let (checkpoint, holder) = (checkpoint.clone(), self.holder.clone());
        self.call(|session| checkpoints::publish(session, checkpoint, holder))
    }

    fn reader(&self) -> Arc<dyn EntryReader> {
        Arc::new(Reader::new(Arc::clone(&self.driver), self.link.clone()))
    }

    fn follows(&self) -> Option<Duration> {
        Some(FOLLOW_EVERY)
    }

    fn watch(&mut self, news: News) {
        self.driver.spawn(listen::listen(self.link.clone(), self.holder.clone(), news));
    }
}

fn row(first: u64, entries: &[Vec<u8>]) -> Result<Row, LogError> {
    let mut id = [0; 16];
    getrandom::fill(&mut id).map_err(|error| LogError::NotKept(error.to_string()))?;
    let count = i32::try_from(entries.len());
    let count = count.map_err(|error| LogError::NotKept(error.to_string()))?;
    let id = BatchId { first: number(first)?, id };
    let mut batch = Vec::new();
    segment::encode(&mut batch, first, entries);
    Ok(Row { id, count, entries: Arc::new(batch) })
}

/// PostgreSQL has no unsigned numbers; a log never gets near the limit.
fn number(index: u64) -> Result<i64, LogError> {
    let reason = || "the index does not fit".to_owned();
    i64::try_from(index).map_err(|_| LogError::Damaged { index, reason: reason() })
}

fn index(number: i64) -> Result<u64, LogError> {
    let reason = || format!("the server says that an index is {number}");
    u64::try_from(number).map_err(|_| LogError::Damaged { index: 0, reason: reason() })
}

fn broken(error: impl fmt::Display) -> LogError {
    LogError::Unreachable(error.to_string())
}
