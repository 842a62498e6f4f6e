//! One batch in one transaction, and what became of it.

use super::session::{Row, Session, refused};
use crate::LogError;

/// Whether a batch is durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Written {
    Yes,
    /// It is not there and will not be.
    No(String),
    /// The connection broke before the server said so.
    Perhaps(String),
}

/// Stores a batch in the transaction that `session` has begun, and ends that.
pub(super) async fn write(session: Session, row: Row, holder: String) -> Written {
    let put = session.clone().put(row.clone(), holder).await;
    let reason = match put {
        Ok(true) => {
            return match session.end("COMMIT").await {
                Ok(()) => Written::Yes,
                Err(error) => Written::Perhaps(super::link::said(&error)),
            };
        }
        Ok(false) => format!("entry {} does not come next", row.id.first),
        Err(error) => match refused(&error) {
            Some(reason) => reason,
            None => return Written::Perhaps(super::link::said(&error)),
        },
    };
    match session.end("ROLLBACK").await {
        Ok(()) => Written::No(reason),
        Err(error) => Written::Perhaps(super::link::said(&error)),
    }
}

/// Finds out, with the right to append, whether a batch is there; stores it if nobody else has
/// appended since.
///
/// # Errors
/// [`LogError::Unreachable`] when that is still unknown.
pub(super) async fn settle(
    session: Session,
    row: Row,
    holder: String,
) -> Result<Written, LogError> {
    // Whoever gets this lock knows that the broken transaction has ended, one way or the other.
    let next = session.clone().begin().await?;
    let found = session.clone().id(row.id.first).await?;
    let unknown = |error: &tokio_postgres::Error| super::link::unreachable(error);
    if found.as_deref() == Some(row.id.id.as_slice()) {
        // Where commits wait for a standby, the broken one may not have: this one waits for both.
        session
            .end("UPDATE log_sequence SET next = next; COMMIT")
            .await
            .map_err(|e| unknown(&e))?;
        return Ok(Written::Yes);
    }
    if next == row.id.first {
        return match write(session, row, holder).await {
            Written::Perhaps(reason) => Err(LogError::Unreachable(reason)),
            written => Ok(written),
        };
    }
    session.end("ROLLBACK").await.map_err(|error| unknown(&error))?;
    Ok(Written::No("another gateway has appended in the meantime".to_owned()))
}
