//! A growing tree: its right edge in memory, everything complete in tiles.
//!
//! Nodes are kept at every eighth level, 256 to a tile (C2SP tlog-tiles); those between are hashed
//! when they are asked for, at most 255 hashes. Without tiles behind it a tree keeps all its leaves:
//! 32 bytes each.

use std::sync::Arc;

use types::Sha256;

use super::{empty_root, node_hash};
use crate::tiles::{TILE_HASHES, Tiles};

/// The tree over the log's leaves.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// Every eighth level, from the leaves up.
    levels: Vec<Level>,
    tiles: Option<Arc<Tiles>>,
}

/// Nodes of one level from some tile on.
#[derive(Debug, Clone, Default)]
struct Level {
    /// So many tiles at the left are kept outside.
    outside: u64,
    hashes: Vec<Sha256>,
}

impl Level {
    fn len(&self) -> u64 {
        self.outside * TILE_HASHES + self.hashes.len() as u64
    }
}

impl Tree {
    /// An empty tree whose complete tiles are found in `tiles` once they have been put there.
    pub(crate) fn over(tiles: Arc<Tiles>) -> Self {
        Self { levels: Vec::new(), tiles: Some(tiles) }
    }

    /// How many leaves there are.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.levels.first().map_or(0, Level::len)
    }

    /// Adds a leaf.
    pub fn push(&mut self, leaf: Sha256) {
        let mut node = leaf;
        for level in 0.. {
            if level == self.levels.len() {
                self.levels.push(Level::default());
            }
            let Some(nodes) = self.levels.get_mut(level) else { return };
            nodes.hashes.push(node);
            if !nodes.len().is_multiple_of(TILE_HASHES) {
                return;
            }
            let first = nodes.hashes.len().saturating_sub(TILE_HASHES as usize);
            let Some(root) = nodes.hashes.get(first..).and_then(complete) else { return };
            node = root;
        }
    }

    /// A complete node, or `None` if the tree does not cover it or its tile is lost.
    #[must_use]
    pub fn node(&self, level: usize, index: u64) -> Option<Sha256> {
        let (row, height) = (level / 8, level % 8);
        let first = index.checked_mul(1 << height)?;
        let last = first.checked_add(1 << height)?;
        let nodes = self.levels.get(row).filter(|nodes| last <= nodes.len())?;
        let tile = first / TILE_HASHES;
        let within = usize::try_from(first % TILE_HASHES).ok()?;
        let within = within..within + (1 << height);
        if tile < nodes.outside {
            return complete(self.outside(row, tile)?.get(within)?);
        }
        let skipped = usize::try_from((tile - nodes.outside) * TILE_HASHES).ok()?;
        complete(nodes.hashes.get(skipped..)?.get(within)?)
    }

    /// The first `width` hashes of a tile.
    #[must_use]
    pub fn tile(&self, row: u8, number: u64, width: u16) -> Option<Vec<Sha256>> {
        let width = usize::from(width);
        let nodes = self.levels.get(usize::from(row))?;
        if number < nodes.outside {
            return Some(self.outside(row.into(), number)?.get(..width)?.to_vec());
        }
        let skipped = usize::try_from((number - nodes.outside).checked_mul(TILE_HASHES)?).ok()?;
        Some(nodes.hashes.get(skipped..)?.get(..width)?.to_vec())
    }

    /// A tile that is kept outside; one that does not fit the node above it is not believed.
    fn outside(&self, row: usize, number: u64) -> Option<Arc<Vec<Sha256>>> {
        let tiles = self.tiles.as_ref()?;
        let root = self.node((row + 1) * 8, number)?;
        tiles.believed(u8::try_from(row).ok()?, number, &root)
    }

    /// Complete tiles that are in memory still, as row, number and hashes.
    pub(crate) fn complete_tiles(&self) -> impl Iterator<Item = (u8, u64, &[Sha256])> {
        (0..).zip(&self.levels).flat_map(|(row, nodes)| {
            let tiles = nodes.hashes.chunks_exact(TILE_HASHES as usize);
            (nodes.outside..).zip(tiles).map(move |(number, hashes)| (row, number, hashes))
        })
    }

    /// Forgets complete tiles left of those of `kept`, which are in the tiles behind the tree now.
    pub(crate) fn release(&mut self, kept: &Self) {
        if self.tiles.is_none() {
            return;
        }
        for (nodes, kept) in self.levels.iter_mut().zip(&kept.levels) {
            let gone = (kept.len() / TILE_HASHES).saturating_sub(nodes.outside);
            let hashes = usize::try_from(gone * TILE_HASHES).unwrap_or(0).min(nodes.hashes.len());
            nodes.hashes.drain(..hashes);
            nodes.hashes.shrink_to(4 * TILE_HASHES as usize);
            nodes.outside += gone;
        }
    }

    /// Forgets the leftmost tile of a row that is in memory; it was found outside.
    pub(crate) fn release_leftmost(&mut self, row: u8) {
        if let Some(nodes) = self.levels.get_mut(usize::from(row)) {
            nodes.hashes.drain(..(TILE_HASHES as usize).min(nodes.hashes.len()));
            nodes.outside += 1;
        }
    }

    /// The leaves after the last complete tile.
    pub(crate) fn edge(&self) -> &[Sha256] {
        let leaves = self.levels.first().map_or(&[][..], |leaves| &leaves.hashes);
        leaves.chunks_exact(TILE_HASHES as usize).remainder()
    }

    /// The root of the first `size` leaves; `None` when there are fewer.
    #[must_use]
    pub fn root(&self, size: u64) -> Option<Sha256> {
        match size {
            0 => Some(empty_root()),
            _ if size > self.size() => None,
            _ => self.range(0, size),
        }
    }

    /// The audit path of RFC 6962, section 2.1.1, for leaf `index` in the first `size` leaves.
    #[must_use]
    pub fn inclusion(&self, index: u64, size: u64) -> Option<Vec<Sha256>> {
        if index >= size || size > self.size() {
            return None;
        }
        let (mut start, mut end) = (0, size);
        let mut path = Vec::new();
        while end - start > 1 {
            let middle = start + split(end - start);
            if index < middle {
                path.push(self.range(middle, end)?);
                end = middle;
            } else {
                path.push(self.range(start, middle)?);
                start = middle;
            }
        }
        path.reverse();
        Some(path)
    }

    /// The proof of RFC 6962, section 2.1.2, that `size` leaves extend the first `old` ones.
    #[must_use]
    pub fn consistency(&self, old: u64, size: u64) -> Option<Vec<Sha256>> {
        if old > size || size > self.size() {
            return None;
        }
        if old == 0 || old == size {
            return Some(Vec::new());
        }
        let (mut start, mut end) = (0, size);
        let mut path = Vec::new();
        while end != old {
            let middle = start + split(end - start);
            if old <= middle {
                path.push(self.range(middle, end)?);
                end = middle;
            } else {
                path.push(self.range(start, middle)?);
                start = middle;
            }
        }
        // The old root is known to the verifier unless the walk has left the left edge.
        if start != 0 {
            path.push(self.range(start, end)?);
        }
        path.reverse();
        Some(path)
    }

    /// The hash over leaves `start..end`, where `start` is a multiple of the covering power of two.
    fn range(&self, start: u64, end: u64) -> Option<Sha256> {
        let width = end - start;
        if width.is_power_of_two() {
            let level = width.trailing_zeros();
            return self.node(usize::try_from(level).ok()?, start >> level);
        }
        let middle = start + split(width);
        Some(node_hash(&self.range(start, middle)?, &self.range(middle, end)?))
    }
}

/// The root over a power of two of nodes.
pub(crate) fn complete(nodes: &[Sha256]) -> Option<Sha256> {
    let mut nodes = nodes.to_vec();
    while nodes.len() > 1 {
        nodes = nodes
            .chunks(2)
            .filter_map(
                |pair| if let [left, right] = pair { Some(node_hash(left, right)) } else { None },
            )
            .collect();
    }
    nodes.first().copied()
}

/// The largest power of two below `width`, which is at least 2.
const fn split(width: u64) -> u64 {
    1 << (u64::BITS - 1 - (width - 1).leading_zeros())
}

#[cfg(test)]
mod tests;
