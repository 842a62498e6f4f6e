//! What every store must do, and what each store is tried with.
//!
//! `log_suite`, `state_suite` and `place_suite` say it once; the other modules run them on the
//! embedded stores, on PostgreSQL, on S3, and on stores that fail. What needs a server of others runs
//! with `IMPRIMATUR_EXTERNAL=1`.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "what a test did not expect ends it, also in its helpers"
)]

mod broken_wire;
mod embedded;
mod failing;
mod log_suite;
mod on_postgres;
mod on_s3;
mod over_tls;
mod place_suite;
mod postgres_server;
mod shared_log;
mod state_suite;

/// Opens what was just closed. While another test starts a process that process holds every lock of
/// this one, until it has become the other program.
fn again<T, E: std::fmt::Debug>(mut open: impl FnMut() -> Result<T, E>) -> T {
    for _ in 0..200 {
        if let Ok(opened) = open() {
            return opened;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    open().unwrap()
}
