//! Stores that fail: before anything is stored, after everything is stored, with old answers.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use audit::{
    Checkpoint, EntryReader, Event, Log, LogError, LogOptions, LogStore, Place, Published, Record,
    Segments,
    merkle::{self, Tree},
    store::EachEntry,
};
use object_store::memory::InMemory;

use crate::{again, log_suite};

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// Nothing is stored.
    Before,
    /// Everything is stored, and the caller does not learn of it.
    After,
    /// Nothing is stored, and the caller is told that.
    NotKept,
    /// The caller is told of the checkpoint before the last.
    Stale,
}

/// Fails once, in its nth call that changes something; what it keeps is kept by segments.
#[derive(Debug)]
struct Failing {
    store: Segments,
    fault: Fault,
    calls_left: Arc<AtomicUsize>,
    previous: Option<String>,
}

impl Failing {
    fn fails(&self) -> bool {
        self.calls_left.fetch_sub(1, Ordering::SeqCst) == 0
    }

    fn error(&self) -> LogError {
        match self.fault {
            Fault::NotKept => LogError::NotKept("injected".into()),
            _ => LogError::Unreachable("injected".into()),
        }
    }
}

impl LogStore for Failing {
    fn read(&mut self, from: u64, each: EachEntry<'_>) -> Result<u64, LogError> {
        self.store.read(from, each)
    }

    fn begin(&mut self) -> Result<u64, LogError> {
        self.store.begin()
    }

    fn commit(&mut self, first: u64, entries: &[Vec<u8>]) -> Result<(), LogError> {
        let fails = self.fails();
        if !fails || self.fault == Fault::After {
            self.store.commit(first, entries)?;
        }
        if fails && self.fault != Fault::Stale { Err(self.error()) } else { Ok(()) }
    }

    fn checkpoint(&mut self) -> Result<Option<String>, LogError> {
        if self.fault == Fault::Stale { Ok(self.previous.clone()) } else { self.store.checkpoint() }
    }

    fn integrates(&mut self) -> Result<bool, LogError> {
        Ok(true)
    }

    fn publish(&mut self, checkpoint: &Checkpoint, tree: &Tree) -> Result<(), LogError> {
        self.previous = self.store.checkpoint()?;
        // The empty checkpoint with which a log begins is part of opening it.
        let fails = checkpoint.size > 0 && self.fails();
        if !fails || self.fault == Fault::After {
            self.store.publish(checkpoint, tree)?;
        }
        if fails && self.fault != Fault::Stale { Err(self.error()) } else { Ok(()) }
    }

    fn begins_with_checkpoint(&self) -> bool {
        self.store.begins_with_checkpoint()
    }

    fn reader(&self) -> Arc<dyn EntryReader> {
        self.store.reader()
    }
}

fn record(n: usize) -> Record {
    let mut record = Record::new(Event::PolicyLoaded, format!("tenant-{}", n % 3), "actor");
    record.detail = Some(format!("record {n}"));
    record
}

/// Appends and publishes over a store that fails in its nth call; then all that was acknowledged
/// must be there, and proved.
async fn check(fault: Fault, call: usize) {
    let folder = tempfile::tempdir().unwrap();
    let key = audit::LogKey::create(&folder.path().join("key")).unwrap();
    let segments = || again(|| Segments::open(&folder.path().join("log"), None, 4096));
    let (mut acknowledged, mut promised) = (Vec::new(), 0);
    {
        let calls_left = Arc::new(AtomicUsize::new(call));
        let store = Failing { store: segments(), fault, calls_left, previous: None };
        let index = folder.path().join("one");
        let options = LogOptions::new("test/log");
        let log = Log::open_on(Box::new(store), &index, key.clone(), options).unwrap();
        for n in 0..6 {
            acknowledged.extend(log.append(record(n)).await.ok());
            if let Ok(checkpoint) = log.checkpoint_now().await {
                promised = checkpoint.size;
            }
        }
        let in_doubt = matches!(fault, Fault::Before | Fault::After) && call.is_multiple_of(2);
        assert_eq!(log.stopped().is_some(), in_doubt, "{fault:?} in call {call}");
    }
    let index = folder.path().join("two");
    let options = LogOptions::new("test/log");
    let log = Log::open_on(Box::new(segments()), &index, key, options).unwrap();
    assert!(log.checkpoint().size >= promised, "a checkpoint that was handed out is not lost");
    log.checkpoint_now().await.unwrap();
    for receipt in &acknowledged {
        let entry = log.entry(receipt.index).unwrap();
        assert_eq!(merkle::leaf_hash(&entry), receipt.leaf_hash, "{fault:?} in call {call}");
        assert!(log.proof(receipt.index).unwrap().verifies(&entry, log.verifier()));
    }
    let unasked = log.size() - acknowledged.len() as u64;
    assert!(unasked <= u64::from(fault == Fault::After), "{fault:?} in call {call}: {unasked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_call_fails_nothing_acknowledged_is_lost() {
    for fault in [Fault::Before, Fault::After, Fault::NotKept] {
        for call in 0..6 {
            check(fault, call).await;
        }
    }
}

/// A store that has lost its last checkpoint is refused by the published one.
#[test]
fn an_old_checkpoint_does_not_hide_the_published_one() {
    let folder = tempfile::tempdir().unwrap();
    let driver = Arc::new(audit::Driver::start().unwrap());
    let place = Place::on(Arc::new(InMemory::new()));
    let key = log_suite::key();
    let open = || {
        let store = again(|| Segments::open(folder.path(), None, 4096));
        let calls_left = Arc::new(AtomicUsize::new(usize::MAX));
        let store = Failing { store, fault: Fault::Stale, calls_left, previous: None };
        Published::new(Box::new(store), place.clone(), Arc::clone(&driver))
    };
    let mut tree = Tree::default();
    let mut store = open();
    store.read(0, &mut |_, _| Ok(())).unwrap();
    for size in 1..=2 {
        let first = store.begin().unwrap();
        store.commit(first, &[vec![7]]).unwrap();
        tree.push(merkle::leaf_hash(&[7]));
        let root = tree.root(size).unwrap();
        store.publish(&Checkpoint::sign(&key, "test/log", size, root), &tree).unwrap();
    }
    drop(store);
    let note = open().checkpoint().unwrap().unwrap();
    assert_eq!(note.lines().nth(1), Some("2"), "{note}");
}
