//! Bags of a log whose key was rotated, and that witnesses have cosigned.

use std::path::Path;

use super::{Files, everything};
use crate::{
    Cosigner, Event, Log, LogKey, LogOptions, Objects, Record, Verifier,
    export::{Enclosures, Exporter, Fault, check, names},
    rotation,
    witness::cosigned,
};

/// A bag of a log that was cosigned after two entries and then got another key.
struct Bag {
    _folder: tempfile::TempDir,
    files: Files,
    zip: std::path::PathBuf,
    first: Verifier,
}

async fn append(log: &Log) {
    log.append(Record::new(Event::PolicyLoaded, "press", "ada")).await.unwrap();
}

fn open(folder: &Path) -> Log {
    let key = rotation::current_key(&folder.join("log.key"), &folder.join("log")).unwrap();
    Log::open(&folder.join("log"), key, LogOptions::new("example.com/log")).unwrap()
}

impl Bag {
    async fn new() -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path();
        LogKey::create(&folder.join("log.key")).unwrap();
        let witness_key = LogKey::create(&folder.join("witness.key")).unwrap();
        let witness = Cosigner::new("witness.example", witness_key.verifying_key()).unwrap();
        let log = open(folder);
        append(&log).await;
        append(&log).await;
        let first = log.verifier().clone();
        let checkpoint = log.checkpoint_now().await.unwrap();
        let line = witness.sign(&witness_key, checkpoint.text(), 1_800_000_000);
        let checkpoint = checkpoint.with_lines([line.as_str()]);
        cosigned::store(&folder.join("log"), &first, &checkpoint).unwrap();
        let record = Record::new(Event::LogKeyRotated, "press", "operator");
        rotation::rotate(&log, &folder.join("log"), &folder.join("log.key"), record).await.unwrap();
        drop(log);
        let log = open(folder);
        append(&log).await;
        let enclosures = Enclosures {
            witnesses: vec![witness.vkey()],
            log_folder: Some(folder.join("log")),
            ..Enclosures::default()
        };
        let objects = Objects::open(&folder.join("objects")).unwrap();
        let exporter = Exporter::new(log, objects, enclosures);
        let exported = exporter.export(&everything(), folder, &|_, _| {}).await.unwrap();
        let (files, zip) = (Files::read(&exported.path), exported.path);
        Self { _folder: temporary, files, zip, first }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_knows_the_first_key_follows_the_bag_to_the_last() {
    let bag = Bag::new().await;
    let (files, zip) = (&bag.files, &bag.zip);
    let checked = check(zip, Some(&bag.first)).unwrap();
    assert_eq!(checked.entries, 4);
    let cosigned = "the first 2 entries are cosigned by witness.example";
    assert!(checked.notes.iter().any(|note| note.starts_with(cosigned)), "{:?}", checked.notes);
    files.check().unwrap();
    let stranger = LogKey::create(&zip.with_extension("key")).unwrap();
    let stranger = Verifier::new("example.com/log".into(), stranger.verifying_key());
    assert!(matches!(check(zip, Some(&stranger)), Err(Fault::Key { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_that_witnesses_have_not_seen_is_named() {
    let files = Bag::new().await.files;
    let changed = |change: &dyn Fn(&mut Files)| {
        let mut files = files.clone();
        change(&mut files);
        files.resign();
        files.check().unwrap_err().to_string()
    };
    let statement = files.0.keys().find(|name| name.starts_with(names::ROTATIONS)).unwrap();
    let without = changed(&|files| drop(files.0.remove(statement)));
    assert!(without.contains(names::COSIGNED), "signed by an unknown key: {without}");
    let unproved = changed(&|files| drop(files.0.remove(names::EXTENDED)));
    assert!(unproved.contains(names::EXTENDED), "{unproved}");
    let unseen = changed(&|files| drop(files.0.remove(names::COSIGNED)));
    assert!(unseen.contains(names::COSIGNED), "{unseen}");
    let another = changed(&|files| files.replace(names::EXTENDED, "old 2\n", "old 1\n"));
    assert!(another.contains("does not extend the cosigned checkpoint"), "{another}");
    let own = files.text(names::CHECKPOINT).to_owned();
    let uncosigned = changed(&|files| files.set(names::COSIGNED, own.clone()));
    assert!(uncosigned.contains("does not extend"), "{uncosigned}");
}
