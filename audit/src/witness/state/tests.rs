use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use super::*;
use crate::merkle::Tree;

const ORIGIN: &str = "example.com/log";

/// A log in memory, with a fork of it that differs from entry `split` on.
struct History {
    key: LogKey,
    tree: Tree,
}

impl History {
    fn new(key: &LogKey, size: u64, split: u64, name: &str) -> Self {
        let mut tree = Tree::default();
        for index in 0..size {
            let name = if index < split { "common" } else { name };
            tree.push(merkle::leaf_hash(format!("{name} {index}").as_bytes()));
        }
        Self { key: key.clone(), tree }
    }

    fn checkpoint(&self, size: u64) -> Checkpoint {
        Checkpoint::sign(&self.key, ORIGIN, size, self.tree.root(size).unwrap())
    }

    fn request(&self, old: u64, size: u64) -> String {
        let proof = self.tree.consistency(old, size).unwrap();
        AddCheckpoint { old, proof, checkpoint: self.checkpoint(size).note }.text()
    }
}

fn key() -> LogKey {
    LogKey::create(&tempfile::tempdir().unwrap().path().join("k")).unwrap()
}

fn verifier(key: &LogKey) -> Verifier {
    Verifier::new(ORIGIN.into(), key.verifying_key())
}

fn open(folder: &Path, key: &LogKey, log: &LogKey) -> Result<Witness, LogError> {
    Witness::open(folder, "w.example/1", key.clone(), vec![verifier(log)])
}

#[test]
fn a_growing_log_is_cosigned_and_remembered() {
    let (folder, log, own) = (tempfile::tempdir().unwrap(), key(), key());
    let history = History::new(&log, 20, 20, "a");
    let origin_sha256 = Sha256::of(ORIGIN.as_bytes()).to_string();
    {
        let witness = open(folder.path(), &own, &log).unwrap();
        assert_eq!(witness.latest(&origin_sha256), None);
        for (old, size) in [(0, 0), (0, 5), (5, 5), (5, 20)] {
            let line = witness.add_checkpoint(&history.request(old, size), 100 + size).unwrap();
            let cosigned = history.checkpoint(size).with_lines([line.as_str()]);
            let found = witness.cosigner().find(&cosigned.note).unwrap().unwrap();
            assert_eq!(found.time_unix_s, 100 + size);
            assert_eq!(witness.latest(&origin_sha256), Some(cosigned.note));
        }
        assert!(matches!(open(folder.path(), &own, &log), Err(LogError::InUse(_))));
    }
    let witness = open(folder.path(), &own, &log).unwrap();
    assert_eq!(
        witness.add_checkpoint(&history.request(5, 20), 1),
        Err(Refusal::Conflict { size: 20 })
    );
    // Time does not go back.
    let line = witness.add_checkpoint(&history.request(20, 20), 1).unwrap();
    let cosigned = history.checkpoint(20).with_lines([line.as_str()]);
    assert_eq!(witness.cosigner().find(&cosigned.note).unwrap().unwrap().time_unix_s, 120);
    // Another key did not cosign what is remembered.
    drop(witness);
    assert!(open(folder.path(), &key(), &log).is_err());
}

#[test]
fn every_refusal_of_the_specification() {
    let (folder, log, own) = (tempfile::tempdir().unwrap(), key(), key());
    let (history, fork) = (History::new(&log, 20, 20, "a"), History::new(&log, 20, 5, "b"));
    let stranger = History::new(&key(), 20, 20, "a");
    let witness = open(folder.path(), &own, &log).unwrap();
    witness.add_checkpoint(&history.request(0, 10), 1).unwrap();
    let empty = Checkpoint::sign(&log, ORIGIN, 0, Sha256::of(b"not empty")).note;
    let elsewhere = Checkpoint::sign(&log, "example.com/other", 1, Sha256::of(b"")).note;
    let with = |old, proof, checkpoint: &str| {
        AddCheckpoint { old, proof, checkpoint: checkpoint.to_owned() }.text()
    };
    let spoilt = history.checkpoint(12).note.replace("\n12\n", "\n13\n");
    let cases = [
        ("malformed", "nothing".to_owned()),
        ("malformed", with(0, vec![], "no note")),
        ("malformed", with(11, vec![], &history.checkpoint(10).note)),
        ("unknown", with(10, vec![], &elsewhere)),
        ("untrusted", stranger.request(10, 12)),
        ("untrusted", with(10, vec![], &spoilt)),
        ("conflict", history.request(0, 12)),
        ("conflict", history.request(9, 9)),
        ("conflict", with(0, vec![], &empty)),
        ("inconsistent", fork.request(10, 10)),
        ("inconsistent", fork.request(10, 20)),
        ("inconsistent", with(10, vec![], &history.checkpoint(12).note)),
        ("inconsistent", with(10, vec![Sha256::of(b"")], &history.checkpoint(10).note)),
    ];
    for (expected, body) in cases {
        let refusal = witness.add_checkpoint(&body, 1).unwrap_err();
        let found = match &refusal {
            Refusal::Malformed(_) => "malformed",
            Refusal::UnknownLog(_) => "unknown",
            Refusal::Untrusted(_) => "untrusted",
            Refusal::Conflict { size: 10 } => "conflict",
            Refusal::Inconsistent(_) => "inconsistent",
            _ => "other",
        };
        assert_eq!(found, expected, "{refusal}: {body}");
    }
    let fresh = open(tempfile::tempdir().unwrap().path(), &own, &log).unwrap();
    let refused = fresh.add_checkpoint(&with(0, vec![], &empty), 1);
    assert!(matches!(refused, Err(Refusal::Inconsistent(_))));
    let proof = with(0, vec![Sha256::of(b"")], &history.checkpoint(3).note);
    assert!(matches!(fresh.add_checkpoint(&proof, 1), Err(Refusal::Inconsistent(_))));
}

#[test]
fn a_log_may_have_two_keys_while_it_rotates() {
    let (folder, old, new) = (tempfile::tempdir().unwrap(), key(), key());
    let logs = vec![verifier(&old), verifier(&new)];
    let witness = Witness::open(folder.path(), "w", key(), logs).unwrap();
    let (before, after) = (History::new(&old, 9, 9, "a"), History::new(&new, 9, 9, "a"));
    witness.add_checkpoint(&before.request(0, 4), 1).unwrap();
    witness.add_checkpoint(&after.request(4, 9), 1).unwrap();
}

#[test]
fn damage_of_the_memory_is_never_taken_for_an_empty_one() {
    let (folder, log, own) = (tempfile::tempdir().unwrap(), key(), key());
    let history = History::new(&log, 20, 20, "a");
    open(folder.path(), &own, &log).unwrap().add_checkpoint(&history.request(0, 9), 1).unwrap();
    let path = folder.path().join(file(ORIGIN));
    let whole = fs::read(&path).unwrap();
    for cut in 0..whole.len() {
        fs::write(&path, &whole[..cut]).unwrap();
        assert!(open(folder.path(), &own, &log).is_err(), "cut at {cut}");
    }
    for at in 0..whole.len() {
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        fs::write(&path, &flipped).unwrap();
        // A flip in the log's own line leaves the witness's word whole.
        let reopened = open(folder.path(), &own, &log);
        let size = reopened.map(|witness| {
            witness.logs[ORIGIN].latest.lock().unwrap().checkpoint.as_ref().unwrap().size
        });
        assert!(size.is_err() || size.is_ok_and(|size| size == 9), "flip at {at}");
    }
    // What a crash in the middle of a replacement leaves beside it is not read.
    fs::write(&path, &whole).unwrap();
    fs::write(path.with_extension("new"), &whole[..whole.len() / 2]).unwrap();
    let witness = open(folder.path(), &own, &log).unwrap();
    witness.add_checkpoint(&history.request(9, 12), 1).unwrap();
}

/// A shelf that fails at one replacement: before it is done, or although it is.
#[derive(Debug)]
struct Faulty {
    shelf: FolderShelf,
    left: AtomicU32,
    kept: bool,
}

impl Shelf for Faulty {
    fn read(&self, name: &str) -> io::Result<Option<String>> {
        self.shelf.read(name)
    }

    fn replace(&self, name: &str, contents: &str) -> io::Result<()> {
        if self.left.fetch_sub(1, Ordering::SeqCst) > 1 {
            return self.shelf.replace(name, contents);
        }
        if self.kept {
            self.shelf.replace(name, contents)?;
        }
        Err(io::ErrorKind::StorageFull.into())
    }
}

#[test]
fn a_failed_write_releases_nothing_and_the_next_start_cosigns_no_fork() {
    for kept in [false, true] {
        let (folder, log, own) = (tempfile::tempdir().unwrap(), key(), key());
        let (history, fork) = (History::new(&log, 20, 20, "a"), History::new(&log, 20, 5, "b"));
        let shelf = FolderShelf::open(folder.path()).unwrap();
        let shelf = Faulty { shelf, left: AtomicU32::new(2), kept };
        let witness =
            Witness::over(Box::new(shelf), "w.example/1", own.clone(), vec![verifier(&log)])
                .unwrap();
        witness.add_checkpoint(&history.request(0, 8), 1).unwrap();
        for body in [history.request(8, 12), history.request(8, 12), fork.request(8, 12)] {
            let refused = witness.add_checkpoint(&body, 1);
            assert!(matches!(refused, Err(Refusal::Stopped(_))), "{refused:?}");
        }
        drop(witness);
        let witness = open(folder.path(), &own, &log).unwrap();
        let size = if kept { 12 } else { 8 };
        let refused = witness.add_checkpoint(&history.request(3, 20), 1);
        assert_eq!(refused, Err(Refusal::Conflict { size }));
        let refused = witness.add_checkpoint(&fork.request(size, 20), 1);
        assert!(matches!(refused, Err(Refusal::Inconsistent(_))));
        witness.add_checkpoint(&history.request(size, 20), 1).unwrap();
    }
}

#[test]
fn of_two_histories_raced_by_many_only_one_is_ever_cosigned() {
    let (folder, log, own) = (tempfile::tempdir().unwrap(), key(), key());
    let histories = Arc::new([History::new(&log, 200, 3, "a"), History::new(&log, 200, 3, "b")]);
    let witness = Arc::new(open(folder.path(), &own, &log).unwrap());
    witness.add_checkpoint(&histories[0].request(0, 3), 1).unwrap();
    let racers: Vec<_> = (0..8)
        .map(|racer: usize| {
            let (witness, histories) = (Arc::clone(&witness), Arc::clone(&histories));
            std::thread::spawn(move || {
                let (history, mut known, mut cosigned) = (&histories[racer % 2], 3, Vec::new());
                for size in (4..200).step_by(7) {
                    match witness.add_checkpoint(&history.request(known.min(size), size), 1) {
                        Ok(_) => {
                            cosigned.push(size);
                            known = size;
                        }
                        Err(Refusal::Conflict { size }) => known = size,
                        Err(_) => {}
                    }
                }
                cosigned
            })
        })
        .collect();
    let cosigned: Vec<Vec<u64>> = racers.into_iter().map(|racer| racer.join().unwrap()).collect();
    let of = |parity: usize| cosigned.iter().skip(parity).step_by(2).flatten().count();
    assert!((of(0) == 0) != (of(1) == 0), "one history was cosigned, the other was not");
}
