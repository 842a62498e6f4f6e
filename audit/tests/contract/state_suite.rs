//! What every `StateStore` must do.

use std::{sync::Arc, time::Duration};

use audit::{
    StateError, StateStore,
    state::{KEY_BYTES_MAX, VALUE_BYTES_MAX},
};
use time::OffsetDateTime;

/// Runs the suite on an empty store.
pub(crate) async fn run(store: Arc<dyn StateStore>) {
    changes_need_the_value_that_was_seen(&*store).await;
    prefixes_are_scanned_in_order(&*store).await;
    what_is_too_long_is_refused(&*store).await;
    one_holds_a_lease(&*store).await;
    of_changes_at_once_none_is_lost(store).await;
}

async fn changes_need_the_value_that_was_seen(store: &dyn StateStore) {
    assert!(store.get(b"a").await.unwrap().is_none());
    assert!(store.compare_and_swap(b"a", None, None).await.unwrap(), "it is absent");
    assert!(store.compare_and_swap(b"a", None, Some(b"x")).await.unwrap());
    assert!(!store.compare_and_swap(b"a", None, Some(b"y")).await.unwrap(), "it exists");
    assert!(!store.compare_and_swap(b"a", None, None).await.unwrap(), "it exists");
    assert!(!store.compare_and_swap(b"a", Some(b"z"), Some(b"y")).await.unwrap());
    assert!(!store.compare_and_swap(b"a", Some(b"z"), None).await.unwrap());
    assert!(store.compare_and_swap(b"a", Some(b"x"), Some(b"")).await.unwrap());
    assert_eq!(store.get(b"a").await.unwrap().unwrap(), b"");
    assert!(store.compare_and_swap(b"a", Some(b""), None).await.unwrap());
    assert!(!store.compare_and_swap(b"a", Some(b""), None).await.unwrap(), "it is gone");
}

async fn prefixes_are_scanned_in_order(store: &dyn StateStore) {
    let keys: [&[u8]; 6] = [b"k/2", b"k/1", b"k/\xff\xff", b"k/", b"k", b"l/1"];
    for key in keys {
        assert!(store.compare_and_swap(key, None, Some(key)).await.unwrap());
    }
    let found = store.scan(b"k/").await.unwrap();
    let expected: [&[u8]; 4] = [b"k/", b"k/1", b"k/2", b"k/\xff\xff"];
    assert!(found.iter().all(|(key, value)| key == value));
    assert!(found.iter().map(|row| row.0.as_slice()).eq(expected), "{found:?}");
    assert_eq!(store.scan(b"").await.unwrap().len(), 6);
}

async fn what_is_too_long_is_refused(store: &dyn StateStore) {
    let (key, value) = (vec![1; KEY_BYTES_MAX], vec![2; VALUE_BYTES_MAX]);
    assert!(store.compare_and_swap(&key, None, Some(&value)).await.unwrap());
    assert_eq!(store.get(&key).await.unwrap(), Some(value.clone()));
    let long = [value, vec![0]].concat();
    let refused = store.compare_and_swap(b"v", None, Some(&long)).await;
    assert!(matches!(refused, Err(StateError::TooLong { what: "value", .. })));
    let refused = store.compare_and_swap(&[key, vec![0]].concat(), None, None).await;
    assert!(matches!(refused, Err(StateError::TooLong { what: "key", .. })));
}

async fn one_holds_a_lease(store: &dyn StateStore) {
    let (now, term) = (OffsetDateTime::UNIX_EPOCH, Duration::from_secs(10));
    assert!(store.lease(b"lease", "one", now, term).await.unwrap());
    assert!(!store.lease(b"lease", "two", now, term).await.unwrap(), "one holds it");
    assert!(store.lease(b"lease", "one", now + term / 2, term).await.unwrap(), "and renews it");
    assert!(store.lease(b"lease", "two", now + term * 2, term).await.unwrap(), "until it ends");
}

async fn of_changes_at_once_none_is_lost(store: Arc<dyn StateStore>) {
    let counting: Vec<_> = (0..8)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for _ in 0..10 {
                    count(&*store).await;
                }
            })
        })
        .collect();
    for counted in counting {
        counted.await.unwrap();
    }
    assert_eq!(store.get(b"counter").await.unwrap().unwrap(), 80_u64.to_be_bytes());
}

async fn count(store: &dyn StateStore) {
    loop {
        let old = store.get(b"counter").await.unwrap();
        let number = old.as_deref().map_or(0, |old| u64::from_be_bytes(old.try_into().unwrap()));
        let new = (number + 1).to_be_bytes();
        if store.compare_and_swap(b"counter", old.as_deref(), Some(&new)).await.unwrap() {
            return;
        }
    }
}
