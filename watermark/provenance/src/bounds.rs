//! Bounds for files that nobody made in good faith.
//!
//! The parsers of `c2pa` are not ours. What they do not bound themselves is bounded here, before they
//! see a file: how often they may read, how deep credentials nest, what unpacks to more than it is.

mod nesting;
mod reading;
mod unpacking;

pub(crate) use nesting::is_deep;
pub(crate) use reading::Bounded;
pub(crate) use unpacking::unpacks;

/// Room for recursion that is bounded by depth, in parsers whose frames are large.
pub(crate) const STACK_BYTES: usize = 64 << 20;
