//! Disks fail and fill up: then nothing is released, and what was released is still on record.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use audit::{Disk, LogOptions, disk::Folder};
use gateway::{
    outcome::Outcome,
    pipeline::{Delivery, LineError},
};
use serde_json::{Value, json};

use crate::inside;

/// A disk that is full from one operation on; a write that it breaks off leaves half.
#[derive(Debug)]
struct Filling {
    disk: Folder,
    operations_left: Arc<AtomicUsize>,
}

impl Filling {
    fn take(&self) -> bool {
        let less = |left: usize| left.checked_sub(1);
        self.operations_left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less).is_ok()
    }
}

impl Disk for Filling {
    fn create(&mut self, name: &str, bytes: u64) -> io::Result<()> {
        if self.take() {
            self.disk.create(name, bytes)
        } else {
            Err(io::ErrorKind::StorageFull.into())
        }
    }

    fn write(&mut self, name: &str, offset: u64, bytes: &[u8]) -> io::Result<()> {
        if self.take() {
            return self.disk.write(name, offset, bytes);
        }
        drop(self.disk.write(name, offset, &bytes[..bytes.len() / 2]));
        Err(io::ErrorKind::StorageFull.into())
    }

    fn sync(&mut self, name: &str) -> io::Result<()> {
        if self.take() { self.disk.sync(name) } else { Err(io::ErrorKind::Other.into()) }
    }
}

fn filling(folder: &std::path::Path, operations: usize) -> (LogOptions, Arc<AtomicUsize>) {
    let segments = folder.join("log/segments");
    std::fs::create_dir_all(&segments).unwrap();
    let operations_left = Arc::new(AtomicUsize::new(operations));
    let disk =
        Filling { disk: Folder::new(segments), operations_left: Arc::clone(&operations_left) };
    let options =
        LogOptions { disk: Some(Box::new(disk)), segment_bytes: 64 << 10, ..inside::log_options() };
    (options, operations_left)
}

#[tokio::test(flavor = "multi_thread")]
async fn whichever_write_fails_nothing_is_released_after_it_and_all_before_it_is_on_record() {
    for operations in 0..16 {
        let folder = tempfile::tempdir().unwrap();
        let (options, _) = filling(folder.path(), operations);
        let mut receipts = Vec::new();
        if let Ok(stages) = inside::open(inside::installation(folder.path()), options).await {
            let line = inside::line(stages);
            let mut failed = false;
            for _ in 0..4 {
                match line.run(inside::journalist(), inside::ask("null"), Delivery::Whole).await {
                    Ok(Outcome::Released(release)) => {
                        assert!(!failed, "released after a failed write, {operations} operations");
                        receipts.push(release.receipt);
                    }
                    Err(LineError::Log(_)) => failed = true,
                    other => panic!("{other:?}"),
                }
            }
            assert_eq!(line.stages().failing().is_empty(), !failed);
        }
        let stages =
            inside::open(inside::reopen(folder.path()), inside::log_options()).await.unwrap();
        stages.close_unfinished().await.unwrap();
        for receipt in &receipts {
            assert_eq!(stages.log.leaf(receipt.index), Some(receipt.leaf_hash));
        }
        assert_one_terminal_record_each(&stages.log);
        stages.verify_log().await.unwrap();
    }
}

fn assert_one_terminal_record_each(log: &audit::Log) {
    let mut admitted = Vec::new();
    let mut ended = std::collections::BTreeMap::<String, u32>::new();
    for entry in log.entries(0, log.size()).unwrap() {
        let record = audit::Record::parse(&entry).unwrap();
        let Some(request) = record.request_id.map(|id| id.to_string()) else { continue };
        if record.event.is_terminal() {
            *ended.entry(request).or_default() += 1;
        } else if record.event == audit::Event::Admitted {
            admitted.push(request);
        }
    }
    for request in admitted {
        assert_eq!(ended.get(&request), Some(&1), "{request}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_said_in_openais_shape_and_the_server_is_not_ready() {
    let folder = tempfile::tempdir().unwrap();
    let (options, operations_left) = filling(folder.path(), usize::MAX);
    let stages = inside::open(inside::installation(folder.path()), options).await.unwrap();
    let key = inside::key(&stages.accounts).await;
    let line = inside::line(stages);
    let url = format!("http://{}", inside::serve(&line).await);
    assert_eq!(get(&url, "/readyz").await.0, 200);
    assert_eq!(chat(&url, &key).await.0, 200);

    operations_left.store(0, Ordering::SeqCst);
    let (status, retry_after, body) = chat(&url, &key).await;
    assert_eq!((status, body["error"]["code"].as_str()), (503, Some("failing_closed")), "{body}");
    assert!(!retry_after.is_empty(), "a client is told when to come back");
    assert!(!body.to_string().contains("council"), "no content in an error");
    let (status, body) = get(&url, "/readyz").await;
    assert_eq!((status, &body["ready"]), (503, &json!(false)));
    assert!(body["failing"][0].as_str().unwrap().starts_with("audit log"), "{body}");

    // Room again does not help: what the disk has kept is unknown until the next start.
    operations_left.store(usize::MAX, Ordering::SeqCst);
    assert_eq!(chat(&url, &key).await.0, 503);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_asset_that_cannot_be_stored_fails_its_request_only() {
    let folder = tempfile::tempdir().unwrap();
    let installation = inside::installation(folder.path());
    let stages = inside::open(installation, inside::log_options()).await.unwrap();
    let line = inside::line(stages);
    let run = || line.run(inside::journalist(), inside::ask("null"), Delivery::Whole);
    let (objects, aside) = (folder.path().join("objects"), folder.path().join("aside"));
    std::fs::rename(&objects, &aside).unwrap();
    std::fs::write(&objects, "not a folder").unwrap();
    assert!(matches!(run().await, Err(LineError::Objects(_))));

    std::fs::remove_file(&objects).unwrap();
    std::fs::rename(&aside, &objects).unwrap();
    assert!(matches!(run().await, Ok(Outcome::Released(_))));
    assert_one_terminal_record_each(&line.stages().log);
}

async fn chat(url: &str, key: &str) -> (u16, String, Value) {
    let (url, key) = (format!("{url}/v1/chat/completions"), format!("Bearer {key}"));
    let body =
        json!({"model": "null", "messages": [{"role": "user", "content": "The council meets."}]});
    tokio::task::spawn_blocking(move || {
        let agent: ureq::Agent =
            ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let mut answer = agent.post(url).header("authorization", key).send_json(&body).unwrap();
        let header = answer.headers().get("retry-after");
        let header = header.map_or("", |value| value.to_str().unwrap()).to_owned();
        (answer.status().as_u16(), header, answer.body_mut().read_json().unwrap())
    })
    .await
    .unwrap()
}

async fn get(url: &str, path: &str) -> (u16, Value) {
    let url = format!("{url}{path}");
    tokio::task::spawn_blocking(move || {
        let agent: ureq::Agent =
            ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let mut answer = agent.get(url).call().unwrap();
        (answer.status().as_u16(), answer.body_mut().read_json().unwrap())
    })
    .await
    .unwrap()
}
