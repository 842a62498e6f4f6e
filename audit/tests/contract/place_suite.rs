//! What every `Place` must do, and `Objects` in it.

use std::time::Duration;

use audit::{ObjectError, Objects, Place, place::Below};
use types::Sha256;

/// Runs the suite on an empty place.
pub(crate) async fn run(place: Place) {
    of_creations_at_once_one_counts(&place).await;
    of_swaps_at_once_none_is_lost(&place).await;
    run_in_turn(place).await;
}

/// The part in which nothing happens at once.
pub(crate) async fn run_in_turn(place: Place) {
    a_name_is_given_once(&place).await;
    only_what_was_seen_is_replaced(&place).await;
    several_names_are_given_at_once(&place).await;
    what_lies_below_a_name_is_listed(&place).await;
    what_is_removed_is_gone(&place).await;
    assert!(!place.keeps_versions("probe").await.unwrap());
    assert!(place.keeps_conditions("another-probe").await.unwrap());
    let objects = Objects::at(place);
    let digest = objects.put(b"picture").await.unwrap();
    assert_eq!(objects.put(b"picture").await.unwrap(), digest);
    assert_eq!(objects.get(&digest).await.unwrap(), b"picture");
    let both = objects.put_all([b"picture", b"manifest"]).await.unwrap();
    assert_eq!(both, [digest, Sha256::of(b"manifest")]);
    assert_eq!(objects.get(&both[1]).await.unwrap(), b"manifest");
    let missing = objects.get(&Sha256::of(b"other")).await;
    assert!(matches!(missing, Err(ObjectError::Missing(_))));
}

async fn a_name_is_given_once(place: &Place) {
    assert!(place.read("log/tile/0/001").await.unwrap().is_none());
    assert!(place.create("log/tile/0/001", b"one".to_vec()).await.unwrap());
    for again in [b"one", b"two"] {
        assert!(!place.create("log/tile/0/001", again.to_vec()).await.unwrap());
    }
    assert_eq!(place.read("log/tile/0/001").await.unwrap().unwrap().bytes, b"one");
}

async fn several_names_are_given_at_once(place: &Place) {
    let file = |name: &str, bytes: &[u8]| (name.to_owned(), bytes.to_vec());
    let new = vec![file("several/one", b"1"), file("several/more/two", b"2")];
    assert_eq!(place.create_all(new).await.unwrap(), [true, true]);
    let again = vec![file("several/three", b"3"), file("several/one", b"x")];
    assert_eq!(place.create_all(again).await.unwrap(), [true, false]);
    for (name, bytes) in
        [("several/one", b"1"), ("several/more/two", b"2"), ("several/three", b"3")]
    {
        assert_eq!(place.read(name).await.unwrap().unwrap().bytes, bytes);
    }
}

async fn what_lies_below_a_name_is_listed(place: &Place) {
    let below = place.below("several").await.unwrap();
    assert_eq!(below.objects, ["one", "three"]);
    assert_eq!(below.folders, ["more"]);
    assert_eq!(place.below("nothing").await.unwrap(), Below::default());
    let start =
        |name: &'static str, bytes| async move { place.beginning(name, bytes).await.unwrap() };
    assert_eq!(start("log/tile/0/001", 2).await.unwrap(), b"on");
    assert_eq!(start("log/tile/0/001", 2000).await.unwrap(), b"one");
    assert!(start("log/none", 1).await.is_none());
}

async fn what_is_removed_is_gone(place: &Place) {
    let name = "several/one";
    let seen = place.read(name).await.unwrap().unwrap();
    assert!(seen.age() < Duration::from_secs(60));
    assert!(place.swap_wiping(name, &seen, b"2".to_vec()).await.unwrap());
    assert!(
        !place.swap_wiping(name, &seen, b"3".to_vec()).await.unwrap(),
        "1 is not there any more"
    );
    assert_eq!(place.read(name).await.unwrap().unwrap().bytes, b"2");
    for _ in 0..2 {
        place.remove(name).await.unwrap();
        assert!(place.read(name).await.unwrap().is_none());
    }
    assert!(place.create(name, b"1".to_vec()).await.unwrap(), "the name is free again");
}

async fn of_creations_at_once_one_counts(place: &Place) {
    let creating: Vec<_> = (0..8_u8)
        .map(|n| {
            let place = place.clone();
            tokio::spawn(async move { place.create("log/tile/0/000", vec![n; 100]).await.unwrap() })
        })
        .collect();
    let mut created = Vec::new();
    for (n, creating) in (0..8_u8).zip(creating) {
        if creating.await.unwrap() {
            created.push(n);
        }
    }
    let [one] = created[..] else { panic!("created by {created:?}") };
    assert_eq!(place.read("log/tile/0/000").await.unwrap().unwrap().bytes, [one; 100]);
}

async fn only_what_was_seen_is_replaced(place: &Place) {
    let name = "log/checkpoint";
    assert!(place.swap(name, None, b"1".to_vec()).await.unwrap());
    assert!(!place.swap(name, None, b"x".to_vec()).await.unwrap(), "it is there");
    let one = place.read(name).await.unwrap().unwrap();
    assert!(place.swap(name, Some(&one), b"2".to_vec()).await.unwrap());
    assert!(!place.swap(name, Some(&one), b"3".to_vec()).await.unwrap(), "1 is not there any more");
    assert_eq!(place.read(name).await.unwrap().unwrap().bytes, b"2");
}

async fn of_swaps_at_once_none_is_lost(place: &Place) {
    assert!(place.create("count", counted(0, 0)).await.unwrap());
    let counting: Vec<_> = (1..=4)
        .map(|who| {
            let place = place.clone();
            tokio::spawn(async move {
                for _ in 0..5 {
                    count(&place, who).await;
                }
            })
        })
        .collect();
    for done in counting {
        done.await.unwrap();
    }
    assert_eq!(number(&place.read("count").await.unwrap().unwrap().bytes), 20);
}

/// A number and who wrote it: whoever writes the same bytes at once has written them, too.
fn counted(number: u64, who: u64) -> Vec<u8> {
    [number.to_be_bytes(), who.to_be_bytes()].concat()
}

fn number(bytes: &[u8]) -> u64 {
    u64::from_be_bytes(*bytes.first_chunk().unwrap())
}

async fn count(place: &Place, who: u64) {
    loop {
        let seen = place.read("count").await.unwrap().unwrap();
        let next = counted(number(&seen.bytes) + 1, who);
        if place.swap("count", Some(&seen), next).await.unwrap() {
            return;
        }
    }
}
