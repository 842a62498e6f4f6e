//! Jobs as every gateway knows them: one row of state for each, from its beginning until a week later.
//!
//! A row says what was asked for, how far it was a moment ago, and whether somebody wants it ended.
//! How it ended is in the log.

use audit::{StateError, StateStore};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use types::{Modality, RequestId};

use super::{Job, State};

const PREFIX: &str = "job/";
/// For how long rows are kept, seconds.
const KEPT_S: i64 = 7 * 24 * 60 * 60;
/// What was asked for is left out when its row would be longer than state may be.
const ASKED_BYTES_MAX: usize = 3_000;
/// Whoever loses so often against others leaves the row as it is.
const TRIES: usize = 8;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Row {
    tenant: String,
    modality: Modality,
    asked: Value,
    percent: u8,
    /// Somebody wants it ended.
    #[serde(default)]
    cancelled: bool,
}

impl Row {
    fn job(self, request: RequestId) -> Job {
        let Self { tenant, modality, asked, percent, .. } = self;
        Job { request, tenant, asked, modality, state: State::Running(percent), handle: None }
    }

    fn bytes(&self) -> Vec<u8> {
        // Texts, numbers and JSON cannot fail to serialise; what could not be read is left out.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// Tells of a job that begins.
pub(super) async fn begin(state: &dyn StateStore, job: &Job) -> Result<(), StateError> {
    let short = job.asked.to_string().len() <= ASKED_BYTES_MAX;
    let row = Row {
        tenant: job.tenant.clone(),
        modality: job.modality,
        asked: if short { job.asked.clone() } else { Value::Null },
        percent: 0,
        cancelled: false,
    };
    state.compare_and_swap(&key(job.request), None, Some(&row.bytes())).await.map(drop)
}

/// Tells how far a job is; whether somebody wants it ended.
pub(super) async fn tell(
    state: &dyn StateStore,
    request: RequestId,
    percent: u8,
) -> Result<bool, StateError> {
    let told = change(state, request, |row| row.percent = percent).await?;
    Ok(told.is_some_and(|row| row.cancelled))
}

/// Asks whichever gateway has a tenant's job to end it; whether there is one.
pub(super) async fn cancel(
    state: &dyn StateStore,
    request: RequestId,
    tenant: &str,
) -> Result<bool, StateError> {
    let whose = read(state, request).await?.map(|(_, row)| row.tenant);
    if whose.as_deref() != Some(tenant) {
        return Ok(false);
    }
    Ok(change(state, request, |row| row.cancelled = true).await?.is_some())
}

/// A tenant's job, as far as its row tells.
pub(super) async fn find(
    state: &dyn StateStore,
    request: RequestId,
    tenant: &str,
) -> Result<Option<Job>, StateError> {
    let found = read(state, request).await?.map(|(_, row)| row);
    Ok(found.filter(|row| row.tenant == tenant).map(|row| row.job(request)))
}

/// All jobs of a tenant, latest first.
pub(super) async fn of(state: &dyn StateStore, tenant: &str) -> Result<Vec<Job>, StateError> {
    let rows = state.scan(PREFIX.as_bytes()).await?.into_iter().rev();
    let jobs = rows.filter_map(|(key, value)| {
        let row: Row = serde_json::from_slice(&value).ok()?;
        (row.tenant == tenant).then(|| request(&key).map(|request| row.job(request)))?
    });
    Ok(jobs.collect())
}

async fn read(
    state: &dyn StateStore,
    request: RequestId,
) -> Result<Option<(Vec<u8>, Row)>, StateError> {
    let found = state.get(&key(request)).await?;
    Ok(found.and_then(|bytes| serde_json::from_slice(&bytes).ok().map(|row| (bytes, row))))
}

/// Changes a row; what it is then, if there is one.
async fn change(
    state: &dyn StateStore,
    request: RequestId,
    change: impl Fn(&mut Row),
) -> Result<Option<Row>, StateError> {
    for _ in 0..TRIES {
        let Some((old, mut row)) = read(state, request).await? else { return Ok(None) };
        change(&mut row);
        let new = row.bytes();
        if new == old || state.compare_and_swap(&key(request), Some(&old), Some(&new)).await? {
            return Ok(Some(row));
        }
    }
    Ok(read(state, request).await?.map(|(_, row)| row))
}

/// Removes rows that are old. Ids carry their time, and rows come in its order: the first that is young ends the
/// search.
///
/// # Errors
/// [`StateError`] when state cannot be read or written.
pub(crate) async fn sweep(state: &dyn StateStore, now: OffsetDateTime) -> Result<(), StateError> {
    let oldest = now.unix_timestamp() - KEPT_S;
    for (key, value) in state.scan(PREFIX.as_bytes()).await? {
        if request(&key).is_some_and(|id| id.created_unix_s() as i64 > oldest) {
            break;
        }
        state.compare_and_swap(&key, Some(&value), None).await?;
    }
    Ok(())
}

fn key(request: RequestId) -> Vec<u8> {
    format!("{PREFIX}{request}").into_bytes()
}

fn request(key: &[u8]) -> Option<RequestId> {
    std::str::from_utf8(key).ok()?.strip_prefix(PREFIX)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> (tempfile::TempDir, audit::SledState) {
        let folder = tempfile::tempdir().unwrap();
        let state = audit::SledState::open(folder.path()).unwrap();
        (folder, state)
    }

    fn job(tenant: &str) -> Job {
        Job {
            request: RequestId::new(),
            tenant: tenant.to_owned(),
            asked: serde_json::json!({"seconds": 4}),
            modality: Modality::Video,
            state: State::Running(0),
            handle: None,
        }
    }

    #[tokio::test]
    async fn a_row_tells_how_far_a_job_is_and_who_wants_it_ended() {
        let (_folder, state) = state();
        let (ours, theirs) = (job("a"), job("b"));
        for job in [&ours, &theirs] {
            begin(&state, job).await.unwrap();
        }
        assert!(!tell(&state, ours.request, 40).await.unwrap());
        let found = find(&state, ours.request, "a").await.unwrap().unwrap();
        assert!(matches!(found.state, State::Running(40)));
        assert_eq!(found.asked, ours.asked);
        assert!(find(&state, ours.request, "b").await.unwrap().is_none());
        assert!(!cancel(&state, ours.request, "b").await.unwrap(), "it is not theirs");
        assert!(cancel(&state, ours.request, "a").await.unwrap());
        assert!(tell(&state, ours.request, 50).await.unwrap(), "whoever has it is told");
        assert_eq!(of(&state, "a").await.unwrap().len(), 1);
        assert!(!tell(&state, RequestId::new(), 1).await.unwrap(), "there is no such job");
    }

    #[tokio::test]
    async fn a_row_is_gone_after_a_week() {
        let (_folder, state) = state();
        let job = job("a");
        begin(&state, &job).await.unwrap();
        let now = OffsetDateTime::now_utc();
        for (days, left) in [(6, 1), (8, 0)] {
            sweep(&state, now + time::Duration::days(days)).await.unwrap();
            assert_eq!(of(&state, "a").await.unwrap().len(), left, "{days} days");
        }
    }

    #[tokio::test]
    async fn a_long_wish_is_left_out_of_its_row() {
        let (_folder, state) = state();
        let mut long = job("a");
        long.asked = serde_json::json!("x".repeat(5_000));
        begin(&state, &long).await.unwrap();
        assert_eq!(find(&state, long.request, "a").await.unwrap().unwrap().asked, Value::Null);
    }
}
