//! Several gateways with one vault.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    thread,
};

use object_store::aws::AmazonS3Builder;

use super::*;

fn room() -> Room {
    Room::shared(|path| Place::folder(path).unwrap())
}

#[test]
fn what_one_gateway_keeps_another_reads() {
    let room = room();
    let (one, two) = (room.vault_of("one"), room.vault_of("two"));
    let (first, second) = (keep(&one, ada(), "first", 0), keep(&two, ada(), "second", 0));
    assert_eq!((text(&two, &first), text(&one, &second)), ("first".into(), "second".into()));
    let confirmed = two.confirms(ada(), Kind::Prompt, b"first", &first.commitment);
    assert_eq!(confirmed.unwrap(), Some(true), "a person has one key everywhere");
    let sealed = one.seal(ada(), || 0, "profile", b"likes short words").unwrap();
    let opened = two.unseal(ada(), "profile", &sealed).unwrap().unwrap();
    assert_eq!(opened.as_slice(), b"likes short words");
    assert_eq!(two.entries_of(ada()).unwrap().len(), 2);
}

#[test]
fn whom_one_gateway_erases_no_other_keeps_under_the_old_key() {
    let room = room();
    let (one, two) = (room.vault_of("one"), room.vault_of("two"));
    let kept = keep(&one, ada(), "first", 0);
    assert_eq!(text(&two, &kept), "first", "the other remembers the key");
    assert_eq!(one.erase(ada(), Ground::Request).unwrap(), 1);
    let meanwhile = two.commit(ada(), || 0, Kind::Prompt, b"first");
    assert!(matches!(meanwhile, Err(VaultError::Erasing)), "{meanwhile:?}");
    assert!(two.entries_of(ada()).unwrap().is_empty(), "what was begun is undone");
    one.recorded(ada()).unwrap();
    let again = keep(&two, ada(), "first", 1);
    assert_ne!(again.commitment, kept.commitment);
    assert_eq!(text(&one, &again), "first");
    assert!(matches!(one.entry(kept.entry.id), Err(VaultError::Unknown(_))));
}

/// A gateway remembers a key until it reads the record of the erasure.
#[tokio::test]
async fn a_gateway_that_follows_the_log_forgets_whom_another_has_erased() {
    let room = room();
    let (one, two, log) = (room.vault_of("one"), room.vault_of("two"), room.log());
    let sealed = one.seal(ada(), || log.size(), "profile", b"x").unwrap();
    assert!(two.unseal(ada(), "profile", &sealed).unwrap().is_some());
    one.erase(ada(), Ground::Request).unwrap();
    record(&log, ada()).await;
    one.recorded(ada()).unwrap();
    let new = keep(&one, ada(), "new", log.size());
    assert_eq!(two.follow(&log).unwrap(), 0, "there is nothing left to erase");
    assert!(two.unseal(ada(), "profile", &sealed).unwrap().is_none());
    assert_eq!(text(&two, &new), "new", "whoever came back stays");
}

#[tokio::test]
async fn who_was_erased_is_erased_again_when_the_place_comes_back_from_a_backup() {
    let room = room();
    let log = room.log();
    let vault = room.vault_of("one");
    let old = keep(&vault, ada(), "old", log.size());
    vault.follow(&log).unwrap();
    room.copy("objects", "backup");
    vault.erase(ada(), Ground::Request).unwrap();
    record(&log, ada()).await;
    vault.recorded(ada()).unwrap();
    vault.follow(&log).unwrap();
    drop(vault);

    fs::remove_dir_all(room.folder.path().join("objects")).unwrap();
    room.copy("backup", "objects");
    let vault = room.vault_of("one");
    assert_eq!(text(&vault, &old), "old", "the backup brought it back");
    assert_eq!(vault.follow(&log).unwrap(), 1, "although this gateway had read the record");
    assert!(matches!(vault.entry(old.entry.id), Err(VaultError::Unknown(_))));
    drop(vault);
    assert_eq!(room.vault_of("one").follow(&log).unwrap(), 0);
}

#[test]
fn an_erasure_under_way_is_not_taken_for_one_that_was_cut_off() {
    let room = room();
    let (one, two) = (room.vault_of("one"), room.vault_of("two"));
    keep(&one, ada(), "x", 0);
    one.erase(ada(), Ground::Request).unwrap();
    assert!(two.unrecorded().unwrap().is_empty());
    let minutes = std::time::SystemTime::now() - std::time::Duration::from_secs(120);
    let object = room.folder.path().join(format!("objects/vault/keys/{}", ada()));
    fs::File::open(object).unwrap().set_modified(minutes).unwrap();
    assert_eq!(two.unrecorded().unwrap(), [(ada(), Ground::Request)]);
}

#[test]
fn gateways_that_keep_and_erase_at_once_lose_nothing_of_others() {
    let room = room();
    thread::scope(|scope| {
        for gateway in ["one", "two", "three"] {
            let vault = room.vault_of(gateway);
            scope.spawn(move || {
                for turn in 0..6 {
                    let kept = keep(&vault, grace(), &format!("{gateway}/{turn}"), 0);
                    assert_eq!(text(&vault, &kept), format!("{gateway}/{turn}"));
                }
            });
        }
        let vault = room.vault_of("four");
        scope.spawn(move || {
            for _ in 0..6 {
                keep(&vault, ada(), "x", 0);
                vault.erase(ada(), Ground::Request).unwrap();
                vault.recorded(ada()).unwrap();
            }
        });
    });
    let vault = room.vault_of("five");
    assert_eq!(vault.entries_of(grace()).unwrap().len(), 18);
    for entry in vault.entries_of(grace()).unwrap() {
        vault.reveal(&entry).unwrap();
    }
    assert!(vault.entries_of(ada()).unwrap().is_empty());
}

#[test]
fn another_evidence_key_is_found_out_before_anything_is_kept() {
    let room = room();
    keep(&room.vault_of("one"), ada(), "x", 0);
    let driver = Arc::new(Driver::start().unwrap());
    let (place, folder) = (room.place.clone().unwrap(), room.folder.path().join("two"));
    let opened = Vault::shared(place, driver, &folder, EvidenceKey::new([4; 32]));
    assert!(matches!(opened, Err(VaultError::WrongKey)));
}

#[test]
fn a_vault_is_copied_from_a_folder_to_where_others_reach_it() {
    let (alone, room) = (Room::new(), room());
    let from = alone.vault();
    let (one, two) = (keep(&from, ada(), "one", 0), keep(&from, grace(), "two", 0));
    let to = room.vault_of("one");
    for _ in 0..2 {
        assert_eq!(from.copy(&to).unwrap(), 2);
    }
    let other = room.vault_of("two");
    assert_eq!((text(&other, &one), text(&other, &two)), ("one".into(), "two".into()));
    from.erase(ada(), Ground::Request).unwrap();
    assert!(matches!(from.copy(&to), Err(VaultError::Erasing)));
}

#[test]
fn erased_bytes_are_in_no_file() {
    let room = room();
    let vault = room.vault_of("one");
    keep(&vault, ada(), "x", 0);
    let key = room.folder.path().join(format!("objects/vault/keys/{}", ada()));
    let wrapped = fs::read(&key).unwrap()[64..112].to_vec();
    // Somebody has the file open: they see it overwritten, as the disk does.
    let mut open = fs::File::open(&key).unwrap();
    vault.erase(ada(), Ground::Request).unwrap();
    let mut old = Vec::new();
    open.read_to_end(&mut old).unwrap();
    assert_eq!(old, [0; 128]);
    assert!(!fs::read(&key).unwrap().windows(48).any(|window| window == wrapped));
}

/// Answers every request as an S3 bucket does that takes whatever it is sent, with more headers.
fn bucket(headers: &'static str) -> Place {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for socket in listener.incoming() {
            let mut socket = socket.unwrap();
            let mut request = [0; 8192];
            drop(socket.read(&mut request));
            let answer = format!(
                "HTTP/1.1 200 OK\r\netag: \"e\"\r\n{headers}content-length: 0\r\n\
                 last-modified: Sun, 29 Nov 2026 00:00:00 GMT\r\nconnection: close\r\n\r\n"
            );
            drop(socket.write_all(answer.as_bytes()));
        }
    });
    drop(rustls::crypto::ring::default_provider().install_default());
    let s3 = AmazonS3Builder::new()
        .with_bucket_name("bucket")
        .with_region("local")
        .with_endpoint(format!("http://{address}"))
        .with_allow_http(true)
        .with_access_key_id("key")
        .with_secret_access_key("secret");
    Place::on(Arc::new(s3.build().unwrap()))
}

fn refused(place: Place) -> VaultError {
    let (driver, folder) = (Arc::new(Driver::start().unwrap()), tempfile::tempdir().unwrap());
    Vault::shared(place, driver, folder.path(), EvidenceKey::new([3; 32])).unwrap_err()
}

#[test]
fn a_bucket_that_could_bring_everything_back_is_refused() {
    let error = refused(bucket("x-amz-version-id: 7\r\n"));
    assert!(matches!(error, VaultError::Versions), "{error}");
}

#[test]
fn a_bucket_that_ignores_conditions_is_refused() {
    // A bucket whose versioning is suspended names the version `null`.
    let error = refused(bucket("x-amz-version-id: null\r\n"));
    assert!(matches!(error, VaultError::Conditions), "{error}");
}
