use super::*;
use crate::verify_log;

async fn grow(folder: &Path, key: &LogKey, records: usize) -> Log {
    let log = Log::open(folder, key.clone(), LogOptions::new("test/log")).unwrap();
    for n in 0..records {
        let mut record = Record::new(Event::PolicyLoaded, "press", "actor");
        record.detail = Some(format!("record {n}"));
        log.append(record).await.unwrap();
    }
    log
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_log_is_kept_and_a_new_one_declares_the_gap() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("log");
    let key = LogKey::create(&place.path().join("key")).unwrap();
    let public = key.verifying_key();
    let log = grow(&folder, &key, 20).await;
    let checkpoint = log.checkpoint_now().await.unwrap();
    let again = begin(&folder, key.clone(), "test/log", "why").await;
    assert!(matches!(again, Err(LogError::InUse(_))));
    drop(log);
    let again = begin(&folder, key.clone(), "test/log", "why").await;
    assert!(matches!(again, Err(LogError::Whole)));

    let segment = folder.join("segments").join(segment::name(0));
    let mut data = fs::read(&segment).unwrap();
    let at = data.windows(10).position(|bytes| bytes == b"\"record 12").unwrap();
    data[at + 4] ^= 1;
    fs::write(&segment, &data).unwrap();
    assert!(Log::open(&folder, key.clone(), LogOptions::new("test/log")).is_err());

    let epoch = begin(&folder, key.clone(), "test/log", "a disk failed").await.unwrap();
    assert_eq!((epoch.number, epoch.good_size, epoch.promised_size), (2, 12, Some(20)));
    assert_eq!(
        (epoch.origin.as_str(), epoch.kept_as.as_str()),
        ("test/log/epoch-2", "log.epoch-1")
    );
    assert_eq!(epoch.checkpoint.as_deref(), Some(checkpoint.note.as_str()));
    assert!(epoch.fault.contains("index 12") && epoch.verifies(&public));
    let kept = place.path().join("log.epoch-1/segments").join(segment::name(0));
    assert_eq!(fs::read(kept).unwrap(), data, "the damaged log is evidence");

    // It goes on under its new name, and says so in its first record.
    let log = grow(&folder, &key, 3).await;
    assert_eq!(log.verifier().origin(), "test/log/epoch-2");
    let first = Record::parse(&log.entry(0).unwrap()).unwrap();
    assert_eq!((first.event, first.epoch.as_ref()), (Event::EpochBegun, Some(&epoch)));
    drop(log);
    let origin = origin(&folder, "test/log").unwrap();
    verify_log(&folder, &Verifier::new(origin, public)).unwrap();
    assert_eq!(declared(&folder, &public).unwrap(), Some(epoch.clone()));

    let path = folder.join(FILE);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"good_size\": 12", "\"good_size\": 20")).unwrap();
    assert!(declared(&folder, &public).is_err(), "a declaration that was changed");
    fs::remove_file(&path).unwrap();
    let without = Log::open(&folder, key.clone(), LogOptions::new("test/log"));
    assert!(without.is_err(), "under the old name it is another log");
    fs::write(&path, text).unwrap();

    // Also the second epoch can end.
    fs::remove_file(folder.join("checkpoint")).unwrap();
    let third = begin(&folder, key.clone(), "test/log", "again").await.unwrap();
    assert_eq!((third.number, third.good_size, third.promised_size), (3, 4, None));
    assert_eq!(third.previous_origin, "test/log/epoch-2");
}
