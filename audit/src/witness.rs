//! Witnesses: those who say that they have seen one history of a log, and no other.
//!
//! A log alone can show two histories to two readers, each consistent in itself. A witness keeps the
//! last checkpoint that it has seen of a log and puts its name only to what extends it, so two
//! histories cannot both be cosigned by a quorum of honest witnesses.
//!
//! Formats to the byte: <https://c2sp.org/tlog-cosignature>, <https://c2sp.org/tlog-witness>.

mod cosignature;
pub mod cosigned;
mod policy;
mod request;
mod shelf;
mod state;

pub use cosignature::{Cosignature, Cosigner};
pub use policy::Quorum;
pub use request::AddCheckpoint;
pub use state::{Refusal, Witness};
