use super::*;
use crate::{LogOptions, merkle, verify_log};

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        LogKey::create(&place.key_file()).unwrap();
        place
    }

    fn key_file(&self) -> PathBuf {
        self.0.path().join("log.key")
    }

    fn folder(&self) -> PathBuf {
        self.0.path().join("log")
    }

    fn open(&self) -> Log {
        let key = current_key(&self.key_file(), &self.folder()).unwrap();
        Log::open(&self.folder(), key, LogOptions::new("test/log")).unwrap()
    }

    async fn append(&self, log: &Log) -> types::Receipt {
        log.append(record()).await.unwrap()
    }
}

fn record() -> Record {
    Record::new(Event::PolicyLoaded, "press", "actor")
}

#[tokio::test(flavor = "multi_thread")]
async fn old_receipts_and_proofs_verify_through_the_chain_and_the_old_key_ends() {
    let place = Place::new();
    let log = place.open();
    let receipt = place.append(&log).await;
    log.checkpoint_now().await.unwrap();
    let (old_proof, old_checkpoint) = (log.proof(0).unwrap(), log.checkpoint());
    let (old_key, old_vkey) = (LogKey::load(&place.key_file()).unwrap(), log.verifier().vkey());
    let known = Verifier::parse(&old_vkey).unwrap();
    let statement = rotate(&log, &place.folder(), &place.key_file(), record()).await.unwrap();
    assert_eq!(Rotation::parse(&statement.note).unwrap(), statement);
    drop(log);
    let log = place.open();
    assert_ne!(log.verifier().vkey(), old_vkey);
    let both = log.checkpoint();
    assert_eq!(log.verifier().lines(&both.note).len(), 2, "the one at the rotation has both");
    let newer = place.append(&log).await;
    let checkpoint = log.checkpoint_now().await.unwrap();
    assert_eq!(log.verifier().lines(&checkpoint.note).len(), 1);

    // Whoever knows only the first key follows the statements.
    assert!(Checkpoint::open(&checkpoint.note, &known).is_err());
    let chain = chain(&statements(&place.folder()).unwrap(), known).unwrap();
    assert_eq!(Checkpoint::open(&checkpoint.note, &chain).unwrap(), checkpoint);
    assert!(Checkpoint::open(&old_checkpoint.note, &chain).is_ok());
    assert!(chain.verifies_receipt(&receipt) && chain.verifies_receipt(&newer));
    assert!(old_proof.verifies(&log.entry(0).unwrap(), &chain));
    assert_eq!(verify_log(&place.folder(), &chain).unwrap().entries, 3);

    // The old key can sign no more.
    let late = Checkpoint::sign(&old_key, "test/log", 3, checkpoint.root);
    assert!(Checkpoint::open(&late.note, &chain).is_err());
    let receipt = note::receipt(&old_key, "test/log", 2, merkle::leaf_hash(b"late"));
    assert!(!chain.verifies_receipt(&receipt));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_at_any_step_leaves_the_old_or_the_new_key_in_force() {
    let place = Place::new();
    {
        let log = place.open();
        place.append(&log).await;
    }
    let old = LogKey::load(&place.key_file()).unwrap();
    // Before the statement: the new key waits and nothing has changed.
    let waiting = LogKey::load_or_create(&next(&place.key_file())).unwrap();
    let vkey = Verifier::new("test/log".into(), old.verifying_key()).vkey();
    assert_eq!(place.open().verifier().vkey(), vkey);
    {
        let log = place.open();
        rotate(&log, &place.folder(), &place.key_file(), record()).await.unwrap();
    }
    // After the statement, and after the old key was set aside.
    for _ in 0..2 {
        let taken = current_key(&place.key_file(), &place.folder()).unwrap();
        assert_eq!(taken.verifying_key(), waiting.verifying_key());
        let retired = fs::read_dir(place.0.path()).unwrap().flatten();
        let retired: Vec<_> = retired
            .filter(|entry| entry.file_name().to_string_lossy().contains("retired"))
            .collect();
        assert_eq!(retired.len(), 1);
        fs::rename(place.key_file(), next(&place.key_file())).unwrap();
        fs::copy(retired[0].path(), place.key_file()).unwrap();
    }
    current_key(&place.key_file(), &place.folder()).unwrap();
    // A key that the statements do not name is refused.
    fs::remove_file(place.key_file()).unwrap();
    LogKey::create(&place.key_file()).unwrap();
    let refused = current_key(&place.key_file(), &place.folder()).unwrap_err();
    assert!(refused.to_string().contains("rotated to test/log+"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_is_refused_when_a_link_is_missing_changed_or_another_logs() {
    let place = Place::new();
    let first = LogKey::load(&place.key_file()).unwrap();
    for _ in 0..3 {
        let log = place.open();
        rotate(&log, &place.folder(), &place.key_file(), record()).await.unwrap();
    }
    drop(place.open());
    let links = statements(&place.folder()).unwrap();
    assert_eq!(links.len(), 3);
    let known = || Verifier::new("test/log".into(), first.verifying_key());
    assert_eq!(chain(&links, known()).unwrap().vkeys().count(), 4);
    let without = |n: usize| {
        let kept = links.iter().enumerate().filter(|(place, _)| *place != n);
        kept.map(|(_, link)| link.clone()).collect::<Vec<_>>()
    };
    assert!(chain(&without(0), known()).is_err(), "it does not name the known key");
    assert!(chain(&without(1), known()).is_err());
    let stranger = LogKey::create(&place.0.path().join("stranger")).unwrap();
    assert!(chain(&links, Verifier::new("test/log".into(), stranger.verifying_key())).is_err());
    assert!(chain(&links, Verifier::new("test/other".into(), first.verifying_key())).is_err());
    let note = &links[0].note;
    for changed in [
        note.replace("\ntest/log\n1\n", "\ntest/log\n2\n"),
        note.trim_end().rsplit_once('\n').unwrap().0.to_owned() + "\n",
        note.replace("rotation v1", "rotation v2"),
    ] {
        assert!(Rotation::parse(&changed).is_err(), "{changed}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in "(imprimatur log key rotation v1\n)?[a-z0-9+=/\n]{0,40}\n\n— a [A-Za-z=]{0,12}\n") {
        drop(Rotation::parse(&text));
    }
}
