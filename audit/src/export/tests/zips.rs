//! The container: whatever is done to its bytes, either the bag is refused or it is the same bag.

use std::fs;

use proptest::prelude::*;

use super::{Bench, Files, everything};
use crate::export::{Fault, check};

#[tokio::test]
async fn a_flipped_or_cut_zip_is_refused_or_holds_the_same_files() {
    let bench = Bench::new().await;
    let zip = bench.export(&everything()).await;
    let (bytes, files) = (fs::read(&zip).unwrap(), Files::read(&zip));
    let changed = bench.folder.path().join("changed.zip");
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(100));
    let strategy = (any::<prop::sample::Index>(), 0..8_u8, any::<bool>());
    runner
        .run(&strategy, |(at, bit, cut)| {
            let mut bytes = bytes.clone();
            let at = at.index(bytes.len());
            if cut {
                bytes.truncate(at)
            } else {
                bytes[at] ^= 1 << bit
            }
            fs::write(&changed, &bytes).unwrap();
            prop_assert!(check(&changed, None).is_err() || Files::read(&changed).0 == files.0);
            Ok(())
        })
        .unwrap();
}

#[tokio::test]
async fn two_files_of_one_name_are_refused() {
    let bench = Bench::new().await;
    let zip = bench.export(&everything()).await;
    let mut bytes = fs::read(&zip).unwrap();
    // The second proof gets the first one's name in the directory: a reader may see either.
    let (one, two) = (b"data/proofs/0.tlog-proof", b"data/proofs/1.tlog-proof");
    let at: Vec<usize> =
        (0..bytes.len() - two.len()).filter(|at| bytes[*at..].starts_with(two)).collect();
    for at in at {
        bytes[at..at + one.len()].copy_from_slice(one);
    }
    fs::write(&zip, bytes).unwrap();
    let fault = check(&zip, None).unwrap_err();
    assert!(matches!(fault, Fault::Layout(_) | Fault::Missing(_)), "{fault}");
}

#[test]
fn what_is_no_bag_is_unreadable() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.zip");
    assert!(matches!(check(&path, None), Err(Fault::Unreadable(_))));
    fs::write(&path, "not a zip").unwrap();
    assert!(matches!(check(&path, None), Err(Fault::Unreadable(_))));
    assert!(matches!(check(folder.path(), None), Err(Fault::Layout(_))));
}
