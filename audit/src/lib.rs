//! The tamper-evident log, its proofs, and what is found through it.
//!
//! Reading order: [`record`] says what is written, [`merkle`] and [`note`] how it is proved,
//! [`log`] how it becomes durable; [`registry`] finds assets, [`mod@export`] hands evidence to others.
//! [`state`] and [`objects`] keep what is not in the log, [`vault`] the originals that it only commits to.
//!
//! The truth is the segment files. Everything else here can be rebuilt from them.

pub mod clock;
mod committer;
pub mod disk;
mod error;
pub mod export;
mod follower;
pub mod key;
pub mod log;
pub mod merkle;
pub mod note;
pub mod objects;
pub mod record;
pub mod registry;
mod segment;
pub mod segments;
pub mod state;
pub mod store;
pub mod vault;

pub use clock::{Clock, SystemClock};
pub use disk::Disk;
pub use error::{LogError, ObjectError, StateError};
pub use export::{ExportError, Verified, export, verify_export, verify_log};
pub use key::LogKey;
pub use log::{Log, LogOptions};
pub use note::{Checkpoint, Proof, Verifier};
pub use objects::Objects;
pub use record::{
    C2paRecord, ContentRecord, Event, GeneratorRecord, PolicyRecord, Record, ReviewRecord,
};
pub use registry::{AssetEntry, Registry};
pub use segments::Segments;
pub use state::{SledState, StateStore};
pub use store::{EntryReader, LogStore};
pub use vault::{EvidenceKey, Subject, Vault, VaultError};
