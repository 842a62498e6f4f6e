//! The tamper-evident log, its proofs, and what is found through it.
//!
//! Reading order: [`record`] says what is written, [`merkle`] and [`note`] how it is proved,
//! [`log`] how it becomes durable; [`registry`] finds assets, [`query`] records, [`mod@export`] hands evidence to others.
//! [`state`] and [`objects`] keep what is not in the log.
//!
//! The truth is the segment files. Everything else here can be rebuilt from them.

pub mod clock;
mod committer;
pub mod disk;
pub mod epoch;
mod error;
pub mod export;
mod keeper;
pub mod key;
pub mod log;
pub mod merkle;
pub mod note;
pub mod objects;
mod opening;
mod publisher;
pub mod query;
pub mod record;
pub mod registry;
mod segment;
pub mod segments;
mod sequencer;
mod standing;
pub mod state;
pub mod store;
mod tiles;

pub use clock::{Clock, SystemClock};
pub use disk::{Disk, Files, SystemFiles};
pub use epoch::EpochRecord;
pub use error::{LogError, ObjectError, StateError};
pub use export::{ExportError, Verified, export, verify_export, verify_log};
pub use key::LogKey;
pub use log::{Log, LogOptions};
pub use note::{Checkpoint, Proof, Verifier};
pub use objects::Objects;
pub use query::{Order, Page, Query};
pub use record::{
    C2paRecord, CheckedRecord, ContentRecord, Event, GeneratorRecord, PolicyRecord, Record,
    ReviewRecord,
};
pub use registry::{AssetEntry, Filter, Registry};
pub use segments::Segments;
pub use state::{SledState, StateStore};
pub use store::{EntryReader, LogStore};
