//! One connection with the statements of the log.

use std::sync::Arc;

use tokio_postgres::{Client, Error, SimpleQueryMessage, Statement};

use super::{
    link::{Link, said, unreachable},
    schema,
};
use crate::LogError;

/// A batch's place and the random id that tells it from any other in that place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BatchId {
    pub(super) first: i64,
    pub(super) id: [u8; 16],
}

/// A batch as it is stored.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) id: BatchId,
    pub(super) count: i32,
    pub(super) entries: Arc<Vec<u8>>,
}

/// A connection that is ready; cheap to clone.
#[derive(Clone)]
pub(super) struct Session {
    client: Arc<Client>,
    put: Statement,
    page: Statement,
}

/// Batches read with one statement.
const PAGE: i64 = 32;

impl Session {
    pub(super) async fn open(link: Link) -> Result<Self, LogError> {
        let client = link.connect().await?;
        schema::ensure(&client).await?;
        // The sequence moves, the batch goes in and the others hear of it, or nothing happens.
        let put = "WITH moved AS (UPDATE log_sequence SET next = next + $2::integer \
             WHERE next = $1 RETURNING 1), \
             put AS (INSERT INTO log_batches (first, count, id, entries) \
             SELECT $1, $2, $3, $4 FROM moved RETURNING 1) \
             SELECT pg_notify('imprimatur_log', $5) FROM put";
        let page = "SELECT first, id, entries FROM log_batches \
             WHERE first >= $1 AND first < $2 ORDER BY first LIMIT $3";
        let put = client.prepare(put).await.map_err(|error| unreachable(&error))?;
        let page = client.prepare(page).await.map_err(|error| unreachable(&error))?;
        Ok(Self { client: Arc::new(client), put, page })
    }

    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Begins a transaction and takes the right to append; the next index.
    pub(super) async fn begin(self) -> Result<i64, LogError> {
        let begin =
            "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT next FROM log_sequence FOR UPDATE";
        let messages =
            self.client.simple_query(begin).await.map_err(|error| unreachable(&error))?;
        next(&messages)
    }

    /// Puts a batch into the open transaction; whether its place was free.
    pub(super) async fn put(self, row: Row, holder: String) -> Result<bool, Error> {
        let Row { id, count, entries } = row;
        let (first, id, entries) = (id.first, id.id.as_slice(), entries.as_slice());
        let rows = self.client.query(&self.put, &[&first, &count, &id, &entries, &holder]).await?;
        Ok(rows.len() == 1)
    }

    pub(super) async fn end(self, how: &'static str) -> Result<(), Error> {
        self.client.batch_execute(how).await
    }

    /// The next index, without any right to it.
    pub(super) async fn next(self) -> Result<i64, LogError> {
        let messages = self.client.simple_query("SELECT next FROM log_sequence").await;
        next(&messages.map_err(|error| unreachable(&error))?)
    }

    /// The id of the batch in a place.
    pub(super) async fn id(self, first: i64) -> Result<Option<Vec<u8>>, LogError> {
        let id = "SELECT id FROM log_batches WHERE first = $1";
        let row = self.client.query_opt(id, &[&first]).await;
        Ok(row.map_err(|error| unreachable(&error))?.map(|row| row.get(0)))
    }

    /// Where the batch begins that holds an index.
    pub(super) async fn batch_of(self, index: i64) -> Result<i64, LogError> {
        let first = "SELECT COALESCE(max(first), 0) FROM log_batches WHERE first <= $1";
        let row = self.client.query_one(first, &[&index]).await;
        Ok(row.map_err(|error| unreachable(&error))?.get(0))
    }

    /// Some batches that begin in `from..end`, in order.
    pub(super) async fn page(self, from: i64, end: i64) -> Result<Vec<Row>, LogError> {
        let rows = self.client.query(&self.page, &[&from, &end, &PAGE]).await;
        let rows = rows.map_err(|error| unreachable(&error))?;
        let row = |row: &tokio_postgres::Row| {
            let id: &[u8] = row.get(1);
            let id = BatchId { first: row.get(0), id: id.try_into().unwrap_or_default() };
            Row { id, count: 0, entries: Arc::new(row.get(2)) }
        };
        Ok(rows.iter().map(row).collect())
    }

    /// Runs a statement with texts as parameters; how many rows it touched.
    pub(super) fn client(&self) -> Arc<Client> {
        Arc::clone(&self.client)
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}

fn next(messages: &[SimpleQueryMessage]) -> Result<i64, LogError> {
    let mut rows = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0)?.parse().ok(),
        _ => None,
    });
    rows.next().ok_or_else(|| LogError::Unfit("log_sequence is empty: restore a backup".to_owned()))
}

/// Whether the server itself refused and is still there: then a ROLLBACK ends the matter.
pub(super) fn refused(error: &Error) -> Option<String> {
    let cause = error.as_db_error()?;
    // 57: the server is going down and takes the connection along.
    (!cause.code().code().starts_with("57")).then(|| said(error))
}
