//! The thread that lets others know: index, tree, and then whoever waits, in the log's order.

use std::sync::{Arc, PoisonError, RwLock, mpsc};

use tokio::sync::oneshot;
use types::Sha256;

use crate::{LogError, Record, Registry, keeper::Job, log::View, merkle::Tree};

/// Where a durable record stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Placed {
    pub(crate) index: u64,
    pub(crate) leaf: Sha256,
}

pub(crate) type Reply<T> = oneshot::Sender<Result<T, LogError>>;

/// What the publisher is given.
pub(crate) enum Work {
    /// Entries that are durable now, and who waits for them, if anybody.
    Durable { first: u64, records: Vec<(Sha256, Record)>, replies: Vec<Reply<Placed>> },
    /// Tell when everything before was taken in.
    Taken(Reply<()>),
    /// The tree as it is when everything before was taken in is to be made durable.
    Seal,
}

/// The thread's state.
pub(crate) struct Publisher {
    pub(crate) registry: Registry,
    pub(crate) view: Arc<RwLock<View>>,
    pub(crate) jobs: mpsc::Sender<Job>,
}

impl Publisher {
    pub(crate) fn run(self, work: &mpsc::Receiver<Work>) {
        while let Ok(work) = work.recv() {
            match work {
                Work::Durable { first, records, replies } => {
                    self.take(first, &records);
                    let places = (first..).zip(&records);
                    for ((index, (leaf, _)), reply) in places.zip(replies) {
                        drop(reply.send(Ok(Placed { index, leaf: *leaf })));
                    }
                }
                Work::Taken(reply) => drop(reply.send(Ok(()))),
                Work::Seal => drop(self.jobs.send(Job::Seal(Box::new(self.tree())))),
            }
        }
    }

    fn take(&self, first: u64, records: &[(Sha256, Record)]) {
        let found: Vec<_> = records.iter().map(|(leaf, record)| (*leaf, record)).collect();
        let indexed = self.registry.apply(first, &found);
        let mut view = self.view.write().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = indexed {
            // The index can be rebuilt; the record is safe. Readers must not trust it until then.
            view.stopped = Some(error.to_string());
        }
        records.iter().for_each(|(leaf, _)| view.tree.push(*leaf));
    }

    fn tree(&self) -> Tree {
        self.view.read().unwrap_or_else(PoisonError::into_inner).tree.clone()
    }
}
