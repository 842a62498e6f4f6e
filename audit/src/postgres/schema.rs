//! The tables, made when they are missing.

use tokio_postgres::Client;

use super::link::unreachable;
use crate::LogError;

/// The format that this program writes.
const FORMAT: i32 = 1;

/// Gateways that start at once take turns: `IF NOT EXISTS` alone can fail then.
const TABLES: &str = "BEGIN; SELECT pg_advisory_xact_lock(7308620);
CREATE TABLE IF NOT EXISTS log_sequence (
    one boolean PRIMARY KEY DEFAULT true CHECK (one), format integer NOT NULL, next bigint NOT NULL);
CREATE TABLE IF NOT EXISTS log_batches (
    first bigint PRIMARY KEY, count integer NOT NULL CHECK (count > 0),
    id bytea NOT NULL, entries bytea NOT NULL);
CREATE TABLE IF NOT EXISTS log_checkpoint (
    one boolean PRIMARY KEY DEFAULT true CHECK (one), size bigint NOT NULL, note text NOT NULL);
CREATE TABLE IF NOT EXISTS log_lease (
    one boolean PRIMARY KEY DEFAULT true CHECK (one), holder text NOT NULL,
    until timestamptz NOT NULL);
CREATE TABLE IF NOT EXISTS state (key bytea PRIMARY KEY, value bytea NOT NULL);
ALTER TABLE log_batches ALTER COLUMN entries SET STORAGE EXTERNAL;
INSERT INTO log_sequence (format, next) VALUES (1, 0) ON CONFLICT DO NOTHING;
COMMIT";

pub(super) async fn ensure(client: &Client) -> Result<(), LogError> {
    let exists =
        "SELECT to_regclass('log_sequence') IS NOT NULL AND to_regclass('state') IS NOT NULL";
    let exists = client.query_one(exists, &[]).await.map_err(|error| unreachable(&error))?;
    // Asked first, so that a role without the right to make tables can use them.
    if !exists.get::<_, bool>(0) {
        client.batch_execute(TABLES).await.map_err(|error| unreachable(&error))?;
    }
    let format = client.query_one("SELECT format FROM log_sequence", &[]).await;
    let format: i32 = format.map_err(|error| unreachable(&error))?.get(0);
    if format != FORMAT {
        let reason = format!("its tables have format {format}, this program writes {FORMAT}");
        return Err(LogError::Unfit(reason));
    }
    Ok(())
}
