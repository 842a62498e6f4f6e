//! The way from a record to the root of the log, as numbers and as a drawing.

use crate::texts::Texts;

/// Distance between two levels of the drawing.
const STEP: usize = 36;
/// Room above the root and below the record.
const MARGIN: usize = 20;
/// Hashes begin with so many characters in the drawing.
const SHORT: usize = 8;

/// Whether a record is where its receipt says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inclusion {
    /// Under a signed checkpoint.
    Proved,
    /// Not yet.
    Pending,
    /// It is not.
    Wrong,
}

/// One step of the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sibling {
    /// The hash beside the way, hexadecimal.
    pub hash: String,
    /// It is on the left.
    pub left: bool,
}

/// A record's proof.
#[derive(Debug, Clone)]
pub struct Proof {
    pub(crate) index: u64,
    pub(crate) leaf: String,
    pub(crate) inclusion: Inclusion,
    pub(crate) tree: Option<Tree>,
}

impl Proof {
    /// Of the record at `index` with the hash `leaf`; without a way while no checkpoint covers it.
    #[must_use]
    pub const fn new(index: u64, leaf: String, inclusion: Inclusion, tree: Option<Tree>) -> Self {
        Self { index, leaf, inclusion, tree }
    }

    pub(crate) const fn sentence(&self, t: Texts) -> &'static str {
        match self.inclusion {
            Inclusion::Proved => t.proof_proved(),
            Inclusion::Pending => t.proof_pending(),
            Inclusion::Wrong => t.proof_wrong(),
        }
    }
}

/// The way, drawn.
#[derive(Debug, Clone)]
pub struct Tree {
    pub(crate) size: u64,
    pub(crate) root: String,
    pub(crate) root_short: String,
    pub(crate) leaf_short: String,
    pub(crate) height: usize,
    pub(crate) steps: Vec<Step>,
    /// Heights of the nodes on the way.
    pub(crate) points: Vec<usize>,
}

/// A step with its place in the drawing.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) sibling: String,
    pub(crate) sibling_short: String,
    pub(crate) left: bool,
    pub(crate) y: usize,
    pub(crate) middle: usize,
    pub(crate) up: usize,
    pub(crate) sibling_x: usize,
    pub(crate) text_x: usize,
}

impl Tree {
    /// The way from `leaf` over `siblings`, nearest first, to the `root` over `size` records.
    #[must_use]
    pub fn new(size: u64, root: String, leaf: &str, siblings: Vec<Sibling>) -> Self {
        let height = STEP * siblings.len() + 2 * MARGIN;
        let y = |level: usize| height - MARGIN - STEP * level;
        let points = (0..=siblings.len()).map(y).collect();
        let step = |(level, sibling): (usize, Sibling)| Step {
            sibling_short: short(&sibling.hash),
            left: sibling.left,
            y: y(level),
            middle: y(level) - STEP / 2,
            up: y(level + 1),
            sibling_x: if sibling.left { 90 } else { 250 },
            text_x: if sibling.left { 78 } else { 262 },
            sibling: sibling.hash,
        };
        let steps = siblings.into_iter().enumerate().map(step).collect();
        let (root_short, leaf_short) = (short(&root), short(leaf));
        Self { size, root, root_short, leaf_short, height, steps, points }
    }
}

fn short(hash: &str) -> String {
    hash.chars().take(SHORT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_leads_up_and_stays_in_the_picture() {
        let siblings = (0..20).map(|n| Sibling { hash: format!("{n:064x}"), left: n % 2 == 0 });
        let tree = Tree::new(1_000_000, "ab".repeat(32), &"cd".repeat(32), siblings.collect());
        assert_eq!((tree.points.len(), tree.steps.len()), (21, 20));
        assert!(tree.points.is_sorted_by(|a, b| a > b));
        assert!(tree.points.iter().all(|y| (MARGIN..=tree.height - MARGIN).contains(y)));
        assert!(tree.steps.iter().all(|step| step.up < step.middle && step.middle < step.y));
    }

    #[test]
    fn a_log_of_one_record_is_a_point() {
        let tree = Tree::new(1, "ab".repeat(32), "cd", Vec::new());
        assert_eq!((tree.points.len(), tree.height), (1, 2 * MARGIN));
    }
}
