//! What is remembered between attempts: how far a webhook has followed the log, and what it still owes.

use std::{collections::BTreeMap, sync::Arc};

use audit::StateStore;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use types::Sha256;

use crate::OutboxError;

/// How far a webhook is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Progress {
    /// The log that it follows.
    pub(crate) origin: String,
    /// The next record.
    pub(crate) next: u64,
    /// Since when it is disabled, in seconds since 1970: the receiver wants to hear no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) disabled: Option<i64>,
}

/// A message that was not delivered yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// The record's index.
    #[serde(skip)]
    pub index: u64,
    /// The record's leaf hash.
    pub leaf: Sha256,
    /// What is told.
    pub kind: String,
    /// About what.
    pub subject: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was tried first, in seconds since 1970.
    pub first: i64,
    /// When it is tried next.
    pub next: i64,
    /// It is not tried any more.
    #[serde(default)]
    pub parked: bool,
    /// Why it was not delivered.
    pub reason: String,
}

/// How a webhook stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// Messages that are tried again.
    pub waiting: usize,
    /// Messages that are not tried any more.
    pub parked: usize,
    /// Records of the log that it has not looked at.
    pub behind: u64,
    /// Since when it is disabled, in seconds since 1970.
    pub disabled: Option<i64>,
}

impl Standing {
    pub(crate) fn of(progress: Option<&Progress>, rows: &[Waiting], size: u64) -> Self {
        let parked = rows.iter().filter(|row| row.parked).count();
        Self {
            waiting: rows.len() - parked,
            parked,
            behind: progress.map_or(0, |progress| size.saturating_sub(progress.next)),
            disabled: progress.and_then(|progress| progress.disabled),
        }
    }
}

/// How a webhook stands, as its state says; `size` is the log's.
///
/// # Errors
/// [`OutboxError`] when the state cannot be read.
pub async fn standing(
    state: &Arc<dyn StateStore>,
    name: &str,
    size: u64,
) -> Result<Standing, OutboxError> {
    let ledger = Ledger::new(Arc::clone(state), name);
    let (progress, rows) = (ledger.progress().await?, ledger.rows().await?);
    Ok(Standing::of(progress.as_ref(), &rows, size))
}

/// What a webhook owes, oldest first.
///
/// # Errors
/// [`OutboxError`] when the state cannot be read.
pub async fn waiting(state: &Arc<dyn StateStore>, name: &str) -> Result<Vec<Waiting>, OutboxError> {
    Ledger::new(Arc::clone(state), name).rows().await
}

/// Has everything that a webhook owes tried anew, and enables it; how many messages that are.
///
/// # Errors
/// [`OutboxError`] when the state cannot be read or written.
pub async fn retry(
    state: &Arc<dyn StateStore>,
    name: &str,
    now: i64,
) -> Result<usize, OutboxError> {
    let ledger = Ledger::new(Arc::clone(state), name);
    let rows = ledger.rows().await?;
    for row in &rows {
        let anew = Waiting { attempts: 0, first: now, next: now, parked: false, ..row.clone() };
        ledger.put(&anew).await?;
    }
    if let Some(progress) = ledger.progress().await? {
        ledger.set(&Progress { disabled: None, ..progress }).await?;
    }
    Ok(rows.len())
}

/// The rows of one webhook. Whoever changes them has the lease.
#[derive(Debug, Clone)]
pub(crate) struct Ledger {
    state: Arc<dyn StateStore>,
    name: String,
}

impl Ledger {
    pub(crate) fn new(state: Arc<dyn StateStore>, name: &str) -> Self {
        Self { state, name: name.to_owned() }
    }

    /// The key of the lease.
    pub(crate) fn turn(&self) -> Vec<u8> {
        format!("outbox/lease/{}", self.name).into_bytes()
    }

    pub(crate) async fn progress(&self) -> Result<Option<Progress>, OutboxError> {
        let found = self.state.get(&self.progress_key()).await?;
        found.map(|value| self.parsed(&value)).transpose()
    }

    pub(crate) async fn set(&self, progress: &Progress) -> Result<(), OutboxError> {
        self.write(&self.progress_key(), Some(progress)).await
    }

    /// What is owed, oldest first.
    pub(crate) async fn rows(&self) -> Result<Vec<Waiting>, OutboxError> {
        let prefix = format!("outbox/row/{}/", self.name).into_bytes();
        let mut rows = BTreeMap::new();
        for (key, value) in self.state.scan(&prefix).await? {
            let index = key
                .strip_prefix(prefix.as_slice())
                .and_then(|hex| u64::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
            let index = index.ok_or_else(|| OutboxError::Damaged(self.name.clone()))?;
            rows.insert(index, Waiting { index, ..self.parsed(&value)? });
        }
        Ok(rows.into_values().collect())
    }

    pub(crate) async fn put(&self, row: &Waiting) -> Result<(), OutboxError> {
        self.write(&self.row_key(row.index), Some(row)).await
    }

    pub(crate) async fn remove(&self, index: u64) -> Result<(), OutboxError> {
        self.write::<Waiting>(&self.row_key(index), None).await
    }

    async fn write<T: Serialize + Sync>(
        &self,
        key: &[u8],
        value: Option<&T>,
    ) -> Result<(), OutboxError> {
        let damaged = |_| OutboxError::Damaged(self.name.clone());
        let value = value.map(serde_json::to_vec).transpose().map_err(damaged)?;
        loop {
            let old = self.state.get(key).await?;
            if old == value {
                return Ok(());
            }
            let swapped = self.state.compare_and_swap(key, old.as_deref(), value.as_deref());
            if swapped.await? {
                return Ok(());
            }
        }
    }

    fn parsed<T: DeserializeOwned>(&self, value: &[u8]) -> Result<T, OutboxError> {
        serde_json::from_slice(value).map_err(|_| OutboxError::Damaged(self.name.clone()))
    }

    fn progress_key(&self) -> Vec<u8> {
        format!("outbox/at/{}", self.name).into_bytes()
    }

    fn row_key(&self, index: u64) -> Vec<u8> {
        format!("outbox/row/{}/{index:016x}", self.name).into_bytes()
    }
}
