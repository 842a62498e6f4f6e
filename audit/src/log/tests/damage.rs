//! Somebody changes what is on disk while the log is closed.

use std::path::Path;

use super::*;

const SIZE: usize = 600;

/// A closed log of two tiles and an edge.
async fn made() -> Place {
    let place = Place::new();
    let log = place.open().unwrap();
    for start in (0..SIZE).step_by(15) {
        append(&log, start..start + 15).await;
    }
    place
}

async fn append(log: &Log, records: std::ops::Range<usize>) {
    let appends: Vec<_> = records
        .map(|n| {
            let log = log.clone();
            tokio::spawn(async move { log.append(record(n)).await.unwrap() })
        })
        .collect();
    for append in appends {
        append.await.unwrap();
    }
}

impl Place {
    fn path(&self, name: &str) -> PathBuf {
        self.log().join(name)
    }

    fn segments(&self) -> Vec<PathBuf> {
        let mut found: Vec<_> =
            fs::read_dir(self.path("segments")).unwrap().map(|f| f.unwrap().path()).collect();
        found.sort();
        found
    }

    /// What opening says, and what the check of the closed log says.
    fn errors(&self) -> (LogError, LogError) {
        let verified = verify_log(&self.log(), &self.verifier()).expect_err("verified");
        (self.open().map(drop).expect_err("opened"), verified)
    }

    fn assert_damaged_at(&self, index: u64, what: &str) {
        let (opened, verified) = self.errors();
        for error in [opened, verified] {
            assert!(
                matches!(error, LogError::Damaged { index: at, .. } if at == index),
                "{what} at {index}: {error}"
            );
        }
    }
}

fn change(path: &Path, change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let whole = fs::read(path).unwrap();
    let mut changed = whole.clone();
    change(&mut changed);
    fs::write(path, changed).unwrap();
    whole
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flip_anywhere_in_an_entry_names_it() {
    let place = made().await;
    for path in place.segments() {
        let data = fs::read(&path).unwrap();
        let first: u64 = path.file_stem().unwrap().to_str().unwrap().parse().unwrap();
        let starts = data.windows(9).enumerate().filter(|(_, bytes)| *bytes == b"{\"actor\":");
        for (index, (start, _)) in (first..).zip(starts).step_by(97) {
            let whole = change(&path, |bytes| bytes[start + 30] ^= 1);
            place.assert_damaged_at(index, "flip");
            fs::write(&path, whole).unwrap();
        }
    }
    place.open().unwrap();
}

/// Rewrites one record with valid CRCs, as somebody would who knows the format.
fn forge(place: &Place, target: u64) {
    let mut entries = Vec::new();
    segment::read(&place.path("segments"), |_, entry| {
        entries.push(entry);
        Ok(())
    })
    .unwrap();
    let text = String::from_utf8(entries[target as usize].clone()).unwrap();
    entries[target as usize] = text.replace("\"detail\":\"record", "\"detail\":\"RECORD").into();
    for path in place.segments() {
        fs::remove_file(path).unwrap();
    }
    let mut forged = Vec::new();
    segment::encode(&mut forged, 0, &entries);
    fs::write(place.path("segments").join(segment::name(0)), forged).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rewritten_record_is_named() {
    // In a complete tile, in another, and behind the last.
    for target in [3, 300, 599] {
        let place = made().await;
        forge(&place, target);
        let opened = place.open().map(drop).expect_err("opened");
        assert!(matches!(opened, LogError::Damaged { index, .. } if index == target), "{opened}");
        let verified = verify_log(&place.log(), &place.verifier()).expect_err("verified");
        assert!(
            matches!(verified, LogError::Damaged { index, .. } if index == target),
            "{verified}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_swapped_and_cut_segments_are_named() {
    let place = made().await;
    let segments = place.segments();
    assert!(segments.len() > 4, "{} segments", segments.len());
    let first =
        |path: &PathBuf| -> u64 { path.file_stem().unwrap().to_str().unwrap().parse().unwrap() };
    let aside = place.path("aside");

    fs::rename(&segments[1], &aside).unwrap();
    place.assert_damaged_at(first(&segments[1]), "lost");
    fs::rename(&segments[2], &segments[1]).unwrap();
    fs::rename(&aside, &segments[2]).unwrap();
    place.assert_damaged_at(first(&segments[1]), "swapped");
    fs::rename(&segments[1], &aside).unwrap();
    fs::rename(&segments[2], &segments[1]).unwrap();
    fs::rename(&aside, &segments[2]).unwrap();

    let whole = change(&segments[1], |bytes| bytes.truncate(100));
    let (opened, verified) = place.errors();
    for error in [opened, verified] {
        assert!(matches!(error, LogError::Damaged { index, .. } if index >= first(&segments[1])));
    }
    fs::write(&segments[1], whole).unwrap();

    let last = segments.last().unwrap();
    let whole = change(last, |bytes| bytes.fill(0));
    for error in <[LogError; 2]>::from(place.errors()) {
        assert!(matches!(error, LogError::Behind { found, promised: 600 } if found == first(last)));
    }
    fs::remove_file(last).unwrap();
    for error in <[LogError; 2]>::from(place.errors()) {
        assert!(matches!(error, LogError::Behind { promised: 600, .. }));
    }
    fs::write(last, whole).unwrap();
    place.open().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_that_is_lost_changed_older_or_anothers_is_refused() {
    let place = Place::new();
    let path = place.path("checkpoint");
    append(&place.open().unwrap(), 0..300).await;
    let older = fs::read(&path).unwrap();
    let standing = fs::read(place.path("standing")).unwrap();
    append(&place.open().unwrap(), 300..SIZE).await;
    let whole = fs::read(&path).unwrap();

    fs::remove_file(&path).unwrap();
    assert!(matches!(place.errors().0, LogError::NoCheckpoint { found: 600, .. }));
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        fs::write(&path, &changed).unwrap();
        let verified = verify_log(&place.log(), &place.verifier());
        assert!(verified.is_err(), "flip at {at}");
    }
    assert!(matches!(place.open(), Err(LogError::Note { what: "checkpoint", .. })));

    fs::write(&path, &older).unwrap();
    for error in <[LogError; 2]>::from(place.errors()) {
        assert!(matches!(error, LogError::RolledBack { found: 300, promised: 600 }), "{error}");
    }
    let other = LogKey::create(&place.folder.path().join("other")).unwrap();
    let root = merkle::empty_root();
    fs::write(&path, Checkpoint::sign(&other, "test/log", 0, root).note).unwrap();
    for error in <[LogError; 2]>::from(place.errors()) {
        assert!(matches!(error, LogError::Note { what: "checkpoint", .. }), "{error}");
    }

    // With everything that was noted since rolled back as well, every record is still there.
    fs::write(&path, &older).unwrap();
    fs::write(place.path("standing"), standing).unwrap();
    assert_eq!(place.open().unwrap().size(), 600);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_records_of_another_time_or_log_do_not_fit() {
    let (place, other) = (made().await, made().await);
    for (from, to) in other.segments().iter().zip(place.segments()) {
        fs::copy(from, to).unwrap();
    }
    let (opened, verified) = place.errors();
    assert!(matches!(opened, LogError::Damaged { .. }), "{opened}");
    assert!(matches!(verified, LogError::Damaged { .. }), "{verified}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_follows_from_the_entries_is_named_by_the_check_and_made_again_by_opening() {
    let place = made().await;
    for name in ["tile/0/000", "tile/0/001", "standing"] {
        for damage in 0..4 {
            let path = place.path(name);
            let whole = fs::read(&path).unwrap();
            match damage {
                0 => drop(change(&path, |bytes| bytes[70] ^= 1)),
                1 => drop(change(&path, |bytes| bytes.truncate(50))),
                2 => drop(change(&path, Vec::clear)),
                _ if name == "standing" => continue,
                _ => fs::remove_file(&path).unwrap(),
            }
            let error = verify_log(&place.log(), &place.verifier()).unwrap_err();
            assert!(
                matches!(&error, LogError::Derived { path: named, .. } if *named == path),
                "{error}"
            );
            let log = place.open().unwrap();
            log.checkpoint_now().await.unwrap();
            assert!(log.proof(5).unwrap().verifies(&log.entry(5).unwrap(), &place.verifier()));
            drop(log);
            assert_eq!(fs::read(&path).unwrap(), whole, "{name}");
        }
    }
    fs::remove_dir_all(place.path("tile")).unwrap();
    drop(place.open().unwrap());
    verify_log(&place.log(), &place.verifier()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tile_changed_while_the_log_is_open_proves_nothing_wrong() {
    let place = made().await;
    let log = place.open().unwrap();
    drop(change(&place.path("tile/0/001"), |bytes| bytes[70] ^= 1));
    assert!(log.proof(300).is_err());
    assert!(log.tile(0, 1, 256).is_none());
    assert!(log.proof(599).unwrap().verifies(&log.entry(599).unwrap(), &place.verifier()));
}
