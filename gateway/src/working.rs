//! Work of the processor: on few bytes at once, on more by a thread for blocking work.
//!
//! Handing work to another thread and waking up again costs more than looking at a few sentences.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// Up to so many bytes are worked on at once: well under a millisecond with the rules of a newsroom.
const AT_ONCE_BYTES_MAX: usize = 1024;

/// Work has ended without a result: it panicked, or the program is ending.
#[derive(Debug)]
pub(crate) struct Unfinished(String);

impl fmt::Display for Unfinished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Does work on so many bytes, which must not wait for anything.
///
/// # Errors
/// [`Unfinished`], so that whoever needs the result fails closed.
pub(crate) async fn done<T: Send + 'static>(
    bytes: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Unfinished> {
    if bytes <= AT_ONCE_BYTES_MAX {
        // The work owns what it changes, so nothing half-done is left behind.
        return catch_unwind(AssertUnwindSafe(work)).map_err(|_| Unfinished("a panic".to_owned()));
    }
    tokio::task::spawn_blocking(work).await.map_err(|error| Unfinished(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn few_bytes_are_worked_on_here_and_many_elsewhere() {
        let here = std::thread::current().id();
        let whose = || std::thread::current().id();
        assert_eq!(done(AT_ONCE_BYTES_MAX, whose).await.unwrap(), here);
        assert_ne!(done(AT_ONCE_BYTES_MAX + 1, whose).await.unwrap(), here);
    }

    #[tokio::test]
    async fn a_panic_is_an_error_on_either_way() {
        for bytes in [0, AT_ONCE_BYTES_MAX + 1] {
            assert!(done(bytes, move || assert_eq!(bytes, 1, "a bug")).await.is_err());
        }
    }
}
