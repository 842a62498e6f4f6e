use super::*;
use crate::{disk::SystemFiles, merkle::leaf_hash};

#[test]
fn paths_are_those_of_the_specification() {
    let check = |row, number, expected: &str| assert_eq!(path(row, number), expected);
    check(0, 0, "tile/0/000");
    check(1, 7, "tile/1/007");
    check(0, 1_234_067, "tile/0/x001/x234/067");
    check(2, 1000, "tile/2/x001/000");
}

/// What reading the same leaves again finds, and what is left in memory.
fn compared(folder: &Path, size: u64) -> (Comparison, Tree) {
    let tiles = Arc::new(Tiles::new(folder));
    let (mut tree, mut comparison) = (Tree::over(Arc::clone(&tiles)), Comparison::new(tiles));
    (0..size).for_each(|n| comparison.push(&mut tree, leaf_hash(&n.to_be_bytes())));
    (comparison, tree)
}

#[test]
fn a_wrong_or_lost_tile_is_named_and_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let (comparison, mut tree) = compared(folder.path(), 70_000);
    assert_eq!(comparison.wrong, Some((0, 0)), "nothing was stored yet");
    let tiles = Tiles::new(folder.path());
    tiles.store(&tree, &SystemFiles).unwrap();
    let whole = tree.clone();
    tree.release(&whole);
    tiles.verify(&whole, 70_000).unwrap();
    let (comparison, again) = compared(folder.path(), 70_000);
    assert_eq!((comparison.wrong, comparison.differs), (None, None));
    assert_eq!(again.complete_tiles().count(), 0, "what is stored leaves memory");

    let first = folder.path().join("tile/0/001");
    let mut bytes = fs::read(&first).unwrap();
    bytes[32 * 5] ^= 1;
    let cases = [
        ("tile/0/001", bytes, Some(261)),
        ("tile/0/001", Vec::new(), None),
        ("tile/1/000", Vec::new(), None),
        ("tile/0/272", vec![0; 100], None),
    ];
    for (name, change, differs) in cases {
        let path = folder.path().join(name);
        if change.is_empty() {
            fs::remove_file(&path).unwrap();
        } else {
            fs::write(&path, change).unwrap();
        }
        let error = tiles.verify(&whole, 70_000).unwrap_err();
        assert!(matches!(error, LogError::Derived { path: named, .. } if named == path));
        let (comparison, again) = compared(folder.path(), 70_000);
        assert!(comparison.wrong.is_some(), "{name}");
        assert_eq!(comparison.differs, differs, "{name}");
        tiles.store(&again, &SystemFiles).unwrap();
        tiles.verify(&whole, 70_000).unwrap();
    }
}
