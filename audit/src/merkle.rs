//! The Merkle tree of RFC 6962, section 2: hashes, roots, inclusion and consistency proofs.

mod tree;

use sha2::Digest as _;
use types::Sha256;

pub use self::tree::Tree;
pub(crate) use self::tree::complete;

/// The hash of a leaf: SHA-256 of 0x00 and the entry.
#[must_use]
pub fn leaf_hash(entry: &[u8]) -> Sha256 {
    let hash = sha2::Sha256::new().chain_update([0]).chain_update(entry).finalize();
    Sha256::from(<[u8; 32]>::from(hash))
}

/// The hash of an inner node: SHA-256 of 0x01, left and right.
#[must_use]
pub fn node_hash(left: &Sha256, right: &Sha256) -> Sha256 {
    let hash = sha2::Sha256::new().chain_update([1]).chain_update(left.as_bytes());
    Sha256::from(<[u8; 32]>::from(hash.chain_update(right.as_bytes()).finalize()))
}

/// The root of a tree without leaves: SHA-256 of nothing.
#[must_use]
pub fn empty_root() -> Sha256 {
    Sha256::of(b"")
}

/// Whether `path` proves `leaf` at `index` in the tree of `size` leaves with `root` (RFC 9162, 2.1.3.2).
#[must_use]
pub fn verify_inclusion(
    leaf: Sha256,
    index: u64,
    size: u64,
    path: &[Sha256],
    root: &Sha256,
) -> bool {
    if index >= size {
        return false;
    }
    let (mut node, mut last, mut hash) = (index, size - 1, leaf);
    for sibling in path {
        if last == 0 {
            return false;
        }
        if node % 2 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            while node.is_multiple_of(2) && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Whether `path` proves that the tree of `size` leaves extends that of `old` (RFC 9162, 2.1.4.2).
#[must_use]
pub fn verify_consistency(old: (u64, &Sha256), new: (u64, &Sha256), path: &[Sha256]) -> bool {
    let ((old_size, old_root), (size, root)) = (old, new);
    if old_size > size {
        return false;
    }
    if old_size == size || old_size == 0 {
        return path.is_empty() && (old_size == 0 || old_root == root);
    }
    let mut path = path.iter();
    let seed = if old_size.is_power_of_two() { Some(old_root) } else { path.next() };
    let Some(seed) = seed else { return false };
    let (mut node, mut last) = (old_size - 1, size - 1);
    while node % 2 == 1 {
        node >>= 1;
        last >>= 1;
    }
    let (mut old_hash, mut hash) = (*seed, *seed);
    for sibling in path {
        if last == 0 {
            return false;
        }
        if node % 2 == 1 || node == last {
            old_hash = node_hash(sibling, &old_hash);
            hash = node_hash(sibling, &hash);
            while node.is_multiple_of(2) && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && old_hash == *old_root && hash == *root
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The inputs and roots of the certificate-transparency reference tests.
    const INPUTS: [&str; 8] = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ];
    const ROOTS: [&str; 8] = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len() / 2)
            .map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap())
            .collect()
    }

    fn tree(size: u64) -> Tree {
        let mut tree = Tree::default();
        (0..size).for_each(|leaf| tree.push(leaf_hash(&leaf.to_be_bytes())));
        tree
    }

    #[test]
    fn roots_are_those_of_the_reference_implementation() {
        let mut tree = Tree::default();
        assert_eq!(tree.root(0).unwrap(), empty_root());
        for (input, root) in INPUTS.iter().zip(ROOTS) {
            tree.push(leaf_hash(&bytes(input)));
            assert_eq!(tree.root(tree.size()).unwrap().to_string(), root);
        }
    }

    #[test]
    fn every_leaf_of_every_size_is_proved_and_no_other() {
        let tree = tree(70);
        for size in 1..=70 {
            let root = tree.root(size).unwrap();
            for index in 0..size {
                let path = tree.inclusion(index, size).unwrap();
                let leaf = leaf_hash(&index.to_be_bytes());
                assert!(verify_inclusion(leaf, index, size, &path, &root), "{index} of {size}");
                assert!(!verify_inclusion(leaf_hash(b"x"), index, size, &path, &root));
                assert!(
                    size == 1 || !verify_inclusion(leaf, (index + 1) % size, size, &path, &root)
                );
            }
        }
    }

    #[test]
    fn every_prefix_of_every_size_is_consistent_and_forks_are_not() {
        let (tree, other) = (tree(70), {
            let mut t = tree(40);
            t.push(leaf_hash(b"fork"));
            t
        });
        for size in 1..=70 {
            for old in 0..=size {
                let path = tree.consistency(old, size).unwrap();
                let (old_root, root) = (tree.root(old).unwrap(), tree.root(size).unwrap());
                assert!(
                    verify_consistency((old, &old_root), (size, &root), &path),
                    "{old} of {size}"
                );
            }
        }
        let path = tree.consistency(41, 70).unwrap();
        let fork = other.root(41).unwrap();
        assert!(!verify_consistency((41, &fork), (70, &tree.root(70).unwrap()), &path));
    }

    proptest::proptest! {
        #[test]
        fn no_path_makes_the_verifier_panic(index: u64, size: u64, path: Vec<[u8; 32]>) {
            let path: Vec<Sha256> = path.into_iter().map(Sha256::from).collect();
            let root = empty_root();
            let proved = verify_inclusion(root, index, size, &path, &root);
            let extended = verify_consistency((index, &root), (size, &root), &path);
            proptest::prop_assert!(!proved || size > 0, "nothing is in an empty tree");
            proptest::prop_assert!(!extended || index <= size);
        }
    }
}
