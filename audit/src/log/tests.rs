use std::{
    fs, io,
    path::PathBuf,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use types::{AssetId, Mark, MarkId, MediaType, RequestId};

use super::*;
use crate::{
    C2paRecord, ContentRecord, Event, ExportError, disk::Folder, export, segment, verify_export,
    verify_log,
};

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        LogKey::create(&folder.path().join("key")).unwrap();
        Self { folder }
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    fn key(&self) -> LogKey {
        LogKey::load(&self.folder.path().join("key")).unwrap()
    }

    fn open(&self) -> Result<Log, LogError> {
        Log::open(
            &self.log(),
            self.key(),
            LogOptions { segment_bytes: 4096, ..LogOptions::new("test/log") },
        )
    }

    fn open_on(&self, disk: Faulty) -> Log {
        let options = LogOptions {
            segment_bytes: 4096,
            disk: Some(Box::new(disk)),
            ..LogOptions::new("test/log")
        };
        Log::open(&self.log(), self.key(), options).unwrap()
    }

    fn verifier(&self) -> Verifier {
        Verifier::new("test/log".into(), self.key().verifying_key())
    }
}

fn record(n: usize) -> Record {
    let mut record = Record::new(Event::PolicyLoaded, format!("tenant-{}", n % 3), "actor");
    record.detail = Some(format!("record {n}"));
    record
}

fn asset(request_id: RequestId, event: Event) -> Record {
    let mut record = Record::new(event, "press", "actor");
    record.request_id = Some(request_id);
    record.asset_id = Some(AssetId::new());
    record.mark = Some(Mark::Embedded { algorithm: "a".into(), id: MarkId::from(7) });
    let sha256 = Sha256::of(b"bytes");
    record.content = Some(ContentRecord {
        media_type: MediaType::Png,
        sha256,
        bytes: 5,
        image_fingerprint: Some(types::ImageFingerprint([3; 32])),
        text_fingerprint: None,
    });
    record.c2pa = Some(C2paRecord { manifest_label: "urn:c2pa:x".into(), manifest_sha256: sha256 });
    record
}

#[tokio::test(flavor = "multi_thread")]
async fn receipts_prove_after_the_next_checkpoint_and_after_reopening() {
    let place = Place::new();
    let mut receipts = Vec::new();
    {
        let log = place.open().unwrap();
        for n in 0..60 {
            receipts.push((n, log.append(record(n)).await.unwrap()));
        }
        log.checkpoint_now().await.unwrap();
    }
    let log = place.open().unwrap();
    for (n, receipt) in receipts {
        assert!(place.verifier().verifies_receipt(&receipt));
        let entry = log.entry(receipt.index).unwrap();
        assert_eq!(merkle::leaf_hash(&entry), receipt.leaf_hash);
        assert!(Record::parse(&entry).unwrap().detail.unwrap().ends_with(&format!(" {n}")));
        assert!(log.proof(receipt.index).unwrap().verifies(&entry, &place.verifier()));
    }
    assert_eq!(verify_log(&place.log(), &place.verifier()).unwrap().entries, 60);
    assert_eq!(log.tile(0, 0, 60).unwrap().len(), 60 * 32);
    assert!(log.tile(0, 0, 61).is_none());
    assert!(matches!(place.open(), Err(LogError::InUse(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_found_through_the_log_survives_the_loss_of_the_index() {
    let place = Place::new();
    let (done, open) = (RequestId::new(), RequestId::new());
    {
        let log = place.open().unwrap();
        for request in [done, open] {
            let mut admitted = Record::new(Event::Admitted, "press", "actor");
            admitted.request_id = Some(request);
            log.append(admitted).await.unwrap();
        }
        log.append(asset(done, Event::Held)).await.unwrap();
    }
    for lost in [false, true] {
        if lost {
            fs::remove_dir_all(place.log().join("index")).unwrap();
        }
        let log = place.open().unwrap();
        let entry = log.registry().by_mark(MarkId::from(7)).unwrap().unwrap();
        assert_eq!((entry.request_id, entry.index, entry.may_leave()), (done, 2, false));
        assert_eq!(log.registry().by_sha256(&Sha256::of(b"bytes")).unwrap().unwrap(), entry);
        assert_eq!(log.registry().by_manifest("urn:c2pa:x").unwrap().unwrap(), entry);
        let near = types::ImageFingerprint([2; 32]);
        assert_eq!(log.registry().nearest_image(&near, 32).unwrap().unwrap(), (entry, 32));
        assert!(log.registry().nearest_image(&near, 31).unwrap().is_none());
        assert_eq!(log.registry().unfinished().unwrap(), [1]);
        assert_eq!(log.registry().request(done).unwrap(), [0, 2]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_review_stands() {
    let place = Place::new();
    let log = place.open().unwrap();
    let held = asset(RequestId::new(), Event::Held);
    let id = held.asset_id.unwrap();
    log.append(held).await.unwrap();
    for event in [Event::Approved, Event::Rejected] {
        let mut review = Record::new(event, "press", "editor");
        review.asset_id = Some(id);
        log.append(review).await.unwrap();
    }
    assert!(log.registry().asset(id).unwrap().unwrap().may_leave());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rewritten_record_is_named_and_a_lost_tail_is_refused() {
    let place = Place::new();
    {
        let log = place.open().unwrap();
        for n in 0..5 {
            log.append(record(n)).await.unwrap();
        }
    }
    let path = place.log().join("segments").join(segment::name(0));
    let whole = fs::read(&path).unwrap();

    // Rewritten with a valid CRC, as somebody would who knows the format.
    let entries = segment::range(&place.log().join("segments"), 0, 5).unwrap();
    let mut forged: Vec<u8> = Vec::new();
    for (index, entry) in (0_u64..).zip(&entries) {
        let text = String::from_utf8(entry.clone()).unwrap();
        forged.extend(segment::encode(index, &[text.replace("record 3", "record X").into_bytes()]));
    }
    forged.resize(whole.len(), 0);
    fs::write(&path, &forged).unwrap();
    assert!(matches!(place.open(), Err(LogError::Damaged { index: 3, .. })));
    assert!(matches!(
        verify_log(&place.log(), &place.verifier()),
        Err(LogError::Damaged { index: 3, .. })
    ));

    fs::write(&path, vec![0; whole.len()]).unwrap();
    assert!(matches!(place.open(), Err(LogError::Behind { found: 0, promised: 5 })));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_checked_to_the_last_entry() {
    let place = Place::new();
    let log = place.open().unwrap();
    for n in 0..7 {
        log.append(record(n)).await.unwrap();
    }
    let path = place.folder.path().join("x.zip");
    assert_eq!(export(&log, &path).await.unwrap(), 7);
    assert_eq!(verify_export(&path).unwrap().entries, 7);

    let change = |from: &str, to: &str| {
        let changed = place.folder.path().join("changed.zip");
        let mut zip = zip::ZipArchive::new(fs::File::open(&path).unwrap()).unwrap();
        let mut out = zip::ZipWriter::new(fs::File::create(&changed).unwrap());
        for i in 0..zip.len() {
            let mut file = zip.by_index(i).unwrap();
            let name = file.name().unwrap().into_owned();
            let mut text = String::new();
            io::Read::read_to_string(&mut file, &mut text).unwrap();
            out.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            io::Write::write_all(&mut out, text.replace(from, to).as_bytes()).unwrap();
        }
        out.finish().unwrap();
        verify_export(&changed)
    };
    assert!(matches!(change("record 4", "record 5"), Err(ExportError::Entry { index: 4 })));
    let last = String::from_utf8(log.entry(6).unwrap()).unwrap() + "\n";
    assert!(matches!(change(&last, ""), Err(ExportError::Short { found: 6, promised: 7 })));
    assert!(change("test/log", "evil/log").is_err());
}

/// Passes operations on until one fails, then fails for good; a failing write keeps half.
#[derive(Debug)]
struct Faulty {
    disk: Folder,
    fail_at: usize,
    seen: Arc<AtomicUsize>,
}

impl Faulty {
    fn step(&self) -> io::Result<bool> {
        match self.seen.fetch_add(1, Ordering::SeqCst) {
            step if step < self.fail_at => Ok(true),
            step if step == self.fail_at => Ok(false),
            _ => Err(io::ErrorKind::StorageFull.into()),
        }
    }
}

impl Disk for Faulty {
    fn create(&mut self, name: &str, bytes: u64) -> io::Result<()> {
        if self.step()? {
            self.disk.create(name, bytes)
        } else {
            Err(io::ErrorKind::StorageFull.into())
        }
    }

    fn write(&mut self, name: &str, offset: u64, bytes: &[u8]) -> io::Result<()> {
        if self.step()? {
            return self.disk.write(name, offset, bytes);
        }
        self.disk.write(name, offset, &bytes[..bytes.len() / 2])?;
        Err(io::ErrorKind::WriteZero.into())
    }

    fn sync(&mut self, name: &str) -> io::Result<()> {
        // A failed sync may still have kept everything: the hardest case.
        if self.step()? { self.disk.sync(name) } else { Err(io::ErrorKind::Other.into()) }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_fails_nothing_acknowledged_is_lost_and_nothing_more_is_acknowledged() {
    for fail_at in 0..40 {
        let place = Place::new();
        fs::create_dir_all(place.log().join("segments")).unwrap();
        let disk = Faulty {
            disk: Folder::new(place.log().join("segments")),
            fail_at,
            seen: Arc::default(),
        };
        let mut acknowledged = Vec::new();
        {
            let log = place.open_on(disk);
            for n in 0..30 {
                match log.append(record(n)).await {
                    Ok(receipt) => acknowledged.push(receipt),
                    Err(error) => assert!(matches!(error, LogError::Stopped(_)), "{error}"),
                }
            }
            assert_eq!(log.stopped().is_some(), acknowledged.len() < 30);
        }
        // An empty segment that was never written is not damage.
        let log = place.open().unwrap();
        log.checkpoint_now().await.unwrap();
        for receipt in &acknowledged {
            let entry = log.entry(receipt.index).unwrap();
            assert_eq!(merkle::leaf_hash(&entry), receipt.leaf_hash, "failing at {fail_at}");
        }
        assert!(log.size() <= acknowledged.len() as u64 + 1, "at most the failed batch was kept");
        log.append(record(99)).await.unwrap();
    }
}

#[derive(Debug)]
struct Backwards(Mutex<i64>);

impl Clock for Backwards {
    fn now(&self) -> time::OffsetDateTime {
        let mut seconds = self.0.lock().unwrap();
        *seconds -= 60;
        time::OffsetDateTime::from_unix_timestamp(*seconds).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_goes_back_does_not_take_the_log_with_it() {
    let place = Place::new();
    let clock = Box::new(Backwards(Mutex::new(1_000_000)));
    let log =
        Log::open(&place.log(), place.key(), LogOptions { clock, ..LogOptions::new("test/log") })
            .unwrap();
    for n in 0..2 {
        log.append(record(n)).await.unwrap();
    }
    let records: Vec<Record> =
        log.entries(0, 2).unwrap().iter().map(|entry| Record::parse(entry).unwrap()).collect();
    assert_eq!(records[0].time, records[1].time);
    assert_eq!((records[0].clock_adjusted, records[1].clock_adjusted), (false, true));
}
