//! Every operation on the disk fails once.

use std::{
    path::Path,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};

use super::*;
use crate::disk::Folder;

/// How an operation fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Nothing of it happened.
    Undone,
    /// A write kept half; anything else happened as a whole.
    Half,
    /// Everything happened, and yet an error came back: the hardest case.
    Done,
}

/// Counts operations; the one with number `at` fails.
#[derive(Debug, Clone)]
struct Fault {
    at: usize,
    kind: Kind,
    seen: Arc<AtomicUsize>,
    /// What failed was a write.
    in_write: Arc<AtomicBool>,
}

impl Fault {
    fn new(at: usize, kind: Kind) -> Self {
        Self { at, kind, seen: Arc::default(), in_write: Arc::default() }
    }

    fn hits(&self) -> bool {
        self.seen.fetch_add(1, Ordering::SeqCst) == self.at
    }

    fn whole(&self, operation: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        if !self.hits() {
            return operation();
        }
        if self.kind != Kind::Undone {
            operation()?;
        }
        Err(io::ErrorKind::StorageFull.into())
    }

    fn write(&self, bytes: &[u8], write: impl FnOnce(&[u8]) -> io::Result<()>) -> io::Result<()> {
        if !self.hits() {
            return write(bytes);
        }
        self.in_write.store(true, Ordering::SeqCst);
        match self.kind {
            Kind::Undone => {}
            Kind::Half => write(&bytes[..bytes.len() / 2])?,
            Kind::Done => write(bytes)?,
        }
        Err(io::ErrorKind::StorageFull.into())
    }
}

#[derive(Debug)]
struct FaultyDisk(Folder, Fault);

impl Disk for FaultyDisk {
    fn create(&mut self, name: &str, bytes: u64) -> io::Result<()> {
        let Self(disk, fault) = self;
        fault.whole(|| disk.create(name, bytes))
    }

    fn write(&mut self, name: &str, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let Self(disk, fault) = self;
        fault.write(bytes, |bytes| disk.write(name, offset, bytes))
    }

    fn sync(&mut self, name: &str) -> io::Result<()> {
        let Self(disk, fault) = self;
        fault.whole(|| disk.sync(name))
    }
}

#[derive(Debug)]
struct FaultyFiles(Fault);

impl Files for FaultyFiles {
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.0.write(bytes, |bytes| SystemFiles.write(path, bytes))
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        self.0.whole(|| SystemFiles.sync(path))
    }

    fn sync_everything(&self, folder: &Path) -> io::Result<()> {
        self.0.whole(|| SystemFiles.sync_everything(folder))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.0.whole(|| SystemFiles.rename(from, to))
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.0.whole(|| SystemFiles.sync_folder(folder))
    }

    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        self.0.whole(|| SystemFiles.create_folder(folder))
    }
}

impl Place {
    fn open_with(&self, fault: &Fault) -> Result<Log, LogError> {
        let segments = self.log().join("segments");
        fs::create_dir_all(&segments).unwrap();
        let options = LogOptions {
            segment_bytes: 16 << 10,
            disk: Some(Box::new(FaultyDisk(Folder::new(segments), fault.clone()))),
            files: Arc::new(FaultyFiles(fault.clone())),
            ..LogOptions::new("test/log")
        };
        Log::open(&self.log(), self.key(), options)
    }
}

/// Appends at once; the receipts, and whether the log has said that it stopped.
async fn append(log: &Log, count: usize, kept: &mut Vec<Receipt>) -> bool {
    let appends: Vec<_> = (0..count)
        .map(|n| {
            let log = log.clone();
            tokio::spawn(async move { log.append(record(n)).await })
        })
        .collect();
    let mut stopped = false;
    for append in appends {
        match append.await.unwrap() {
            Ok(receipt) => kept.push(receipt),
            Err(LogError::Full { .. }) => {}
            Err(LogError::Stopped(_)) => stopped = true,
            Err(error) => panic!("{error}"),
        }
    }
    stopped
}

/// A short life of a log.
async fn live(place: &Place, fault: &Fault, kept: &mut Vec<Receipt>) {
    let Ok(log) = place.open_with(fault) else { return };
    let mut stopped = false;
    for count in [1, 30, 1] {
        stopped |= append(&log, count, kept).await;
        drop(log.checkpoint_now().await);
    }
    let before = kept.len();
    // How records are gathered into writes varies, so the fault may meet the first of these.
    for _ in 0..2 {
        if kept.len() == before && !stopped {
            stopped |= append(&log, 1, kept).await;
        }
    }
    assert_eq!(kept.len() > before, !stopped, "what is not in doubt goes on without a restart");
    assert_eq!(log.stopped().is_some(), stopped);
}

/// A log just before its first complete tile, or none at all.
async fn before(entries: usize) -> Place {
    let place = Place::in_memory();
    if entries > 0 {
        let log = place.open_with(&Fault::new(usize::MAX, Kind::Done)).unwrap();
        assert!(!append(&log, entries, &mut Vec::new()).await);
    }
    place
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// One life with a fault, and another after it, in which nothing may be lost.
async fn live_and_live_again(before: &Place, fault: &Fault) {
    let (place, mut kept) = (Place::in_memory(), Vec::new());
    copy(before.folder.path(), place.folder.path());
    live(&place, fault, &mut kept).await;
    let log = place.open().unwrap_or_else(|error| panic!("{fault:?}: {error}"));
    log.checkpoint_now().await.unwrap();
    for receipt in &kept {
        let entry = log.entry(receipt.index).unwrap();
        assert_eq!(merkle::leaf_hash(&entry), receipt.leaf_hash, "{fault:?}");
        assert!(log.proof(receipt.index).unwrap().verifies(&entry, &place.verifier()));
    }
    assert!(log.size() >= kept.len() as u64);
    log.append(record(99)).await.unwrap();
    drop(log);
    verify_log(&place.log(), &place.verifier()).unwrap();
}

/// Many at a time, because most of a life is waiting; those that failed in a write.
fn live_all(before: &Place, faults: &[Fault]) -> Vec<usize> {
    let live = |fault: &Fault| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(live_and_live_again(before, fault));
    };
    for some in faults.chunks(16) {
        thread::scope(|scope| some.iter().for_each(|fault| drop(scope.spawn(|| live(fault)))));
    }
    let writes = faults.iter().filter(|fault| fault.in_write.load(Ordering::SeqCst));
    writes.map(|fault| fault.at).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_fails_nothing_acknowledged_is_lost_and_nothing_doubtful_is_acknowledged() {
    let new = before(0).await;
    let grown = before(240).await;
    tokio::task::spawn_blocking(move || [new, grown].iter().for_each(break_all)).await.unwrap();
}

fn break_all(before: &Place) {
    let none = Fault::new(usize::MAX, Kind::Done);
    live_all(before, std::slice::from_ref(&none));
    let operations = none.seen.load(Ordering::SeqCst);
    assert!(operations > 20, "{operations} operations");
    let faults = |kind, at: &mut dyn Iterator<Item = usize>| -> Vec<Fault> {
        at.map(|at| Fault::new(at, kind)).collect()
    };
    live_all(before, &faults(Kind::Undone, &mut (0..operations)));
    let writes = live_all(before, &faults(Kind::Half, &mut (0..operations)));
    assert!(writes.len() > 5, "{} writes", writes.len());
    live_all(before, &faults(Kind::Done, &mut writes.into_iter()));
}

/// Notes every operation in order.
#[derive(Debug)]
struct Noting(Folder, Arc<Mutex<Vec<&'static str>>>);

impl Disk for Noting {
    fn create(&mut self, name: &str, bytes: u64) -> io::Result<()> {
        self.0.create(name, bytes)
    }

    fn write(&mut self, name: &str, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.1.lock().unwrap().push("write");
        self.0.write(name, offset, bytes)
    }

    fn sync(&mut self, name: &str) -> io::Result<()> {
        self.1.lock().unwrap().push("begin sync");
        self.0.sync(name)?;
        self.1.lock().unwrap().push("synced");
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_acknowledged_before_its_sync_has_returned() {
    let place = Place::in_memory();
    let segments = place.log().join("segments");
    fs::create_dir_all(&segments).unwrap();
    let noted = Arc::new(Mutex::new(Vec::new()));
    let disk = Some(Box::new(Noting(Folder::new(segments), Arc::clone(&noted))) as Box<dyn Disk>);
    let options = LogOptions { segment_bytes: 4096, disk, ..LogOptions::new("test/log") };
    let log = Log::open(&place.log(), place.key(), options).unwrap();
    for n in 0..40 {
        log.append(record(n)).await.unwrap();
        let noted = std::mem::take(&mut *noted.lock().unwrap());
        assert_eq!(noted, ["write", "begin sync", "synced"]);
    }
}

/// No new file can be made while it is full.
#[derive(Debug)]
struct Filling(Folder, Arc<AtomicUsize>);

impl Disk for Filling {
    fn create(&mut self, name: &str, bytes: u64) -> io::Result<()> {
        match self.1.load(Ordering::SeqCst) {
            0 => self.0.create(name, bytes),
            _ => Err(io::ErrorKind::StorageFull.into()),
        }
    }

    fn write(&mut self, name: &str, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.0.write(name, offset, bytes)
    }

    fn sync(&mut self, name: &str) -> io::Result<()> {
        self.0.sync(name)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_and_goes_on_when_there_is_room() {
    let place = Place::in_memory();
    let segments = place.log().join("segments");
    fs::create_dir_all(&segments).unwrap();
    let full = Arc::new(AtomicUsize::new(0));
    let disk = Some(Box::new(Filling(Folder::new(segments), Arc::clone(&full))) as Box<dyn Disk>);
    let options = LogOptions { segment_bytes: 4096, disk, ..LogOptions::new("test/log") };
    let log = Log::open(&place.log(), place.key(), options).unwrap();
    let first = log.append(record(0)).await.unwrap();
    full.store(1, Ordering::SeqCst);
    let mut refused = 0;
    for n in 1..40 {
        match log.append(record(n)).await {
            Ok(_) => assert_eq!(refused, 0, "accepted while full"),
            Err(LogError::Full { .. }) => refused += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert!(refused > 0 && log.stopped().unwrap().contains("room"));
    full.store(0, Ordering::SeqCst);
    let again = log.append(record(1)).await.unwrap();
    assert_eq!(again.index, log.size() - 1);
    assert!(log.stopped().is_none());
    log.checkpoint_now().await.unwrap();
    let proof = log.proof(first.index).unwrap();
    assert!(proof.verifies(&log.entry(first.index).unwrap(), &place.verifier()));
    drop(log);
    // Numbers of tenants have no gaps either.
    verify_log(&place.log(), &place.verifier()).unwrap();
}
