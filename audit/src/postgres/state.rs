//! Small state on PostgreSQL: one row a key, changed by conditional statements.

use std::{future::Future, sync::Arc};

use async_trait::async_trait;
use tokio::sync::Mutex;
use tokio_postgres::{Client, Error};

use super::{link::Link, link::said, schema};
use crate::{
    Driver, LogError, StateError, StateStore,
    state::{KEY_BYTES_MAX, bounded},
};

/// State that several gateways share. Cheap to clone.
///
/// Every change is one statement and one commit; statements of one gateway share a connection.
#[derive(Debug, Clone)]
pub struct PostgresState {
    driver: Arc<Driver>,
    link: Link,
    client: Arc<Mutex<Option<Arc<Client>>>>,
}

impl PostgresState {
    /// Connects to `url` and makes missing tables.
    ///
    /// # Errors
    /// Those of [`crate::PostgresLog::open`].
    pub fn open(driver: Arc<Driver>, url: &str) -> Result<Self, LogError> {
        let state = Self { driver, link: Link::new(url)?, client: Arc::default() };
        let (link, kept) = (state.link.clone(), Arc::clone(&state.client));
        let connecting = async move { ready(&link, &kept).await.map(drop) };
        state.driver.wait(connecting).map_err(super::broken)??;
        Ok(state)
    }

    /// Runs a task on the driver's threads, where its connection lives.
    async fn run<T: Send + 'static, F>(
        &self,
        task: impl FnOnce(Arc<Client>) -> F + Send + 'static,
    ) -> Result<T, StateError>
    where
        F: Future<Output = Result<T, Error>> + Send,
    {
        let (link, kept) = (self.link.clone(), Arc::clone(&self.client));
        let running = async move {
            let client = ready(&link, &kept).await.map_err(|error| error.to_string())?;
            task(client).await.map_err(|error| said(&error))
        };
        let result = self.driver.run(running).await;
        result.map_err(|error| StateError::Store(error.to_string()))?.map_err(StateError::Store)
    }
}

/// The kept connection, or a new one.
async fn ready(link: &Link, kept: &Mutex<Option<Arc<Client>>>) -> Result<Arc<Client>, LogError> {
    let mut kept = kept.lock().await;
    if let Some(client) = kept.as_ref().filter(|client| !client.is_closed()) {
        return Ok(Arc::clone(client));
    }
    let client = link.connect().await?;
    schema::ensure(&client).await?;
    Ok(Arc::clone(kept.insert(Arc::new(client))))
}

#[async_trait]
impl StateStore for PostgresState {
    async fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StateError> {
        let key = key.to_vec();
        self.run(async move |client: Arc<Client>| {
            let row = client.query_opt("SELECT value FROM state WHERE key = $1", &[&key]).await?;
            Ok(row.map(|row| row.get(0)))
        })
        .await
    }

    async fn compare_and_swap(
        &self,
        key: &[u8],
        old: Option<&[u8]>,
        new: Option<&[u8]>,
    ) -> Result<bool, StateError> {
        bounded(key, new.unwrap_or_default())?;
        let (key, old, new) = (key.to_vec(), old.map(<[u8]>::to_vec), new.map(<[u8]>::to_vec));
        self.run(move |client| swap(client, key, old, new)).await
    }

    async fn scan(&self, prefix: &[u8]) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StateError> {
        let (from, mut end) = (prefix.to_vec(), prefix.to_vec());
        // Keys are short, so nothing with the prefix comes after the prefix and as many 255s.
        end.resize(KEY_BYTES_MAX.max(prefix.len()) + 1, u8::MAX);
        self.run(async move |client: Arc<Client>| {
            let scan = "SELECT key, value FROM state WHERE key >= $1 AND key < $2 ORDER BY key";
            let rows = client.query(scan, &[&from, &end]).await?;
            Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
        })
        .await
    }
}

/// One statement for each kind of change: the server decides, whoever else changes the row.
async fn swap(
    client: Arc<Client>,
    key: Vec<u8>,
    old: Option<Vec<u8>>,
    new: Option<Vec<u8>>,
) -> Result<bool, Error> {
    let rows = match (old, new) {
        (None, Some(new)) => {
            let insert = "INSERT INTO state (key, value) VALUES ($1, $2) ON CONFLICT DO NOTHING";
            client.execute(insert, &[&key, &new]).await?
        }
        (Some(old), Some(new)) => {
            let update = "UPDATE state SET value = $3 WHERE key = $1 AND value = $2";
            client.execute(update, &[&key, &old, &new]).await?
        }
        (Some(old), None) => {
            client.execute("DELETE FROM state WHERE key = $1 AND value = $2", &[&key, &old]).await?
        }
        (None, None) => {
            let found = client.query("SELECT 1 FROM state WHERE key = $1", &[&key]).await?;
            return Ok(found.is_empty());
        }
    };
    Ok(rows == 1)
}
