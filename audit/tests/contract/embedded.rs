//! The stores that need no server.

use std::sync::Arc;

use audit::{Driver, Place, Published, Segments, SledState, StateStore as _};
use object_store::memory::InMemory;

use crate::{again, log_suite, place_suite, state_suite};

#[test]
fn segments_keep_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    log_suite::run(&mut || Box::new(again(|| Segments::open(folder.path(), None, 4096))));
}

#[test]
fn published_segments_keep_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    let driver = Arc::new(Driver::start().unwrap());
    let place = Place::on(Arc::new(InMemory::new()));
    log_suite::run(&mut || {
        let segments = again(|| Segments::open(folder.path(), None, 4096));
        Box::new(Published::new(Box::new(segments), place.clone(), Arc::clone(&driver)))
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn sled_keeps_the_contract_and_its_state() {
    let folder = tempfile::tempdir().unwrap();
    state_suite::run(Arc::new(SledState::open(folder.path()).unwrap())).await;
    let store = again(|| SledState::open(folder.path()));
    assert_eq!(store.get(b"k/1").await.unwrap().unwrap(), b"k/1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_keeps_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    place_suite::run(Place::open(&format!("file:{}", folder.path().display())).unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_keeps_the_contract() {
    place_suite::run(Place::on(Arc::new(InMemory::new()))).await;
}

#[test]
fn a_place_that_is_neither_a_folder_nor_s3_is_refused() {
    for url in ["http://example.com", "relative/folder", "s3:/bucket"] {
        assert!(Place::open(url).unwrap_err().to_string().contains("neither"), "{url}");
    }
}
