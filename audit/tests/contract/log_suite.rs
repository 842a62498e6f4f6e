//! What every `LogStore` must do.

use audit::{
    Checkpoint, LogError, LogKey, LogStore,
    merkle::{self, Tree},
};

const ORIGIN: &str = "test/log";

/// A key in a file that is gone again.
pub(crate) fn key() -> LogKey {
    let folder = tempfile::tempdir().unwrap();
    LogKey::create(&folder.path().join("key")).unwrap()
}

/// Runs the suite; `open` opens the same store again whenever it is asked.
pub(crate) fn run(open: &mut dyn FnMut() -> Box<dyn LogStore>) {
    let mut entries: Vec<Vec<u8>> = Vec::new();
    let mut store = open();
    assert_eq!(read(&mut *store, 0), (0, vec![]), "a new store is empty");
    assert!(store.checkpoint().unwrap().is_none());

    append(&mut *store, &mut entries, &[b"one", b"", b"\0\xff"]);
    appending_nothing_changes_nothing(&mut *store, 3);
    append(&mut *store, &mut entries, &[b"four"]);
    let large = vec![vec![7_u8; 4096]; 256];
    let large: Vec<&[u8]> = large.iter().map(Vec::as_slice).collect();
    append(&mut *store, &mut entries, &large);
    append(&mut *store, &mut entries, &[b"last"]);
    what_does_not_follow_is_refused(&mut *store);
    everything_is_read(&mut *store, &entries);
    drop(store);

    let mut store = open();
    everything_is_read(&mut *store, &entries);
    append(&mut *store, &mut entries, &[b"after opening again"]);
    everything_is_read(&mut *store, &entries);
    let key = key();
    checkpoints_only_grow(&mut *store, &key, &entries);
    drop(store);

    let mut store = open();
    everything_is_read(&mut *store, &entries);
    let published = signed(&key, &tree(&entries), entries.len() as u64);
    assert_eq!(store.checkpoint().unwrap(), Some(published.note));
}

fn append(store: &mut dyn LogStore, known: &mut Vec<Vec<u8>>, new: &[&[u8]]) {
    let first = store.begin().unwrap();
    assert_eq!(first, known.len() as u64);
    let new: Vec<Vec<u8>> = new.iter().map(|entry| entry.to_vec()).collect();
    store.commit(first, &new).unwrap();
    known.extend(new);
}

fn appending_nothing_changes_nothing(store: &mut dyn LogStore, next: u64) {
    for _ in 0..2 {
        assert_eq!(store.begin().unwrap(), next);
        store.commit(next, &[]).unwrap();
    }
    assert_eq!(store.begin().unwrap(), next, "a right to append that was not used is given up");
    assert_eq!(store.begin().unwrap(), next);
    store.commit(next, &[]).unwrap();
}

fn what_does_not_follow_is_refused(store: &mut dyn LogStore) {
    let next = store.begin().unwrap();
    assert!(store.commit(next + 1, &[b"gap".to_vec()]).is_err());
    assert_eq!(store.begin().unwrap(), next);
    assert!(store.commit(next - 1, &[b"again".to_vec()]).is_err());
    assert_eq!(store.begin().unwrap(), next);
    store.commit(next, &[]).unwrap();
}

fn everything_is_read(store: &mut dyn LogStore, entries: &[Vec<u8>]) {
    let size = entries.len() as u64;
    for from in [0, 1, 3, 5, size - 1, size] {
        let (next, read) = read(store, from);
        assert_eq!(next, size);
        let known: Vec<_> =
            (from..).zip(entries[usize::try_from(from).unwrap()..].to_vec()).collect();
        assert!(read == known, "read from {from}");
    }
    let reader = store.reader();
    for (start, end) in
        [(0, size), (0, 1), (2, 5), (3, 3), (4, 300), (size - 1, size), (size, size)]
    {
        let known =
            &entries[usize::try_from(start).unwrap()..usize::try_from(end.min(size)).unwrap()];
        assert!(reader.entries(start, end.min(size)).unwrap() == known, "{start}..{end}");
    }
    let stop = |_: u64, _: Vec<u8>| Err(LogError::Closed);
    assert!(matches!(store.read(0, &mut { stop }), Err(LogError::Closed)), "errors come through");
    // An interrupted read leaves nothing behind.
    assert_eq!(self::read(store, 0).0, size);
}

fn checkpoints_only_grow(store: &mut dyn LogStore, key: &LogKey, entries: &[Vec<u8>]) {
    let tree = tree(entries);
    let size = entries.len() as u64;
    for size in [3, 4, size] {
        assert!(store.integrates().unwrap(), "nobody else is there");
        let checkpoint = signed(key, &tree, size);
        store.publish(&checkpoint, &tree).unwrap();
        assert_eq!(store.checkpoint().unwrap(), Some(checkpoint.note));
    }
    let last = signed(key, &tree, size);
    store.publish(&last, &tree).unwrap();
    let smaller = store.publish(&signed(key, &tree, 3), &tree);
    assert!(matches!(smaller, Err(LogError::Superseded { offered: 3, .. })), "{smaller:?}");
    let other = Checkpoint::sign(key, ORIGIN, size, merkle::empty_root());
    let other = store.publish(&other, &tree);
    assert!(matches!(other, Err(LogError::Forked(_))), "{other:?}");
    assert_eq!(store.checkpoint().unwrap(), Some(last.note));
}

fn read(store: &mut dyn LogStore, from: u64) -> (u64, Vec<(u64, Vec<u8>)>) {
    let mut found = Vec::new();
    let next = store.read(from, &mut |index, entry| {
        found.push((index, entry));
        Ok(())
    });
    (next.unwrap(), found)
}

fn tree(entries: &[Vec<u8>]) -> Tree {
    let mut tree = Tree::default();
    entries.iter().for_each(|entry| tree.push(merkle::leaf_hash(entry)));
    tree
}

fn signed(key: &LogKey, tree: &Tree, size: u64) -> Checkpoint {
    Checkpoint::sign(key, ORIGIN, size, tree.root(size).unwrap())
}
