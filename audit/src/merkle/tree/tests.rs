use std::path::Path;

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::prelude::*;

use super::*;
use crate::{
    disk::SystemFiles,
    merkle::{leaf_hash, verify_consistency, verify_inclusion},
    tiles::Tiles,
};

/// Every node of every level in memory, as plainly as can be.
#[derive(Default)]
struct Plain {
    levels: Vec<Vec<Sha256>>,
}

impl Plain {
    fn push(&mut self, leaf: Sha256) {
        let mut node = leaf;
        for level in 0.. {
            if level == self.levels.len() {
                self.levels.push(Vec::new());
            }
            self.levels[level].push(node);
            let nodes = &self.levels[level];
            if nodes.len() % 2 == 1 {
                return;
            }
            node = node_hash(&nodes[nodes.len() - 2], &nodes[nodes.len() - 1]);
        }
    }
}

/// A tree that puts its complete tiles on disk whenever it has grown by `every`.
fn grown(folder: &Path, size: u64, every: u64) -> (Tree, Plain) {
    let tiles = Arc::new(Tiles::new(folder));
    let (mut tree, mut plain) = (Tree::over(Arc::clone(&tiles)), Plain::default());
    for n in 0..size {
        tree.push(leaf_hash(&n.to_be_bytes()));
        plain.push(leaf_hash(&n.to_be_bytes()));
        if n % every == 0 {
            tiles.store(&tree, &SystemFiles).unwrap();
            let kept = tree.clone();
            tree.release(&kept);
        }
    }
    (tree, plain)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    #[test]
    fn a_tree_over_tiles_is_the_tree_in_memory(
        size in 1_u64..70_000, every in 1_u64..30_000, picks in prop::collection::vec(any::<u64>(), 40),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let (tree, plain) = grown(folder.path(), size, every.max(size / 20));
        prop_assert_eq!(tree.size(), size);
        for pick in picks {
            let level = (pick % 17) as usize;
            let index = (pick >> 8) % (size >> level).max(1);
            let expected = plain.levels.get(level).and_then(|nodes| nodes.get(index as usize));
            prop_assert_eq!(tree.node(level, index), expected.copied());
            let old = 1 + (pick >> 16) % size;
            let index = (pick >> 24) % old;
            let (root, old_root) = (tree.root(size).unwrap(), tree.root(old).unwrap());
            let leaf = leaf_hash(&index.to_be_bytes());
            let path = tree.inclusion(index, old).unwrap();
            prop_assert!(verify_inclusion(leaf, index, old, &path, &old_root));
            let path = tree.consistency(old, size).unwrap();
            prop_assert!(verify_consistency((old, &old_root), (size, &root), &path));
        }
    }

    #[test]
    fn another_implementation_has_the_same_roots_and_proofs(size in 1_u64..1500, picks in prop::collection::vec(any::<u64>(), 8)) {
        let folder = tempfile::tempdir().unwrap();
        let (tree, _) = grown(folder.path(), size, 300);
        let mut other = MemoryBackedTree::<sha2::Sha256, Vec<u8>>::new();
        (0..size).for_each(|n| other.push(n.to_be_bytes().to_vec()));
        let (other_root, root) = (other.root(), tree.root(size).unwrap());
        prop_assert_eq!(other_root.as_bytes().as_slice(), root.as_bytes());
        for pick in picks {
            let index = pick % size;
            let joined = |path: Vec<Sha256>| -> Vec<u8> {
                path.iter().flat_map(|hash| *hash.as_bytes()).collect()
            };
            let proof = other.prove_inclusion(usize::try_from(index).unwrap());
            prop_assert_eq!(proof.as_bytes(), joined(tree.inclusion(index, size).unwrap()));
            if index > 0 {
                let added = usize::try_from(size - index).unwrap();
                let proof = other.prove_consistency(added);
                prop_assert_eq!(proof.as_bytes(), joined(tree.consistency(index, size).unwrap()));
            }
        }
    }
}

#[test]
fn memory_holds_the_edge_only_once_tiles_are_stored() {
    let folder = tempfile::tempdir().unwrap();
    let (mut tree, _) = grown(folder.path(), 66_000, 1000);
    let kept = tree.clone();
    Tiles::new(folder.path()).store(&tree, &SystemFiles).unwrap();
    tree.release(&kept);
    let held: usize = tree.levels.iter().map(|level| level.hashes.len()).sum();
    assert!(held < 256 * tree.levels.len(), "{held} hashes");
}

#[test]
fn a_changed_tile_gives_no_proof_rather_than_a_wrong_one() {
    let folder = tempfile::tempdir().unwrap();
    drop(grown(folder.path(), 2000, 500));
    let path = folder.path().join("tile/0/002");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[40] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    // Nothing of it is in the cache of a tree that was opened since.
    let (tiles, mut tree) = (Arc::new(Tiles::new(folder.path())), Tree::default());
    (0..2000_u64).for_each(|n| tree.push(leaf_hash(&n.to_be_bytes())));
    let kept = tree.clone();
    tree.tiles = Some(tiles);
    tree.release(&kept);
    assert!(tree.inclusion(600, 2000).is_none());
    assert!(tree.inclusion(100, 2000).is_some());
}
