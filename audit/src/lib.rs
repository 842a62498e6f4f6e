//! The tamper-evident log, its proofs, and what is found through it.
//!
//! Reading order: [`record`] says what is written, [`merkle`] and [`note`] how it is proved,
//! [`log`] how it becomes durable; [`registry`] finds assets, [`mod@export`] hands evidence to others.
//! [`state`] and [`objects`] keep what is not in the log.
//!
//! The truth is what the log's [`store`] holds: [`segments`] in a folder, or [`postgres`] for several
//! processes. Everything else here can be rebuilt from it.

mod check;
pub mod clock;
mod committer;
pub mod disk;
pub mod driver;
mod error;
pub mod export;
mod follower;
mod following;
pub mod key;
pub mod log;
pub mod merkle;
pub mod note;
pub mod objects;
pub mod place;
pub mod postgres;
pub mod published;
pub mod record;
pub mod registry;
mod schedule;
mod segment;
pub mod segments;
pub mod state;
pub mod store;

pub use check::verify_store;
pub use clock::{Clock, SystemClock};
pub use disk::Disk;
pub use driver::Driver;
pub use error::{LogError, ObjectError, StateError};
pub use export::{ExportError, Verified, export, verify_export, verify_log};
pub use key::LogKey;
pub use log::{Log, LogOptions};
pub use note::{Checkpoint, Proof, Verifier};
pub use objects::Objects;
pub use place::Place;
pub use postgres::{PostgresLog, PostgresState};
pub use published::Published;
pub use record::{
    C2paRecord, ContentRecord, Event, GeneratorRecord, PolicyRecord, Record, ReviewRecord,
};
pub use registry::{AssetEntry, Registry};
pub use segments::Segments;
pub use state::{SledState, StateStore};
pub use store::{EntryReader, LogStore};
