//! Drives what is asynchronous below the log from threads that are not.

use std::{future::Future, io, sync::mpsc};

use tokio::{
    runtime::{Builder, Runtime},
    sync::oneshot,
};

/// Two threads of its own for connections to stores elsewhere.
///
/// The log is written by a plain thread and read from anywhere, also from threads of the program's
/// own runtime; there nothing may wait for that same runtime.
#[derive(Debug)]
pub struct Driver {
    runtime: Option<Runtime>,
}

/// A task that came to no end, which only a bug brings about.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("a task of the store ended without a result")]
pub struct Broken;

impl Driver {
    /// Starts the threads.
    ///
    /// # Errors
    /// Any I/O error.
    pub fn start() -> io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("store")
            .enable_all()
            .build()?;
        Ok(Self { runtime: Some(runtime) })
    }

    /// Runs a task to its end and blocks the calling thread until then.
    ///
    /// # Errors
    /// [`Broken`] when it panicked.
    pub(crate) fn wait<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Broken> {
        let (done, result) = mpsc::sync_channel(1);
        self.spawn(async move { drop(done.send(task.await)) });
        result.recv().map_err(|_| Broken)
    }

    /// Runs a task to its end on these threads, for callers on others that must not block.
    ///
    /// # Errors
    /// [`Broken`] when it panicked.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Broken> {
        let (done, result) = oneshot::channel();
        self.spawn(async move { drop(done.send(task.await)) });
        result.await.map_err(|_| Broken)
    }

    /// Runs a task beside everything else; it ends with the driver.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        if let Some(runtime) = &self.runtime {
            drop(runtime.spawn(task));
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The last user may be on a thread that must not wait.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_can_be_waited_for_and_dropped_inside_another_runtime() {
        let driver = Driver::start().unwrap();
        assert_eq!(driver.wait(async { 7 }).unwrap(), 7);
        assert_eq!(driver.run(async { 8 }).await.unwrap(), 8);
        drop(driver);
    }
}
