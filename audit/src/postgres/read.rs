//! Entries out of rows, for the log's own thread and beside it.

use std::sync::Arc;

use tokio::sync::Mutex;

use super::{
    broken, index,
    link::Link,
    number,
    session::{Row, Session},
};
use crate::{Driver, EntryReader, LogError, segment};

/// The entries of a row that is to begin with entry `first`.
pub(super) fn entries(row: &Row, first: i64) -> Result<Vec<Vec<u8>>, LogError> {
    let damaged = |reason: String| LogError::Damaged { index: index(first).unwrap_or(0), reason };
    if row.id.first != first {
        return Err(damaged(format!("the next batch begins with entry {}", row.id.first)));
    }
    let batch = segment::decode(&row.entries).filter(|batch| {
        batch.bytes == row.entries.len() && number(batch.first).is_ok_and(|begin| begin == first)
    });
    let batch = batch.ok_or_else(|| damaged("its batch does not read back".to_owned()))?;
    if batch.entries.is_empty() {
        return Err(damaged("its batch is empty".to_owned()));
    }
    Ok(batch.entries.into_iter().map(<[u8]>::to_vec).collect())
}

/// Reads entries on a connection of its own.
#[derive(Debug)]
pub(super) struct Reader {
    driver: Arc<Driver>,
    link: Link,
    session: Arc<Mutex<Option<Session>>>,
}

impl Reader {
    pub(super) fn new(driver: Arc<Driver>, link: Link) -> Self {
        Self { driver, link, session: Arc::default() }
    }
}

impl EntryReader for Reader {
    fn entries(&self, start: u64, end: u64) -> Result<Vec<Vec<u8>>, LogError> {
        let (start, end) = (number(start)?, number(end)?);
        let (link, session) = (self.link.clone(), Arc::clone(&self.session));
        let reading = async move {
            let session = ready(&link, &session).await?;
            range(&session, start, end).await
        };
        self.driver.wait(reading).map_err(broken)?
    }
}

/// The kept connection, or a new one.
async fn ready(link: &Link, kept: &Mutex<Option<Session>>) -> Result<Session, LogError> {
    let mut kept = kept.lock().await;
    match kept.as_ref().filter(|session| !session.is_closed()) {
        Some(session) => Ok(session.clone()),
        None => Ok(kept.insert(Session::open(link.clone()).await?).clone()),
    }
}

async fn range(session: &Session, start: i64, end: i64) -> Result<Vec<Vec<u8>>, LogError> {
    let mut found = Vec::new();
    if start >= end {
        return Ok(found);
    }
    let mut first = session.clone().batch_of(start).await?;
    while first < end {
        let rows = session.clone().page(first, end).await?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            for entry in entries(&row, first)? {
                if (start..end).contains(&first) {
                    found.push(entry);
                }
                first += 1;
            }
        }
    }
    Ok(found)
}
