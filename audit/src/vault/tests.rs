//! The vault as a whole: kept, erased, held, expired, restored.

use types::{MediaType, RequestId};

mod shared;

use super::*;
use crate::{Event, LogKey, LogOptions};

struct Room {
    folder: tempfile::TempDir,
    /// Where several gateways keep their vault.
    place: Option<Place>,
}

impl Room {
    /// With a vault in a folder of its own.
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), place: None }
    }

    /// With one in a place that others reach.
    fn shared(place: impl FnOnce(&Path) -> Place) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = Some(place(&folder.path().join("objects")));
        Self { folder, place }
    }

    fn vault(&self) -> Vault {
        self.vault_of("vault")
    }

    /// The vault as one of several gateways sees it.
    fn vault_of(&self, gateway: &str) -> Vault {
        let (folder, key) = (self.folder.path().join(gateway), EvidenceKey::new([3; 32]));
        match self.place.clone() {
            Some(place) => {
                Vault::shared(place, Arc::new(Driver::start().unwrap()), &folder, key).unwrap()
            }
            None => Vault::open(&folder, key).unwrap(),
        }
    }

    fn log(&self) -> Log {
        let path = self.folder.path().join("log.key");
        let key = LogKey::load(&path).or_else(|_| LogKey::create(&path)).unwrap();
        let folder = self.folder.path().join("log");
        let options = LogOptions { segment_bytes: 64 << 10, ..LogOptions::new("test/log") };
        Log::open(&folder, key, options).unwrap()
    }

    fn copy(&self, from: &str, to: &str) {
        copy(&self.folder.path().join(from), &self.folder.path().join(to));
    }
}

/// One of each kind: what a vault promises does not depend on where it is.
fn rooms() -> [Room; 3] {
    let memory = |_: &Path| Place::on(Arc::new(object_store::memory::InMemory::new()));
    [Room::new(), Room::shared(|path| Place::folder(path).unwrap()), Room::shared(memory)]
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn ada() -> Subject {
    "0000000000000000000000000000ada0".parse().unwrap()
}

fn grace() -> Subject {
    "000000000000000000000000000face0".parse().unwrap()
}

fn keep(vault: &Vault, subject: Subject, text: &str, log_size: u64) -> Kept {
    let deposit = Deposit {
        subject,
        tenant: "press",
        request_id: RequestId::new(),
        kind: Kind::Prompt,
        media_type: MediaType::PlainText,
        bytes: text.as_bytes(),
    };
    vault.keep(&deposit, || log_size).unwrap()
}

fn text(vault: &Vault, kept: &Kept) -> String {
    let entry = vault.entry(kept.entry.id).unwrap();
    String::from_utf8(vault.reveal(&entry).unwrap().to_vec()).unwrap()
}

/// A record that a person was erased.
async fn record(log: &Log, subject: Subject) -> u64 {
    let mut record = Record::new(Event::Erased, "press", "operator");
    record.vault = Some(VaultRecord { subject: Some(subject), ..VaultRecord::default() });
    log.append(record).await.unwrap().index
}

#[test]
fn originals_come_back_after_a_restart_and_each_person_has_a_key() {
    for room in rooms() {
        let vault = room.vault();
        let (one, two) = (keep(&vault, ada(), "one", 0), keep(&vault, grace(), "two", 0));
        assert_eq!((text(&vault, &one), text(&vault, &two)), ("one".into(), "two".into()));
        drop(vault);
        let vault = room.vault();
        assert_eq!((text(&vault, &one), text(&vault, &two)), ("one".into(), "two".into()));
        assert_eq!(
            vault.confirms(ada(), Kind::Prompt, b"one", &one.commitment).unwrap(),
            Some(true)
        );
        assert_eq!(
            vault.confirms(ada(), Kind::Prompt, b"two", &one.commitment).unwrap(),
            Some(false)
        );
    }
}

#[test]
fn another_evidence_key_or_a_missing_key_file_refuses_to_open() {
    let room = Room::new();
    keep(&room.vault(), ada(), "one", 0);
    let folder = room.folder.path().join("vault");
    let opened = Vault::open(&folder, EvidenceKey::new([4; 32]));
    assert!(matches!(opened, Err(VaultError::WrongKey)));
    fs::remove_file(folder.join("keys")).unwrap();
    let opened = Vault::open(&folder, EvidenceKey::new([3; 32]));
    assert!(matches!(opened, Err(VaultError::KeysMissing(_))));
}

#[test]
fn an_erased_person_is_gone_and_the_commitment_says_nothing_any_more() {
    for room in rooms() {
        let vault = room.vault();
        let (one, two) = (keep(&vault, ada(), "yes", 0), keep(&vault, grace(), "two", 0));
        assert_eq!(vault.erase(ada(), Ground::Request).unwrap(), 1);
        assert!(matches!(vault.entry(one.entry.id), Err(VaultError::Unknown(_))));
        assert_eq!(vault.confirms(ada(), Kind::Prompt, b"yes", &one.commitment).unwrap(), None);
        assert_eq!(text(&vault, &two), "two");
        let again = vault.commit(ada(), || 0, Kind::Prompt, b"yes");
        assert!(matches!(again, Err(VaultError::Erasing)), "not before it is on record");
        vault.recorded(ada()).unwrap();
        assert_ne!(vault.commit(ada(), || 1, Kind::Prompt, b"yes").unwrap(), one.commitment);
    }
}

#[test]
fn an_erasure_that_was_cut_off_between_key_and_files_is_completed() {
    let room = Room::new();
    keep(&room.vault(), ada(), "one", 0);
    room.copy("vault/entries", "aside");
    room.vault().erase(ada(), Ground::Request).unwrap();
    room.copy("aside", "vault/entries");
    let vault = room.vault();
    assert!(vault.entries_of(ada()).unwrap().is_empty());
    assert_eq!(vault.unrecorded().unwrap(), [(ada(), Ground::Request)]);
}

#[tokio::test]
async fn a_restored_vault_loses_again_who_was_erased_since() {
    let room = Room::new();
    let (vault, log) = (room.vault(), room.log());
    let (old, other) = (keep(&vault, ada(), "old", log.size()), keep(&vault, grace(), "x", 0));
    drop(vault);
    room.copy("vault", "backup");
    let vault = room.vault();
    vault.erase(ada(), Ground::Request).unwrap();
    record(&log, ada()).await;
    vault.recorded(ada()).unwrap();
    drop(vault);

    fs::remove_dir_all(room.folder.path().join("vault")).unwrap();
    room.copy("backup", "vault");
    let vault = room.vault();
    assert_eq!(text(&vault, &old), "old", "the backup brought it back");
    assert_eq!(vault.follow(&log).unwrap(), 1);
    assert!(!vault.knows(ada()).unwrap() && vault.unrecorded().unwrap().is_empty());
    assert!(matches!(vault.entry(old.entry.id), Err(VaultError::Unknown(_))));
    assert_eq!(text(&vault, &other), "x");
    let new = keep(&vault, ada(), "new", log.size());
    drop(vault);
    fs::remove_file(room.folder.path().join("vault/ledger")).unwrap();
    let vault = room.vault();
    assert_eq!(vault.follow(&log).unwrap(), 0, "a person who came back stays");
    assert_eq!(text(&vault, &new), "new");
}

#[tokio::test]
async fn a_copy_of_the_log_or_an_export_is_enough_to_repeat_erasures() {
    let room = Room::new();
    let (vault, log) = (room.vault(), room.log());
    let gone = keep(&vault, ada(), "old", log.size());
    let (single, stays) = (keep(&vault, grace(), "x", 0), keep(&vault, grace(), "y", 0));
    drop(vault);
    record(&log, ada()).await;
    let mut partial = Record::new(Event::Erased, "press", "operator");
    partial.vault = Some(VaultRecord { entries: vec![single.entry], ..VaultRecord::default() });
    log.append(partial).await.unwrap();
    let export = room.folder.path().join("export.zip");
    let objects = crate::Objects::open(&room.folder.path().join("objects")).unwrap();
    let exporter = crate::Exporter::new(log.clone(), objects, crate::export::Enclosures::default());
    let everything = crate::Plan::everything(crate::export::Author::operator());
    exporter.export(&everything, &export, &|_, _| {}).await.unwrap();
    drop(exporter);
    drop(log);
    // The log records the export, too.
    for (number, (source, known)) in
        [(export, 2), (room.folder.path().join("log"), 3)].iter().enumerate()
    {
        let erasures = Erasures::read(source).unwrap();
        assert_eq!((erasures.count(), erasures.known), (2, *known), "{}", source.display());
        let copy = format!("copy{number}");
        room.copy("vault", &copy);
        let folder = room.folder.path().join(copy);
        assert_eq!(replay(&folder, &erasures).unwrap(), 2);
        let vault = Vault::open(&folder, EvidenceKey::new([3; 32])).unwrap();
        assert!(vault.entry(gone.entry.id).is_err() && vault.entry(single.entry.id).is_err());
        assert_eq!(text(&vault, &stays), "y");
    }
}

#[tokio::test]
async fn holds_follow_the_log_and_keep_what_would_expire() {
    for room in rooms() {
        let (vault, log) = (room.vault(), room.log());
        let (one, two) = (keep(&vault, ada(), "one", 0), keep(&vault, ada(), "two", 0));
        let later = time::OffsetDateTime::now_utc() + time::Duration::days(1);
        assert_eq!(vault.expired(later).unwrap().len(), 2);
        assert!(vault.expired(later - time::Duration::days(2)).unwrap().is_empty());
        let mut added = Record::new(Event::HoldAdded, "press", "auditor");
        added.vault =
            Some(VaultRecord { scope: Some(Scope::Entry(one.entry.id)), ..VaultRecord::default() });
        let index = log.append(added).await.unwrap().index;
        vault.follow(&log).unwrap();
        assert_eq!(vault.holds().len(), 1);
        let expired: Vec<VaultId> =
            vault.expired(later).unwrap().iter().map(|entry| entry.id).collect();
        assert_eq!(expired, [two.entry.id]);
        drop(vault);
        assert_eq!(room.vault().holds().len(), 1, "also after a restart");
        let mut released = Record::new(Event::HoldReleased, "press", "auditor");
        released.vault = Some(VaultRecord { about: Some(index), ..VaultRecord::default() });
        log.append(released).await.unwrap();
        let vault = room.vault();
        vault.follow(&log).unwrap();
        assert!(vault.holds().is_empty());
        assert_eq!(vault.expired(later).unwrap().len(), 2);
    }
}

#[test]
fn a_key_of_which_nothing_is_kept_is_idle_after_its_term() {
    for room in rooms() {
        let vault = room.vault();
        vault.commit(ada(), || 0, Kind::Prompt, b"x").unwrap();
        keep(&vault, grace(), "y", 0);
        let now = time::OffsetDateTime::now_utc();
        assert_eq!(vault.idle(now + time::Duration::days(1)).unwrap(), [ada()]);
        assert!(vault.idle(now - time::Duration::days(1)).unwrap().is_empty());
    }
}

#[test]
fn many_who_keep_and_one_who_erases_do_not_disturb_each_other() {
    for room in rooms() {
        let vault = room.vault();
        std::thread::scope(|scope| {
            for number in 0..4 {
                let vault = vault.clone();
                scope.spawn(move || {
                    for turn in 0..8 {
                        let kept = keep(&vault, grace(), &format!("{number}/{turn}"), 0);
                        assert_eq!(text(&vault, &kept), format!("{number}/{turn}"));
                    }
                });
            }
            let vault = vault.clone();
            scope.spawn(move || {
                for _ in 0..8 {
                    keep(&vault, ada(), "x", 0);
                    vault.erase(ada(), Ground::Request).unwrap();
                    vault.recorded(ada()).unwrap();
                }
            });
        });
        assert_eq!(vault.entries_of(grace()).unwrap().len(), 32);
        assert!(vault.entries_of(ada()).unwrap().is_empty());
    }
}
