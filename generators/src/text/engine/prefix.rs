//! Keys and values of beginnings that are read again and again, such as a system prompt.
//!
//! A block is found by the digest of all tokens up to its end and of the tenant whose prompt it
//! was: one tenant cannot learn from the time of an answer what another has asked.

use std::{collections::HashMap, sync::Arc};

use sha2::{Digest as _, Sha256};

use crate::text::network::{BLOCK, Block};

type Digest = [u8; 32];

/// A bounded store of full blocks; what was not used for longest goes first.
#[derive(Debug)]
pub(super) struct Prefixes {
    blocks: HashMap<Digest, Kept>,
    blocks_max: usize,
    /// Counts uses: the clock of "longest".
    uses: u64,
}

#[derive(Debug)]
struct Kept {
    block: Arc<Block>,
    used: u64,
    /// Of two blocks used at once, the one further from the beginning goes first.
    depth: usize,
}

impl Prefixes {
    pub(super) fn new(blocks_max: usize) -> Self {
        Self { blocks: HashMap::new(), blocks_max, uses: 0 }
    }

    /// The blocks that hold the beginning of `ids`; at least the last token is left to be read.
    pub(super) fn find(&mut self, tenant: Option<&str>, ids: &[u32]) -> Vec<Arc<Block>> {
        self.uses += 1;
        let most = ids.len().saturating_sub(1) / BLOCK;
        let mut found = Vec::new();
        for digest in digests(tenant, ids).take(most) {
            let Some(kept) = self.blocks.get_mut(&digest) else { break };
            kept.used = self.uses;
            found.push(Arc::clone(&kept.block));
        }
        found
    }

    /// Keeps the blocks that hold the beginning of `ids`.
    pub(super) fn keep(&mut self, tenant: Option<&str>, ids: &[u32], blocks: &[Arc<Block>]) {
        self.uses += 1;
        for ((depth, block), digest) in blocks.iter().enumerate().zip(digests(tenant, ids)) {
            if depth >= self.blocks_max {
                break;
            }
            let used = self.uses;
            let kept = || Kept { block: Arc::clone(block), used, depth };
            self.blocks.entry(digest).or_insert_with(kept).used = used;
        }
        while self.blocks.len() > self.blocks_max {
            self.forget_one();
        }
    }

    /// Lets go of the block that was not used for longest; `false` when there is none.
    pub(super) fn forget_one(&mut self) -> bool {
        let order = |kept: &Kept| (kept.used, usize::MAX - kept.depth);
        let oldest = self.blocks.iter().min_by_key(|(_, kept)| order(kept));
        let oldest = oldest.map(|(digest, _)| *digest);
        oldest.is_some_and(|digest| self.blocks.remove(&digest).is_some())
    }
}

/// For each full block of `ids` the digest of everything up to its end.
fn digests<'a>(tenant: Option<&str>, ids: &'a [u32]) -> impl Iterator<Item = Digest> + 'a {
    let tenant =
        Sha256::digest(tenant.map_or_else(Vec::new, |name| [b"t", name.as_bytes()].concat()));
    ids.chunks_exact(BLOCK).scan(Digest::from(tenant), |before, block| {
        let mut hasher = Sha256::new().chain_update(*before);
        for id in block {
            hasher.update(id.to_le_bytes());
        }
        *before = hasher.finalize().into();
        Some(*before)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::ModelFiles;
    use crate::text::{
        network::{Ledger, Memory},
        opened::Opened,
        testing::golden,
    };

    fn blocks(count: usize) -> (Vec<Arc<Block>>, Arc<Ledger>) {
        let files = ModelFiles::folder(&golden("llama")).unwrap();
        let ledger = Ledger::new(&Opened::open(files, "test").unwrap().config);
        let mut memory = Memory::new(&ledger);
        memory.reserve(count * BLOCK);
        memory.advance(count * BLOCK);
        (memory.full_blocks().to_vec(), ledger)
    }

    #[test]
    fn a_beginning_is_found_by_its_tenant_alone_and_never_whole() {
        let (three, _ledger) = blocks(3);
        let ids: Vec<u32> = (0..3 * BLOCK as u32).collect();
        let mut prefixes = Prefixes::new(8);
        prefixes.keep(Some("a"), &ids, &three);
        assert_eq!(prefixes.find(Some("a"), &ids).len(), 2);
        assert_eq!(prefixes.find(Some("b"), &ids).len(), 0);
        assert_eq!(prefixes.find(None, &ids).len(), 0);
        let longer: Vec<u32> = ids.iter().copied().chain([7]).collect();
        assert_eq!(prefixes.find(Some("a"), &longer).len(), 3);
        let mut other = longer;
        other[BLOCK] = 9;
        assert_eq!(prefixes.find(Some("a"), &other).len(), 1);
    }

    #[test]
    fn the_store_is_bounded_and_its_blocks_are_counted() {
        let mut prefixes = Prefixes::new(2);
        let (three, ledger) = blocks(3);
        let ids: Vec<u32> = (0..3 * BLOCK as u32 + 1).collect();
        prefixes.keep(None, &ids, &three);
        drop(three);
        assert_eq!((ledger.used(), prefixes.find(None, &ids).len()), (2, 2));
        assert!(prefixes.forget_one());
        assert_eq!((ledger.used(), prefixes.find(None, &ids).len()), (1, 1));
        assert!(prefixes.forget_one() && !prefixes.forget_one());
        assert_eq!(ledger.used(), 0);
    }
}
