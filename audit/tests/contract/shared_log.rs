//! Two processes' worth of logs over one store: one log, and each finds what the other has written.

use std::{path::Path, sync::Arc, time::Duration};

use audit::{
    Driver, Event, Log, LogError, LogKey, LogOptions, Place, PostgresLog, Published, Record, merkle,
};
use types::{Receipt, RequestId};

use crate::{
    again,
    postgres_server::{PostgresServer, wanted},
};

/// One gateway's part in the log.
fn open(url: &str, folder: &Path, key: &LogKey, place: &Place) -> Result<Log, LogError> {
    let driver = Arc::new(Driver::start().unwrap());
    let store = PostgresLog::open(Arc::clone(&driver), url, Some(folder))?;
    let store = Published::new(Box::new(store), place.clone(), driver);
    let options =
        LogOptions { checkpoint_every: Duration::from_millis(300), ..LogOptions::new("test/log") };
    Log::open_on(Box::new(store), folder, key.clone(), options)
}

fn record(tenant: usize) -> Record {
    let mut record = Record::new(Event::Admitted, format!("tenant-{tenant}"), "actor");
    record.request_id = Some(RequestId::new());
    record
}

/// Many at once on both.
async fn append(logs: [&Log; 2], count: usize) -> Vec<Receipt> {
    let appends: Vec<_> = (0..count)
        .map(|n| {
            let log = logs[n % 2].clone();
            tokio::spawn(async move { log.append(record(n % 5)).await.unwrap() })
        })
        .collect();
    let mut receipts = Vec::new();
    for append in appends {
        receipts.push(append.await.unwrap());
    }
    receipts
}

#[tokio::test(flavor = "multi_thread")]
async fn two_gateways_write_one_log_without_gaps() {
    if !wanted("two logs over one PostgreSQL") {
        return;
    }
    let server = PostgresServer::start();
    let folder = tempfile::tempdir().unwrap();
    let key = LogKey::create(&folder.path().join("key")).unwrap();
    let place = Place::folder(&folder.path().join("objects")).unwrap();
    let url = server.database("log");
    let (at_one, at_two) = (folder.path().join("one"), folder.path().join("two"));
    let one = open(&url, &at_one, &key, &place).unwrap();
    let two = open(&url, &at_two, &key, &place).unwrap();
    assert!(matches!(open(&url, &at_one, &key, &place), Err(LogError::InUse(_))));

    let mut receipts = append([&one, &two], 700).await;
    both_know_everything(&one, &two, &receipts).await;

    // The others go on when one is gone, and whoever comes later takes everything in.
    drop(one);
    receipts.extend(append([&two, &two], 100).await);
    let one = again(|| open(&url, &at_one, &key, &place));
    receipts.extend(append([&one, &two], 100).await);
    both_know_everything(&one, &two, &receipts).await;
    published_tiles_are_the_trees(&one, &place).await;
    another_key_is_refused(&url, &folder.path().join("three"), &place);
}

async fn both_know_everything(one: &Log, two: &Log, receipts: &[Receipt]) {
    let mut indexes: Vec<u64> = receipts.iter().map(|receipt| receipt.index).collect();
    indexes.sort_unstable();
    assert!(indexes.iter().copied().eq(0..receipts.len() as u64), "every index once");
    // Nobody asks for a checkpoint: it comes by itself, and the other one hears of it.
    for log in [one, two] {
        while log.checkpoint().size < receipts.len() as u64 {
            assert_eq!(log.stopped(), None);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    assert_eq!(one.checkpoint(), two.checkpoint());
    let mut next = [0_u64; 5];
    for log in [one, two] {
        for receipt in receipts {
            assert_eq!(log.leaf(receipt.index), Some(receipt.leaf_hash));
        }
        let entry = log.entry(receipts[3].index).unwrap();
        assert_eq!(merkle::leaf_hash(&entry), receipts[3].leaf_hash);
        assert!(log.proof(receipts[3].index).unwrap().verifies(&entry, log.verifier()));
        assert_eq!(log.registry().unfinished().unwrap().len(), receipts.len());
    }
    for entry in two.entries(0, two.size()).unwrap() {
        let record = Record::parse(&entry).unwrap();
        let tenant: usize = record.tenant.strip_prefix("tenant-").unwrap().parse().unwrap();
        assert_eq!(record.tenant_seq, next[tenant]);
        next[tenant] += 1;
    }
}

async fn published_tiles_are_the_trees(log: &Log, place: &Place) {
    let published = place.read("log/checkpoint").await.unwrap().unwrap();
    assert_eq!(String::from_utf8(published.bytes).unwrap(), log.checkpoint().note);
    let read = async |name: &str| place.read(&format!("log/{name}")).await.unwrap().unwrap().bytes;
    for number in 0..3 {
        assert_eq!(read(&format!("tile/0/{number:03}")).await, log.tile(0, number, 256).unwrap());
    }
    assert_eq!(read("tile/0/003.p/132").await, log.tile(0, 3, 132).unwrap());
    assert_eq!(read("tile/1/000.p/3").await, log.tile(1, 0, 3).unwrap());
    let bundle = read("tile/entries/003.p/132").await;
    let first = log.entry(768).unwrap();
    assert_eq!(bundle[..2], u16::try_from(first.len()).unwrap().to_be_bytes());
    assert_eq!(bundle[2..2 + first.len()], first);
}

fn another_key_is_refused(url: &str, folder: &Path, place: &Place) {
    std::fs::create_dir(folder).unwrap();
    let other = LogKey::create(&folder.join("key")).unwrap();
    let opened = open(url, folder, &other, place);
    assert!(matches!(opened, Err(LogError::Note { .. })), "{opened:?}");
}
