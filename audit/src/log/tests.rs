mod damage;
mod faults;

use std::{fs, io, path::PathBuf, sync::Mutex};

use types::{AssetId, Mark, MarkId, MediaType, RequestId};

use super::*;
use crate::{C2paRecord, ContentRecord, Event, merkle, segment, verify_log};

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        LogKey::create(&folder.path().join("key")).unwrap();
        Self { folder }
    }

    /// A place where syncs cost nothing: for tests that fail them on purpose.
    fn in_memory() -> Self {
        let memory = std::path::Path::new("/dev/shm");
        if !memory.is_dir() {
            return Self::new();
        }
        let folder = tempfile::tempdir_in(memory).unwrap();
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
    record.mark = Some(Mark::Embedded { algorithm: "a".into(), id: MarkId::from(7), also: vec![] });
    let sha256 = Sha256::of(b"bytes");
    record.content = Some(ContentRecord {
        media_type: MediaType::Png,
        sha256,
        bytes: 5,
        image_fingerprint: Some(types::ImageFingerprint([3; 32])),
        text_fingerprint: None,
    });
    record.c2pa = Some(C2paRecord::new("urn:c2pa:x".into(), sha256));
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
        assert_eq!(log.registry().near_images(&near, 32, 2).unwrap(), [(entry, 32)]);
        assert!(log.registry().near_images(&near, 31, 2).unwrap().is_empty());
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

#[tokio::test(flavor = "multi_thread")]
async fn every_tenant_counts_without_gaps_and_goes_on_after_reopening() {
    let place = Place::new();
    for round in 0..3 {
        let log = place.open().unwrap();
        let appends = (0..40).map(|n| {
            let log = log.clone();
            tokio::spawn(async move { log.append(record(n)).await.unwrap() })
        });
        let appends: Vec<_> = appends.collect();
        for append in appends {
            append.await.unwrap();
        }
        if round == 1 {
            // Without what was noted at the checkpoint every record is read.
            drop(log);
            fs::remove_file(place.log().join("standing")).unwrap();
        }
    }
    assert_eq!(verify_log(&place.log(), &place.verifier()).unwrap().entries, 120);
    let log = place.open().unwrap();
    let mut last = time::OffsetDateTime::UNIX_EPOCH;
    let rfc3339 = time::format_description::well_known::Rfc3339;
    for entry in log.entries(0, 120).unwrap() {
        let record = Record::parse(&entry).unwrap();
        let time = time::OffsetDateTime::parse(&record.time, &rfc3339).unwrap();
        assert!(time >= last, "{time} after {last}");
        last = time;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_follows_every_record_by_itself() {
    let place = Place::new();
    let options =
        LogOptions { checkpoint_every: Duration::from_millis(50), ..LogOptions::new("test/log") };
    let log = Log::open(&place.log(), place.key(), options).unwrap();
    for n in 0..3 {
        let receipt = log.append(record(n)).await.unwrap();
        while log.checkpoint().size <= receipt.index {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}
