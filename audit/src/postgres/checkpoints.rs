//! The last checkpoint, and whose turn it is to publish the next.

use tokio_postgres::Error;

use super::{link::unreachable, session::Session};
use crate::{Checkpoint, LogError, note};

/// A process that is killed while it publishes keeps its turn for this long, by the server's clock.
const LEASE: &str = "INSERT INTO log_lease (holder, until) \
     VALUES ($1, clock_timestamp() + interval '5 seconds') \
     ON CONFLICT (one) DO UPDATE SET holder = excluded.holder, until = excluded.until \
     WHERE log_lease.holder = $1 OR log_lease.until <= clock_timestamp() RETURNING 1";

pub(super) async fn last(session: Session) -> Result<Option<String>, LogError> {
    let row = session.client().query_opt("SELECT note FROM log_checkpoint", &[]).await;
    Ok(row.map_err(|error| unreachable(&error))?.map(|row| row.get(0)))
}

pub(super) async fn lease(session: Session, holder: String) -> Result<bool, LogError> {
    let rows = session.client().query(LEASE, &[&holder]).await;
    Ok(rows.map_err(|error| unreachable(&error))?.len() == 1)
}

/// Replaces the checkpoint by a larger one, gives up the turn and tells the others.
pub(super) async fn publish(
    session: Session,
    checkpoint: Checkpoint,
    holder: String,
) -> Result<(), LogError> {
    let lock = "BEGIN; SELECT pg_advisory_xact_lock(7308621)";
    session.clone().end(lock).await.map_err(|error| unreachable(&error))?;
    if let Some(published) = last(session.clone()).await?
        && let Err(error) = note::advances(&published, &checkpoint)
    {
        session.end("ROLLBACK").await.map_err(|error| unreachable(&error))?;
        return Err(error);
    }
    replace(&session, &checkpoint, &holder).await.map_err(|error| unreachable(&error))
}

async fn replace(session: &Session, checkpoint: &Checkpoint, holder: &str) -> Result<(), Error> {
    let client = session.client();
    let replace = "INSERT INTO log_checkpoint (size, note) VALUES ($1, $2) \
         ON CONFLICT (one) DO UPDATE SET size = excluded.size, note = excluded.note";
    let size = i64::try_from(checkpoint.size).unwrap_or(i64::MAX);
    client.execute(replace, &[&size, &checkpoint.note]).await?;
    let give_up = "UPDATE log_lease SET until = clock_timestamp() WHERE holder = $1";
    client.execute(give_up, &[&holder]).await?;
    client.query("SELECT pg_notify('imprimatur_log', $1)", &[&holder]).await?;
    session.clone().end("COMMIT").await
}
