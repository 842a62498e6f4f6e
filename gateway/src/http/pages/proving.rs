//! A record's proof, as pages draw it.

use audit::{Checkpoint, merkle};
use pages::public::proof::{Inclusion, Proof, Sibling, Tree};
use types::Sha256;

use crate::wiring::Stages;

/// The proof of the record at an index; `None` where there is no record.
pub(super) fn proof(stages: &Stages, index: u64) -> Option<Proof> {
    let leaf = stages.log.leaf(index)?;
    let pending = || Proof::new(index, leaf.to_string(), Inclusion::Pending, None);
    let Ok(found) = stages.attesting.proof(index) else { return Some(pending()) };
    let checkpoint = Checkpoint::open(&found.checkpoint, stages.log.verifier());
    let Ok(Checkpoint { size, root, .. }) = checkpoint else { return Some(pending()) };
    let proved = merkle::verify_inclusion(leaf, index, size, &found.path, &root);
    let inclusion = if proved { Inclusion::Proved } else { Inclusion::Wrong };
    let leaf = leaf.to_string();
    let tree = Tree::new(size, root.to_string(), &leaf, siblings(index, size, &found.path));
    Some(Proof::new(index, leaf, inclusion, Some(tree)))
}

/// On which side each hash is joined (RFC 9162, 2.1.3.2).
fn siblings(index: u64, size: u64, path: &[Sha256]) -> Vec<Sibling> {
    let (mut node, mut last) = (index, size.saturating_sub(1));
    let side = |hash: &Sha256| {
        let left = node % 2 == 1 || node == last;
        if left {
            while node.is_multiple_of(2) && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        }
        node >>= 1;
        last >>= 1;
        Sibling { hash: hash.to_string(), left }
    };
    path.iter().map(side).collect()
}

#[cfg(test)]
mod tests {
    use audit::merkle::{Tree, leaf_hash, node_hash, verify_inclusion};

    use super::*;

    /// Joining the hashes on the sides that are shown gives the root, for each record of each tree.
    #[test]
    fn the_sides_shown_lead_to_the_root() {
        let mut tree = Tree::default();
        for size in 1..=70_u64 {
            let entry = leaf_hash(&size.to_be_bytes());
            tree.push(entry);
            let root = tree.root(size).unwrap();
            for index in 0..size {
                let leaf = tree.node(0, index).unwrap();
                let path = tree.inclusion(index, size).unwrap();
                assert!(verify_inclusion(leaf, index, size, &path, &root));
                let join = |hash: Sha256, sibling: (&Sibling, &Sha256)| {
                    if sibling.0.left {
                        node_hash(sibling.1, &hash)
                    } else {
                        node_hash(&hash, sibling.1)
                    }
                };
                let shown = siblings(index, size, &path);
                assert_eq!(shown.iter().zip(&path).fold(leaf, join), root, "{index} of {size}");
            }
        }
    }
}
