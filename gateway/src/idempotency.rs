//! Idempotency keys: one key, one generation, and the first answer again for whoever repeats it.
//!
//! A key is stored as a commitment over tenant, caller, path and key, with the digest of the request's
//! body and, once there is one, the answer. The commitment is also in the request's records. So when
//! a row has no answer, because the caller or the process was gone before it was kept, the log says
//! how the request ended: what was released is answered again, what was interrupted may run again.

use std::{
    collections::HashSet,
    future::Future,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use audit::{StateError, StateStore};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use types::{AssetId, Principal, Sha256};

use crate::{recording, secret::Secret};

/// Longest key.
pub(crate) const KEY_CHARS_MAX: usize = 255;
/// How long an answer is kept.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);
/// Of so many new keys one looks for old ones to remove.
const SWEEP_EVERY: u64 = 1024;
const PREFIX: &[u8] = b"idem/";

tokio::task_local! {
    static CURRENT: Sha256;
}

/// The commitment to the key of the request that is being handled.
pub(crate) fn current() -> Option<Sha256> {
    CURRENT.try_with(|key| *key).ok()
}

/// Handles a request whose records shall carry the commitment.
pub(crate) async fn carrying<T>(key: Sha256, handling: impl Future<Output = T>) -> T {
    CURRENT.scope(key, handling).await
}

/// What a key names: nothing of it can be read back.
pub(crate) fn commitment(secret: &Secret, principal: &Principal, path: &str, key: &str) -> Sha256 {
    // As JSON, so that no part can run into the next.
    let named = serde_json::json!([principal.tenant, principal.subject, path, key]);
    recording::commitment(secret, "idempotency", &named.to_string())
}

/// An answer as it is kept: without the content of its assets, which is filled in again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    /// A JSON body, or the events of a stream.
    pub(crate) body: Body,
    pub(crate) fills: Vec<Fill>,
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Body {
    /// One object.
    Json(Value),
    /// Server-sent events.
    Events(Vec<Value>),
}

/// Where an asset's content belongs in an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fill {
    /// The event, in a stream.
    pub(crate) event: usize,
    /// A JSON pointer.
    pub(crate) pointer: String,
    pub(crate) asset: AssetId,
    pub(crate) base64: bool,
}

/// A key's row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Row {
    body: Sha256,
    /// Unix seconds.
    at: i64,
    /// The process that handles or handled it.
    holder: u64,
    answer: Option<Answer>,
}

/// An answer in the row, or in the object store when it is too long for one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    Inline(Kept),
    Object(Sha256),
}

/// What is to be done about a request with a key.
#[derive(Debug)]
pub(crate) enum Claim {
    /// Handle it.
    First(Turn),
    /// It was handled before, but how it was answered is not known: the log says how it ended.
    Unanswered(Turn, Before),
    /// It was answered.
    Answered(Answer),
    /// It is being handled.
    Busy,
    /// The key was used for another body.
    Reused,
}

/// How a request was handled before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Before {
    /// By this process, which does not handle it any more.
    pub(crate) here: bool,
    /// How long ago it began.
    pub(crate) age: Duration,
}

/// The right to handle a key's request; dropping it ends the right.
#[derive(Debug)]
pub(crate) struct Turn {
    keys: Idempotency,
    key: Sha256,
    stored: Vec<u8>,
    row: Row,
}

/// The keys of an installation.
#[derive(Debug, Clone)]
pub(crate) struct Idempotency {
    state: Arc<dyn StateStore>,
    holder: u64,
    handled: Arc<Mutex<HashSet<Sha256>>>,
    claims: Arc<AtomicU64>,
}

impl Idempotency {
    pub(crate) fn new(state: Arc<dyn StateStore>) -> Self {
        Self { state, holder: rand::random(), handled: Arc::default(), claims: Arc::default() }
    }

    /// Asks for the right to handle a request.
    pub(crate) async fn claim(
        &self,
        key: Sha256,
        body: Sha256,
        now: OffsetDateTime,
    ) -> Result<Claim, StateError> {
        if !self.handled.lock().unwrap_or_else(PoisonError::into_inner).insert(key) {
            return Ok(Claim::Busy);
        }
        let now = now.unix_timestamp();
        let row = Row { body, at: now, holder: self.holder, answer: None };
        let mut turn = Turn { keys: self.clone(), key, stored: Vec::new(), row };
        if self.claims.fetch_add(1, Ordering::Relaxed).is_multiple_of(SWEEP_EVERY) {
            self.sweep(now).await?;
        }
        let stored = self.state.get(&name(&key)).await?;
        let known = stored.as_deref().and_then(|bytes| serde_json::from_slice::<Row>(bytes).ok());
        let Some(known) = known.filter(|known| !expired(known, now)) else {
            let taken = turn.store(stored.as_deref()).await?;
            // Another gateway was faster.
            return Ok(if taken { Claim::First(turn) } else { Claim::Busy });
        };
        if known.body != body {
            return Ok(Claim::Reused);
        }
        if let Some(answer) = known.answer {
            return Ok(Claim::Answered(answer));
        }
        let age = u64::try_from(now - known.at).unwrap_or_default();
        let before = Before { here: known.holder == self.holder, age: Duration::from_secs(age) };
        turn.stored = stored.unwrap_or_default();
        Ok(Claim::Unanswered(turn, before))
    }

    /// Removes what is older than a day.
    async fn sweep(&self, now: i64) -> Result<(), StateError> {
        for (key, value) in self.state.scan(PREFIX).await? {
            let row = serde_json::from_slice::<Row>(&value).ok();
            if row.is_none_or(|row| expired(&row, now)) {
                self.state.compare_and_swap(&key, Some(&value), None).await?;
            }
        }
        Ok(())
    }
}

impl Turn {
    /// Takes over a request that was handled before; whether nobody else was faster.
    pub(crate) async fn take_over(&mut self) -> Result<bool, StateError> {
        let stored = std::mem::take(&mut self.stored);
        self.store(Some(&stored)).await
    }

    /// Keeps the answer.
    pub(crate) async fn keep(mut self, answer: Answer) -> Result<(), StateError> {
        self.row.answer = Some(answer);
        let stored = std::mem::take(&mut self.stored);
        self.store(Some(&stored)).await.map(drop)
    }

    async fn store(&mut self, old: Option<&[u8]>) -> Result<bool, StateError> {
        let bytes =
            serde_json::to_vec(&self.row).map_err(|error| StateError::Store(error.to_string()))?;
        let done = self.keys.state.compare_and_swap(&name(&self.key), old, Some(&bytes)).await?;
        self.stored = bytes;
        Ok(done)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.keys.handled.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

/// An answer of `bytes` fits into a row with what else is in it.
pub(crate) const fn fits(bytes: usize) -> bool {
    bytes + 256 <= audit::state::VALUE_BYTES_MAX
}

fn expired(row: &Row, now: i64) -> bool {
    now - row.at >= i64::try_from(KEPT.as_secs()).unwrap_or(i64::MAX)
}

fn name(key: &Sha256) -> Vec<u8> {
    [PREFIX, key.as_bytes()].concat()
}

#[cfg(test)]
mod tests;
