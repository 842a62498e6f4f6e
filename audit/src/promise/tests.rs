use std::path::PathBuf;

use super::*;
use crate::{
    Event, Exporter, Log, LogKey, LogOptions, Objects, Plan, Record, export, export::plan::Author,
    verify_log,
};

struct Place(tempfile::TempDir, LogKey);

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = LogKey::create(&folder.path().join("k")).unwrap();
        Self(folder, key)
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn open(&self, name: &str) -> Result<Log, LogError> {
        Log::open(&self.folder(name), self.1.clone(), LogOptions::new("test/log"))
    }

    /// A log of `n` records; two of different names share nothing.
    async fn made(&self, name: &str, n: usize) -> Checkpoint {
        let log = self.open(name).unwrap();
        for _ in 0..n {
            log.append(Record::new(Event::PolicyLoaded, name, "a")).await.unwrap();
        }
        log.checkpoint_now().await.unwrap()
    }

    fn verifier(&self) -> Verifier {
        Verifier::new("test/log".into(), self.1.verifying_key())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_contradicts_its_cosigned_checkpoint_does_not_open() {
    let place = Place::new();
    let (three, fork) = (place.made("one", 3).await, place.made("two", 5).await);
    let five = place.made("one", 2).await;
    assert_eq!(five.size, 5);
    let (folder, verifier) = (place.folder("one"), place.verifier());
    for (promised, expected) in [(&three, "opens"), (&five, "opens"), (&fork, "fork")] {
        cosigned::store(&folder, &verifier, promised).unwrap();
        let opened = match place.open("one") {
            Ok(_) => "opens",
            Err(LogError::Forked(_)) => "fork",
            Err(error) => panic!("{error}"),
        };
        assert_eq!(opened, expected);
    }
    // Rolled back with its own checkpoint, as from an old backup.
    let ahead = place.made("one-more", 9).await;
    cosigned::store(&place.folder("two"), &verifier, &ahead).unwrap();
    assert!(matches!(place.open("two"), Err(LogError::Behind { found: 5, promised: 9 })));
    assert!(cosigned::store(&place.folder("two"), &verifier, &three).is_err(), "never smaller");
    // What the log did not sign is not taken for its word.
    let stranger = Place::new();
    let foreign = stranger.made("x", 1).await;
    std::fs::write(folder.join("checkpoint.cosigned"), foreign.note).unwrap();
    assert!(matches!(place.open("one"), Err(LogError::Note { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_checkpoint_catches_a_fork_and_a_rollback_of_log_and_export() {
    let place = Place::new();
    let three = place.made("one", 3).await;
    let saved = place.made("one", 1).await;
    let other = place.made("two", 6).await;
    let bundle = place.folder("bundle.zip");
    let objects = Objects::open(&place.folder("objects")).unwrap();
    let exporter =
        Exporter::new(place.open("one").unwrap(), objects, export::Enclosures::default());
    let everything = Plan::everything(Author::operator());
    exporter.export(&everything, &bundle, &|_, _| {}).await.unwrap();
    drop(exporter);
    export::check(&bundle, None).unwrap();
    let unpacked = place.folder("unpacked");
    zip::ZipArchive::new(fs::File::open(&bundle).unwrap()).unwrap().extract(&unpacked).unwrap();
    let unpacked = fs::read_dir(&unpacked).unwrap().next().unwrap().unwrap().path();
    let log_extends = |name: &str, saved: &Checkpoint| {
        verify_log(&place.folder(name), &place.verifier()).unwrap().extends(saved)
    };
    for saved in [&three, &saved] {
        log_extends("one", saved).unwrap();
        export_extends(&bundle, saved).unwrap();
        export_extends(&unpacked, saved).unwrap();
    }
    let refused = log_extends("two", &saved);
    assert!(matches!(refused, Err(LogError::Forked(_))));
    let refused = log_extends("one", &other);
    assert!(matches!(refused, Err(LogError::Behind { found: 5, promised: 6 })));
    for path in [&bundle, &unpacked] {
        let refused = export_extends(path, &other);
        assert!(matches!(refused, Err(LogError::Behind { .. })));
    }
    assert!(matches!(export_extends(&place.folder("none"), &saved), Err(LogError::File { .. })));
}
