//! Any bytes as the only segment of a log: read or refused. An entry that is read is one whose checksums hold,
//! so reading again gives the same, and writing goes on where reading ended.
#![cfg_attr(fuzzing, no_main)]

use std::fs;

use audit::{LogStore as _, Segments};

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| run(data));

/// The name of a segment that begins with the first entry.
const FIRST: &str = "segments/00000000000000000000.segment";

pub(crate) fn run(data: &[u8]) {
    let Ok(folder) = tempfile::tempdir() else { return };
    let segments = folder.path().join("segments");
    let written =
        fs::create_dir(&segments).and_then(|()| fs::write(folder.path().join(FIRST), data));
    assert!(written.is_ok(), "the folder is ours");
    let Ok(mut store) = Segments::open(folder.path(), None, 1 << 16) else { return };
    let mut entries = Vec::new();
    let read = store.read(0, &mut |index, entry| {
        assert_eq!(index, entries.len() as u64, "entries are numbered without gaps");
        entries.push(entry);
        Ok(())
    });
    let Ok(next) = read else { return };
    assert_eq!(next, entries.len() as u64);
    let added = store.begin().and_then(|first| {
        assert_eq!(first, next, "the log goes on behind what was read");
        store.commit(first, &[b"one more".to_vec()])
    });
    assert!(added.is_ok(), "{added:?}");
    entries.push(b"one more".to_vec());
    let mut again = Vec::new();
    let read = store.read(0, &mut |_, entry| {
        again.push(entry);
        Ok(())
    });
    assert_eq!((read.ok(), again), (Some(next + 1), entries));
}
