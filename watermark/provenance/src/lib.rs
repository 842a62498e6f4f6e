//! Content Credentials: certificates, manifests, time-stamps, verification.
//!
//! This is the only crate that names `c2pa`. Reading order: [`authority`] makes the certificates,
//! [`timestamp`] the time-stamps, [`request`] says what a manifest states, [`metadata`] what the file
//! itself says beside it, [`credentials`] signs.
//! The way back: [`trust`] says whose signatures count, [`verify`] reads, [`report`] is the answer.

pub mod authority;
pub mod credentials;
mod declared;
mod der;
mod error;
mod findings;
mod jumbf;
mod manifest;
pub mod metadata;
pub mod report;
pub mod request;
mod signer;
pub mod stamping;
mod summary;
pub mod timestamp;
mod token;
pub mod trust;
pub mod verify;

pub use authority::Authority;
pub use credentials::{Credentials, Signed};
pub use error::ProvenanceError;
pub use report::{Labels, Report, Signer, TimeStamp, Verdict};
pub use request::{
    BindingKind, DigitalSourceType, HumanOversight, Ingredient, Model, Permission, Relationship,
    SigningRequest, SoftBinding, TrainingMining, UpdateKind, UpdateRequest,
};
pub use stamping::{StampRequest, Stamped};
pub use summary::Summary;
pub use timestamp::TimeStampAuthority;
pub use trust::TrustLists;
pub use verify::Verifier;
