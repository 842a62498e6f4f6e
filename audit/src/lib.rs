//! The tamper-evident log, its proofs, and what is found through it.
//!
//! Reading order: [`record`] says what is written, [`merkle`] and [`note`] how it is proved,
//! [`log`] how it becomes durable; [`registry`] finds assets, [`query`] records; [`export`] hands
//! evidence to others, [`report`] says what the records show. [`witness`], [`rotation`] and [`anchor`] are what others say
//! about it, or are told of its key.
//! [`state`] and [`objects`] keep what is not in the log, [`vault`] the originals that it only commits to.
//!
//! The truth is what the log's [`store`] holds: [`segments`] in a folder, or [`postgres`] for several
//! processes. Everything else here can be rebuilt from it.

pub mod anchor;
mod canonical;
mod check;
pub mod clock;
mod committer;
mod database;
pub mod disk;
pub mod driver;
pub mod epoch;
mod error;
pub mod export;
mod keeper;
pub mod key;
mod labels;
pub mod log;
pub mod merkle;
pub mod note;
pub mod objects;
mod opening;
pub mod place;
pub mod postgres;
mod promise;
pub mod published;
mod publisher;
pub mod query;
pub mod record;
pub mod registry;
pub mod report;
pub mod rotation;
mod segment;
pub mod segments;
mod sequencer;
mod standing;
pub mod state;
pub mod store;
mod tiles;
pub mod transfer;
pub mod vault;

pub use check::{Verified, verify_log, verify_store};
pub mod witness;
pub use anchor::{Anchor, Anchors};
pub use clock::{Clock, SystemClock};
pub use disk::{Disk, Files, SystemFiles};
pub use driver::Driver;
pub use epoch::EpochRecord;
pub use error::{LogError, ObjectError, StateError};
pub use export::{ExportError, Exporter, Fault, Plan, Redaction};
pub use key::LogKey;
pub use labels::{LabelRecord, LabelsRecord, PassedOnRecord, UnlabelledRecord};
pub use log::{Log, LogOptions};
pub use note::{Checkpoint, Proof, Verifier};
pub use objects::Objects;
pub use place::Place;
pub use postgres::{PostgresLog, PostgresState};
pub use promise::{exchange as exchange_promises, export_extends};
pub use published::Published;
pub use query::{Order, Page, Query};
pub use record::{
    C2paRecord, CarriedRecord, CheckedRecord, ContentRecord, DialogueRecord, Event, ExaminedRecord,
    GeneratorRecord, InputRecord, InputsRecord, PolicyRecord, PublicationRecord, Record,
    ReviewRecord,
};
pub use registry::{AssetEntry, Filter, Publication, Registry};
pub use rotation::Rotation;
pub use segments::Segments;
pub use state::{SledState, StateStore};
pub use store::{EntryReader, LogStore};
pub use vault::{EvidenceKey, Subject, Vault, VaultError};
pub use witness::{AddCheckpoint, Cosignature, Cosigner, Quorum, Refusal, Witness};
